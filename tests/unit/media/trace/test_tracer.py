"""A telephone's port that is traced, without a station: what its user does, and what rings it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from ctidrv.clock import SampleClock
from ctidrv.media.engine import MediaEngine
from ctidrv.media.trace import load, replay
from ctidrv.media.trace.board import open_board
from ctidrv.media.trace.file import TraceFile
from ctidrv.media.trace.tracer import Tracer
from ctidrv.media.trace.words import words
from ctidrv.media.virtual import run_virtual
from ctidrv.native.ear import DTMF
from ctidrv.native.fed_board import HOOK, RING
from ctidrv.ports.api import DriverContext, Kind
from ctidrv.ports.registry import load_driver
from ctidrv.units import PortId, seconds
from hwsim.board import open_board as open_sim

ABOUT = {"country": "US", "learnt": [], "settings": {"fxs": 1}}


def traced_telephone(folder):
    """The file of a trace in which it rings, is lifted, 5 is keyed, and it is put down."""
    clock = SampleClock(datetime(2026, 3, 2, tzinfo=UTC))
    context = DriverContext(clock, folder, 7, live=False)
    board = open_sim("sim", {"fxs": 1, "phones": 1, "control": False}, context)
    engine = MediaEngine([board], clock, inline=True)
    port = PortId("sim/2")
    channel, operator = engine.channel(port), board.operators[0]
    channel.subscribe(lambda event: channel.listen(DTMF) if type(event).__name__ == "HookChanged" else None)

    async def scene() -> TraceFile:
        await clock.sleep(seconds(1))
        tracer = Tracer(engine, port, ABOUT)
        await clock.sleep(seconds(0.5))
        channel.ring()
        await operator.is_rung(within=seconds(3))
        await operator.lift()
        await clock.sleep(seconds(0.5))
        await operator.press("5")
        await clock.sleep(seconds(0.5))
        await operator.hang_up()
        await clock.sleep(seconds(1))
        tracer.stop()
        await clock.sleep(seconds(0.1))
        rows, frames = tracer.take()
        assert tracer.ended
        file = TraceFile(folder / "telephone.jsonl", tracer.header(), audio=True)
        for row in rows:
            file.row(row)
        file.frames(frames)
        file.end("asked")
        return file

    try:
        return run_virtual(scene(), engine, limit=seconds(60)).path
    finally:
        engine.close()
        board.close()


def test_a_telephones_trace_is_told_again_to_the_sample(tmp_path):
    trace = load(traced_telephone(tmp_path))
    assert trace.info.kind is Kind.FXS
    assert [(each.what, each.value) for each in trace.commands] == [(RING, 1)]
    told = [row["told"] for row in trace.told]
    assert told == ["hook-changed", "digit-down", "digit-up", "hook-changed"]
    said = [words(row) for row in trace.told]
    assert said[0] == "the telephone is lifted"
    assert said[1] == "digit 5 (dtmf)"
    assert said[3] == "the telephone is put down"
    assert replay(trace, within_s=0).differences == []


def test_the_driver_gives_a_port_of_that_kind_that_hears_hook_orders_around_the_tape(tmp_path):
    path = traced_telephone(tmp_path)
    assert load_driver("trace") is open_board
    clock = SampleClock(datetime(2026, 3, 2, tzinfo=UTC))
    context = DriverContext(clock, tmp_path, 1, live=False)
    board = open_board("theirs", {"file": str(path), "lead_s": 0.1}, context)
    assert [(port.id, port.kind) for port in board.ports] == [("theirs/1", Kind.FXS)]
    assert board.info.device == str(path)
    engine = MediaEngine([board], clock, inline=True)
    told = []
    engine.channels[0].subscribe(lambda event: told.append((event.at, type(event).__name__)))
    try:
        engine.native.line(0, HOOK, 1)
        while not board.ended:
            engine.step()
    finally:
        engine.close()
        board.close()
    hooks = [at for at, name in told if name == "HookChanged"]
    assert hooks[0] == 0  # in front of the tape
    then = [round(row["t"] * 8000) + 800 for row in load(path).told if row["told"] == "hook-changed"]
    assert hooks[1:] == then
    assert board.trouble == f"{path}:2: ring 1 at 0.50 s: it was never ordered"


def test_times_and_lengths_of_a_board_that_knows_none_are_kept_within_what_can_be_read(tmp_path):
    clock = SampleClock(datetime(2026, 3, 2, tzinfo=UTC))
    board = open_sim("sim", {"control": False}, DriverContext(clock, tmp_path, 7, live=False))
    engine = MediaEngine([board], clock, inline=True)
    try:
        for _ in range(6000):
            engine.step()
        tracer = Tracer(engine, PortId("sim/1"), ABOUT)
        engine.step()
        tracer.take()
        told = SimpleNamespace(kind=9, at=-1, start=0, value=1, length=-7, ref=0)
        record = SimpleNamespace(at=960_160, event=told, bytes=0)
        row = tracer._event(record, 0.02)
        assert row == {"type": "event", "t": 0.02, "event": "alarm", "start": -59.98, "value": 1}
        told.at = told.start = 2**40
        assert tracer._event(record, 0.02)["known"] == 0.04
        tracer.stop()
    finally:
        engine.close()
        board.close()


def test_a_trace_that_nobody_took_for_long_leaves_its_port_to_the_next(tmp_path):
    clock = SampleClock(datetime(2026, 3, 2, tzinfo=UTC))
    board = open_sim("sim", {"phones": 1, "control": False}, DriverContext(clock, tmp_path, 7, live=False))
    engine = MediaEngine([board], clock, inline=True)
    try:
        tracer = Tracer(engine, PortId("sim/1"), ABOUT)
        for _ in range(2200):  # more than the core keeps
            engine.step()
        tracer.leave()
        engine.step()
        following = Tracer(engine, PortId("sim/1"), ABOUT)
        engine.step()
        following.take()
        assert following.ticks == 1
    finally:
        engine.close()
        board.close()
