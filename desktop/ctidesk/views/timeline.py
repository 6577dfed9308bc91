"""What happens in the call, in plain words, the newest line at the end."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from ctidesk.viewmodels.timeline import Entry
from ctidesk.viewmodels.times import clock
from ctidesk.views import theme
from ctidesk.views.rows import ListRow, RowsList
from ctidesk.words import say


class EndList(RowsList):
    """Stays at its end until it is scrolled away from there."""

    def __init__(self, name: str, none: str) -> None:
        super().__init__(name, none, tall=False)
        self._follow = True
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._range)
        bar.valueChanged.connect(self._moved)

    def follow(self) -> None:
        self._follow = True
        self.scrollToBottom()

    def _range(self) -> None:
        if self._follow:
            self.scrollToBottom()

    def _moved(self, value: int) -> None:
        self._follow = value >= self.verticalScrollBar().maximum() - 2


LEAST = 30
"""Of the list: in a low window what is known of the caller, and what can be done with him, go before it."""


class TimelinePanel(QFrame):
    """A list that follows its end."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        title = QLabel(self.tr("In this call"))
        title.setFont(theme.font(12, bold=True))
        self._call: str | None = None
        title.setIndent(12)
        self._list = EndList(self.tr("In this call"), self.tr("Nothing has happened yet."))
        self._list.setMinimumHeight(LEAST)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 12, 8, 8)
        whole.addWidget(title)
        whole.addWidget(self._list.none)
        whole.addWidget(self._list, 1)

    def show_entries(self, call: str | None, entries: list[Entry]) -> None:
        t = theme.tokens()
        colours = {"ring": t.ringing, "record": t.alarm, "call": t.talking, "caller": t.accent}
        self._list.set_rows(
            [
                ListRow(
                    key=str(place),
                    icon="talking" if entry.kind == "call" else entry.kind,
                    colour=colours.get(entry.kind, t.soft),
                    first=say(entry.words),
                    right=clock(entry.moment, seconds=True),
                )
                for place, entry in enumerate(entries)
            ]
        )
        if call != self._call:
            self._call = call
            self._list.follow()
