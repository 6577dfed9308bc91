"""The lamps of the operators' seats: each one's state, since when, and who is with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ctidesk.viewmodels import terms
from ctidesk.viewmodels.facts import Call, Seat
from ctidesk.viewmodels.lines import LineView
from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase

PAUSING = QT_TRANSLATE_NOOP("SeatState", "then a pause")


def title(seat: Seat) -> Phrase:
    return Phrase("", f"{seat.name} · {seat.number}" if seat.number else seat.name)


def views(
    seats: Iterable[Seat],
    calls: Mapping[str, Call],
    who: Mapping[str, str | Phrase],
    *,
    reachable: bool = True,
) -> list[LineView]:
    """One lamp for each seat, in the station's order. `who` names the party of a call."""
    made: list[LineView] = []
    for seat in seats:
        if not reachable:
            state = terms.UNKNOWN
            made.append(LineView(seat.port, title(seat), state, terms.seat_state(state), None, None, NOTHING))
            continue
        call = calls.get(seat.call or "")
        running = call is not None and call.state != "ended"
        party = who.get(call.id, NOTHING) if call is not None and running else NOTHING
        if seat.pausing and seat.state != "paused":
            party = PAUSING if party is NOTHING else party
        made.append(
            LineView(
                port=seat.port,
                title=title(seat),
                state=seat.state,
                words=terms.seat_state(seat.state),
                since=seat.since,
                call=call.id if call is not None and running else None,
                who=party,
            )
        )
    return made
