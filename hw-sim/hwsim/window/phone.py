"""A telephone in a small window: keypad, hook, bell, what is at the ear, and what has happened."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator

from PySide6.QtCore import QEventLoop, QRectF, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from hwsim.rig.desk import KEYPAD, Shown
from hwsim.telling import TONES_ZH
from hwsim.window.qt import application, language_of
from hwsim.window.words import WORDS

DEEDS = (("f", "flash"), ("v", "speak"), ("r", "ring me"))
ROWS = ("123A", "456B", "789C", "*0#D")
LOWEST_DBM0 = -60.0
MOST_LINES = 500
_TYPED = {" ": "h", "H": "h", "F": "f", "V": "v", "R": "r", "a": "A", "b": "B", "c": "C", "d": "D"}
_AMBER, _GREEN, _RED, _OFF = "#e08a00", "#12813d", "#c62828", "#b4bcc6"


class Lamp(QWidget):
    """A round lamp; words stand beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._colour = QColor(_OFF)
        self.setFixedSize(22, 22)

    def light(self, colour: str) -> None:
        if self._colour != QColor(colour):
            self._colour = QColor(colour)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(QRectF(1, 1, 20, 20))


class Meter(QWidget):
    """A level from LOWEST_DBM0 to 0 dBm0, with its figure."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._dbm0 = -100.0
        self.setAccessibleName(name)
        self.setFixedHeight(26)
        self.setMinimumWidth(180)

    def show_level(self, dbm0: float) -> None:
        if round(dbm0) != round(self._dbm0):
            self._dbm0 = dbm0
            self.setAccessibleDescription(self.figure())
            self.update()

    def figure(self) -> str:
        return f"{self._dbm0:.0f} dBm0" if self._dbm0 > LOWEST_DBM0 else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        figure_width = painter.fontMetrics().horizontalAdvance("-60 dBm0 ") + 6
        room = QRectF(0, 5, self.width() - figure_width, self.height() - 10)
        painter.setBrush(self.palette().mid())
        painter.setOpacity(0.35)
        painter.drawRoundedRect(room, 5, 5)
        painter.setOpacity(1)
        part = (max(LOWEST_DBM0, min(0.0, self._dbm0)) - LOWEST_DBM0) / -LOWEST_DBM0
        if part > 0:
            colour = _RED if self._dbm0 > -3 else _AMBER if self._dbm0 > -10 else _GREEN
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(room.x(), room.y(), room.width() * part, room.height()), 5, 5)
        painter.setPen(self.palette().windowText().color())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), right, self.figure())


class PhoneWindow(QWidget):
    """`keys`: what was pressed, here or on the keyboard, and not taken yet; ``q``: it was closed."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.keys: deque[str] = deque()
        self.language = language
        self._words = WORDS[language]
        said = self._words
        self.setWindowTitle(said["title"])
        self._number, self._hook, self._hears, self._prompt, self._pressed = (QLabel() for _ in range(5))
        self._bell, self._meter = Lamp(), Meter(said["level"])
        self._hook_key = self._key("h", said["lift"])
        self._story = QPlainTextEdit()
        self._story.setReadOnly(True)
        self._story.setMaximumBlockCount(MOST_LINES)
        self._story.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._story.setAccessibleName(said["story"])
        self._story.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._lay_out()
        self.show_phone(Shown(off_hook=False, ringing=False, dbm0=-100.0, hears="", keys=""))

    def _key(self, key: str, words: str) -> QPushButton:
        made = QPushButton(words)
        made.setObjectName(f"key-{key}")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda: self.keys.append(key))
        return made

    def _lay_out(self) -> None:
        said = self._words
        head = QHBoxLayout()
        large = self.font()
        large.setPointSizeF(large.pointSizeF() * 1.5)
        large.setBold(True)
        self._number.setFont(large)
        head.addWidget(self._number, 1)
        head.addWidget(self._bell)
        head.addWidget(self._hook)
        facts = QGridLayout()
        facts.setColumnStretch(1, 1)
        rows = (("pressed", self._pressed), ("hears", self._hears), ("prompt", self._prompt))
        for row, (name, label) in enumerate(rows):
            facts.addWidget(QLabel(said[name]), row, 0)
            facts.addWidget(label, row, 1)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        facts.setHorizontalSpacing(16)
        pad = QGridLayout()
        pad.setSpacing(6)
        for row, keys in enumerate(ROWS):
            for column, key in enumerate(keys):
                button = self._key(key, key)
                button.setFixedSize(58, 44)
                button.setFont(large)
                button.setAccessibleName(f"{said['keypad']} {key}")
                pad.addWidget(button, row, column)
        deeds = (self._hook_key, *(self._key(key, said[name]) for key, name in DEEDS))
        for row, button in enumerate(deeds):
            button.setFixedHeight(44)
            pad.addWidget(button, row, len(ROWS[0]) + 1)
        pad.setColumnMinimumWidth(len(ROWS[0]), 6)
        pad.setColumnStretch(len(ROWS[0]) + 1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(10)
        for part in (head, facts):
            whole.addLayout(part)
        whole.addWidget(self._meter)
        whole.addLayout(pad)
        whole.addWidget(QLabel(said["story"]))
        whole.addWidget(self._story, 1)
        self.resize(460, 640)

    def show_number(self, number: str) -> None:
        self._number.setText(number)
        self.setWindowTitle(f"{self._words['title']} {number}")

    def show_phone(self, shown: Shown) -> None:
        said = self._words
        state = "off hook" if shown.off_hook else "rings" if shown.ringing else "on hook"
        self._hook.setText(said[state])
        self._bell.light(_AMBER if shown.ringing else _GREEN if shown.off_hook else _OFF)
        self._hook_key.setText(said["hang up" if shown.off_hook else "lift"])
        self._meter.show_level(shown.dbm0)
        self._hears.setText(self._heard(shown))
        self._prompt.setText(shown.prompt)
        self._pressed.setText(shown.keys[-32:])

    def _heard(self, shown: Shown) -> str:
        said = self._words
        if not shown.off_hook:
            return ""
        names = [TONES_ZH.get(tone, tone) if self.language == "zh" else tone for tone in shown.tones]
        return ", ".join(said["tone"].format(name) for name in names) or (
            said["voice"] if shown.voice else said["silence"]
        )

    def tell(self, words: str) -> None:
        self._story.appendPlainText(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        key = _TYPED.get(typed, typed)
        if key and (key in KEYPAD or key in "hfvr") and not event.isAutoRepeat():
            self.keys.append(key)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.keys.append("q")
        super().closeEvent(event)


class PhoneFace:
    """The window as `sim phone` sees it: keys come, ticks go by."""

    def __init__(self, window: PhoneWindow) -> None:
        self.window = window
        self.language = window.language
        self._loop, self._timer = QEventLoop(), QTimer()
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._loop.quit)

    def begin(self, number: str) -> None:
        self.window.show_number(number)

    def until(self, due: float) -> Iterator[str]:
        keys = self.window.keys
        while keys or due > time.monotonic():
            while keys:
                yield keys.popleft()
            left = due - time.monotonic()
            if left > 0:
                self._timer.start(max(1, round(left * 1000)))
                self._loop.exec()

    def line(self, words: str) -> None:
        self.window.tell(words)

    def show(self, shown: Shown) -> None:
        self.window.show_phone(shown)

    def clear(self) -> None:
        """Nothing is left on the screen."""


@contextlib.contextmanager
def open_phone(language: str | None) -> Iterator[PhoneFace]:
    """The window, until it is left. UsageError where there is no Qt, or no screen."""
    app = application()
    window = PhoneWindow(language_of(language))
    window.show()
    try:
        yield PhoneFace(window)
    finally:
        window.close()
        app.processEvents()
