"""What a receiver must not take for digits: synthetic speech, recorded speech and music, by package."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ctidrv.native.pcm import Pcm

# No language or voice of the one list is in the other: thresholds were looked at on the first only.
TUNED_ON = (
    "en-us", "it+f2", "pt+m3", "pl+f1", "hi+m1", "tr+f3", "en-gb+m4", "de+f4", "fr+m2", "es+f5", "cmn+m5",
    "ru+f2", "nl+m7", "sv+f1", "ja+f3", "el+m6",
)  # fmt: skip
HELD_OUT = (
    "da+f1", "fi+m3", "hu+f4", "ro+m2", "cs+f2", "sk+m6", "uk+f5", "ko+m1", "vi+f3", "ar+m4", "id+f1",
    "nb+m5",
)  # fmt: skip
RECORDED = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
OTHER_SPEAKERS = {
    name: RECORDED.parent / name
    for name in ("es_MX_f_Allison", "fr_CA_f_June", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU")
}
MUSIC = Path("/usr/share/asterisk/moh")
SYLLABLES = [
    a + b for a in ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "") for b in "aeiou"
]
S16 = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", "8000", "-"]


def _words(dice: random.Random) -> str:
    """Numbers, which the voice speaks in its own language, and words of no language."""
    said = []
    for _ in range(120):
        number = dice.random() < 0.5
        said.append(
            str(dice.randrange(10_000)) if number else "".join(dice.choices(SYLLABLES, k=dice.randint(1, 4)))
        )
        if dice.random() < 0.15:
            said[-1] += dice.choice(".,?")
    return " ".join(said)


def spoken(voice: str, seed: int, gain_db: float = 0.0) -> Pcm:
    """About a minute of espeak-ng, 200…3400 Hz, peaks at -3 dB of full scale plus the gain."""
    dice = random.Random(f"{voice} {seed}")
    pitch, speed = dice.randint(20, 80), dice.randint(120, 220)
    said = subprocess.run(
        ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), "--stdout", _words(dice)],
        check=True,
        capture_output=True,
    )
    sox = ["sox", "-V1", "-R", "-t", "wav", "--ignore-length", "-", *S16, "gain", "-n", str(-3 + gain_db)]
    out = subprocess.run([*sox, "sinc", "200-3400"], input=said.stdout, check=True, capture_output=True)
    return Pcm.from_bytes(out.stdout)


def synthetic_speech(voices: tuple[str, ...], minutes: int, seed: int) -> Iterator[Pcm]:
    """So many pieces of about a minute, the voices by turns."""
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        return
    for index in range(minutes):
        yield spoken(voices[index % len(voices)], seed + index, -6.0 * (index % 3))


def recorded(folder: Path, most: int) -> Iterator[Pcm]:
    """The sound files below a folder, as 8,000 Hz telephone speech or music."""
    for path in sorted(folder.rglob("*.wav"))[:most]:
        out = subprocess.run(["sox", "-V1", "-R", str(path), *S16], check=True, capture_output=True)
        yield Pcm.from_bytes(out.stdout)


def active_level(pcm: Pcm) -> float:
    """The active speech level of ITU-T P.56, method B, in dBm0 (0 dBm0: rms 16,140)."""
    x = np.frombuffer(pcm.bytes, dtype="<i2").astype(float)
    g = np.exp(-1 / (8000 * 0.03))
    p = q = 0.0
    envelope = np.empty(len(x))
    for index, each in enumerate(np.abs(x).tolist()):
        p = g * p + (1 - g) * each
        q = g * q + (1 - g) * p
        envelope[index] = q
    square = float(np.sum(x * x))
    before: tuple[float, float] | None = None
    for bit in range(15):
        threshold = 2.0**bit
        above = envelope >= threshold
        # A hangover of 200 ms.
        last = np.maximum.accumulate(np.where(above, np.arange(len(x)), -(10**9)))
        active = int(np.sum(np.arange(len(x)) - last <= 1600))
        if active == 0:
            break
        level, limit = 10 * np.log10(square / active), 20 * np.log10(threshold)
        if before is not None and level - limit <= 15.9:
            d0, d1 = before[0] - before[1] - 15.9, level - limit - 15.9
            level = before[0] + (level - before[0]) * d0 / (d0 - d1)
            return float(level - 20 * np.log10(16140.0))
        before = (level, limit)
    return -100.0
