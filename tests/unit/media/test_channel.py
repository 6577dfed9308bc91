from __future__ import annotations

import asyncio
from array import array
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import NativeError, NotCapable, PortError, StoreError, UsageError
from ctidrv.events import (
    Flash,
    HookChanged,
    Muted,
    PlayDone,
    PortEvent,
    RecordDone,
    RecordLost,
    Released,
    Seized,
)
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.native import lib
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, Kind
from ctidrv.units import Samples

TICK = 160


def ramp(start: int, length: int) -> Pcm:
    return Pcm(range(start, start + length))


def steps(engine: MediaEngine, count: int) -> None:
    for _ in range(count):
        engine.step()


def samples(data: bytes | bytearray) -> list[int]:
    return list(array("h", bytes(data)))


def test_seize_and_release_reach_the_board_in_the_next_tick(engine: MediaEngine, board: Any) -> None:
    channel = engine.channel("py/1")
    seen: list[PortEvent] = []
    forget = channel.subscribe(seen.append)
    engine.step()
    channel.seize()
    engine.step()
    channel.release()
    engine.step()
    assert board.controls == [
        (TICK, 0, lib.CTI_LINE_HOOK, 1),
        (2 * TICK, 0, lib.CTI_LINE_HOOK, 0),
    ]
    assert seen == [Seized(TICK, "py/1"), Released(2 * TICK, "py/1")]
    forget()
    channel.seize()
    engine.step()
    assert len(seen) == 2


def test_what_a_port_cannot_do_is_refused(engine: MediaEngine, make_board: Any) -> None:
    with pytest.raises(NotCapable, match="py/1: cannot flash"):
        engine.channel("py/1").flash(Samples(800))
    monitor = MediaEngine([make_board(kind=Kind.MONITOR)], SampleClock(), inline=True)
    with pytest.raises(NotCapable, match="MONITOR cannot seize"):
        monitor.channel("py/1").seize()
    with pytest.raises(NotCapable, match="MONITOR cannot ring"):
        monitor.channel("py/1").ring()
    trunk = MediaEngine([make_board(kind=Kind.TRUNK)], SampleClock(), inline=True)
    trunk.channel("py/1").flash(Samples(800))
    trunk.step()
    assert trunk.native.stats().commands_refused == 0


def test_a_telephone_is_rung_and_fed_by_its_port_in_the_next_tick(make_board: Any) -> None:
    board = make_board(kind=Kind.FXS)
    engine = MediaEngine([board], SampleClock(), inline=True)
    channel = engine.channel("py/1")
    engine.step()
    channel.ring()
    channel.polarity(True)
    engine.step()
    channel.stop_ring()
    channel.battery(False)
    engine.step()
    assert board.controls == [
        (TICK, 0, lib.CTI_LINE_RING, 1),
        (TICK, 0, lib.CTI_LINE_POLARITY, 1),
        (2 * TICK, 0, lib.CTI_LINE_RING, 0),
        (2 * TICK, 0, lib.CTI_LINE_BATTERY, 0),
    ]


def test_what_happens_at_a_telephone_is_told_and_lifting_it_starts_the_recording(
    make_board: Any, sink: Any
) -> None:
    board = make_board(kind=Kind.FXS)
    engine = MediaEngine([board], SampleClock(), inline=True)
    channel = engine.channel("py/1")
    seen: list[PortEvent] = []
    channel.subscribe(seen.append)
    recording = channel.record_line(sink)
    steps(engine, 5)
    assert recording.frames == 0
    board.tell(0, lib.CTI_EV_HOOK, 1)
    board.tell(0, lib.CTI_EV_FLASH)
    board.tell(0, lib.CTI_EV_HOOK, 0)
    steps(engine, 5)
    at = Samples(5 * TICK)
    assert seen == [
        HookChanged(at, channel.info.id, True),
        HookChanged(at, channel.info.id, False),
        Flash(at, channel.info.id, Samples(0)),
    ]
    assert recording.frames == 5 * TICK
    engine.close()


def test_lamps_are_ordered_once_and_anew_after_hanging_up(make_board: Any) -> None:
    board = make_board(kind=Kind.HANDSET)
    board.ports[0].caps["lamps"] = Able.YES
    engine = MediaEngine([board], SampleClock(), inline=True)
    channel = engine.channel("py/1")
    seen: list[PortEvent] = []
    channel.subscribe(seen.append)
    channel.show()
    channel.show(rings=True)
    channel.show(rings=True)
    channel.show(muted=True, held=True)
    steps(engine, 1)
    board.tell(0, lib.CTI_EV_MUTED, 1)
    board.tell(0, lib.CTI_EV_HOOK, 0)
    steps(engine, 1)
    channel.show(muted=True)
    steps(engine, 1)
    assert [(what, value) for _, _, what, value in board.controls] == [
        (lib.CTI_LINE_SHOW, 1),
        (lib.CTI_LINE_SHOW, 6),
        (lib.CTI_LINE_SHOW, 2),
    ]
    assert seen[1] == Muted(Samples(TICK), channel.info.id, True)
    engine.close()


def test_a_port_without_lamps_is_told_of_none(make_board: Any) -> None:
    board = make_board(kind=Kind.FXS)
    engine = MediaEngine([board], SampleClock(), inline=True)
    engine.channel("py/1").show(rings=True)
    steps(engine, 1)
    assert board.controls == []
    engine.close()


def test_unknown_port_is_refused_naming_those_there_are(engine: MediaEngine) -> None:
    with pytest.raises(PortError, match="py/9: no such port; there are py/1"):
        engine.channel("py/9")


def test_sounds_follow_each_other_without_a_gap(engine: MediaEngine, board: Any) -> None:
    channel = engine.channel("py/1")
    for i in range(40):  # more than the core's queue takes
        channel.play(ramp(1 + i * 97, 97))
    steps(engine, 40 * 97 // TICK + 1)
    assert samples(board.heard[0])[: 40 * 97] == list(range(1, 1 + 40 * 97))


def test_playback_tells_its_end_and_its_length(engine: MediaEngine) -> None:
    channel = engine.channel("py/1")

    async def main() -> tuple[PlayDone, PlayDone, PlayDone]:
        first, second = channel.play(ramp(1, 1000)), channel.play(ramp(1, 1000), samples=100)
        third = channel.play(ramp(1, 50), loop=True)
        await first.done()
        await second.done()
        third.stop()
        third.stop()
        return await first.done(), await second.done(), await third.done()

    first, second, third = run_virtual(main(), engine, limit=80_000)
    assert (first.reason, first.position, first.at) == ("end", 1000, 1000)
    assert (second.reason, second.position, second.at) == ("end", 100, 1100)
    assert third.reason == "stopped"


def test_stop_ends_what_plays_what_waits_and_what_has_not_reached_the_core(engine: MediaEngine) -> None:
    channel = engine.channel("py/1")
    ended: list[PortEvent] = []
    channel.subscribe(ended.append)
    plays = [channel.play(ramp(1, 8000)) for _ in range(30)]
    steps(engine, 3)
    plays[25].stop()
    steps(engine, 1)
    assert [e.ref for e in ended if isinstance(e, PlayDone)] == [plays[25].ref]
    channel.stop()
    after = channel.play(ramp(1, 160))
    steps(engine, 6)
    refs = [e.ref for e in ended if isinstance(e, PlayDone)]
    assert sorted(refs) == sorted([p.ref for p in plays] + [after.ref])
    assert all(e.reason == "stopped" for e in ended if isinstance(e, PlayDone) and e.ref != after.ref)


def test_an_interruption_holds_all_that_plays_to_the_sample(engine: MediaEngine, board: Any) -> None:
    channel = engine.channel("py/1")
    ended: list[PortEvent] = []
    channel.subscribe(ended.append)
    for i in range(20):  # more than the core's queue takes
        channel.play(ramp(1 + i * 97, 97), stop_on="1")
    steps(engine, 3)
    board.tell(0, lib.CTI_EV_DIGIT_DOWN, ord("1"))
    interruption = channel.interrupt(Pcm.silence(8000))
    second = channel.interrupt(Pcm.silence(8000))
    steps(engine, 5)
    interruption.stop()
    steps(engine, 20 * 97 // TICK)
    heard = samples(board.heard[0])
    assert heard[:480] + heard[480 + 800 : 800 + 20 * 97] == list(range(1, 1 + 20 * 97))
    assert set(heard[480 : 480 + 800]) == {0}
    told = {event.ref: event.reason for event in ended if isinstance(event, PlayDone)}
    assert told.pop(interruption.ref) == told.pop(second.ref) == "stopped"
    assert set(told.values()) == {"end"}
    assert len(told) == 20


def test_digit_told_by_the_board_stops_the_prompt_and_says_so(engine: MediaEngine, board: Any) -> None:
    channel = engine.channel("py/1")
    ended: list[PortEvent] = []
    channel.subscribe(ended.append)
    channel.play(ramp(1, 8000), stop_on="12#")
    steps(engine, 2)
    board.tell(0, lib.CTI_EV_DIGIT_DOWN, ord("3"))
    steps(engine, 2)
    board.tell(0, lib.CTI_EV_DIGIT_DOWN, ord("#"))
    steps(engine, 2)
    done = [e for e in ended if isinstance(e, PlayDone)]
    assert [(e.reason, e.position) for e in done] == [("digit", 5 * TICK + 40)]


def test_digit_stops_what_waits_behind_the_cores_queue_up_to_what_it_may_not_stop(
    engine: MediaEngine, board: Any
) -> None:
    channel = engine.channel("py/1")
    ended: list[PlayDone] = []
    channel.subscribe(lambda event: ended.append(event) if isinstance(event, PlayDone) else None)
    plays = [channel.play(ramp(1, 8000), stop_on="" if i == 20 else "1") for i in range(24)]
    steps(engine, 2)
    board.tell(0, lib.CTI_EV_DIGIT_DOWN, ord("1"))
    steps(engine, 10)
    assert sorted(event.ref for event in ended) == sorted(play.ref for play in plays[:20])
    assert {event.reason for event in ended} == {"digit"}
    board.tell(0, lib.CTI_EV_DIGIT_DOWN, ord("1"))  # 20 shields those behind it
    steps(engine, 10)
    assert len(ended) == 20


def test_sound_that_the_core_has_no_room_for_ends_as_stopped(
    engine: MediaEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = engine.channel("py/1")
    ended: list[PlayDone] = []
    channel.subscribe(lambda event: ended.append(event) if isinstance(event, PlayDone) else None)
    plays = [channel.play(ramp(1, 320)) for _ in range(17)]
    steps(engine, 1)

    def refuse(*_: Any, **__: Any) -> None:
        raise NativeError(-3, "no room", "command to the engine")

    monkeypatch.setattr(engine.native, "play", refuse)
    steps(engine, 40)
    assert sorted(event.ref for event in ended) == sorted(play.ref for play in plays)
    assert [event.reason for event in ended if event.ref == plays[16].ref] == ["stopped"]


def test_recording_that_the_core_refuses_leaves_nothing_open(
    engine: MediaEngine, sink: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise NativeError(-3, "no room", "command to the engine")

    monkeypatch.setattr(engine.native, "record", refuse)
    with pytest.raises(NativeError):
        engine.channel("py/1").record_message(sink)
    engine.close()
    assert (sink.writes, sink.closed) == (0, 0)


def test_one_who_waited_and_was_cancelled_keeps_nobody_from_the_end(engine: MediaEngine) -> None:
    async def main() -> PlayDone:
        playback = engine.channel("py/1").play(ramp(1, 1600))
        first = asyncio.ensure_future(playback.done())
        await asyncio.sleep(0)
        first.cancel()
        return await playback.done()

    assert run_virtual(main(), engine, limit=8000).position == 1600


@pytest.mark.parametrize(
    "wrong", [{"stop_on": "x"}, {"gain_db": 25.0}, {"gain_db": float("nan")}, {"samples": 5, "loop": True}]
)
def test_play_with_wrong_arguments_is_refused(engine: MediaEngine, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        engine.channel("py/1").play(ramp(1, 10), **wrong)


def test_gain_is_applied(engine: MediaEngine, board: Any) -> None:
    engine.channel("py/1").play(Pcm([1000] * 160), gain_db=-6.0206)
    engine.step()
    assert samples(board.heard[0])[80] == 500


def test_empty_sound_ends_at_once(engine: MediaEngine) -> None:
    channel = engine.channel("py/1")

    async def main() -> PlayDone:
        return await channel.play(Pcm(), loop=True).done()

    assert run_virtual(main(), engine, limit=8000).reason == "end"


def test_line_recording_begins_with_the_seizure_and_holds_both_directions(
    engine: MediaEngine, board: Any, sink: Any
) -> None:
    channel = engine.channel("py/1")
    done: list[PortEvent] = []
    channel.subscribe(done.append)

    async def main() -> int:
        recording = channel.record_line(sink)
        board.say(0, ramp(1, 1600))
        await engine.clock.sleep(5 * TICK)
        assert recording.frames == 0
        channel.seize()
        channel.play(ramp(5001, 320))
        await engine.clock.sleep(3 * TICK)
        assert recording.frames == 3 * TICK
        frames = await recording.stop()
        assert await recording.stop() == frames
        return frames

    frames = run_virtual(main(), engine, limit=80_000)
    assert frames == 3 * TICK
    assert sink.closed == 1
    both = samples(sink.data)
    assert both[0::2] == [*range(5001, 5321), *([0] * TICK)]
    assert both[1::2] == list(range(801, 801 + 3 * TICK))
    assert [e.length for e in done if isinstance(e, RecordDone)] == [3 * TICK]


def test_recordings_of_two_calls_in_a_row_are_kept_apart(
    engine: MediaEngine, board: Any, make_sink: Any
) -> None:
    channel = engine.channel("py/1")
    first, second = make_sink(), make_sink()

    async def main() -> tuple[int, int]:
        one = channel.record_line(first)
        channel.seize()
        board.say(0, Pcm([111] * 320))
        await engine.clock.sleep(2 * TICK)
        one.ask_stop()  # both in one tick
        two = channel.record_line(second)
        channel.seize()
        board.say(0, Pcm([222] * 480))
        await engine.clock.sleep(3 * TICK)
        return await one.stop(), await two.stop()

    assert run_virtual(main(), engine, limit=80_000) == (2 * TICK, 3 * TICK)
    assert set(samples(first.data)[1::2]) == {111}
    assert set(samples(second.data)[1::2]) == {222}


def test_recording_that_never_began_is_an_empty_closed_one(engine: MediaEngine, sink: Any) -> None:
    recording = engine.channel("py/1").record_line(sink)
    assert run_virtual(recording.stop(), engine, limit=8000) == 0
    assert (sink.closed, sink.writes) == (1, 0)


def test_message_is_mono_and_begins_at_once(engine: MediaEngine, board: Any, sink: Any) -> None:
    channel = engine.channel("py/1")

    async def main() -> int:
        board.say(0, ramp(1, 16000))
        recording = channel.record_message(sink)
        await engine.clock.sleep(8000)
        return await recording.stop()

    assert run_virtual(main(), engine, limit=80_000) == 8000
    assert samples(sink.data) == list(range(1, 8001))


def test_two_tasks_may_wait_for_one_recording(engine: MediaEngine, sink: Any) -> None:
    recording = engine.channel("py/1").record_message(sink)

    async def main() -> list[int]:
        await engine.clock.sleep(800)
        return list(await asyncio.gather(recording.stop(), recording.stop()))

    assert run_virtual(main(), engine, limit=80_000) == [800, 800]


def test_sink_that_fails_breaks_its_recording_off_and_no_other(
    engine: MediaEngine, sink: Any, make_sink: Any, caplog: pytest.LogCaptureFixture
) -> None:
    channel = engine.channel("py/1")
    other = make_sink()

    async def main() -> int:
        line, message = channel.record_line(sink), channel.record_message(other)
        channel.seize()
        await engine.clock.sleep(4000)
        sink.fail = OSError(28, "No space left on device")
        await engine.clock.sleep(4000)
        with pytest.raises(StoreError, match=r"py/1: recording broken off: .*No space left"):
            await line.stop()
        return await message.stop()

    assert run_virtual(main(), engine, limit=80_000) > 8000
    assert sink.closed == other.closed == 1
    assert len(other.data) == 2 * 8160
    assert "No space left" in caplog.text
    caplog.clear()


def test_sink_that_raises_what_nobody_expects_harms_no_other(
    engine: MediaEngine, sink: Any, make_sink: Any, caplog: pytest.LogCaptureFixture
) -> None:
    channel = engine.channel("py/1")
    other = make_sink()

    async def main() -> tuple[int, int]:
        line, message = channel.record_line(sink), channel.record_message(other)
        channel.seize()
        sink.fail = ValueError("a bug")
        await engine.clock.sleep(4000)
        written = sink.writes
        sink.fail = None  # what comes now would leave a gap in the file
        await engine.clock.sleep(4000)
        with pytest.raises(StoreError, match=r"py/1: recording broken off: a bug"):
            await line.stop()
        return sink.writes - written, await message.stop()

    assert run_virtual(main(), engine, limit=80_000) == (0, 8160)
    assert sink.closed == other.closed == 1
    assert len(other.data) == 2 * 8160
    caplog.clear()


def test_engine_that_closes_finishes_open_recordings(board: Any, sink: Any) -> None:
    engine = MediaEngine([board], SampleClock(), inline=True)
    recording = engine.channel("py/1").record_message(sink)
    steps(engine, 7)
    engine.close()
    engine.close()
    assert sink.closed == 1
    assert len(sink.data) == 2 * 7 * TICK
    assert recording.frames == 7 * TICK


def test_disk_that_stands_still_for_30_s_loses_nothing(board: Any, sink: Any) -> None:
    engine = MediaEngine([board], SampleClock(), inline=False)
    channel = engine.channel("py/1")
    lost: list[PortEvent] = []
    channel.subscribe(lambda event: lost.append(event) if isinstance(event, RecordLost) else None)
    recording = channel.record_line(sink)
    channel.seize()
    channel.play(ramp(1, 8000), loop=True)
    for _ in range(30 * 50):
        engine.native.tick()  # nobody reads
    frames = run_virtual(recording.stop(), engine, limit=1 << 30)
    assert frames == 30 * 8000
    assert samples(sink.data)[0::2] == [n % 8000 + 1 for n in range(frames)]
    assert lost == []


def test_disk_that_is_slower_leaves_silence_of_the_right_length_and_says_so(
    board: Any, sink: Any, caplog: pytest.LogCaptureFixture
) -> None:
    engine = MediaEngine([board], SampleClock(), inline=False)
    channel = engine.channel("py/1")
    lost: list[RecordLost] = []
    channel.subscribe(lambda event: lost.append(event) if isinstance(event, RecordLost) else None)
    recording = channel.record_line(sink)
    channel.seize()
    channel.play(ramp(1, 8000), loop=True)
    for _ in range(33 * 50):
        engine.native.tick()

    async def main() -> int:
        engine.step()
        await engine.clock.sleep(8000)
        return await recording.stop()

    frames = run_virtual(main(), engine, limit=1 << 30)
    said = samples(sink.data)[0::2]
    assert len(said) == frames
    assert frames >= 34 * 8000
    assert [event.ref for event in lost] == [recording.ref]
    assert said.count(0) == lost[0].length >= 3 * 8000
    silence = said.index(0)
    assert silence == 30 * 8000
    assert said[silence + lost[0].length :] == [n % 8000 + 1 for n in range(silence + lost[0].length, frames)]
    assert "the disk is too slow" in caplog.text
    caplog.clear()
