"""ATD and ATA: what a modem does on the line, and what it says came of it (ITU-T V.250, 6.3; V.253)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctidrv.modem.wording import Result
from ctidrv.units import ms, seconds
from hwsim.devices.dialling import REFUSALS, dial_number
from hwsim.devices.v253.sounds import answer_tone

if TYPE_CHECKING:
    from hwsim.devices.v253.modem import VoiceModem


async def dial(modem: VoiceModem, text: str) -> Result:
    """Takes the line and dials; ``;`` at the end: without waiting for what comes of it."""
    gone_wrong = await dial_number(modem, text)
    if gone_wrong is not None:
        modem.release()
        return gone_wrong
    if text.endswith(";"):
        return Result.OK
    return await (_follow(modem) if modem.voice_class else _no_data(modem))


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
