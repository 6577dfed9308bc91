"""Callers on real lines, an operator's telephone and a headset, joined by a bridge of the core."""

import asyncio
import math

import numpy
import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import UsageError
from ctidrv.events import DigitDown, RingOn, Seized
from ctidrv.media.bridge import Role
from ctidrv.media.engine import MediaEngine
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import DriverContext
from ctidrv.units import TICK, ms, seconds
from hwsim.board import open_board
from hwsim.eventmode.engine import event_core

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


class Frames:
    """A recording of a line: channel 1 what we sent, 2 what came."""

    def __init__(self):
        self.data = bytearray()

    def write(self, frames):
        self.data += frames

    def close(self):
        pass

    def sent(self):
        return numpy.frombuffer(bytes(self.data), dtype="<i2")[::2].astype(float)


def all_on_one_bridge(office, speech, quiet_s):
    """20 ms of noise from one before anything else was heard, a second of speech from each, the noise again,
    all at once; then quiet. Per line the sample of its seizure and what we sent; when the noises were said,
    and when the recordings were stopped."""
    recordings = [Frames() for _ in office.lines]
    noise = Pcm(numpy.random.default_rng(3).normal(0, 3000, TICK).astype(int).tolist())

    async def scene():
        running = [line.record_line(frames) for line, frames in zip(office.lines, recordings, strict=True)]
        callers = [await call_in(office, index) for index in range(len(office.lines))]
        bridge = office.engine.bridge()
        for channel in office.lines:
            channel.join(bridge)
        await office.clock.sleep(ms(500))
        said = [office.clock.now()]
        await callers[0].speak(noise)
        await office.clock.sleep(ms(700))
        for index, caller in enumerate(callers):
            await caller.speak(speech(seconds(1), seed=index))
        await office.clock.sleep(seconds(1))
        said.append(office.clock.now())
        await callers[0].speak(noise)
        await office.clock.sleep(seconds(1))
        await asyncio.gather(*(caller.speak(speech(seconds(3), seed=9)) for caller in callers))
        await office.clock.sleep(seconds(quiet_s))
        ended = office.clock.now()
        await asyncio.gather(*(recording.stop() for recording in running))
        return said, ended

    said, ended = office.play(scene())
    begun = [event.at // TICK * TICK for told in office.told for event in told if isinstance(event, Seized)]
    return list(zip(begun, (recording.sent() for recording in recordings), strict=True)), said, ended


def after(lines, at, ticks):
    """What was sent to all lines in the tick that is so long after this sample, in dBm0."""
    at += ticks * TICK
    return level(sum(sent[at - begun : at - begun + TICK] for begun, sent in lines))


@pytest.mark.parametrize("parties", [3, 6])
def test_many_on_hybrids_of_10_db_do_not_howl_for_a_minute(make_office, speech, parties):
    office = make_office(lines=parties, phones=parties, return_loss_db=10.0)
    lines, (fresh, learnt), ended = all_on_one_bridge(office, speech, quiet_s=57)
    # The noise itself goes out a tick after it was said; what its echoes add is a tick later each.
    assert after(lines, fresh, 4) < after(lines, fresh, 1) - 20
    assert after(lines, learnt, 2) < after(lines, learnt, 1) - 20
    for begun, sent in lines:
        assert ended <= begun + len(sent) <= ended + TICK  # without a gap
        assert max(abs(sent)) < 32767
        assert level(sent[-seconds(1) :]) < -50


def test_without_echo_cancellers_six_on_hybrids_of_10_db_howl(make_office, speech):
    office = make_office(lines=6, phones=6, return_loss_db=10.0)
    for channel in office.lines:
        office.engine.native.echo_can(channel.number, 0)
    lines, _, _ = all_on_one_bridge(office, speech, quiet_s=2)  # five echoes of -10 dB: 4 dB more each round
    assert all(level(sent[-seconds(1) :]) > 0 for _, sent in lines)


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


def test_without_audio_a_bridge_is_refused_with_a_clear_word(tmp_path):
    clock = SampleClock()
    board = open_board("sim", {"events": True}, DriverContext(clock, tmp_path, 1, False))
    board.open()
    engine = MediaEngine([board], clock, inline=True, core=event_core)
    try:
        with pytest.raises(UsageError, match="no bridges here: without audio nobody hears another"):
            engine.bridge()
    finally:
        engine.close()
        board.close()
