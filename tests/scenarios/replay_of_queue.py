"""A queue judged by what its station's journal says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

AT_ONCE = 0.1
"""Seconds."""


def replay(events: Sequence[dict[str, Any]], seats: Sequence[str]) -> tuple[list[str], int]:
    """What is not first in, first out to the longest-idle seat, at once; and how often one was chosen of
    several.

    From the events alone: who had nothing to do since when, and who was offered what."""
    found: list[str] = []
    state: dict[str, str] = {}
    since: dict[str, float] = {}
    turned: dict[str, float] = {}  # when that was last told: in the moment of the offer it was too late
    rests: dict[str, float] = {}  # until when a seat is not rung again
    waiting: dict[str, str | None] = {}  # in their order, and who is rung for each
    chosen, before = 0, 0.0
    for event in events:
        kind, seat = event["type"], event.get("seat")
        idle = [max(before, rests.get(name, 0)) for name in seats if state.get(name) == "ready"]
        if None in waiting.values() and idle and event["at"] > min(idle) + AT_ONCE:
            found.append(f"from {min(idle):.2f} s on nobody is rung for {waiting}, and ready are {state}")
        before = event["at"]
        if kind == "seat.state":
            if event["state"] == "ready" and state.get(seat) != "ringing":
                since[seat] = event["at"]
            state[seat], turned[seat] = event["state"], event["at"]
        elif kind == "call.seat" and event["state"] == "left":
            if event["cause"] in ("no-answer", "not-reached"):
                since[seat], rests[seat] = event["at"], event["at"] + 5
            if event["call"] in waiting:
                waiting[event["call"]] = None
        elif kind == "queue.entered":
            waiting[event["call"]] = None
            if event["position"] != len(waiting):
                found.append(f"{event['call']} entered in place {event['position']} of {len(waiting)}")
        elif kind == "queue.left" and event["call"] in waiting:
            del waiting[event["call"]]
        elif kind == "queue.offered":
            first = next((call for call, rings in waiting.items() if rings is None), None)
            if first != event["call"]:
                found.append(f"{event['call']} was offered to {seat} before {first}")
            waiting[event["call"]] = seat
            told = [name for name in seats if turned[name] < event["at"] or name == seat]
            free = [name for name in told if state[name] == "ready"]
            ready = {name: since[name] for name in free if event["at"] > rests.get(name, 0) - 1e-6}
            if seat not in ready or ready[seat] > min(ready.values()):
                found.append(f"{event['call']} was offered to {seat}, and ready are {ready}")
            chosen += len(set(ready.values())) > 1
    return found, chosen
