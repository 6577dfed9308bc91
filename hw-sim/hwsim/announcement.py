"""What the exchange says to who cannot be put through: tones of the country and recorded voices."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

from ctidrv.errors import InputError
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import ToneSpec, render
from ctidrv.ports.regions import Region, country_tone
from ctidrv.units import RATE, ms
from hwsim.exchange_settings import COUNTRY_TONES
from hwsim.scenario.sounds import MADE, VOICES, shipped_voices

NOT_IN_SERVICE = "not-in-service"
LONGEST_S = 300
PAUSE = ms(1000)
"""Behind each voice, and so before it is said again."""
TONE_MS = 6000
"""A tone before a voice sounds for so long at least, to the end of its cadence; SIT once."""


def announcement(region: Region, parts: Sequence[str]) -> Pcm | ToneSpec:
    """A tone alone goes on and on; else all parts, one after the other. InputError for an unknown one."""
    if len(parts) == 1 and parts[0] in COUNTRY_TONES:
        return country_tone(region, parts[0])
    sound = Pcm.silence(0)
    for part in parts:
        sound = sound + (_whole(region, part) if part in COUNTRY_TONES else _voice(part) + Pcm.silence(PAUSE))
    return sound


def unobtainable(region: Region) -> tuple[str, ...]:
    """What the country's exchanges give for a number that nobody has."""
    known = [name for name in ("nu", "sit") if name in region.tones]
    return (known[0], NOT_IN_SERVICE) if known else ("congestion",)


def _whole(region: Region, name: str) -> Pcm:
    """Whole periods of a tone."""
    spec = country_tone(region, name)
    tone = region.tones.get(name)
    period = sum(tone.ms) if tone is not None else 0
    once = tone is not None and bool(tone.turns)
    times = 1 if once or not period else -(-TONE_MS // period)
    return render(spec, ms(times * period or TONE_MS))


def _voice(name: str) -> Pcm:
    if name in MADE:
        return MADE[name]()
    path = VOICES / f"{name}.wav"
    if not path.is_file():
        path = Path(name)
    if not path.name.lower().endswith(".wav"):
        known = ", ".join(shipped_voices())
        raise InputError(f"no voice `{name}`; there are {known}, or a file, my/voice.wav")
    try:
        with wave.open(str(path), "rb") as file:
            form = (file.getnchannels(), file.getframerate(), file.getsampwidth())
            if form != (1, RATE, 2) or file.getnframes() > LONGEST_S * RATE:
                raise InputError(f"{path}: an announcement is 8,000 Hz, mono, 16 bit, at most {LONGEST_S} s")
            return Pcm.from_bytes(file.readframes(file.getnframes()))
    except (OSError, EOFError, wave.Error) as error:
        raise InputError(f"{path}: cannot be read as an announcement: {error}") from None
