"""Calls through the driver of DAHDI's cards, whose simulated card is at the simulated exchange."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dahdi_bench import Bench

from ctidrv.events import (
    Alarm,
    BatteryChanged,
    CallerIdSeen,
    Dialled,
    DigitDown,
    Flash,
    HookChanged,
    PolarityChanged,
    Released,
    RemoteGone,
    RingOff,
    RingOn,
    Seized,
    ToneOn,
)
from ctidrv.native import lib
from ctidrv.native.dahdi_card import RED
from ctidrv.native.ear import DTMF, Ear
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.ports.conformance.judge import beep, longest
from ctidrv.ports.presentation import presentation_of
from ctidrv.ports.regions import load_region
from ctidrv.units import PortId, ms, seconds

SENT_DBM0 = -10.0
AT_THE_END = SENT_DBM0 - 6.0
"""Two lines' loss."""
FAST = {"caller_id_when": "before-ring"}


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(**settings: Any) -> Bench:
        made.append(Bench(**settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


async def _answered(at: Bench, number: str = "5551234", name: str | None = "ANN LEE") -> None:
    """Somebody calls, and we take the call once we know who."""
    since = len(at.seen["card/1"])
    at.channel(1).listen(lib.CTI_EAR_ALL)
    await at.people.call(number, name)
    await at.until(1, CallerIdSeen, since=since)
    at.channel(1).seize()
    await at.until(1, Seized, since=since)
    await at.people.answered()


async def _hung_up(at: Bench) -> None:
    since = len(at.seen["card/1"])
    at.channel(1).release()
    await at.until(1, Released, since=since)


def _keys(heard: Pcm) -> str:
    """Which digits sound in it."""
    port = PortId("ear/1")
    return "".join(each.digit for each in Ear((port,), DTMF).hear(heard) if isinstance(each, DigitDown))


@pytest.mark.parametrize(
    ("echo", "attached", "own_dbm0"),
    [("auto", True, -45), ("auto", False, -45), ("off", True, -20)],
    ids=["the-card-s", "ours", "none"],
)
def test_a_call_comes_with_its_number_sound_and_digits_both_ways(
    bench: Callable[..., Bench], echo: str, attached: bool, own_dbm0: float
) -> None:
    at = bench(given={"echo": echo}, echo_can=attached)

    async def scene() -> None:
        await _answered(at)
        (told,) = at.of(1, CallerIdSeen)
        assert (told.number, told.name, told.kind) == ("5551234", "ANN LEE", "call")
        assert at.of(1, RingOn)[0].at < at.of(1, RingOff)[0].at < told.at
        assert at.card.status(1).echo_can == (echo == "auto" and attached)
        caller = at.people.talks
        assert caller is not None
        # our prompt at his ear: its level, whole, and without a gap
        caller.collect()
        before = len(caller.heard)
        await at.channel(1).play(beep(1.5)).done()
        await at.clock.sleep(seconds(0.5))
        caller.collect()
        heard, gaps = longest(Pcm(caller.heard[before:]), AT_THE_END - 10)
        assert len(heard) == pytest.approx(seconds(1.5), abs=ms(20))
        assert gaps == 0
        assert level(heard[800:-800]) == pytest.approx(AT_THE_END, abs=1.0)
        # what comes back of it at ours
        noise = Pcm.from_bytes(random.Random(1).randbytes(2 * seconds(6)))
        at.channel(1).play(noise, gain_db=-10)
        await at.clock.sleep(seconds(4))
        returned = level(await at.heard_for(1, 1.5))
        assert returned < own_dbm0 if own_dbm0 < -40 else returned > own_dbm0 - 15
        await at.clock.sleep(seconds(1))
        # his voice at our end
        speaks = asyncio.ensure_future(caller.speak(beep(1.0)))
        came, gaps = longest(await at.heard_for(1, 1.6), AT_THE_END - 10)
        await speaks
        assert len(came) == pytest.approx(seconds(1.0), abs=ms(20))
        assert gaps == 0
        assert level(came[800:-800]) == pytest.approx(AT_THE_END, abs=1.0)
        # digits both ways, each once
        await caller.press("159#")
        await at.clock.sleep(seconds(0.4))
        assert "".join(each.digit for each in at.of(1, DigitDown)) == "159#"
        caller.collect()
        before = len(caller.heard)
        await at.channel(1).dial("204")
        await at.clock.sleep(seconds(0.4))
        caller.collect()
        assert _keys(Pcm(caller.heard[before:])) == "204"
        # he goes
        since = len(at.seen["card/1"])
        await caller.hang_up()
        await at.until(1, ToneOn, since=since, such=lambda tone: tone.tone in ("busy", "congestion"))
        await _hung_up(at)
        status = at.board.status(0)
        assert (status.rx_slips, status.tx_slips, status.events_lost) == (0, 0, 0)

    at.run(scene())


def test_the_far_end_hangs_up_and_the_loop_breaks(bench: Callable[..., Bench]) -> None:
    at = bench(exchange={**FAST, "clearing": ["loop-break", "dial-tone"]})

    async def scene() -> None:
        await _answered(at)
        await at.clock.sleep(seconds(1))
        await at.people.hang_up()
        gone = await at.until(1, RemoteGone)
        assert (gone.cause, gone.confidence) == ("remote-loop-break", 0.9)
        await _hung_up(at)
        assert not at.card.status(1).off_hook

    at.run(scene())


@pytest.mark.parametrize("how", ["dtmf", "pulse"])
def test_a_call_out_is_dialled_and_answered(bench: Callable[..., Bench], how: str) -> None:
    at = bench(exchange={"answer_reversal": True})
    phone = at.there.board.phones[0]

    async def scene() -> None:
        at.channel(1).seize()
        await at.until(1, Seized)
        at.channel(1).listen(lib.CTI_EAR_ALL & ~lib.CTI_EAR_DTMF)
        await at.channel(1).dial(f"W{phone.number}", how=how)
        at.channel(1).listen(lib.CTI_EAR_ALL)
        await at.until(1, ToneOn, such=lambda tone: tone.tone == "ringback")
        await phone.is_rung()
        await phone.lift()
        await at.until(1, PolarityChanged)
        await phone.press("3")
        await at.until(1, DigitDown, such=lambda digit: digit.digit == "3")
        await _hung_up(at)
        assert at.card.status(1).events_lost == 0

    at.run(scene())


def test_a_hook_flash_lasts_as_long_as_it_is_to(bench: Callable[..., Bench]) -> None:
    at = bench(exchange={**FAST, "flash": True})

    async def scene() -> None:
        await _answered(at)
        line = at.there.board.exchange.lines[0]
        at.channel(1).flash(ms(300))
        assert (await at.until(1, Dialled)).done
        await at.clock.sleep(seconds(1))
        assert line.flashes == 1
        await _hung_up(at)

    at.run(scene())


def test_a_telephone_rings_shows_who_calls_is_lifted_talks_dials_flashes_and_is_put_down(
    bench: Callable[..., Bench],
) -> None:
    at = bench()
    (operator,) = at.operators
    region = load_region("US")
    data = presentation_of(region).sound("5557890", "BOB", "03081030")  # type: ignore[union-attr]

    async def scene() -> None:
        at.channel(2).ring()
        await operator.is_rung()
        await at.clock.sleep(seconds(2))
        at.channel(2).stop_ring()
        await at.clock.sleep(seconds(0.5))
        assert not operator.ringing
        await at.channel(2).play(data).done()
        await at.clock.sleep(seconds(1))
        assert at.card.status(2).transfer
        assert [each.number for each in operator.shown] == ["5557890"]
        at.channel(2).ring()
        await at.clock.sleep(seconds(0.5))
        assert operator.ringing
        await operator.lift()
        await at.until(2, HookChanged, such=lambda hook: hook.off_hook)
        assert not operator.ringing
        at.channel(2).listen(lib.CTI_EAR_ALL)
        # sound both ways
        at.channel(2).play(beep(1.0))
        await at.clock.sleep(seconds(1.5))
        operator.collect()
        heard, gaps = longest(Pcm(operator.heard), -20)
        assert gaps == 0
        assert level(heard[800:-800]) == pytest.approx(SENT_DBM0 - 0.5, abs=1.0)
        speaks = asyncio.ensure_future(operator.speak(beep(1.0)))
        came, gaps = longest(await at.heard_for(2, 1.6), -20)
        await speaks
        assert gaps == 0
        assert level(came[800:-800]) == pytest.approx(SENT_DBM0 - 0.5, abs=1.0)
        # keys, dial, flash
        await operator.press("58")
        await operator.turn_dial("07")
        await operator.flash()
        await at.until(2, Flash)
        assert [(each.digit, each.source) for each in at.of(2, DigitDown)] == [
            ("5", "dtmf"),
            ("8", "dtmf"),
            ("0", "pulse"),
            ("7", "pulse"),
        ]
        await operator.hang_up()
        await at.until(2, HookChanged, such=lambda hook: not hook.off_hook)

    at.run(scene())


def test_a_span_that_goes_red_in_a_call_comes_back_on_hook(bench: Callable[..., Bench]) -> None:
    at = bench(exchange=FAST)

    async def scene() -> None:
        await _answered(at)
        since = len(at.seen["card/1"])
        at.card.alarm(RED)
        await at.until(1, Alarm, since=since, such=lambda alarm: alarm.raised)
        assert at.board.trouble is not None
        assert "red alarm" in at.board.trouble
        assert not at.card.status(1).off_hook
        at.card.alarm(0)
        await at.until(1, Alarm, since=since, such=lambda alarm: not alarm.raised)
        assert at.board.trouble is None
        await at.people.hang_up()
        at.channel(1).release()
        await at.clock.sleep(seconds(4))
        await _answered(at, "5559999", None)
        assert at.of(1, CallerIdSeen)[-1].number == "5559999"
        await _hung_up(at)

    at.run(scene())


def test_a_line_without_battery_is_dead_and_then_alive(bench: Callable[..., Bench]) -> None:
    at = bench()
    line = at.there.board.exchange.lines[0]

    async def scene() -> None:
        await at.clock.sleep(seconds(0.2))
        at.there.board.exchange.fault(line, "cut")
        await at.until(1, BatteryChanged, such=lambda battery: not battery.present)
        at.there.board.exchange.fault(line, None)
        await at.until(1, BatteryChanged, such=lambda battery: battery.present)
        assert not at.of(1, Alarm)

    at.run(scene())


def test_a_card_that_is_taken_out_in_a_call_is_found_again_with_every_line_on_hook(
    bench: Callable[..., Bench],
) -> None:
    at = bench(exchange=FAST)

    async def scene() -> None:
        await _answered(at)
        since = len(at.seen["card/1"])
        at.card.removed(True)
        await at.until(1, Alarm, since=since, such=lambda alarm: alarm.raised)
        await at.clock.sleep(seconds(3))
        assert at.board.trouble is not None
        await at.people.hang_up()
        at.card.removed(False)
        await at.until(1, Alarm, since=since, such=lambda alarm: not alarm.raised)
        assert at.board.trouble is None
        assert not at.card.status(1).off_hook
        await at.clock.sleep(seconds(1))
        await _answered(at, "5559999", None)
        assert at.of(1, CallerIdSeen)[-1].number == "5559999"
        await _hung_up(at)

    at.run(scene())


def test_a_card_whose_clock_is_200_ppm_off_slips_in_no_minute(bench: Callable[..., Bench]) -> None:
    at = bench(exchange=FAST)
    at.time.ppm = 200.0

    async def scene() -> None:
        await _answered(at)
        await at.clock.sleep(seconds(90))
        status = at.board.status(0)
        assert (status.rx_slips, status.tx_slips) == (0, 0)
        assert status.rx_latency < 800
        await _hung_up(at)

    at.run(scene())
