"""A new customer's card, with the caller's number filled in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)


class CustomerForm(QDialog):
    """Opened by the operator only; a name is needed before it can be saved."""

    def __init__(self, parent: QWidget, number: str, name: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("New customer"))
        self.name, self.number, self.company = QLineEdit(name), QLineEdit(number), QLineEdit()
        self.notes = QPlainTextEdit()
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(90)
        form = QFormLayout()
        for words, field in (
            (self.tr("Name"), self.name),
            (self.tr("Company"), self.company),
            (self.tr("Number"), self.number),
            (self.tr("Notes"), self.notes),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        buttons.button(kinds.Save).setText(self.tr("Save"))
        buttons.button(kinds.Cancel).setText(self.tr("Cancel"))
        for button in buttons.buttons():
            button.setIcon(QIcon())
        self._save = buttons.button(kinds.Save)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.name.textChanged.connect(self._check)
        self.number.textChanged.connect(self._check)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 18, 18, 14)
        whole.setSpacing(14)
        whole.addLayout(form)
        whole.addWidget(buttons)
        self.setMinimumWidth(420)
        self.name.setFocus()
        self._check()

    def texts(self) -> tuple[str, str, str, str]:
        """Name, number, company and notes, as they were typed."""
        lines = (self.name, self.number, self.company)
        name, number, company = (line.text().strip() for line in lines)
        return name, number, company, self.notes.toPlainText().strip()

    def _check(self) -> None:
        ready = bool(self.name.text().strip() and self.number.text().strip())
        self._save.setEnabled(ready)
        self._save.setToolTip("" if ready else self.tr("A name and a number are needed."))
