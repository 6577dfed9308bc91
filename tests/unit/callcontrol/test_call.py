"""A call as menus and mailboxes use it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.call import Call, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.plays import Played
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.errors import CallEnded
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, ms, seconds

PlayScene = Callable[..., Any]
PROMPT = Pcm([100] * 8000)


# Answering


def test_answering_after_the_first_ring_waits_for_the_caller_id_behind_it(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        async def serve(call: Call) -> None:
            await call.answer(after_rings=1)
            await call.ended()

        bench.handler = serve
        bench.ring(0)
        bench.caller_id(3200)
        await bench.run(3100)
        assert bench.call.state is CallState.ALERTING
        await bench.run(300)
        assert bench.call.state is CallState.CONNECTED

    play_scene(scene)


@pytest.mark.parametrize("second_ring", [True, False])
def test_without_caller_id_it_is_answered_with_the_second_ring_or_its_time(
    play_scene: PlayScene, second_ring: bool
) -> None:
    async def scene(bench: Any) -> None:
        async def serve(call: Call) -> None:
            await call.answer(after_rings=1)
            await call.ended()

        bench.handler = serve
        bench.ring(0)
        if second_ring:
            bench.ring(5000)
        await bench.run(4900)
        assert bench.call.state is CallState.ALERTING
        await bench.run(800)
        assert bench.call.state is CallState.CONNECTED

    play_scene(scene)


def test_where_caller_id_comes_before_the_ring_nothing_is_waited_for(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        async def serve(call: Call) -> None:
            await call.answer(after_rings=1)
            await call.ended()

        bench.handler = serve
        bench.ring(0, 1000)
        await bench.run(900)
        assert bench.call.state is CallState.ALERTING
        await bench.run(200)
        assert bench.call.state is CallState.CONNECTED

    play_scene(scene, LineProfile(caller_id_after_ring=False))


def test_an_operator_answers_while_the_script_still_waits_and_the_script_stays_out(
    play_scene: PlayScene,
) -> None:
    async def scene(bench: Any) -> None:
        went_on = []

        async def serve(call: Call) -> None:
            await call.answer(after_rings=3)
            went_on.append(True)

        bench.handler = serve
        bench.ring(0)
        await bench.run(500)
        await bench.during(bench.call.answer(by="operator"), 200)
        assert bench.call.answered_by == "operator"
        await bench.during(bench.call.taken(), 20)
        await bench.run(2000)
        assert bench.call.state is CallState.CONNECTED
        await bench.call.hang_up(Cause.LOCAL_OPERATOR)
        await bench.run(2500)
        assert not went_on

    bench = play_scene(scene)
    assert bench.said("call.answered") == [{"by": "operator"}]
    assert bench.said("call.ended") == [{"cause": "local-operator", "outcome": "answered"}]


def test_an_operator_takes_over_from_the_script_and_its_prompt_stops(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        prompt = asyncio.ensure_future(call.play([PROMPT] * 10))
        await bench.run(500)
        await call.answer(by="operator")
        await bench.run(60)
        assert prompt.result() == Played("stopped")

    assert play_scene(scene).said("call.answered") == [{"by": "script"}, {"by": "operator"}]


def test_hanging_up_on_a_ringing_call_lets_it_ring(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.ring(0)
        await bench.run(500)
        await bench.call.hang_up()
        await bench.run(1000)
        assert bench.call.state is CallState.ALERTING
        await bench.run(9000)

    assert play_scene(scene).said("call.ended") == [{"cause": "caller-gave-up", "outcome": "missed"}]


# Playing and keys


def test_sounds_play_to_their_end_one_after_the_other(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        task = asyncio.ensure_future(call.play([PROMPT, PROMPT]))
        await bench.run(1980)
        assert not task.done()
        await bench.run(60)
        assert task.result() == Played("end")
        assert [len(sound) for sound in bench.channel.played] == [16000]

    play_scene(scene)


def test_playing_nothing_ends_at_once(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        assert await call.play([]) == Played("end")
        assert await call.play([Pcm()]) == Played("end")

    play_scene(scene)


def test_more_sounds_than_the_core_queues_are_all_played(play_scene: PlayScene) -> None:
    class Tone:
        """What is no Pcm is not joined."""

    async def scene(bench: Any) -> None:
        call = await bench.answered()
        sounds: list[Any] = [part for _ in range(20) for part in (Pcm([1] * 80), Tone())]
        task = asyncio.ensure_future(call.play(sounds))
        for _ in range(120):
            await bench.run(20)
            # The fake's tones go on until they are stopped; here each ends after a tick.
            if bench.channel.queue and not isinstance(bench.channel.queue[0].sound, Pcm):
                bench.channel.queue[0].left = 1
        assert task.result() == Played("end")
        assert len(bench.channel.played) == 40

    play_scene(scene)


def test_a_key_stops_the_prompt_and_is_not_lost(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.digit("1", 300)
        task = asyncio.ensure_future(call.play([PROMPT], "123", label="main-menu"))
        await bench.run(380)
        assert task.result() == Played("digit", "1")
        assert await bench.during(call.digit(seconds(1)), 100) == "1"

    assert play_scene(scene).said("call.digit") == [{"digit": "1", "length_ms": 80, "during": "main-menu"}]


def test_a_key_that_stops_nothing_is_kept_for_later(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.digit("9", 300)
        assert await bench.during(call.play([PROMPT], "123"), 1100) == Played("end")
        assert await bench.during(call.digit(Samples(0)), 20) == "9"
        assert await bench.during(call.digit(Samples(0)), 20) is None

    play_scene(scene)


def test_a_key_pressed_before_the_prompt_keeps_it_from_beginning(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.digit("2", 0)
        await bench.run(200)
        assert await call.play([PROMPT], "123") == Played("digit", "2")
        assert bench.channel.played == []
        assert await bench.during(call.digit(), 20) == "2"

    play_scene(scene)


def test_a_key_heard_in_the_tick_in_which_the_prompt_is_put_on_stops_it(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        task = asyncio.ensure_future(call.play([PROMPT], "1"))
        await bench.settle()
        at = bench.clock.now()
        bench.channel.tell(events.DigitDown(at, "sim/1", "1", at))  # without the core having stopped it
        await bench.run(40)
        assert task.result() == Played("digit", "1")

    play_scene(scene)


def test_keys_typed_fast_all_arrive_in_order(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        for number, digit in enumerate("98537#"):
            bench.digit(digit, number * 100, 50)
        await bench.run(800)
        typed = [await call.digit(Samples(0)) for _ in range(7)]
        assert typed == ["9", "8", "5", "3", "7", "#", None]

    play_scene(scene)


def test_the_wait_for_a_key_ends_after_its_time(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        task = asyncio.ensure_future(call.digit(seconds(2)))
        await bench.run(1980)
        assert not task.done()
        await bench.run(40)
        assert task.result() is None

    play_scene(scene)


def test_a_key_held_down_while_the_time_runs_out_still_counts(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.digit("5", 950, 3000)
        assert await bench.during(call.digit(seconds(1)), 1300) == "5"
        await bench.run(3000)
        assert await bench.during(call.digit(Samples(0)), 20) is None

    assert play_scene(scene).said("call.digit") == [{"digit": "5", "length_ms": None, "during": None}]


def test_a_digit_is_told_before_what_it_leads_to(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()

        async def menu() -> None:
            digit = await call.digit()
            call.note("call.choice", key=digit, result="match", target="sales")

        bench.digit("1", 0)
        await bench.during(menu(), 200)

    types = play_scene(scene).types()
    assert types.index("call.digit") < types.index("call.choice")


def test_forgotten_keys_do_not_come_back_even_when_still_held(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        bench.digit("1", 0)
        bench.digit("2", 200, 150)
        await bench.run(260)
        call.clear_digits()
        assert await bench.during(call.digit(ms(400)), 500) is None

    play_scene(scene)


def test_a_storm_of_keys_is_bounded(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        at = bench.clock.now()
        for _ in range(1000):
            bench.channel.tell(events.DigitDown(at, "sim/1", "1", at))
            bench.channel.tell(events.DigitUp(at, "sim/1", "1", ms(50)))
        typed = 0
        while await call.digit(Samples(0)) is not None:
            typed += 1
        assert typed == 256

    play_scene(scene)


# The end


@pytest.mark.parametrize(
    "wait",
    [
        lambda call: call.play([PROMPT] * 100, "1"),
        lambda call: call.digit(),
        lambda call: call.digit(seconds(100)),
        lambda call: call.pause(seconds(100)),
        lambda call: call.taken(),
    ],
    ids=["play", "digit", "digit-timeout", "pause", "taken"],
)
def test_every_wait_ends_with_call_ended_when_the_caller_hangs_up(
    play_scene: PlayScene, wait: Callable[[Call], Coroutine[Any, Any, Any]]
) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        task = asyncio.ensure_future(wait(call))
        bench.tone("busy", 500, after_ms=2000)
        await bench.run(2600)
        with pytest.raises(CallEnded, match="remote-busy-tone"):
            task.result()
        with pytest.raises(CallEnded):
            await wait(call)
        assert bench.channel.queue == []

    play_scene(scene)


def test_a_call_that_ends_while_it_rings_ends_the_wait_for_the_answer(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        async def serve(call: Call) -> None:
            with pytest.raises(CallEnded):
                await call.answer(after_rings=5)

        bench.handler = serve
        bench.ring(0)
        await bench.run(9000)

    assert play_scene(scene).said("call.ended") == [{"cause": "caller-gave-up", "outcome": "missed"}]


def test_who_waits_for_the_end_is_told_why(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        ended = []
        call.when_ended(lambda: ended.append(call.cause))
        task = asyncio.ensure_future(call.ended())
        bench.tone("congestion", 0, after_ms=1500)
        await bench.run(1600)
        assert task.result() is Cause.REMOTE_CONGESTION_TONE
        assert ended == [Cause.REMOTE_CONGESTION_TONE]

    play_scene(scene)


def test_a_key_still_down_when_the_call_ends_is_written_down(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        bench.digit("7", 0, 5000)
        bench.at(100, lambda at, port: events.BatteryChanged(at, port, False))
        await bench.run(400)

    bench = play_scene(scene)
    assert bench.said("call.digit") == [{"digit": "7", "length_ms": None, "during": None}]
    assert bench.types().index("call.digit") < bench.types().index("call.ended")


# Recording a message


# Fax


def test_a_fax_tone_is_written_down_and_the_call_goes_on(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        await bench.answered()
        now = bench.clock.now()
        bench.channel.tell(events.FaxTone(now, bench.line.port, "cng", Samples(now - 4000)))
        await bench.run(100)
        assert bench.call.state is CallState.CONNECTED

    assert [entry["tone"] for entry in play_scene(scene).said("call.fax")] == ["cng"]
