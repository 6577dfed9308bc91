"""Faults of the pair, by what is on the lines."""

from __future__ import annotations

import numpy
import pytest

from ctidrv.events import BatteryChanged, RingOn, Seized
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import ms, seconds
from hwsim.exchange import LineState

QUIET = {"noise_dbm0": -90.0, "return_loss_db": 60.0, "loss_db": 3.0, "caller_id": False}
SAID_DBM0 = -10.0


def said(hz):
    return render(tone([Part((hz,), SAID_DBM0, 1000)]), seconds(1))


def level(samples, hz):
    """Of this wave, in dBm0."""
    heard = samples.astype(float)
    turned = heard * numpy.exp(-2j * numpy.pi * hz * numpy.arange(len(heard)) / 8000)
    return 20 * numpy.log10(max(2 * abs(turned.mean()), 1e-3) / 32768) + 3.14


def last(phone):
    """Half a second in the middle of the last one, as the telephone heard it."""
    phone.collect()
    return numpy.frombuffer(phone.heard.tobytes(), dtype="<i2")[-6000:-2000]


async def talk(office, caller, line=0):
    await caller.dial(office.board.exchange.lines[line].number)
    await office.event(RingOn, line=line)
    office.lines[line].seize()
    await office.event(Seized, line=line)
    await office.clock.sleep(seconds(0.5))


def test_a_line_cut_in_a_call_is_dead_at_the_board_and_busy_to_the_other(make_office):
    office = make_office(phones=1, **QUIET)
    exchange = office.board.exchange

    async def scene():
        ann = office.board.caller()
        await talk(office, ann)
        exchange.fault(exchange.lines[0], "cut")
        await ann.hears_tone("busy")
        before = office.clock.now()
        assert [event.present for event in office.of(BatteryChanged)] == [False]
        exchange.fault(exchange.lines[0], None)
        await office.clock.sleep(seconds(1))
        assert exchange.lines[0].state is LineState.DIAL_TONE  # the board is off hook still
        return before

    office.play(scene())
    assert [event.present for event in office.of(BatteryChanged)] == [False, True]


def test_a_shorted_line_is_busy_to_callers_until_it_is_mended(make_office):
    office = make_office(phones=1, **QUIET)
    exchange = office.board.exchange

    async def scene():
        ann = office.board.caller()
        exchange.fault(exchange.lines[0], "short")
        await office.clock.sleep(seconds(1))
        await ann.dial("8001")
        await ann.hears_tone("busy")
        assert office.of(RingOn) == []
        await ann.hang_up()
        exchange.fault(exchange.lines[0], None)
        await ann.dial("8001")
        await office.event(RingOn)

    office.play(scene())


def test_a_parallel_set_takes_3_db_and_keeps_the_line_when_the_board_hangs_up(make_office):
    office = make_office(phones=1, **QUIET)
    exchange = office.board.exchange

    async def scene():
        ann = office.board.caller()
        await talk(office, ann)
        levels = []
        for what in (None, "parallel"):
            exchange.fault(exchange.lines[0], what)
            await office.clock.sleep(ms(200))
            office.lines[0].play(said(1100))
            await office.clock.sleep(seconds(1))
            levels.append(level(last(ann), 1100))
        office.lines[0].release()
        await office.clock.sleep(seconds(5))
        assert ann.tones == set()
        assert exchange.lines[0].state is LineState.TALKING
        exchange.fault(exchange.lines[0], None)
        await ann.hears_tone("busy")
        return levels

    alone, both = office.play(scene())
    assert alone == pytest.approx(SAID_DBM0 - 6, abs=0.3)
    assert both == pytest.approx(SAID_DBM0 - 9.5, abs=0.3)


def test_cross_talk_is_heard_on_the_other_line_as_far_down_as_was_set(make_office):
    office = make_office(lines=2, phones=2, **QUIET)
    exchange = office.board.exchange

    async def scene():
        ann, bob = office.board.caller("5551111"), office.board.caller("5552222")
        await talk(office, ann)
        await talk(office, bob, 1)
        found = []
        for _ in range(2):
            exchange.cross_talk(bob.line, ann.line, 30 if not found else None)
            await ann.speak(said(1100))
            found.append(level(last(bob), 1100))
        return found

    heard, gone = office.play(scene())
    assert heard == pytest.approx(SAID_DBM0 - 6 - 30, abs=1)
    assert gone < -70
