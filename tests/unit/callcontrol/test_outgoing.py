"""A call that we make, on a channel that only pretends: what its line does when somebody rings meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.fxo import State
from ctidrv.callcontrol.outgoing import Order
from ctidrv.errors import PortError
from ctidrv.ports.dialling import USUAL

PlayScene = Callable[..., Any]


async def waits(call: Call) -> None:
    await call.ended()


def order(number: str = "5550001") -> Order:
    return Order(number, f"W{number}", "dtmf", USUAL, waits)


def test_a_ring_in_the_moment_of_the_seizure_is_a_caller_who_is_served(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.channel.confirm_seize = False
        ours = bench.line.dial(order())
        bench.at(5, events.RingOn)
        bench.at(45, events.Seized)
        await bench.run(100)
        assert (ours.direction, ours.cause, ours.outcome) == ("out", "glare", "failed")
        assert bench.line.call is bench.call
        assert (bench.call.direction, bench.call.seized, bench.call.rings) == ("in", True, 1)
        assert bench.line.state is State.CONNECTED
        assert bench.channel.commands.count("seize") == 1
        await bench.call.hang_up()
        await bench.run(3000)

    bench = play_scene(scene)
    assert bench.ends() == [("glare", "failed"), ("local-script", "answered")]
    assert bench.line.state is State.IDLE


def test_a_line_that_is_not_idle_takes_no_order(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.ring(0)
        await bench.run(100)
        with pytest.raises(PortError, match="the line is ringing"):
            bench.line.dial(order())
        await bench.run(9000)

    assert play_scene(scene).ends() == [("caller-gave-up", "missed")]


def test_a_board_that_does_not_go_off_hook_ends_the_call(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        bench.channel.confirm_seize = False
        bench.line.dial(order())
        await bench.run(4000)

    bench = play_scene(scene)
    assert bench.ends() == [("seize-failed", "failed")]
    assert [entry["number"] for entry in bench.said("call.offered")] == ["5550001"]
    assert bench.line.state is State.IDLE
