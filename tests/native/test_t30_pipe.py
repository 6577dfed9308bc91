"""Whole fax calls, own with own, over a pipe of bits (tests/native/t30_pipe.py)."""

from __future__ import annotations

import functools

import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native.t30 import RESULT_WORDS, RESULTS, T30, Sheet, T30Config
from tests.native import page_set
from tests.native.t30_pipe import Pipe, Station, station

ROWS = 300


@functools.cache
def rows(seed: int = 1, width: int = 1728, count: int = ROWS) -> bytes:
    return page_set.packed(page_set.text(width, count, seed))


def letter(pages: int, width: int = 1728) -> list[tuple[bytes, int]]:
    return [(rows(seed, width), width) for seed in range(pages)]


def sender(pages: list[tuple[bytes, int]], **config: object) -> Station:
    sheets = [Sheet(width) for _, width in pages]
    return station("caller", T30Config(True, sheets=sheets, **config), pages)  # type: ignore[arg-type]


def receiver(**config: object) -> Station:
    return station("answerer", T30Config(False, **config))  # type: ignore[arg-type]


def assert_all_arrived(a: Station, b: Station, pages: list[tuple[bytes, int]]) -> None:
    assert (a.result, b.result) == ("ok", "ok")
    assert a.sent_states == ["confirmed"] * len(pages)
    assert [event.what for event in b.taken] == ["taken"] * len(pages)
    assert all(event.clean for event in b.taken)
    assert [event.data for event in b.taken] == [data for data, _ in pages]


@pytest.mark.parametrize("ecm", [True, False])
def test_pages_arrive_bit_exact_and_both_ends_say_so(ecm: bool) -> None:
    pages = letter(3)
    a, b = sender(pages, ecm=ecm, ident="+86 10 5550"), receiver(ident="123")
    Pipe(a, b).run()
    assert_all_arrived(a, b, pages)
    link = a.t30.link
    assert (link.ident, b.t30.link.ident) == ("123", "+86 10 5550")
    assert (link.modem, link.bit_rate, link.ecm, link.pages_sent) == ("v17", 14_400, ecm, 3)
    assert b.t30.link.coding == ("mmr" if ecm else "mr")
    assert a.frames[-1] == ("sent", "DCN")


def test_every_result_has_words_in_both_languages() -> None:
    assert set(RESULTS.values()) == set(RESULT_WORDS)
    assert all(english and chinese for english, chinese in RESULT_WORDS.values())


def test_a_config_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="no identity"):
        T30(T30Config(True, ident="1" * 21))
    with pytest.raises(UsageError, match="no fax call"):
        T30(T30Config(True, ident="Hill"))
    with pytest.raises(UsageError, match="no modem"):
        T30(T30Config(True, modems=frozenset({"v34"})))
    with pytest.raises(UsageError, match="no width"):
        T30(T30Config(True, sheets=[Sheet(1000)]))
    t30 = T30(T30Config(True, sheets=[Sheet()]))
    with pytest.raises(NativeError, match="page 1"):
        t30.page(0, bytes(216), 1728)
    with pytest.raises(UsageError, match="no whole rows"):
        t30.page(0, bytes(215), 1728)
