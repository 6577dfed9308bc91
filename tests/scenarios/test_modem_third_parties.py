"""Programs of others, unmodified, on the modem stand-in in real time: Home Assistant's, callattendant."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find_over_line
from ctidrv.units import seconds

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)

from hwsim.devices.v253.formats import CODINGS
from hwsim.devices.v253.personas import PERSONAS
from hwsim.devices.v253.stand_in import ModemStandIn

sys.path.insert(0, str(Path(__file__).parents[1] / "long"))
import callattendant_calls

VOICE = read_wav(callattendant_calls.VOICES / "ann-lee.wav").channels[0]


async def until(modem: ModemStandIn, who: str, what: str, since: int = 0) -> None:
    await asyncio.to_thread(modem.until, who, what, since=since)


async def a_call_is_rejected(folder: Path, persona: str) -> list[str]:
    """phone_modem sets the modem up, reports the caller, and hangs up on him; the states that it told."""
    from phone_modem import PhoneModem

    states: list[str] = []
    with ModemStandIn(folder / f"tty-{persona}", persona=persona) as modem:
        reader = PhoneModem(str(modem.link), incomingcallback=states.append, retry=False)
        await reader.initialize(str(modem.link))
        assert reader.vsm_method == (128 if persona == "usr5637" else 1)
        await asyncio.to_thread(modem.call, "5551234", "ANN LEE")
        await until(modem, "modem", "reads")
        await asyncio.sleep(0.3)
        assert (reader.cid_number, reader.cid_name) == ("5551234", "ANN LEE")
        since = len(modem.told)
        await reader.reject_call()
        await until(modem, "modem", "lifts", since)
        await until(modem, "modem", "hangs up", since)
        await asyncio.to_thread(modem.hang_up)
        await reader.close()
    return states


async def a_sound_is_played(folder: Path) -> None:
    """phone_modem takes a call by playing a file: what the caller hears of it."""
    from phone_modem import PhoneModem

    file = folder / "greeting.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(CODINGS["unsigned"].encode(VOICE))
    with ModemStandIn(folder / "tty-plays", persona="usr5637") as modem:
        reader = PhoneModem(str(modem.link), retry=False)
        await reader.initialize(str(modem.link))
        await asyncio.to_thread(modem.call, "5551234", "ANN LEE")
        since = len(modem.told)
        await reader.send_audio(str(file))
        await until(modem, "modem", "hangs up", since)
        # It closes the port, which hangs up, while the end of the file waits in the modem.
        match = find_over_line(VOICE[: seconds(3)], modem.heard())
        assert match is not None
        assert match.gain_db == pytest.approx(-6, abs=1)
        await asyncio.to_thread(modem.hang_up)
        await reader.close()


def test_home_assistant_s_phone_modem_reads_callers_rejects_them_and_plays(tmp_path: Path) -> None:
    async def main() -> None:
        rejected = (a_call_is_rejected(tmp_path, persona) for persona in ("cx930xx", "usr5637"))
        *states, _ = await asyncio.gather(*rejected, a_sound_is_played(tmp_path))
        assert [[each for each in told if each != "idle"] for told in states] == [["ring", "callerid"]] * 2

    asyncio.run(main())


@pytest.mark.timeout(600)
def test_callattendant_greets_a_caller_and_keeps_his_message_with_both_personas(tmp_path: Path) -> None:
    """A piece of tests/long/callattendant_calls.py, with another seed."""
    assert set(callattendant_calls.PERSONAS) <= set(PERSONAS)
    try:
        callattendant_calls.install(tmp_path / "installed", "--retries", "0", "--timeout", "10")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("callattendant cannot be had from the package index")
    told = callattendant_calls.run(tmp_path / "installed", calls=1, seed=77, http=18_520)
    assert told["findings"] == []
    for call in told["calls"]:
        assert call["greeting_db"] == pytest.approx(-6, abs=1)
        assert call["message_db"] == pytest.approx(-6, abs=1)
        assert call["ended_by"] == "Busy Tone"
