"""Calls at operators' seats with real audio: who hears what, and how loud. A whole station in virtual
time, callers at the simulated exchange, operators at the board's own telephones.
"""

from __future__ import annotations

import asyncio
import math
import sys
from pathlib import Path

import numpy
import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, OTHER

from ctidrv.callcontrol.switchboard import Reached
from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds

LINE_DB, PHONE_DB = 6.0, 0.5
"""The loss from the caller to the board, and from there to the operator, as in test_board_bridge."""


def level(sound: Pcm) -> float:
    """dBm0."""
    samples = numpy.frombuffer(sound.bytes, dtype="<i2").astype(float)
    return float(10 * math.log10(numpy.mean(samples**2) + 1e-9) - 20 * math.log10(16140))


def test_caller_and_operator_hear_each_other_at_the_lines_level_and_it_is_recorded(make_seats) -> None:
    office = make_seats()

    async def scene() -> None:
        ann, operator = await office.talking()
        await ann.speak(HELLO)
        there = await operator.hears(HELLO)
        await operator.speak(ANSWER)
        back = await ann.hears(ANSWER)
        for match in (there, back):
            assert match.gain_db == pytest.approx(-LINE_DB - PHONE_DB, abs=1.0)
            assert match.snr_db > 20
        await operator.hang_up()
        await ann.hears_tone("busy", within=seconds(10))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    assert office.seat_events() == [
        ("seat 1", "ringing", None),
        ("seat 1", "answered", None),
        ("seat 1", "talking", None),
        ("seat 1", "left", "operator"),
    ]
    sent, came = office.recording()
    assert find(ANSWER, sent).snr_db > 20
    assert find(HELLO, came).snr_db > 15


@pytest.mark.parametrize("apart", [False, True])
def test_keys_of_an_operator_are_not_taken_for_the_callers_when_his_line_returns_them(
    make_seats, apart: bool
) -> None:
    office = make_seats(apart=apart)

    async def scene() -> None:
        ann, operator = await office.talking()
        await operator.press("159#2580147*")
        await ann.silence(seconds(0.5))
        await ann.press("159#")
        await operator.hang_up()
        await ann.hears_tone("busy", within=seconds(10))
        await ann.hang_up()

    office.play(scene())
    assert [event["digit"] for event in office.events("call.digit")] == [*"159#"]


def test_caller_hears_his_countrys_ringback_from_the_answer_until_the_talk(make_seats) -> None:
    office = make_seats()

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].answer(rings=2)
        await office.clock.sleep(seconds(5))
        assert "ringback" not in ann.tones
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    sent, _ = office.recording()
    answered = office.events("call.seat")[1]["at"] - office.events("call.answered")[0]["at"]
    assert level(sent[: 8000 * 2]) > -25
    strength = numpy.abs(numpy.fft.rfft(numpy.frombuffer(sent[4000:12000].bytes, dtype="<i2")))
    assert set(numpy.argsort(strength)[-2:]) == {440, 480}  # Hz: 1 s of it
    assert level(sent[int(answered * 8000) + 800 :][:8000]) < -60


def test_music_plays_until_a_seat_answers_and_nobody_is_in_silence(make_seats) -> None:
    office = make_seats()
    office.music = [OTHER[:8000]]

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(OTHER[:8000])
        await ann.hears(OTHER[:8000])
        await office.operators[0].answer(rings=2)
        await office.until(lambda: office.seat() == "talking")
        await office.operators[0].speak(HELLO)
        await ann.hears(HELLO)
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    sent, _ = office.recording()
    answered = office.events("call.seat")[1]["at"] - office.events("call.answered")[0]["at"]
    quiet = [level(sent[at : at + 16000]) for at in range(0, int(answered * 8000) - 16000, 4000)]
    assert min(quiet) > -40  # no two seconds of nothing


def test_op_9_the_seats_own_greeting_is_heard_by_the_caller_alone_and_before_the_bridge(make_seats) -> None:
    office = make_seats(greeting=OTHER[:20000])

    async def scene() -> None:
        ann = await office.caller()
        operator = office.operators[0]
        await operator.answer()
        await ann.hears(OTHER[:20000])
        await office.clock.sleep(ms(500))
        await operator.speak(HELLO)
        await ann.hears(HELLO)
        operator.collect()
        heard = Pcm(operator.heard)
        match = find(OTHER[:20000], heard) if len(heard) > 20000 else None
        assert match is None or match.snr_db < 0
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    states = [event["state"] for event in office.events("call.seat")]
    at = [event["at"] for event in office.events("call.seat")]
    assert states == ["ringing", "answered", "talking", "left"]
    assert at[2] - at[1] == pytest.approx(20000 / 8000, abs=0.1)


def test_the_joint_is_no_click_and_the_recording_has_no_gap(make_seats) -> None:
    """A tone from the caller over the join: at the operator it begins without a step above its own, and in
    the recording it goes on without a break of its phase."""
    office = make_seats(noise_dbm0=-90)
    tone = Pcm([round(3000 * math.sin(2 * math.pi * 1004 * n / 8000)) for n in range(5 * 8000)])
    heard: list[numpy.ndarray] = []

    async def scene() -> None:
        ann = await office.caller()
        operator = office.operators[0]
        await operator.is_rung()
        speaking = asyncio.ensure_future(ann.speak(tone))
        await office.clock.sleep(ms(1500))
        await operator.lift()
        await speaking
        operator.collect()
        heard.append(numpy.frombuffer(Pcm(operator.heard).bytes, dtype="<i2").astype(float))
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    loud = numpy.abs(heard[0])
    steady = heard[0][8000:16000]
    at = int(numpy.argmax(loud > 0.1 * loud[8000:16000].max()))
    assert 160 < at < 1600
    assert loud[: at - 80].max() < 0.03 * numpy.abs(steady).max()
    begin = heard[0][at - 160 : at + 1600]
    assert numpy.abs(numpy.diff(begin)).max() <= 1.05 * numpy.abs(numpy.diff(steady)).max()
    _, came = office.recording()
    samples = numpy.frombuffer(came.bytes, dtype="<i2").astype(float)
    first = int(numpy.argmax(numpy.abs(samples) > 200)) + 400
    stretch = samples[first : first + 4 * 8000]
    n = numpy.arange(len(stretch))
    turned = stretch * numpy.exp(-2j * math.pi * 1004 * n / 8000)
    phases = numpy.angle(turned.reshape(-1, 400).mean(axis=1))
    assert numpy.abs(numpy.unwrap(phases) - phases[0]).max() < 0.05


def test_a_headset_is_as_loud_as_its_line_and_rings(make_seats) -> None:
    office = make_seats(headset=True)

    async def scene() -> None:
        ann, headset = await office.talking()
        await ann.speak(HELLO)
        assert (await headset.hears(HELLO)).gain_db == pytest.approx(-LINE_DB, abs=1.0)
        await headset.speak(ANSWER)
        assert (await ann.hears(ANSWER)).gain_db == pytest.approx(-LINE_DB, abs=1.0)
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None)
        await headset.hang_up()

    office.play(scene())
