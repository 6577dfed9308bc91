"""A window with a call drawn on one time axis, to zoom and to move along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ctidesk.viewmodels.desk import OWN_WORDS
from ctidesk.viewmodels.drawing import DRAWING, Answer, Ask, Drawing
from ctidesk.words import say

ZOOM, MOVE = 2.0, 0.5
"""By so much at a time; of what is shown."""
NARROWEST = 600

Stretch = Callable[[Drawing], tuple[float, float]]


class Sheet(QWidget):
    """An SVG as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._renderer = QSvgRenderer()

    def show_svg(self, svg: str) -> None:
        self._renderer.load(QByteArray(svg.encode()))
        self.fit(self.width())
        self.update()

    def fit(self, width: int) -> None:
        if not self._renderer.isValid():
            return
        size = self._renderer.defaultSize()
        width = max(width, NARROWEST)
        self.setFixedSize(width, round(width * size.height() / max(1, size.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._renderer.render(painter, QRectF(self.rect()))


class DrawingWindow(QWidget):
    """`+` `-` `0` zoom, arrows move, Ctrl and the wheel zoom; each stretch is drawn anew by the station."""

    def __init__(self, title: str, ask: Ask) -> None:
        super().__init__()
        self._ask = ask
        self._asked = 0
        self.drawing: Drawing | None = None
        self.setWindowTitle(title)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.sheet = Sheet()
        self.sheet.installEventFilter(self)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.sheet)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().installEventFilter(self)
        bar = QHBoxLayout()
        self.buttons: list[QPushButton] = []
        for text, stretch in (
            (self.tr("Zoom in (+)"), _zoom_in),
            (self.tr("Zoom out (−)"), _zoom_out),
            (self.tr("Whole call (0)"), Drawing.whole),
            (self.tr("Earlier (←)"), _earlier),
            (self.tr("Later (→)"), _later),
        ):
            button = QPushButton(text)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setEnabled(False)
            button.clicked.connect(partial(self.go, stretch))
            self.buttons.append(button)
            bar.addWidget(button)
        bar.addWidget(self.words, 1)
        whole = QVBoxLayout(self)
        whole.addLayout(bar)
        whole.addWidget(self._scroll, 1)
        self.resize(1200, 800)
        self._fetch(None, None)

    def go(self, stretch: Stretch, *_: object) -> None:
        """Shows another stretch."""
        if self.drawing is not None:
            begin, end = stretch(self.drawing)
            if (round(begin, 3), round(end, 3)) != (round(self.drawing.begin, 3), round(self.drawing.end, 3)):
                self._fetch(begin, end)

    def _fetch(self, begin: float | None, end: float | None) -> None:
        self._asked += 1
        self._tell(say(DRAWING))
        self._ask(begin, end, partial(self._show, self._asked))

    def _show(self, asked: int, answer: Answer) -> None:
        if asked != self._asked:
            return  # another stretch has been asked for meanwhile
        if answer.drawing is None:
            self._tell(say(answer.words), say(OWN_WORDS.fill(text=answer.detail)), alarm=True)
            return
        self.drawing = answer.drawing
        for button in self.buttons:
            button.setEnabled(True)
        self._tell(f"{self.drawing.begin:.2f} – {self.drawing.end:.2f} s / {self.drawing.length:.2f} s")
        self.sheet.show_svg(self.drawing.svg)

    def _tell(self, words: str, tip: str = "", *, alarm: bool = False) -> None:
        self.words.setText(words)
        self.words.setToolTip(tip)
        self.words.setProperty("role", "alarm" if alarm else "soft")
        self.words.style().polish(self.words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        deed = _BY_TEXT.get(event.text()) or _BY_KEY.get(event.key())
        if deed is None:
            super().keyPressEvent(event)
        else:
            self.go(deed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._scroll.viewport() and event.type() == QEvent.Type.Resize:
            self.sheet.fit(self._scroll.viewport().width())
        if watched is self.sheet and isinstance(event, QWheelEvent):
            turned = event.angleDelta().y()
            if turned and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.go(_zoom_in if turned > 0 else _zoom_out)
                return True
        return super().eventFilter(watched, event)


def _zoom_in(drawing: Drawing) -> tuple[float, float]:
    return drawing.zoomed(1 / ZOOM)


def _zoom_out(drawing: Drawing) -> tuple[float, float]:
    return drawing.zoomed(ZOOM)


def _earlier(drawing: Drawing) -> tuple[float, float]:
    return drawing.moved(-MOVE)


def _later(drawing: Drawing) -> tuple[float, float]:
    return drawing.moved(MOVE)


_BY_TEXT: dict[str, Stretch] = {"+": _zoom_in, "=": _zoom_in, "-": _zoom_out, "0": Drawing.whole}
_BY_KEY: dict[int, Stretch] = {Qt.Key.Key_Left: _earlier, Qt.Key.Key_Right: _later}
