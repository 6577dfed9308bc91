"""A tone's definition from a recording of it: frequencies, cadence, level (the terms of ITU-T E.180).

Where a spectrum over 64 ms is one or two lines and hardly anything else, there is a tone; the lines that
most such places share are its frequencies. How strong they are every 5 ms gives bursts and pauses, and what
repeats in those is the cadence. Speech before or between does not matter: it is hardly ever two lines.
"""

from __future__ import annotations

import cmath
import functools
import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

from ctidrv.errors import InputError
from ctidrv.events import PortEvent, ToneOn
from ctidrv.native import ffi, lib
from ctidrv.native.ear import PROGRESS, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.ports.learnt import LearntTone, LineTone, add_learnt
from ctidrv.units import RATE

_SIZE, _HOP = 512, 256
_BIN_HZ = RATE / _SIZE
_LOWEST_HZ, _HIGHEST_HZ = 200.0, 3500.0
_LINE_BINS = 2
"""A line under a Hann window is so many bins wide to either side."""
_TONE_SHARE = 0.9
_SECOND_SHARE = 0.05
_SAME_HZ = 12.0
_LEAST_WINDOWS = 4
_RMS_0_DBM0 = 16140.0
_FLOOR_RMS = _RMS_0_DBM0 * 10 ** (-50 / 20)
_STEP, _SPAN = 40, 120
"""The envelope: every 5 ms, over 15 ms."""
_SHORTEST = 30 * RATE // 1000
_ALIKE, _ALIKE_SAMPLES = 0.08, 80
_MOST_BURSTS = 4
_CONTINUOUS = 2 * RATE
_LONGEST = 120 * RATE
_STEADY = 12 * RATE


def learn(sound: Pcm) -> LearntTone:
    """The tone that a recording (at most two minutes of it) mostly holds.

    InputError: there is none, or it does not repeat.
    """
    x = [float(sound[index]) for index in range(min(len(sound), _LONGEST))]
    hz = _frequencies(x)
    power = _envelope(x, hz)
    bursts = _bursts(power)
    if not bursts:
        raise InputError(
            "no burst of a tone is long enough to be measured; record ten seconds of the tone alone"
        )
    longest = max(bursts, key=lambda each: each[1] - each[0])
    level = _level(power, bursts, len(hz))
    if len(bursts) < 3 and longest[1] - longest[0] >= _CONTINUOUS:
        return LearntTone(hz, (), level, 0)
    ms, cycles = _cadence(bursts, len(x))
    return LearntTone(hz, ms, level, cycles)


def heard_in(sound: Pcm, taught: LineTone) -> list[PortEvent]:
    """What the call-progress detector says of a recording when this tone is all it knows."""
    config = ffi.new("cti_progress_config *")
    lib.cti_progress_defaults(config)
    config.tones = 0
    add_learnt(config, [taught])
    ear = Ear(detectors=PROGRESS)
    ear.progress(config)
    return ear.hear(sound)


def check_audible(taught: LineTone) -> None:
    """InputError when the detector does not hear that very tone, made anew, within four of its cycles."""
    found = taught.heard
    steps = [
        Part(found.hz if index % 2 == 0 else (), found.level_dbm0, length)
        for index, length in enumerate(found.ms)
    ]
    parts = steps or [Part(found.hz, found.level_dbm0)]
    length = round(sum(found.ms) * 4 * RATE / 1000) or _STEADY
    events = heard_in(render(tone(parts, loop=bool(steps)), length), taught)
    if not any(isinstance(event, ToneOn) for event in events):
        hz = " + ".join(f"{each:g}" for each in found.hz)
        raise InputError(
            f"a tone of {hz} Hz, {list(found.ms) or 'steady'} ms, at {found.level_dbm0:g} dBm0 is none that"
            " a line can be made to hear"
        )


@functools.cache
def _turns(size: int) -> list[complex]:
    return [cmath.exp(-2j * math.pi * k / size) for k in range(size // 2)]


def _fft(x: Sequence[complex]) -> list[complex]:
    if len(x) == 2:
        return [x[0] + x[1], x[0] - x[1]]
    even = _fft(x[::2])
    turned = [turn * each for turn, each in zip(_turns(len(x)), _fft(x[1::2]), strict=True)]
    return [a + b for a, b in zip(even, turned, strict=True)] + [
        a - b for a, b in zip(even, turned, strict=True)
    ]


_WINDOW = [0.5 - 0.5 * math.cos(2 * math.pi * (index + 0.5) / _SIZE) for index in range(_SIZE)]


def _lines(piece: Sequence[float]) -> tuple[float, ...]:
    """The one or two frequencies that this piece is made of; empty when it is something else."""
    if math.sqrt(sum(each * each for each in piece) / _SIZE) < _FLOOR_RMS:
        return ()
    spectrum = _fft([w * each for w, each in zip(_WINDOW, piece, strict=True)])
    power = [abs(each) ** 2 for each in spectrum[: _SIZE // 2]]
    low, high = int(_LOWEST_HZ / _BIN_HZ), int(_HIGHEST_HZ / _BIN_HZ)
    whole = sum(power[3:])
    found: list[float] = []
    held = 0.0
    for _ in range(2):
        peak = max(range(low, high), key=power.__getitem__)
        share = sum(power[peak - _LINE_BINS : peak + _LINE_BINS + 1]) / whole
        if found and share < _SECOND_SHARE:
            break
        # Three amplitudes of a Hann window's main lobe give the place within the bin.
        before, here, after = (math.sqrt(power[peak + k]) for k in (-1, 0, 1))
        side, sign = (after, 1) if after > before else (before, -1)
        ratio = side / here if here else 0.0
        found.append((peak + sign * (2 * ratio - 1) / (1 + ratio)) * _BIN_HZ)
        held += share
        for k in range(-_LINE_BINS, _LINE_BINS + 1):
            power[peak + k] = 0.0
    return tuple(sorted(found)) if held >= _TONE_SHARE else ()


def _alike(a: Sequence[float], b: Sequence[float]) -> bool:
    return len(a) == len(b) and all(abs(p - q) <= _SAME_HZ for p, q in zip(a, b, strict=True))


def _frequencies(x: list[float]) -> tuple[float, ...]:
    seen = [_lines(x[at : at + _SIZE]) for at in range(0, len(x) - _SIZE + 1, _HOP)]
    # A window within the tone, not over its edge: the one before or after says the same.
    steady = [a for a, b in pairwise(seen) if a and _alike(a, b)]
    groups = [[each for each in steady if _alike(each, one)] for one in steady[:: max(1, len(steady) // 200)]]
    best = max(groups, key=len, default=[])
    if len(best) < _LEAST_WINDOWS:
        raise InputError(
            "no steady tone of one or two frequencies in it; record ten seconds of the tone alone"
        )
    middle = [sorted(values)[len(values) // 2] for values in zip(*best, strict=True)]
    return tuple(round(each, 1) for each in middle)


def _envelope(x: list[float], hz: tuple[float, ...]) -> list[float]:
    """The mean power (squares) of the frequencies every _STEP samples; 0 where most is something else."""
    sums = []
    for each in hz:
        turn = [2 * math.pi * each * index / RATE for index in range(len(x))]
        for wave in (math.cos, math.sin):
            products = (value * wave(angle) for value, angle in zip(x, turn, strict=True))
            sums.append(list(accumulate(products, initial=0.0)))
    energy = list(accumulate((value * value for value in x), initial=0.0))
    power = []
    for at in range(0, len(x), _STEP):
        begin, end = max(0, at - _SPAN // 2), min(len(x), at + _SPAN // 2)
        count = end - begin
        tone = sum(((s[end] - s[begin]) / count) ** 2 for s in sums) * 2
        whole = (energy[end] - energy[begin]) / count
        power.append(tone if tone >= 0.4 * whole else 0.0)
    return power


def _plateau(power: list[float]) -> float:
    loud = sorted(each for each in power if each > _FLOOR_RMS**2 / 4)
    return loud[len(loud) // 2] if loud else 0.0


def _bursts(power: list[float]) -> list[tuple[int, int]]:
    """Begin and end of each, in samples: where the amplitude passes half of what it mostly is."""
    limit = _plateau(power) / 4
    edges: list[tuple[int, int]] = []
    begin: int | None = None
    for index, each in enumerate([*power, 0.0]):
        here = each > limit > 0
        before = power[index - 1] if index else 0.0
        if here != (begin is not None):
            a, b = math.sqrt(before), math.sqrt(each)
            part = (math.sqrt(limit) - a) / (b - a) if a != b else 0.0
            at = round((index - 1 + part) * _STEP) if index else 0
            if here:
                begin = at
            elif begin is not None:
                edges.append((begin, at))
                begin = None
    joined: list[tuple[int, int]] = []
    for one in edges:
        if joined and one[0] - joined[-1][1] < _SHORTEST:
            joined[-1] = (joined[-1][0], one[1])
        else:
            joined.append(one)
    return [one for one in joined if one[1] - one[0] >= _SHORTEST]


def _level(power: list[float], bursts: list[tuple[int, int]], lines: int) -> float:
    """Of each frequency, dBm0."""
    inside = [
        power[at // _STEP]
        for begin, end in bursts
        for at in range(begin + _SPAN, end - _SPAN, _STEP)
        if at // _STEP < len(power)
    ]
    values = sorted(inside or [_plateau(power)])
    middle = max(values[len(values) // 2] / lines, 1e-9)
    return round(10 * math.log10(middle / _RMS_0_DBM0**2), 1)


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= max(_ALIKE * max(a, b), _ALIKE_SAMPLES)


def _cadence(bursts: list[tuple[int, int]], length: int) -> tuple[tuple[int, ...], int]:
    """One cycle's on and off times in ms, and how many cycles there were: the longest run that repeats."""
    whole = [one for one in bursts if one[0] > _SPAN and one[1] < length - _SPAN]
    steps = [(b - a, c - b) for (a, b), (c, _) in pairwise(whole)]
    best: tuple[int, int, int] = (0, 0, 0)
    for period in range(1, _MOST_BURSTS + 1):
        run, first = 0, 0
        for index in range(period, len(steps)):
            alike = all(_same(p, q) for p, q in zip(steps[index], steps[index - period], strict=True))
            first = first if run and alike else index - period
            run = run + 1 if alike else 0
            if run >= period and run + period > 1.2 * best[1]:
                best = (first, run + period, period)
    first, count, period = best
    if count == 0:
        raise InputError("the tone's bursts do not repeat; record at least three of its cycles")
    cycles = count // period
    ms = []
    for place in range(period):
        for part in (0, 1):
            values = sorted(steps[first + place + period * k][part] for k in range(cycles))
            ms.append(round(values[len(values) // 2] * 1000 / RATE))
    return tuple(ms), cycles
