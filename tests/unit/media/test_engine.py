from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import NativeError, PortError, UsageError
from ctidrv.events import Alarm, CallerIdSeen, DigitDown, PlayDone, PortEvent, RingOn, Seized, ToneOn
from ctidrv.media.engine import MediaEngine
from ctidrv.media.wav import read_wav
from ctidrv.native import ffi, lib
from ctidrv.native.cid import encode_mdmf, fsk_burst
from ctidrv.native.ear import PROGRESS
from ctidrv.native.engine import LiveLoop, NativeEngine
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.ports.learnt import LearntTone, LineTone, add_learnt


def test_engine_without_ports_is_refused() -> None:
    with pytest.raises(UsageError, match="no board has a port"):
        MediaEngine([], SampleClock(), inline=True)


def test_two_boards_of_one_name_are_refused(make_board: Any) -> None:
    with pytest.raises(PortError, match="one name"):
        MediaEngine([make_board(), make_board()], SampleClock(), inline=True)


def test_events_come_in_the_order_of_time_and_port_and_before_pump_and_timers(make_board: Any) -> None:
    first, second = make_board("a", 2), make_board("b", 1)
    clock = SampleClock()
    engine = MediaEngine([first, second], clock, inline=True)
    log: list[str] = []
    for channel in engine.channels:
        channel.subscribe(lambda event: log.append(f"{type(event).__name__} {event.port} {clock.now()}"))
    first.on_pump = lambda: log.append("pump a")
    second.on_pump = lambda: log.append("pump b")
    clock.call_at(160, lambda: log.append("timer 160"))
    second.tell(0, lib.CTI_EV_POLARITY, 1)
    second.tell(0, lib.CTI_EV_RING_ON)
    first.tell(1, lib.CTI_EV_RING_ON)
    first.tell(0, lib.CTI_EV_BATTERY, 1)
    engine.step()
    assert log == [
        "BatteryChanged a/1 0",
        "RingOn a/2 0",
        "RingOn b/1 0",
        "PolarityChanged b/1 0",
        "pump a",
        "pump b",
        "timer 160",
    ]
    assert clock.now() == 160
    assert engine.stats().ticks == 1


def test_audio_of_each_port_goes_its_own_way(make_board: Any) -> None:
    board = make_board(ports=3)
    engine = MediaEngine([board], SampleClock(), inline=True)
    for i, channel in enumerate(engine.channels):
        channel.play(Pcm([100 + i] * 160))
    engine.step()
    assert [Pcm.from_bytes(heard) for heard in board.heard] == [Pcm([100 + i] * 160) for i in range(3)]


def test_board_that_fails_raises_an_alarm_on_its_ports_only(make_board: Any) -> None:
    bad, good = make_board("bad", 2), make_board("good", 1)
    broken = ffi.callback(
        "int(void *, int64_t, const int16_t *, int16_t *, int, cti_event *, int)", lambda *_: -7
    )
    bad.native().exchange = broken
    engine = MediaEngine([bad, good], SampleClock(), inline=True)
    seen: list[PortEvent] = []
    for channel in engine.channels:
        channel.subscribe(seen.append)
    good.tell(0, lib.CTI_EV_RING_ON)
    engine.step()
    engine.step()
    assert seen == [
        Alarm(0, "bad/1", raised=True, what="line"),
        Alarm(0, "bad/2", raised=True, what="line"),
        RingOn(0, "good/1"),
    ]


def test_caller_id_on_the_line_becomes_an_event_with_number_and_name(engine: MediaEngine, board: Any) -> None:
    channel = engine.channel("py/1")
    seen: list[PortEvent] = []
    channel.subscribe(seen.append)
    channel.listen(lib.CTI_EAR_CALLER_ID)
    burst = fsk_burst(encode_mdmf(number="5551234", name="ANN", when="01020304"), standard="bell202")
    board.say(0, Pcm.silence(800) + burst)
    for _ in range(100):
        engine.step()
    callers = [event for event in seen if isinstance(event, CallerIdSeen)]
    assert [(c.number, c.name, c.checksum_ok, c.standard) for c in callers] == [
        ("5551234", "ANN", True, "bell202")
    ]


def test_digit_on_the_line_stops_the_prompt_of_a_whole_engine(engine: MediaEngine, board: Any) -> None:
    channel = engine.channel("py/1")
    seen: list[PortEvent] = []
    channel.subscribe(seen.append)
    channel.listen(lib.CTI_EAR_DTMF)
    channel.play(Pcm([4000] * 8000), stop_on="5")
    digit = ffi.new("int16_t[]", 8000)
    config = ffi.new("cti_dtmf_tx_config *")
    lib.cti_dtmf_tx_defaults(config)
    count = lib.cti_dtmf_tx_render(config, b"5", digit, 8000)
    board.say(0, Pcm.silence(800) + Pcm(digit[0:count]))
    for _ in range(20):
        engine.step()
    down = next(event for event in seen if isinstance(event, DigitDown))
    done = next(event for event in seen if isinstance(event, PlayDone))
    assert down.digit == "5"
    assert done.reason == "digit"
    assert done.at <= down.at + 160 + 40
    heard = Pcm.from_bytes(board.heard[0])
    assert all(heard[i] == 0 for i in range(done.at, len(heard)))


# Live. No figure of time is asserted: only that time moves, is counted, and stops.


async def _until(ready: Any) -> None:
    for _ in range(1000):
        if ready():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing happened for 10 s")


def test_live_engine_ticks_hands_on_events_and_records(engine: MediaEngine, board: Any, sink: Any) -> None:
    seen: list[PortEvent] = []

    async def main() -> int:
        channel = engine.channel("py/1")
        channel.subscribe(seen.append)
        engine.start_live(asyncio.get_running_loop())
        with pytest.raises(UsageError, match="live already"):
            engine.start_live(asyncio.get_running_loop())
        with pytest.raises(UsageError, match="its own loop"):
            engine.step()
        recording = channel.record_line(sink)
        channel.seize()
        played = await channel.play(Pcm([5] * 1600)).done()
        assert played.reason == "end"
        await engine.clock.sleep(800)
        frames = await recording.stop()
        engine.stop_live()
        engine.stop_live()
        return frames

    before = threading.active_count()
    frames = asyncio.run(main())
    assert threading.active_count() == before
    assert any(isinstance(event, Seized) for event in seen)
    assert len(sink.data) == 4 * frames
    assert sink.closed == 1
    stats = engine.stats()
    assert stats.ticks >= (1600 + 800) // 160
    assert stats.now == stats.ticks * 160
    assert stats.busy_ns > 0
    assert engine.clock.now() == stats.now
    assert board.pumped > 0
    assert len(board.heard[0]) == 2 * stats.now


def test_call_progress_tones_of_a_port_change_while_it_is_live(engine: MediaEngine, board: Any) -> None:
    """A tone that none of the definitions has is heard once one has it; what no detector takes is refused."""
    seen: list[PortEvent] = []
    board.say(0, render(tone([Part((520.0,), -14, 170), Part(ms=230)], loop=True), 64_000))

    async def main() -> None:
        channel = engine.channel("py/1")
        channel.subscribe(seen.append)
        channel.listen(PROGRESS)
        config = ffi.new("cti_progress_config *")
        lib.cti_progress_defaults(config)
        config.tones = 0
        with pytest.raises(NativeError, match="command to the engine"):
            engine.progress("py/1", ffi.new("cti_progress_config *"))
        engine.progress("py/1", config)
        engine.start_live(asyncio.get_running_loop())
        await engine.clock.sleep(9600)
        assert not seen
        taught = ffi.new("cti_progress_config *", config[0])
        heard = LearntTone((520.0,), (170, 230), -14.0, 3)
        add_learnt(taught, [LineTone("py/1", "busy", heard, datetime(2027, 3, 8, tzinfo=UTC))])
        engine.progress("py/1", taught)
        del taught
        await _until(lambda: any(isinstance(event, ToneOn) for event in seen))
        engine.stop_live()

    asyncio.run(main())
    (on,) = [event for event in seen if isinstance(event, ToneOn)]
    assert on.tone == "learned"


def test_live_engine_goes_on_after_a_pause_where_it_stopped(engine: MediaEngine) -> None:
    async def once() -> int:
        engine.start_live(asyncio.get_running_loop())
        await engine.clock.sleep(480)
        engine.stop_live()
        return engine.stats().now

    first = asyncio.run(once())
    engine.step()  # between two live runs its time is stepped
    assert engine.stats().now == first + 160
    assert asyncio.run(once()) >= first + 160 + 480
    assert engine.failure is None


def test_live_engine_stopped_in_a_recording_finishes_it(engine: MediaEngine, sink: Any) -> None:
    async def main() -> None:
        engine.start_live(asyncio.get_running_loop())
        recording = engine.channel("py/1").record_message(sink)
        await _until(lambda: recording.frames > 800)
        engine.stop_live()

    asyncio.run(main())
    assert sink.closed == 1
    assert len(sink.data) > 1600


def test_program_that_forgets_the_live_engine_ends_cleanly_with_its_recording(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from conftest import PyBoard
from ctidrv.clock import SampleClock
from ctidrv.media.engine import MediaEngine
from ctidrv.media.wav import read_wav
from ctidrv.media.wav import WavWriter

engine = MediaEngine([PyBoard()], SampleClock(), inline=False)

async def main():
    engine.start_live(asyncio.get_running_loop())
    engine.channel("py/1").record_message(WavWriter({str(tmp_path / "x.wav")!r}, 1))
    await engine.clock.sleep(800)

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert read_wav(tmp_path / "x.wav").frames >= 640


def test_error_in_a_live_listener_is_logged_and_the_others_are_served(
    engine: MediaEngine, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[PortEvent] = []

    def broken(event: PortEvent) -> None:
        raise LookupError("broken listener")

    async def main() -> None:
        channel = engine.channel("py/1")
        channel.subscribe(broken)
        engine.start_live(asyncio.get_running_loop())
        channel.seize()
        await _until(lambda: "broken listener" in caplog.text)
        channel.subscribe(seen.append)
        channel.release()
        now = engine.clock.now()
        await engine.clock.sleep(1600)
        assert engine.clock.now() > now
        engine.stop_live()

    asyncio.run(main())
    assert "py/1: Seized" in caplog.text
    caplog.clear()


def test_live_engine_goes_on_when_the_loop_is_held_up(engine: MediaEngine) -> None:
    async def main() -> tuple[int, int]:
        engine.start_live(asyncio.get_running_loop())
        await _until(lambda: engine.clock.now() > 0)
        clock_before, ticks_before = engine.clock.now(), engine.stats().ticks
        until = time.monotonic() + 10
        while engine.stats().ticks < ticks_before + 5 and time.monotonic() < until:
            threading.Event().wait(0.005)  # the loop is blocked; ticks are not
        assert engine.clock.now() == clock_before
        await _until(lambda: engine.clock.now() > clock_before)
        engine.stop_live()
        return int(engine.clock.now()), engine.stats().now

    clock, counted = asyncio.run(main())
    assert clock == counted


def test_tick_thread_needs_no_interpreter_lock() -> None:
    """The loop makes ticks while another thread holds the interpreter without a pause."""
    engine = NativeEngine(1, 1, record_seconds=1)
    live = LiveLoop(engine)
    thread = threading.Thread(target=live.run)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(100)  # who has the lock keeps it
    try:
        thread.start()
        live.wait(0, 5000)
        before = engine.now()
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            pass
        assert engine.now() > before + 160
    finally:
        sys.setswitchinterval(interval)
        live.stop()
        thread.join()
        live.end()
    assert engine.stats().late_ticks >= engine.stats().slips >= 0
