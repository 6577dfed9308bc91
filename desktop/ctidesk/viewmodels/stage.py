"""Where a call is among the queues and the operators' seats: what its events say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ctidesk.viewmodels.facts import Event, whole
from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP, Phrase

TELLING = frozenset({"call.seat", "call.parked", "call.answered"})
TELLING |= {"queue.entered", "queue.position", "queue.left"}
"""The events that say where a call is; none of them may be forgotten while it runs."""

RINGS_AT = QT_TRANSLATE_NOOP("CallState", "Ringing {seats}")
GREETED = QT_TRANSLATE_NOOP("CallState", "{seat} has answered")
WITH = QT_TRANSLATE_NOOP("CallState", "Talks with {seat}")
MUTED = QT_TRANSLATE_NOOP("CallState", "Talks with {seat}, who is muted")
HELD = QT_TRANSLATE_NOOP("CallState", "On hold at {seat}")
PARKED = QT_TRANSLATE_NOOP("CallState", "Parked in place {place}")
WAITS = QT_TRANSLATE_NOOP("CallState", "Waits in {queue}, place {place}")

_TALKS = {"talking": WITH, "muted": MUTED, "held": HELD}


@dataclass(frozen=True, slots=True)
class Stage:
    seat: str | None = None
    """Who has the call."""
    talk: str | None = None
    """talking | muted | held; None: they do not talk yet."""
    ringing: tuple[str, ...] = ()
    place: int = 0
    """Where it is parked; 0: nowhere."""
    queue: str | None = None
    """In which it waits."""
    position: int = 0

    @property
    def words(self) -> Phrase | None:
        """None: it is at no seat, nor on its way to one."""
        if self.seat is not None:
            return _TALKS.get(self.talk or "", GREETED).fill(seat=self.seat)
        if self.ringing:
            return RINGS_AT.fill(seats=", ".join(self.ringing))
        if self.queue is not None:
            return WAITS.fill(queue=self.queue, place=self.position)
        return PARKED.fill(place=self.place) if self.place else None


NOWHERE = Stage()


def stage(events: Iterable[Event]) -> Stage:
    """After these, oldest first."""
    now = NOWHERE
    for event in events:
        if event.type == "call.parked":
            place = whole(event.data.get("slot")) or 0
            now = replace(now, place=place if event.word("state") == "parked" else 0)
        elif event.type == "call.seat" and (name := event.word("seat")) is not None:
            now = _at_seat(now, name, event.word("state"))
        elif event.type in ("queue.entered", "queue.position"):
            position = whole(event.data.get("position")) or 0
            now = replace(now, queue=event.word("queue"), position=position)
        elif event.type == "queue.left":
            now = replace(now, queue=None, position=0)
        elif event.type == "call.ended":
            now = NOWHERE
    return now


def _at_seat(now: Stage, name: str, state: str | None) -> Stage:
    others = tuple(each for each in now.ringing if each != name)
    if state == "ringing":
        return replace(now, ringing=(*others, name))
    if state == "left":
        gone = now.seat == name
        return replace(now, ringing=others, seat=None if gone else now.seat, talk=None if gone else now.talk)
    return replace(now, ringing=others, seat=name, talk=state if state in _TALKS else None)
