"""Telephones and board lines that dial the simulated exchange, by tones, by pulses and by both; and flash."""

from __future__ import annotations

import pytest

from ctidrv.errors import DialFailed
from ctidrv.events import Dialled, Released, RingOn, ToneOff, ToneOn
from ctidrv.native.pulses import pulse_value
from ctidrv.units import ms, seconds
from hwsim.exchange import LineState

COUNTRIES = ["US", "SE", "NZ", "GB", "FR", "RU", "AG"]
"""Of every numbering, of long and of timed break recall, and one (AG) without figures of its own."""
NUMBER = "5507198"


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_telephone_with_a_dial_reaches_the_line_it_dialled(make_office, country):
    office = make_office(phones=1, lines=2, country=country, numbers=["2346", NUMBER])

    async def scene():
        ann = office.board.caller()
        await ann.dial(NUMBER, how="pulse")
        await office.event(RingOn, line=1)

    office.play(scene())
    assert office.of(RingOn, line=0) == []


@pytest.mark.parametrize("how", ["dtmf", "pulse"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_board_line_reaches_the_telephone_it_dialled(make_office, country, how):
    office = make_office(phones=2, country=country)
    line, dialling = office.lines[0], office.board.exchange.dialling

    async def scene():
        ann, bob = office.board.caller("5507197"), office.board.caller(NUMBER)
        line.seize()
        await line.dial(f"W{NUMBER}", how=how, dialling=dialling)
        await bob.is_rung()
        await bob.lift()
        await office.clock.sleep(seconds(1))
        return ann.rings

    assert office.play(scene()) == 0
    assert office.board.exchange.lines[0].state is LineState.TALKING
    assert office.of(Released) == []


def test_dial_tone_ends_with_the_first_pulse_and_not_with_the_digit(office):
    line = office.lines[0]

    async def scene():
        line.seize()
        await office.event(ToneOn)
        begin = office.clock.now()
        await line.dial("0", how="pulse")
        off = await office.event(ToneOff)
        return off.start - begin

    assert ms(60) < office.play(scene()) < ms(200)  # the digit itself takes a second


def test_pulses_and_tones_make_one_number(office):
    line = office.lines[0]

    async def scene():
        bob = office.board.caller("5550002")
        line.seize()
        await line.dial("W P55 T50-00 P2")
        await bob.is_rung()
        line.release()
        await office.clock.sleep(seconds(3))
        ann = office.board.caller()
        await ann.lift()
        await ann.hears_tone("dial")
        await ann.turn_dial("80")
        await ann.press("0")
        await ann.turn_dial("1")
        await office.event(RingOn)

    office.play(scene())


@pytest.mark.parametrize("how", ["dtmf", "pulse"])
@pytest.mark.parametrize("country", ["DE", "JP", "GB", "CN"])
def test_a_second_dial_tone_is_heard_though_no_pause_comes_before_it(make_office, country, how):
    office = make_office(phones=1, country=country, exchange={"outside": "0"})
    line, dialling = office.lines[0], office.board.exchange.dialling

    async def scene():
        bob = office.board.caller(NUMBER)
        line.seize()
        await line.dial(f"W0W{NUMBER}", how=how, dialling=dialling)
        await bob.is_rung()

    office.play(scene())


def test_a_pause_between_digits_is_two_seconds(office):
    line = office.lines[0]

    async def scene():
        line.seize()
        await office.event(ToneOn)
        begin = office.clock.now()
        await line.dial(",5,,")
        return office.clock.now() - begin

    assert seconds(6) < office.play(scene()) < seconds(6.5)


@pytest.mark.parametrize("country", ["US", "GB", "FR", "NZ"])
def test_a_flash_in_a_call_is_no_hang_up(make_office, country):
    office = make_office(phones=1, country=country, flash=True)
    line, exchange = office.lines[0], office.board.exchange

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        line.seize()
        await office.clock.sleep(seconds(1))
        line.flash(ms(exchange.dialling.flash_ms))
        assert (await office.event(Dialled)).done
        await ann.flash()
        await office.clock.sleep(seconds(3))
        seen = [(each.state, each.flashes) for each in exchange.lines]
        await ann.hang_up()
        await office.clock.sleep(seconds(3))
        return seen

    assert office.play(scene()) == [(LineState.TALKING, 1)] * 2
    assert exchange.lines[0].state is LineState.CLEARED
    assert exchange.lines[1].state is LineState.IDLE


def test_a_flash_after_busy_tone_gives_dial_tone_for_another_number(make_office):
    office = make_office(phones=2, flash=True)
    line = office.lines[0]

    async def scene():
        office.board.caller("5550001")
        bob = office.board.caller("5550002")
        line.seize()
        await line.dial("W4711")
        while (await office.event(ToneOn)).tone != "congestion":
            pass
        await line.dial("!W5550002", dialling=office.board.exchange.dialling)
        await bob.is_rung()

    office.play(scene())


def test_a_line_that_gives_no_dial_tone_is_told(office):
    line = office.lines[0]

    async def scene():
        office.board.exchange.fault(office.board.exchange.lines[0], "cut")
        line.seize()
        with pytest.raises(DialFailed, match="no dial tone within 3 s") as error:
            await line.dial("W123", tone_within=seconds(3))
        return error.value.reason, office.clock.now()

    reason, at = office.play(scene())
    assert reason == "no-dial-tone"
    assert seconds(3) <= at < seconds(3.2)


@pytest.mark.parametrize("how", ["dtmf", "pulse"])
def test_hanging_up_breaks_dialling_off(office, how):
    line = office.lines[0]

    async def scene():
        bob = office.board.caller("5550002")
        line.seize()
        await office.event(ToneOn)
        office.clock.call_after(ms(900), line.release)
        with pytest.raises(DialFailed, match="released while it dialled"):
            await line.dial("5550002", how=how)
        await office.clock.sleep(seconds(12))
        return bob.rings

    assert office.play(scene()) == 0
    assert office.board.exchange.lines[0].state is LineState.IDLE


def test_a_line_on_hook_takes_neither_pulses_nor_flash(office):
    line = office.lines[0]

    async def scene():
        for text in ("123", "!"):
            with pytest.raises(DialFailed, match="did not take"):
                await line.dial(text, how="pulse")
        await office.clock.sleep(ms(100))

    office.play(scene())
    assert [event.done for event in office.of(Dialled)] == [False] * 4
    assert line.ordered == 0
    assert office.engine.stats().commands_refused == 4


def test_what_was_ordered_before_is_not_taken_for_the_end_of_ours(office):
    line = office.lines[0]

    async def scene():
        line.seize()
        await office.event(ToneOn)
        line.pulses(pulse_value("9", numbering="usual", break_ms=61, make_ms=39, pause_ms=800))
        begin = office.clock.now()
        await line.dial("9", how="pulse")
        return office.clock.now() - begin

    assert office.play(scene()) >= 2 * ms(861 + 800)


@pytest.mark.parametrize("flash", [False, True])
def test_a_hang_up_is_known_when_it_can_be_no_pulse_or_no_flash_any_more(make_office, flash):
    office = make_office(phones=1, flash=flash)
    exchange = office.board.exchange

    async def scene():
        ann = office.board.caller()
        await ann.lift()
        await ann.hears_tone("dial")
        begin = office.clock.now()
        await ann.hang_up()
        while exchange.lines[1].state is not LineState.IDLE:
            await office.clock.sleep(ms(20))
        return office.clock.now() - begin

    assert abs(office.play(scene()) - ms(1000 if flash else 120)) <= ms(60)


def test_who_lifts_right_after_hanging_up_waits_until_it_is_no_flash(make_office):
    office = make_office(phones=1, flash=True)

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        await ann.hang_up()
        await ann.lift()
        await ann.hears_tone("dial")

    office.play(scene())
    assert office.board.exchange.lines[1].flashes == 0
