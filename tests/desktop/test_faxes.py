"""Faxes as the desk knows them, and what the gateway asks of the station; what is posted the test runs."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ctidesk.gateway import Gateway
from ctidesk.viewmodels import fax_terms as terms
from ctidesk.viewmodels.desk import Desk
from ctidesk.viewmodels.fax_order import NO_FILE, NO_NUMBER, FaxOrder, Told
from ctidesk.viewmodels.faxes import ALL, CAME, SENT
from ctidesk.viewmodels.phrases import Phrase
from ctidesk.viewmodels.player import Player


def spoken(phrase: Phrase | str) -> str:
    """The English text."""
    if isinstance(phrase, str):
        return phrase
    return phrase.source.format(**{name: spoken(value) if isinstance(value, Phrase) else value
                                   for name, value in phrase.args.items()})  # fmt: skip


class Rig:
    def __init__(self, fake: ModuleType) -> None:
        self.fake, self.station, self.desk = fake, fake.FakeStation(), Desk()
        fake.past(self.station)
        fake.faxes(self.station)
        self.posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        player = Player(fake.FakeOutput(), lambda job, done: None)
        self.finder = fake.FakeFinder(self.station)
        self.gateway = Gateway(self.finder, self.desk, player, self.posted.put, pause=0.01, patience=0.05)
        self.hands = self.gateway.faxes
        self.faxes = self.desk.faxes
        self.gateway.start()
        self.until(lambda: self.desk.reachable)

    def until(self, so: Callable[[], Any], seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, "it did not happen"
            try:
                self.posted.get(timeout=0.02)()
            except queue.Empty:
                continue

    def words(self, only: str = ALL, after_s: float = 0.0) -> dict[str, str]:
        """Of each fax, by its id."""
        now = self.fake.NOON + timedelta(seconds=after_s)
        return {row.key[1]: spoken(row.words) for row in self.faxes.rows(only, self.desk.countries(), now)}


@pytest.fixture
def rig(fake: ModuleType) -> Iterator[Rig]:
    made = Rig(fake)
    yield made
    made.gateway.stop()


def test_every_state_of_a_fax_is_said_in_words_newest_first(rig: Rig) -> None:
    clock = rig.fake.NOON + timedelta(seconds=180)
    tonight = rig.fake.NOON + timedelta(hours=6)
    assert list(rig.words().items()) == [
        ("f-sending", "calls"),
        ("f-busy", f"the number was busy; again at {clock.astimezone():%H:%M}"),
        ("f-tonight", f"waits until {tonight.astimezone():%H:%M}"),
        ("r1", "new fax, pages: 2"),
        ("f-sent", "sent, every page confirmed (3)"),
        ("r2", "fax, pages: 2, damaged rows: 12"),
        ("r3", "fax, pages: 1; the connection was lost: pages may be missing"),
        ("f-failed", "not sent: somebody answered, but no fax machine; 1 of 3 pages confirmed"),
        ("f-stopped", "stopped; 0 of 3 pages confirmed"),
    ]
    assert rig.words(after_s=200)["f-busy"] == "waits for a line"
    assert list(rig.words(CAME)) == ["r1", "r2", "r3"]
    assert set(rig.words(SENT)) == {row["id"] for row in rig.station.fax_rows}


def test_one_document_to_many_numbers_is_seen_as_that_and_so_are_its_hours(rig: Rig) -> None:
    many = [rig.fake.fax_row(f"b-{place}", 5, batch="b", hours="20:00-08:00") for place in range(3)]
    rig.station.fax_rows[:0] = many
    rig.gateway.refresh()
    rig.until(lambda: "b-2" in rig.words())
    counts = {row.key[1]: row.many for row in rig.faxes.rows(ALL, {}, rig.fake.NOON)}
    assert (counts["b-0"], counts["f-busy"], counts["r1"]) == (3, 1, 1)
    rig.faxes.look((SENT, "b-1"))
    assert spoken(rig.faxes.about(rig.fake.NOON)).endswith("; only within 20:00-08:00")


def test_every_cause_of_the_station_has_words_of_its_own() -> None:
    from ctidrv.apps.fax.causes import FaxCause

    assert set(terms.CAUSES) == {cause.value for cause in FaxCause} - {"sent"}
    assert spoken(terms.cause("new-one")) == "another reason (new-one)"


def test_every_state_of_a_page_has_words_of_its_own() -> None:
    from ctidrv.apps.fax.records import PageState

    assert set(terms.PAGES) == {state.value for state in PageState}


def test_a_page_that_goes_out_is_followed_by_its_events(rig: Rig) -> None:
    page = {"call": "c9", "job": "f-sending", "pages": 3}
    rig.station.send("fax.page", 0, page=2, state="sending", bit_rate=14400, **page)
    rig.until(lambda: rig.words()["f-sending"] == "sends page 2 of 3")
    rig.station.send("fax.page", 9, page=2, state="sending", percent=75, **page)
    rig.until(lambda: rig.words()["f-sending"] == "sends page 2 of 3: 75 %")
    rig.hands.look((SENT, "f-sending"), 2)
    rig.station.send("fax.page", 20, page=2, state="confirmed", bit_rate=14400, **page)
    rig.until(lambda: spoken(rig.faxes.page_words()) == "Page 2 of 3: confirmed by the other machine")


def test_the_end_of_a_fax_is_read_from_the_station(rig: Rig) -> None:
    rig.station.fax_rows[0] |= {"state": "sent", "confirmed": 3, "cause": "sent"}
    rig.station.send("fax.job", 5, call=None, job="f-sending", state="sent", again=None)
    rig.until(lambda: rig.words()["f-sending"] == "sent, every page confirmed (3)")


def test_a_fax_that_is_queued_by_another_program_appears(rig: Rig) -> None:
    rig.station.fax_rows.insert(0, rig.fake.fax_row("f-other", 3))
    rig.station.send("fax.job", 3, call=None, job="f-other", state="queued", again=None)
    rig.until(lambda: "f-other" in rig.words())


def test_a_fax_that_waits_for_its_hours_says_until_when(rig: Rig) -> None:
    at = rig.fake.NOON + timedelta(hours=20)
    rig.station.send("fax.job", 3, call=None, job="f-busy", state="queued", again=at.isoformat())
    rig.until(lambda: f"{at.astimezone():%Y-%m-%d %H:%M}" in rig.words()["f-busy"])


def test_a_fax_that_came_is_in_the_history_beside_its_call(rig: Rig) -> None:
    rows = {row.call: row for row in rig.desk.history("faxes")}
    assert set(rows) == {"c0-fax"}
    row = rows["c0-fax"]
    assert (row.kind, row.fax, row.fresh, spoken(row.words)) == ("fax", "r1", True, "new fax, pages: 2")
    rig.station.call_rows.insert(0, rig.fake.call_row("c8", 0))
    rig.station.came_rows.insert(0, rig.fake.came_row("r4", 20, call="c8", pages=5))
    rig.station.send("fax.received", 30, call="c8", fax="r4", box="office", pages=5)
    rig.until(lambda: {row.call for row in rig.desk.history("faxes")} == {"c0-fax", "c8"})
    assert rig.faxes.new() == 2


def test_a_fax_that_comes_is_seen_page_by_page_until_it_is_in_its_box(rig: Rig) -> None:
    for page in (1, 2):
        rig.station.send(
            "fax.coming", page, call="c8", fax="r8", page=page, box="office", number="2065550122"
        )
        rig.until(lambda page=page: rig.words().get("r8") == f"is coming: page {page} is here")
    assert "r8" in rig.words(CAME)
    assert "r8" not in rig.words(SENT)
    rig.station.came_rows.insert(0, rig.fake.came_row("r8", 3))
    rig.station.send("fax.received", 3, call="c8", fax="r8", box="office")
    rig.until(lambda: rig.words().get("r8") == "new fax, pages: 2")


def test_a_fax_of_which_nothing_is_filed_is_gone_with_its_call(rig: Rig) -> None:
    rig.station.send("fax.coming", 1, call="c8", fax="r8", page=1, box="office", number=None)
    rig.until(lambda: "r8" in rig.words())
    rig.station.send("call.ended", 2, call="c8", cause="remote-busy-tone")
    rig.until(lambda: "r8" not in rig.words())


def test_junk_is_in_the_list_and_not_among_the_new_ones(rig: Rig) -> None:
    rig.station.came_rows.append(rig.fake.came_row("r9", -100, box="junk"))
    rig.gateway.refresh()
    rig.until(lambda: "r9" in rig.words())
    assert rig.faxes.new() == 1


def test_a_page_is_fetched_and_a_fax_that_came_is_read_then(rig: Rig) -> None:
    rig.hands.look((CAME, "r1"), 2)
    assert rig.faxes.sheet is not None
    assert rig.faxes.sheet.state == "loading"
    rig.until(lambda: rig.faxes.sheet.state == "ready")
    assert rig.faxes.sheet.png == rig.fake.paper(2)
    assert ("received_page", "r1", "2") in rig.station.done
    assert rig.words()["r1"] == "fax, pages: 2"
    assert (rig.faxes.pages(), rig.faxes.new()) == (2, 0)


def test_who_leafs_faster_than_pages_are_drawn_waits_for_the_last_one_only(rig: Rig) -> None:
    rig.station.may_draw.clear()
    for page in (1, 2, 3):
        rig.hands.look((SENT, "f-sent"), page)
    rig.station.may_draw.set()
    rig.until(lambda: rig.faxes.sheet.state == "ready")
    assert rig.faxes.sheet.png == rig.fake.paper(3)
    asked = [what[2] for what in rig.station.done if what[0] == "fax_page"]
    assert asked in (["1", "3"], ["3"])


def test_what_became_of_each_page_is_asked_with_the_first(rig: Rig) -> None:
    rig.hands.look((SENT, "f-failed"))
    rig.until(lambda: spoken(rig.faxes.page_words()) == "Page 1 of 3: confirmed by the other machine")
    rig.hands.look((SENT, "f-failed"), 2)
    assert spoken(rig.faxes.page_words()) == "Page 2 of 3: sent, but not confirmed"


def test_a_page_that_cannot_be_drawn_is_told_with_the_stations_words(rig: Rig) -> None:
    rig.station.no_picture = "the file of fax r1 is missing"
    rig.hands.look((CAME, "r1"))
    rig.until(lambda: rig.faxes.sheet.state == "failed")
    assert (rig.faxes.sheet.words, rig.faxes.sheet.detail) == (terms.NO_PAGE, "the file of fax r1 is missing")
    assert rig.faxes.new() == 1


@pytest.mark.parametrize(
    ("key", "name", "asked"),
    [
        ((CAME, "r1"), "a.pdf", ("received_document", "r1", "pdf")),
        ((CAME, "r1"), "a.TIF", ("received_document", "r1", "tiff")),
        ((SENT, "f-sent"), "a.PDF", ("fax_document", "f-sent", "pdf")),
    ],
)
def test_a_fax_is_saved_as_the_name_of_the_file_says(
    rig: Rig, tmp_path: Path, key: Any, name: str, asked: tuple[str, ...]
) -> None:
    path = tmp_path / name
    path.write_text("before")
    rig.hands.save(key, path)
    rig.until(lambda: rig.faxes.notice.source)
    assert spoken(rig.faxes.notice) == f"Saved: {name}"
    assert asked in rig.station.done
    assert path.read_text() == f"{asked[2]} of {asked[1]}"
    assert list(tmp_path.iterdir()) == [path]


def test_a_fax_that_cannot_be_saved_leaves_what_stood_there(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_text("before")
    rig.station.refuses = "it is missing on the disk"
    rig.hands.save((CAME, "r1"), path)
    rig.until(lambda: rig.faxes.notice == terms.NOT_SAVED)
    assert rig.faxes.detail == "it is missing on the disk"
    assert path.read_text() == "before"
    rig.station.refuses = None
    rig.hands.save((CAME, "r1"), tmp_path / "no-folder" / "a.pdf")
    rig.until(lambda: "no-folder" in rig.faxes.detail)


def test_doors_are_open_for_what_can_be_done_and_say_why_not(rig: Rig) -> None:
    doors = {}
    for key in ((SENT, "f-busy"), (SENT, "f-sent"), (SENT, "f-failed"), (CAME, "r1")):
        rig.faxes.look(key)
        doors[key[1]] = (rig.faxes.stop_door(), rig.faxes.retry_door(), rig.faxes.save_door())
    opened = {fax: tuple(door.open for door in each) for fax, each in doors.items()}
    assert opened == {
        "f-busy": (True, False, True),
        "f-sent": (False, False, True),
        "f-failed": (False, True, True),
        "r1": (False, False, True),
    }
    assert doors["f-sent"][0].reason == terms.IS_OVER
    assert doors["f-busy"][1].reason == terms.GOES_ON
    assert doors["r1"][0].reason == terms.CAME_HERE


def test_stop_and_send_again_reach_the_station_once(rig: Rig) -> None:
    rig.faxes.look((SENT, "f-busy"))
    rig.hands.stop("f-busy")
    assert rig.faxes.stop_door().reason == terms.ASKED
    rig.station.fax_rows[1] |= {"state": "stopped"}
    rig.until(lambda: rig.faxes.retry_door().open)
    rig.hands.retry("f-busy")
    rig.until(lambda: ("retry_fax", "f-busy") in rig.station.done)
    assert rig.station.done.count(("stop_fax", "f-busy")) == 1


def test_a_refusal_is_told_and_opens_the_door_again(rig: Rig) -> None:
    rig.faxes.look((SENT, "f-busy"))
    rig.station.refuses = "fax f-busy is sent: there is nothing to stop"
    rig.hands.stop("f-busy")
    rig.until(lambda: rig.faxes.notice == terms.NOT_STOPPED)
    assert rig.faxes.stop_door().open


def test_a_lost_station_shuts_the_doors_and_what_went_out_is_not_known(rig: Rig) -> None:
    rig.faxes.look((SENT, "f-busy"))
    rig.station.send("fax.page", 0, job="f-sending", page=2, pages=3, state="sending", percent=50)
    rig.until(lambda: "50 %" in rig.words()["f-sending"])
    rig.finder.station = None
    rig.station.die()
    rig.until(lambda: not rig.faxes.reachable)
    assert rig.faxes.stop_door().reason == rig.faxes.save_door().reason == terms.UNREACHABLE
    assert rig.words()["f-sending"] == "calls"


def test_an_order_is_queued_as_it_was_filled_in(rig: Rig) -> None:
    told: list[Told] = []
    due = rig.fake.NOON + timedelta(hours=1)
    cover = {"to": "Anna", "sender": "", "subject": "Rye", "note": "", "language": "zh"}
    numbers = " 2065550101\n+86 10 6655 4433；95588, "
    rig.hands.send(FaxOrder("/tmp/rye.pdf", numbers, "sim/1", 2, due, cover), told.append)
    rig.until(lambda: told)
    assert told[0].queued
    assert spoken(told[0].words) == "Queued, faxes: 3"
    sent = ("send_fax", "/tmp/rye.pdf", "2065550101", "+86 10 6655 4433", "95588")
    assert sent in rig.station.done
    given = rig.station.sent_with
    assert (given["line"], given["priority"], given["cover"]) == ("sim/1", 2, cover)
    assert given["due"] == due.astimezone().isoformat(timespec="seconds")
    rig.until(lambda: "fax-new-0" in rig.words())


def test_an_order_that_is_refused_says_why(rig: Rig) -> None:
    told: list[Told] = []
    rig.station.refuses = "911 is an emergency number: no fax goes there"
    rig.hands.send(FaxOrder("/tmp/rye.pdf", "911"), told.append)
    rig.until(lambda: told)
    assert told == [Told(False, terms.NOT_QUEUED, "911 is an emergency number: no fax goes there")]


def test_what_is_missing_of_an_order_is_said() -> None:
    assert FaxOrder("", "95588").missing() == NO_FILE
    assert FaxOrder("a.pdf", " ,\n").missing() == NO_NUMBER
    assert FaxOrder("a.pdf", "95588").missing() is None
