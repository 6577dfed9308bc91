"""Everything that an analysis found in a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctidrv.apps.fax.analysis.checks import Check, checks_of
from ctidrv.apps.fax.analysis.endings import Ending, ending_of
from ctidrv.apps.fax.analysis.pages import Page, pages_of
from ctidrv.apps.fax.analysis.procedure import Call, follow
from ctidrv.apps.fax.analysis.signals import Pause, Signal, pauses_of, signals_of
from ctidrv.apps.fax.analysis.tones import Tone, tones_of
from ctidrv.errors import InputError
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

LONGEST = 2 * 3600 * RATE
"""Samples; a longer recording is no fax call."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording read; `ending` None: there is no fax in it."""

    call: Call
    tones: list[Tone]
    signals: list[Signal]
    pauses: list[Pause]
    checks: list[Check]
    pages: list[Page]
    ending: Ending | None
    is_cut: bool = False
    """The recording's file ends before its header says."""

    @property
    def is_fax(self) -> bool:
        return self.ending is not None


def analyse(channels: Sequence[Pcm]) -> Heard:
    """Of one channel, both ends on it, or of two: what we sent, what came. InputError for other numbers of
    channels, and for more than two hours."""
    if len(channels) not in (1, 2):
        raise InputError(f"{len(channels)} channels: a recorded fax call has one or two")
    if len(channels[0]) > LONGEST:
        hours = len(channels[0]) / RATE / 3600
        raise InputError(f"{hours:.1f} hours: at most {LONGEST // RATE // 3600} at once")
    call = follow(channels)
    busy = [(turn.begin, turn.end) for turn in call.turns]
    busy += [(carrier.begin, carrier.end) for carrier in call.carriers]
    tones = [tone for number, sound in enumerate(channels, 1) for tone in tones_of(sound, number, busy)]
    tones = [tone for tone in tones if not any(_is_echo(tone, other) for other in tones)]
    signals = signals_of(call, tones)
    pages = pages_of(call)
    return Heard(
        call,
        sorted(tones, key=lambda tone: tone.begin),
        signals,
        pauses_of(signals),
        checks_of(call),
        pages,
        ending_of(call, signals, tones),
    )


def _is_echo(tone: Tone, other: Tone) -> bool:
    """The other channel's, heard a little later: what an end sends is on its own channel."""
    same = tone.name == other.name and tone.channel != other.channel
    return same and 0 < tone.begin - other.begin < RATE // 2
