"""The window's pictures, drawn: no files, sharp at any scaling, in any colour."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton

SIZE = 24.0
"""Every picture is drawn on a square of this side."""


def _handset(painter: QPainter, turn: float) -> None:
    painter.translate(12, 12)
    painter.rotate(turn)
    path = QPainterPath(QPointF(-11.5, 3))
    path.cubicTo(-12.5, -7.5, 12.5, -7.5, 11.5, 3)
    path.quadTo(11.4, 4.6, 9.8, 4.4)
    path.lineTo(6.6, 3.9)
    path.quadTo(5.3, 3.7, 5.2, 2.4)
    path.lineTo(5, -0.2)
    path.cubicTo(3.5, -1.1, -3.5, -1.1, -5, -0.2)
    path.lineTo(-5.2, 2.4)
    path.quadTo(-5.3, 3.7, -6.6, 3.9)
    path.lineTo(-9.8, 4.4)
    path.quadTo(-11.4, 4.6, -11.5, 3)
    path.closeSubpath()
    painter.drawPath(path)


def _free(painter: QPainter) -> None:
    painter.translate(0, 2)
    _handset(painter, 0)


def _talk(painter: QPainter) -> None:
    _handset(painter, -135)


def _bell(painter: QPainter) -> None:
    path = QPainterPath(QPointF(4, 17.5))
    path.cubicTo(7.5, 14, 5, 4.5, 12, 4.5)
    path.cubicTo(19, 4.5, 16.5, 14, 20, 17.5)
    path.closeSubpath()
    painter.drawPath(path)
    painter.drawEllipse(QPointF(12, 20), 2.3, 1.8)
    painter.drawEllipse(QPointF(12, 3.6), 1.4, 1.4)


def _cross(painter: QPainter) -> None:
    _lines(painter, ((6, 6), (18, 18)), ((18, 6), (6, 18)))


def _question(painter: QPainter) -> None:
    dot = painter.brush()
    pen = QPen(dot.color(), 2.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(7.5, 8.5))
    path.cubicTo(7.5, 2, 17, 2.5, 16.5, 8.5)
    path.cubicTo(16.3, 11.5, 12, 11.5, 12, 15)
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(dot)
    painter.drawEllipse(QPointF(12, 20), 1.8, 1.8)


def _plug(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(6, 9, 12, 8), 2, 2)
    _lines(painter, ((9, 9), (9, 4)), ((15, 9), (15, 4)), ((12, 17), (12, 21)))


def _missed(painter: QPainter) -> None:
    _lines(painter, ((4, 7), (12, 15)), ((12, 15), (20, 7)), ((4, 7), (4, 13)), ((4, 7), (10, 7)))


def _envelope(painter: QPainter) -> None:
    pen = painter.pen()
    painter.drawRoundedRect(QRectF(3, 6, 18, 13), 2, 2)
    painter.setPen(QPen(QColor("white"), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline([QPointF(4, 7.5), QPointF(12, 13.5), QPointF(20, 7.5)])
    painter.setPen(pen)


def _arrow_in(painter: QPainter) -> None:
    _lines(painter, ((18, 6), (6, 18)), ((6, 18), (6, 9)), ((6, 18), (15, 18)))


def _play(painter: QPainter) -> None:
    painter.drawPolygon([QPointF(7, 4.5), QPointF(20, 12), QPointF(7, 19.5)])


def _stop(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(6, 6, 12, 12), 2, 2)


def _key(painter: QPainter) -> None:
    for row in range(3):
        for column in range(3):
            painter.drawEllipse(QPointF(6 + 6 * column, 6 + 6 * row), 1.9, 1.9)


def _speak(painter: QPainter) -> None:
    painter.drawPolygon(
        [QPointF(3, 9), QPointF(8, 9), QPointF(13, 4.5), QPointF(13, 19.5), QPointF(8, 15), QPointF(3, 15)]
    )
    pen = painter.pen()
    painter.setPen(QPen(painter.brush().color(), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(11, 7, 8, 10), -60 * 16, 120 * 16)
    painter.setPen(pen)


def _record(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(12, 12), 6.5, 6.5)


def _person(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(12, 8), 4.3, 4.3)
    path = QPainterPath(QPointF(3.5, 21))
    path.cubicTo(3.5, 11.5, 20.5, 11.5, 20.5, 21)
    path.closeSubpath()
    painter.drawPath(path)


def _headset(painter: QPainter) -> None:
    pen = QPen(painter.brush().color(), 2.4)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.drawRoundedRect(QRectF(3, 12, 4.5, 7), 1.8, 1.8)
    painter.drawRoundedRect(QRectF(16.5, 12, 4.5, 7), 1.8, 1.8)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(4, 4, 16, 17), 0, 180 * 16)


def _pause(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(6, 5, 4, 14), 1.2, 1.2)
    painter.drawRoundedRect(QRectF(14, 5, 4, 14), 1.2, 1.2)


def _pencil(painter: QPainter) -> None:
    painter.drawPolygon([QPointF(4, 20), QPointF(5.2, 15), QPointF(9, 18.8)])
    painter.drawPolygon([QPointF(6.4, 13.8), QPointF(15.4, 4.8), QPointF(19.2, 8.6), QPointF(10.2, 17.6)])


def _crossed_mouth(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(9, 3, 6, 11), 3, 3)
    _lines(painter, ((12, 17), (12, 21)), ((8, 21), (16, 21)), ((4, 4), (20, 20)))


def _arrow_on(painter: QPainter) -> None:
    _lines(painter, ((4, 12), (20, 12)), ((20, 12), (14, 6)), ((20, 12), (14, 18)))


def _both_ways(painter: QPainter) -> None:
    _lines(painter, ((4, 8), (19, 8)), ((19, 8), (15, 4)), ((5, 16), (20, 16)), ((5, 16), (9, 20)))


def _place(painter: QPainter) -> None:
    _lines(painter, ((5, 10), (5, 20)), ((5, 20), (19, 20)), ((19, 20), (19, 10)))
    _lines(painter, ((12, 3), (12, 15)), ((12, 15), (8, 11)), ((12, 15), (16, 11)))


def _lift(painter: QPainter) -> None:
    _lines(painter, ((5, 10), (5, 20)), ((5, 20), (19, 20)), ((19, 20), (19, 10)))
    _lines(painter, ((12, 15), (12, 3)), ((12, 3), (8, 7)), ((12, 3), (16, 7)))


def _sheet(painter: QPainter) -> None:
    pen = QPen(painter.brush().color(), 2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    _lines(painter, ((8.5, 11), (15.5, 11)), ((8.5, 15.5), (15.5, 15.5)))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    corners = ((5, 3), (14, 3), (19, 8), (19, 21), (5, 21))
    painter.drawPolygon([QPointF(*corner) for corner in corners])


def _tick(painter: QPainter) -> None:
    _lines(painter, ((5, 12.5), (10, 17.5)), ((10, 17.5), (19, 6.5)))


def _page_in(painter: QPainter) -> None:
    _fax_machine(painter)
    _lines(painter, ((12, 2), (12, 9)), ((12, 9), (9, 6)), ((12, 9), (15, 6)))


def _page_out(painter: QPainter) -> None:
    _fax_machine(painter)
    _lines(painter, ((12, 9), (12, 2)), ((12, 2), (9, 5)), ((12, 2), (15, 5)))


def _fax_machine(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(2.5, 12, 19, 8.5), 2, 2)


def _lines(painter: QPainter, *lines: tuple[tuple[float, float], tuple[float, float]]) -> None:
    pen = QPen(painter.brush().color(), 2.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    for start, end in lines:
        painter.drawLine(QPointF(*start), QPointF(*end))


_DRAW: dict[str, Callable[[QPainter], None]] = {
    "idle": _free,
    "unused": _plug,
    "unknown": _question,
    "ringing": _bell,
    "seized": _talk,
    "dialling": _talk,
    "calling": _talk,
    "talking": _talk,
    "clearing": _free,
    "cleared": _talk,
    "off-hook": _talk,
    "howling": _bell,
    "left-off-hook": _cross,
    "out-of-order": _cross,
    "missing": _plug,
    "ready": _headset,
    "paused": _pause,
    "wrap-up": _pencil,
    "in-use": _talk,
    "seat": _headset,
    "hold": _pause,
    "resume": _talk,
    "mute": _crossed_mouth,
    "transfer": _arrow_on,
    "consult": _question,
    "swap": _both_ways,
    "back": _talk,
    "complete": _arrow_on,
    "conference": _person,
    "park": _place,
    "pick_up": _lift,
    "voicemail": _envelope,
    "menu": _key,
    "take_fax": _page_in,
    "give_fax": _page_out,
    "missed": _missed,
    "message": _envelope,
    "call": _arrow_in,
    "running": _talk,
    "interrupted": _cross,
    "fax": _sheet,
    "coming": _arrow_in,
    "sending": _arrow_on,
    "sent": _tick,
    "failed": _cross,
    "play": _play,
    "stop": _stop,
    "ring": _bell,
    "caller": _person,
    "key": _key,
    "say": _speak,
    "record": _record,
    "end": _free,
}


def paint(painter: QPainter, name: str, where: QRectF, colour: QColor) -> None:
    """Draws a picture into a square; an unknown name draws the cross."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(where.topLeft())
    painter.scale(where.width() / SIZE, where.height() / SIZE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    _DRAW.get(name, _cross)(painter)
    painter.restore()


def pixmap(name: str, side: int, colour: QColor, ratio: float = 2.0, gap: int = 0) -> QPixmap:
    """A picture of `side` points, `ratio` pixels to the point, with a `gap` at its right."""
    made = QPixmap(QSize(round((side + gap) * ratio), round(side * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint(painter, name, QRectF(0, 0, side, side), colour)
    painter.end()
    return made


def dress(button: QAbstractButton, name: str, colour: QColor, faint: QColor, side: int) -> None:
    """Gives a button a picture with air before its words; `faint` while it is disabled."""
    gap = side // 3
    made = QIcon(pixmap(name, side, colour, gap=gap))
    made.addPixmap(pixmap(name, side, faint, gap=gap), QIcon.Mode.Disabled)
    button.setIcon(made)
    button.setIconSize(QSize(side + gap, side))
