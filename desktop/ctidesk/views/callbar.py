"""The call bar: what an operator does with a call at a seat, one button each."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from ctidesk.viewmodels.callbar import Item
from ctidesk.views import icons, theme
from ctidesk.words import say

KEYS = {"hold": "F5", "resume": "F5", "swap": "F5", "mute": "F7", "unmute": "F7", "back": "F7"}
KEYS |= {"consult": "F2", "complete": "F2", "transfer": "F9", "conference": "F9"}
KEYS |= {"park": "F11", "pick_up": "F12"}
KEYS |= {"voicemail": "Ctrl+1", "menu": "Ctrl+2", "take_fax": "Ctrl+3", "give_fax": "Ctrl+4"}
IN_A_ROW = 5


class CallBar(QWidget):
    """Shows the items of `viewmodels.callbar`; hidden where there are none."""

    asked = Signal(str)
    """An item's key."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Call at a seat"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 8, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self.buttons: list[QPushButton] = []
        self._items: list[Item] = []
        self._drawn: list[str] = []

    def show_items(self, items: list[Item]) -> None:
        while len(self.buttons) < len(items):
            self._add()
        for place, (button, item) in enumerate(zip(self.buttons, items, strict=False)):
            if button.hasFocus() and (not item.door.open or item.key != self._items[place].key):
                # Else a second press would undo what the first has done.
                self.setFocus()
            button.setText(say(item.words))
            if self._drawn[place] != item.key:
                t = theme.tokens()
                icons.dress(button, item.key, QColor(t.accent), QColor(t.soft), 16)
                self._drawn[place] = item.key
            button.setEnabled(item.door.open)
            hint = f"{say(item.hint)} ({KEYS[item.key]})" if item.door.open else say(item.hint)
            button.setToolTip(hint)
            button.setAccessibleDescription(hint)
        self._items = items
        self.setVisible(bool(items))

    def _add(self) -> None:
        place = len(self.buttons)
        button = QPushButton()
        button.setAutoDefault(False)
        button.setProperty("role", "bar")
        button.clicked.connect(lambda: self.asked.emit(self._items[place].key))
        self._grid.addWidget(button, place // IN_A_ROW, place % IN_A_ROW)
        self.buttons.append(button)
        self._drawn.append("")
