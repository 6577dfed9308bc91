"""Speaks what simulated callers say into ``hwsim/voices/*.wav``, by the means of ivr_scripts/make_prompts.py.

python hw-sim/make_voices.py
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "ivr_scripts"))

from make_prompts import RATE, levelled, speak, trimmed  # noqa: E402 (found by the line above)

VOICES = {
    "ann-lee": (
        ["espeak-ng", "-v", "en-us+f3", "-s", "160", "-p", "60"],
        "Hello, this is Ann Lee. Please call me back about order one two three four. Thank you.",
    ),
    "goodbye": (["espeak-ng", "-v", "en-us+m3", "-s", "160"], "All right. Thank you, goodbye."),
    "not-in-service": (
        ["espeak-ng", "-v", "en-us+f2", "-s", "150"],
        "The number you have dialled is not in service. Please check the number, and dial again.",
    ),
    "offer": (
        ["espeak-ng", "-v", "en-us+m1", "-s", "180"],
        "This is an important message about your telephone bill. Press one now to hear of our offer, "
        "or press two to be called again at another time.",
    ),
}
SPEECH_DBM0 = -16.0


def main() -> None:
    for name, (program, text) in VOICES.items():
        samples = levelled(trimmed(speak(program, text)), SPEECH_DBM0)
        if sys.byteorder == "big":
            samples.byteswap()
        with wave.open(str(HERE / "hwsim" / "voices" / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
