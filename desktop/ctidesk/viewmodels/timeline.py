"""A call's events in plain words, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ctidesk.viewmodels import terms
from ctidesk.viewmodels.facts import Event, number, whole
from ctidesk.viewmodels.numbers import local
from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP, Phrase
from ctidesk.viewmodels.stage import served_by
from ctidesk.viewmodels.times import length


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, what in words, and `kind` for its icon (call ring caller key say record seat
    hold end)."""

    moment: datetime | None
    words: Phrase
    kind: str


OFFERED = QT_TRANSLATE_NOOP("TimeLine", "A call comes in")
DIALLED = QT_TRANSLATE_NOOP("TimeLine", "A call goes out")
RANG = QT_TRANSLATE_NOOP("TimeLine", "It rings")
RANG_AGAIN = QT_TRANSLATE_NOOP("TimeLine", "It has rung {count} times")
CALLER = QT_TRANSLATE_NOOP("TimeLine", "The number arrives: {number}")
CALLER_NAMED = QT_TRANSLATE_NOOP("TimeLine", "The number arrives: {number}, {name}")
CALLER_NONE = QT_TRANSLATE_NOOP("TimeLine", "The exchange sends no number: {reason}")
CALLER_BAD = QT_TRANSLATE_NOOP("TimeLine", "The number was damaged on the line and is not used")
WAITING = QT_TRANSLATE_NOOP("TimeLine", "Someone else is calling: {number}")
WAITING_NAMED = QT_TRANSLATE_NOOP("TimeLine", "Someone else is calling: {number}, {name}")
WAITING_NONE = QT_TRANSLATE_NOOP("TimeLine", "Someone else is calling")
CUSTOMER = QT_TRANSLATE_NOOP("TimeLine", "It is a customer: {name}")
CUSTOMER_OF = QT_TRANSLATE_NOOP("TimeLine", "It is a customer: {name}, {company}")
BY_OPERATOR = QT_TRANSLATE_NOOP("TimeLine", "You answer")
BY_SEAT = QT_TRANSLATE_NOOP("TimeLine", "An operator answers at her telephone")
BY_FAX = QT_TRANSLATE_NOOP("TimeLine", "Answered as a fax machine")
BY_CALLED = QT_TRANSLATE_NOOP("TimeLine", "Answered by the called party")
TAKEN_OVER = QT_TRANSLATE_NOOP("TimeLine", "You take the call over from the menu")
BY_MENU = QT_TRANSLATE_NOOP("TimeLine", "The menu answers")
KEY = QT_TRANSLATE_NOOP("TimeLine", "The caller presses {digit}")
KEY_EARLY = QT_TRANSLATE_NOOP("TimeLine", "The caller presses {digit} during the announcement")
PROMPT = QT_TRANSLATE_NOOP("TimeLine", 'The caller hears "{prompt}"')
CHOICE = QT_TRANSLATE_NOOP("TimeLine", "Key {key} is taken")
CHOICE_ON = QT_TRANSLATE_NOOP("TimeLine", 'Key {key} is taken: on to "{target}"')
CHOICE_WRONG = QT_TRANSLATE_NOOP("TimeLine", "Key {key} is not in the menu")
CHOICE_NONE = QT_TRANSLATE_NOOP("TimeLine", "The caller presses nothing")
RECORDING = QT_TRANSLATE_NOOP("TimeLine", "The recording starts")
RECORDED = QT_TRANSLATE_NOOP("TimeLine", "The recording is saved")
REPAIRED = QT_TRANSLATE_NOOP("TimeLine", "The recording is repaired and saved")
LOST = QT_TRANSLATE_NOOP("TimeLine", "Part of the recording was lost: the disk was too slow")
DELETED = QT_TRANSLATE_NOOP("TimeLine", "The recording is deleted by age")
MESSAGE = QT_TRANSLATE_NOOP("TimeLine", "A message of {length} is saved in mailbox {box}")
SEAT_RINGS = QT_TRANSLATE_NOOP("TimeLine", "{seat} is rung")
SEAT_RINGS_BACK = QT_TRANSLATE_NOOP("TimeLine", "The call comes back to {seat}: {reason}")
SEAT_ANSWERS = QT_TRANSLATE_NOOP("TimeLine", "{seat} answers")
SEAT_TALKS = QT_TRANSLATE_NOOP("TimeLine", "{seat} and the caller talk")
SEAT_HOLDS = QT_TRANSLATE_NOOP("TimeLine", "{seat} puts the caller on hold")
SEAT_MUTED = QT_TRANSLATE_NOOP("TimeLine", "{seat} is muted")
SEAT_CONSULTS = QT_TRANSLATE_NOOP("TimeLine", "{seat} consults another seat")
SEAT_CONSULTED = QT_TRANSLATE_NOOP("TimeLine", "{seat} is consulted")
SEAT_JOINS = QT_TRANSLATE_NOOP("TimeLine", "{seat} is one of three who talk")
SEAT_LEFT = QT_TRANSLATE_NOOP("TimeLine", "No longer at {seat}: {reason}")
QUEUED = QT_TRANSLATE_NOOP("TimeLine", "The caller waits in {queue}, place {place}")
QUIT = QT_TRANSLATE_NOOP("TimeLine", "No longer in {queue}: {reason}")
PARKED = QT_TRANSLATE_NOOP("TimeLine", "The call is parked in place {place}")
PICKED_UP = QT_TRANSLATE_NOOP("TimeLine", "The call is picked up from place {place}")
PARKED_LONG = QT_TRANSLATE_NOOP("TimeLine", "Nobody has picked the call up from place {place}")
TO: dict[str, Phrase] = {
    "box": QT_TRANSLATE_NOOP("TimeLine", "The caller is sent to mailbox {name}"),
    "ivr": QT_TRANSLATE_NOOP("TimeLine", "The caller is sent to the menu {name}"),
    "fax-receive": QT_TRANSLATE_NOOP("TimeLine", "The caller's fax is taken for box {name}"),
    "fax-send": QT_TRANSLATE_NOOP("TimeLine", "The fax {name} is sent to the caller"),
}
NO_FAX = QT_TRANSLATE_NOOP("TimeLine", "No fax machine answers at the caller's")
NOT_SERVED = QT_TRANSLATE_NOOP("TimeLine", "It failed")
FAX_CAME = QT_TRANSLATE_NOOP("TimeLine", "Fax received; pages: {pages}")
FAX_CAME_BAD = QT_TRANSLATE_NOOP("TimeLine", "Fax received; pages: {pages}, damaged rows: {rows}")
FAX_WENT = QT_TRANSLATE_NOOP("TimeLine", "Fax sent; pages confirmed: {pages}")
FAX_BROKEN = QT_TRANSLATE_NOOP("TimeLine", "The fax did not end in order; pages: {pages}")
BACK: dict[str, Phrase] = {
    "no-answer": QT_TRANSLATE_NOOP("Left", "nobody answered"),
    "busy": QT_TRANSLATE_NOOP("Left", "the other is busy"),
    "failed": QT_TRANSLATE_NOOP("Left", "it could not be done"),
}
CLEARING = QT_TRANSLATE_NOOP("TimeLine", "The call ends: {cause}")
ENDED = QT_TRANSLATE_NOOP("TimeLine", "The call is over")

HEARD = timedelta(milliseconds=100)
"""A prompt that a key ended sooner was not heard: the key had been pressed before."""

Maker = Callable[[Event, str | None], "Phrase | None"]


def _caller(event: Event, country: str | None) -> Phrase:
    if event.data.get("checksum_ok") is False:
        return CALLER_BAD
    digits, name = event.word("number"), event.word("name")
    if digits is None:
        return CALLER_NONE.fill(reason=terms.no_number(event.word("reason") or "unavailable"))
    shown = local(digits, country)
    return CALLER_NAMED.fill(number=shown, name=name) if name else CALLER.fill(number=shown)


def _waiting(event: Event, country: str | None) -> Phrase:
    digits, name = event.word("number"), event.word("name")
    if digits is None:
        return WAITING_NONE
    shown = local(digits, country)
    return WAITING_NAMED.fill(number=shown, name=name) if name else WAITING.fill(number=shown)


def _customer(event: Event, country: str | None) -> Phrase | None:
    name, company = event.word("name"), event.word("company")
    if name is None:
        return None
    return CUSTOMER_OF.fill(name=name, company=company) if company else CUSTOMER.fill(name=name)


def _answered(event: Event, country: str | None) -> Phrase:
    if event.word("by") == "called":
        return BY_CALLED
    if event.word("by") == "fax":
        return BY_FAX
    if event.word("by") == "seat":
        return BY_SEAT
    return BY_MENU if event.word("by") in (None, "script") else BY_OPERATOR


def _digit(event: Event, country: str | None) -> Phrase:
    return (KEY if event.word("during") is None else KEY_EARLY).fill(digit=event.word("digit") or "?")


def _prompt(event: Event, country: str | None) -> Phrase | None:
    name = event.word("prompt")
    if name is None or event.word("state") == "ended":
        return None
    return PROMPT.fill(prompt=name)


def _choice(event: Event, country: str | None) -> Phrase:
    result, key = event.word("result"), event.word("key") or "?"
    if result == "noinput":
        return CHOICE_NONE
    if result == "invalid":
        return CHOICE_WRONG.fill(key=key)
    target = event.word("target")
    return CHOICE_ON.fill(key=key, target=target) if target else CHOICE.fill(key=key)


def _recording(event: Event, country: str | None) -> Phrase | None:
    return {
        "open": RECORDING,
        "closed": RECORDED,
        "repaired": REPAIRED,
        "lost": LOST,
        "deleted": DELETED,
    }.get(event.word("state") or "")


def _message(event: Event, country: str | None) -> Phrase:
    return MESSAGE.fill(length=length(number(event.data.get("seconds"))), box=event.word("box") or "")


_AT_SEAT = {
    "ringing": SEAT_RINGS,
    "answered": SEAT_ANSWERS,
    "talking": SEAT_TALKS,
    "held": SEAT_HOLDS,
    "muted": SEAT_MUTED,
    "consulting": SEAT_CONSULTS,
    "consulted": SEAT_CONSULTED,
    "conference": SEAT_JOINS,
}
_PARKED = {"parked": PARKED, "picked-up": PICKED_UP, "over": PARKED_LONG}


def _seat(event: Event, country: str | None) -> Phrase | None:
    state, seat = event.word("state") or "", event.word("seat") or "?"
    if state == "left":
        return SEAT_LEFT.fill(seat=seat, reason=terms.left(event.word("cause")))
    if (back := event.word("back")) is not None:
        return SEAT_RINGS_BACK.fill(seat=seat, reason=BACK.get(back) or terms.left(back))
    words = _AT_SEAT.get(state)
    return None if words is None else words.fill(seat=seat)


def _queued(event: Event, country: str | None) -> Phrase:
    return QUEUED.fill(queue=event.word("queue") or "?", place=whole(event.data.get("position")) or 0)


def _quit(event: Event, country: str | None) -> Phrase:
    why = event.word("why")
    reason = terms.QUIT.get(why or "") or terms.OTHER_CAUSE.fill(code=why)
    return QUIT.fill(queue=event.word("queue") or "?", reason=reason)


def _parked(event: Event, country: str | None) -> Phrase | None:
    words = _PARKED.get(event.word("state") or "")
    return None if words is None else words.fill(place=whole(event.data.get("slot")) or 0)


def _served(event: Event, country: str | None) -> Phrase | None:
    state, by = event.word("state"), event.word("by") or ""
    if state == "started":
        return served_by(by, TO)
    if state == "no-answer" and by.startswith("fax-"):
        return NO_FAX
    return NOT_SERVED if state in ("failed", "no-answer") else None


def _faxed(event: Event, country: str | None) -> Phrase:
    pages, rows = whole(event.data.get("pages")) or 0, whole(event.data.get("bad_rows")) or 0
    if event.word("result") != "ok":
        return FAX_BROKEN.fill(pages=pages)
    if event.word("direction") == "out":
        return FAX_WENT.fill(pages=pages)
    return FAX_CAME_BAD.fill(pages=pages, rows=rows) if rows else FAX_CAME.fill(pages=pages)


_MAKERS: dict[str, tuple[str, Maker]] = {
    "call.offered": ("call", lambda event, _: DIALLED if event.word("direction") == "out" else OFFERED),
    "call.ring": ("ring", lambda event, _: RANG),
    "call.caller": ("caller", _caller),
    "call.waiting": ("caller", _waiting),
    "call.customer": ("caller", _customer),
    "call.answered": ("call", _answered),
    "call.digit": ("key", _digit),
    "call.prompt": ("say", _prompt),
    "call.choice": ("key", _choice),
    "call.recording": ("record", _recording),
    "call.message": ("record", _message),
    "call.seat": ("seat", _seat),
    "call.parked": ("hold", _parked),
    "call.served": ("seat", _served),
    "call.faxed": ("record", _faxed),
    "queue.entered": ("hold", _queued),
    "queue.position": ("hold", _queued),
    "queue.left": ("hold", _quit),
    "call.clearing": ("end", lambda event, _: CLEARING.fill(cause=terms.cause(event.word("cause")))),
    "call.ended": ("end", lambda event, _: ENDED),
}


def entries(events: Iterable[Event], country: str | None = None) -> list[Entry]:
    """The events an operator wants to know, in words; rings in a row become one line."""
    told: list[Entry] = []
    rings = 0
    menu = False
    for event in events:
        if _unheard(event, told):
            told.pop()
        kind, make = _MAKERS.get(event.type, ("", None))
        words = make(event, country) if make is not None else None
        if words is None:
            continue
        entry = Entry(event.wall, words, kind)
        menu = menu or words == BY_MENU
        if words == BY_OPERATOR and menu:
            entry = replace(entry, words=TAKEN_OVER)
        if kind == "ring":
            rings = max(rings + 1, whole(event.data.get("count")) or 0)
            if told and told[-1].kind == "ring":
                told[-1] = replace(told[-1], words=RANG_AGAIN.fill(count=rings))
                continue
            if rings > 1:
                entry = replace(entry, words=RANG_AGAIN.fill(count=rings))
        told.append(entry)
    return told


def _unheard(event: Event, told: list[Entry]) -> bool:
    """This event says that the prompt of the last line was over before it had begun."""
    if event.type != "call.prompt" or event.word("state") != "ended" or event.word("reason") != "digit":
        return False
    if not told or told[-1].words != PROMPT.fill(prompt=event.word("prompt")):
        return False
    begun = told[-1].moment
    return begun is not None and event.wall is not None and event.wall - begun < HEARD
