"""The history: calls, messages and faxes that came in one list, newest first, missed calls marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from ctidesk.viewmodels import terms
from ctidesk.viewmodels.card import number_of, who
from ctidesk.viewmodels.facts import Call, Customer, Message, Recording
from ctidesk.viewmodels.fax_facts import CameFax
from ctidesk.viewmodels.faxes import came_words
from ctidesk.viewmodels.phrases import Phrase

KEEP = 500
"""Rows the window holds; older ones are for the look-up commands."""

ALL, MISSED, MESSAGES, FAXES = "all", "missed", "messages", "faxes"
FILTERS = (ALL, MISSED, MESSAGES, FAXES)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One call. `kind` picks the icon: running, missed, message, fax, interrupted or call."""

    call: str
    kind: str
    started: datetime | None
    who: str | Phrase
    number: str | Phrase
    seconds: float | None
    words: Phrase
    recording: str | None
    message: str | None
    fresh: bool = False
    """A message nobody has heard, a fax nobody has read."""
    fax: str | None = None
    """That the call brought."""

    @property
    def audio(self) -> tuple[str, str] | None:
        """What is played of it: ("message" | "recording", id), the message where there is one."""
        return next(iter(self.sounds), None)

    @property
    def sounds(self) -> list[tuple[str, str]]:
        """Everything that can be played of it."""
        both = (("message", self.message), ("recording", self.recording))
        return [(kind, key) for kind, key in both if key is not None]

    def other(self, item: tuple[str, str] | None) -> tuple[str, str] | None:
        """To the message the recording of the whole call, and to that the message."""
        rest = [sound for sound in self.sounds if sound != item]
        return rest[0] if len(rest) < len(self.sounds) and rest else None


def _kind(call: Call, message: Message | None, fax: CameFax | None) -> str:
    if call.state != "ended":
        return "running"
    if fax is not None:
        return "fax"
    if message is not None:
        return "message"
    unanswered = call.answered is None and call.direction == "in" and call.outcome is None
    if unanswered or call.outcome == "missed":
        return "missed"
    return "interrupted" if call.outcome in ("interrupted", "failed") else "call"


def _words(call: Call, kind: str, fax: CameFax | None) -> Phrase:
    if kind == "running":
        return terms.RUNNING
    if kind == "fax" and fax is not None:
        return came_words(fax)
    if kind in ("message", "missed"):
        return terms.OUTCOMES[kind]
    return terms.OUTCOMES.get(call.outcome or "", terms.ENDED)


def _length(call: Call, message: Message | None) -> float | None:
    if message is not None:
        return message.seconds
    if call.answered is None or call.ended is None:
        return None
    return (call.ended - call.answered).total_seconds()


def rows(
    calls: Iterable[Call],
    messages: Iterable[Message],
    recordings: Iterable[Recording],
    customers: Mapping[int, Customer],
    countries: Mapping[str, str | None],
    only: str = ALL,
    *,
    faxes: Mapping[str, CameFax] = MappingProxyType({}),
) -> list[HistoryRow]:
    """At most `KEEP` rows, newest first; `only` is one of `FILTERS`, `faxes` those that came, by call."""
    left = {message.call: message for message in messages}
    recorded = {recording.call: recording.id for recording in recordings if not recording.open}
    made: list[HistoryRow] = []
    newest = sorted(calls, key=lambda call: (call.started is not None, call.started, call.id), reverse=True)
    for call in newest:
        message = left.get(call.id)
        fax = faxes.get(call.id)
        kind = _kind(call, message, fax)
        wanted = {ALL: True, MISSED: kind == "missed", MESSAGES: message is not None, FAXES: fax is not None}
        if not wanted[only]:
            continue
        country = countries.get(call.port)
        made.append(
            HistoryRow(
                call=call.id,
                kind=kind,
                started=call.started,
                who=who(call, customers.get(call.customer or -1), country),
                number=number_of(call, country),
                seconds=_length(call, message),
                words=_words(call, kind, fax),
                recording=recorded.get(call.id),
                message=message.id if message else None,
                fresh=any(each is not None and each.state == "new" for each in (message, fax)),
                fax=fax.id if fax else None,
            )
        )
        if len(made) == KEEP:
            break
    return made
