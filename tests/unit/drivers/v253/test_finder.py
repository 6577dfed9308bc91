"""A modem that is away: where it is looked for, how often, and why none was found."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ctidrv.drivers.v253 import finder as module
from ctidrv.drivers.v253.finder import RETRY_S, UNFIT_S, Finder
from ctidrv.errors import PortError


class Places:
    """Where it may be."""

    def __init__(self, *devices: str) -> None:
        self.devices = devices
        self.at: list[str] = []

    def candidates(self) -> Iterator[str]:
        yield from self.devices

    def seen(self, at: str) -> None:
        self.at.append(at)


def finder(*devices: str, opens: str = "") -> tuple[Finder, list[str], Places]:
    """Only `opens` can be opened; what was tried."""
    tried: list[str] = []
    search: Any = Places(*devices)

    def open_link(device: str) -> Any:
        tried.append(device)
        if device != opens:
            raise PortError(f"{device}: in use by minicom")
        return device.lower()

    return Finder("COM3", open_link, search), tried, search


def test_the_first_place_that_opens_is_where_it_is() -> None:
    found, tried, places = finder("COM3", "COM4", "COM5", opens="COM4")
    assert found.look(0.0) == ("COM4", "com4")
    assert tried == ["COM3", "COM4"]
    assert places.at == []
    found.found("COM4")
    assert places.at == ["COM4"]


def test_why_there_is_none_is_what_was_wrong_with_the_last_place_or_that_there_is_no_port() -> None:
    nowhere, _, _ = finder()
    assert nowhere.look(0.0) is None
    assert nowhere.why == "COM3: there is no such port: plug the modem in, or correct `device`"
    taken, _, _ = finder("COM3", "COM4")
    assert taken.look(0.0) is None
    assert taken.why == "COM4: in use by minicom"


def test_it_is_looked_for_at_once_then_behind_a_pause_and_longer_behind_one_that_will_not_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 100.0))
    found, _, _ = finder()
    assert found.due(0.0)
    found.look(10.0)
    assert not found.due(10.0 + RETRY_S / 2)
    assert found.due(10.0 + RETRY_S)
    for rest, pause in ((found.lost, RETRY_S), (found.leave_alone, UNFIT_S)):
        rest()
        assert not found.due(100.0 + 0.9 * pause)
        assert found.due(100.0 + pause)
