"""Which orders of a stand-in can begin, and which wait."""

from __future__ import annotations

import pytest

from hwsim.commands.device import _next
from hwsim.commands.sim_dahdi import lane


@pytest.mark.parametrize(
    ("orders", "busy", "begin"),
    [
        (["line 1 call 5", "line 2 call 5", "line 1 hangup"], [], ["line 1 call 5", "line 2 call 5"]),
        (["line 1 hangup", "line 2 hangup"], ["line 1"], ["line 2 hangup"]),
        (["red", "line 2 call 5"], [], ["red"]),
        (["red", "line 2 call 5"], ["line 1"], []),
        (["line 1 call 5", "red", "line 2 call 5"], [], ["line 1 call 5"]),
        (["call 5", "press 1"], [], ["call 5"]),
        (["line 3 hangup"], [""], []),
        (["late", "line 3 hangup"], ["line 3"], ["late"]),
        (["telephone 3 lift", "line 3 hangup"], [], ["telephone 3 lift", "line 3 hangup"]),
        ([], [], []),
    ],
)
def test_orders_of_different_lines_begin_at_once_and_of_the_card_alone(
    orders: list[str], busy: list[str], begin: list[str]
) -> None:
    assert _next(orders, set(busy), lane) == begin


def test_without_lanes_orders_are_done_one_after_the_other() -> None:
    assert _next(["call 5", "press 1"], set(), lambda _: "") == ["call 5"]
    assert _next(["press 1"], {""}, lambda _: "") == []
