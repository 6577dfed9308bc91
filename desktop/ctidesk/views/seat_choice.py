"""Where a call is to go: a list of seats and groups, and for how long they are rung."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ctidesk.viewmodels.callbar import Choice
from ctidesk.words import say

RING_S, LEAST_S, MOST_S = 20, 5, 120
ROLE = Qt.ItemDataRole.UserRole


class SeatChoice(QDialog):
    """Opened by the operator only, for one call. `timed`: with the seconds to ring for."""

    def __init__(self, parent: QWidget, title: str, verb: str, choices: list[Choice], *, timed: bool) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Seats"))
        self.seconds = QSpinBox()
        self.seconds.setRange(LEAST_S, MOST_S)
        self.seconds.setValue(RING_S)
        self.seconds.setSuffix(self.tr(" s"))
        self.seconds.setAccessibleName(self.tr("Ring for"))
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.go = buttons.button(kinds.Ok)
        self.go.setText(verb)
        buttons.button(kinds.Cancel).setText(self.tr("Cancel"))
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.list.itemActivated.connect(lambda _: self.accept())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 18, 18, 14)
        whole.setSpacing(14)
        whole.addWidget(self.list, 1)
        if timed:
            form = QFormLayout()
            form.addRow(self.tr("Ring for"), self.seconds)
            whole.addLayout(form)
        whole.addWidget(buttons)
        self.setMinimumWidth(380)
        self.show_choices(choices)
        self.list.setFocus()

    def show_choices(self, choices: list[Choice]) -> None:
        """Their states change while it is open; what was chosen stays so."""
        chosen = self.to()
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
        self.go.setEnabled(bool(choices))

    def to(self) -> str | None:
        """What the station calls it."""
        item = self.list.currentItem()
        return None if item is None else str(item.data(ROLE))
