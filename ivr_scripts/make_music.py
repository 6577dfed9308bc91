"""Plays the score below into ``music/calm.wav`` (8,000 Hz, 16-bit, mono): what callers hear who wait.

    python ivr_scripts/make_music.py [FOLDER]

Needs numpy. All is reckoned on a circle: a note that is still sounding at the end goes on at the beginning,
and the filter's ends meet, so the piece goes round without a seam. It has no noise and no chance in it.

A line's detectors listen to the music as to anything else, ours and those of the caller's PBX. So at any
time there are several strings, each of them a pair that beats, and never a partial that stands alone.
"""

from __future__ import annotations

import functools
import sys
import wave
from pathlib import Path

import numpy as np

RATE = 8000
RMS_0_DBM0 = 16140.0  # a full-scale sine is +3.14 dBm0
LEVEL_DBM0 = -20.0
BAND_HZ = (300.0, 3400.0)
EDGE_HZ = 60.0  # from nothing to all of the band
TUNING_HZ = 440.0
PAIR_CENTS = 7.0

BEAT_S = 1.0
BEATS = 4  # of a bar
BARS = ("G", "Em", "C", "D", "G", "Bm", "C", "D", "Em", "Bm", "Am", "D")
CHORDS = {  # MIDI notes: four strings of the harp, low to high
    "G": (67, 71, 74, 79),
    "Em": (64, 71, 76, 79),
    "C": (67, 72, 76, 79),
    "D": (66, 69, 74, 78),
    "Bm": (66, 71, 74, 78),
    "Am": (64, 69, 72, 76),
}
PICKED = (0, 2, 1, 3, 2, 1, 3, 1)  # the harp's string for each half beat of a bar
TUNE = (  # beat of the piece, MIDI note
    (0, 83), (2, 81), (3, 79), (4, 79), (6, 78), (7, 76), (8, 76), (10, 79), (12, 78), (14, 81),
    (16, 83), (18, 86), (19, 83), (20, 81), (22, 78), (24, 79), (26, 76), (28, 78), (30, 74),
    (32, 76), (34, 79), (36, 78), (38, 74), (40, 76), (42, 72), (44, 74), (46, 78), (47, 81),
)  # fmt: skip
LENGTH = round(len(BARS) * BEATS * BEAT_S * RATE)


def hz(note: float) -> float:
    return float(TUNING_HZ * 2 ** ((note - 69) / 12))


@functools.cache
def string(note: float, partials: int, slope: float, attack_s: float, decay_s: float) -> np.ndarray:
    """A plucked string: higher partials are weaker and die sooner, and it swells in without a click."""
    t = np.arange(round(min(8 * decay_s, 12.0) * RATE)) / RATE
    sound = np.zeros(len(t))
    for cents in (-PAIR_CENTS / 2, PAIR_CENTS / 2):
        for k in range(1, partials + 1):
            f = hz(note + cents / 100) * k
            if f < BAND_HZ[1]:
                sound += k**-slope * np.exp(-t * (0.6 + 0.4 * k) / decay_s) * np.sin(2 * np.pi * f * t + k)
    swell = np.minimum(t / attack_s, 1.0)
    return sound * (0.5 - 0.5 * np.cos(np.pi * swell))


@functools.cache
def pad(chord: tuple[int, ...]) -> np.ndarray:
    """A chord that comes and goes, a bar and a half long."""
    t = np.arange(round(2 * BEATS * BEAT_S * RATE)) / RATE
    sound = np.zeros(len(t))
    for place, note in enumerate(chord):
        for cents in (-PAIR_CENTS, 0.0, PAIR_CENTS):
            for k in (1, 2, 3):
                f = hz(note + cents / 100) * k
                sound += k**-1.2 * np.sin(2 * np.pi * f * t + place + k + cents)
    return sound * np.sin(np.pi * t / t[-1]) ** 2


def add(piece: np.ndarray, sound: np.ndarray, at_s: float, gain: float) -> None:
    """Round the circle."""
    piece += gain * np.roll(np.pad(sound, (0, len(piece) - len(sound))), round(at_s * RATE))


def play() -> np.ndarray:
    piece = np.zeros(LENGTH)
    for bar, name in enumerate(BARS):
        chord = CHORDS[name]
        begin = bar * BEATS * BEAT_S
        add(piece, pad(chord), begin - 0.5 * BEATS * BEAT_S, 0.10)
        for place, which in enumerate(PICKED):
            add(piece, string(chord[which], 6, 1.3, 0.006, 1.1), begin + place * BEAT_S / 2, 0.5)
    for beat, note in TUNE:
        add(piece, string(note, 4, 1.5, 0.012, 1.6), beat * BEAT_S, 0.55)
    return piece


def in_band(piece: np.ndarray) -> np.ndarray:
    """By the whole circle's spectrum, so that beginning and end fit together."""
    f = np.fft.rfftfreq(len(piece), 1 / RATE)
    low = np.clip((f - BAND_HZ[0]) / EDGE_HZ, 0, 1)
    high = np.clip((BAND_HZ[1] - f) / EDGE_HZ, 0, 1)
    shape = np.sin(np.pi / 2 * np.minimum(low, high)) ** 2
    return np.fft.irfft(np.fft.rfft(piece) * shape, len(piece))


def samples() -> np.ndarray:
    """The piece as 16-bit samples, at its level."""
    piece = in_band(play())
    piece *= RMS_0_DBM0 * 10 ** (LEVEL_DBM0 / 20) / np.sqrt(np.mean(piece**2))
    return np.round(piece).astype("<i2")


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / "calm.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples().tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "music"))
