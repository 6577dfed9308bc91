"""Is it the refused page again (ctidrv/apps/fax/again.py)? Pages of the test set."""

from __future__ import annotations

import random

import pytest

from ctidrv.apps.fax.again import is_again
from ctidrv.apps.fax.page import PageRows
from tests.native import page_set

pytest.importorskip("PIL", reason="Pillow is not installed")


def page(name: str, damage: float = 0.0) -> PageRows:
    """With so many of its rows concealed, as in error they are: the row above stands for each."""
    rows, dice = page_set.packed(page_set.page(name)), random.Random(name)
    size = 216
    lines = [rows[at : at + size] for at in range(0, len(rows), size)]
    told = bytearray(len(lines))
    for at in range(1, len(lines)):
        if dice.random() < damage:
            lines[at], told[at] = lines[at - 1], 1
    return PageRows(b"".join(lines), 8 * size, 204, 196, bytes(told))


@pytest.mark.parametrize("name", ["text", "table", "chinese", "photograph"])
@pytest.mark.parametrize("damage", [0.16, 0.5, 0.9])
def test_a_page_with_damaged_rows_is_known_when_it_comes_again(name: str, damage: float) -> None:
    assert is_again(page(name, damage), page(name))
    assert is_again(page(name, damage), page(name, 0.1))


@pytest.mark.parametrize("refused", ["text", "table", "chinese", "photograph"])
@pytest.mark.parametrize("other", ["text", "table", "chinese", "photograph"])
def test_another_page_is_another(refused: str, other: str) -> None:
    assert is_again(page(refused, 0.3), page(other)) == (refused == other)


def test_of_a_page_of_which_nothing_is_left_nothing_can_be_told() -> None:
    broken = page("text")
    broken = PageRows(broken.rows, broken.width, 204, 196, b"\1" * broken.count)
    assert not is_again(broken, page("text"))
    blank = PageRows(bytes(216 * 500), 1728, 204, 196)
    assert not is_again(blank, blank)
