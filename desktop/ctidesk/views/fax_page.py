"""A page of a fax as a picture: as wide as there is room, larger and smaller, and which page it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ctidesk.viewmodels import fax_terms as terms
from ctidesk.viewmodels.desk import OWN_WORDS
from ctidesk.viewmodels.faxes import Faxes, Sheet
from ctidesk.views import theme
from ctidesk.words import say

STEP, LEAST, MOST = 1.25, 0.5, 6.0
"""Of zooming; 1 is as wide as the window."""


class _Paper(QWidget):
    """The picture itself."""

    zoomed = Signal(bool)
    """Ctrl and the wheel: larger or smaller."""

    def __init__(self) -> None:
        super().__init__()
        self.image, self._small = QImage(), QImage()

    def show_image(self, image: QImage) -> None:
        self.image, self._small = image, QImage()
        self.update()

    def fit(self, width: int) -> None:
        """As high as belongs to this width."""
        if self.image.isNull():
            self.setFixedSize(width, 1)
        else:
            self.setFixedSize(width, max(1, round(width * self.image.height() / self.image.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self._scaled())
        painter.setPen(QColor(theme.tokens().edge))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _scaled(self) -> QImage:
        """Made smaller by averaging, once: thin strokes stay to be seen."""
        wanted = self.size() * self.devicePixelRatio()
        if wanted.width() >= self.image.width():
            return self.image
        if self._small.size() != wanted:
            self._small = self.image.scaled(
                wanted, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._small

    def wheelEvent(self, event: QWheelEvent) -> None:
        way = event.angleDelta().y()
        if not way or not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # what holds it scrolls
            return
        self.zoomed.emit(way > 0)


class _View(QScrollArea):
    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class FaxPage(QFrame):
    """Shows a `Sheet`; Page Up and Page Down leaf, `+` `-` `0` zoom."""

    leafed = Signal(int)
    """To this page, from 1 on."""

    def __init__(self, faxes: Faxes) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._faxes = faxes
        self._shown: Sheet | None = None
        self._zoom = 1.0
        self.paper = _Paper()
        self.paper.zoomed.connect(lambda more: self.zoom(STEP if more else 1 / STEP))
        self._view = _View()
        self._view.setWidget(self.paper)
        self._view.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAccessibleName(self.tr("Page of the fax"))
        self._view.resized.connect(self._fit)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setFont(theme.font(12, bold=True))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 10, 12, 10)
        whole.addLayout(self._bar())
        whole.addWidget(self.about)
        whole.addWidget(self.words)
        whole.addWidget(self._view, 1)

    def _bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.back = self._button(self.tr("Previous page"), lambda: self._leaf(-1))
        self.on = self._button(self.tr("Next page"), lambda: self._leaf(1))
        self.smaller = self._button("−", lambda: self.zoom(1 / STEP), self.tr("Smaller (−)"))
        self.larger = self._button("+", lambda: self.zoom(STEP), self.tr("Larger (+)"))
        self.whole = self._button(self.tr("Page width (0)"), lambda: self.zoom(0))
        for button in (self.back, self.on):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self.smaller, self.larger, self.whole):
            row.addWidget(button)
        return row

    def _button(self, words: str, does: Callable[[], None], tip: str = "") -> QPushButton:
        button = QPushButton(words)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        button.setAccessibleName(tip or words)
        button.clicked.connect(lambda: does())
        return button

    def _leaf(self, by: int) -> None:
        sheet = self._faxes.sheet
        if sheet is not None and 1 <= sheet.page + by <= self._faxes.pages():
            self.leafed.emit(sheet.page + by)

    def zoom(self, by: float) -> None:
        """So many times as large; 0: as wide as there is room."""
        self._zoom = min(max(self._zoom * by, LEAST), MOST) if by else 1.0
        self._fit()

    def _fit(self) -> None:
        self.paper.fit(round(self._view.viewport().width() * self._zoom))

    def show_page(self, now: datetime) -> None:
        """What is looked at now."""
        self.about.setText(say(self._faxes.about(now)))
        self.about.setVisible(bool(self.about.text()))
        trouble = self._faxes.trouble()
        self.about.setToolTip(say(OWN_WORDS.fill(text=trouble)) if trouble else "")
        sheet, pages = self._faxes.sheet, self._faxes.pages()
        page = 0 if sheet is None else sheet.page
        self.back.setEnabled(page > 1)
        self.on.setEnabled(0 < page < pages)
        ready = sheet is not None and sheet.state == "ready"
        if ready and sheet is not self._shown:
            assert sheet is not None
            image = QImage.fromData(sheet.png)
            if image.isNull():
                self._faxes.fail(sheet, terms.NOT_A_PICTURE)
                return
            self._shown = sheet
            self.paper.show_image(image)
            self._view.verticalScrollBar().setValue(0)
            self._fit()
        if not ready:
            self._shown = None
            self.paper.show_image(QImage())
        for button in (self.smaller, self.larger, self.whole):
            button.setEnabled(ready)
        self._tell(sheet)

    def _tell(self, sheet: Sheet | None) -> None:
        words, tip = say(self._faxes.page_words()), ""
        if sheet is not None and sheet.state == "loading":
            words = f"{words}  ·  {say(terms.DRAWING)}"
        failed = sheet is not None and sheet.state == "failed"
        if sheet is not None and failed:
            words = say(sheet.words)
            tip = say(OWN_WORDS.fill(text=sheet.detail)) if sheet.detail else ""
        self.words.setText(words)
        self.words.setToolTip(tip)
        self.words.setProperty("role", "alarm" if failed else "soft")
        self.words.style().polish(self.words)
