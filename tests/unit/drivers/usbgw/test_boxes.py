"""Boxes with a telephone and the exchange's line: hook, bell, digits, the relay and its vices."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ctidrv.drivers.usbgw.session import ON_THE_LINE, Wanted
from ctidrv.events import Alarm, DigitDown, DigitUp, Flash, HookChanged, RingOff, RingOn
from ctidrv.ports.api import Able, Kind
from ctidrv.units import seconds
from hwsim.far_ends import Scene

BOXES = ["b2k", "b3g"]
EARLY = {"settings": {"caller_id": False}}


def with_people(at: Any, *scenes: Coroutine[Any, Any, Any], limit_s: float = 60) -> None:
    """Time passes until all that they do is done."""
    scene = Scene()
    try:
        begun = [scene.begin(each) for each in scenes]
        end = at.now + limit_s
        while not all(each.done() for each in begun):
            assert at.now < end, f"not done within {limit_s} s; {at.told}"
            at.go(0.02)
            scene.turn()
        for each in begun:
            if (error := each.exception()) is not None:
                raise error
    finally:
        scene.close()


@pytest.mark.parametrize("model", BOXES)
def test_its_telephone_is_an_fxs_port_and_the_line_one_that_is_watched(
    bench: Callable[..., Any], model: str
) -> None:
    at = bench(model)
    first, second = at.board.ports
    assert (first.kind, first.able("dtmf_hw"), first.able("onhook_audio")) == (Kind.FXS, Able.YES, Able.NO)
    assert (second.kind, second.id) == (Kind.MONITOR, "box/2")
    assert not at.firmware.relay, "its telephone is ours"
    at.board.close()
    assert at.firmware.relay, "and the exchange's when the station ends"


@pytest.mark.parametrize("model", BOXES)
def test_it_rings_its_telephone_and_is_lifted_dialled_and_put_down(
    bench: Callable[..., Any], model: str
) -> None:
    at = bench(model)
    phone = at.device.telephone
    at.ring(True)
    at.go(0.3)
    assert phone.ringing
    with_people(at, phone.lift())
    at.go(0.3)
    assert [each.off_hook for each in at.of(HookChanged)] == [True]
    assert not at.firmware.bell
    assert at.firmware.lamp == b"\xff\0"
    with_people(at, phone.press("0123456789*#"))
    at.go(0.5)
    assert "".join(each.digit for each in at.of(DigitDown)) == "0123456789*#"
    assert len(at.of(DigitUp)) == 12
    with_people(at, phone.flash(4000))
    at.go(0.5)
    assert len(at.of(Flash)) == 1
    with_people(at, phone.hang_up())
    at.go(2.5)
    assert [each.off_hook for each in at.of(HookChanged)] == [True, False]
    assert at.firmware.lamp == b"\0\0"
    assert at.of(RingOn, 2) == []


@pytest.mark.parametrize("model", BOXES)
def test_a_call_of_the_exchange_gets_the_telephone_and_gives_it_back(
    bench: Callable[..., Any], model: str
) -> None:
    at = bench(model, **EARLY)
    sockets, phone = at.device.at_box, at.device.telephone
    caller = sockets.board.caller("5551234")
    number = sockets.board.exchange.lines[0].number

    async def talk() -> None:
        await caller.dial(number)
        await phone.is_rung()
        assert at.firmware.relay
        assert at.board.trouble == ON_THE_LINE
        await phone.lift()
        await caller.answered()
        await phone.press("5")
        await phone.silence(4000)
        await caller.hang_up()
        await phone.hang_up()

    with_people(at, talk())
    assert at.firmware.lamp[1] == 0xFF
    at.go(6)
    assert not at.firmware.relay
    assert at.board.trouble is None
    assert [each.raised for each in at.of(Alarm)] == [True, False]
    assert at.of(HookChanged) == at.of(DigitDown) == [], "that call was none of ours"
    assert len(at.of(RingOn, 2)) >= 1
    assert len(at.of(RingOff, 2)) == len(at.of(RingOn, 2))
    at.ring(True)
    assert at.firmware.bell, "it is ours again"


def test_a_call_of_the_exchange_that_nobody_takes_gives_the_telephone_back(bench: Callable[..., Any]) -> None:
    at = bench("b2k", **EARLY)
    sockets = at.device.at_box
    caller = sockets.board.caller("5551234")

    async def ring_twice() -> None:
        await caller.dial(sockets.board.exchange.lines[0].number)
        await caller.silence(seconds(8))
        assert len(at.of(RingOff, 2)) == 2
        assert at.firmware.relay
        await caller.hang_up()

    with_people(at, ring_twice())
    at.go(7)
    assert not at.firmware.relay


def test_a_line_to_be_ignored_is_told_and_gets_nothing(bench: Callable[..., Any]) -> None:
    at = bench("b2k", wanted=Wanted(line_gets_telephone=False), **EARLY)
    sockets = at.device.at_box
    caller = sockets.board.caller("5551234")
    with_people(at, caller.dial(sockets.board.exchange.lines[0].number))
    at.go(4)
    assert at.of(RingOn, 2)
    assert not at.firmware.relay
    assert at.board.trouble is None


def test_a_call_of_the_exchange_while_the_telephone_is_in_use_is_told_alone(
    bench: Callable[..., Any],
) -> None:
    at = bench("b2k", **EARLY)
    sockets, phone = at.device.at_box, at.device.telephone
    caller = sockets.board.caller("5551234")
    with_people(at, phone.lift(), caller.dial(sockets.board.exchange.lines[0].number))
    at.go(4)
    assert at.of(RingOn, 2)
    assert not at.firmware.relay
    assert at.of(Alarm) == []


def test_a_telephone_that_is_off_hook_at_the_beginning_is_told(bench: Callable[..., Any]) -> None:
    at = bench("b2k", opened=False)
    at.firmware.off_hook = True
    at.open()
    at.device.tick = lambda: None  # the firmware alone
    at.go(0.3)
    assert [each.off_hook for each in at.of(HookChanged)] == [True]


def test_a_relay_that_is_stuck_rings_nobody_and_stops_nothing(bench: Callable[..., Any]) -> None:
    at = bench("b2k", opened=False)
    at.device.vices.strike("relay-stuck", 100)
    at.open()
    at.ring(True)
    at.go(1)
    assert at.device.telephone.rings == 0
    assert at.board.trouble is None, "the box does not tell where its relay is"
    at.ring(False)


@pytest.mark.parametrize("vice", ["bad-checksum", "refuses", "loses", "late", "stalls"])
@pytest.mark.parametrize("model", BOXES)
def test_what_strikes_once_or_twice_is_made_good_by_asking_again(
    bench: Callable[..., Any], model: str, vice: str
) -> None:
    at = bench(model)
    at.go(0.5)
    at.device.vices.strike(vice, 2)
    with_people(at, at.device.telephone.lift())
    at.go(0.5)
    assert at.device.vices.struck == 2
    assert at.board.trouble is None
    assert [each.off_hook for each in at.of(HookChanged)] == [True]


@pytest.mark.parametrize("vice", ["bad-checksum", "refuses", "loses", "stalls"])
def test_what_goes_on_is_told_and_over_when_it_is_over(bench: Callable[..., Any], vice: str) -> None:
    at = bench("b2k")
    at.device.vices.often(vice, 1)
    at.go(1)
    assert at.board.trouble is not None
    assert [each.raised for each in at.of(Alarm)] == [True]
    at.device.vices.often(vice, 0)
    at.go(3)
    assert at.board.trouble is None
    assert [each.raised for each in at.of(Alarm)] == [True, False]


def test_an_order_that_was_refused_is_given_again(bench: Callable[..., Any]) -> None:
    at = bench("b2k")
    at.device.vices.strike("refuses")
    at.ring(True)
    at.go(0.3)
    assert at.firmware.refused == 1
    assert at.firmware.bell


@pytest.mark.parametrize("model", BOXES)
def test_with_one_transfer_in_twenty_gone_wrong_no_digit_is_lost_or_doubled(
    bench: Callable[..., Any], model: str
) -> None:
    at = bench(model, seed=3)
    phone = at.device.telephone
    with_people(at, phone.lift())
    for vice in ("bad-checksum", "refuses", "loses", "late", "stalls"):
        at.device.vices.often(vice, 100)
    number = "0123456789*#" * 8
    with_people(at, phone.press(number))
    at.go(1)
    assert at.device.vices.struck > 10
    assert "".join(each.digit for each in at.of(DigitDown)) == number
    assert at.of(Alarm) == []


@pytest.mark.parametrize("model", BOXES)
def test_one_that_is_unplugged_in_use_is_gone_and_comes_back_on_hook(
    bench: Callable[..., Any], model: str
) -> None:
    at = bench(model)
    phone = at.device.telephone
    with_people(at, phone.lift())
    at.go(0.3)
    at.device.unplug()
    at.go(0.3)
    assert at.board.trouble == "it was unplugged"
    assert at.device.device.opened == 0
    with_people(at, phone.hang_up())
    at.go(10)
    assert "no USB telephone is plugged in" in at.board.trouble
    at.device.plug()
    at.go(2.5)
    assert at.board.trouble is None
    assert [each.raised for each in at.of(Alarm)] == [True, False]
    with_people(at, phone.lift())
    at.go(0.3)
    assert [each.off_hook for each in at.of(HookChanged)] == [True, True]
    assert not at.firmware.relay


def test_it_comes_and_goes_a_hundred_times_and_nothing_stays_open(bench: Callable[..., Any]) -> None:
    at = bench("b2k")
    for turn in range(100):
        at.go(0.02 * (turn % 7))
        at.device.unplug()
        at.go(0.1)
        assert at.board.trouble is not None
        at.device.plug()
        at.go(2.2)
        assert at.board.trouble is None
    assert at.device.device.opened == 1
    assert at.device.sounds.streams == []
