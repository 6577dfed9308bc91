"""A line at work: from the first ring to the line given back."""

from __future__ import annotations

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
from ctidrv.callcontrol.line import DIGITLESS_EAR, OFF_HOOK_EAR, ON_HOOK_EAR
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.native.cid import acknowledgement, encode_mdmf, encode_waiting
from ctidrv.native.pcm import Pcm
from ctidrv.units import PortId, Samples, ms, seconds

PlayScene = Callable[..., Any]
REVERSAL = LineProfile(signals=frozenset({"loop-break", "reversal", "busy-tone", "dial-tone", "silence"}))


def test_a_ring_that_nobody_answers_is_one_missed_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.ring(0)
        bench.ring(6000)
        await bench.run(8000 + 6400)
        assert bench.line.state is State.ALERTING
        await bench.run(200)

    bench = play_scene(scene)
    assert bench.line.state is State.IDLE
    assert bench.ends() == [("caller-gave-up", "missed")]
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
    assert bench.ends() == [("caller-gave-up", "missed")]


def test_a_reversal_without_a_ring_is_no_missed_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.at(0, lambda at, port: events.PolarityChanged(at, port, True))
        await bench.run(7000)

    assert play_scene(scene).ends() == [("caller-gave-up", "no-ring")]


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
        await bench.answered()
        alert(bench, 0)
        await bench.run(40)
        assert bench.channel.ear == DIGITLESS_EAR
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
        await bench.answered()
        alert(bench, 0)
        await bench.run(1480)
        assert bench.channel.ear == DIGITLESS_EAR
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
        await bench.answered()
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
        call = await bench.answered()
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
    assert bench.ends() == [("local-script", "answered")]


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
    assert bench.ends() == [("seize-failed", "missed")]


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
        call = await bench.answered()
        await call.hang_up()
        bench.ring(700)
        await bench.run(3500)
        assert len(bench.calls) == 2
        assert bench.line.state is State.CONNECTED

    bench = play_scene(scene)
    assert bench.calls[0].id != bench.calls[1].id


def test_hanging_up_twice_gives_the_line_back_once(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        await call.hang_up()
        await call.hang_up(Cause.LOCAL_OPERATOR)
        await bench.run(3000)
        await call.hang_up()
        await bench.run(100)

    bench = play_scene(scene)
    assert bench.ends() == [("local-script", "answered")]
    assert bench.channel.commands == ["release", "seize", "release"]


def test_a_release_that_is_not_confirmed_is_repeated(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.channel.confirm_release = False
        await call.hang_up()
        await bench.run(2700)
        assert bench.line.state is State.IDLE

    assert play_scene(scene).channel.commands[-2:] == ["release", "release"]


def test_an_alarm_ends_the_call_and_its_end_brings_the_line_back(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.at(0, lambda at, port: events.Alarm(at, port, True, "board gone"))
        await bench.run(100)
        assert bench.line.state is State.BLOCKED
        bench.at(0, lambda at, port: events.Alarm(at, port, False, "board gone"))
        await bench.run(3000)
        assert bench.line.state is State.IDLE

    bench = play_scene(scene)
    assert bench.ends() == [("line-lost", "interrupted")]
    assert {"state": "out-of-order", "reason": "board"} in bench.said("line.state")


def test_a_handler_that_returns_hangs_the_call_up(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        async def answer(call: Call) -> None:
            await call.answer()

        bench.handler = answer
        bench.ring(0)
        await bench.run(500)
        assert not bench.channel.off_hook

    assert play_scene(scene).ends() == [("local-script", "answered")]


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
    assert bench.ends() == [("error", "interrupted")]


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
        assert bench.ends() == []
        await bench.run(300)

    assert play_scene(scene).ends() == [("remote-busy-tone", "answered")]


@pytest.mark.parametrize("answered_first", [True, False])
def test_stopping_the_station_ends_the_call_on_hook(play_scene: PlayScene, answered_first: bool) -> None:
    async def scene(bench: Any) -> None:
        if answered_first:
            await bench.answered()
        else:
            bench.ring(0)
            await bench.run(100)
        await bench.line.stop()
        await bench.run(100)
        assert not bench.channel.off_hook

    outcome = "interrupted" if answered_first else "missed"
    assert play_scene(scene).ends() == [("station-stop", outcome)]


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
    assert len(bench.ends()) == len(bench.calls)
