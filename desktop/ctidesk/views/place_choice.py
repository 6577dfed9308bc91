"""Where a call is to go that is no seat: a list of boxes, menus or faxes; or a box, or a document, that is
not among them."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ctidesk.viewmodels.places import PREFIXES
from ctidesk.views.choice import ChoiceDialog

KINDS = "*.pdf *.tif *.tiff *.png *.jpg *.jpeg *.txt"


class PlaceChoice(ChoiceDialog):
    """Opened by the operator only, for one call; empty until the station has told what there is. `order`: of
    the call bar. What is written goes before what is chosen."""

    def __init__(self, parent: QWidget, title: str, verb: str, order: str) -> None:
        super().__init__(parent, title, verb, title)
        self._order = order
        self.written = QLineEdit()
        self.written.setMaxLength(1000)
        self.written.textChanged.connect(lambda _: self.judge())
        self.browse: QPushButton | None = None
        if order == "give_fax":
            self.setMinimumWidth(520)
            self._add_row(self.tr("A document"), self._with_browse())
        elif order in PREFIXES:
            self._add_row(self.tr("Another box"), self.written)
        self.complete([])

    def to(self) -> str | None:
        written = self.written.text().strip()
        return PREFIXES[self._order] + written if written else self.chosen()

    def _add_row(self, words: str, field: QWidget) -> None:
        self.written.setAccessibleName(words)
        form = QFormLayout()
        form.addRow(words, field)
        self.whole.addLayout(form)

    def _with_browse(self) -> QWidget:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        self.browse = QPushButton(self.tr("Browse …"))
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        row.addWidget(self.written, 1)
        row.addWidget(self.browse)
        return both

    def _browse(self) -> None:
        documents = self.tr("Documents")
        found, _ = QFileDialog.getOpenFileName(
            self, self.tr("The document to be sent"), "", f"{documents} ({KINDS})"
        )
        if found:
            self.written.setText(found)
