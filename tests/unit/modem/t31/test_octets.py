"""A piece of the long run of any octets from a host (tests/long/t31_octets.py), with another seed."""

from __future__ import annotations

import random

import pytest

from ctidrv.modem.at_line import Command
from tests.long import t31_octets as run

SEED = 57_000


def test_any_line_is_commands_or_refused_and_the_next_one_is_heard() -> None:
    assert run.play_lines(30_000, random.Random(SEED)) == []


def test_any_data_come_back_through_the_shield_however_they_are_cut() -> None:
    findings, chunks = run.play_chunks(60_000, random.Random(SEED))
    assert findings == []
    assert chunks >= 60_000


def test_what_must_not_become_of_a_line_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure itself."""
    monkeypatch.setattr(run, "parse", lambda text: [Command("e", "", "")])
    assert "is Command(name='e'" in run.play_lines(1, random.Random(SEED))[0]
    monkeypatch.setattr(run, "parse", lambda text: [Command("E", "", "never typed")])
    assert "a value that was not typed" in run.play_lines(1, random.Random(SEED))[0]
    monkeypatch.setattr(run, "parse", lambda text: [][1])
    assert "IndexError" in run.play_lines(1, random.Random(SEED))[0]
    monkeypatch.setattr(run, "shield", lambda data, pairs: data)
    assert any("does not come back" in each for each in run.play_chunks(500, random.Random(SEED))[0])
