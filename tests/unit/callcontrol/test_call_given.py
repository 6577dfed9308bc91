"""A call that something else serves from now on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.call import Call
from ctidrv.errors import CallEnded

PlayScene = Callable[..., Any]


async def other(call: Call) -> None:
    """Serves it."""


def test_who_attends_to_it_is_told_once_what_serves_the_call_next(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        assert not call.give_to(other)
        given = asyncio.ensure_future(call.given())
        await bench.run(40)
        assert call.give_to(other)
        await bench.run(40)
        assert given.result() is other
        assert not call.give_to(other)
        given = asyncio.ensure_future(call.given())
        await bench.run(40)
        assert not given.done()
        await call.hang_up()
        await bench.run(2000)
        with pytest.raises(CallEnded):
            given.result()

    play_scene(scene)


def test_who_attends_no_more_leaves_the_call_as_it_is(play_scene: PlayScene) -> None:
    async def scene(bench: Any) -> None:
        call = await bench.answered()
        given = asyncio.ensure_future(call.given())
        await bench.run(40)
        given.cancel()
        await bench.run(40)
        assert not call.give_to(other)

    play_scene(scene)


def test_a_fax_that_calls_once_a_seat_has_had_the_call_counts_only_for_what_it_is_given_to(
    play_scene: PlayScene,
) -> None:
    async def scene(bench: Any) -> None:
        def beeps() -> None:
            bench.channel.tell(
                events.FaxTone(bench.clock.now(), bench.line.port, "cng", bench.clock.now(), False)
            )

        call = await bench.answered()
        calls, given = asyncio.ensure_future(call.fax_calls()), asyncio.ensure_future(call.given())
        await bench.run(40)
        call.seat = "seat 1"
        beeps()
        call.seat = None
        beeps()
        await bench.run(40)
        assert not calls.done()
        call.give_to(other)
        await bench.run(40)
        assert given.done()
        assert not calls.done()
        beeps()
        await bench.run(40)
        assert calls.done()

    play_scene(scene)
