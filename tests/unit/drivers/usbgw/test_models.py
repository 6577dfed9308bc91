"""The table of models, against the sources it was made from."""

from __future__ import annotations

import pytest

from ctidrv.drivers.usbgw.models import FLASH, LIFT, MODELS, PUT_DOWN, by_version
from ctidrv.drivers.usbgw.packets import DATA
from hwsim.devices.usbgw.cm109 import KEYS as KIP1000
from hwsim.devices.usbgw.yealink import BOX_CODES, KEY_CODES

WORDS = {"L": LIFT, "E": PUT_DOWN, "F": FLASH}


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (0x0100, "p1k"),
        (0x01FF, "p1k"),
        (0x0230, "p4k"),
        (0x02FF, "p4k"),
        (0x0520, "b2k"),
        (0x053F, "b2k"),
        (0x0540, "b3g"),
        (0x056F, "b3g"),
        (0x0570, "b2k"),
        (0x058F, "b2k"),
    ],
)
def test_a_version_means_the_model_that_the_kernel_takes_it_for(version: int, name: str) -> None:
    assert by_version(version) is MODELS[name]


@pytest.mark.parametrize("version", [0x0000, 0x00FF, 0x0200, 0x022F, 0x0300, 0x051F, 0x0590, 0xFFFF])
def test_another_version_is_no_model(version: int) -> None:
    assert by_version(version) is None


@pytest.mark.parametrize(
    ("name", "codes"),
    [*KEY_CODES.items(), ("b2k", BOX_CODES), ("b3g", BOX_CODES), ("kip1000", KIP1000)],
)
def test_keys_have_the_codes_that_the_stand_in_was_given_by_hand(name: str, codes: dict[str, int]) -> None:
    assert MODELS[name].keys == {code: WORDS.get(key, key) for key, code in codes.items()}


@pytest.mark.parametrize("name", MODELS)
def test_every_telephone_has_all_digits_and_a_way_to_be_lifted(name: str) -> None:
    model = MODELS[name]
    assert set("0123456789*#") <= set(model.keys.values())
    assert model.off_hook is not None or {LIFT, PUT_DOWN} <= set(model.keys.values())
    assert all(len(order.data) <= DATA[model.generation] for order in (*model.begin, *model.polls))


def test_the_notes_of_the_ring_are_those_of_the_kernels_driver() -> None:
    # drivers/input/misc/yealink.c, default_ringtone: 1,250 and 1,000 Hz, 120 ms each
    sound = b"".join(order.data for order in MODELS["p1k"].begin[1:])
    assert sound[:8].hex() == "fb1e000cfc18000c"
    assert sound[-2:] == b"\0\0"
    assert [order.offset for order in MODELS["p1k"].begin[1:]] == [0, 11, 22, 33]
