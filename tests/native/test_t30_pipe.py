"""Whole fax calls, own with own, over a pipe of bits (tests/native/t30_pipe.py)."""

from __future__ import annotations

import functools
import itertools
import random
from dataclasses import replace
from typing import Any

import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native.t30 import RESULT_WORDS, RESULTS, T30, Sheet, T30Config
from tests.native import page_set
from tests.native.t30_pipe import Fate, Judge, Pipe, Station, dice, losing, station

ROWS = 200


@functools.cache
def rows(seed: int = 1, width: int = 1728, count: int = ROWS) -> bytes:
    return page_set.packed(page_set.text(width, count, seed))


def letter(pages: int, width: int = 1728) -> list[tuple[bytes, int]]:
    return [(rows(seed, width), width) for seed in range(pages)]


def leaf(seed: int, width: int = 1728) -> tuple[bytes, int]:
    """A page that is like no other."""
    dice = random.Random(seed)
    lines = [dice.choice([bytes(8), dice.randbytes(8)]) for _ in range(40)]
    return b"".join(line * (width // 64) for line in lines), width


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


def assert_honest(a: Station, b: Station, pages: list[tuple[bytes, int]], *, ecm: bool) -> None:
    """Both have ended; what is called clean is so; what is called confirmed was taken, with ECM as sent."""
    assert a.result is not None
    assert b.result is not None
    wanted = [data for data, _ in pages]
    assert all(event.data in wanted for event in b.taken if event.clean)
    confirmed = [event.page for event in a.of_kind("page-sent") if event.what == "confirmed"]
    taken = [event for event in b.taken if event.what == "taken"]
    assert len(taken) >= len(confirmed)
    if ecm:
        assert [event.data for event in taken][: len(confirmed)] == [wanted[page] for page in confirmed]
    assert (a.result == "ok") == (confirmed == list(range(len(pages))) and a.frames[-1] == ("sent", "DCN"))


ALWAYS = ("CSI", "DIS", "TSI", "DCS", "CFR", "carrier:frames", "carrier:data", "MCF", "DCN")
KINDS = [(True, kind) for kind in (*ALWAYS, "PPS", "FCD", "RCP")] + [
    (False, kind) for kind in (*ALWAYS, "MPS", "EOP", "octets")
]


@pytest.mark.parametrize(("ecm", "kind"), KINDS)
@pytest.mark.parametrize("fate", ["lost", "bad"])
def test_each_kind_of_frame_lost_up_to_three_times_costs_time_and_no_page(
    ecm: bool, kind: str, fate: Fate
) -> None:
    pages = letter(2)
    for times, by in itertools.product((1, 3), ("caller", "answerer")):
        a, b = sender(pages, ecm=ecm, ident="1"), receiver(ident="2")
        Pipe(a, b, losing(kind, times, by, fate)).run()
        assert_honest(a, b, pages, ecm=ecm)
        assert a.result == "ok", (times, by)


@pytest.mark.parametrize("ecm", [True, False])
@pytest.mark.parametrize("share", [0.01, 0.03, 0.1, 0.3])
def test_random_losses_of_everything_end_in_whole_pages_or_in_pages_that_are_not_called_sent(
    share: float, ecm: bool
) -> None:
    pages = letter(2)
    results = []
    for seed in range(12):
        a, b = sender(pages, ecm=ecm), receiver()
        Pipe(a, b, dice(seed, share)).run()
        assert_honest(a, b, pages, ecm=ecm)
        results.append(a.result)
    if share <= (0.03 if ecm else 0.01):
        assert results == ["ok"] * 12


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_error_correction_bears_the_loss_of_half_of_its_frames(share: float) -> None:
    pages = letter(2)
    for seed in range(6):
        a, b = sender(pages), receiver()
        Pipe(a, b, dice(seed, share, ("FCD", "RCP"))).run()
        assert_all_arrived(a, b, pages)


@pytest.mark.parametrize("seed", range(6))
def test_carriers_that_are_not_heard_at_all_cost_time_and_no_page(seed: int) -> None:
    pages = letter(2)
    a, b = sender(pages), receiver()
    Pipe(a, b, dice(seed, 0.3, ("carrier:data",))).run()
    assert_all_arrived(a, b, pages)


FOLDER = (1728, 1728, 1728, 2048, 2048)
"""Widths: MPS, MPS, EOM, MPS and EOP end the pages."""


def losing_page(number: int) -> Judge:
    """No carrier of that page is heard; its second sending is."""
    begun = itertools.count()

    def judge(sender: Station, kind: str, _octets: bytes) -> Fate:
        is_page = kind == "carrier:data" and sender.turn is not None and sender.turn.short_training
        return "lost" if is_page and next(begun) == number else "whole"

    return judge


@pytest.mark.parametrize("number", range(len(FOLDER)))
def test_a_page_of_any_length_that_is_lost_whole_is_never_confirmed_and_sent_again(number: int) -> None:
    pages = [leaf(seed, width) for seed, width in enumerate(FOLDER)]
    for unheard_ms in range(100, 3100, 150):
        a, b = sender(pages, ecm=False), receiver()
        a.unheard_ms = unheard_ms
        Pipe(a, b, losing_page(number)).run()
        assert (a.result, b.result) == ("ok", "ok"), unheard_ms
        assert a.sent_states == ["confirmed"] * number + ["refused"] + ["confirmed"] * (len(pages) - number)
        assert [(event.what, event.data) for event in b.taken if event.what != "turned-down"] == [
            ("taken", data) for data, _ in pages
        ]


@pytest.mark.parametrize(
    "lost", [{"MCF": 1}, {"MCF": 4}, {"MCF": 1, "RTN": 2}, {"MCF": 2, "RTN": 1, "RTP": 2}]
)
def test_answers_that_are_lost_without_error_correction_cost_no_page_and_each_is_confirmed_once(
    lost: dict[str, int],
) -> None:
    pages, left = [leaf(seed) for seed in range(3)], dict(lost)

    def judge(_sender: Station, kind: str, _octets: bytes) -> Fate:
        left[kind] = left.get(kind, 0) - 1
        return "lost" if left[kind] >= 0 else "whole"

    a, b = sender(pages, ecm=False), receiver()
    Pipe(a, b, judge).run()
    assert (a.result, b.result) == ("ok", "ok")
    assert [event.page for event in a.of_kind("page-sent") if event.what == "confirmed"] == [0, 1, 2]
    taken = [event.data for event in b.taken if event.what == "taken"]
    assert [data for data, _ in itertools.groupby(taken)] == [data for data, _ in pages]


def test_a_line_that_is_lost_within_a_page_is_told_so_at_both_ends() -> None:
    pages = letter(2)
    a, b = sender(pages), receiver()
    pipe = Pipe(a, b)
    pipe.run(12.8)
    assert a.sends
    for end in (a, b):
        end.t30.gone()
    pipe.step()
    assert (a.result, b.result) == ("line-lost", "line-lost")
    assert a.sent_states == ["broken"]
    assert not any(event.clean for event in b.taken)


def polling(
    caller_pages: int,
    answerer_pages: int,
    *,
    password: str = "",
    demanded: str = "",
    asked: str = "77",
    lies: str = "",
) -> Pipe:
    ours, theirs = letter(caller_pages), letter(answerer_pages)
    theirs.reverse()
    a = station(
        "caller",
        T30Config(True, polls=True, sheets=[Sheet()] * caller_pages, password=password, subaddress=asked),
        ours,
    )
    sheets = [Sheet()] * answerer_pages
    b = station("answerer", T30Config(False, sheets=sheets, password=demanded, subaddress=lies), theirs)
    pipe = Pipe(a, b)
    pipe.run()
    return pipe


def test_a_document_is_polled_with_password_and_selection() -> None:
    a, b = polling(0, 2, password="12", demanded="12").stations
    assert (a.result, b.result, b.sent_states) == ("ok", "ok", ["confirmed", "confirmed"])
    assert [event.data for event in a.taken] == [rows(1), rows(0)]
    assert [name for how, name in a.frames if how == "sent"][:3] == ["PWD", "SEP", "DTC"]
    assert b.t30.link.subaddress == "77"


def test_turn_around_a_caller_sends_first_and_polls_then() -> None:
    a, b = polling(1, 2).stations
    assert (a.result, b.result) == ("ok", "ok")
    assert (a.sent_states, b.sent_states) == (["confirmed"], ["confirmed"] * 2)
    assert [event.data for event in b.taken] == [rows(0)]
    assert [event.data for event in a.taken] == [rows(1), rows(0)]


def test_polling_is_refused_with_a_wrong_password_and_where_there_is_nothing() -> None:
    a, b = polling(0, 1, password="13", demanded="12").stations
    assert (a.result, b.result, a.taken) == ("hung-up-before", "wrong-password", [])
    a, b = polling(0, 0).stations
    assert (a.result, b.result) == ("no-document", "hung-up-before")


@pytest.mark.parametrize(("asked", "lies"), [("77", "77"), ("77", ""), ("", "")])
def test_a_document_is_polled_by_its_sub_address_or_has_none(asked: str, lies: str) -> None:
    a, b = polling(0, 1, asked=asked, lies=lies).stations
    assert (a.result, b.result, len(a.taken)) == ("ok", "ok", 1)


@pytest.mark.parametrize("asked", ["78", ""])
def test_another_document_than_the_one_asked_for_is_not_given(asked: str) -> None:
    a, b = polling(1, 1, asked=asked, lies="77").stations
    assert (a.result, b.result) == ("hung-up-before", "no-document")
    assert (a.taken, a.sent_states) == ([], ["confirmed"])


def test_sub_address_and_password_go_with_what_is_sent() -> None:
    pages = letter(1)
    a, b = sender(pages, subaddress="77", password="12"), receiver(password="12")
    Pipe(a, b).run()
    assert_all_arrived(a, b, pages)
    assert (b.t30.link.subaddress, b.t30.link.password) == ("77", "12")


def test_pages_of_other_width_or_resolution_go_behind_eom() -> None:
    sheets = [Sheet(1728), Sheet(2048), Sheet(2432, "fine"), Sheet(2432, "superfine")]
    pages = [(rows(at, sheet.width), sheet.width) for at, sheet in enumerate(sheets)]
    a, b = station("caller", T30Config(True, sheets=sheets), pages), receiver()
    Pipe(a, b).run()
    assert_all_arrived(a, b, pages)
    assert [(event.width, event.resolution) for event in b.taken] == [(s.width, s.resolution) for s in sheets]


def test_a_wide_fine_page_is_wanted_smaller_where_the_far_end_has_no_more() -> None:
    pages = [(rows(), 1728)]
    a = station("caller", T30Config(True, sheets=[Sheet(2432, "superfine")]), pages)
    b = receiver(widths=(1728,), resolutions=("standard", "fine"))
    Pipe(a, b).run()
    assert_all_arrived(a, b, pages)
    assert [(event.width, event.resolution) for event in a.of_kind("page-wanted")] == [(1728, "fine")]


ABILITIES: list[dict[str, object]] = [
    {},
    {"ecm": False},
    {"modems": frozenset({"v27ter"}), "bit_rate": 2400},
    {"modems": frozenset({"v27ter"}), "mmr": False, "bit_rate": 4800},
    {"modems": frozenset({"v27ter", "v29"}), "bit_rate": 9600, "ecm": False, "mr": False},
    {"modems": frozenset({"v27ter", "v29"}), "bit_rate": 7200, "frame_octets": 64},
    {"bit_rate": 12_000, "mr": False, "mmr": False, "frame_octets": 64},
    {"row_ms": 20, "ecm": False, "widths": (1728,), "resolutions": ("standard",)},
    {"row_ms": 5, "ecm": False, "widths": (1728, 2048)},
    {"row_ms": 40, "ecm": False, "mr": False},
]


@pytest.mark.parametrize("ours", range(len(ABILITIES)))
def test_every_pair_of_ability_sets_agrees_on_what_both_have(ours: int) -> None:
    pages = letter(1)
    for theirs in range(len(ABILITIES)):
        a, b = sender(pages, **ABILITIES[ours]), receiver(**ABILITIES[theirs])
        Pipe(a, b).run()
        assert_all_arrived(a, b, pages)
        both = (ABILITIES[ours], ABILITIES[theirs])
        link = a.t30.link
        assert link.ecm == all(one.get("ecm", True) for one in both)
        assert link.bit_rate <= min(int(str(one.get("bit_rate", 14_400))) for one in both)
        assert link.row_ms == (0 if link.ecm else ABILITIES[theirs].get("row_ms", 0))
        assert (link.coding == "mmr") == (
            link.ecm and all(one.get("mmr", True) and one.get("ecm", True) for one in both)
        )
        assert link.frame_octets == (64 if any(one.get("frame_octets") == 64 for one in both) else 256)
        for turn in a.turns:
            assert turn.modem in ("v21", link.modem)


@pytest.mark.parametrize("name", ["text", "table", "white", "black", "checkerboard", "long"])
@pytest.mark.parametrize("ecm", [True, False])
def test_pages_of_every_kind_arrive_as_they_are(name: str, ecm: bool) -> None:
    pages = [(page_set.packed(page_set.page(name)), 1728)]
    a, b = sender(pages, ecm=ecm), receiver()
    Pipe(a, b).run()
    assert_all_arrived(a, b, pages)


def test_every_result_has_words_in_both_languages() -> None:
    assert set(RESULTS.values()) == set(RESULT_WORDS)
    assert all(english and chinese for english, chinese in RESULT_WORDS.values())


def test_a_config_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="no identity"):
        T30(T30Config(True, ident="1" * 21))
    for name in ("ident", "password", "subaddress"):
        with pytest.raises(UsageError, match=r"^'Hill' is no .* of a fax: up to 20 digits, blanks"):
            T30(replace(T30Config(True), **{name: "Hill"}))
    with pytest.raises(UsageError, match="no modem"):
        T30(T30Config(True, modems=frozenset({"v34"})))
    with pytest.raises(UsageError, match="no width"):
        T30(T30Config(True, sheets=[Sheet(1000)]))
    t30 = T30(T30Config(True, sheets=[Sheet()]))
    with pytest.raises(NativeError, match="page 1"):
        t30.page(0, bytes(216), 1728)
    with pytest.raises(UsageError, match="no whole rows"):
        t30.page(0, bytes(215), 1728)


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"modems": frozenset({"v17"})}, "without V.27ter, which every fax has"),
        ({"resolutions": ("fine",)}, "without the standard resolution"),
        ({"bit_rate": 1200}, "at 1200 bit/s; 2400 is the least"),
        ({"frame_octets": 100}, "with frames of 100 octets; they have 64 or 256"),
        ({"refuse_percent": 101}, "refuses pages of 101 % damaged rows; 0 to 100"),
        ({"repeats": -1}, "with -1 repeats of a page; 0 to 100"),
        ({"row_ms": 7}, "rows of 7 ms"),
        ({"widths": (2432,)}, "widths 2432"),
    ],
)
def test_a_config_that_no_fax_has_is_refused_in_words_and_not_as_an_object(
    odd: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=r"^no fax call can be made ") as refused:
        T30(replace(T30Config(True), **odd))
    assert words in str(refused.value)
    assert "Config(" not in str(refused.value)
