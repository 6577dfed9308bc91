"""A fax call from the application's side, with a call that is a list of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ctidrv.apps.fax.document import open_document
from ctidrv.apps.fax.drawing.source import Sheet as Paper
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.terminal import Terminal, sheets_of
from ctidrv.errors import UsageError
from ctidrv.native.t30 import Sheet, T30Event, T30Link

ROWS = b"\x55" * 216 * 30
BLANK = T30Event(
    kind="done",
    at=0,
    page=0,
    value=0,
    what=None,
    octets=b"",
    length=0,
    width=1728,
    resolution="standard",
    rows=0,
    damaged=0,
    first_damaged=None,
    end="none",
    missing=False,
    clean=False,
)


@dataclass
class Call:
    """Tells what it is given to tell."""

    told: list[T30Event] = field(default_factory=list)
    given: list[tuple[int, bytes, int]] = field(default_factory=list)
    cancelled: int = 0

    def page(self, page: int, rows: bytes, width: int) -> None:
        self.given.append((page, rows, width))

    def events(self) -> Sequence[T30Event]:
        told, self.told = self.told, []
        return told

    def cancel(self) -> None:
        self.cancelled += 1

    @property
    def link(self) -> T30Link | None:
        return None


def event(kind: str, what: str | None = None, **more: object) -> T30Event:
    return replace(BLANK, kind=kind, what=what, **more)  # type: ignore[arg-type]


def taken(
    what: str = "taken",
    damage: bytes = bytes(30),
    *,
    clean: bool = True,
    missing: bool = False,
    data: bytes = ROWS,
) -> T30Event:
    return event("page-taken", what, data=data, damage=damage, clean=clean, missing=missing)


def page(number: int) -> bytes:
    """Thirty rows that no other page has."""
    return b"".join(bytes([number, row]) * 108 for row in range(1, 31))


DONE = event("done", "ok")


def received(*told: T30Event) -> Terminal:
    terminal = Terminal(Call(list(told)))
    terminal.attend()
    return terminal


def test_clean_pages_of_a_call_that_ended_in_order_are_ok() -> None:
    outcome = received(taken(), taken(), DONE).outcome
    assert (outcome.ok, outcome.pages_rx, outcome.bad_rows, outcome.error) == (True, 2, 0, None)


def test_a_damaged_row_is_counted_and_never_ok() -> None:
    terminal = received(taken(), taken(damage=bytes(20) + b"\1\3" + bytes(8), clean=False), DONE)
    assert not terminal.outcome.ok
    assert terminal.outcome.bad_rows == 2
    assert terminal.outcome.error == "2 rows are damaged; ask for the fax again"
    assert len(terminal.kept) == 2


def test_a_page_without_its_end_is_not_ok_though_no_row_is_damaged() -> None:
    outcome = received(taken(clean=False), DONE).outcome
    assert (outcome.ok, outcome.bad_rows) == (False, 0)
    assert outcome.error == "a page is not whole; ask for the fax again"


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_damaged_rows_do_not_hide_that_something_is_missing_beside_them(missing: bool, first: bool) -> None:
    damaged = taken(damage=b"\1" * 2 + bytes(28), clean=False)
    torn = taken(clean=False, missing=missing)
    outcome = received(*((torn, damaged) if first else (damaged, torn)), DONE).outcome
    assert (outcome.ok, outcome.bad_rows, outcome.whole) == (False, 2, not missing)


def test_a_refused_page_that_comes_again_takes_its_place() -> None:
    bad = taken("turned-down", b"\1" * 14 + bytes(16), clean=False, data=page(1))
    better = received(bad, taken(data=page(1)), DONE)
    assert better.outcome.ok
    assert [kept.rows for kept in better.kept] == [page(1)]


def test_a_refused_page_that_comes_no_more_is_kept_and_the_fax_is_not_good() -> None:
    bad = taken("turned-down", b"\1" * 14 + bytes(16), clean=False, data=page(1))
    went_on = received(bad, taken(data=page(2)), taken(data=page(3)), DONE)
    assert [kept.rows for kept in went_on.kept] == [page(1), page(2), page(3)]
    assert (went_on.outcome.ok, went_on.outcome.whole, went_on.outcome.bad_rows) == (False, False, 14)
    alone = received(bad, event("done", "page-refused"))
    assert (alone.outcome.ok, alone.outcome.bad_rows, len(alone.kept)) == (False, 14, 1)
    assert alone.outcome.error == "a page was refused"


def test_behind_a_page_that_nobody_heard_only_the_last_one_again_says_that_none_is_missing() -> None:
    unheard = event("page-taken", "turned-down", data=b"")
    again = received(taken(data=page(1)), unheard, taken(data=page(1)), taken(data=page(2)), DONE)
    assert again.outcome.ok
    another = received(taken(data=page(1)), unheard, taken(data=page(2)), DONE)
    assert (another.outcome.ok, another.outcome.whole) == (False, False)
    assert another.outcome.error == "a page is not whole; ask for the fax again"


def test_a_page_that_the_end_of_the_line_cut_is_kept_and_not_ok() -> None:
    terminal = received(taken(), taken("cut", clean=False), event("done", "line-lost"))
    assert len(terminal.kept) == 2
    assert terminal.outcome.error == "the line was lost"


def test_no_page_is_not_ok() -> None:
    assert received(DONE).outcome.error == "no page came"
    assert received().outcome.error == "the call goes on"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.tif"
    write_tiff(path, [PageRows(ROWS, 1728, 204, 98)] * 2)
    return path


def test_the_wanted_pages_are_given_and_every_one_must_be_confirmed(letter: Path) -> None:
    call = Call([event("page-wanted", page=1, resolution="fine"), event("page-sent", "confirmed"), DONE])
    with open_document([letter]) as document:
        terminal = Terminal(call, document)
        terminal.attend()
        assert [(page, len(rows), width) for page, rows, width in call.given] == [(1, 216 * 60, 1728)]
        assert (terminal.outcome.ok, terminal.outcome.pages_tx) == (False, 1)
        assert terminal.outcome.error == "1 of 2 pages were confirmed"
        call.told = [event("page-sent", "refused", page=1), event("page-sent", "confirmed", page=1), DONE]
        terminal.attend()
        assert terminal.outcome.ok


def test_a_page_that_cannot_be_drawn_ends_the_call_and_is_named(letter: Path) -> None:
    call = Call([event("page-wanted", page=0)])
    with open_document([letter]) as document:
        terminal = Terminal(call, document)
        document.close()
        terminal.attend()
    assert call.cancelled == 1
    assert call.given == []
    call.told = [event("done", "cancelled")]
    terminal.attend()
    assert not terminal.outcome.ok
    assert "letter.tif, page 1" in str(terminal.outcome.error)


def test_paper_is_as_wide_as_its_page_and_at_the_most_a3() -> None:
    papers = [Paper(210, 297), Paper(250, 353), Paper(297, 420), Paper(500, 700)]
    assert sheets_of(papers, "fine") == [Sheet(width, "fine") for width in (1728, 2048, 2432, 2432)]
    with pytest.raises(UsageError, match="a fax is standard, fine, superfine"):
        sheets_of(papers, "coarse")
