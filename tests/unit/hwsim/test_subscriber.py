"""The simulated caller: what he hears decides, and what he misses is told in words."""

import asyncio

import pytest

from ctidrv.errors import UsageError
from ctidrv.events import DigitDown, DigitUp, RingOn, Seized
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, ms, seconds
from hwsim.listener import MOST_KEPT, NotHeard


async def _talk(office, ann):
    """A call that is through to line 1."""
    await ann.dial("8001")
    await office.event(RingOn)
    office.lines[0].seize()
    await office.event(Seized)


def test_what_never_comes_is_missed_with_what_he_hears_instead(office, speech):
    async def scene():
        ann = office.board.caller("5551234")
        await ann.lift()
        await ann.hears_tone("dial")
        with pytest.raises(NotHeard) as tone:
            await ann.hears_tone("busy", within=seconds(2))
        with pytest.raises(NotHeard) as prompt:
            await ann.hears(speech(seconds(1)), within=seconds(3), what="'welcome'")
        return str(tone.value), str(prompt.value)

    tone, prompt = office.play(scene())
    assert tone.startswith("the caller 5551234 waited 2 s for busy tone: he hears dial; before that: ")
    assert "lifts the handset" in tone
    assert "waited 3 s for 'welcome'" in prompt


def test_a_prompt_that_is_cut_short_is_not_heard(office, speech):
    prompt = speech(seconds(2))

    async def scene():
        ann = office.board.caller()
        await _talk(office, ann)
        office.lines[0].play(prompt[: seconds(1)])
        with pytest.raises(NotHeard):
            await ann.hears(prompt, within=seconds(5))

    office.play(scene())


def test_another_prompt_is_not_taken_for_it(office, speech):
    async def scene():
        ann = office.board.caller()
        await _talk(office, ann)
        office.lines[0].play(speech(seconds(2), seed=5))
        with pytest.raises(NotHeard):
            await ann.hears(speech(seconds(2), seed=6), within=seconds(5))

    office.play(scene())


def test_a_prompt_played_twice_is_heard_twice_and_not_three_times(office, speech):
    prompt = speech(seconds(1))

    async def scene():
        ann = office.board.caller()
        await _talk(office, ann)
        office.lines[0].play(prompt)
        office.lines[0].play(Pcm.silence(ms(500)))
        office.lines[0].play(prompt)
        first, second = await ann.hears(prompt), await ann.hears(prompt)
        with pytest.raises(NotHeard):
            await ann.hears(prompt, within=seconds(3))
        return first.gain_db, second.gain_db

    assert office.play(scene()) == pytest.approx((-6.0, -6.0), abs=0.5)


def test_keys_are_audio_of_their_length(office):
    async def scene():
        ann = office.board.caller()
        await _talk(office, ann)
        await ann.press("0123456789*#ABCD", on_ms=60, off_ms=60)
        for _ in range(16):
            await office.event(DigitUp)

    office.play(scene())
    assert "".join(event.digit for event in office.of(DigitDown)) == "0123456789*#ABCD"
    for event in office.of(DigitUp):
        assert event.length == pytest.approx(ms(60), abs=ms(12))


def test_an_answer_is_known_by_the_voice(office, speech):
    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        office.lines[0].seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))
        office.lines[0].play(speech(seconds(2)))
        begin = office.clock.now()
        await ann.answered()
        return office.clock.now() - begin

    assert office.play(scene()) < ms(400)


def test_a_silent_answer_is_known_by_the_end_of_ringback(office):
    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await ann.hears_tone("ringback", within=seconds(15))
        office.lines[0].seize()
        await ann.answered(within=seconds(15))

    office.play(scene())


@pytest.mark.parametrize("after", [100, 700, 1500, 2300, 4500, 9000])
def test_a_silent_answer_is_known_wherever_in_the_ringing_it_falls(office, after):
    """In the first burst no ear can tell yet that it is ringback."""

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        waits = asyncio.ensure_future(ann.answered(within=seconds(30)))
        await office.clock.sleep(ms(after))
        assert not waits.done()
        office.lines[0].seize()
        begin = office.clock.now()
        await waits
        return office.clock.now() - begin

    assert office.play(scene()) < seconds(6)


def test_no_answer_and_busy_are_no_answer(office):
    async def scene():
        ann, bob = office.board.caller(), office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        await bob.dial("8001")
        begin = office.clock.now()
        with pytest.raises(NotHeard, match="he hears busy"):
            await bob.answered(within=seconds(60))
        soon = office.clock.now() - begin
        with pytest.raises(NotHeard, match="he hears ringback"):
            await ann.answered(within=seconds(20))
        return soon

    assert office.play(scene()) < seconds(8)


def test_hanging_up_while_speaking_ends_the_speech(office, speech):
    async def scene():
        ann = office.board.caller()
        await _talk(office, ann)
        task = asyncio.ensure_future(ann.speak(speech(seconds(5))))
        await office.clock.sleep(seconds(1))
        await ann.hang_up()
        await task
        await ann.hang_up()  # twice is once
        await ann.lift()  # nothing of it is left in the next call
        await office.clock.sleep(seconds(1))
        ann.collect()
        return len(ann.said), max(map(abs, ann.said))

    length, loudest = office.play(scene())
    assert length == pytest.approx(seconds(1), abs=2 * TICK)
    assert loudest == 0


def test_a_verb_that_is_cancelled_leaves_the_line_silent(office, speech):
    async def scene():
        ann = office.board.caller()
        await _talk(office, ann)
        task = asyncio.ensure_future(ann.speak(speech(seconds(5))))
        await office.clock.sleep(seconds(1))
        task.cancel()
        await office.clock.sleep(ms(100))
        ann.collect()
        spoken = len(ann.said)
        await office.clock.sleep(seconds(1))
        ann.collect()
        return max(map(abs, ann.said[spoken:]))

    assert office.play(scene()) == 0


def test_said_and_heard_are_as_long_and_bounded(office):
    async def scene():
        ann = office.board.caller()
        await ann.lift()
        await office.clock.sleep(seconds(5))
        ann.collect()
        assert len(ann.said) == len(ann.heard) == pytest.approx(seconds(5), abs=2 * TICK)
        ann.said.frombytes(bytes(2 * MOST_KEPT))
        ann.heard.frombytes(bytes(2 * MOST_KEPT))
        ann.collect()
        assert len(ann.said) == len(ann.heard) <= MOST_KEPT
        await ann.hears_tone("dial")

    office.play(scene())


@pytest.mark.parametrize("who", [{"number": "x" * 80}, {"number": "55\u00e9"}, {"name": "a\0b"}])
def test_a_caller_whom_caller_id_cannot_carry_is_refused(office, who):
    with pytest.raises(UsageError):
        office.board.caller(**who)
    assert len([office.board.caller(), office.board.caller()]) == 2  # no telephone was used up
