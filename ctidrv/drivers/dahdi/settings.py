"""The settings of a DAHDI board in station.toml. InputError names the board and the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ctidrv.drivers.dahdi.numbers import LAMPS, LAWS
from ctidrv.drivers.dahdi.scan import MOST_CHANNELS
from ctidrv.errors import InputError

MOST_PORTS = 64
ECHO = ("auto", "card", "own", "off")
LEAST_DB, MOST_DB = -24.0, 24.0
_RANGE = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """See docs/reference/dahdi.md."""

    nodes: Path = Path("/dev/dahdi")
    channels: tuple[int, ...] | None = None
    echo: str = "auto"
    law: str = "auto"
    lamp: str = "fsk"
    rx_db: float = 0.0
    tx_db: float = 0.0


def read(board: str, settings: Mapping[str, Any]) -> Wanted:
    """All keys are optional."""
    given = dict(settings)

    def fail(key: str, what: str) -> NoReturn:
        raise InputError(f"board {board}: {key}: {what}")

    def word(key: str, choices: tuple[str, ...], usual: str) -> str:
        chosen = given.pop(key, usual)
        if chosen not in choices:
            fail(key, f"{chosen!r} is none of {', '.join(choices)}")
        return str(chosen)

    def gain(key: str) -> float:
        db = given.pop(key, 0.0)
        if isinstance(db, bool) or not isinstance(db, int | float) or not LEAST_DB <= db <= MOST_DB:
            fail(key, f"{db!r} is not a number of dB from {LEAST_DB:g} to {MOST_DB:g}")
        return float(db)

    nodes = given.pop("nodes", "/dev/dahdi")
    if not isinstance(nodes, str) or not nodes:
        fail("nodes", "the folder of DAHDI's nodes, usually /dev/dahdi")
    try:
        channels = _channels(given.pop("channels", None))
    except ValueError as error:
        fail("channels", str(error))
    wanted = Wanted(
        Path(nodes),
        channels,
        word("echo", ECHO, "auto"),
        word("law", ("auto", *LAWS), "auto"),
        word("lamp", tuple(LAMPS), "fsk"),
        gain("rx_gain_db"),
        gain("tx_gain_db"),
    )
    if given:
        known = "nodes, channels, echo, law, lamp, rx_gain_db, tx_gain_db"
        fail(min(given), f"there is no such key; there are {known}")
    return wanted


def _channels(given: Any) -> tuple[int, ...] | None:
    if given is None:
        return None
    if isinstance(given, str):
        numbers = [number for part in given.split(",") for number in _part(part.strip())]
    elif isinstance(given, list) and all(
        isinstance(each, int) and not isinstance(each, bool) for each in given
    ):
        numbers = given
    else:
        raise ValueError(f'{given!r}: channels as "1-4,7", or a list of numbers')
    if not 0 < len(numbers) <= MOST_PORTS or len(set(numbers)) != len(numbers):
        raise ValueError(f"{given!r}: 1 to {MOST_PORTS} channels, each once")
    if not all(1 <= number <= MOST_CHANNELS for number in numbers):
        raise ValueError(f"{given!r}: channels have numbers from 1 to {MOST_CHANNELS}")
    return tuple(numbers)


def _part(part: str) -> range:
    match = _RANGE.fullmatch(part)
    if match is None:
        raise ValueError(f'{part!r}: a channel\'s number, or a range as "1-4"')
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first or last > MOST_CHANNELS:
        raise ValueError(f"{part!r}: a range goes up, to {MOST_CHANNELS} at most")
    return range(first, last + 1)
