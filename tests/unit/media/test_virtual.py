from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import OutOfTime, run_virtual
from ctidrv.units import RATE


def test_sleeping_costs_ticks_not_time(engine: MediaEngine) -> None:
    async def main() -> float:
        await asyncio.sleep(60)
        return asyncio.get_running_loop().time()

    begun = time.monotonic()
    assert run_virtual(main(), engine) == 60.0
    assert engine.stats().ticks == 3000
    assert time.monotonic() - begun < 30  # not a measurement: only that nobody slept


def test_waiting_for_samples_ends_in_the_tick_that_reaches_them(engine: MediaEngine) -> None:
    async def main() -> list[int]:
        seen = []
        for when in (1, 160, 161, 4000):
            await engine.clock.until(when)
            seen.append(int(engine.clock.now()))
        return seen

    assert run_virtual(main(), engine) == [160, 160, 320, 4000]


def test_same_tasks_run_in_the_same_order_every_time(make_board: Any) -> None:
    from ctidrv.clock import SampleClock

    def once() -> list[tuple[int, int]]:
        engine = MediaEngine([make_board()], SampleClock(), inline=True)
        order: list[tuple[int, int]] = []

        async def task(number: int) -> None:
            for i in range(20):
                await engine.clock.sleep(37 * (number % 5 + 1))
                order.append((number, i))
                await asyncio.sleep(0.013 * (number % 3))

        async def main() -> None:
            await asyncio.gather(*(task(n) for n in range(24)))

        run_virtual(main(), engine)
        return order

    first = once()
    assert len(first) == 24 * 20
    assert once() == first


def test_work_given_to_threads_is_done_inline(engine: MediaEngine) -> None:
    async def main() -> tuple[int, int]:
        value = await asyncio.to_thread(lambda: 6 * 7)
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return value, int(engine.clock.now())

    assert run_virtual(main(), engine) == (42, 0)


def test_limit_ends_what_would_wait_for_ever(engine: MediaEngine) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(OutOfTime, match=r"not finished after 2\.5 s"):
        run_virtual(main(), engine, limit=5 * RATE // 2)
    assert engine.clock.now() == 20000


def test_error_in_a_listener_comes_out_of_the_run(engine: MediaEngine, board: Any) -> None:
    def listener(event: object) -> None:
        raise LookupError(str(event))

    async def main() -> None:
        channel = engine.channel("py/1")
        channel.subscribe(listener)
        channel.seize()
        await engine.clock.sleep(8000)

    with pytest.raises(LookupError, match="Seized"):
        run_virtual(main(), engine)


def test_time_outs_are_of_virtual_time(engine: MediaEngine) -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await asyncio.get_running_loop().create_future()
        return engine.clock.now() / RATE

    assert run_virtual(main(), engine) == pytest.approx(1.5, abs=0.02)
