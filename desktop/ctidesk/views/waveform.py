"""A recording as a picture: what we sent above, what came from the caller below."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ctidesk.viewmodels.player import Audio, Lane
from ctidesk.views import theme

STEP_S = 1.0
"""Left and right arrow."""


class Waveform(QWidget):
    """Click or drag to seek; with the keyboard: arrows, Home, End."""

    sought = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._audio: Audio | None = None
        self._at = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Waveform: operator above, caller below"))

    def sizeHint(self) -> QSize:
        return QSize(300, 120)

    def show_audio(self, audio: Audio | None) -> None:
        if audio is not self._audio:
            self._audio = audio
            self.update()

    def show_position(self, seconds: float) -> None:
        if seconds != self._at:
            self._at = seconds
            self.update()

    def _lanes(self) -> list[tuple[str, QColor, Lane]]:
        t = theme.tokens()
        lanes = self._audio.lanes if self._audio is not None else ((), ())
        if len(lanes) == 1:
            return [(self.tr("Caller"), QColor(t.caller), lanes[0])]
        return [
            (self.tr("Operator"), QColor(t.operator), lanes[0]),
            (self.tr("Caller"), QColor(t.caller), lanes[1]),
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        t = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(t.accent) if self.hasFocus() else QColor(t.edge))
        painter.setBrush(QColor(t.window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        lanes = self._lanes()
        height = self.height() / len(lanes)
        for place, (name, colour, lane) in enumerate(lanes):
            area = QRectF(1, place * height, self.width() - 2, height)
            _paint_lane(painter, area, colour, lane)
            painter.setFont(theme.font(9))
            label = QRectF(painter.fontMetrics().boundingRect(name)).adjusted(-5, -1, 5, 1)
            label.moveTopLeft(QPointF(5, area.top() + 4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.panel))
            painter.drawRoundedRect(label, 4, 4)
            painter.setPen(QColor(t.soft))
            painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), name)
        if self._audio is not None:
            x = self.width() * min(1.0, self._at / self._audio.seconds)
            painter.setPen(QPen(QColor(t.ink), 2))
            painter.drawLine(QPointF(x, 1), QPointF(x, self.height() - 1))

    def _seek_to(self, x: float) -> None:
        if self._audio is not None:
            self._go(max(0.0, min(1.0, x / max(1, self.width()))) * self._audio.seconds)

    def _go(self, seconds: float) -> None:
        self.show_position(seconds)
        self.sought.emit(seconds)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._seek_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek_to(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: self._at - STEP_S,
            Qt.Key.Key_Right: self._at + STEP_S,
            Qt.Key.Key_Home: 0.0,
        }
        if self._audio is not None and event.key() == Qt.Key.Key_End:
            self._go(self._audio.seconds)
        elif self._audio is not None and event.key() in moves:
            self._go(max(0.0, moves[Qt.Key(event.key())]))
        else:
            super().keyPressEvent(event)


def _paint_lane(painter: QPainter, area: QRectF, colour: QColor, lane: Lane) -> None:
    """One column of the picture for each pixel: from the lowest to the highest sample beneath it."""
    middle = area.center().y()
    faint = QColor(colour)
    faint.setAlpha(90)
    painter.setPen(faint)
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
    width = int(area.width())
    if not lane or width <= 0:
        return
    painter.setPen(QPen(colour, 1))
    half = area.height() / 2 - 4
    for x in range(width):
        first = x * len(lane) // width
        part = lane[first : max(first + 1, (x + 1) * len(lane) // width)]
        low, high = min(pair[0] for pair in part), max(pair[1] for pair in part)
        if high - low > 1 / 256:
            left = area.left() + x + 0.5
            painter.drawLine(
                QPointF(left, middle - _loud(high) * half), QPointF(left, middle - _loud(low) * half)
            )


def _loud(value: float) -> float:
    """Telephone speech is quiet: the square root makes it visible and keeps the order."""
    root = math.sqrt(abs(value))
    return root if value >= 0 else -root
