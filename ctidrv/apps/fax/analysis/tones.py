"""Tones of a fax call and its exchange: CNG, CED, ANSam; busy tone and its like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctidrv import events
from ctidrv.native import ear
from ctidrv.native.pcm import Pcm
from ctidrv.native.spectrogram import spectrogram
from ctidrv.units import RATE, ms

_HZ = {"cng": 1100, "ced": 2100, "ansam": 2100}
_SIDES = {"cng": "caller", "ced": "called", "ansam": "called"}
_COLUMN = ms(20)
_BIN_HZ = 31.25
_UNDER_DB = 12.0
_LONGEST = 8 * RATE
_CNG_EVERY = ms(3500)


@dataclass(frozen=True, slots=True)
class Tone:
    """`name`: cng, ced, ansam, or one of the exchange's (`side` None). CNG has a length for each burst."""

    name: str
    side: str | None
    channel: int
    begin: int
    end: int
    reversals: bool = False
    """ANSam, CED: its phase turns, as for modems and for V.34 fax."""


def tones_of(sound: Pcm, channel: int, busy: Sequence[tuple[int, int]]) -> list[Tone]:
    """Of one channel; `busy`: stretches of V.21 and of fast carriers. The exchange's tones are those before
    all fax and behind it."""
    fax = [
        tone
        for event in ear.Ear(detectors=ear.FAX).hear(sound)
        if isinstance(event, events.FaxTone) and event.tone in _HZ
        for tone in _fax_tone(sound, channel, event)
    ]
    stretches = [*busy, *((tone.begin, tone.end) for tone in fax)]
    if not stretches:
        return []
    first, last = min(begin for begin, _ in stretches), max(end for _, end in stretches)
    return [*_others(sound, channel, 0, first), *fax, *_others(sound, channel, last, len(sound))]


def _others(sound: Pcm, channel: int, first: int, last: int) -> list[Tone]:
    """The exchange's within a stretch."""
    found: list[Tone] = []
    on: dict[str, int] = {}
    for event in ear.Ear(detectors=ear.PROGRESS).hear(sound[first:last]):
        match event:
            case events.ToneOn():
                on[event.tone] = first + event.start
            case events.ToneOff() if event.tone in on:
                found.append(Tone(event.tone, None, channel, on.pop(event.tone), first + event.start))
            case _:
                pass
    return found + [Tone(name, None, channel, begin, last) for name, begin in on.items()]


def _fax_tone(sound: Pcm, channel: int, event: events.FaxTone) -> list[Tone]:
    bursts = _bursts(sound, event.start, _HZ[event.tone], once=event.tone != "cng")
    side = _SIDES[event.tone]
    return [Tone(event.tone, side, channel, begin, end, event.reversals) for begin, end in bursts]


def _bursts(sound: Pcm, start: int, hz: int, *, once: bool) -> list[tuple[int, int]]:
    """Where this frequency is as loud as at first: one stretch, or all of a cadence."""
    behind = min(len(sound), start + (_LONGEST if once else 60 * RATE))
    edges = list(range(start, behind + 1, _COLUMN))
    if len(edges) < 3:
        return [(start, behind)]
    place = round(hz / _BIN_HZ)
    levels = [max(column[place - 1 : place + 2]) for column in spectrogram(sound, edges, 2).tolist()]
    least = max(levels[1:4]) - _UNDER_DB
    bursts: list[tuple[int, int]] = []
    first: int | None = 0
    for number, level in enumerate([*levels, -200.0]):
        is_on = level >= least
        if is_on and first is None:
            if edges[number] - bursts[-1][1] > _CNG_EVERY:
                break
            first = number
        elif not is_on and first is not None:
            if (number - first) * _COLUMN >= ms(200) or not bursts:
                bursts.append((edges[first], edges[number] if number < len(edges) else behind))
            first = None
            if once:
                break
    return bursts
