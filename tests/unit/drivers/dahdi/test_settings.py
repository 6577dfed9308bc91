"""A DAHDI board's keys in station.toml: what they mean, and what is refused with its board and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctidrv.drivers.dahdi.settings import Wanted, read
from ctidrv.errors import InputError


def test_without_keys_it_is_every_channel_of_the_system() -> None:
    assert read("card", {}) == Wanted(Path("/dev/dahdi"), None, "auto", "auto", "fsk", 0.0, 0.0)


@pytest.mark.parametrize(
    ("given", "channels"),
    [("1-4", (1, 2, 3, 4)), ("7, 2-3", (7, 2, 3)), ([2, 1], (2, 1)), ("1023", (1023,))],
)
def test_channels_stand_in_their_order(given: Any, channels: tuple[int, ...]) -> None:
    assert read("card", {"channels": given}).channels == channels


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("channels", ""),
        ("channels", "4-1"),
        ("channels", "1,1"),
        ("channels", "0"),
        ("channels", "1024"),
        ("channels", "1-9999"),
        ("channels", [True]),
        ("channels", 3),
        ("channels", list(range(1, 66))),
        ("nodes", ""),
        ("nodes", 5),
        ("echo", "loud"),
        ("law", "pcm"),
        ("lamp", "blue"),
        ("rx_gain_db", 25),
        ("tx_gain_db", "6"),
        ("rx_gain_db", float("nan")),
        ("lines", 2),
    ],
)
def test_what_will_not_do_is_told_by_board_and_key(key: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"board card: {key}: "):
        read("card", {key: value})
