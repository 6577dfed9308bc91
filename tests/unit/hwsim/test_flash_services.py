"""Services on flash, by what is on the lines: each of the three says a tone of his own."""

from __future__ import annotations

import asyncio

import numpy
import pytest

from ctidrv.native.tones import Part, render, tone
from ctidrv.units import seconds
from hwsim.exchange import LineState

QUIET = {"noise_dbm0": -90.0, "return_loss_db": 60.0, "loss_db": 3.0, "caller_id": False}
HZ = {"ann": 700, "bob": 1100, "cid": 1700}
SAID_DBM0, LOST_DB = -10.0, 6.0


class Three:
    """ann, bob and cid at telephones of an exchange with these services."""

    def __init__(self, make_office, *services, **settings):
        self.office = make_office(phones=3, exchange={"flash": [*services]}, **QUIET, **settings)
        people = [self.office.board.caller(f"555111{index}") for index in range(3)]
        self.ann, self.bob, self.cid = people
        self.people = dict(zip(HZ, people, strict=True))

    async def wait(self, time):
        await self.office.clock.sleep(seconds(time))

    async def calls(self, caller, called):
        """From dial tone, which sounds already where he has flashed."""
        if caller.off_hook:
            await caller.hears_tone("dial")
            await caller.press(called.number)
        else:
            await caller.dial(called.number)
        await called.is_rung()
        await called.lift()
        await self.wait(0.5)

    async def hears(self):
        """Who hears whom: everybody off hook says his tone for a second, and what came is measured."""
        up = {name: phone for name, phone in self.people.items() if phone.off_hook}
        say = (
            phone.speak(render(tone([Part((HZ[name],), SAID_DBM0, 1000)]), seconds(1)))
            for name, phone in up.items()
        )
        await asyncio.gather(*say)
        await self.wait(0.1)
        found = set()
        for name, phone in up.items():
            phone.collect()
            heard = numpy.frombuffer(phone.heard.tobytes(), dtype="<i2")[-6000:-2000].astype(float)
            time = numpy.arange(len(heard)) / 8000
            for other, hz in HZ.items():
                wave = 2 * abs(numpy.mean(heard * numpy.exp(-2j * numpy.pi * hz * time)))
                level = 20 * numpy.log10(max(wave, 1e-3) / 32768) + 3.14
                if level > SAID_DBM0 - LOST_DB - 30:
                    assert level == pytest.approx(SAID_DBM0 - LOST_DB, abs=0.5)
                    found.add(f"{name}<{other}")
        return found


BOTH = {"ann<bob", "bob<ann"}
SECOND = {"ann<cid", "cid<ann"}
ALL = BOTH | SECOND | {"bob<cid", "cid<bob"}


def test_hold_a_second_call_three_way_and_the_last_dropped_again(make_office):
    three = Three(make_office, "hold", "three-way")

    async def scene():
        ann, bob, cid = three.ann, three.bob, three.cid
        await three.calls(ann, bob)
        seen = [await three.hears()]
        await ann.flash()
        await ann.hears_tone("dial")
        assert "dial" not in bob.tones
        await three.calls(ann, cid)
        seen.append(await three.hears())
        for _ in range(2):
            await ann.flash()
            await three.wait(1)
            seen.append(await three.hears())
        await cid.hang_up()
        await ann.hang_up()
        await bob.hears_tone("busy")
        await bob.hang_up()
        await three.wait(2)
        return seen

    assert three.office.play(scene()) == [BOTH, SECOND, ALL, BOTH]
    assert {line.state for line in three.office.board.exchange.lines} == {LineState.IDLE}


def test_without_three_way_a_flash_changes_over(make_office):
    three = Three(make_office, "hold")

    async def scene():
        await three.calls(three.ann, three.bob)
        await three.ann.flash()
        await three.wait(0.5)
        await three.calls(three.ann, three.cid)
        seen = [await three.hears()]
        for _ in range(2):
            await three.ann.flash()
            await three.wait(0.5)
            seen.append(await three.hears())
        await three.cid.hang_up()  # who ann talks to: she is back with bob
        await three.wait(1)
        return [*seen, await three.hears()]

    assert three.office.play(scene()) == [SECOND, BOTH, SECOND, BOTH]


def test_a_flash_before_the_second_call_is_answered_goes_back_to_the_first(make_office):
    three = Three(make_office, "hold", "three-way")

    async def scene():
        ann = three.ann
        await three.calls(ann, three.bob)
        await ann.flash()
        ann.tones.clear()
        await ann.hears_tone("dial")
        await ann.press(three.cid.number)
        await three.cid.is_rung()
        await ann.flash()
        await three.wait(1)
        three.cid.rings = 0
        seen = await three.hears()
        await three.wait(8)
        return seen, three.cid.rings

    assert three.office.play(scene()) == (BOTH, 0)


def test_a_waiting_call_is_told_by_its_tone_and_fetched_by_a_flash(make_office):
    """US: 440 Hz for 300 ms; bob, who talks to ann, does not hear it."""
    three = Three(make_office, "hold", call_waiting=True)

    async def scene():
        ann, bob, cid = three.ann, three.bob, three.cid
        await three.calls(bob, ann)
        for phone in (ann, bob):
            phone.collect()
        begins = {phone: len(phone.heard) for phone in (ann, bob)}
        await cid.dial(ann.number)
        await cid.hears_tone("ringback")
        for phone in (ann, bob):
            phone.collect()
        tones = [
            numpy.frombuffer(phone.heard.tobytes(), dtype="<i2")[begin:].astype(float)
            for phone, begin in begins.items()
        ]
        seen = []
        for _ in range(2):
            await ann.flash()
            await three.wait(0.5)
            seen.append(await three.hears())
        return tones, seen

    (told, other), seen = three.office.play(scene())
    blocks = [
        abs(numpy.fft.rfft(told[at : at + 400] * numpy.hanning(400))) for at in range(0, len(told) - 400, 400)
    ]
    sounding = [block for block in blocks if block.max() > 1e5 and block.argmax() == 22]  # 440 Hz
    assert len(sounding) in (5, 6)
    assert abs(other).max() < 60
    assert seen == [SECOND, BOTH]


def test_who_hangs_up_with_somebody_on_hold_is_rung_for_him(make_office):
    three = Three(make_office, "hold")

    async def scene():
        ann = three.ann
        await three.calls(ann, three.bob)
        await ann.flash()
        await three.wait(0.5)
        await ann.hang_up()
        await ann.is_rung(within=seconds(4))
        await ann.lift()
        await three.wait(0.5)
        seen = await three.hears()
        await ann.flash()
        await three.wait(0.5)
        await ann.hang_up()
        await ann.is_rung(within=seconds(4))
        await three.bob.hang_up()
        await three.wait(1)
        ann.rings = 0
        await three.wait(8)
        return seen, ann.rings

    assert three.office.play(scene()) == (BOTH, 0)
    assert {line.state for line in three.office.board.exchange.lines} == {LineState.IDLE}


def test_a_flash_calls_up_nothing_where_nothing_is_ordered(make_office):
    three = Three(make_office, flash=True)

    async def scene():
        await three.calls(three.ann, three.bob)
        await three.ann.flash()
        await three.wait(1)
        return await three.hears()

    assert three.office.play(scene()) == BOTH


def test_who_called_the_three_together_hangs_up_and_all_hear_busy(make_office):
    three = Three(make_office, "hold", "three-way")

    async def scene():
        await three.calls(three.ann, three.bob)
        await three.ann.flash()
        await three.wait(0.5)
        await three.calls(three.ann, three.cid)
        await three.ann.flash()
        await three.wait(0.5)
        await three.ann.hang_up()
        await three.bob.hears_tone("busy")
        await three.cid.hears_tone("busy")
        seen = await three.hears()
        for phone in (three.bob, three.cid):
            await phone.hang_up()
        await three.wait(1)
        return seen

    assert three.office.play(scene()) == set()
    assert {line.state for line in three.office.board.exchange.lines} == {LineState.IDLE}
