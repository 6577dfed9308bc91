"""What is heard on a line besides tones: people who talk, and music, as a telephone passes it on.

Samples are float arrays on the 16-bit scale at 8,000 a second, levels dBm0 (rms 16,140 is 0). All of it
follows from the seed. Speech is espeak-ng's: numbers and words of no language, by voices of many languages.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).parents[1] / "bench"))
import dtmf_sounds

from ctidrv.media.wav import read_wav
from ctidrv.native.pcm import Pcm

Sound = NDArray[np.float64]

RATE = 8000
RMS_0_DBM0 = 16140.0
TREE = Path(__file__).parents[2]
LANGUAGES = (
    *(
        "en-gb",
        "en-us",
        "en-gb-scotland",
        "de",
        "fr",
        "es",
        "it",
        "pt-br",
        "nl",
        "sv",
        "da",
        "nb",
        "fi",
        "pl",
    ),
    *("cs", "hu", "ro", "el", "tr", "ru", "uk", "bg", "hr", "ar", "fa", "he", "hi", "bn", "ta", "te"),
    *("ur", "cmn", "yue", "ja", "ko", "vi", "th", "id", "ms", "sw", "am", "ka", "lv", "lt", "et", "is", "cy"),
)
VARIANTS = ("+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+f1", "+f2", "+f3", "+f4", "+f5")


def at_level(sound: Sound, dbm0: float) -> Sound:
    """The same with this level while it sounds (20 ms frames within 25 dB of the loud ones)."""
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    power = np.mean(frames**2, axis=1)
    if not len(power) or power.max() <= 0:
        return sound
    active = power[power >= np.percentile(power, 95) / 316]
    return sound * (RMS_0_DBM0 * 10 ** (dbm0 / 20) / np.sqrt(np.mean(active)))


def pcm(sound: Sound) -> Pcm:
    """Clipped to 16 bits."""
    return Pcm.from_bytes(np.clip(np.rint(sound), -32768, 32767).astype("<i2").tobytes())


def samples_of(audio: Pcm) -> Sound:
    return np.frombuffer(audio.bytes, "<i2").astype(np.float64)


def telephone_band(sound: Sound) -> Sound:
    """300 to 3,400 Hz."""
    size = 1 << max(1, len(sound) - 1).bit_length()  # a power of two is fast
    spectrum = np.fft.rfft(sound, size)
    hz = np.arange(len(spectrum)) * RATE / size
    edge = 1 / (1 + (300 / np.maximum(hz, 1)) ** 12) / (1 + (hz / 3400) ** 24)
    return np.fft.irfft(spectrum * np.sqrt(edge), size)[: len(sound)]


def seconds(length: float) -> Sound:
    return np.zeros(round(length * RATE))


# Speech.


def a_voice(dice: random.Random) -> str:
    return dice.choice(LANGUAGES) + dice.choice(VARIANTS)


class Talker:
    """Somebody of one voice who goes on talking; `take` gives the next stretch."""

    def __init__(self, dice: random.Random, voice: str | None = None) -> None:
        self.voice = voice or a_voice(dice)
        self._seed = dice.randrange(1 << 30)
        self._left: Sound = np.zeros(0)

    def take(self, length: float) -> Sound:
        wanted = round(length * RATE)
        while len(self._left) < wanted:
            more = samples_of(dtmf_sounds.spoken(self.voice, self._seed))
            self._left = np.concatenate([self._left, more])
            self._seed += 1
        taken, self._left = self._left[:wanted], self._left[wanted:]
        return taken


def prompts() -> list[Pcm]:
    """The recorded people there are: the prompts that ship, and the simulator's caller."""
    paths = [
        *sorted((TREE / "ivr_scripts/prompts").rglob("*.wav")),
        *sorted((TREE / "hw-sim").rglob("*.wav")),
    ]
    return [read_wav(path).channels[0] for path in paths]


# Music.


class Instrument:
    """How a note sounds: overtones, attack, how it dies away, and a tremolo."""

    def __init__(self, dice: random.Random) -> None:
        richness = dice.choice((0.08, 0.2, 0.4, 0.6, 0.8))  # a flute, an organ … a reed
        self._gains = [richness**k * dice.uniform(0.6, 1.4) for k in range(8)]
        self._decay = dice.choice((0.0, 0.5, 2.0, 5.0))
        self._attack = dice.uniform(0.003, 0.04)
        self._tremolo = (dice.uniform(4, 7), dice.choice((0.0, 0.0, 0.2)))

    def note(self, hz: float, length: float) -> Sound:
        at = np.arange(round(length * RATE)) / RATE
        sound = sum(
            (
                gain * np.sin(2 * np.pi * hz * (k + 1) * at)
                for k, gain in enumerate(self._gains)
                if hz * (k + 1) < 3600
            ),
            np.zeros(len(at)),
        )
        envelope = np.minimum(1, at / self._attack) * np.minimum(1, (length - at) / 0.02)
        beat, depth = self._tremolo
        return sound * envelope * np.exp(-self._decay * at) * (1 + depth * np.sin(2 * np.pi * beat * at))


SCALE = (0, 2, 4, 5, 7, 9, 11)


def _pitch(key: float, step: int) -> float:
    octave, place = divmod(step, 7)
    return key * 2 ** (octave + SCALE[place] / 12)


def _put(out: Sound, sound: Sound, at: float) -> None:
    begin = round(at * RATE)
    end = min(len(out), begin + len(sound))
    if begin < end:
        out[begin:end] += sound[: end - begin]


def melody(dice: random.Random, length: float) -> Sound:
    """Notes of a scale in time, now and then the same again."""
    out, at = seconds(length), 0.0
    instrument, key = Instrument(dice), dice.uniform(160, 330)
    beat, touch = 60 / dice.uniform(60, 180), dice.uniform(0.45, 1.0)
    step = dice.randrange(10)
    while at < length:
        if dice.random() > 0.25:
            step = max(-2, min(13, step + dice.choice((-3, -2, -1, 1, 2, 3))))
        lasts = beat * dice.choice((0.5, 1, 1, 1, 2))
        _put(out, instrument.note(_pitch(key, step), lasts * touch), at)
        at += lasts
    return out


def organ(dice: random.Random, length: float) -> Sound:
    """Chords that are held for seconds."""
    out, at = seconds(length), 0.0
    instrument, key = Instrument(dice), dice.uniform(110, 260)
    while at < length:
        root, lasts = dice.randrange(7), dice.uniform(1.5, 12)
        for place in dice.choice(((0, 4), (0, 2, 4), (0, 2, 4, 7), (0, 3, 7))):
            _put(out, instrument.note(_pitch(key, root + place), lasts), at)
        at += lasts
    return out


def arpeggio(dice: random.Random, length: float) -> Sound:
    """A broken chord over and over: each of its notes comes back like a cadence."""
    out, at = seconds(length), 0.0
    instrument, key = Instrument(dice), dice.uniform(130, 330)
    step, touch = 60 / dice.uniform(90, 200) / 2, dice.uniform(0.5, 1.2)
    while at < length:
        root, figure = (
            dice.randrange(7),
            dice.choice(((0, 2, 4, 2), (0, 4, 2, 4), (0, 2, 4, 7, 4, 2), (0, 7))),
        )
        for place in figure * dice.choice((2, 4, 8)):
            _put(out, instrument.note(_pitch(key, root + place), step * touch), at)
            at += step
    return out


def beats(dice: random.Random, length: float) -> Sound:
    """Drums in strict time, with a chord struck on or off the beat."""
    out = seconds(length)
    instrument, key = Instrument(dice), dice.uniform(130, 330)
    noise = np.random.default_rng(dice.randrange(1 << 30))
    beat = 60 / dice.uniform(80, 150)
    touch, off_beat = dice.uniform(0.2, 0.6), dice.choice((0.0, 0.5))
    root = 0
    for number in range(int(length / beat) + 1):
        at = number * beat
        hit = np.arange(round(0.12 * RATE)) / RATE
        _put(out, 1.5 * np.sin(2 * np.pi * (55 * hit - 4 * np.exp(-30 * hit))) * np.exp(-20 * hit), at)
        if number % 2:
            _put(out, noise.standard_normal(len(hit)) * 0.6 * np.exp(-30 * hit), at)
        if number % 8 == 0:
            root = dice.choice((0, 3, 4, 5))
        for place in (0, 2, 4):
            _put(out, 0.5 * instrument.note(_pitch(key, root + place), beat * touch), at + off_beat * beat)
    return out


def hold_music(dice: random.Random, length: float) -> Sound:
    """All of it together."""
    return arpeggio(dice, length) + 0.5 * organ(dice, length) + dice.choice((0.0, 0.7)) * beats(dice, length)


def patience(dice: random.Random, out: Sound, talker: Talker) -> None:
    """Somebody asks for it now and then, in the music."""
    at, level = dice.uniform(3, 10), np.sqrt(np.mean(out**2)) + 1e-9
    while at < len(out) / RATE:
        words = talker.take(dice.uniform(2, 6))
        begin, end = round(at * RATE), round(at * RATE) + len(words)
        out[begin:end] *= 0.3
        _put(out, words * (level / (np.std(words) + 1e-9)), at)
        at += dice.uniform(12, 30)


MUSIC: dict[str, Callable[[random.Random, float], Sound]] = {
    "melody": melody,
    "organ": organ,
    "arpeggio": arpeggio,
    "beats": beats,
    "hold music": hold_music,
}


def music(dice: random.Random, length: float, kinds: Sequence[str] = tuple(MUSIC)) -> tuple[str, Sound]:
    """Some music through a telephone, and of which kind it is."""
    kind = dice.choice(kinds)
    return kind, telephone_band(MUSIC[kind](dice, length))
