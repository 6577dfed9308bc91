"""Calls, messages and faxes in one list, newest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from ctidesk.viewmodels.history import ALL, FAXES, MESSAGES, MISSED, HistoryRow
from ctidesk.viewmodels.times import clock, day, days_ago, length
from ctidesk.views import theme
from ctidesk.views.rows import ListRow, RowsList
from ctidesk.words import say


class HistoryPanel(QFrame):
    """Choosing a row shows its call; Enter or a double click also plays what there is, or opens its fax."""

    looked = Signal(str)
    played = Signal(str)
    filtered = Signal()
    faxes = Signal()
    """The operator wants the window of faxes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.only = ALL
        self._shown: tuple[list[HistoryRow], date] | None = None
        title = QLabel(self.tr("Calls and messages"))
        title.setFont(theme.font(12, bold=True))
        title.setIndent(12)
        self._list = RowsList(self.tr("Calls and messages"), self.tr("No calls here yet."))
        self._list.clicked.connect(self._look)
        self._list.activated.connect(self._play)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 12, 8, 8)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 4, 0)
        top.addWidget(title, 1)
        top.addWidget(self._faxes_button())
        whole.addLayout(top)
        whole.addLayout(self._filters())
        whole.addWidget(self._list.none)
        whole.addWidget(self._list, 1)

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 4)
        group = QButtonGroup(self)
        for only, words in (
            (ALL, self.tr("All")),
            (MISSED, self.tr("Missed")),
            (MESSAGES, self.tr("Messages")),
            (FAXES, self.tr("Faxes")),
        ):
            button = QPushButton(words)
            button.setProperty("role", "filter")
            button.setCheckable(True)
            button.setChecked(only == self.only)
            button.clicked.connect(self._filter(only))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _faxes_button(self) -> QPushButton:
        self.to_faxes = QPushButton()
        self.to_faxes.setAutoDefault(False)
        self.to_faxes.setToolTip(self.tr("Faxes that came and that are sent, page by page (F10)"))
        self.to_faxes.clicked.connect(self.faxes)
        self.show_new_faxes(0)
        return self.to_faxes

    def show_new_faxes(self, new: int) -> None:
        words = self.tr("All faxes … ({new} new)").format(new=new) if new else self.tr("All faxes …")
        self.to_faxes.setText(words)

    def _filter(self, only: str) -> Callable[[], None]:
        def chosen() -> None:
            self.only = only
            self.filtered.emit()

        return chosen

    def show_rows(self, rows: list[HistoryRow], now: datetime) -> None:
        # Nine events out of ten change nothing here, and 500 rows take their time.
        shown = (rows, now.astimezone().date())
        if shown == self._shown:
            return
        self._shown = shown
        t = theme.tokens()
        colours = {
            "missed": t.alarm,
            "message": t.accent,
            "fax": t.accent,
            "running": t.talking,
            "interrupted": t.alarm,
        }
        self._list.set_rows(
            [
                ListRow(
                    key=row.call,
                    icon=row.kind,
                    colour=colours.get(row.kind, t.soft),
                    first=say(row.who),
                    second=self._second(row),
                    right=self._when(row.started, now),
                    bold=row.kind == "missed" or row.fresh,
                )
                for row in rows
            ]
        )

    def _second(self, row: HistoryRow) -> str:
        words = self.tr("new message") if row.fresh and row.fax is None else say(row.words)
        number, who = say(row.number), say(row.who)
        parts = [words, length(row.seconds), number if number != who else ""]
        return "  ·  ".join(part for part in parts if part)

    def _when(self, started: datetime | None, now: datetime) -> str:
        if started is None:
            return ""
        ago = days_ago(started, now)
        if ago == 0:
            return clock(started)
        return self.tr("yesterday {time}").format(time=clock(started)) if ago == 1 else day(started)

    def select(self, call: str) -> None:
        self._list.setCurrentIndex(self._list.rows.place(call))

    def take_focus(self) -> None:
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _look(self, index: QModelIndex) -> None:
        row = self._list.rows.row(index)
        if row is not None:
            self.looked.emit(row.key)

    def _play(self, index: QModelIndex) -> None:
        row = self._list.rows.row(index)
        if row is not None:
            self.played.emit(row.key)
