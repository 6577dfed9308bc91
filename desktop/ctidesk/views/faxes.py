"""The window of faxes: those that came and those that are sent on the left, the page of one on the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QItemSelection, QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ctidesk.viewmodels.desk import OWN_WORDS, Desk
from ctidesk.viewmodels.fax_facts import SentFax
from ctidesk.viewmodels.fax_order import Answer, FaxOrder
from ctidesk.viewmodels.faxes import ALL, CAME, COMING, SENT, FaxRow, Key
from ctidesk.viewmodels.times import clock, day, days_ago
from ctidesk.views import theme
from ctidesk.views.fax_form import FaxForm
from ctidesk.views.fax_page import STEP, FaxPage
from ctidesk.views.pop import shut
from ctidesk.views.rows import ListRow, RowsList
from ctidesk.words import say


class FaxHands(Protocol):
    """What is done by the gateway, to faxes."""

    def look(self, key: Key, page: int = 1) -> None: ...
    def save(self, key: Key, path: Path) -> None: ...
    def stop(self, fax: str) -> None: ...
    def retry(self, fax: str) -> None: ...
    def send(self, order: FaxOrder, answer: Answer) -> None: ...


class FaxesWindow(QWidget):
    """Shows the faxes of a desk; call `render_faxes` after it has changed."""

    def __init__(self, desk: Desk, hands: FaxHands, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._desk, self._faxes, self._hands, self._now = desk, desk.faxes, hands, now
        self.only = ALL
        self.form: FaxForm | None = None
        self._keys: dict[str, Key] = {}
        self._shown: tuple[list[FaxRow], date] | None = None
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._inner: QWidget | None = None
        self.resize(1180, 820)
        # No shortcuts of the page's own: they are for the list's keys too, and outlive another language.
        for keys, does in (
            (("+", "="), lambda: self.page.zoom(STEP)),
            (("-",), lambda: self.page.zoom(1 / STEP)),
            (("0",), lambda: self.page.zoom(0)),
            (("PgUp",), lambda: self.page.back.click()),
            (("PgDown",), lambda: self.page.on.click()),
        ):
            for key in keys:
                QShortcut(QKeySequence(key), self).activated.connect(does)
        self.build()

    def build(self) -> None:
        """Makes everything in the language that is installed; again after it was changed."""
        self.setWindowTitle(self.tr("Faxes"))
        if self.form is not None:
            self.form.reject()
        if self._inner is not None:
            self._whole.removeWidget(self._inner)
            self._inner.deleteLater()
        self._inner, self._shown = QWidget(), None
        self._whole.addWidget(self._inner)
        self.page = FaxPage(self._faxes)
        self.page.leafed.connect(self._leaf)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(10)
        halves.addWidget(self._list_panel())
        halves.addWidget(self.page)
        halves.setSizes([430, 720])
        self._notice = QLabel()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(10)
        column.addLayout(self._deeds())
        column.addWidget(halves, 1)
        column.addWidget(self._notice)
        self.render_faxes()
        self.list.setFocus()

    def _list_panel(self) -> QFrame:
        panel = QFrame()
        panel.setObjectName("panel")
        self.list = RowsList(self.tr("Faxes"), self.tr("No faxes here yet."))
        self.list.selectionModel().selectionChanged.connect(self._chosen)
        column = QVBoxLayout(panel)
        column.setContentsMargins(8, 12, 8, 8)
        column.addLayout(self._filters())
        column.addWidget(self.list.none)
        column.addWidget(self.list, 1)
        return panel

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 4)
        group = QButtonGroup(self._inner)
        for only, words in ((ALL, self.tr("All")), (CAME, self.tr("Received")), (SENT, self.tr("Sent"))):
            button = QPushButton(words)
            button.setProperty("role", "filter")
            button.setCheckable(True)
            button.setChecked(only == self.only)
            button.clicked.connect(self._filter(only))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _filter(self, only: str) -> Callable[[], None]:
        def chosen() -> None:
            self.only = only
            self.render_faxes()

        return chosen

    def _deeds(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.send = QPushButton(self.tr("Send a fax …"))
        self.save = QPushButton(self.tr("Save as …"))
        self.stop = QPushButton(self.tr("Stop"))
        self.again = QPushButton(self.tr("Send again"))
        for button, does in (
            (self.send, self._fill_in),
            (self.save, self._save),
            (self.stop, lambda: self._to_sent(self._hands.stop)),
            (self.again, lambda: self._to_sent(self._hands.retry)),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(does)
            row.addWidget(button)
            if button is self.send:
                row.addStretch(1)
        return row

    def render_faxes(self) -> None:
        """Shows what the desk holds of faxes now."""
        rows = self._faxes.rows(self.only, self._desk.countries(), self._now())
        # Most events change nothing here, and a thousand rows take their time.
        shown = (rows, self._now().astimezone().date())
        if shown != self._shown:
            self._shown = shown
            self._keys = {_text(row.key): row.key for row in rows}
            self.list.set_rows([self._row(row) for row in rows])
        sheet = self._faxes.sheet
        place = QModelIndex() if sheet is None else self.list.rows.place(_text(sheet.key))
        if place.isValid() and not self.list.selectionModel().isSelected(place):
            self.list.setCurrentIndex(place)
        self.page.show_page(self._now())
        self.send.setEnabled(self._faxes.reachable)
        shut(self.save, self._faxes.save_door(), self.tr("Save all pages as PDF or TIFF"))
        shut(self.stop, self._faxes.stop_door(), self.tr("Send no further; one that is on its way hangs up"))
        shut(self.again, self._faxes.retry_door(), self.tr("Send the pages that are not confirmed"))
        self._notice.setText(say(self._faxes.notice))
        detail = self._faxes.detail
        self._notice.setToolTip(say(OWN_WORDS.fill(text=detail)) if detail else "")
        self._notice.setVisible(bool(self._notice.text()))
        if self.form is not None:
            self.form.show_reachable(self._faxes.reachable)

    def _row(self, row: FaxRow) -> ListRow:
        t = theme.tokens()
        many = self.tr("one of {count}").format(count=row.many) if row.many > 1 else ""
        colours = {"fax": t.accent, "coming": t.busy, "sending": t.busy, "sent": t.talking, "failed": t.alarm}
        return ListRow(
            key=_text(row.key),
            icon=row.kind,
            colour=colours[row.kind],
            first=say(row.who),
            second="  ·  ".join(part for part in (say(row.words), row.more, many) if part),
            right=self._when(row.at),
            bold=row.fresh,
        )

    def _when(self, at: datetime | None) -> str:
        if at is None:
            return ""
        return clock(at) if days_ago(at, self._now()) == 0 else day(at)

    def _chosen(self, chosen: QItemSelection) -> None:
        row = self.list.rows.row(next(iter(chosen.indexes()), QModelIndex()))
        key = None if row is None else self._keys.get(row.key)
        if (
            key is not None
            and key[0] != COMING
            and (self._faxes.sheet is None or self._faxes.sheet.key != key)
        ):
            self._hands.look(key)

    def _leaf(self, page: int) -> None:
        sheet = self._faxes.sheet
        if sheet is not None:
            self._hands.look(sheet.key, page)

    def _to_sent(self, does: Callable[[str], None]) -> None:
        fax = self._faxes.chosen()
        if isinstance(fax, SentFax):
            does(fax.id)

    def _save(self) -> None:
        fax, sheet = self._faxes.chosen(), self._faxes.sheet
        if fax is None or sheet is None:
            return
        kinds = {self.tr("PDF file (*.pdf)"): ".pdf", self.tr("TIFF file (*.tif)"): ".tif"}
        chosen, kind = QFileDialog.getSaveFileName(
            self, self.tr("Save the fax"), f"{fax.id}.pdf", ";;".join(kinds)
        )
        if chosen:
            path = Path(chosen)
            suffix = path.suffix.lower()
            known = suffix in (".pdf", ".tif", ".tiff")
            self._hands.save(sheet.key, path if known else Path(chosen + kinds.get(kind, ".pdf")))

    def _fill_in(self) -> None:
        """Not modal: a call that comes meanwhile can still be answered by its key."""
        if self.form is None:
            self.form = FaxForm(self, self._desk.line_names(), self._hands.send)
            self.form.finished.connect(self._filled_in)
            self.form.show()
        self.form.raise_()

    def _filled_in(self) -> None:
        self.form = None


def _text(key: Key) -> str:
    return ":".join(key)
