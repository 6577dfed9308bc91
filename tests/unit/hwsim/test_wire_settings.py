"""The board's key `wire`: what it may say, what is wrong with what it says, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctidrv.errors import InputError
from hwsim.exchange_settings import read_settings
from hwsim.scenario.read import ScenarioErrors, parse_scenario
from hwsim.wire_settings import WireSettings


def read(value: Any) -> WireSettings:
    return read_settings(WireSettings, value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"cable": {"gauge": "27 SWG", "km": 1}}, "`27 SWG` is no gauge: the copper in mm, 0.2 to 1.5"),
        ({"cable": {"gauge": 4.0, "km": 1}}, "`4.0` is no gauge"),
        ({"cable": {"gauge": 0.4}}, "cable.km: Field required"),
        ({"cable": {"km": 21}}, "cable.km: Input should be less than or equal to 20"),
        ({"terminal": "mars"}, "`mars` is no impedance"),
        ({"terminal": [0, 100, 100]}, "is no impedance"),
        ({"terminal": "600", "return_loss": []}, "a list is no curve"),
        ({"return_loss": [[300, 12], [200, 14]]}, "frequencies go up"),
        ({"return_loss": [[300, -1]]}, "0 to 4000 Hz and 0 to 60 dB"),
        ({"return_loss": [["a", 1]]}, "[a, 1] is no point"),
        ({"return_loss": 10, "balance": "600"}, "`return_loss` follows from `balance`: give one of them"),
        ({"far_return_loss": 12}, "a far echo needs `delay_ms` of 20 or more"),
        ({"exchange_balance": "600", "delay_ms": 19}, "a far echo needs `delay_ms` of 20 or more"),
        ({"hum": {"hz": 400, "dbm0": -40}}, "hum.hz: Input should be less than or equal to 70"),
        ({"board_ppm": True}, "board_ppm: Input should be a valid number"),
        ({"wind": 3}, "wind: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(value: Any, words: str) -> None:
    with pytest.raises(InputError) as error:
        read(value)
    assert words in str(error.value)


def test_a_gauge_is_millimetres_or_american() -> None:
    in_mm = read({"cable": {"gauge": "0.405", "km": 3}}).cable
    american = read({"cable": {"gauge": "26 AWG", "km": 3}}).cable
    assert in_mm is not None
    assert american is not None
    assert american.gauge == pytest.approx(in_mm.gauge, abs=1e-3)


def test_a_line_that_matches_its_network_returns_nothing_and_a_cable_spoils_the_match() -> None:
    matched = read({"terminal": "eu", "exchange": "eu", "balance": "eu"})
    spoilt = read({"terminal": "eu", "exchange": "eu", "balance": "eu", "cable": {"km": 3}})
    assert {db for _, db in matched.own_return() or []} == {60.0}
    assert max(db for _, db in spoilt.own_return() or []) < 30
    assert read({}).own_return() is None


def test_only_the_telephones_lines_are_far_away() -> None:
    far = read({"delay_ms": 50, "far_return_loss": 12, "phone_ppm": 40, "board_ppm": -20})
    board, phone = far.native(telephone=False), far.native(telephone=True)
    assert (board.delay_ms, board.far_return.points, board.drift_ppm) == (0, 0, -20)
    assert (phone.delay_ms, phone.far_return.points, phone.drift_ppm) == (50, 1, 40)


def test_a_scenarios_fault_has_its_line() -> None:
    text = (
        'scenario: 1\nscript: hotline.ivr.yaml\nboard:\n  wire:\n    hum: {dbm0: 7}\ncaller: [dial: "8001"]\n'
    )
    with pytest.raises(ScenarioErrors) as error:
        parse_scenario(text, Path("x.scenario.yaml"))
    assert "x.scenario.yaml:5:" in str(error.value)
