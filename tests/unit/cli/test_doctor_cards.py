"""doctor's look at DAHDI's channels, where a simulated card stands behind the nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv.cli import doctor_cards
from ctidrv.config import BoardConfig
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.dahdi.door import CardDoor

Examined = Callable[..., list[tuple[str, str, str | None]]]


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Examined]:
    """Of a card with an FXO port, channel 1, and an FXS port, channel 2; `before` is done to it first."""
    made: list[CardOnLines] = []
    nodes = tmp_path / "dev/dahdi"
    nodes.mkdir(parents=True)

    def examine(
        before: Callable[[CardOnLines], None] = lambda there: None,
        given: dict[str, Any] | None = None,
        control: bool = True,
        **card: Any,
    ) -> list[tuple[str, str, str | None]]:
        there = CardOnLines({}, fxo=1, fxs=1, **card)
        made.append(there)
        before(there)
        if control:
            (nodes / "ctl").write_text("")
        monkeypatch.setattr(doctor_cards, "SystemDoor", lambda _: CardDoor(there.card))
        board = BoardConfig("card", "dahdi", {"nodes": str(nodes), **(given or {})})
        found = list(doctor_cards.examine_cards(board, tmp_path))
        assert {each.check for each in found} <= {"board card: cards"}
        return [(each.state, each.found, each.advice) for each in found]

    yield examine
    for each in made:
        each.close()


def _without_battery(there: CardOnLines) -> None:
    there.board.exchange.fault(there.board.exchange.lines[0], "cut")
    for _ in range(60):
        there.tick()
        there.after()


def test_a_card_in_order_says_what_its_ports_face(examined: Examined) -> None:
    ((state, found, advice),) = examined()
    assert (state, advice) == ("ok", None)
    assert found == "1 FXO ports to the exchange, 1 FXS ports to telephones"


def test_channels_that_nobody_configured_come_with_their_lines_for_system_conf(examined: Examined) -> None:
    ((state, found, advice),) = examined(configured=False)
    assert (state, found) == ("finding", "channels 1, 2 are not configured")
    assert advice == "write fxsks=1; fxoks=2 into /etc/dahdi/system.conf and run sudo dahdi_cfg -vv"


def test_a_dead_line_is_a_finding_of_the_board_that_has_it(examined: Examined) -> None:
    ((state, found, advice),) = examined(_without_battery)
    assert (state, found) == ("finding", "channel 1 is without a line (red alarm)")
    assert advice == "see to the cable"
    ((state, _, _),) = examined(_without_battery, {"channels": "2"})
    assert state == "ok"


def test_a_board_whose_channels_are_not_there_names_those_that_are(examined: Examined) -> None:
    ((state, found, _),) = examined(given={"channels": "7-8"})
    assert state == "finding"
    assert found.endswith("there is 1, 2")


def test_nodes_that_cannot_be_looked_at_are_a_finding_and_doctor_goes_on(
    examined: Examined, tmp_path: Path
) -> None:
    ((state, found, advice),) = examined(given={"nodes": str(tmp_path / ("x" * 300))})
    assert (state, advice) == ("finding", "see to its folder")
    assert "File name too long" in found


def test_without_nodes_it_says_that_no_driver_is_there(examined: Examined) -> None:
    ((state, found, advice),) = examined(control=False)
    assert (state, advice) == ("finding", "no card is plugged in that DAHDI has a driver for")
    assert "ctl is not there" in found
