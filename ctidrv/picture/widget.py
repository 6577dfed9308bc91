"""A picture in a window, for programs with Qt: as wide as there is room, and the wheel asks to zoom.

It knows nothing of calls, so that the desktop may have it too.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QScrollArea, QWidget

NARROWEST = 600


class Picture(QWidget):
    """An SVG."""

    turned = Signal(bool, float)
    """Ctrl and the wheel: towards more of it, and at which part of its width."""

    def __init__(self) -> None:
        super().__init__()
        self._renderer = QSvgRenderer()

    def show_svg(self, svg: str) -> None:
        self._renderer.load(QByteArray(svg.encode()))
        self.fit(self.width())
        self.update()

    def fit(self, width: int) -> None:
        """As high as belongs to this width."""
        if not self._renderer.isValid():
            return
        size = self._renderer.defaultSize()
        width = max(width, NARROWEST)
        self.setFixedSize(width, round(width * size.height() / max(1, size.width())))

    def sizeHint(self) -> QSize:
        return self._renderer.defaultSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._renderer.render(painter, QRectF(self.rect()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        way = event.angleDelta().y()
        if not way or not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # what holds it scrolls
            return
        self.turned.emit(way > 0, event.position().x() / self.width())


class PictureView(QScrollArea):
    """A picture as wide as this is; keys go to the window."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = Picture()
        self.setWidget(self.picture)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.picture.fit(self.viewport().width())
