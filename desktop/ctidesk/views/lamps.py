"""The lamps of lines and seats: rows of cards with colour, icon, words, who is on it and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QWidget

from ctidesk.viewmodels.lines import LineView
from ctidesk.viewmodels.times import since
from ctidesk.views import icons, theme
from ctidesk.words import say


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    bulb: int
    points: float
    """Of the state's words."""
    small: float
    margin: int


LINE = Size(width=280, bulb=46, points=15, small=11.5, margin=12)
SEAT = Size(width=220, bulb=28, points=11.5, small=10, margin=5)


class Bulb(QWidget):
    """The lamp itself: a filled disc with the state's picture."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self._state = "idle"
        self.setFixedSize(side, side)

    def show_state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.state_colour(self._state))
        side = self.width()
        painter.drawEllipse(QRectF(1, 1, side - 2, side - 2))
        inner = side * 0.25
        square = QRectF(inner, inner, side - 2 * inner, side - 2 * inner)
        icons.paint(painter, self._state, square, QColor(theme.tokens().accent_ink))


class Lamp(QFrame):
    """One line or seat. Clicking it, or Enter on it, shows its call."""

    chosen = Signal(str)

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._size = size
        self._view: LineView | None = None
        self._bulb = Bulb(size.bulb)
        self._title, self._state, self._who, self._timer = QLabel(), QLabel(), QLabel(), QLabel()
        self._title.setProperty("role", "soft")
        self._state.setFont(theme.font(size.points, bold=True))
        self._timer.setFont(theme.font(size.points, bold=True))
        self._who.setFont(theme.font(size.small))
        texts = 0
        for label in (self._title, self._state, self._who):
            label.setText("Áy中")
            texts += label.sizeHint().height()
            label.clear()
        margin = size.margin
        self.setFixedSize(size.width, texts + 2 * margin)
        grid = QGridLayout(self)
        grid.setContentsMargins(margin, margin - 2, margin + 2, margin - 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._bulb, 0, 0, 3, 1)
        grid.addWidget(self._title, 0, 1, 1, 2)
        grid.addWidget(self._state, 1, 1)
        grid.addWidget(self._timer, 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._who, 2, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def show_line(self, view: LineView, now: datetime) -> None:
        self._view = view
        self._bulb.show_state(view.state)
        self._title.setText(say(view.title))
        self._state.setText(say(view.words))
        tone = {"ringing": "ringing", "talking": "talking"}.get(view.state, "")
        self._dress("tone", tone)
        who = say(view.who)
        room = self._size.width - 2 * self._size.margin - 2 - self._size.bulb - 12
        self._who.setText(self._who.fontMetrics().elidedText(who, Qt.TextElideMode.ElideRight, room))
        self._who.setToolTip(who)
        self.setAccessibleName(", ".join(part for part in (say(view.title), say(view.words), who) if part))
        self.tick(now)

    def tick(self, now: datetime) -> None:
        view = self._view
        self._timer.setText(since(view.since, now) if view is not None and view.timed else "")
        self._timer.setVisible(bool(self._timer.text()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._dress("focused", "true")
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._dress("focused", "false")
        super().focusOutEvent(event)

    def _dress(self, name: str, value: str) -> None:
        """Sets what the style sheet looks at."""
        if self.property(name) != value:
            self.setProperty(name, value)
            self.style().unpolish(self)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        if self._view is not None and self._view.call is not None:
            self.chosen.emit(self._view.call)


class LampStrip(QScrollArea):
    """All lines, or seats, in a row; scrolls sideways where they are many. `none`: words for none of them."""

    chosen = Signal(str)

    def __init__(self, name: str, size: Size, none: str = "") -> None:
        super().__init__()
        self._size = size
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self._lamps: list[Lamp] = []
        self._inner = QWidget()
        self._row = QHBoxLayout(self._inner)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self._none = QLabel(none)
        self._none.setProperty("role", "soft")
        self._row.addWidget(self._none)
        self._row.addStretch(1)
        self.setWidget(self._inner)

    def show_lines(self, views: list[LineView], now: datetime) -> None:
        while len(self._lamps) < len(views):
            lamp = Lamp(self._size)
            lamp.chosen.connect(self.chosen)
            self._row.insertWidget(1 + len(self._lamps), lamp, 0, Qt.AlignmentFlag.AlignTop)
            self._lamps.append(lamp)
        while len(self._lamps) > len(views):
            self._lamps.pop().deleteLater()
        for lamp, view in zip(self._lamps, views, strict=True):
            lamp.show_line(view, now)
        self._none.setVisible(not views)
        self._fit()

    def tick(self, now: datetime) -> None:
        for lamp in self._lamps:
            lamp.tick(now)

    def _fit(self) -> None:
        """As high as a lamp, and as the scroll bar where there is one."""
        lamp = self._lamps[0].height() if self._lamps else self._none.sizeHint().height()
        row = len(self._lamps) * (self._size.width + self._row.spacing())
        bar = self.horizontalScrollBar().sizeHint().height() if row > self.width() else 0
        self.setFixedHeight(lamp + bar + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
