"""Calls through the driver of voice modems, whose stand-in is at the simulated exchange, in real time."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)

from modem_bench import FAST, Bench, bench

from ctidrv.events import (
    Alarm,
    CallerIdSeen,
    Dialled,
    DigitDown,
    Released,
    RemoteGone,
    RingOn,
    Seized,
    ToneOn,
)
from ctidrv.native import lib
from ctidrv.ports.conformance.judge import beep
from ctidrv.units import ms, seconds


async def _answered(bench: Bench, number: str = "5551234", name: str | None = "ANN LEE") -> None:
    """Somebody calls, and we take the call."""
    since = len(bench.seen)
    await bench.far(bench.modem.call, number, name)
    await bench.until(RingOn, since=since)
    bench.channel.seize()
    bench.channel.listen(lib.CTI_EAR_ALL)
    await bench.until(Seized, since=since)
    await bench.far(bench.modem.answered)


async def _hung_up(bench: Bench) -> None:
    since = len(bench.seen)
    bench.channel.release()
    await bench.until(Released, since=since)


def test_a_key_pressed_in_a_prompt_of_a_half_duplex_modem_stops_it_and_counts_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with bench(tmp_path, persona="usr5637", settings={"duplex": "half"}) as at:
            await _answered(at)
            prompt = at.channel.play(beep(8.0), stop_on="0123456789")
            await at.clock.sleep(seconds(1.0))
            await at.far(at.modem.press, "5")
            end = await prompt.done()
            assert end.reason == "digit"
            await at.clock.sleep(seconds(1.0))
            await at.far(at.modem.press, "7")
            await at.clock.sleep(seconds(0.5))
            assert [(each.digit, each.source) for each in at.of(DigitDown)] == [
                ("5", "hardware"),
                ("7", "dtmf"),
            ]
            await _hung_up(at)

    asyncio.run(scene())


def test_a_call_out_is_dialled_in_the_audio_and_followed_by_ear(tmp_path: Path) -> None:
    async def scene() -> None:
        async with bench(tmp_path, persona="generic") as at:
            number = at.modem.line.board.phones[0].number
            at.channel.seize()
            await at.until(Seized)
            at.channel.listen(lib.CTI_EAR_ALL & ~lib.CTI_EAR_DTMF)
            await at.channel.dial(f"W{number}")
            at.channel.listen(lib.CTI_EAR_ALL)
            await at.until(ToneOn, such=lambda tone: tone.tone == "ringback")
            await at.far(lambda: at.modem.time.wait(at.modem.obey("answer"), 30))
            since = len(at.seen)
            await at.far(at.modem.speak, beep(0.3) + beep(0.3, 600.0))
            await at.far(at.modem.press, "3")
            await at.until(DigitDown, since=since)
            # a hook flash of the modem's, and the sound is there again
            at.channel.flash(ms(100))
            assert (await at.until(Dialled)).done
            await _hung_up(at)

    asyncio.run(scene())


def test_a_break_of_the_loop_is_known_from_the_modem(tmp_path: Path) -> None:
    board = {**FAST, "clearing": ["loop-break", "dial-tone"]}

    async def scene() -> None:
        async with bench(tmp_path, persona="cx930xx", board=board) as at:
            await _answered(at)
            await at.clock.sleep(seconds(0.3))
            await at.far(at.modem.hang_up)
            gone = await at.until(RemoteGone)
            assert (gone.cause, gone.confidence) == ("remote-loop-break", 0.9)
            await _hung_up(at)

    asyncio.run(scene())


@pytest.mark.parametrize("by_id", [True, False], ids=["by-id", "by-search"])
def test_a_modem_that_vanishes_in_a_call_and_has_another_name_is_back(tmp_path: Path, by_id: bool) -> None:
    async def scene() -> None:
        async with bench(tmp_path, persona="cx930xx", by_id=by_id) as at:
            await _answered(at)
            since = len(at.seen)
            await at.far(at.modem.vanish, 1.0)
            await at.until(Alarm, since=since, such=lambda alarm: alarm.raised)
            assert at.board.trouble is not None
            await at.far(at.modem.until, "modem", "is ready", since=len(at.modem.told))
            await at.until(Alarm, within=10, since=since, such=lambda alarm: not alarm.raised)
            assert at.board.trouble is None
            await at.far(at.modem.hang_up)
            if by_id:
                return
            await at.clock.sleep(seconds(2.5))
            await _answered(at, "5559999", None)
            assert at.of(CallerIdSeen)[-1].number == "5559999"
            await _hung_up(at)

    asyncio.run(scene())
