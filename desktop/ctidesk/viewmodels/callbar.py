"""What an operator does with a call at a seat: which of it is possible now, and if not why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ctidesk.viewmodels import terms
from ctidesk.viewmodels.card import ASKED as IS_ASKED
from ctidesk.viewmodels.card import IS_OVER, NO_CALL, UNREACHABLE, Door
from ctidesk.viewmodels.facts import Call, Seat
from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase
from ctidesk.viewmodels.stage import Stage

NO_TALK = QT_TRANSLATE_NOOP("CallBar", "The caller talks with no operator.")
IS_HELD = QT_TRANSLATE_NOOP("CallBar", "The caller is on hold: take him back first.")
IS_RUNG = QT_TRANSLATE_NOOP("CallBar", "A seat is rung for the call.")
CONSULTS = QT_TRANSLATE_NOOP("CallBar", "Another seat is consulted: complete that, or take the caller back.")
TOGETHER = QT_TRANSLATE_NOOP("CallBar", "All three talk already.")
NO_FAX_LINE = QT_TRANSLATE_NOOP("CallBar", "This line carries no fax: it hears nothing while it speaks.")
NOT_YET = QT_TRANSLATE_NOOP("CallBar", "The other seat has not answered yet.")

HOLD = QT_TRANSLATE_NOOP("CallBar", "Hold")
RESUME = QT_TRANSLATE_NOOP("CallBar", "Resume")
MUTE = QT_TRANSLATE_NOOP("CallBar", "Mute")
UNMUTE = QT_TRANSLATE_NOOP("CallBar", "Unmute")
TRANSFER = QT_TRANSLATE_NOOP("CallBar", "Transfer …")
CONSULT = QT_TRANSLATE_NOOP("CallBar", "Consult …")
SWAP = QT_TRANSLATE_NOOP("CallBar", "Swap")
THREE = QT_TRANSLATE_NOOP("CallBar", "All three")
BACK = QT_TRANSLATE_NOOP("CallBar", "Back")
COMPLETE = QT_TRANSLATE_NOOP("CallBar", "Complete")
PARK = QT_TRANSLATE_NOOP("CallBar", "Park")
PICK_UP = QT_TRANSLATE_NOOP("CallBar", "Pick up …")
VOICEMAIL = QT_TRANSLATE_NOOP("CallBar", "Voicemail …")
MENU = QT_TRANSLATE_NOOP("CallBar", "Menu …")
TAKE_FAX = QT_TRANSLATE_NOOP("CallBar", "Receive fax …")
GIVE_FAX = QT_TRANSLATE_NOOP("CallBar", "Send fax …")

DOES: dict[str, Phrase] = {
    "hold": QT_TRANSLATE_NOOP("CallBar", "The caller hears music, the operator nothing"),
    "resume": QT_TRANSLATE_NOOP("CallBar", "Caller and operator hear each other again"),
    "mute": QT_TRANSLATE_NOOP("CallBar", "The operator hears the caller and is not heard"),
    "unmute": QT_TRANSLATE_NOOP("CallBar", "The caller hears the operator again"),
    "consult": QT_TRANSLATE_NOOP("CallBar", "Talk with another seat first, while the caller hears music"),
    "swap": QT_TRANSLATE_NOOP("CallBar", "The one that hears music, instead of the one that talks"),
    "conference": QT_TRANSLATE_NOOP("CallBar", "Caller and both seats hear one another"),
    "back": QT_TRANSLATE_NOOP("CallBar", "To the caller again; the other seat is let go"),
    "complete": QT_TRANSLATE_NOOP("CallBar", "The other seat has the caller"),
    "transfer": QT_TRANSLATE_NOOP("CallBar", "To another seat or a group; it comes back if nobody answers"),
    "park": QT_TRANSLATE_NOOP("CallBar", "The operator is free; any seat can pick the call up"),
    "pick_up": QT_TRANSLATE_NOOP("CallBar", "The parked call, to a seat"),
    "voicemail": QT_TRANSLATE_NOOP(
        "CallBar", "The caller leaves a message in a mailbox; the operator is free"
    ),
    "menu": QT_TRANSLATE_NOOP("CallBar", "A menu has the caller; the operator is free"),
    "take_fax": QT_TRANSLATE_NOOP("CallBar", "The caller's machine sends, when he presses its start key"),
    "give_fax": QT_TRANSLATE_NOOP("CallBar", "The caller's machine receives, when he presses its start key"),
}
FAILED: dict[str, Phrase] = {
    "hold": QT_TRANSLATE_NOOP("Notice", "The call was not put on hold: the station refused."),
    "resume": QT_TRANSLATE_NOOP("Notice", "The call was not taken back: the station refused."),
    "mute": QT_TRANSLATE_NOOP("Notice", "The operator was not muted: the station refused."),
    "consult": QT_TRANSLATE_NOOP("Notice", "No seat was consulted: the station refused."),
    "swap": QT_TRANSLATE_NOOP("Notice", "Nothing was swapped: the station refused."),
    "conference": QT_TRANSLATE_NOOP("Notice", "The three were not joined: the station refused."),
    "complete": QT_TRANSLATE_NOOP("Notice", "The call was not given on: the station refused."),
    "transfer": QT_TRANSLATE_NOOP("Notice", "The call was not transferred: the station refused."),
    "park": QT_TRANSLATE_NOOP("Notice", "The call was not parked: the station refused."),
    "pick_up": QT_TRANSLATE_NOOP("Notice", "The call was not picked up: the station refused."),
    "voicemail": QT_TRANSLATE_NOOP("Notice", "The caller was not sent to the mailbox: the station refused."),
    "menu": QT_TRANSLATE_NOOP("Notice", "The caller was not sent to the menu: the station refused."),
    "take_fax": QT_TRANSLATE_NOOP("Notice", "No fax is received: the station refused."),
    "give_fax": QT_TRANSLATE_NOOP("Notice", "No fax is sent: the station refused."),
}
SENT = QT_TRANSLATE_NOOP("Notice", "Transferred to {to}")
GIVEN: dict[str, Phrase] = {
    "voicemail": QT_TRANSLATE_NOOP("Notice", "The caller is sent to the mailbox"),
    "menu": QT_TRANSLATE_NOOP("Notice", "The caller is sent to the menu"),
    "take_fax": QT_TRANSLATE_NOOP("Notice", "The fax is being received"),
    "give_fax": QT_TRANSLATE_NOOP("Notice", "The fax is being sent"),
}
"""Orders that need a place."""
IN_PLACE = QT_TRANSLATE_NOOP("Notice", "Parked in place {place}")

EVERY_SEAT = QT_TRANSLATE_NOOP("CallBar", "{name}: all who are ready")
SEAT = QT_TRANSLATE_NOOP("CallBar", "{name}: {state}")


@dataclass(frozen=True, slots=True)
class Item:
    """A button of the bar. `key` is what it does: a key of `DOES`."""

    key: str
    words: Phrase
    door: Door

    @property
    def hint(self) -> Phrase:
        """What it does, or why it does nothing."""
        return DOES[self.key] if self.door.open else self.door.reason


@dataclass(frozen=True, slots=True)
class Choice:
    """A seat, a group or another place that a call can go to; `to` is what the station calls it."""

    to: str
    words: Phrase


def items(
    call: Call | None, at: Stage, *, reachable: bool, asked: str | None = None, fax: bool = True
) -> list[Item]:
    """The bar of a call, in order: five of its talk, four of where it can be given that is no seat. `asked`:
    what was asked of the station and is not yet done; `fax`: its line carries faxes."""
    why = _why_nothing(call, reachable, asked)

    def item(key: str, words: Phrase, reason: Phrase = NOTHING) -> Item:
        """Open where there is no reason against it."""
        shut = reason if why is NOTHING else why
        return Item(key, words, Door(shut is NOTHING, shut))

    talks = CONSULTS if at.consults else NO_TALK if at.seat is None or at.talk is None else NOTHING
    faxes = talks if fax or talks is not NOTHING else NO_FAX_LINE
    given = [
        item("voicemail", VOICEMAIL, talks),
        item("menu", MENU, talks),
        item("take_fax", TAKE_FAX, faxes),
        item("give_fax", GIVE_FAX, faxes),
    ]
    if at.consults:
        rung = NOT_YET if at.guest is None else NOTHING
        first = [item("swap", SWAP, rung), item("back", BACK), item("complete", COMPLETE)]
        three = item("conference", THREE, TOGETHER if at.talk == "conference" else rung)
        return [*first, three, item("park", PARK, CONSULTS), *given]
    heard = IS_HELD if at.talk == "held" else talks
    parked = IS_RUNG if at.seat is not None or at.ringing else NOTHING
    return [
        item("resume", RESUME) if at.talk == "held" else item("hold", HOLD, talks),
        item("unmute", UNMUTE) if at.talk == "muted" else item("mute", MUTE, heard),
        item("consult", CONSULT, talks),
        item("transfer", TRANSFER, talks),
        item("pick_up", PICK_UP, parked) if at.place else item("park", PARK, talks),
        *given,
    ]


def _why_nothing(call: Call | None, reachable: bool, asked: str | None) -> Phrase:
    if not reachable:
        return UNREACHABLE
    if call is None:
        return NO_CALL
    if call.state == "ended":
        return IS_OVER
    return IS_ASKED if asked in DOES else NOTHING


def targets(seats: Iterable[Seat], without: str | None) -> list[Choice]:
    """Where a call that `without` has can be sent: the seats, those that are ready first, then the groups."""
    others = [seat for seat in seats if seat.name != without]
    groups = dict.fromkeys(group for seat in others for group in seat.groups)
    ready_first = sorted(others, key=lambda seat: seat.state != "ready")
    return [_choice(seat) for seat in ready_first] + [
        Choice(group, EVERY_SEAT.fill(name=group)) for group in groups
    ]


def takers(seats: Iterable[Seat]) -> list[Choice]:
    """The seats that can pick a parked call up."""
    return [_choice(seat) for seat in seats if seat.state not in ("ringing", "talking", "out-of-order")]


def _choice(seat: Seat) -> Choice:
    name = f"{seat.name} · {seat.number}" if seat.number else seat.name
    return Choice(seat.name, SEAT.fill(name=name, state=terms.seat_state(seat.state)))
