"""A call at a seat is given to a mailbox, a menu or a fax machine, in the window."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.desktop.in_window import GIVE, click, open_buttons, texts


@pytest.mark.parametrize(
    ("words", "order", "title", "offered", "row", "to", "notice"),
    [
        (
            "Voicemail …", "voicemail", "A message for", ["front-desk", "sales"], 1, "box:sales",
            "The caller is sent to the mailbox",
        ),
        (
            "Menu …", "menu", "Give the caller to", ["main-menu", "hotline.ivr.yaml"], 0, "ivr:main-menu",
            "The caller is sent to the menu",
        ),
        (
            "Receive fax …", "take_fax", "Receive his fax into", ["front-desk", "orders"], 1,
            "fax-receive:orders", "The fax is being received",
        ),
        (
            "Send fax …", "give_fax", "Send him this fax",
            ["Harbour Bakery · 3125550142, {}; pages: 2", "price-list.pdf, {}; pages: 1"], 1, "fax-send:f2",
            "The fax is being sent",
        ),
    ],
)  # fmt: skip
def test_op_4_each_of_four_buttons_gives_the_caller_to_what_was_chosen(
    at_seat: Any, station: Any, fake: ModuleType, until: Any,
    words: str, order: str, title: str, offered: list[str], row: int, to: str, notice: str,
) -> None:  # fmt: skip
    from ctidesk.viewmodels.facts import moment
    from ctidesk.viewmodels.times import clock, day

    fake.destinations(station)
    click(at_seat, words)
    choice = at_seat.window.orders.choice
    assert choice.windowTitle() == title
    assert not choice.go.isEnabled()  # the station has not told yet
    until(lambda: choice.list.count() == 2)
    moments = [moment(each["at"]) for each in station.destination_rows if each["at"]]
    whens = [f"{day(at)} {clock(at)}" for at in moments]
    shown = [choice.list.item(place).text() for place in range(2)]
    assert shown == [each.format(when) for each, when in zip(offered, whens, strict=True)]
    choice.list.setCurrentRow(row)
    choice.go.click()
    until(lambda: station.done == [("transfer", "c1", to, "20")])
    until(lambda: at_seat.window._connection.text().endswith(notice))
    assert at_seat.window.orders.choice is None


@pytest.mark.parametrize(
    ("words", "written", "to"),
    [
        ("Voicemail …", "li-mei", "box:li-mei"),
        ("Receive fax …", " invoices ", "fax-receive:invoices"),
        ("Send fax …", "/srv/price list.pdf", "fax-send:/srv/price list.pdf"),
    ],
)
def test_op_4_a_box_or_a_document_that_the_station_does_not_know_of_is_written(
    at_seat: Any, station: Any, until: Any, words: str, written: str, to: str
) -> None:
    click(at_seat, words)
    choice = at_seat.window.orders.choice
    choice.written.setText(written)
    assert choice.go.isEnabled()
    choice.go.click()
    until(lambda: station.done == [("transfer", "c1", to, "20")])


def test_op_4_a_document_is_looked_for_in_the_computers_folders(
    at_seat: Any, station: Any, until: Any, monkeypatch: Any
) -> None:
    from PySide6.QtWidgets import QFileDialog

    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/srv/letter.pdf", ""))
    click(at_seat, "Send fax …")
    choice = at_seat.window.orders.choice
    choice.browse.click()
    choice.go.click()
    until(lambda: station.done == [("transfer", "c1", "fax-send:/srv/letter.pdf", "20")])


def test_op_4_buttons_that_can_do_nothing_say_why(at_seat: Any, station: Any, until: Any) -> None:
    def hints() -> set[str]:
        buttons = {button.text(): button for button in at_seat.window.pop.bar.buttons}
        assert not any(buttons[words].isEnabled() for words in GIVE)
        return {buttons[words].toolTip() for words in GIVE}

    station.send("call.seat", 20, seat="Bob", state="ringing", by="Li Mei")
    station.send("call.seat", 20, seat="Li Mei", state="consulting")
    until(lambda: "Back" in open_buttons(at_seat))
    assert hints() == {"Another seat is consulted: complete that, or take the caller back."}
    station.send("call.seat", 21, seat="Bob", state="left", cause="let-go")
    station.send("call.seat", 22, seat="Li Mei", state="left", cause="sent-on")
    station.send("call.served", 22, by="fax-receive:orders", state="started")
    until(lambda: "Sends a fax to box orders" in texts(at_seat.window.pop))
    assert hints() == {"The caller talks with no operator."}
    assert not at_seat.desk.answer_door().open  # nobody breaks the fax off by it
    station.send("call.served", 60, by="fax-receive:orders", state="no-answer")
    until(lambda: at_seat.desk.answer_door().open)


def test_op_4_a_refusal_is_told_and_where_to_go_stays_open_if_the_station_does_not_tell(
    at_seat: Any, station: Any, until: Any
) -> None:
    station.refuses = "ivr:x: no flow"
    click(at_seat, "Menu …")
    notice = "The station did not tell where the call can go."
    until(lambda: at_seat.window._connection.text().endswith(notice))
    assert not at_seat.window.orders.choice.go.isEnabled()
    at_seat.window.orders.close()
    click(at_seat, "Voicemail …")
    at_seat.window.orders.choice.written.setText("sales")
    at_seat.window.orders.choice.go.click()
    refused = "The caller was not sent to the mailbox: the station refused."
    until(lambda: at_seat.window._connection.text().endswith(refused))
