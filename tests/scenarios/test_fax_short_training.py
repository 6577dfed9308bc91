"""A piece of the long run of V.17's short training (tests/long/fax_short_training.py), with another seed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.long import fax_short_training as run

SEED = 83_000


@pytest.mark.parametrize("bit_rate", run.RATES)
def test_short_training_is_enough_at_every_timing_of_ordinary_lines(bit_rate: int) -> None:
    told = run.play(bit_rate, 3, SEED)
    assert (told["exact"], told["pages"]) == (15, 15), told["not_exact"]


def test_pages_of_a_line_that_is_too_loud_for_the_rate_are_told_as_not_exact() -> None:
    """The measure itself."""
    line = replace(run.line_of(SEED), loss_db=16.0, noise_dbm0=-42.0)
    first, *pages = run.call(14_400, line, SEED)
    assert not first["exact"]
    assert not any(each["exact"] for each in pages)
