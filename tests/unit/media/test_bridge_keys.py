"""Whose key it was, on a bridge of two or three."""

from __future__ import annotations

from typing import Any

import pytest

from ctidrv.events import DigitDown, DigitUp
from ctidrv.media.bridge_keys import ECHO, LONGEST, BridgeKeys
from ctidrv.units import PortId, Samples, ms

LINE, SEAT, OTHER = "line", "seat", "other"
PORT = PortId("sim/1")


def down(keys: BridgeKeys, who: Any, digit: str, start: int) -> bool:
    return keys.is_echo(who, DigitDown(Samples(start + ms(30)), PORT, digit, Samples(start)))


def up(keys: BridgeKeys, who: Any, digit: str, at: int) -> bool:
    return keys.is_echo(who, DigitUp(Samples(at), PORT, digit, ms(80)))


def test_key_that_comes_back_on_another_party_is_an_echo_from_down_to_up() -> None:
    keys = BridgeKeys()
    assert not down(keys, SEAT, "5", 8000)
    assert down(keys, LINE, "5", 8000 + ms(30))
    assert not up(keys, SEAT, "5", 8000 + ms(100))
    assert up(keys, LINE, "5", 8000 + ms(130))
    assert down(keys, LINE, "5", 8000 + ms(100) + ECHO - 1)  # a second piece of it


@pytest.mark.parametrize(
    ("digit", "start"), [("6", 8000 + ms(30)), ("5", 8000), ("5", 7000), ("5", 8000 + ms(100) + ECHO)]
)
def test_another_key_an_earlier_one_and_a_later_one_are_his_own(digit: str, start: int) -> None:
    keys = BridgeKeys()
    down(keys, SEAT, "5", 8000)
    up(keys, SEAT, "5", 8000 + ms(100))
    assert not down(keys, LINE, digit, start)
    assert not up(keys, LINE, digit, start + ms(80))


def test_key_of_one_who_left_or_never_lets_go_is_nobodys_echo_for_ever() -> None:
    keys = BridgeKeys()
    down(keys, SEAT, "5", 8000)
    keys.forget(SEAT)  # type: ignore[arg-type]
    assert not down(keys, LINE, "5", 8100)
    down(keys, OTHER, "7", 9000)
    assert down(keys, LINE, "7", 9000 + LONGEST - 1)
    up(keys, LINE, "7", 9000 + LONGEST)
    assert not down(keys, LINE, "7", 9000 + LONGEST)


def test_own_key_again_is_no_echo_of_itself() -> None:
    keys = BridgeKeys()
    assert not down(keys, SEAT, "5", 8000)
    assert not up(keys, SEAT, "5", 8000 + ms(80))
    assert not down(keys, SEAT, "5", 8000 + ms(120))
