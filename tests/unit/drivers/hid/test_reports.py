"""Reports to keys and lamps to reports."""

from __future__ import annotations

import pytest

from ctidrv.drivers.hid.reports import Change, Reports
from ctidrv.drivers.hid.usages import Key, Lamp
from ctidrv.errors import InputError
from hwsim.devices.hid_models import ION, KEYPAD, MODELS, MUTE_ONLY, PLANTRONICS, TURNS


def test_a_key_is_told_when_it_changes_and_not_again() -> None:
    reports = Reports(ION.descriptor)
    assert list(reports.read(b"\x02\x01")) == [Change(Key.HOOK, True)]
    assert list(reports.read(b"\x02\x01")) == []
    assert list(reports.read(b"\x02\x09")) == [Change(Key.MUTE, True, relative=True)]
    assert list(reports.read(b"\x02\x80")) == [
        Change(Key.HOOK, False),
        Change(Key.MUTE, False, relative=True),
        Change(Key.REJECT, True),
    ]


def test_digits_of_an_array_come_and_go_and_its_first_value_is_its_rest() -> None:
    reports = Reports(KEYPAD.descriptor)

    def holds(value: int) -> list[tuple[str, bool]]:
        return [(c.digit, c.on) for c in reports.read(bytes([2, value << 6 & 0xFF, value >> 2]))]

    assert holds(0) == []
    assert holds(12) == [("0", False)]
    assert holds(5) == [("5", True)]
    assert holds(11) == [("5", False), ("#", True)]
    assert holds(15) == [("#", False)]


def test_lamps_are_written_where_the_device_has_them() -> None:
    assert Reports(ION.descriptor).write({Lamp.OFF_HOOK, Lamp.MUTE}) == {2: b"\x02\x03"}
    assert Reports(PLANTRONICS.descriptor).write({Lamp.RING}) == {
        0x09: b"\x09\x00",
        0x17: b"\x17\x00",
        0x18: b"\x18\x01",
        0x20: b"\x20\x00",
    }
    assert Reports(KEYPAD.descriptor).write({Lamp.RING}) == {2: b"\x02\x24\x00"}, "its ringer too"
    assert Reports(TURNS.descriptor).write({Lamp.HOLD, Lamp.RING}) == {3: b"\x03\x02"}, "no hold lamp"
    assert Reports(MUTE_ONLY.descriptor).write({Lamp.MUTE}) == {0: b"\x00\x01"}, "0: no numbers"


def test_reports_of_another_number_or_too_short_change_nothing_and_are_counted() -> None:
    reports = Reports(ION.descriptor)
    for data in (b"", b"\x02", b"\x01\x01", b"\xff" * 64):
        assert list(reports.read(data)) == []
    assert reports.strange == 4
    assert list(reports.read(b"\x02\x01\x00\x00")) == [Change(Key.HOOK, True)], "some systems pad them"


@pytest.mark.parametrize("name", MODELS)
def test_any_report_of_any_length_is_read(name: str) -> None:
    reports = Reports(MODELS[name].descriptor)
    for number in range(256):
        for length in (0, 1, 2, 3, 40):
            list(reports.read(bytes([number]) + b"\xa5" * length))


def test_a_device_that_is_no_telephone_is_refused() -> None:
    with pytest.raises(InputError, match="neither a hook switch nor a mute key nor a lamp"):
        Reports(bytes.fromhex("050c 0901 a101 1500 2501 7501 09e9 09ea 9508 8102 c0"))
