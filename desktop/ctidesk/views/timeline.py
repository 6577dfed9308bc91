"""What happens in the call, in plain words, the newest line at the end."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListView, QVBoxLayout

from ctidesk.viewmodels.timeline import Entry
from ctidesk.viewmodels.times import clock
from ctidesk.views import theme
from ctidesk.views.rows import ListRow, RowsDelegate, RowsModel
from ctidesk.words import say


class EndList(QListView):
    """Stays at its end until it is scrolled away from there."""

    def __init__(self) -> None:
        super().__init__()
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
        self._model = RowsModel()
        self._call: str | None = None
        self._list = EndList()
        self._list.setModel(self._model)
        self._list.setItemDelegate(RowsDelegate(self._list, tall=False))
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName(self.tr("In this call"))
        self._none = QLabel(self.tr("Nothing has happened yet."))
        self._none.setProperty("role", "soft")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 12, 8, 8)
        for part in (title, self._none):
            part.setIndent(12)
            whole.addWidget(part)
        self._list.setMinimumHeight(LEAST)
        whole.addWidget(self._list, 1)

    def show_entries(self, call: str | None, entries: list[Entry]) -> None:
        t = theme.tokens()
        colours = {"ring": t.ringing, "record": t.alarm, "call": t.talking, "caller": t.accent}
        self._model.set_rows(
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
        self._none.setVisible(not entries)
        if call != self._call:
            self._call = call
            self._list.follow()
