"""A line at work: from the first ring to the line given back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctidrv import events
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.fxo import State
from ctidrv.callcontrol.line import OFF_HOOK_EAR, ON_HOOK_EAR, WAITING_EAR
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.native.cid import acknowledgement, encode_mdmf, encode_waiting
from ctidrv.native.pcm import Pcm
from ctidrv.units import PortId, Samples, ms, seconds

PlayScene = Callable[..., Any]
REVERSAL = LineProfile(signals=frozenset({"loop-break", "reversal", "busy-tone", "dial-tone", "silence"}))


async def answered(bench: Any) -> Call:
    """A call that was answered at once."""

    async def answer(call: Call) -> None:
        await call.answer()
        await call.ended()

    bench.handler = answer
    bench.ring(0)
    await bench.run(3000)
    assert bench.line.state is State.CONNECTED
    call: Call = bench.call
    return call


def ends(bench: Any) -> list[tuple[str, str]]:
    return [(entry["cause"], entry["outcome"]) for entry in bench.said("call.ended")]


def test_a_ring_that_nobody_answers_is_one_missed_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.ring(0)
        bench.ring(6000)
        await bench.run(8000 + 6400)
        assert bench.line.state is State.ALERTING
        await bench.run(200)

    bench = play_scene(scene)
    assert bench.line.state is State.IDLE
    assert ends(bench) == [("caller-gave-up", "missed")]
    assert [entry["count"] for entry in bench.said("call.ring")] == [1, 2]
    assert [entry["state"] for entry in bench.said("line.state")] == ["idle", "ringing", "idle"]
    assert "seize" not in bench.channel.commands


def test_two_bursts_close_together_are_one_ring(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        for start in (0, 600, 3000, 3600):
            bench.ring(start, 400)
        await bench.run(5000)

    assert [entry["count"] for entry in play_scene(scene).said("call.ring")] == [1, 2]


@pytest.mark.parametrize("when", [-800, 500, 2700])
def test_caller_id_before_during_or_after_the_first_ring_belongs_to_the_call(
    play_scene: PlayScene, when: int
) -> None:
    async def scene(bench: Any) -> None:
        bench.ring(1000)
        bench.caller_id(1000 + when)
        await bench.run(5000)

    bench = play_scene(scene)
    assert len(bench.calls) == 1
    assert bench.call.caller.number == "5551234"
    assert bench.call.caller.name == "ANN"
    assert bench.said("call.caller") == [
        {"number": "5551234", "name": "ANN", "reason": None, "standard": "bell202", "checksum_ok": True}
    ]


def test_a_call_exists_from_the_reversal_on(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.at(0, lambda at, port: events.PolarityChanged(at, port, True))
        await bench.run(40)
        assert len(bench.calls) == 1
        bench.caller_id(800)
        bench.ring(1400)
        await bench.run(12000)

    bench = play_scene(scene)
    assert len(bench.calls) == 1
    assert ends(bench) == [("caller-gave-up", "missed")]


def test_a_reversal_without_a_ring_is_no_missed_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.at(0, lambda at, port: events.PolarityChanged(at, port, True))
        await bench.run(7000)

    assert ends(play_scene(scene)) == [("caller-gave-up", "no-ring")]


def test_a_damaged_caller_id_gives_no_number_and_a_good_one_after_it_does(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.ring(0)
        bench.caller_id(2700, checksum_ok=False)
        await bench.run(3000)
        assert bench.call.caller.number is None
        assert bench.call.caller.checksum_ok is False
        bench.caller_id(0)
        bench.caller_id(400, number="999")
        await bench.run(1000)

    bench = play_scene(scene)
    assert bench.call.caller.number == "5551234"
    assert [entry["checksum_ok"] for entry in bench.said("call.caller")] == [False, True]


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (encode_waiting(True, messages=4), {"waiting": True, "messages": 4}),
        (encode_waiting(False), {"waiting": False, "messages": None}),
    ],
)
def test_a_message_waiting_message_is_told_and_makes_no_call(
    play_scene: PlayScene, raw: bytes, told: dict[str, Any]
) -> None:
    async def scene(bench: Any) -> None:
        assert bench.line.messages_waiting is None
        bench.caller_id(0, kind="message-waiting", raw=raw)
        await bench.run(500)

    bench = play_scene(scene)
    assert bench.calls == []
    assert bench.said("line.message_waiting") == [told]
    assert bench.line.messages_waiting is told["waiting"]


def test_a_call_waiting_message_makes_no_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.caller_id(0, kind="call-waiting")
        await bench.run(500)

    assert play_scene(scene).calls == []


def alert(bench: Any, when_ms: float) -> None:
    bench.at(when_ms, lambda at, port: events.AlertSeen(at, port, Samples(at - ms(92)), ms(80)))


def test_a_waiting_call_is_acknowledged_and_told_as_a_fact_of_the_call_that_runs(
    play_scene: PlayScene,
) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
        alert(bench, 0)
        await bench.run(40)
        assert bench.channel.ear == WAITING_EAR
        sound = bench.channel.interruption.sound
        assert sound[:480] == acknowledgement()
        assert sound[480:].peak() == 0
        assert bench.channel.commands[-1] == "interrupt"
        bench.caller_id(900, kind="call-waiting", number="999", name="EVE")
        await bench.run(1000)
        assert bench.channel.commands[-1] == "resume"
        assert bench.channel.ear == OFF_HOOK_EAR
        assert bench.line.state is State.CONNECTED

    bench = play_scene(scene)
    (entry,) = [entry for entry in bench.entries if entry.type == "call.waiting"]
    assert (entry.call, entry.data["number"], entry.data["name"]) == (bench.call.id, "999", "EVE")
    assert bench.call.caller.number is None
    assert len(bench.calls) == 1


def test_an_alert_without_data_is_over_after_its_time_and_told_to_nobody(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
        alert(bench, 0)
        await bench.run(1480)
        assert bench.channel.ear == WAITING_EAR
        await bench.run(100)
        assert bench.channel.ear == OFF_HOOK_EAR
        alert(bench, 0)  # and another may come
        await bench.run(100)
        await bench.call.hang_up()
        await bench.run(40)
        assert bench.channel.ear == ON_HOOK_EAR

    bench = play_scene(scene)
    assert bench.said("call.waiting") == []
    assert bench.channel.commands.count("interrupt") == bench.channel.commands.count("resume") == 2


def test_an_alert_on_a_line_that_is_not_talking_sends_nothing(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        alert(bench, 0)
        bench.ring(500)
        alert(bench, 700)
        await bench.run(1000)

    bench = play_scene(scene)
    assert "interrupt" not in bench.channel.commands
    assert "seize" not in bench.channel.commands


@pytest.mark.parametrize(("later_ms", "number"), [(900, "5551234"), (1100, None)])
def test_caller_id_counts_only_soon_after_the_answer(
    play_scene: PlayScene, later_ms: int, number: str | None
) -> None:
    """A card that decodes it itself may be late; a caller who sends one to seem another is later."""

    async def scene(bench: Any) -> None:
        await answered(bench)
        since = bench.clock.now()
        begin = Samples(bench.line._seized_at + ms(later_ms))
        bench.caller_id((begin - since) / 8 + 40 if begin > since else 20, start=begin)
        await bench.run(2000)

    assert play_scene(scene).call.caller.number == number


@pytest.mark.parametrize(
    ("country", "name"),
    [("cn", "陈喆"), ("fr", "陈喆".encode("gbk").decode("latin-1")), (None, "as it came")],
)
def test_the_callers_name_is_read_by_the_countrys_code_page(
    play_scene: PlayScene, country: str | None, name: str
) -> None:
    raw = encode_mdmf(number="13800138000", name="陈喆".encode("gbk"))

    async def scene(bench: Any) -> None:
        bench.caller_id(0, number="13800138000", name="as it came", raw=raw)
        await bench.run(500)

    bench = play_scene(scene, LineProfile(country=country))
    assert (bench.call.caller.number, bench.call.caller.name) == ("13800138000", name)


def test_answering_seizes_the_line_and_listens_to_what_is_heard_off_hook(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        assert bench.channel.ear == ON_HOOK_EAR
        call = await answered(bench)
        assert bench.channel.ear == OFF_HOOK_EAR
        assert bench.channel.off_hook
        assert call.answered_by == "script"
        await call.hang_up()
        await bench.run(2200)
        assert bench.channel.ear == ON_HOOK_EAR

    bench = play_scene(scene)
    assert [entry["state"] for entry in bench.said("line.state")] == [
        "idle", "ringing", "seized", "talking", "clearing", "idle",
    ]  # fmt: skip
    assert bench.said("call.answered") == [{"by": "script"}]
    assert ends(bench) == [("local-script", "answered")]


def test_dial_tone_whose_end_the_line_cannot_learn_hangs_nobody_up(play_scene: PlayScene) -> None:
    """The definitions changed while it sounded: the detector began afresh, and never tells of its end."""

    async def scene(bench: Any) -> None:
        await answered(bench)
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
        await answered(bench)
        bench.tone(tone, 1000, after_ms=3000)
        await bench.run(4100)
        assert not bench.channel.off_hook

    bench = play_scene(scene)
    assert bench.said("call.clearing") == [{"cause": cause, "confidence": confidence}]
    assert ends(bench) == [(cause, "answered")]


@pytest.mark.parametrize("tone", ["call_waiting", "confirm", "sit", "nu", "ringback"])
def test_tones_that_a_conversation_may_hold_do_not_end_it(play_scene: PlayScene, tone: str) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
        bench.tone(tone, 1000, after_ms=3000)
        await bench.run(9000)
        assert bench.line.state is State.CONNECTED

    assert play_scene(scene).said("call.clearing") == []


def test_dial_tone_hangs_up_only_when_it_lasts_two_seconds(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
        bench.tone("dial", 0, after_ms=500)
        bench.at(1500, lambda at, port: events.ToneOff(at, port, "dial", at))
        await bench.run(4000)
        assert bench.line.state is State.CONNECTED
        bench.tone("dial", 0, after_ms=500)
        await bench.run(2600)

    assert ends(play_scene(scene)) == [("remote-dial-tone", "answered")]


@pytest.mark.parametrize(
    ("length", "state"), [(50, State.CONNECTED), (59, State.CONNECTED), (61, State.CLEARING)]
)
def test_a_loop_break_counts_from_60_ms_on(play_scene: PlayScene, length: int, state: State) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
        bench.at(7, lambda at, port: events.BatteryChanged(at, port, False))
        bench.at(7 + length, lambda at, port: events.BatteryChanged(at, port, True))
        await bench.run(200)
        assert bench.line.state is state

    play_scene(scene)


def test_a_loop_break_hangs_up_and_the_line_is_ready_after_its_pause(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
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
        await answered(bench)
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

    assert ends(play_scene(scene, REVERSAL)) == [("remote-reversal", "answered")]


def test_a_reversal_on_a_line_without_that_habit_is_ignored(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
        bench.at(0, lambda at, port: events.PolarityChanged(at, port, True))
        await bench.run(100)
        assert bench.line.state is State.CONNECTED

    play_scene(scene)


def test_long_silence_hangs_up_and_voice_or_our_own_sound_puts_it_off(play_scene: PlayScene) -> None:
    profile = LineProfile(silence=seconds(5))

    async def scene(bench: Any) -> None:
        call = await answered(bench)
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
        await answered(bench)
        bench.at(0, lambda at, port: events.RemoteGone(at, port, "remote-busy-tone", 0.7))
        await bench.run(100)

    assert play_scene(scene).said("call.clearing") == [{"cause": "remote-busy-tone", "confidence": 0.7}]


def test_a_board_that_does_not_go_off_hook_fails_the_seizure(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.channel.confirm_seize = False

        async def answer(call: Call) -> None:
            await call.answer()

        bench.handler = answer
        bench.ring(0)
        await bench.run(4000)
        assert bench.channel.commands[-2:] == ["release", "release"]
        bench.channel.confirm_seize = True

    bench = play_scene(scene)
    assert ends(bench) == [("seize-failed", "missed")]


def test_a_seizure_confirmed_too_late_is_undone(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.channel.confirm_seize = False

        async def answer(call: Call) -> None:
            await call.answer()

        bench.handler = answer
        bench.ring(0)
        await bench.run(1200)
        bench.channel.off_hook = True
        bench.at(0, events.Seized)
        await bench.run(100)
        assert not bench.channel.off_hook
        await bench.run(3000)
        assert bench.line.state is State.IDLE

    play_scene(scene)


def test_a_ring_during_the_pause_after_a_call_is_a_new_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await answered(bench)
        await call.hang_up()
        bench.ring(700)
        await bench.run(3500)
        assert len(bench.calls) == 2
        assert bench.line.state is State.CONNECTED

    bench = play_scene(scene)
    assert bench.calls[0].id != bench.calls[1].id


def test_hanging_up_twice_gives_the_line_back_once(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await answered(bench)
        await call.hang_up()
        await call.hang_up(Cause.LOCAL_OPERATOR)
        await bench.run(3000)
        await call.hang_up()
        await bench.run(100)

    bench = play_scene(scene)
    assert ends(bench) == [("local-script", "answered")]
    assert bench.channel.commands == ["release", "seize", "release"]


def test_a_release_that_is_not_confirmed_is_repeated(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await answered(bench)
        bench.channel.confirm_release = False
        await call.hang_up()
        await bench.run(2700)
        assert bench.line.state is State.IDLE

    assert play_scene(scene).channel.commands[-2:] == ["release", "release"]


def test_an_alarm_ends_the_call_and_its_end_brings_the_line_back(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await answered(bench)
        bench.at(0, lambda at, port: events.Alarm(at, port, True, "board gone"))
        await bench.run(100)
        assert bench.line.state is State.BLOCKED
        bench.at(0, lambda at, port: events.Alarm(at, port, False, "board gone"))
        await bench.run(3000)
        assert bench.line.state is State.IDLE

    bench = play_scene(scene)
    assert ends(bench) == [("line-lost", "interrupted")]
    assert {"state": "out-of-order", "reason": "board"} in bench.said("line.state")


def test_a_handler_that_returns_hangs_the_call_up(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        async def answer(call: Call) -> None:
            await call.answer()

        bench.handler = answer
        bench.ring(0)
        await bench.run(500)
        assert not bench.channel.off_hook

    assert ends(play_scene(scene)) == [("local-script", "answered")]


def test_a_handler_that_fails_hangs_the_call_up_and_says_so(
    play_scene: PlayScene, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(bench: Any) -> None:
        async def fail(call: Call) -> None:
            await call.answer()
            raise RuntimeError("a defect")

        bench.handler = fail
        bench.ring(0)
        await bench.run(500)

    with caplog.at_level(logging.CRITICAL, logger="ctidrv.callcontrol.line"):
        bench = play_scene(scene)
    assert ends(bench) == [("error", "interrupted")]


def test_a_handler_that_does_not_end_is_stopped_30_s_after_the_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        async def linger(call: Call) -> None:
            await call.answer()
            await call.ended()
            await bench.clock.sleep(seconds(3600))

        bench.handler = linger
        bench.ring(0)
        bench.tone("busy", 500, after_ms=1500)
        await bench.run(31900)
        assert ends(bench) == []
        await bench.run(300)

    assert ends(play_scene(scene)) == [("remote-busy-tone", "answered")]


@pytest.mark.parametrize("answered_first", [True, False])
def test_stopping_the_station_ends_the_call_on_hook(play_scene: PlayScene, answered_first: bool) -> None:
    async def scene(bench: Any) -> None:
        if answered_first:
            await answered(bench)
        else:
            bench.ring(0)
            await bench.run(100)
        await bench.line.stop()
        await bench.run(100)
        assert not bench.channel.off_hook

    outcome = "interrupted" if answered_first else "missed"
    assert ends(play_scene(scene)) == [("station-stop", outcome)]


def test_starting_puts_the_line_on_hook(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        assert bench.channel.commands == ["release"]

    play_scene(scene)


_MAKERS: list[Callable[[Samples, PortId], Any]] = [
    events.RingOn,
    events.RingOff,
    events.Seized,
    events.Released,
    lambda at, port: events.BatteryChanged(at, port, True),
    lambda at, port: events.BatteryChanged(at, port, False),
    lambda at, port: events.PolarityChanged(at, port, True),
    lambda at, port: events.CallerIdSeen(at, port, at, "v23", "call", "1", None, None, None, True, b""),
    lambda at, port: events.ToneOn(at, port, "busy", at),
    lambda at, port: events.ToneOn(at, port, "dial", at),
    lambda at, port: events.ToneOff(at, port, "dial", at),
    lambda at, port: events.VoiceOn(at, port, at),
    lambda at, port: events.VoiceOff(at, port, at),
    lambda at, port: events.DigitDown(at, port, "1", at),
    lambda at, port: events.DigitUp(at, port, "1", ms(60)),
    lambda at, port: events.RemoteGone(at, port, "nonsense", 0.2),
    lambda at, port: events.Alarm(at, port, True, "x"),
    lambda at, port: events.Alarm(at, port, False, "x"),
    lambda at, port: events.PlayDone(at, port, 99, "end", Samples(0)),
    lambda at, port: events.Slip(at, port, 160),
    lambda at, port: events.AlertSeen(at, port, at, ms(80)),
    lambda at, port: events.CallerIdSeen(
        at, port, at, "v23", "call-waiting", "2", None, None, None, True, b""
    ),
]


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, len(_MAKERS) - 1)), max_size=25))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_events_leaves_a_line_off_hook_or_a_call_without_its_end(
    play_scene: PlayScene, order: list[tuple[int, int]]
) -> None:
    profile = LineProfile(silence=seconds(4), signals=REVERSAL.signals)

    async def scene(bench: Any) -> None:
        async def serve(call: Call) -> None:
            await call.answer(after_rings=1)
            while True:
                await call.play([Pcm.silence(400)], stop_on="1")
                await call.digit(ms(500))

        bench.handler = serve
        for wait, which in order:
            bench.at(0, _MAKERS[which])
            await bench.run(wait)
        # A board in alarm recovers; then the far end is silent, but our prompts are not: busy tone ends it.
        # A call that has just rung is answered first, without caller ID after 3.5 s.
        bench.at(0, lambda at, port: events.Alarm(at, port, False, "x"))
        await bench.run(4000)
        bench.tone("busy", 0, after_ms=100)
        await bench.run(9000)
        assert not bench.channel.off_hook
        assert bench.line.state in (State.IDLE, State.BLOCKED)

    bench = play_scene(scene, profile)
    assert len(ends(bench)) == len(bench.calls)


def test_music_and_ringback_are_no_silence(play_scene: PlayScene) -> None:
    """A caller who is put on hold, or connected on, hears no voice for minutes."""
    profile = LineProfile(silence=seconds(5))

    async def scene(bench: Any) -> None:
        await answered(bench)
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
        await answered(bench)
        bench.voice(500, 9000)
        bench.at(560, lambda at, port: events.SoundOn(at, port, at))
        bench.tone("congestion", 3000, 2500)
        bench.at(9200, lambda at, port: events.ToneOff(at, port, "congestion", at))
        await bench.run(20_000)
        assert bench.line.state is State.CONNECTED

    play_scene(scene)
