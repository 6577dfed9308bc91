"""A call as mailboxes use it: a message is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ctidrv import events
from ctidrv.units import Samples, ms, seconds

PlayScene = Callable[..., Any]


class MemorySink:
    def __init__(self) -> None:
        self.data = b""
        self.closed = False

    def write(self, frames: bytes) -> None:
        self.data += frames

    def close(self) -> None:
        self.closed = True


async def take(bench: Any, sink: MemorySink, length_ms: float, **changes: Any) -> Any:
    wanted = {"max": seconds(60), "silence": seconds(3), "finish_on": "#", **changes}
    return await bench.during(bench.call.record_message(sink, **wanted), length_ms)


def near(samples: int, milliseconds: float) -> bool:
    return abs(samples - ms(milliseconds)) <= ms(20)


def test_vm_1_a_message_ends_with_silence_which_is_not_kept(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.voice(500, 4000)
        sink = MemorySink()
        recorded = await take(bench, sink, 7100)
        assert recorded.reason == "silence"
        assert near(recorded.keep, 4100)
        assert near(recorded.frames, 7000)
        assert sink.closed
        assert len(sink.data) == 2 * recorded.frames

    play_scene(scene)


def test_vm_1_a_message_ends_with_the_key_which_is_not_kept(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.voice(500, 6000)
        bench.digit("5", 2000)
        bench.digit("#", 4000)
        recorded = await take(bench, MemorySink(), 4200)
        assert (recorded.reason, recorded.digit) == ("digit", "#")
        assert near(recorded.keep, 4000)
        await bench.run(300)
        assert await bench.during(call.digit(Samples(0)), 20) is None

    assert [entry["digit"] for entry in play_scene(scene).said("call.digit")] == ["5", "#"]


def test_vm_1_a_message_ends_with_busy_tone_which_is_not_kept(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.voice(500, 3000)
        bench.tone("busy", 4000, after_ms=3000)
        recorded = await take(bench, MemorySink(), 7200, silence=seconds(30))
        assert recorded.reason == "hangup"
        assert near(recorded.keep, 3100)

    play_scene(scene)


def test_vm_1_speech_up_to_the_busy_tone_is_kept_up_to_it_though_the_tone_sounds_like_voice(
    play_scene: PlayScene,
) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.voice(500, 9000)
        bench.tone("busy", 4000, after_ms=3000)
        recorded = await take(bench, MemorySink(), 7200)
        assert near(recorded.keep, 4000)

    play_scene(scene)


def test_vm_1_a_message_ends_at_its_greatest_length(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.voice(0, 20000)
        recorded = await take(bench, MemorySink(), 5100, max=seconds(5))
        assert recorded.reason == "max"
        assert recorded.keep == recorded.frames
        assert near(recorded.frames, 5000)

    play_scene(scene)


def test_a_loop_break_cuts_the_message_where_it_begins(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.voice(500, 9000)
        bench.at(2000, lambda at, port: events.BatteryChanged(at, port, False))
        recorded = await take(bench, MemorySink(), 2200)
        assert recorded.reason == "hangup"
        assert near(recorded.keep, 2000)

    play_scene(scene)


def test_nothing_said_keeps_nothing_though_the_beep_echoed(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(0, lambda at, port: events.VoiceOn(at, port, at))  # the echo of the beep
        await bench.run(100)
        bench.at(300, lambda at, port: events.VoiceOff(at, port, Samples(at - ms(350))))
        recorded = await take(bench, MemorySink(), 3400)
        assert recorded.reason == "silence"
        assert recorded.keep <= ms(120)

    play_scene(scene)


def test_a_dial_tone_that_passed_does_not_cut_the_message(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.voice(500, 4000)
        bench.tone("dial", 1000, after_ms=300)
        bench.at(2000, lambda at, port: events.ToneOff(at, port, "dial", at))
        recorded = await take(bench, MemorySink(), 7100)
        assert near(recorded.keep, 4100)

    play_scene(scene)


def test_a_cancelled_recording_is_stopped_and_its_sink_closed(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        sink = MemorySink()
        task = asyncio.ensure_future(call.record_message(sink, max=seconds(9), silence=seconds(9)))
        await bench.run(500)
        task.cancel()
        await bench.run(40)
        assert task.cancelled()
        assert sink.closed
        assert bench.channel.recordings == []

    play_scene(scene)
