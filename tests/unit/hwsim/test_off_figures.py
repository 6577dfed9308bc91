"""Hang-up tones off the country's figures, as they arrive at the board."""

from __future__ import annotations

import numpy as np
import pytest

from ctidrv.events import RingOn, Seized
from ctidrv.ports.regions import load_region
from ctidrv.units import ms, seconds
from hwsim.off_figures import OffFigures


class Tape:
    def __init__(self):
        self.data = bytearray()

    def write(self, data):
        self.data += data

    def close(self): ...


def _after_clearing(office, length_ms):
    """What the board's line hears once the caller has hung up."""
    line, tape = office.lines[0], Tape()

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        line.seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))
        recording = line.record_message(tape)
        await ann.hang_up()
        await office.clock.sleep(ms(length_ms))
        await recording.stop()

    office.play(scene())
    return np.frombuffer(bytes(tape.data), "<i2").astype(float)


def test_a_tone_arrives_with_its_level_frequency_and_times_off_by_what_the_settings_say(make_office):
    """Germany's congestion: 425 Hz at -10 dBm0, 240 ms on and off."""
    quiet = {"noise_dbm0": -90.0, "loss_db": 0.0, "return_loss_db": 60.0, "law": "linear"}
    off = {"tone_db": -6.0, "tone_hz": 1.02, "tone_ms": 1.15}
    sound = _after_clearing(
        make_office(phones=1, country="DE", clearing=["congestion-tone"], **quiet, **off), 2000
    )
    loud = np.convolve(sound**2, np.ones(40) / 40, "same") > 1e6
    begin, end, again = np.flatnonzero(np.diff(loud.astype(int)))[:3]
    assert (end - begin, again - begin) == pytest.approx((ms(276), ms(552)), abs=ms(4))
    burst = sound[begin + 80 : end - 80]
    assert 20 * np.log10(np.sqrt(np.mean(burst**2)) / 16140) == pytest.approx(-16, abs=0.2)
    hz = np.argmax(np.abs(np.fft.rfft(burst * np.hanning(len(burst)), 80_000))) / 10
    assert hz == pytest.approx(1.02 * 425, abs=0.5)


def test_only_busy_and_congestion_are_off_and_the_defaults_are_not_at_all():
    region = load_region("au")
    off = OffFigures(db=-5.0, hz=0.98, ms=0.85).region(region)
    assert OffFigures().region(region) == region
    assert {name for name in region.tones if off.tones[name] != region.tones[name]} == {"busy", "congestion"}
    assert off.tones["congestion"].level_dbm0 == tuple(
        level - 5 for level in region.tones["congestion"].level_dbm0
    )
