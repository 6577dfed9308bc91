"""Callers on real lines, an operator's telephone and a headset, joined by a bridge of the core."""

import asyncio
import math

import numpy
import pytest

from ctidrv.events import DigitDown, RingOn, Seized
from ctidrv.media.bridge import Role
from ctidrv.units import TICK, ms, seconds

FXO, FXS, HANDSET = 0, 2, 3
LINE_DB = 3.0
"""Of a line, one way: a caller is two of them from the board."""


async def call_in(office, index):
    """A caller rings the board line of his number, which is answered."""
    caller = office.board.phones[index]
    await caller.dial(str(8001 + index))
    await office.event(RingOn, line=index)
    office.lines[index].seize()
    await office.event(Seized, line=index)
    await office.clock.sleep(ms(500))
    return caller


def level(samples):
    """In dBm0."""
    power = float(numpy.mean(numpy.square(numpy.asarray(samples, dtype=float)))) + 1e-9
    return 10 * math.log10(power) - 20 * math.log10(16140)


def test_two_callers_hear_each_other_at_the_lines_level_and_one_tick_later(make_office, speech):
    office = make_office(lines=2, phones=2)
    words, answer = speech(seconds(2)), speech(seconds(2), seed=2)

    async def scene():
        ann, bob = [await call_in(office, index) for index in (0, 1)]
        bridge = office.engine.bridge()
        for channel in office.lines[:2]:
            channel.join(bridge)
        await office.clock.sleep(ms(500))
        began = office.clock.now()
        await ann.speak(words)
        there = await bob.hears(words)
        place = bob.since + bob._looked - len(words) - began
        await bob.speak(answer)
        back = await ann.hears(answer)
        await ann.press("5")
        digit = await office.event(DigitDown, line=0)
        return there, back, place, digit

    there, back, place, digit = office.play(scene())
    for match in (there, back):
        assert match.gain_db == pytest.approx(-4 * LINE_DB, abs=1.0)
        assert match.snr_db > 20
    assert digit.digit == "5"
    assert place == TICK  # nothing on these lines delays


def test_operator_and_headset_are_as_loud_as_their_lines_are(make_office, speech):
    office = make_office(lines=2, phones=2, fxs=1, handsets=1)
    words = speech(seconds(2))

    async def scene():
        ann = await call_in(office, 0)
        phone, headset = office.board.operators
        await phone.lift()
        await headset.lift()
        bridge = office.engine.bridge()
        for port in (FXO, FXS, HANDSET):
            office.lines[port].join(bridge)
        await office.clock.sleep(ms(500))
        await ann.speak(words)
        return await asyncio.gather(phone.hears(words), headset.hears(words))

    at_phone, at_headset = office.play(scene())
    assert at_phone.gain_db == pytest.approx(-2 * LINE_DB - 0.5, abs=1.0)
    assert at_headset.gain_db == pytest.approx(-2 * LINE_DB, abs=1.0)


def test_three_on_hybrids_of_10_db_do_not_howl(make_office, speech):
    office = make_office(lines=3, phones=3, return_loss_db=10.0)
    words = speech(seconds(3))

    async def scene():
        callers = [await call_in(office, index) for index in range(3)]
        bridge = office.engine.bridge()
        for channel in office.lines:
            channel.join(bridge)
        for caller in callers:
            await caller.speak(words)
        await asyncio.gather(*(caller.speak(words) for caller in callers))
        await office.clock.sleep(seconds(45))
        for caller in callers:
            caller.collect()
        return callers

    for caller in office.play(scene()):
        assert level(caller.heard[-seconds(1) :]) < -50
        assert max(abs(sample) for sample in caller.heard) < 32767


def test_a_supervisor_listens_and_is_not_heard_and_a_coach_reaches_one_ear(make_office, speech):
    office = make_office(lines=2, phones=2, fxs=1, handsets=1)
    words = speech(seconds(2))

    async def scene():
        ann = await call_in(office, 0)
        phone, headset = office.board.operators
        await phone.lift()
        await headset.lift()
        bridge = office.engine.bridge()
        office.lines[FXO].join(bridge)
        office.lines[FXS].join(bridge)
        await office.clock.sleep(TICK)
        office.lines[HANDSET].join(bridge, Role.WHISPER, whisper_to=office.lines[FXS])
        await office.clock.sleep(ms(500))
        ann.collect()
        begin = len(ann.heard)
        await headset.speak(words)
        await phone.hears(words)
        ann.collect()
        return level(ann.heard[begin:])

    assert office.play(scene()) < -55
