"""Where a call is to go: a list of seats and groups, and for how long they are rung."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QSpinBox, QWidget

from ctidesk.viewmodels.callbar import Choice
from ctidesk.views.choice import ChoiceDialog

RING_S, LEAST_S, MOST_S = 20, 5, 120


class SeatChoice(ChoiceDialog):
    """Opened by the operator only, for one call. `timed`: with the seconds to ring for."""

    def __init__(self, parent: QWidget, title: str, verb: str, choices: list[Choice], *, timed: bool) -> None:
        super().__init__(parent, title, verb, self.tr("Seats"))
        self.seconds = QSpinBox()
        self.seconds.setRange(LEAST_S, MOST_S)
        self.seconds.setValue(RING_S)
        self.seconds.setSuffix(self.tr(" s"))
        self.seconds.setAccessibleName(self.tr("Ring for"))
        if timed:
            form = QFormLayout()
            form.addRow(self.tr("Ring for"), self.seconds)
            self.whole.addLayout(form)
        self.complete(choices)
