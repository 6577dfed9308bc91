"""What the call bar and its keys do: to the station at once, or after a seat was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from ctidesk.viewmodels import places
from ctidesk.viewmodels.callbar import GIVEN, Choice
from ctidesk.viewmodels.desk import Desk
from ctidesk.viewmodels.places import Place
from ctidesk.views.choice import ChoiceDialog
from ctidesk.views.place_choice import PlaceChoice
from ctidesk.views.seat_choice import SeatChoice

SEATS = {"transfer", "consult", "pick_up"}
"""Orders that need a seat."""


class Hands(Protocol):
    """What is done by the gateway, to a call."""

    def hold(self, call: str) -> None: ...
    def resume(self, call: str) -> None: ...
    def mute(self, call: str) -> None: ...
    def transfer(self, call: str, to: str, ring_s: float) -> None: ...
    def consult(self, call: str, to: str, ring_s: float) -> None: ...
    def swap(self, call: str) -> None: ...
    def complete(self, call: str) -> None: ...
    def conference(self, call: str) -> None: ...
    def park(self, call: str) -> None: ...
    def pick_up(self, call: str, seat: str) -> None: ...
    def places(self, call: str, answer: Callable[[tuple[Place, ...]], None]) -> None: ...
    def give(self, call: str, order: str, to: str) -> None: ...


class Orders:
    """Of the window `parent`; orders are for the call that is shown when they are given."""

    def __init__(self, parent: QWidget, desk: Desk, hands: Hands) -> None:
        self._parent, self._desk, self._hands = parent, desk, hands
        self.choice: ChoiceDialog | None = None
        self._choosing: tuple[str, str] | None = None
        """The order and the call that a seat or a place is chosen for."""

    def press(self, *orders: str) -> Callable[[], None]:
        """For a key: gives that one of these orders which the bar has open."""

        def give() -> None:
            for item in self._desk.call_bar():
                if item.key in orders and item.door.open:
                    return self.give(item.key)

        return give

    def give(self, order: str) -> None:
        call = self._desk.current()
        if call is None:
            return
        if order in SEATS:
            return self._choose(order, call.id)
        if order in GIVEN:
            return self._choose_place(order, call.id)
        does = {
            "hold": self._hands.hold,
            "resume": self._hands.resume,
            "unmute": self._hands.resume,
            "back": self._hands.resume,
            "mute": self._hands.mute,
            "swap": self._hands.swap,
            "complete": self._hands.complete,
            "conference": self._hands.conference,
            "park": self._hands.park,
        }
        does[order](call.id)

    def follow(self) -> None:
        """The desk has changed: what is being chosen may not be possible any more."""
        if self.choice is None or self._choosing is None:
            return
        order, call = self._choosing
        current = self._desk.current()
        possible = {item.key for item in self._desk.call_bar() if item.door.open}
        if current is None or current.id != call or order not in possible:
            self.choice.reject()
        elif order in SEATS:
            self.choice.show_choices(self._choices(order))

    def close(self) -> None:
        if self.choice is not None:
            self.choice.reject()

    def _choices(self, order: str) -> list[Choice]:
        return self._desk.takers() if order == "pick_up" else self._desk.targets()

    def _choose(self, order: str, call: str) -> None:
        self.close()
        translate = QCoreApplication.translate
        title, verb = {
            "transfer": (translate("Orders", "Transfer the call to"), translate("Orders", "Transfer")),
            "consult": (translate("Orders", "Talk first with"), translate("Orders", "Consult")),
            "pick_up": (translate("Orders", "Pick up at"), translate("Orders", "Pick up")),
        }[order]
        timed = order != "pick_up"
        choice = SeatChoice(self._parent, title, verb, self._choices(order), timed=timed)

        def chosen() -> None:
            to = choice.to()
            if to is None:
                return
            if timed:
                send = self._hands.transfer if order == "transfer" else self._hands.consult
                send(call, to, float(choice.seconds.value()))
            else:
                self._hands.pick_up(call, to)

        self._show(choice, order, call, chosen)

    def _choose_place(self, order: str, call: str) -> None:
        self.close()
        translate = QCoreApplication.translate
        title, verb = {
            "voicemail": (translate("Orders", "A message for"), translate("Orders", "To the mailbox")),
            "menu": (translate("Orders", "Give the caller to"), translate("Orders", "To the menu")),
            "take_fax": (translate("Orders", "Receive his fax into"), translate("Orders", "Receive")),
            "give_fax": (translate("Orders", "Send him this fax"), translate("Orders", "Send")),
        }[order]
        choice = PlaceChoice(self._parent, title, verb, order)

        def told(found: tuple[Place, ...]) -> None:
            if self.choice is choice:
                choice.show_choices(places.choices(found, order))

        def chosen() -> None:
            to = choice.to()
            if to is not None:
                self._hands.give(call, order, to)

        self._show(choice, order, call, chosen)
        self._hands.places(call, told)

    def _show(self, choice: ChoiceDialog, order: str, call: str, chosen: Callable[[], None]) -> None:
        self.choice, self._choosing = choice, (order, call)

        def over() -> None:
            if self.choice is choice:
                self.choice = self._choosing = None

        choice.accepted.connect(chosen)
        choice.finished.connect(over)
        # Not modal: a call that comes meanwhile can still be answered by its key.
        choice.show()
