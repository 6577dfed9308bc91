"""The player's panel: the waveform, play and stop, where we are; and why nothing is heard."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from ctidesk.viewmodels.desk import OWN_WORDS
from ctidesk.viewmodels.player import Player
from ctidesk.viewmodels.times import length
from ctidesk.views import icons, theme
from ctidesk.views.waveform import Waveform
from ctidesk.words import say

TICK_MS = 40


class PlayerPanel(QFrame):
    """Shows a `Player` and hands it the operator's wishes."""

    other = Signal()
    """The operator wants the call's other sound: to the message the whole call, or back."""

    drawn = Signal()
    """The operator wants the call that is shown drawn."""

    def __init__(self, player: Player) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._player = player
        self._title, self._time, self._why = QLabel(), QLabel(), QLabel()
        self._title.setFont(theme.font(12, bold=True))
        self._why.setWordWrap(True)
        self._why.setProperty("role", "alarm")
        self._play = QPushButton()
        self._play.setMinimumWidth(110)
        self._play.setAutoDefault(False)
        self._play.clicked.connect(player.toggle)
        self._wave = Waveform()
        self._wave.sought.connect(player.seek)
        row = QHBoxLayout()
        row.addWidget(self._play)
        self._other = QPushButton()
        self._other.setAutoDefault(False)
        self._other.clicked.connect(self.other)
        row.addWidget(self._other)
        self.draw = QPushButton(self.tr("Draw"))
        self.draw.setAutoDefault(False)
        self.draw.clicked.connect(self.drawn)
        row.addWidget(self.draw)
        row.addStretch(1)
        row.addWidget(self._time)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 12)
        whole.addWidget(self._title)
        whole.addWidget(self._wave)
        whole.addLayout(row)
        whole.addWidget(self._why)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.show_player()

    def show_player(self, other: tuple[str, str] | None = None, *, call: bool = False) -> None:
        """`other` is the further sound of the call that is loaded; `call`: one is shown, and can be drawn."""
        self.draw.setEnabled(call)
        tip = self.tr("Sound, line and menu of this call on one time axis")
        self.draw.setToolTip(tip if call else self.tr("No call is chosen."))
        self._other.setVisible(other is not None)
        if other is not None:
            words = self.tr("Whole call") if other[0] == "recording" else self.tr("Message")
            self._other.setText(words)
        player = self._player
        ink = QColor(theme.tokens().ink)
        playing = player.state == "playing"
        titles = {
            "empty": self.tr("Choose a call in the list to listen to it"),
            "loading": self.tr("Fetching the recording …"),
        }
        self._title.setText(titles.get(player.state) or say(player.title))
        self._play.setText(self.tr("Stop") if playing else self.tr("Play"))
        soft = QColor(theme.tokens().soft)
        icons.dress(self._play, "stop" if playing else "play", ink, soft, 16)
        self._play.setEnabled(player.audio is not None)
        self._play.setToolTip("" if player.audio is not None else self.tr("Nothing is loaded."))
        self._wave.show_audio(player.audio)
        self._why.setText(say(player.words))
        self._why.setToolTip(say(OWN_WORDS.fill(text=player.detail)) if player.detail else "")
        self._why.setVisible(bool(self._why.text()))
        if playing:
            self._timer.start()
        else:
            self._timer.stop()
        self._place()

    def _tick(self) -> None:
        self._player.tick()
        self._place()

    def _place(self) -> None:
        self._wave.show_position(self._player.position)
        loaded = self._player.audio is not None
        self._time.setText(
            f"{length(self._player.position)} / {length(self._player.seconds)}" if loaded else ""
        )
