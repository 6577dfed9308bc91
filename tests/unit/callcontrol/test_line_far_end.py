"""A line in a call: what tells that the far end is gone, and what does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.fxo import State
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds

PlayScene = Callable[..., Any]


REVERSAL = LineProfile(signals=frozenset({"loop-break", "reversal", "busy-tone", "dial-tone", "silence"}))


def test_dial_tone_whose_end_the_line_cannot_learn_hangs_nobody_up(play_scene: PlayScene) -> None:
    """The definitions changed while it sounded: the detector began afresh, and never tells of its end."""

    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.tone("dial", 1000, after_ms=1000)
        await bench.run(3000)
        bench.line.tones_changed()
        await bench.run(4000)
        assert bench.channel.off_hook

    assert not play_scene(scene).said("call.clearing")


@pytest.mark.parametrize(
    ("tone", "cause", "confidence"),
    [
        ("busy", "remote-busy-tone", 0.9),
        ("howler", "remote-busy-tone", 0.9),
        ("congestion", "remote-congestion-tone", 0.85),
        ("learned", "remote-learnt-tone", 0.9),
    ],
)
def test_busy_and_congestion_tone_hang_up_with_their_cause(
    play_scene: PlayScene, tone: str, cause: str, confidence: float
) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.tone(tone, 1000, after_ms=3000)
        await bench.run(4100)
        assert not bench.channel.off_hook

    bench = play_scene(scene)
    assert bench.said("call.clearing") == [{"cause": cause, "confidence": confidence}]
    assert bench.ends() == [(cause, "answered")]


@pytest.mark.parametrize("tone", ["call_waiting", "confirm", "sit", "nu", "ringback"])
def test_tones_that_a_conversation_may_hold_do_not_end_it(play_scene: PlayScene, tone: str) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.tone(tone, 1000, after_ms=3000)
        await bench.run(9000)
        assert bench.line.state is State.CONNECTED

    assert play_scene(scene).said("call.clearing") == []


def test_dial_tone_hangs_up_only_when_it_lasts_two_seconds(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.tone("dial", 0, after_ms=500)
        bench.at(1500, lambda at, port: events.ToneOff(at, port, "dial", at))
        await bench.run(4000)
        assert bench.line.state is State.CONNECTED
        bench.tone("dial", 0, after_ms=500)
        await bench.run(2600)

    assert play_scene(scene).ends() == [("remote-dial-tone", "answered")]


@pytest.mark.parametrize(
    ("length", "state"), [(50, State.CONNECTED), (59, State.CONNECTED), (61, State.CLEARING)]
)
def test_a_loop_break_counts_from_60_ms_on(play_scene: PlayScene, length: int, state: State) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(7, lambda at, port: events.BatteryChanged(at, port, False))
        bench.at(7 + length, lambda at, port: events.BatteryChanged(at, port, True))
        await bench.run(200)
        assert bench.line.state is state

    play_scene(scene)


def test_a_loop_break_hangs_up_and_the_line_is_ready_after_its_pause(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(0, lambda at, port: events.BatteryChanged(at, port, False))
        bench.at(500, lambda at, port: events.BatteryChanged(at, port, True))
        await bench.run(100)
        assert not bench.channel.off_hook
        await bench.run(1900)
        assert bench.line.state is State.CLEARING
        await bench.run(200)
        assert bench.line.state is State.IDLE

    bench = play_scene(scene)
    assert bench.said("call.clearing") == [{"cause": "remote-loop-break", "confidence": 0.95}]


def test_battery_that_stays_away_puts_the_line_out_of_order_until_it_returns(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(0, lambda at, port: events.BatteryChanged(at, port, False))
        await bench.run(5100)
        assert bench.line.state is State.BLOCKED
        bench.at(0, lambda at, port: events.BatteryChanged(at, port, True))
        await bench.run(3000)
        assert bench.line.state is State.IDLE

    assert play_scene(scene).said("line.state")[-3:] == [
        {"state": "out-of-order", "reason": "no-battery"},
        {"state": "clearing"},
        {"state": "idle"},
    ]


def test_reversal_back_hangs_up_but_not_within_600_ms_of_the_answer(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        async def answer(call: Call) -> None:
            await call.answer()
            await call.ended()

        bench.handler = answer
        bench.ring(0)
        bench.at(400, lambda at, port: events.PolarityChanged(at, port, True))
        await bench.run(1500)
        assert bench.line.state is State.CONNECTED
        bench.at(0, lambda at, port: events.PolarityChanged(at, port, False))
        await bench.run(100)

    assert play_scene(scene, REVERSAL).ends() == [("remote-reversal", "answered")]


def test_a_reversal_on_a_line_without_that_habit_is_ignored(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(0, lambda at, port: events.PolarityChanged(at, port, True))
        await bench.run(100)
        assert bench.line.state is State.CONNECTED

    play_scene(scene)


def test_long_silence_hangs_up_and_voice_or_our_own_sound_puts_it_off(play_scene: PlayScene) -> None:
    profile = LineProfile(silence=seconds(5))

    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.voice(1000, 8000)
        await bench.run(9000)
        assert bench.line.state is State.CONNECTED
        playing = asyncio.create_task(call.play([Pcm.silence(seconds(10))]))
        await bench.run(10500)
        assert playing.done()
        assert bench.line.state is State.CONNECTED
        await bench.run(4000)
        assert bench.line.state is State.CONNECTED
        await bench.run(1200)

    bench = play_scene(scene, profile)
    assert bench.said("call.clearing") == [{"cause": "remote-silence", "confidence": 0.5}]


def test_a_board_that_knows_the_far_end_is_gone_gives_its_own_confidence(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(0, lambda at, port: events.RemoteGone(at, port, "remote-busy-tone", 0.7))
        await bench.run(100)

    assert play_scene(scene).said("call.clearing") == [{"cause": "remote-busy-tone", "confidence": 0.7}]


def test_a_sign_that_does_not_count_on_the_line_does_not_count_from_its_board_either(
    play_scene: PlayScene,
) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(0, lambda at, port: events.RemoteGone(at, port, "remote-loop-break", 0.9))
        bench.at(100, lambda at, port: events.RemoteGone(at, port, "remote-busy-tone", 0.7))
        await bench.run(300)

    bench = play_scene(scene, LineProfile(signals=frozenset({"busy-tone"})))
    assert bench.said("call.clearing") == [{"cause": "remote-busy-tone", "confidence": 0.7}]


def test_music_and_ringback_are_no_silence(play_scene: PlayScene) -> None:
    """A caller who is put on hold, or connected on, hears no voice for minutes."""
    profile = LineProfile(silence=seconds(5))

    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(1000, lambda at, port: events.SoundOn(at, port, at))
        bench.at(20_000, lambda at, port: events.SoundOff(at, port, at))
        bench.tone("ringback", 21_000, 1000)
        await bench.run(60_000)
        assert bench.line.state is State.CONNECTED
        bench.at(0, lambda at, port: events.ToneOff(at, port, "ringback", at))
        await bench.run(5200)

    bench = play_scene(scene, profile)
    assert bench.said("call.clearing") == [{"cause": "remote-silence", "confidence": 0.5}]


def test_call_waiting_with_congestions_cadence_ends_no_conversation(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.voice(500, 9000)
        bench.at(560, lambda at, port: events.SoundOn(at, port, at))
        bench.tone("congestion", 3000, 2500)
        bench.at(9200, lambda at, port: events.ToneOff(at, port, "congestion", at))
        await bench.run(20_000)
        assert bench.line.state is State.CONNECTED

    play_scene(scene)
