"""A call whose sound is handed over to a fax machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.call import CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.line import DIGITLESS_EAR, OFF_HOOK_EAR
from ctidrv.errors import CallEnded
from ctidrv.native.pcm import Pcm

PlayScene = Callable[..., Any]


class Machine:
    native = None

    def pump(self) -> None:
        """It leaves nothing."""

    def off(self, reason: str) -> None:
        """It has nothing to do then."""


async def handed_over(bench: Any) -> asyncio.Task[events.Detached]:
    call = await bench.answered()
    task = asyncio.ensure_future(call.hand_over(Machine()))
    await bench.run(100)
    assert not task.done()
    return task


def test_what_plays_ends_and_keys_tones_and_silence_are_no_signs_until_the_machine_ends(
    play_scene: PlayScene,
) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        playing = asyncio.ensure_future(call.play([Pcm([100] * 80_000)]))
        await bench.run(100)
        task = asyncio.ensure_future(call.hand_over(Machine()))
        await bench.run(100)
        assert playing.result().reason == "stopped"
        assert bench.channel.commands[-1] == "attach"
        assert bench.channel.ear == DIGITLESS_EAR
        bench.tone("busy", 1000, 2000)
        bench.at(4000, lambda at, port: events.FaxTone(at, port, "cng", at, False))
        calls = asyncio.ensure_future(call.fax_calls())
        await bench.run(90_000)  # a line that carries neither voice nor sound would be gone after 45 s
        assert call.state is CallState.CONNECTED
        assert not task.done()
        assert not calls.done()  # the machine's own tone, returned by the line
        assert bench.said("call.fax") == []
        bench.channel.tell(bench.channel.take_off(bench.clock.now(), "ended"))
        await bench.settle()
        assert task.result().reason == "ended"
        assert bench.channel.ear == OFF_HOOK_EAR
        assert "detach" not in bench.channel.commands
        await bench.run(46_000)
        assert bench.ends() == [("remote-silence", "answered")]
        assert isinstance(calls.exception(), CallEnded)

    play_scene(scene)


def test_a_loop_break_ends_the_call_and_whoever_waits_for_the_machine(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        task = await handed_over(bench)
        bench.at(0, lambda at, port: events.BatteryChanged(at, port, False))
        await bench.run(1500)
        assert isinstance(task.exception(), CallEnded)
        assert bench.ends() == [("remote-loop-break", "answered")]

    play_scene(scene)


def test_our_own_hang_up_ends_it_too(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        task = await handed_over(bench)
        await bench.call.hang_up(Cause.LOCAL_OPERATOR)
        await bench.run(100)
        assert isinstance(task.exception(), CallEnded)

    play_scene(scene)


def test_who_stops_waiting_takes_the_machine_off_and_the_line_is_heard_again(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        task = await handed_over(bench)
        task.cancel()
        await bench.settle()
        assert task.cancelled()
        assert bench.channel.commands[-1] == "detach"
        assert bench.channel.ear == OFF_HOOK_EAR
        assert bench.call.state is CallState.CONNECTED

    play_scene(scene)


def test_a_call_that_is_over_is_handed_to_nobody(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        await call.hang_up()
        await bench.run(100)
        with pytest.raises(CallEnded):
            await call.hand_over(Machine())
        assert "attach" not in bench.channel.commands

    play_scene(scene)
