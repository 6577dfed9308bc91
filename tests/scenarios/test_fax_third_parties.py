"""A piece of the long run of fax programs of others on our fax modem, and of our host on a modem of others
(tests/long/fax_class1.py), with another seed: a page each way, over ordinary lines, both ways at once."""

from __future__ import annotations

import ctypes.util
import sys

import pytest

from tests.long import fax_class1
from tests.long.fax_programs import EFAX, NO_EFAX
from tests.long.hylafax import HYLAFAX, NO_HYLAFAX

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")


def play(*ways: str) -> dict[str, int]:
    """Good calls of each way."""
    told = fax_class1.play(calls=1, lines=2, rows=160, seed=77, ways=ways)
    assert told["findings"] == []
    return dict(told["good"])


@pytest.mark.skipif(EFAX is None, reason=NO_EFAX)
def test_efax_sends_a_page_to_our_host_and_takes_one_from_it_over_ordinary_lines() -> None:
    assert play("efax to ours", "ours to efax") == {"efax to ours": 1, "ours to efax": 1}


@pytest.mark.skipif(HYLAFAX is None, reason=NO_HYLAFAX)
def test_hylafax_sends_a_page_to_our_host_and_takes_one_from_it_over_ordinary_lines() -> None:
    assert play("HylaFAX to ours", "ours to HylaFAX") == {"HylaFAX to ours": 1, "ours to HylaFAX": 1}


@pytest.mark.skipif(ctypes.util.find_library("spandsp") is None, reason="libspandsp is not installed")
def test_our_host_sends_a_page_and_takes_one_on_a_modem_that_is_not_ours() -> None:
    sends, takes = "ours on libspandsp's modem to ours", "ours to ours on libspandsp's modem"
    assert play(sends, takes) == {sends: 1, takes: 1}
