from __future__ import annotations

import pytest

from ctidrv.native import lib
from ctidrv.native.engine import lateness_ms


@pytest.mark.parametrize(("share", "ms"), [(0.5, 0.1), (0.9, 0.1), (0.95, 0.3), (0.999, 0.3)])
def test_a_share_of_the_ticks_began_within_so_much(share: float, ms: float) -> None:
    assert lateness_ms([90, 0, 10], share) == pytest.approx(ms)


def test_what_is_later_than_all_that_is_counted_is_not_known() -> None:
    bins = [99] + [0] * (lib.CTI_LATENESS_BINS - 2) + [1]
    assert lateness_ms(bins, 0.5) == pytest.approx(0.1)
    assert lateness_ms(bins, 0.999) is None


def test_no_ticks_were_not_late() -> None:
    assert lateness_ms([], 0.999) == 0.0
