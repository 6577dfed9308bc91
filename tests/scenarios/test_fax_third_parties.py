"""A piece of the long run of fax programs of others on our fax modem (tests/long/fax_class1.py), with another
seed: efax sends a page to our Class 1 host while another takes one from it."""

from __future__ import annotations

import sys

import pytest

from tests.long import fax_class1
from tests.long.fax_programs import EFAX, NO_EFAX

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals"),
    pytest.mark.skipif(EFAX is None, reason=NO_EFAX),
]


def test_efax_sends_a_page_to_our_host_and_takes_one_from_it_over_ordinary_lines() -> None:
    """Efax gives a call up where the computer holds it up for 50 ms: who fails calls again."""
    left, said = ["efax to ours", "ours to efax"], []
    for seed in (77, 78, 79):
        told = fax_class1.play(calls=1, lines=2, rows=160, seed=seed, ways=tuple(left))
        said += told["findings"]
        left = [way for way in left if not told["good"][way]]
        if not left:
            break
    assert left == [], said
