"""The line lamps: each line's state, since when, and who is on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ctidesk.viewmodels import terms
from ctidesk.viewmodels.facts import Call, Port
from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase

NAMED = QT_TRANSLATE_NOOP("Lines", "Line {index} · {board}")
TIMED = frozenset({"ringing", "seized", "dialling", "calling", "talking", "clearing"})
TIMED |= {"ready", "paused", "wrap-up", "in-use"}  # of seats
"""The states that show how long they last."""


@dataclass(frozen=True, slots=True)
class LineView:
    """What one lamp shows. `state` is one of `terms.LINE_STATES` (else shown as not known)."""

    port: str
    title: Phrase
    state: str
    words: Phrase
    since: datetime | None
    call: str | None
    who: str | Phrase

    @property
    def timed(self) -> bool:
        return self.state in TIMED and self.since is not None


def title(port: Port) -> Phrase:
    """The label from the settings, else made from ``board/index``."""
    if port.label:
        return Phrase("", port.label)
    board, _, index = port.id.partition("/")
    return NAMED.fill(index=index, board=board) if index else Phrase("", port.id)


def views(
    ports: Iterable[Port],
    calls: Mapping[str, Call],
    who: Mapping[str, str | Phrase],
    *,
    reachable: bool = True,
) -> list[LineView]:
    """One view for each port, in the station's order. `who` names the party of a call.

    While the station is not `reachable` nothing is claimed: a lamp that is not known true is worse than none.
    """
    made: list[LineView] = []
    for port in ports:
        if not reachable:
            state = terms.UNKNOWN
            made.append(LineView(port.id, title(port), state, terms.line_state(state), None, None, NOTHING))
            continue
        call = calls.get(port.call or "")
        running = call is not None and call.state != "ended"
        made.append(
            LineView(
                port=port.id,
                title=title(port),
                state=port.state,
                words=terms.line_state(port.state),
                since=port.since or (_since(call) if call and running else None),
                call=call.id if call and running else None,
                who=who.get(call.id, NOTHING) if call and running else NOTHING,
            )
        )
    return made


def _since(call: Call) -> datetime | None:
    return call.answered if call.state == "connected" else call.started
