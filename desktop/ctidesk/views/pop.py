"""The screen pop: who calls, in large letters, the two keys that matter, and the call bar.

It is a part of the window and changes its texts only: it never takes the keyboard from a field.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ctidesk.viewmodels import terms
from ctidesk.viewmodels.card import Card, Door
from ctidesk.viewmodels.times import clock, day, days_ago, since
from ctidesk.views import icons, theme
from ctidesk.views.callbar import CallBar
from ctidesk.words import say

ALARM_TAGS = frozenset({"blocked", "block", "黑名单"})
TAGS_SHOWN = 6


def shut(button: QPushButton, door: Door, hint: str) -> None:
    """Enables a button as its door says; the tooltip tells what it does, or why it does nothing."""
    button.setEnabled(door.open)
    words = hint if door.open else say(door.reason)
    button.setToolTip(words)
    button.setAccessibleDescription(words)


class _Details(QScrollArea):
    """What else is known of a caller: as high as it is, and scrolled where the window is too low for it."""

    LEAST = 26

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        for part in parts:
            self._column.addWidget(part)
        self.setWidget(self._inner)

    def sizeHint(self) -> QSize:
        return QSize(self._column.sizeHint().width(), self._column.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(self.LEAST, self.sizeHint().height()))


class PopPanel(QFrame):
    """Shows a `Card`, or that nothing happens."""

    answer = Signal()
    hang_up = Signal()
    save = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAccessibleName(self.tr("Current call"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._card: Card | None = None
        self._live = True
        self._state, self._timer = QLabel(), QLabel()
        self._state.setFont(theme.font(13, bold=True))
        self._timer.setFont(theme.font(20, bold=True))
        self._head, self._number, self._company = _wrapped(26, True), _wrapped(19, False), _wrapped(14, False)
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._notes, self._last = _wrapped(12, False), _wrapped(12, False)
        self._others = _wrapped(12, False)
        for soft in (self._company, self._last, self._others):
            soft.setProperty("role", "soft")
        self._tags = QWidget()
        self._tag_row = QHBoxLayout(self._tags)
        self._tag_row.setContentsMargins(0, 2, 0, 2)
        self._tag_row.addStretch(1)

        top = QHBoxLayout()
        top.addWidget(self._state, 1)
        top.addWidget(self._timer)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(22, 16, 22, 18)
        whole.setSpacing(4)
        whole.addLayout(top)
        whole.addWidget(self._head)
        whole.addWidget(self._number)
        self._details = _Details(self._company, self._tags, self._notes, self._others, self._last)
        whole.addWidget(self._details)
        whole.addSpacing(10)
        whole.addLayout(self._buttons())
        self.bar = CallBar()
        whole.addWidget(self.bar)

    def _buttons(self) -> QHBoxLayout:
        self._answer = QPushButton()
        self._hang_up = QPushButton(self.tr("Hang up (F4)"))
        self._save = QPushButton(self.tr("Save as new customer …"))
        for button, role in ((self._answer, "answer"), (self._hang_up, "hang_up")):
            button.setProperty("role", role)
            button.setFont(theme.font(14, bold=True))
            button.setMinimumSize(170, 50)
        ink = QColor(theme.tokens().accent_ink)
        soft = QColor(theme.tokens().soft)
        for button, name in ((self._answer, "talking"), (self._hang_up, "idle")):
            icons.dress(button, name, ink, soft, 24)
        for button in (self._answer, self._hang_up, self._save):
            button.setAutoDefault(False)
        self._answer.clicked.connect(self.answer)
        self._hang_up.clicked.connect(self.hang_up)
        self._save.clicked.connect(self.save)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._answer)
        row.addWidget(self._hang_up)
        row.addStretch(1)
        row.addWidget(self._save)
        return row

    def show_card(
        self, card: Card | None, answer: Door, hang_up: Door, now: datetime, *, live: bool = True
    ) -> None:
        """`answer` and `hang_up` also count while there is no card. Not `live`: as it was last known."""
        self._card, self._live = card, live
        if (self._answer.hasFocus() and not answer.open) or (self._hang_up.hasFocus() and not hang_up.open):
            # Else Qt hands the focus on, from Answer to Hang up: a second press would end the call.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        take = card is not None and card.menu
        self._answer.setText(self.tr("Take over (F3)") if take else self.tr("Answer (F3)"))
        hint = self.tr("Take this call over from the menu (F3)") if take else self.tr("Answer the call (F3)")
        shut(self._answer, answer, hint)
        shut(self._hang_up, hang_up, self.tr("End this call (F4)"))
        self._save.setVisible(card is not None and not card.known and card.save.open)
        self._save.setToolTip(self.tr("Make a customer card with this number"))
        tones = {"alerting": "ringing", "connected": "talking"}
        self._tone(tones.get(card.state, "") if card is not None and live else "")
        if card is None:
            self._state.setText(self.tr("No call"))
            self._fill(self._head, self.tr("Waiting for a call"))
            for part in (self._number, self._company, self._notes, self._others, self._last):
                self._fill(part, "")
            self._show_tags(())
        else:
            self._state.setText(say(card.state_words))
            self._fill(self._head, say(card.headline))
            self._fill(self._number, say(card.number))
            self._fill(self._company, card.company)
            self._fill(self._notes, card.notes)
            others = self.tr("Also with this number: {names}").format(names=", ".join(card.others))
            self._fill(self._others, others if card.others else "")
            self._fill(self._last, self._last_words(card, now))
            self._show_tags(card.tags)
        self._details.updateGeometry()
        self.tick(now)

    def _last_words(self, card: Card, now: datetime) -> str:
        last = card.last
        if last is None or last.started is None:
            return self.tr("First call from this number") if not card.known else self.tr("First call")
        ago = days_ago(last.started, now)
        time = clock(last.started)
        when = (
            self.tr("today {time}").format(time=time)
            if ago == 0
            else self.tr("yesterday {time}").format(time=time)
            if ago == 1
            else f"{day(last.started)} {time}"
        )
        outcome = say(terms.OUTCOMES.get(last.outcome or "", terms.ENDED))
        return self.tr("Last call: {when}, {outcome}").format(when=when, outcome=outcome)

    def tick(self, now: datetime) -> None:
        card = self._card
        running = self._live and card is not None and card.state != "ended"
        self._timer.setText(since(card.since, now) if card is not None and running else "")

    def _fill(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _show_tags(self, tags: tuple[str, ...]) -> None:
        while self._tag_row.count() > 1:
            item = self._tag_row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for place, tag in enumerate(tags[:TAGS_SHOWN]):
            chip = QLabel(tag)
            chip.setProperty("role", "chip")
            chip.setProperty("alarm", "true" if tag.casefold() in ALARM_TAGS else "false")
            self._tag_row.insertWidget(place, chip)
        self._tags.setVisible(bool(tags))

    def _tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


def _wrapped(points: float, bold: bool) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(points, bold=bold))
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label
