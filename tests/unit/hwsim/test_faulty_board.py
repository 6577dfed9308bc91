"""A board that is pulled out and put back, as the engine and its channels see it."""

import asyncio

import pytest

from ctidrv.clock import SampleClock
from ctidrv.events import Alarm, BatteryChanged, Released, RingOn, Seized
from ctidrv.media.engine import MediaEngine
from ctidrv.ports.api import DriverContext
from ctidrv.units import ms, seconds
from hwsim.board import open_board
from hwsim.exchange_table import LineState
from hwsim.faulty_board import OUT, STALLED, WELL


def test_out_and_back_it_tells_alarms_and_the_exchange_sees_a_hang_up(office):
    async def scene():
        office.lines[0].seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))
        assert office.board.exchange.lines[0].state is LineState.DIAL_TONE
        office.board.faults.set(OUT)
        assert (await office.event(Alarm)).raised
        await office.clock.sleep(seconds(2))
        assert office.board.exchange.lines[0].state is LineState.IDLE
        office.lines[0].seize()  # refused: there is no board
        await office.clock.sleep(seconds(1))
        assert office.board.exchange.lines[0].state is LineState.IDLE
        office.board.faults.set(WELL)
        assert not (await office.event(Alarm)).raised
        office.lines[0].seize()
        await office.event(Seized)
        office.lines[0].release()
        await office.event(Released)

    office.play(scene())


def test_back_it_tells_of_a_battery_that_was_lost_meanwhile(office):
    async def scene():
        office.board.faults.set(OUT)
        await office.event(Alarm)
        office.board.exchange.fault(office.board.exchange.lines[0], "cut")
        await office.clock.sleep(seconds(1))
        assert office.of(BatteryChanged) == []
        office.board.faults.set(WELL)
        assert not (await office.event(BatteryChanged)).present

    office.play(scene())


def test_what_a_stalled_driver_was_told_it_does_later_and_lost_ticks_pass_on_the_line(office):
    async def scene():
        office.board.faults.set(STALLED)
        office.lines[0].seize()
        await office.clock.sleep(seconds(1))
        assert office.of(Seized) == []
        begun = office.clock.now()
        office.board.faults.set(WELL)
        assert (await office.event(Seized)).at - begun <= ms(60)
        ann = office.board.caller()
        await ann.lift()
        heard = len(ann.heard)
        office.board.faults.lose(50)
        await office.clock.sleep(ms(100))
        ann.collect()
        assert len(ann.heard) - heard >= ms(1100)

    office.play(scene())


@pytest.mark.parametrize("count", [0, 3001])
def test_so_many_ticks_are_not_lost(office, count):
    with pytest.raises(Exception, match="argument out of range"):
        office.board.faults.lose(count)


def test_live_it_is_taken_back_and_rings(tmp_path):
    """Set from the loop's thread, while another makes the ticks."""

    async def scene():
        clock = SampleClock()
        board = open_board("sim", {"phones": 1}, DriverContext(clock, tmp_path, 1, True))
        board.open()
        engine = MediaEngine([board], clock, inline=False)
        told = asyncio.Queue()
        engine.channels[0].subscribe(told.put_nowait)

        async def next_of(kind):
            while not isinstance(event := await told.get(), kind):
                pass
            return event

        engine.start_live(asyncio.get_running_loop())
        try:
            async with asyncio.timeout(30):
                for _ in range(3):
                    board.faults.set(OUT)
                    assert (await next_of(Alarm)).raised
                    board.faults.set(WELL)
                    assert not (await next_of(Alarm)).raised
                ann = board.caller()
                ringing = asyncio.ensure_future(ann.dial("8001"))
                await next_of(RingOn)
                await ringing
        finally:
            engine.close()
            board.close()

    asyncio.run(scene())
