"""Seeded signals by which a digit receiver is measured; made here, without the core's own digit sender.

Audio is lists of floats on the 16-bit scale until `Signal.pcm`; levels are dBm0 of one sine (a 0 dBm0 sine
has rms 16,140), times are samples at 8,000 a second. Noise is the core's (cti/random.h), so a seed gives the
same signals on every machine but for the last bit of `math.sin`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ctidrv.native import check, ffi, lib, state
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

KEYS = "123A456B789C*0#D"
LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
TURN = 2 * math.pi
RMS_0_DBM0 = 16140.0


def rms_of(level: float) -> float:
    """The rms of so many dBm0."""
    return RMS_0_DBM0 * math.pow(10.0, level / 20.0)


class Dice:
    """Random numbers of the core's seeded generator."""

    def __init__(self, seed: int) -> None:
        size = lib.cti_random_size()
        self._state: Any = state("cti_random", size)
        check(lib.cti_random_init(self._state, size, seed), "random numbers")

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(lib.cti_random_uniform(self._state))

    def below(self, count: int) -> int:
        return int(lib.cti_random_below(self._state, count))

    def digits(self, count: int) -> str:
        """So many of the sixteen digits."""
        return "".join(KEYS[self.below(16)] for _ in range(count))

    def noise(self, level: float, data: array[int]) -> None:
        """Adds white noise of this level over 0…4 kHz."""
        lib.cti_random_noise(self._state, level, ffi.cast("int16_t *", ffi.from_buffer(data)), len(data))


@dataclass(frozen=True, slots=True)
class Sent:
    """A digit within a signal."""

    digit: str
    start: int
    length: int


@dataclass(slots=True)
class Signal:
    """What is sent: audio that grows at its end, and the digits within."""

    dice: Dice
    x: list[float] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each.digit for each in self.sent)

    def pause(self, ms: float) -> None:
        self.x += [0.0] * round(ms * 8)

    def digit(
        self,
        digit: str,
        ms: float,
        *,
        level: float = -10.0,
        twist: float = 0.0,
        low_off: float = 0.0,
        high_off: float = 0.0,
    ) -> None:
        """A digit at random phases. level: of the stronger frequency; twist: the high one's over the low
        one's, dB; offsets: ratios."""
        row, column = divmod(KEYS.index(digit), 4)
        count = round(ms * 8)
        self.sent.append(Sent(digit, len(self.x), count))
        low = sine(self.dice, LOW[row] * (1 + low_off), level - max(0.0, twist), count)
        high = sine(self.dice, HIGH[column] * (1 + high_off), level + min(0.0, twist), count)
        self.x += [a + b for a, b in zip(low, high, strict=True)]

    def hole(self, start: int, ms: float) -> None:
        """Silences a stretch of what is there already."""
        count = min(round(ms * 8), len(self.x) - start)
        self.x[start : start + count] = [0.0] * count

    def add(self, other: Sequence[float], start: int = 0) -> None:
        """Adds audio over what is there; what reaches beyond its end is left away."""
        end = min(len(self.x), start + len(other))
        self.x[start:end] = [a + b for a, b in zip(self.x[start:end], other, strict=False)]

    def add_sine(self, hz: float, level: float) -> None:
        """Adds a sine over all of it."""
        self.add(sine(self.dice, hz, level, len(self.x)))

    def echo(self, ms: float, down: float) -> None:
        """Adds an echo of all of it, so many dB down."""
        gain, delay = math.pow(10.0, -down / 20.0), round(ms * 8)
        self.add([gain * each for each in self.x[: len(self.x) - delay]], delay)

    def pcm(self, noise: float = -70.0) -> Pcm:
        """As samples, clipped, with white noise of this level added."""
        data = array("h", [max(-32768, min(32767, round(each))) for each in self.x])
        self.dice.noise(noise, data)
        return Pcm(data)


def sine(dice: Dice, hz: float, level: float, count: int) -> list[float]:
    """A sine at a random phase."""
    peak, step, phase = rms_of(level) * math.sqrt(2.0), TURN * hz / RATE, dice.between(0, TURN)
    return [peak * math.sin(phase + step * index) for index in range(count)]


def both(level: float, twist: float) -> float:
    """The level of both frequencies' power together; level: the stronger one's."""
    return level + 10 * math.log10(1 + math.pow(10.0, -abs(twist) / 10))


def speech_like(dice: Dice, samples: int, level: float) -> list[float]:
    """Sounds like speech: pulses of a gliding pitch through three moving formants, in syllables."""
    out: list[float] = []
    pitch, phase, gain, voiced = 120.0, 0.0, 0.0, True
    formants = [500.0, 1500.0, 2500.0]
    coefficients, y1, y2 = [(0.0, 0.0)] * 3, [0.0] * 3, [0.0] * 3
    targets, glide, left = list(formants), 0.0, 0
    while len(out) < samples:
        if left <= 0:
            voiced = not voiced or dice.between(0, 1) < 0.7
            left = int(dice.between(800, 2400))
            pitch, glide = dice.between(80, 260), dice.between(-60, 60) / RATE
            targets = [dice.between(250, 850), dice.between(850, 2300), dice.between(2300, 3200)]
        # The formants move every 5 ms.
        for k in range(3):
            formants[k] += 0.08 * (targets[k] - formants[k])
            r = 1.0 - TURN * (40.0 + 30.0 * k) / 2.0 / RATE
            coefficients[k] = (2.0 * r * math.cos(TURN * formants[k] / RATE), -r * r)
        (a1, b1), (a2, b2), (a3, b3) = coefficients
        goal = 1.0 if voiced else 0.0
        for _ in range(40):
            gain += 0.004 * (goal - gain)
            pitch += glide
            phase += pitch / RATE
            pulse = 0.0
            if phase >= 1.0:
                phase -= 1.0
                pulse = gain
            one = pulse + a1 * y1[0] + b1 * y2[0]
            two = pulse + a2 * y1[1] + b2 * y2[1]
            three = pulse + a3 * y1[2] + b3 * y2[2]
            y2[0], y1[0], y2[1], y1[1], y2[2], y1[2] = y1[0], one, y1[1], two, y1[2], three
            out.append(one + two / 2.0 + three / 3.0)
        left -= 40
    return at_level(out[:samples], level)


def harmonic_stress(dice: Dice, samples: int, level: float) -> list[float]:
    """Harmonic sounds that come near digits: notes of 60…250 ms, partials up to 3,400 Hz, of which one falls
    within 2 % of a low and one of a high digit frequency, each in the middle of a formant."""
    out: list[float] = []
    while len(out) < samples:
        pitch = dice.between(80, 400)
        formants = [dice.between(-0.02, 0.02) * hz + hz for hz in (LOW[dice.below(4)], HIGH[dice.below(4)])]
        if any(abs(hz / pitch - round(hz / pitch)) * pitch > 0.02 * hz for hz in formants):
            continue
        count, width = int(dice.between(480, 2000)), dice.between(40, 160)
        note = [0.0] * count
        for index in range(1, int(3400 / pitch) + 1):
            gain = max(1 / (1 + ((index * pitch - hz) / width) ** 2) for hz in formants)
            partial = sine(dice, index * pitch, 20 * math.log10(gain), count)
            note = [a + b for a, b in zip(note, partial, strict=True)]
        out += note + [0.0] * int(dice.between(0, 800))
    return at_level(out[:samples], level)


def music(dice: Dice, samples: int, level: float) -> list[float]:
    """Equal-tempered chords of one to four notes with four partials each, which die away."""
    out = [0.0] * samples
    start = 0
    while start < samples:
        count = min(samples - start, int(dice.between(1200, 6400)))
        decay = math.exp(-dice.between(1.0, 8.0) / RATE)
        for _ in range(1 + dice.below(4)):
            hz = 440.0 * math.pow(2.0, (dice.below(36) - 20) / 12)
            for partial in range(1, 5):
                step, gain = TURN * hz * partial / RATE, math.pow(dice.between(0.3, 0.8), partial)
                if hz * partial > 3400:
                    break
                for index in range(count):
                    out[start + index] += gain * math.sin(step * index)
                    gain *= decay
        start += count
    return at_level(out, level)


def at_level(x: list[float], level: float) -> list[float]:
    """The same audio with this rms, dBm0."""
    power = sum(each * each for each in x) / max(1, len(x))
    scale = rms_of(level) / math.sqrt(power) if power > 0 else 0.0
    return [scale * each for each in x]
