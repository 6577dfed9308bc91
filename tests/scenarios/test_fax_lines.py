"""A piece of the long run of fax calls over random lines (tests/long/fax_lines.py), with another seed."""

from __future__ import annotations

from ctypes.util import find_library
from dataclasses import replace

import pytest

from tests.long import fax_lines

SEED = 71_000
ROWS = 400
OWN = [
    *("ordinary-v17-ecm", "ordinary-v17", "ordinary-v29", "ordinary-v27ter-ecm", "cuts-300-v17-ecm"),
    *("noise-40-v17-ecm", "level-43-v17-ecm", "clock+200-v17-ecm", "clock-200-v27ter-ecm"),
    *("cuts-20-v17-ecm", "lost-3-v17-ecm"),
]
THEIRS = ["to-spandsp-v17-ecm", "from-spandsp-v17", "to-spandsp-v29-ecm", "from-spandsp-v27ter-ecm"]


def exact(name: str) -> None:
    told = fax_lines.call(fax_lines.CELLS[name], SEED + len(name), fax_lines.text_page(ROWS))
    assert not told["false_good"]
    assert told["complete"], told
    assert told["exact"], told


@pytest.mark.parametrize("name", OWN)
def test_a_call_of_our_own_ends_well_and_bit_exact(name: str) -> None:
    exact(name)


@pytest.mark.parametrize("name", THEIRS)
def test_a_call_with_spandsp_ends_well_and_bit_exact(name: str) -> None:
    if find_library("spandsp") is None:
        pytest.skip("libspandsp is not installed")
    exact(name)


def test_lost_packets_without_error_correction_are_never_told_as_a_clean_page() -> None:
    cell = replace(fax_lines.CELLS["lost-1-v17-ecm"], ecm=False)
    told = fax_lines.call(cell, SEED, fax_lines.text_page(ROWS))
    assert not told["false_good"]
    assert not told["exact"]
