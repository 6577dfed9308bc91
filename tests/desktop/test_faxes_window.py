"""The window of faxes on a fake station. Needs Qt, no screen."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def faxed(station: Any, fake: ModuleType) -> Any:
    fake.faxes(station)
    return station


@pytest.fixture
def window(faxed: Any, shown: Any, until: Any) -> Any:
    """The window of faxes, opened from the history."""
    shown.window.history.to_faxes.click()
    until(lambda: shown.window.faxes.list.rows.rowCount() == 9)
    return shown.window.faxes


def choose(window: Any, kind: str, fax: str) -> None:
    window.list.setCurrentIndex(window.list.rows.place(f"{kind}:{fax}"))


def bars(window: Any) -> int:
    """Black bars on the page that is seen: as many as its number."""
    paper = window.page.paper
    image = paper.grab().toImage()
    column = [image.pixelColor(image.width() // 2, y).lightness() < 100 for y in range(image.height())]
    return sum(now and not before for before, now in itertools.pairwise(column))


def press(window: Any, key: str) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.keyClick(window.list, getattr(Qt.Key, f"Key_{key}"))


def test_opening_the_window_reads_no_fax(window: Any, faxed: Any) -> None:
    assert window.page.words.text() == "Choose a fax in the list to look at it."
    assert [what for what in faxed.done if what[0].endswith("_page")] == []
    assert not window.save.isEnabled()
    assert window.save.toolTip() == "No fax is chosen."


def test_the_history_counts_new_faxes_and_opens_the_one_of_a_call(faxed: Any, shown: Any, until: Any) -> None:
    assert shown.window.history.to_faxes.text() == "All faxes … (1 new)"
    shown.window._play("c0-fax")
    faxes = shown.window.faxes
    until(lambda: bars(faxes) == 1)
    assert faxes.page.words.text() == "Page 1 of 2"
    until(lambda: shown.window.history.to_faxes.text() == "All faxes …")


def test_a_chosen_fax_is_looked_at_page_by_page(window: Any, until: Any) -> None:
    choose(window, "sent", "f-failed")
    until(lambda: bars(window) == 1)
    until(lambda: window.page.words.text() == "Page 1 of 3: confirmed by the other machine")
    assert window.page.about.text().startswith("not sent: somebody answered, but no fax machine")
    assert not window.page.back.isEnabled()
    window.page.on.click()
    until(lambda: bars(window) == 2)
    window.page.on.click()
    until(lambda: bars(window) == 3)
    assert not window.page.on.isEnabled()
    window.page.back.click()
    until(lambda: bars(window) == 2)


def test_keys_leaf_and_zoom(window: Any, qt: Any, until: Any) -> None:
    window.activateWindow()
    choose(window, "came", "r1")
    until(lambda: bars(window) == 1)
    width = window.page.paper.width()
    press(window, "PageDown")
    until(lambda: bars(window) == 2)
    press(window, "Plus")
    assert window.page.paper.width() == pytest.approx(width * 1.25, abs=2)
    press(window, "Minus")
    press(window, "Minus")
    assert window.page.paper.width() == pytest.approx(width / 1.25, abs=2)
    press(window, "0")
    assert window.page.paper.width() == width
    press(window, "PageUp")
    until(lambda: bars(window) == 1)


def test_the_picture_keeps_the_form_of_its_paper(window: Any, until: Any) -> None:
    choose(window, "came", "r1")
    until(lambda: bars(window) == 1)
    paper = window.page.paper
    assert paper.height() / paper.width() == pytest.approx(2292 / 1728, rel=0.01)


def test_progress_is_seen_and_the_chosen_fax_stays_chosen(
    window: Any, faxed: Any, fake: ModuleType, until: Any
) -> None:
    choose(window, "sent", "f-busy")
    faxed.send("fax.page", 0, call=None, job="f-sending", page=3, pages=3, state="sending", percent=25)

    def rows() -> list[str]:
        return [
            window.list.rows.row(window.list.rows.index(row)).second
            for row in range(window.list.rows.rowCount())
        ]

    until(lambda: "sends page 3 of 3: 25 %  ·  order.pdf" in rows())
    faxed.came_rows.insert(0, fake.came_row("r7", 5))
    faxed.send("fax.received", 6, fax="r7", box="office")
    until(lambda: window.list.rows.rowCount() == 10)
    assert window.list.rows.row(window.list.currentIndex()).key == "sent:f-busy"


def test_how_the_mail_of_a_fax_fares_is_seen_beside_its_page(window: Any, faxed: Any, until: Any) -> None:
    told = {"state": "queued", "tries": 2, "due": None, "ended": None, "error": "Connection refused"}
    faxed.came_rows[0] |= {"mail_to": "desk@example.com", "mail": told}
    faxed.send("fax.mail", 9, call=None, fax="r1", to="desk@example.com", state="queued", tries=2)
    choose(window, "came", "r1")
    words = "fax, pages: 2; e-mail to desk@example.com waits for the server"
    until(lambda: window.page.about.text() == words)
    assert "Connection refused" in window.page.about.toolTip()
    faxed.came_rows[0] |= {"mail": {**told, "state": "sent", "error": None}}
    faxed.send("fax.mail", 9, call=None, fax="r1", to="desk@example.com", state="sent", tries=3)
    until(lambda: window.page.about.text().endswith("e-mail to desk@example.com is sent"))
    assert window.page.about.toolTip() == ""


def test_what_the_other_machine_said_is_in_the_tooltip(window: Any, faxed: Any, until: Any) -> None:
    next(row for row in faxed.fax_rows if row["id"] == "f-failed")["detail"] = "no DIS"
    faxed.send("fax.job", 9, call=None, job="f-failed", state="failed", again=None)
    choose(window, "sent", "f-failed")
    until(lambda: window.page.about.toolTip() == "In the system's own words: no DIS")


def test_of_a_fax_that_is_coming_there_is_nothing_to_look_at_yet(window: Any, faxed: Any, until: Any) -> None:
    faxed.send("fax.coming", 1, call="c8", fax="r8", page=1, box="office", number=None)
    until(lambda: window.list.rows.rowCount() == 10)
    choose(window, "coming", "r8")
    assert [what for what in faxed.done if what[0].endswith("_page")] == []


def test_a_broadcast_is_marked_in_the_list(window: Any, faxed: Any, fake: ModuleType, until: Any) -> None:
    faxed.fax_rows[:0] = [fake.fax_row(f"b-{place}", 5 + place, batch="b") for place in range(2)]
    faxed.send("fax.job", 5, call=None, job="b-0", state="queued", again=None)
    until(lambda: window.list.rows.rowCount() == 11)
    assert window.list.rows.row(window.list.rows.index(0)).second.endswith("order.pdf  ·  one of 2")


def test_a_window_that_was_closed_shows_the_present_when_it_is_opened_again(
    window: Any, shown: Any, faxed: Any, fake: ModuleType, until: Any
) -> None:
    window.close()
    faxed.came_rows.insert(0, fake.came_row("r7", 5))
    faxed.send("fax.received", 6, fax="r7", box="office")
    until(lambda: shown.desk.faxes.new() == 2)
    shown.window._show_faxes()
    assert shown.window.faxes is window
    assert window.list.rows.rowCount() == 10


def test_filters_show_those_that_came_or_are_sent(window: Any) -> None:
    from PySide6.QtWidgets import QPushButton

    buttons = {button.text(): button for button in window.findChildren(QPushButton)}
    for text, count in (("Received", 3), ("Sent", 6), ("All", 9)):
        buttons[text].click()
        assert window.list.rows.rowCount() == count


def test_stop_and_send_again_are_for_the_fax_that_is_chosen(window: Any, faxed: Any, until: Any) -> None:
    choose(window, "came", "r1")
    until(lambda: window.stop.toolTip() == "This fax came here.")
    choose(window, "sent", "f-busy")
    until(lambda: window.stop.isEnabled() and not window.again.isEnabled())
    window.stop.click()
    until(lambda: ("stop_fax", "f-busy") in faxed.done)
    choose(window, "sent", "f-failed")
    until(lambda: window.again.isEnabled())
    window.again.click()
    until(lambda: ("retry_fax", "f-failed") in faxed.done)


@pytest.mark.parametrize(
    ("chosen", "kind", "written"),
    [("a", "TIFF file (*.tif)", "a.tif"), ("a.pdf", "TIFF file (*.tif)", "a.pdf"), ("a.1", "", "a.1.pdf")],
)
def test_a_fax_is_saved_where_and_as_the_operator_says(
    window: Any, until: Any, monkeypatch: Any, tmp_path: Path, chosen: str, kind: str, written: str
) -> None:
    from PySide6.QtWidgets import QFileDialog

    answer = (str(tmp_path / chosen), kind)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answer)
    choose(window, "came", "r2")
    until(lambda: window.save.isEnabled())
    window.save.click()
    until(lambda: window._notice.text() == f"Saved: {written}")
    assert (tmp_path / written).read_text().endswith("of r2")


def test_what_is_no_picture_is_told_in_words(window: Any, faxed: Any, until: Any) -> None:
    faxed.fax_page = lambda fax, page: b"no picture"
    choose(window, "sent", "f-sent")
    until(lambda: window.page.words.text() == "The page could not be drawn: the station sent no picture.")


def test_a_form_is_sent_and_closes_when_the_fax_is_queued(window: Any, faxed: Any, until: Any) -> None:
    window.send.click()
    form = window.form
    assert not form.go.isEnabled()
    assert form.go.toolTip() == "Choose a file."
    form.file.setText("/tmp/rye.pdf")
    assert form.go.toolTip() == "Give a number to send it to."
    form.numbers.setPlainText("2065550101\n2065550102")
    form.line.setCurrentIndex(1)
    form.priority.setCurrentIndex(2)
    form.cover.setChecked(True)
    form.to.setText("Anna")
    form.note.setPlainText("two\nlines")
    form.hours.setText("08:00-20:00")
    form.mail_to.setText(" li@example.com")
    form.go.click()
    assert not form.go.isEnabled()
    until(lambda: window.form is None)
    assert ("send_fax", "/tmp/rye.pdf", "2065550101", "2065550102") in faxed.done
    more = faxed.sent_with
    assert (more["line"], more["priority"], more["due"]) == ("sim/1", 2, None)
    assert (more["hours"], more["mail_to"]) == ("08:00-20:00", "li@example.com")
    assert more["cover"] == {"to": "Anna", "sender": "", "subject": "", "note": "two\nlines", "language": ""}
    until(lambda: window._notice.text() == "Queued, faxes: 2")


def test_a_form_that_is_refused_stays_open_and_says_why(window: Any, faxed: Any, until: Any) -> None:
    faxed.refuses = "911 is an emergency number: no fax goes there"
    window.send.click()
    form = window.form
    form.file.setText("/tmp/rye.pdf")
    form.numbers.setPlainText("911")
    form.later.setChecked(True)
    form.go.click()
    until(lambda: form.words.isVisible())
    assert form.words.text().splitlines() == [
        "The fax was not queued: the station refused.",
        "In the system's own words: 911 is an emergency number: no fax goes there",
    ]
    assert form.go.isEnabled()
    faxed.refuses = None
    form.go.click()
    until(lambda: window.form is None)
    assert faxed.sent_with["due"] is not None
    assert (faxed.sent_with["cover"], faxed.sent_with["mail_to"], faxed.sent_with["hours"]) == (None,) * 3


def test_a_form_that_is_closed_before_the_answer_is_no_matter(window: Any, faxed: Any, until: Any) -> None:
    window.send.click()
    form = window.form
    form.file.setText("/tmp/rye.pdf")
    form.numbers.setPlainText("95588")
    form.go.click()
    form.reject()
    until(lambda: window._notice.text() == "Queued, faxes: 1")
    assert window.form is None


def test_a_call_that_rings_is_answered_by_its_key_in_the_window_of_faxes(
    window: Any, shown: Any, faxed: Any, fake: ModuleType, until: Any
) -> None:
    window.activateWindow()
    fake.rings(faxed)
    until(lambda: shown.window.answer_action.isEnabled())
    press(window, "F3")
    until(lambda: ("answer", "c1") in faxed.done)


def test_another_language_is_shown_at_once(window: Any, shown: Any, until: Any) -> None:
    shown.set_language("zh")
    assert window.windowTitle() == "传真"
    assert window.send.text() == "发送传真…"


def test_the_window_goes_with_the_main_window(window: Any, shown: Any) -> None:
    shown.window.close()
    assert not window.isVisible()
