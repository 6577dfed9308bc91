"""Speaks prompts.toml into ``prompts/<language>/<id>.wav`` (8,000 Hz, 16-bit, mono).

Needs two programs on the PATH, used from outside and never linked: espeak-ng for the voice, SoX for
the sample rate. The same versions give the same bytes.

    python ivr_scripts/make_prompts.py [ID ...]
"""

from __future__ import annotations

import array
import math
import re
import subprocess
import sys
import tempfile
import tomllib
import wave
from pathlib import Path

HERE = Path(__file__).parent
RATE = 8000
RMS_0_DBM0 = 16140.0  # a full-scale sine is +3.14 dBm0
FRAME = RATE // 50
ACTIVE_BELOW_LOUDEST_DB = 30.0  # frames quieter than this are pauses, not speech
PEAK_LIMIT = 29000
LEAD, TRAIL, GAP = RATE * 40 // 1000, RATE * 80 // 1000, RATE * 250 // 1000


def speak(program: list[str], text: str) -> array.array[int]:
    """The text at 8,000 Hz, telephone band, as the program speaks it."""
    sounds = subprocess.run([*program, "-q", "-x", text], check=True, capture_output=True).stdout
    if (switch := re.search(rb"\(\w+\)", sounds)) is not None:
        raise SystemExit(f"make_prompts: {text!r} is partly read by voice {switch[0].decode()}")
    with tempfile.TemporaryDirectory() as folder:
        spoken, narrow = Path(folder, "spoken.wav"), Path(folder, "narrow.wav")
        subprocess.run([*program, "-w", str(spoken), text], check=True)
        band = ["gain", "-6", "rate", "-h", str(RATE), "sinc", "200-3500"]
        subprocess.run(["sox", "-D", "-R", str(spoken), "-b", "16", str(narrow), *band], check=True)
        with wave.open(str(narrow), "rb") as file:
            return array.array("h", file.readframes(file.getnframes()))


def frames(samples: array.array[int]) -> list[float]:
    """The rms of each 20 ms."""
    starts = range(0, max(1, len(samples) - FRAME + 1), FRAME)
    return [math.sqrt(sum(s * s for s in samples[at : at + FRAME]) / FRAME) for at in starts]


def trimmed(samples: array.array[int]) -> array.array[int]:
    """Without the silence before and after, with a short lead and trail."""
    levels = frames(samples)
    floor = max(levels) * 10 ** (-40 / 20)
    loud = [n for n, level in enumerate(levels) if level > floor]
    cut = samples[loud[0] * FRAME : (loud[-1] + 1) * FRAME]
    return array.array("h", bytes(2 * LEAD)) + cut + array.array("h", bytes(2 * TRAIL))


def levelled(samples: array.array[int], dbm0: float) -> array.array[int]:
    """With the active speech at that level; lower where the peaks would clip."""
    levels = frames(samples)
    floor = max(levels) * 10 ** (-ACTIVE_BELOW_LOUDEST_DB / 20)
    active = [level * level for level in levels if level > floor]
    gain = RMS_0_DBM0 * 10 ** (dbm0 / 20) / math.sqrt(sum(active) / len(active))
    gain = min(gain, PEAK_LIMIT / max(abs(s) for s in samples))
    return array.array("h", (round(s * gain) for s in samples))


def make(table: dict[str, object], language: str, text: str | list[list[str]]) -> array.array[int]:
    """One prompt: its parts spoken, trimmed, levelled and joined."""
    parts = [[language, text]] if isinstance(text, str) else text
    made = array.array("h")
    for spoken_in, words in parts:
        if made:
            made += array.array("h", bytes(2 * GAP))
        voice = table["voice"][spoken_in]["program"]  # type: ignore[index]
        made += levelled(trimmed(speak(voice, str(words))), table["level"]["speech_dbm0"])  # type: ignore[index]
    return made


def main(wanted: list[str]) -> int:
    table = tomllib.loads((HERE / "prompts.toml").read_text(encoding="utf-8"))
    for language, prompts in table["prompts"].items():
        for name, text in prompts.items():
            if wanted and name not in wanted:
                continue
            path = HERE / "prompts" / language / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            samples = make(table, language, text)
            if sys.byteorder == "big":
                samples.byteswap()
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(samples.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
