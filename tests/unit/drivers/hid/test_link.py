"""The driver's side of a headset's keys and lamps on the stand-in, by hidapi's own calls, in virtual time."""

from __future__ import annotations

import time

import pytest

from ctidrv.drivers.hid.door import Hidapi
from ctidrv.drivers.hid.link import Link
from ctidrv.drivers.hid.panel import Do
from ctidrv.errors import InputError, PortError
from ctidrv.native import lib
from hwsim.devices.hid_headset import REVERTS_S, HidBus, HidHeadset
from hwsim.devices.hid_models import ION, KEYPAD, MODELS, MUTE_ONLY, PLANTRONICS, SPEAKERPHONE, TURNS, Model

RINGS, MUTED, HELD = lib.CTI_SHOW_RINGS, lib.CTI_SHOW_MUTED, lib.CTI_SHOW_HELD
TICK_S = 0.01
WITH_HOOK = [model for model in MODELS.values() if "hook" in model.keys]


class Desk:
    """A headset, its driver, and a board that obeys what its user presses."""

    def __init__(self, model: Model) -> None:
        self.now = 0.0
        self.headset = HidHeadset(model, lambda: self.now)
        self.bus = HidBus(self.headset)
        self.link = Link("headset", "auto", Hidapi(self.bus), lambda: self.now)
        self.link.belongs_to([model.name, model.name])
        self.done: list[Do] = []
        self.digits = ""
        self.muted = False
        self.plugged_in()

    def plugged_in(self) -> None:
        device = self.link.look()
        assert device is not None, self.link.trouble
        self.device = device
        self.runs(0.5)

    def runs(self, seconds: float = 0.5) -> list[Do]:
        """The time goes on; what was pressed in it."""
        before = len(self.done)
        for _ in range(round(seconds / TICK_S)):
            self.now += TICK_S
            self.link.step(self.device, 0)
            for do, digit in self.link.pressed():
                self.done.append(do)
                if do in (Do.ANSWER, Do.HANG_UP):
                    self.link.hook(do is Do.ANSWER)
                    self.muted = False
                elif do in (Do.MUTE, Do.UNMUTE):
                    self.muted = do is Do.MUTE
                elif do is Do.DIGIT:
                    self.digits += digit
        return self.done[before:]

    def shows(self, lamps: int) -> None:
        self.muted = self.link.lamps(lamps)

    def talks(self) -> None:
        self.shows(RINGS)
        self.runs()
        self.link.hook(True)
        self.shows(0)
        self.runs()

    def in_step(self) -> None:
        """Nobody waits for a word of the other, and they agree."""
        self.runs(REVERTS_S + 1)
        headset = self.headset
        assert headset.pressed == {}
        if "hook" in headset.model.keys:
            assert headset.off_hook == headset.lamps["off-hook"]
        assert headset.muted == headset.lamps["mute"] == self.muted


@pytest.fixture(params=WITH_HOOK, ids=lambda model: str(model.name))
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(request.param)


def test_it_rings_is_answered_and_put_down_by_its_hook_key(desk: Desk) -> None:
    desk.shows(RINGS)
    desk.runs()
    assert desk.headset.lamps["ring"]
    desk.headset.press("hook")
    assert desk.runs() == [Do.ANSWER]
    desk.shows(0)
    desk.in_step()
    assert desk.headset.lamps["off-hook"]
    assert not desk.headset.lamps["ring"]
    desk.headset.press("hook")
    assert desk.runs() == [Do.HANG_UP]
    desk.in_step()
    assert not any(desk.headset.lamps.values())


def test_answered_and_hung_up_by_order_its_lamps_follow_and_its_answers_press_nothing(desk: Desk) -> None:
    desk.talks()
    desk.in_step()
    assert desk.headset.off_hook or desk.headset.model is TURNS
    desk.link.hook(False)
    desk.in_step()
    assert desk.done == []
    assert not desk.headset.off_hook


def test_mute_is_kept_in_step_both_ways(desk: Desk) -> None:
    desk.talks()
    desk.headset.press("mute")
    assert desk.runs() == [Do.MUTE]
    desk.in_step()
    assert desk.headset.muted
    desk.shows(0)  # the desktop's key
    desk.in_step()
    assert not desk.headset.muted
    desk.shows(MUTED)
    desk.in_step()
    assert desk.headset.muted
    desk.headset.press("mute")
    assert desk.runs() == [Do.UNMUTE]
    desk.in_step()
    assert desk.done == [Do.MUTE, Do.UNMUTE]


def test_a_hook_that_is_pressed_for_nothing_goes_back_by_the_hosts_word(desk: Desk) -> None:
    desk.headset.press("hook")
    assert desk.runs(0.2) == []
    desk.in_step()
    assert not desk.headset.off_hook


@pytest.mark.parametrize("model", [ION, PLANTRONICS, KEYPAD], ids=lambda model: str(model.name))
def test_reject_silences_flash_is_told_and_hold_is_lit(model: Model) -> None:
    desk = Desk(model)
    desk.shows(RINGS)
    desk.runs()
    desk.headset.press("reject")
    assert desk.runs() == [Do.SILENCE]
    assert not desk.headset.lamps["ring"]
    desk.shows(0)
    desk.talks()
    desk.headset.press("flash")
    assert desk.runs() == [Do.FLASH]
    desk.shows(HELD)
    desk.runs()
    assert desk.headset.lamps == {"off-hook": True, "ring": False, "mute": False, "hold": True}


def test_its_second_key_hangs_up() -> None:
    desk = Desk(TURNS)
    desk.talks()
    desk.headset.press("drop")
    assert desk.runs() == [Do.HANG_UP]


def test_digits_are_keyed() -> None:
    desk = Desk(KEYPAD)
    desk.headset.dial("5")
    desk.talks()
    for digit in "0147*#":
        desk.headset.dial(digit)
        desk.runs(0.1)
    assert desk.digits == "0147*#"


def test_one_with_a_mute_key_alone_mutes() -> None:
    desk = Desk(MUTE_ONLY)
    desk.link.hook(True)
    desk.runs()
    for expected in (Do.MUTE, Do.UNMUTE):
        desk.headset.press("mute")
        assert desk.runs() == [expected]
        desk.in_step()


# Vices.


def test_a_device_that_does_not_act_by_its_lamps_and_says_nothing_is_not_in_the_way(desk: Desk) -> None:
    desk.headset.vices.deaf = True
    desk.talks()
    desk.shows(MUTED)
    desk.link.hook(False)
    assert desk.runs(5) == []


def test_unplugged_in_a_talk_the_talk_goes_on_and_its_lamps_are_lit_when_it_is_back(desk: Desk) -> None:
    desk.talks()
    desk.shows(MUTED)
    desk.runs()
    desk.headset.unplug()
    with pytest.raises(OSError, match="No such device"):
        desk.runs()
    assert desk.link.look() is None
    assert desk.link.trouble == "no HID telephone belongs to this headset; there are: none"
    desk.headset.plug()
    desk.plugged_in()
    assert desk.done == []
    assert desk.headset.lamps["off-hook"]
    assert desk.headset.lamps["mute"]
    desk.in_step()


def test_reports_of_a_time_before_press_nothing() -> None:
    desk = Desk(ION)
    desk.shows(RINGS)
    desk.headset.at_open = [b"\x02\x01", b"\x02\x80"]
    desk.device.close()
    desk.plugged_in()
    assert desk.runs() == []
    desk.headset.press("hook")
    assert desk.runs() == [Do.ANSWER]


@pytest.mark.parametrize("report", [b"", b"\x02", b"\x07\x01", b"\xff" * 64, b"\x02\x01" * 400])
def test_reports_of_a_wrong_length_or_number_change_nothing_lasting(report: bytes) -> None:
    desk = Desk(ION)
    desk.talks()
    desk.headset.send(report)
    desk.runs()
    assert set(desk.done) <= {Do.HANG_UP} if len(report) > 64 else desk.done == []


def test_short_reports_press_nothing() -> None:
    desk = Desk(ION)
    desk.headset.vices.short = True
    desk.talks()
    desk.headset.flood("mute", 20)
    assert desk.runs() == []


@pytest.mark.parametrize("key", ["hook", "mute"])
def test_a_flood_of_presses_is_taken_in_bounds_and_they_agree_when_it_is_over(desk: Desk, key: str) -> None:
    desk.talks()
    desk.headset.written.clear()
    for _ in range(100):
        desk.headset.flood(key, 20)
        desk.now += TICK_S
        desk.link.step(desk.device, 0)
        for do, _ in desk.link.pressed():
            if do in (Do.ANSWER, Do.HANG_UP):
                desk.link.hook(do is Do.ANSWER)
            if do in (Do.MUTE, Do.UNMUTE):
                desk.muted = do is Do.MUTE
    assert len(desk.headset.written) < 100
    desk.runs(5)
    desk.link.hook(False)
    desk.muted = False
    desk.in_step()


def test_a_lamp_that_is_not_taken_is_the_end_of_that_device_and_of_nothing_else(desk: Desk) -> None:
    desk.headset.vices.refuses = True
    desk.shows(RINGS)
    with pytest.raises(OSError, match="a lamp's report was not taken"):
        desk.runs()


def test_one_that_may_not_be_opened_is_said(desk: Desk) -> None:
    desk.bus.locked = True
    with pytest.raises(PortError, match=desk.headset.model.name):
        desk.link.look()


def test_a_descriptor_that_is_none_is_said_and_the_device_given_back() -> None:
    broken = Model("Broken", 1, 2, b"\xc0", {}, {}, {})
    bus = HidBus(HidHeadset(broken, lambda: 0.0))
    link = Link("headset", "auto", Hidapi(bus), lambda: 0.0)
    link.belongs_to(["Broken"])
    with pytest.raises(InputError, match="byte 0"):
        link.look()


def test_its_thread_serves_finds_it_again_and_ends_with_its_lamps_out() -> None:
    """The one test in real time: half a second."""
    headset = HidHeadset(SPEAKERPHONE, live=True)
    link = Link("headset", "auto", Hidapi(HidBus(headset)))
    link.start()
    link.start()
    link.rings(True)
    link.belongs_to(["Anker PowerConf: USB Audio (hw:1,0)"])
    until = time.monotonic() + 10
    while not headset.lamps["ring"] and time.monotonic() < until:
        time.sleep(0.01)
    assert headset.lamps["ring"]
    assert (link.device, link.trouble) == ("Anker PowerConf", None)
    link.stop()
    link.stop()
    assert not any(headset.lamps.values())
    assert link.device is None
