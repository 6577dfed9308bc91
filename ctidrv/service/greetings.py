"""Reads the greetings of seats when the station starts: a file that is missing is known before a call is."""

from __future__ import annotations

from collections.abc import Iterable

from ctidrv.callcontrol.seat import Greetings
from ctidrv.config import SeatConfig, StationConfig
from ctidrv.errors import InputError
from ctidrv.media.wav import read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds

LONGEST = seconds(30)


def read_greetings(config: StationConfig, seat: SeatConfig, languages: Iterable[str]) -> Greetings:
    """A seat's greetings in each of these languages; empty: it has none. InputError."""
    found: dict[str, dict[str, Pcm]] = {}
    for language in languages:
        for kind, path in config.greeting_paths(seat, language).items():
            audio = read_wav(path)
            sound = audio.channels[0]
            if len(audio.channels) != 1 or not 0 < len(sound) <= LONGEST:
                raise InputError(f"{path}: a greeting is mono, and at most 30 s long")
            found.setdefault(kind, {})[language] = sound
    return found
