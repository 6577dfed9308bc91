"""Whether it still rings, told by the bursts and pauses of ringback."""

import pytest

from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.ports.regions import known_regions, load_region
from ctidrv.units import ms
from hwsim.ring_ear import RingEar
from hwsim.subscriber import REFUSALS

US = (2000, 4000)
BUSY = (500, 500)


def heard(*lengths):
    """Sound and silence by turns, in ms."""
    made = Pcm.silence(0)
    for number, length in enumerate(lengths):
        if number % 2:
            made = made + Pcm.silence(ms(length))
        else:
            made = made + render(tone([Part(hz=(440.0, 480.0), level=-20.0, ms=length)]), ms(length))
    return made


def ear_of(sound, ringback=US, refusals=(BUSY,)):
    ear = RingEar(ringback, refusals)
    for at in range(0, len(sound), 333):  # in pieces that are no ticks
        ear.feed(sound[at : at + 333])
    return ear


def test_ringing_that_goes_on_is_not_over():
    assert not ear_of(heard(2000, 4000, 2000, 4000, 2000, 3900)).is_over


@pytest.mark.parametrize(("rung", "silent"), [((300,), 700), ((1500,), 700), ((2000, 4000, 900), 700)])
def test_a_burst_cut_short_is_over_sooner_than_the_pause(rung, silent):
    assert ear_of(heard(*rung, silent)).is_over


def test_a_whole_burst_without_the_next_is_over_after_its_pause():
    assert not ear_of(heard(2000, 4300)).is_over
    assert ear_of(heard(2000, 4700)).is_over


def test_a_refusal_is_no_ringing_that_is_over():
    assert not ear_of(heard(500, 500, 500, 500, 500, 500)).is_over


def test_silence_alone_says_nothing():
    assert not ear_of(Pcm.silence(ms(20_000))).is_over


def test_a_double_ring_is_not_over_in_its_middle():
    double = (400, 200, 400, 2000)
    assert not ear_of(heard(400, 200, 400, 2000, 400), double, [(375, 375)]).is_over
    assert ear_of(heard(400, 200, 150, 700), double, [(375, 375)]).is_over


def test_no_country_takes_its_own_tones_for_an_answer():
    for code in known_regions():
        tones = load_region(code).tones
        refusals = [tuple(tones[name].ms) for name in REFUSALS if name in tones]
        for name in ("ringback", *(name for name in ("busy", "congestion") if name in tones)):
            cadence = tones[name].ms
            if len(cadence) < 2:
                continue
            whole = heard(*(cadence * 4)[:-1], cadence[-1] * 0.98)
            assert not ear_of(whole, tuple(tones["ringback"].ms), refusals).is_over, f"{code} {name}"
