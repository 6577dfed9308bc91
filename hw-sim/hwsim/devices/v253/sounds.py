"""Sounds that a modem makes by itself: ``+VTS`` (ITU-T V.253), digits, the answer tone (ITU-T V.25)."""

from __future__ import annotations

import re

from ctidrv.modem.at_line import NoCommand
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone
from ctidrv.units import ms

TONE_DBM0 = -10.0
PAUSE_MS = 70
MOST_ITEMS = 32
_LONGEST = 500
"""Of one item, in 10 ms."""
_ITEM = re.compile(
    r"\[([0-9]{0,5}),([0-9]{0,5})(?:,([0-9]{1,5}))?\]|\{([0-9*#A-D])(?:,([0-9]{1,5}))?\}|([0-9*#A-D!])"
)
FLASH = "!"


def tone_list(text: str, usual: int) -> list[Pcm | str]:
    """``[f1,f2,d]``, ``{digit,d}``, a digit, by commas; d in 10 ms, `usual` where it is left out.
    ``!``: a hook flash. NoCommand."""
    made: list[Pcm | str] = []
    at = 0
    while at < len(text):
        match = _ITEM.match(text, at)
        if match is None or len(made) >= MOST_ITEMS:
            raise NoCommand(text)
        made.append(_sound(match, usual))
        at = match.end()
        if at < len(text):
            if text[at] != ",":
                raise NoCommand(text)
            at += 1
    if not made:
        raise NoCommand(text)
    return made


def _sound(match: re.Match[str], usual: int) -> Pcm | str:
    first, second, length, digit, digit_length, bare = match.groups()
    if bare == FLASH:
        return FLASH
    hundredths = int(length or digit_length or usual)
    if not 1 <= hundredths <= _LONGEST:
        raise NoCommand(match[0])
    if bare or digit:
        return dtmf(bare or digit, on_ms=10 * hundredths, off_ms=PAUSE_MS)
    hz = sorted({int(each) for each in (first, second) if each and int(each)})
    if any(not 200 <= each <= 3400 for each in hz):
        raise NoCommand(match[0])
    samples = ms(10 * hundredths)
    return render(tone([Part(hz, TONE_DBM0, 10 * hundredths)]), samples) if hz else Pcm.silence(samples)


def answer_tone() -> Pcm:
    """2100 Hz for 3 s, behind 2 s of silence."""
    return Pcm.silence(ms(2000)) + render(tone([Part((2100.0,), -12.0, 3000)]), ms(3000))
