"""The screen pop: who calls, and what may be done with the call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ctidesk.viewmodels import terms
from ctidesk.viewmodels.facts import Call, Customer
from ctidesk.viewmodels.numbers import local
from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase
from ctidesk.viewmodels.stage import NOWHERE, Stage

NEW_CALLER = QT_TRANSLATE_NOOP("Card", "Not in the customer list")
WAITING = QT_TRANSLATE_NOOP("Card", "Incoming call")
NO_CALL = QT_TRANSLATE_NOOP("Card", "There is no call.")
STILL_RINGS = QT_TRANSLATE_NOOP("Card", "The line is still ringing: there is nothing to hang up yet.")
IS_ANSWERED = QT_TRANSLATE_NOOP("Card", "The call is answered already.")
IS_OVER = QT_TRANSLATE_NOOP("Card", "The call is over.")
IS_OURS = QT_TRANSLATE_NOOP("Card", "This call went out from here: there is nothing to answer.")
UNREACHABLE = QT_TRANSLATE_NOOP("Card", "The station is not reachable.")
ASKED = QT_TRANSLATE_NOOP("Card", "The station has been asked; one moment.")
NO_SAVE = QT_TRANSLATE_NOOP("Card", "There is no number to save.")

RINGS = QT_TRANSLATE_NOOP("CallState", "Ringing")
IN_MENU = QT_TRANSLATE_NOOP("CallState", "In the menu")
TALKS = QT_TRANSLATE_NOOP("CallState", "In a call")
OVER = QT_TRANSLATE_NOOP("CallState", "Ended: {cause}")
OVER_PLAIN = QT_TRANSLATE_NOOP("CallState", "Ended")


@dataclass(frozen=True, slots=True)
class Door:
    """Whether something may be done; if not, `reason` says why not."""

    open: bool
    reason: Phrase = NOTHING


@dataclass(frozen=True, slots=True)
class Card:
    """What the pop shows of one call; texts are ready, phrases still to be translated."""

    call: str
    port: str
    state: str  # alerting | connected | ended
    state_words: Phrase
    since: datetime | None
    headline: str | Phrase
    number: str | Phrase
    known: bool
    menu: bool
    answer: Door
    hang_up: Door
    save: Door
    company: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    last: Call | None = None
    others: tuple[str, ...] = ()
    """Names of further customers with this number."""


def who(call: Call, customer: Customer | None, country: str | None) -> str | Phrase:
    """The party of a call in a few words: customer, else name by caller ID, else number."""
    if customer is not None and customer.name:
        return customer.name
    if named := call.customer_name or call.name:
        return named
    return number_of(call, country)


def number_of(call: Call, country: str | None) -> str | Phrase:
    shown = local(call.e164 or call.number, country)
    return shown or terms.no_number(call.withheld, running=call.state == "alerting")


def last_call(call: Call, calls: Iterable[Call]) -> Call | None:
    """The newest earlier call of the same customer or number."""
    earlier = [
        other
        for other in calls
        if other.id != call.id
        and other.started is not None
        and (call.started is None or other.started < call.started)
        and (
            (call.customer is not None and other.customer == call.customer)
            or (call.e164 is not None and other.e164 == call.e164)
            or (call.number is not None and other.number == call.number)
        )
    ]
    return max(earlier, key=lambda other: other.started or datetime.min, default=None)


def answer_door(call: Call | None, *, reachable: bool, asked: bool = False, menu: bool = False) -> Door:
    """`menu`: a menu has the call; an operator may take it over."""
    if not reachable:
        return Door(False, UNREACHABLE)
    if call is None:
        return Door(False, NO_CALL)
    if call.state == "ended":
        return Door(False, IS_OVER)
    if call.direction == "out":
        return Door(False, IS_OURS)
    if call.state != "alerting" and not menu:
        return Door(False, IS_ANSWERED)
    return Door(False, ASKED) if asked else Door(True)


def hang_up_door(call: Call | None, *, reachable: bool, asked: bool = False) -> Door:
    if not reachable:
        return Door(False, UNREACHABLE)
    if call is None:
        return Door(False, NO_CALL)
    if call.state == "ended":
        return Door(False, IS_OVER)
    if call.state == "alerting" and call.direction == "in":
        return Door(False, STILL_RINGS)
    return Door(False, ASKED) if asked else Door(True)


def _state_words(call: Call, menu: bool, at: Stage) -> Phrase:
    if call.state != "ended" and at.words is not None:
        return at.words
    if call.state == "alerting":
        return RINGS
    if call.state == "connected":
        return IN_MENU if menu else TALKS
    return OVER.fill(cause=terms.cause(call.cause)) if call.cause else OVER_PLAIN


def card(
    call: Call,
    customer: Customer | None,
    *,
    country: str | None,
    earlier: Iterable[Call],
    reachable: bool,
    asked: str | None = None,
    menu: bool = False,
    at: Stage = NOWHERE,
    others: tuple[str, ...] = (),
) -> Card:
    """The pop of one call. `asked` is what was asked of the station and not yet done (answer, hang_up)."""
    digits = call.e164 or call.number
    return Card(
        call=call.id,
        port=call.port,
        state=call.state,
        state_words=_state_words(call, menu, at),
        since=call.answered if call.state == "connected" else call.started,
        headline=(customer.name if customer else None)
        or call.customer_name
        or call.name
        or (NEW_CALLER if digits else WAITING),
        number=number_of(call, country),
        known=customer is not None or call.customer is not None,
        menu=menu,
        answer=answer_door(call, reachable=reachable, asked=asked == "answer", menu=menu),
        hang_up=hang_up_door(call, reachable=reachable, asked=asked == "hang_up"),
        save=Door(False, UNREACHABLE) if not reachable else Door(True) if digits else Door(False, NO_SAVE),
        company=(customer.company if customer else None) or "",
        notes=(customer.notes if customer else None) or "",
        tags=customer.tags if customer else (),
        last=last_call(call, earlier),
        others=others,
    )
