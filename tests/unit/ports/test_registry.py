"""Finding drivers, opening boards, keeping names apart."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import InputError, PortError
from ctidrv.ports import registry
from ctidrv.ports.api import DriverContext

CONTEXT = DriverContext(SampleClock(), Path("data"), seed=1, live=False)


class FakeBoard:
    def __init__(self, name: str, settings: Any, context: DriverContext) -> None:
        if settings.get("broken"):
            raise KeyError("lines")
        if settings.get("absent"):
            raise PortError(f"{name}: /dev/ttyUSB7 is not there")
        self.name, self.settings, self.context = name, settings, context


not_a_driver = 7


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four drivers, of which one works."""
    import sys

    monkeypatch.setitem(sys.modules, "fake_driver_module", sys.modules[__name__])
    points = [
        EntryPoint("works", "fake_driver_module:FakeBoard", registry.GROUP),
        EntryPoint("gone", "no_such_module_at_all:open_board", registry.GROUP),
        EntryPoint("nameless", "fake_driver_module:nothing", registry.GROUP),
        EntryPoint("number", "fake_driver_module:not_a_driver", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])


@pytest.mark.usefixtures("installed")
class TestInstalled:
    def test_a_board_is_opened_by_its_drivers_name(self) -> None:
        board: Any = registry.open_board("works", "front", {"lines": 2}, CONTEXT)
        assert (board.name, board.settings, board.context) == ("front", {"lines": 2}, CONTEXT)

    def test_an_unknown_driver_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(InputError, match="no driver 'wroks'; known are gone, nameless, number, works"):
            registry.open_board("wroks", "front", {}, CONTEXT)

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            (
                "gone",
                r"driver gone \(no_such_module_at_all:open_board\) cannot be loaded: ModuleNotFoundError",
            ),
            ("nameless", "driver nameless .* cannot be loaded: AttributeError"),
            ("number", "driver number .* is no function"),
        ],
    )
    def test_a_driver_that_cannot_be_loaded_is_named_with_the_reason(self, name: str, said: str) -> None:
        with pytest.raises(PortError, match=said):
            registry.load_driver(name)

    def test_a_defect_of_a_driver_is_told_with_board_and_driver(self) -> None:
        with pytest.raises(PortError, match=r"board front \(driver works\): KeyError"):
            registry.open_board("works", "front", {"broken": True}, CONTEXT)

    def test_what_a_driver_itself_says_is_passed_on(self) -> None:
        with pytest.raises(PortError, match=r"^front: /dev/ttyUSB7 is not there$"):
            registry.open_board("works", "front", {"absent": True}, CONTEXT)


def test_the_simulators_driver_is_registered() -> None:
    assert registry.drivers()["sim"].value == "hwsim.board:open_board"


def test_a_name_has_one_holder_who_is_named_to_others() -> None:
    names = registry.Reservations()
    names.reserve("sim/1", "line 1")
    names.reserve("sim/1", "line 1")
    with pytest.raises(PortError, match="sim/1 is in use by line 1"):
        names.reserve("sim/1", "fax send")
    names.release("sim/1", "fax send")
    assert names.holder("sim/1") == "line 1"
    names.release("sim/1", "line 1")
    names.release("sim/1", "line 1")
    names.reserve("sim/1", "fax send")
    assert names.holder("sim/1") == "fax send"
