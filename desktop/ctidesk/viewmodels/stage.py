"""Where a call is among the queues and the operators' seats: what its events say of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ctidesk.viewmodels.facts import Event, whole
from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP, Phrase

TELLING = frozenset({"call.seat", "call.parked", "call.answered"})
TELLING |= {"call.served"}
TELLING |= {"queue.entered", "queue.position", "queue.left"}
"""The events that say where a call is; none of them may be forgotten while it runs."""

RINGS_AT = QT_TRANSLATE_NOOP("CallState", "Ringing {seats}")
GREETED = QT_TRANSLATE_NOOP("CallState", "{seat} has answered")
WITH = QT_TRANSLATE_NOOP("CallState", "Talks with {seat}")
MUTED = QT_TRANSLATE_NOOP("CallState", "Talks with {seat}, who is muted")
HELD = QT_TRANSLATE_NOOP("CallState", "On hold at {seat}")
PARKED = QT_TRANSLATE_NOOP("CallState", "Parked in place {place}")
WAITS = QT_TRANSLATE_NOOP("CallState", "Waits in {queue}, place {place}")
SERVED: dict[str, Phrase] = {
    "box": QT_TRANSLATE_NOOP("CallState", "Leaves a message in {name}"),
    "ivr": QT_TRANSLATE_NOOP("CallState", "In the menu {name}"),
    "fax-receive": QT_TRANSLATE_NOOP("CallState", "Sends a fax to box {name}"),
    "fax-send": QT_TRANSLATE_NOOP("CallState", "Is sent the fax {name}"),
}
"""By what a seat has given the call to, and what that is called."""

CONSULTS_RUNG = QT_TRANSLATE_NOOP("CallState", "{seat} consults another seat, which is rung")
CONSULTS = QT_TRANSLATE_NOOP("CallState", "{seat} consults {other}")
OTHER_WAITS = QT_TRANSLATE_NOOP("CallState", "Talks with {seat}; {other} waits")
THREE = QT_TRANSLATE_NOOP("CallState", "{seat}, {other} and the caller talk")

_TALKS = {"conference": WITH, "talking": WITH, "muted": MUTED, "held": HELD, "consulting": CONSULTS}


@dataclass(frozen=True, slots=True)
class Stage:
    seat: str | None = None
    """Who has the call."""
    talk: str | None = None
    """talking | muted | held | consulting | conference; None: they do not talk yet."""
    ringing: tuple[str, ...] = ()
    place: int = 0
    """Where it is parked; 0: nowhere."""
    asked: tuple[str, ...] = ()
    """Of those that are rung, whom the seat consults."""
    guest: str | None = None
    """Who is consulted, and has answered."""
    queue: str | None = None
    """In which it waits."""
    position: int = 0
    served: str | None = None
    """By what is no seat; as the station calls it."""

    @property
    def consults(self) -> bool:
        return self.talk == "consulting" or self.guest is not None

    @property
    def words(self) -> Phrase | None:
        """None: it is at no seat, nor on its way to one."""
        if self.seat is not None and self.consults:
            if self.guest is None:
                return CONSULTS_RUNG.fill(seat=self.seat)
            words = {"consulting": CONSULTS, "conference": THREE}.get(self.talk or "", OTHER_WAITS)
            return words.fill(seat=self.seat, other=self.guest)
        if self.seat is not None:
            return _TALKS.get(self.talk or "", GREETED).fill(seat=self.seat)
        if self.ringing:
            return RINGS_AT.fill(seats=", ".join(self.ringing))
        if self.queue is not None:
            return WAITS.fill(queue=self.queue, place=self.position)
        if self.place:
            return PARKED.fill(place=self.place)
        return None if self.served is None else served_by(self.served, SERVED)


def served_by(by: str, words: Mapping[str, Phrase]) -> Phrase | None:
    """`by` in words; a document by the last part of its path. None: it is of a later version."""
    kind, _, name = by.partition(":")
    found = words.get(kind)
    return None if found is None else found.fill(name=re.split(r"[/\\]", name)[-1])


NOWHERE = Stage()


def stage(events: Iterable[Event]) -> Stage:
    """After these, oldest first."""
    now = NOWHERE
    for event in events:
        if event.type == "call.parked":
            place = whole(event.data.get("slot")) or 0
            now = replace(now, place=place if event.word("state") == "parked" else 0)
        elif event.type == "call.seat" and (name := event.word("seat")) is not None:
            now = _at_seat(now, name, event.word("state"), asked=event.word("by") is not None)
        elif event.type in ("queue.entered", "queue.position"):
            position = whole(event.data.get("position")) or 0
            now = replace(now, queue=event.word("queue"), position=position)
        elif event.type == "call.served":
            now = replace(now, served=event.word("by") if event.word("state") == "started" else None)
        elif event.type == "queue.left":
            now = replace(now, queue=None, position=0)
        elif event.type == "call.ended":
            now = NOWHERE
    return now


def _at_seat(now: Stage, name: str, state: str | None, *, asked: bool) -> Stage:
    if state == "ringing":
        others = tuple(each for each in now.ringing if each != name)
        return replace(now, ringing=(*others, name), asked=(*now.asked, name) if asked else now.asked)
    consulted = now.seat not in (None, name) and (name in now.asked or name == now.guest)
    now = replace(
        now,
        ringing=tuple(each for each in now.ringing if each != name),
        asked=tuple(each for each in now.asked if each != name),
    )
    if state == "left" and name == now.seat:
        return replace(now, seat=None, talk=None)
    if state == "left":
        return replace(now, guest=None) if name == now.guest else now
    if consulted:
        return replace(now, guest=name)
    guest = None if now.guest == name else now.guest
    talk = state if state in _TALKS or state == "consulting" else None
    return replace(now, seat=name, guest=guest, talk=talk, served=None)
