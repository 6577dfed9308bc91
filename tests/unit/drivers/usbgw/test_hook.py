"""The hook: a switch that is looked at every now and then, or two keys."""

from __future__ import annotations

import pytest

from ctidrv.drivers.usbgw.hook import LONGEST_FLASH_S, Hook, Told
from ctidrv.drivers.usbgw.models import FLASH, LIFT, PUT_DOWN


def looked(hook: Hook, *pieces: tuple[float, bool], every: float = 0.1) -> list[tuple[float, Told]]:
    """Each piece lasts so long, off hook or on."""
    told, now = [], 0.0
    for length, off in pieces:
        for _ in range(round(length / every)):
            what = hook.switch(off, now)
            if what is not None:
                told.append((round(now, 1), what))
            now += every
    return told


def test_a_switch_lifts_at_once_and_hangs_up_when_it_is_no_flash_any_more() -> None:
    assert looked(Hook(), (1, False), (2, True), (2, False)) == [(1.0, Told.LIFTED), (3.9, Told.PUT_DOWN)]


@pytest.mark.parametrize("length", [0.1, 0.3, 0.8])
def test_a_short_break_is_a_flash_of_its_length(length: float) -> None:
    hook = Hook()
    told = looked(hook, (1, True), (length, False), (1, True))
    assert [what for _, what in told] == [Told.LIFTED, Told.FLASHED]
    assert hook.flashed_s == pytest.approx(length, abs=0.05)


def test_a_break_that_nobody_looked_at_is_an_end_and_a_beginning() -> None:
    hook = Hook()
    told = [hook.switch(True, 0.0), hook.switch(False, 1.0), hook.switch(True, 3.0), hook.switch(True, 3.1)]
    assert told == [Told.LIFTED, None, Told.PUT_DOWN, Told.LIFTED]
    assert LONGEST_FLASH_S < 2


def test_the_green_key_lifts_then_flashes_and_the_red_one_hangs_up() -> None:
    hook = Hook()
    keys = [PUT_DOWN, FLASH, LIFT, LIFT, FLASH, PUT_DOWN, PUT_DOWN]
    told = [None, None, Told.LIFTED, Told.FLASHED, Told.FLASHED, Told.PUT_DOWN, None]
    assert [hook.key(key) for key in keys] == told
    assert not hook.off
