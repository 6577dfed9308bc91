"""Dialling of a modem: what its host has written behind ATD, on the line (ITU-T V.250, 6.3.1)."""

from __future__ import annotations

from ctidrv.modem.wording import Result
from ctidrv.native.tones import dtmf
from ctidrv.units import seconds
from hwsim.devices.line_use import LineUse

DIAL_TONES = frozenset({"dial", "dial2", "stutter"})
REFUSALS = frozenset({"busy", "congestion"})
DIAL_TONE_WITHIN = seconds(7)
QUIET = seconds(5)
"""@: so much silence behind what was heard."""
_KNOWS_DIAL_TONE = (2, 4)
"""ATX."""
_DIGITS = {"T": "0123456789*#ABCD", "P": "0123456789"}


async def dial_number(modem: LineUse, text: str) -> Result | None:
    """Takes the line and dials; what has gone wrong, None: nothing yet."""
    was_off_hook = modem.line.off_hook
    modem.seize()
    number = text.rstrip(";")
    if not was_off_hook and not number.startswith("W"):
        if modem.settings.switches["X"] in _KNOWS_DIAL_TONE:
            number = f"W{number}"
        else:
            await modem.line.clock.sleep(seconds(modem.settings.registers[6]))
    way = "T"
    for sign in number:
        if sign in "TP":
            way = sign
        elif sign in _DIGITS["T"]:
            await _digit(modem, sign, way)
        elif (gone_wrong := await _modifier(modem, sign)) is not None:
            return gone_wrong
    return None


async def _digit(modem: LineUse, digit: str, way: str) -> None:
    if way == "P" and digit in _DIGITS["P"]:
        modem.line.pulses(digit)
        await modem.dialled()
    else:
        length = max(50, modem.settings.registers[11])
        await modem.say(dtmf(digit, on_ms=length, off_ms=length))


async def _modifier(modem: LineUse, sign: str) -> Result | None:
    clock = modem.line.clock
    if sign == ",":
        await clock.sleep(seconds(modem.settings.registers[8]))
    elif sign == "!":
        await modem.flash()
    elif sign == "W":
        until = clock.now() + DIAL_TONE_WITHIN
        while not modem.tones & DIAL_TONES:
            if modem.tones & REFUSALS:
                return Result.BUSY
            if clock.now() >= until:
                return Result.NO_DIALTONE
            await modem.passed()
    elif sign == "@":
        until = clock.now() + seconds(modem.settings.registers[7])
        while clock.now() < until:
            if modem.tones & REFUSALS:
                return Result.BUSY
            if modem.quiet >= QUIET:
                return None
            await modem.passed()
        return Result.NO_ANSWER
    return None
