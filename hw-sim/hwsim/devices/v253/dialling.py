"""ATD and ATA: what a modem does on the line, and what it says came of it (ITU-T V.250, 6.3; V.253)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctidrv.native.tones import dtmf
from ctidrv.units import ms, seconds
from hwsim.devices.v253.at_line import NoCommand
from hwsim.devices.v253.sounds import answer_tone
from hwsim.devices.v253.wording import Result

if TYPE_CHECKING:
    from hwsim.devices.v253.modem import VoiceModem

MOST = 64
DIAL_TONES = frozenset({"dial", "dial2", "stutter"})
REFUSALS = frozenset({"busy", "congestion"})
DIAL_TONE_WITHIN = seconds(7)
QUIET = seconds(5)
"""@: so much silence behind what was heard."""
_KNOWS_DIAL_TONE = (2, 4)
"""ATX."""
_MEANS_NOTHING = "-.()/"
_DIGITS = {"T": "0123456789*#ABCD", "P": "0123456789"}


def check_number(text: str) -> None:
    """NoCommand for what cannot be dialled."""
    if len(text) > MOST or not set(text) <= {*_DIGITS["T"], *_MEANS_NOTHING, *"TPW,!@;"}:
        raise NoCommand(text)


async def dial(modem: VoiceModem, text: str) -> Result:
    """Takes the line and dials; ``;`` at the end: without waiting for what comes of it."""
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
            modem.release()
            return gone_wrong
    if text.endswith(";"):
        return Result.OK
    return await (_follow(modem) if modem.voice_class else _no_data(modem))


async def _digit(modem: VoiceModem, digit: str, way: str) -> None:
    if way == "P" and digit in _DIGITS["P"]:
        modem.line.pulses(digit)
        await modem.dialled()
    else:
        length = max(50, modem.settings.registers[11])
        await modem.say(dtmf(digit, on_ms=length, off_ms=length))


async def _modifier(modem: VoiceModem, sign: str) -> Result | None:
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


async def _follow(modem: VoiceModem) -> Result:
    """In class 8: OK once ringback has gone away (+VRA) or never came (+VRN), or somebody speaks."""
    clock, settings = modem.line.clock, modem.settings
    begun = clock.now()
    gone_after, never_after = ms(100) * settings.number("+VRA"), seconds(settings.number("+VRN"))
    modem.voice = rang = False
    while clock.now() - begun < seconds(settings.registers[7]):
        if modem.tones & REFUSALS:
            modem.release()
            return Result.BUSY
        rang = rang or "ringback" in modem.tones
        gone = modem.ended.get("ringback") if rang and "ringback" not in modem.tones else None
        if modem.voice or (gone is not None and clock.now() - gone >= gone_after):
            return Result.OK
        if not rang and clock.now() - begun >= never_after:
            return Result.OK
        await modem.passed()
    modem.release()
    return Result.NO_ANSWER


async def _no_data(modem: VoiceModem) -> Result:
    """In class 0 it would talk with another modem. There is none in it: no carrier comes."""
    until = modem.line.clock.now() + seconds(modem.settings.registers[7])
    while modem.line.clock.now() < until:
        if modem.tones & REFUSALS:
            modem.release()
            return Result.BUSY
        await modem.passed()
    modem.release()
    return Result.NO_CARRIER


async def answer_data(modem: VoiceModem) -> Result:
    """ATA in class 0: the answer tone, and no carrier."""
    modem.seize()
    await modem.say(answer_tone())
    return await _no_data(modem)
