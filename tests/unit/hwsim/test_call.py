"""A whole call through the simulated exchange, with nothing but audio and line signals between the ends."""

import pytest

from ctidrv.events import CallerIdSeen, DigitDown, FaxTone, Released, RingOff, RingOn, Seized, ToneOn
from ctidrv.native import compare
from ctidrv.native.fax import fax_tone
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone
from ctidrv.units import ms, seconds


def test_a_call_from_the_first_ring_to_the_busy_tone(make_office, speech):
    office = make_office(phones=1, country="CN", timezone="Asia/Shanghai", loss_db=3.0, noise_dbm0=-60.0)
    line, prompt, words = office.lines[0], speech(seconds(2)), speech(seconds(1), seed=2)

    async def scene():
        ann = office.board.caller("13800000001", "ANN LEE")
        await ann.dial("8001")
        ring = await office.event(RingOn)
        over = await office.event(RingOff)
        caller = await office.event(CallerIdSeen)
        await office.event(RingOn)
        line.seize()
        tripped, seized = await office.event(RingOff), await office.event(Seized)
        line.play(prompt)
        match = await ann.hears(prompt)
        await ann.press("1*")
        digits = [await office.event(DigitDown) for _ in range(2)]
        await ann.speak(words)
        await ann.hang_up()
        gone = await office.event(ToneOn)
        line.release()
        await office.event(Released)
        return ann, ring, over, caller, tripped, seized, match, digits, gone

    ann, ring, over, caller, tripped, seized, match, digits, gone = office.play(scene())
    assert over.at - ring.at == ms(1000)  # the country's cadence
    assert (caller.number, caller.name, caller.datetime) == ("13800000001", "ANN LEE", "03081800")
    assert caller.checksum_ok
    assert caller.standard == "bell202"
    assert caller.start - over.at == pytest.approx(ms(500), abs=ms(25))  # GR-30: 0.5 s after the ring
    assert caller.at < ring.at + ms(5000) - ms(500)  # ends half a second before the second ring
    assert tripped.at <= seized.at
    assert match.gain_db == pytest.approx(-6.0, abs=1.0)  # two lines of 3 dB
    assert [digit.digit for digit in digits] == ["1", "*"]
    assert gone.tone == "busy"
    assert [note.what for note in ann.notes] == [
        "lifts the handset",
        "hears",
        "dials",
        "hears",
        "hears",
        "presses",
        "speaks",
        "stops speaking",
        "hangs up",
    ]


def test_both_hear_each_other_at_the_level_of_the_lines(make_office):
    office = make_office(phones=1, loss_db=4.0, noise_dbm0=-70.0, return_loss_db=60.0)
    line = office.lines[0]
    hum = render(tone([Part(hz=(1000,), level=-12.0)]), 8000)
    heard = bytearray()

    class Keep:
        def write(self, frames):
            heard.extend(frames)

        def close(self):
            pass

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        line.seize()
        await office.event(Seized)
        recording = line.record_message(Keep())
        line.play(hum)
        there = await ann.hears(hum)
        await ann.speak(hum)
        await office.clock.sleep(ms(100))
        await recording.stop()
        return there

    there = office.play(scene())
    assert there.gain_db == pytest.approx(-8.0, abs=0.5)
    back = compare.find(hum, Pcm.from_bytes(bytes(heard)))
    assert back is not None
    assert back.gain_db == pytest.approx(-8.0, abs=0.5)


def test_when_the_board_hangs_up_the_caller_hears_busy_tone(office):
    line = office.lines[0]

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        line.seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))
        line.release()
        await ann.hears_tone("busy")
        await ann.hang_up()
        await ann.dial("8001")  # and the line can be rung again
        await office.event(RingOn)

    office.play(scene())


def test_a_call_to_a_telephone_rings_and_is_answered(office, speech):
    """The board dials: dial tone is heard, its digits are real audio, the other side talks."""
    line, words = office.lines[0], speech(seconds(1))

    async def scene():
        bob = office.board.caller("5550002", "BOB")
        line.seize()
        dial = await office.event(ToneOn)
        line.play(dtmf("5550002"))
        await bob.is_rung()
        ringback = await office.event(ToneOn)
        await bob.lift()
        line.play(words)
        await bob.hears(words)
        await bob.hang_up()
        gone = await office.event(ToneOn)
        return dial.tone, ringback.tone, gone.tone

    assert office.play(scene()) == ("dial", "ringback", "busy")


def test_two_callers_one_line_the_second_hears_busy(office):
    async def scene():
        ann, bob = office.board.caller("5551111"), office.board.caller("5552222")
        await ann.dial("8001")
        await office.event(RingOn)
        await bob.dial("8001")
        await bob.hears_tone("busy")
        await bob.hang_up()
        await ann.hears_tone("ringback")

    office.play(scene())


def test_one_seed_gives_the_same_audio_and_events_to_the_last_bit(make_office, speech):
    def once(seed):
        office = make_office(phones=2, seed=seed)
        line, prompt = office.lines[0], speech(seconds(1))

        async def scene():
            ann = office.board.caller("5551111", "ANN")
            await ann.dial("8001")
            await office.event(CallerIdSeen)
            line.seize()
            await office.event(Seized)
            line.play(prompt)
            await ann.hears(prompt)
            await ann.press("5")
            await office.event(DigitDown)
            await ann.hang_up()
            await office.event(ToneOn)
            return ann

        ann = office.play(scene())
        return ann.heard.tobytes(), ann.said.tobytes(), ann.notes, office.told[0]

    first, again, other = once(3), once(3), once(4)
    assert first == again
    assert first[0] != other[0]
    assert first[1] == other[1]  # what is said does not depend on the noise


def test_a_fax_machine_that_calls_is_heard_though_our_prompt_plays(make_office, speech):
    office = make_office(phones=1, loss_db=4.0, noise_dbm0=-60.0, return_loss_db=12.0)
    line, prompt = office.lines[0], speech(seconds(9))

    async def scene():
        machine = office.board.caller()
        await machine.dial("8001")
        await office.event(RingOn)
        line.seize()
        await office.event(Seized)
        line.play(prompt)
        await machine.speak(fax_tone("cng", ms=8000))
        return await office.event(FaxTone)

    assert office.play(scene()).tone == "cng"
