"""A list to choose one from, in a window of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ctidesk.viewmodels.callbar import Choice
from ctidesk.words import say

ROLE = Qt.ItemDataRole.UserRole


class ChoiceDialog(QDialog):
    """`go` is shut while there is nothing to choose. What a subclass adds stands in `whole`, above the
    buttons."""

    def __init__(self, parent: QWidget, title: str, verb: str, what: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.list = QListWidget()
        self.list.setAccessibleName(what)
        kinds = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.go = self._buttons.button(kinds.Ok)
        self.go.setText(verb)
        self._buttons.button(kinds.Cancel).setText(self.tr("Cancel"))
        for button in self._buttons.buttons():
            button.setIcon(QIcon())
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.list.itemActivated.connect(lambda _: self.accept())
        self.whole = QVBoxLayout(self)
        self.whole.setContentsMargins(18, 18, 18, 14)
        self.whole.setSpacing(14)
        self.whole.addWidget(self.list, 1)
        self.setMinimumWidth(380)

    def complete(self, choices: list[Choice]) -> None:
        """The last step of making it."""
        self.whole.addWidget(self._buttons)
        self.show_choices(choices)
        self.list.setFocus()

    def show_choices(self, choices: list[Choice]) -> None:
        """They change while it is open; what was chosen stays so."""
        chosen = self.chosen()
        known = [self.list.item(place).data(ROLE) for place in range(self.list.count())]
        if known != [choice.to for choice in choices]:
            self.list.clear()
            for choice in choices:
                item = QListWidgetItem()
                item.setData(ROLE, choice.to)
                self.list.addItem(item)
                if choice.to == chosen or self.list.count() == 1:
                    self.list.setCurrentItem(item)
        for place, choice in enumerate(choices):
            self.list.item(place).setText(say(choice.words))
        self.judge()

    def judge(self) -> None:
        """Whether there is something to go to."""
        self.go.setEnabled(self.to() is not None)

    def chosen(self) -> str | None:
        """Of the list."""
        item = self.list.currentItem()
        return None if item is None else str(item.data(ROLE))

    def to(self) -> str | None:
        """What the station calls it."""
        return self.chosen()
