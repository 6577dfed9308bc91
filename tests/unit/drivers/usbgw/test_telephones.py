"""Telephones with keys: hook, digits, flash, bell and lamp, whoever made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ctidrv.drivers.usbgw.session import Wanted
from ctidrv.drivers.usbgw.talk import Levels
from ctidrv.events import Alarm, DigitDown, DigitUp, Flash, HookChanged
from ctidrv.native import lib
from ctidrv.native.engine import LINE, RX
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.ports.api import Able, Kind
from ctidrv.units import ms, seconds
from hwsim.devices.usbgw.backend import Backend
from hwsim.devices.usbgw.stand_in import GatewayStandIn

GREEN = ["p1k", "p1kh", "kip1000"]


def hooks(at: Any) -> list[bool]:
    return [each.off_hook for each in at.of(HookChanged)]


def digits(at: Any) -> str:
    return "".join(each.digit for each in at.of(DigitDown))


def beep(length: float, dbm0: float = -12.0) -> Pcm:
    return render(tone([Part((1004.0,), dbm0, 1000)], loop=True), seconds(length))


@pytest.mark.parametrize("model", GREEN)
def test_the_green_key_lifts_and_the_red_one_hangs_up(bench: Callable[..., Any], model: str) -> None:
    at = bench(model)
    assert [(port.kind, port.able("lift"), port.able("dtmf_hw")) for port in at.board.ports] == [
        (Kind.HANDSET, Able.NO, Able.YES)
    ]
    at.go(0.5)
    assert at.told == []
    at.press("L")
    assert hooks(at) == [True]
    at.press("E")
    assert hooks(at) == [True, False]


@pytest.mark.parametrize("model", GREEN)
def test_each_key_is_told_once_with_the_time_it_was_down(bench: Callable[..., Any], model: str) -> None:
    at = bench(model)
    at.press("7")
    assert digits(at) == "", "nobody has it off hook"
    at.press("L0123456789*#55", each_s=0.3)
    assert digits(at) == "0123456789*#55"
    assert [each.source for each in at.of(DigitDown)] == ["hardware"] * 14
    assert [each.digit for each in at.of(DigitUp)] == list("0123456789*#55")
    for each in at.of(DigitUp):
        assert each.length == pytest.approx(ms(300), abs=ms(110))


@pytest.mark.parametrize("model", GREEN)
def test_the_green_key_in_a_talk_is_a_flash(bench: Callable[..., Any], model: str) -> None:
    at = bench(model)
    at.press("LL")
    assert hooks(at) == [True]
    assert [each.length for each in at.of(Flash)] == [ms(100)]


@pytest.mark.parametrize("model", GREEN)
def test_a_burst_rings_it_until_it_is_over_or_the_telephone_is_lifted(
    bench: Callable[..., Any], model: str
) -> None:
    at = bench(model)
    at.ring(True)
    assert at.firmware.buzzer
    at.ring(False)
    assert not at.firmware.buzzer
    at.ring(True)
    at.press("L")
    assert not at.firmware.buzzer
    at.ring(True)
    assert not at.firmware.buzzer, "it is off hook"


@pytest.mark.parametrize("counts_to", [32, 256])
def test_keys_that_came_between_two_looks_are_all_told_in_their_order(
    bench: Callable[..., Any], counts_to: int
) -> None:
    at = bench("p1k", opened=False)
    at.firmware.counts_to = counts_to
    at.open()
    at.press("L")
    for _ in range(50):
        for key in "1234":
            at.device.press(key)
            at.device.release()
        at.go(0.2)
    assert digits(at) == "1234" * 50
    assert len(at.of(DigitUp)) == 200


def test_keys_of_before_the_station_are_nobodys(bench: Callable[..., Any]) -> None:
    at = bench("p1k", opened=False)
    for key in "L12":
        at.device.press(key)
    at.open().go(0.5)
    assert at.told == []


def test_a_device_that_counts_its_keys_anew_is_followed(bench: Callable[..., Any]) -> None:
    at = bench("p1k")
    at.press("L55")
    at.firmware._count = 0
    at.go(0.5)
    at.press("7")
    assert digits(at) == "557"


def test_a_matrix_with_two_keys_down_tells_one_of_them_and_goes_on(bench: Callable[..., Any]) -> None:
    at = bench("kip1000")
    at.press("L")
    at.device.press("1")
    at.device.press("9")
    at.go(0.2)
    at.device.release()
    at.go(0.2)
    at.press("5")
    assert len(digits(at)) in (2, 3)
    assert digits(at).endswith("5")
    assert len(at.of(DigitUp)) == len(at.of(DigitDown))


def test_a_p4k_has_a_hook_a_flash_key_and_rings_by_its_loudspeaker(bench: Callable[..., Any]) -> None:
    at = bench("p4k")
    at.ring(True)
    assert (at.firmware.speaker, at.device.sounds.rings) == (True, True)
    at.firmware.off_hook = True
    at.go(0.3)
    assert hooks(at) == [True]
    assert (at.firmware.speaker, at.device.sounds.rings) == (False, False)
    at.press("F5")
    assert len(at.of(Flash)) == 1
    assert digits(at) == "5"
    at.firmware.off_hook = False
    at.go(1.5)
    assert hooks(at) == [True, False]


def test_the_p1ks_lamp_shines_while_it_rings_or_is_off_hook(bench: Callable[..., Any]) -> None:
    at = bench("p1k")
    shines = []  # 1: off, 0: on
    for what in (lambda: at.go(0.1), lambda: at.ring(True), lambda: at.press("L"), lambda: at.press("E")):
        what()
        shines.append(at.firmware.lamp[0] == 0)
    assert shines == [False, True, True, False]


def test_sound_goes_both_ways_from_the_green_key_to_the_red_one(bench: Callable[..., Any]) -> None:
    at = bench("p1k")
    assert at.device.sounds.streams == []
    at.engine.record(0, LINE, RX, 1)
    at.press("L")
    at.go(0.5)
    at.engine.read(0, LINE, 1)
    said = beep(1.0)
    at.device.say(said)
    at.engine.play(0, 1, pcm=said.ptr, samples=len(said))
    before = len(at.device.heard)
    came = Pcm.silence(0)
    for _ in range(2):
        at.go(0.7)
        came += Pcm.from_bytes(at.engine.read(0, LINE, 1))
    heard = Pcm(at.device.heard[before:])
    for sound in (came, heard):
        loud = [index for index in range(0, len(sound), 80) if level(sound[index : index + 80]) > -20]
        assert 80 * len(loud) == pytest.approx(seconds(1.0), abs=160)
        assert loud == list(range(loud[0], loud[-1] + 1, 80)), "without a gap"
        assert level(sound[loud[3] : loud[-3]]) == pytest.approx(-12.0, abs=0.1)
    assert at.board.status().rx_slips == at.board.status().tx_slips == 0
    at.press("E")
    assert at.device.sounds.streams == []


def test_the_levels_of_station_toml_are_kept(bench: Callable[..., Any]) -> None:
    at = bench("p1k", wanted=Wanted(levels=Levels(-6, 0)))
    at.engine.record(0, LINE, RX, 1)
    at.press("L")
    at.device.say(beep(0.5))
    at.go(0.3)
    came = Pcm.from_bytes(at.engine.read(0, LINE, 1))
    assert level(came[-800:]) == pytest.approx(-18.0, abs=0.1)


def test_a_sound_card_that_goes_alone_is_told_and_taken_back(bench: Callable[..., Any]) -> None:
    at = bench("p1k")
    at.press("L")
    at.device.sounds.there = False
    at.device.sounds.streams.clear()
    at.go(0.1)
    assert at.board.trouble == "the sound device was unplugged"
    assert [each.raised for each in at.of(Alarm)] == [True]
    at.go(3)
    assert "no microphone is called" in at.board.trouble
    at.device.sounds.there = True
    at.go(3)
    assert at.board.trouble is None
    assert [each.raised for each in at.of(Alarm)] == [True, False]
    at.press("LE")
    assert hooks(at) == [True, True, False]


def test_a_command_that_is_not_for_it_changes_nothing(bench: Callable[..., Any]) -> None:
    at = bench("p1k")
    for what in (lib.CTI_LINE_HOOK, lib.CTI_LINE_FLASH, lib.CTI_LINE_BATTERY, lib.CTI_LINE_POLARITY):
        at.engine.line(0, what, 1)
    at.go(0.2)
    assert at.board.trouble is None
    assert at.told == []


def test_an_order_that_a_p1kh_refuses_is_given_again(bench: Callable[..., Any]) -> None:
    at = bench("p1kh")
    at.device.vices.strike("refuses", 2)
    at.ring(True)
    at.go(0.2)
    assert at.firmware.refused == 2
    assert at.firmware.buzzer
    at.ring(False)
    at.go(0.2)
    assert not at.firmware.buzzer


def test_a_p1kh_that_refuses_everything_is_told(bench: Callable[..., Any]) -> None:
    at = bench("p1kh")
    at.device.vices.often("refuses", 1)
    at.ring(True)
    at.go(2)
    assert at.board.trouble is not None
    at.device.vices.often("refuses", 0)
    at.go(3)
    assert at.board.trouble is None


@pytest.mark.parametrize("one_in", [3, 8])
def test_a_matrix_whose_reports_are_lost_now_and_then_tells_each_key_once(
    bench: Callable[..., Any], one_in: int
) -> None:
    at = bench("kip1000", seed=one_in)
    at.press("L")
    at.device.vices.often("loses", one_in)
    at.press("1234567890*#" * 4, each_s=0.4)
    assert at.device.vices.struck > 100
    assert digits(at) == "1234567890*#" * 4


def test_a_telephone_that_can_be_asked_is_taken_before_what_may_be_a_sound_stick(
    bench: Callable[..., Any],
) -> None:
    backend = Backend()
    stick = GatewayStandIn("kip1000", backend=backend)
    at = bench("p1k", backend=backend, ports=(3,))
    assert at.device.device.claimed
    assert not stick.device.claimed
