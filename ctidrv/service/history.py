"""Turns the journal into rows: each fact an event row, and the call and leg rows that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ctidrv.apps.records import CallRow, EventRow, LegRow
from ctidrv.callcontrol.call import CALLED, FAX, SEAT
from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import SampleClock, later
from ctidrv.service.hub import Hub
from ctidrv.store import Store, event_json
from ctidrv.units import PortId, Samples

_SERVED = {Kind.BOX: "mailbox", Kind.SCRIPT: "ivr", Kind.FAX_IN: "fax", Kind.FAX_OUT: "fax"}
"""The leg of a caller whom no seat serves."""


class _Open:
    """A call that has not ended, with its legs. Its times are counted from its beginning, at sample `at`:
    they stay in order, and the call as long as it was, when the computer's clock is set meanwhile."""

    def __init__(self, row: CallRow, at: Samples) -> None:
        self.row = row
        self.at = at
        self.legs: dict[str, LegRow] = {}
        self.count = 0
        self.menu: str | None = None
        """Other than its line's."""


class History:
    """Listens to the journal. Rows are put in the order of events: a call's row before its first event.

    menus: the script of each line, the other party of a leg of kind ``ivr``.
    """

    def __init__(
        self, journal: Journal, store: Store, clock: SampleClock, hub: Hub, menus: Mapping[PortId, str]
    ) -> None:
        self._store = store
        self._menus = menus
        self._clock = clock
        self._hub = hub
        self._calls: dict[str, _Open] = {}
        self._end = journal.subscribe(self._heard)

    def close(self) -> None:
        self._end()

    def call(self, call: str) -> CallRow | None:
        """The row of a call that has not ended."""
        found = self._calls.get(call)
        return None if found is None else found.row

    def _heard(self, event: CallEvent) -> None:
        known = None if event.call is None else self._calls.get(event.call)
        wall = later(known.row.started, event.at - known.at) if known else self._clock.wall(event.at)
        if event.call is not None:
            self._follow(event, event.call, wall)
        row = EventRow(event.seq, event.call, event.port, event.type, event.at, wall, dict(event.data))
        self._store.put_event(row)
        self._hub.publish(event_json(row))

    def _follow(self, event: CallEvent, call: str, wall: datetime) -> None:
        if event.type == "call.offered":
            row = CallRow(call, event.port, str(event.data.get("direction", "in")), wall)
            if number := event.data.get("number"):
                row = replace(row, number=number, e164=self._store.normalise(number))
            opened = _Open(row, event.at)
            self._calls[call] = opened
            self._store.put_call(opened.row)
            self._open_leg(opened, "line", event.port, wall)
            return
        known = self._calls.get(call)
        if known is None:
            return
        change = self._change(event, known, wall)
        if change:
            known.row = replace(known.row, **change)
            self._store.put_call(known.row)
        if event.type == "call.ended":
            del self._calls[call]

    def _change(self, event: CallEvent, known: _Open, wall: datetime) -> dict[str, Any]:
        """What the event changes in the call's row; opens and closes its legs."""
        data = event.data
        match event.type:
            case "call.caller":
                number = data.get("number")
                return {
                    "number": number,
                    "e164": self._store.normalise(number),
                    "name": data.get("name"),
                    "withheld": data.get("reason"),
                }
            case "call.customer":
                return {"customer": data.get("id")}
            case "call.answered":
                by = str(data.get("by") or "script")
                if by == CALLED:
                    self._open_leg(known, CALLED, known.row.number or CALLED, wall)
                elif by == FAX:
                    self._open_leg(known, FAX, FAX, wall)
                elif by not in ("script", SEAT):
                    self._close_legs(known, wall, None, keep=("line", CALLED))
                    self._open_leg(known, "seat", by, wall)
                return {} if known.row.answered else {"state": "connected", "answered": wall}
            case "call.seat":
                self._seat(known, str(data.get("seat")), str(data.get("state")), data.get("cause"), wall)
            case "call.parked" if data.get("state") == "parked":
                self._open_leg(known, "park", str(data.get("slot")), wall)
            case "call.parked":
                self._close_legs(known, wall, None, keep=_not_in(known, "park"))
            case "call.served":
                self._served(known, Destination.of(str(data.get("by"))), str(data.get("state")), wall)
            case "queue.entered":
                self._close_legs(known, wall, None, keep=_not_in(known, "ivr", "mailbox"))
                self._open_leg(known, "queue", str(data.get("queue")), wall)
            case "queue.left":
                self._close_legs(known, wall, str(data.get("why")), keep=_not_in(known, "queue"))
            case "call.step" if "seat" not in known.legs:
                menu = known.menu or self._menus.get(event.port, "menu")
                self._open_leg(known, "ivr", menu, wall)
            case "call.message":
                self._open_leg(known, "mailbox", str(data.get("box") or "mailbox"), wall)
            case "call.ended":
                cause = data.get("cause")
                self._close_legs(known, wall, None if cause is None else str(cause))
                return {"state": "ended", "ended": wall, "cause": cause, "outcome": data.get("outcome")}
        return {}

    def _seat(self, known: _Open, seat: str, state: str, cause: str | None, wall: datetime) -> None:
        """Each seat that rings is a leg; of the one that answers the menu's ends."""
        key = f"seat {seat}"
        if state == "ringing":
            self._open_leg(known, "seat", seat, wall, key=key)
        elif state == "answered" and key in known.legs:
            self._close_legs(known, wall, None, keep=_not_in(known, "ivr", "mailbox"))
            known.legs[key] = answered = replace(known.legs[key], answered=wall)
            self._store.put_leg(answered)
        elif state == "left":
            self._close_legs(known, wall, cause, keep=_not_in(known, key))

    def _served(self, known: _Open, by: Destination, state: str, wall: datetime) -> None:
        """Of a menu `call.step` says more; its leg ends with the call, or where a seat answers."""
        kind = _SERVED.get(by.kind)
        if kind is not None and state == "started":
            self._close_legs(known, wall, None, keep=_not_in(known, "ivr"))
            self._open_leg(known, kind, by.name, wall)
            known.menu = by.name if kind == "ivr" else known.menu
        elif kind is not None:  # of a menu that is given back at once, too
            self._close_legs(known, wall, state, keep=_not_in(known, kind))

    def _open_leg(
        self, known: _Open, kind: str, party: str, wall: datetime, *, key: str | None = None
    ) -> None:
        key = key or kind
        if key in known.legs:
            return
        known.count += 1
        leg = LegRow(f"{known.row.id}-{known.count}", known.row.id, kind, party, wall)
        known.legs[key] = leg
        self._store.put_leg(leg)

    def _close_legs(
        self, known: _Open, wall: datetime, cause: str | None, *, keep: tuple[str, ...] = ()
    ) -> None:
        for key in [key for key in known.legs if key not in keep]:
            self._store.put_leg(replace(known.legs.pop(key), ended=wall, cause=cause))


def _not_in(known: _Open, *keys: str) -> tuple[str, ...]:
    """The call's legs but these."""
    return tuple(key for key in known.legs if key not in keys)
