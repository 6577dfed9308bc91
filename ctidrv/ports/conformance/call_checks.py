"""Of an FXO port: a call that comes in, from its first sign on."""

from __future__ import annotations

from ctidrv.events import AlertSeen, CallerIdSeen, PolarityChanged, RingOff, RingOn, Seized
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.conformance.bench import CALLER, NAME, RINGS_WITHIN, Bench
from ctidrv.ports.conformance.case import of_port
from ctidrv.ports.conformance.judge import expect

_BURST_S = 5.0
_SIGNS = (RingOn, CallerIdSeen, PolarityChanged, AlertSeen)


@of_port("event.h: CTI_EV_RING_ON, CTI_EV_RING_OFF: the end of one burst", Kind.FXO)
def a_call_begins_with_its_signs_and_each_burst_ends(bench: Bench, port: PortInfo) -> None:
    since = bench.rung(port)
    ring = bench.event(port, RingOn, since)
    first = bench.of(port, *_SIGNS, Seized, since=since)[0]
    expect(isinstance(first, _SIGNS), "a call that begins with reversal, caller ID or ring", first)
    expect(ring.pattern >= 0, "a ring pattern of 0 or more", ring)
    off = bench.event(port, RingOff, since, _BURST_S)
    expect(off.at > ring.at, f"the end of the burst behind its beginning at {ring.at}", off)
    others = [event for event in bench.events[since:] if event.port != port.id]
    expect(not others, f"events of {port.id} alone, which is called", others)
    expect(bench.lost == 0, "no event that a board has no right to tell", f"{bench.lost}")


@of_port("api.py: cid_hw; event.h: CTI_EV_CALLER_ID", Kind.FXO, needs=("caller-id",))
def who_calls_is_told_once(bench: Bench, port: PortInfo) -> None:
    since = bench.rung(port)
    seen = bench.event(port, CallerIdSeen, since, RINGS_WITHIN)
    expect((seen.number, seen.name) == (CALLER, NAME), f"the caller {CALLER}, {NAME}", seen)
    expect(seen.kind == "call" and seen.checksum_ok is not False, "a whole message of a call", seen)
    able = port.able("cid_hw")
    if able is not Able.UNKNOWN:
        reader = {Able.YES: "by the board", Able.NO: "by the core"}[able]
        by_board = seen.standard == "hardware"
        expect(by_board is (able is Able.YES), f"cid_hw: {able.value}, so a message read {reader}", seen)
    bench.wait(0.5)
    count = len(bench.of(port, CallerIdSeen, since=since))
    expect(count == 1, "one message", count)


@of_port("board.h: CTI_LINE_HOOK 1; event.h: CTI_EV_SEIZED", Kind.FXO)
def a_ringing_line_that_is_seized_is_connected(bench: Bench, port: PortInfo) -> None:
    bench.rung(port)
    far = bench.exchange(port)
    expect(not far.taken, "a line on hook while it rings", "the exchange sees it off hook")
    since = bench.seize(port)
    bench.until(lambda: far.talks, "the caller connected")
    expect(far.taken, "a line off hook", "the exchange sees it on hook")
    bench.wait(0.5)
    count = len(bench.of(port, Seized, since=since))
    expect(count == 1, "Seized once", count)
