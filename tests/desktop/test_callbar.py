"""Seats and the call bar: what is possible with a call at a seat, and what the station is asked."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

from ctidesk.gateway import Station
from ctidesk.viewmodels import callbar
from ctidesk.viewmodels.card import IS_OVER, NO_CALL, UNREACHABLE, Door
from ctidesk.viewmodels.desk import EVENTS_KEPT
from ctidesk.viewmodels.facts import Call, Event, Port
from ctidesk.viewmodels.stage import NOWHERE, Stage, stage
from ctidrv.service.client import StationClient


def _seat(state: str, seat: str = "Li Mei", **more: Any) -> Event:
    return Event("call.seat", data={"seat": seat, "state": state, **more})


def _parked(state: str) -> Event:
    return Event("call.parked", data={"slot": 3, "state": state})


def _queue(type: str, **more: Any) -> Event:
    return Event(f"queue.{type}", data={"queue": "sales", **more})


def _served(state: str, by: str = "fax-receive:orders") -> Event:
    return Event("call.served", data={"by": by, "state": state})


GIVES = ["voicemail", "menu", "take_fax", "give_fax"]
GIVE = ["Voicemail …", "Menu …", "Receive fax …", "Send fax …"]
ANSWERED = [_seat("ringing"), _seat("ringing", "Bob"), _seat("answered"), _seat("left", "Bob")]
TALKING = [*ANSWERED, _seat("talking")]
PARKED = [*TALKING, _seat("left"), _parked("parked")]
RUNG = [*TALKING, _seat("ringing", "Bob", by="Li Mei"), _seat("consulting")]
ASIDE = [*RUNG, _seat("answered", "Bob"), _seat("consulting"), _seat("consulted", "Bob")]
SWAPPED = [*ASIDE, _seat("talking"), _seat("held", "Bob")]
THREE = [*ASIDE, _seat("conference"), _seat("conference", "Bob")]
GIVEN = [*TALKING, _seat("left", cause="sent-on"), _served("started")]
SENT_ON = [*TALKING, _seat("left"), _seat("ringing", "Bob")]


@pytest.mark.parametrize(
    ("events", "at"),
    [
        ([], NOWHERE),
        (ANSWERED[:2], Stage(ringing=("Li Mei", "Bob"))),
        (ANSWERED, Stage("Li Mei")),
        (TALKING, Stage("Li Mei", "talking")),
        ([*TALKING, _seat("held")], Stage("Li Mei", "held")),
        ([*TALKING, _seat("muted")], Stage("Li Mei", "muted")),
        (SENT_ON, Stage(ringing=("Bob",))),
        (PARKED, Stage(place=3)),
        ([*PARKED, _seat("ringing", "Bob")], Stage(ringing=("Bob",), place=3)),
        ([*PARKED, _seat("answered", "Bob"), _parked("picked-up")], Stage("Bob")),
        ([*PARKED, _parked("over"), _seat("left")], NOWHERE),
        ([*TALKING, Event("call.ended")], NOWHERE),
        (RUNG, Stage("Li Mei", "consulting", ("Bob",), asked=("Bob",))),
        (ASIDE, Stage("Li Mei", "consulting", guest="Bob")),
        (SWAPPED, Stage("Li Mei", "talking", guest="Bob")),
        ([*SWAPPED, _seat("left", "Bob", cause="let-go")], Stage("Li Mei", "talking")),
        (THREE, Stage("Li Mei", "conference", guest="Bob")),
        ([*THREE, _seat("left", cause="handed-over"), _seat("talking", "Bob")], Stage("Bob", "talking")),
        ([*ASIDE, _seat("left", cause="handed-over"), _seat("talking", "Bob")], Stage("Bob", "talking")),
        ([*RUNG, _seat("left", cause="sent-on"), _seat("answered", "Bob")], Stage("Bob")),
        (GIVEN, Stage(served="fax-receive:orders")),
        ([*GIVEN, _served("no-answer"), _seat("ringing")], Stage(ringing=("Li Mei",))),
        ([*GIVEN[:-1], _served("started", "ivr:menu"), _seat("answered", "Bob")], Stage("Bob")),
        ([_queue("entered", position=3)], Stage(queue="sales", position=3)),
        ([_queue("entered", position=3), _queue("position", position=1)], Stage(queue="sales", position=1)),
        ([_queue("entered", position=3), _queue("left", why="timeout")], NOWHERE),
    ],
)
def test_where_a_call_is_follows_from_its_events(events: list[Event], at: Stage) -> None:
    assert stage(events) == at


@pytest.mark.parametrize(
    ("events", "possible"),
    [
        ([], []),
        (ANSWERED[:2], []),
        (ANSWERED, []),
        (TALKING, ["hold", "mute", "consult", "transfer", "park", *GIVES]),
        ([*TALKING, _seat("held")], ["resume", "consult", "transfer", "park", *GIVES]),
        ([*TALKING, _seat("muted")], ["hold", "unmute", "consult", "transfer", "park", *GIVES]),
        (SENT_ON, []),
        (GIVEN, []),
        (RUNG, ["back", "complete"]),
        (ASIDE, ["swap", "back", "complete", "conference"]),
        (SWAPPED, ["swap", "back", "complete", "conference"]),
        (THREE, ["swap", "back", "complete"]),
        (PARKED, ["pick_up"]),
        ([*PARKED, _seat("ringing", "Bob")], []),
    ],
)
def test_only_what_makes_sense_is_possible_and_the_rest_says_why_not(
    events: list[Event], possible: list[str]
) -> None:
    found = callbar.items(Call("c1", "sim/1", state="connected"), stage(events), reachable=True)
    assert [item.key for item in found if item.door.open] == possible
    assert all(item.hint.source for item in found)


def test_nothing_is_possible_without_a_station_a_call_or_after_its_end() -> None:
    talking, ended = Stage("Li Mei", "talking"), Call("c1", "sim/1", state="ended")
    running = Call("c1", "sim/1", state="connected")
    for call, reachable, asked, why in (
        (running, False, None, UNREACHABLE),
        (None, True, None, NO_CALL),
        (ended, True, None, IS_OVER),
        (running, True, "hold", callbar.IS_ASKED),
    ):
        found = callbar.items(call, talking, reachable=reachable, asked=asked)
        assert [item.door for item in found] == [Door(False, why)] * len(found)


def test_the_stations_client_does_what_the_desktop_asks_of_it() -> None:
    for name, asked in inspect.getmembers(Station, inspect.isfunction):
        if not name.startswith("_"):
            offered = inspect.signature(getattr(StationClient, name)).parameters
            assert set(inspect.signature(asked).parameters) <= set(offered), name


# In the window.


def _texts(widget: Any) -> list[str]:
    from PySide6.QtWidgets import QLabel

    found = widget.findChildren(QLabel)
    return [label.text() for label in found if label.isVisibleTo(widget) and label.text()]


def _open(shown: Any) -> list[str]:
    return [button.text() for button in shown.window.pop.bar.buttons if button.isEnabled()]


def _click(shown: Any, words: str) -> None:
    next(button for button in shown.window.pop.bar.buttons if button.text() == words).click()


def _press(window: Any, key: str) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    QTest.keyClick(QApplication.focusWidget() or window, getattr(Qt.Key, f"Key_{key}"))


@pytest.fixture
def at_seat(program: Any, station: Any, fake: ModuleType, until: Any) -> Any:
    """A program that shows a call at Li Mei's seat."""
    fake.seats(station)
    made = program(fake.FakeFinder(station))
    until(lambda: made.desk.reachable)
    fake.rings(station)
    fake.answered(station, by="script")
    fake.at_seat(station)
    until(lambda: "Hold" in _open(made))
    return made


def test_seats_are_shown_with_state_and_caller_and_their_telephones_not_as_lines(
    at_seat: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    assert len(at_seat.window.lamps._lamps) == 1
    assert {"Li Mei · 08", "In a call", "Anna Müller", "Bob · 09", "Ready"} <= set(
        _texts(at_seat.window.seats)
    )
    fake.seat_state(station, "Bob", "wrap-up", 4)
    fake.seat_state(station, "Dan", "out-of-order", 4)
    until(lambda: {"After the call", "Out of order"} <= set(_texts(at_seat.window.seats)))
    assert "0:06" in _texts(at_seat.window.seats)  # it is ten seconds past noon
    assert at_seat.window.seats._lamps[0].accessibleName() == "Li Mei · 08, In a call, Anna Müller"


def test_a_station_without_seats_has_neither_their_lamps_nor_a_bar(
    shown: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    fake.rings(station)
    until(lambda: "Anna Müller" in _texts(shown.window.pop))
    assert not shown.window.seats.isVisible()
    assert not shown.window.pop.bar.isVisible()


def test_lamp_of_a_seat_shows_its_call(at_seat: Any, station: Any, fake: ModuleType, until: Any) -> None:
    station.send("call.offered", 50, call="c2", port="sim/2", direction="in")
    until(lambda: at_seat.desk.current().id == "c2")
    station.send("call.ended", 55, call="c2", port="sim/2", cause="caller-gave-up", outcome="missed")
    at_seat.window.seats._lamps[0]._choose()
    until(lambda: at_seat.desk.current().id == "c1")


def test_call_is_held_taken_back_muted_and_parked(at_seat: Any, station: Any, until: Any) -> None:
    pop = at_seat.window.pop
    assert "Talks with Li Mei" in _texts(pop)
    assert _open(at_seat) == ["Hold", "Mute", "Consult …", "Transfer …", "Park", *GIVE]
    _click(at_seat, "Hold")
    until(lambda: station.done == [("hold", "c1")])
    station.send("call.seat", 30, seat="Li Mei", state="held")
    until(lambda: "On hold at Li Mei" in _texts(pop))
    assert _open(at_seat) == ["Resume", "Consult …", "Transfer …", "Park", *GIVE]
    _click(at_seat, "Resume")
    until(lambda: station.done[1:] == [("resume", "c1")])
    station.send("call.seat", 31, seat="Li Mei", state="talking")
    until(lambda: "Mute" in _open(at_seat))
    _click(at_seat, "Mute")
    until(lambda: station.done[2:] == [("mute", "c1")])
    station.send("call.seat", 32, seat="Li Mei", state="muted")
    until(lambda: _open(at_seat) == ["Hold", "Unmute", "Consult …", "Transfer …", "Park", *GIVE])
    _click(at_seat, "Unmute")
    until(lambda: station.done[3:] == [("resume", "c1")])
    station.send("call.seat", 33, seat="Li Mei", state="talking")
    until(lambda: "Park" in _open(at_seat))
    _click(at_seat, "Park")
    until(lambda: at_seat.window._connection.text().endswith("Parked in place 3"))
    assert station.done[4:] == [("park", "c1")]


def test_parked_call_says_its_place_and_is_picked_up_at_a_seat(
    at_seat: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    station.send("call.seat", 30, seat="Li Mei", state="left", cause="parked")
    station.send("call.parked", 30, slot=7, state="parked")
    fake.seat_state(station, "Bob", "talking", 30, "c9")
    until(lambda: "Parked in place 7" in _texts(at_seat.window.pop))
    assert _open(at_seat) == ["Pick up …"]
    _click(at_seat, "Pick up …")
    choice = at_seat.window.orders.choice
    # Li Mei's lamp has not said yet that she is free; Bob has another call.
    assert [choice.list.item(row).text() for row in range(choice.list.count())] == [
        "Carla · 10: Ready",
        "Dan · 11: Ready",
    ]
    choice.list.setCurrentRow(1)
    choice.go.click()
    until(lambda: station.done == [("pick_up", "c1", "Dan")])


def test_transfer_asks_for_a_seat_or_a_group_and_the_seconds(at_seat: Any, station: Any, until: Any) -> None:
    _click(at_seat, "Transfer …")
    choice = at_seat.window.orders.choice
    assert [choice.list.item(row).text() for row in range(choice.list.count())] == [
        "Bob · 09: Ready",
        "Carla · 10: Ready",
        "Dan · 11: Ready",
        "sales: all who are ready",
    ]
    choice.list.setCurrentRow(3)
    choice.seconds.setValue(12)
    choice.go.click()
    until(lambda: station.done == [("transfer", "c1", "sales", "12")])
    until(lambda: at_seat.window._connection.text().endswith("Transferred to sales"))
    assert at_seat.window.orders.choice is None


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
    _click(at_seat, words)
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
    _click(at_seat, words)
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
    _click(at_seat, "Send fax …")
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
    until(lambda: "Back" in _open(at_seat))
    assert hints() == {"Another seat is consulted: complete that, or take the caller back."}
    station.send("call.seat", 21, seat="Bob", state="left", cause="let-go")
    station.send("call.seat", 22, seat="Li Mei", state="left", cause="sent-on")
    station.send("call.served", 22, by="fax-receive:orders", state="started")
    until(lambda: "Sends a fax to box orders" in _texts(at_seat.window.pop))
    assert hints() == {"The caller talks with no operator."}
    assert not at_seat.desk.answer_door().open  # nobody breaks the fax off by it
    station.send("call.served", 60, by="fax-receive:orders", state="no-answer")
    until(lambda: at_seat.desk.answer_door().open)


def test_op_4_a_line_that_carries_no_fax_says_so_on_both_buttons() -> None:
    talking = Stage("Li Mei", "talking")
    call = Call("c1", "sim/1", state="connected")
    found = {item.key: item for item in callbar.items(call, talking, reachable=True, fax=False)}
    assert [key for key in GIVES if found[key].door.open] == ["voicemail", "menu"]
    assert [found[key].hint for key in GIVES[2:]] == [callbar.NO_FAX_LINE] * 2
    caps = {"id": "usb/1", "caps": {"full_duplex": "no"}}
    assert [Port.of(row).fax for row in (caps, {"id": "sim/1"}, {"id": "x", "caps": {}})] == [
        False,
        True,
        True,
    ]


def test_op_4_a_refusal_is_told_and_where_to_go_stays_open_if_the_station_does_not_tell(
    at_seat: Any, station: Any, until: Any
) -> None:
    station.refuses = "ivr:x: no flow"
    _click(at_seat, "Menu …")
    notice = "The station did not tell where the call can go."
    until(lambda: at_seat.window._connection.text().endswith(notice))
    assert not at_seat.window.orders.choice.go.isEnabled()
    at_seat.window.orders.close()
    _click(at_seat, "Voicemail …")
    at_seat.window.orders.choice.written.setText("sales")
    at_seat.window.orders.choice.go.click()
    refused = "The caller was not sent to the mailbox: the station refused."
    until(lambda: at_seat.window._connection.text().endswith(refused))


def test_another_seat_is_consulted_swapped_and_given_the_call(at_seat: Any, station: Any, until: Any) -> None:
    pop = at_seat.window.pop
    at_seat.window.activateWindow()
    _press(at_seat.window, "F2")
    choice = at_seat.window.orders.choice
    assert choice.windowTitle() == "Talk first with"
    choice.go.click()
    until(lambda: station.done == [("consult", "c1", "Bob", "20")])
    station.send("call.seat", 20, seat="Bob", state="ringing", by="Li Mei")
    station.send("call.seat", 20, seat="Li Mei", state="consulting")
    until(lambda: "Li Mei consults another seat, which is rung" in _texts(pop))
    assert _open(at_seat) == ["Back", "Complete"]
    station.send("call.seat", 25, seat="Bob", state="answered")
    station.send("call.seat", 25, seat="Bob", state="consulted")
    until(lambda: "Li Mei consults Bob" in _texts(pop))
    at_seat.window.activateWindow()
    until(at_seat.window.isActiveWindow)
    _press(at_seat.window, "F5")
    until(lambda: station.done[1:] == [("swap", "c1")])
    station.send("call.seat", 30, seat="Li Mei", state="talking")
    station.send("call.seat", 30, seat="Bob", state="held")
    until(lambda: "Talks with Li Mei; Bob waits" in _texts(pop))
    until(lambda: _open(at_seat) == ["Swap", "Back", "Complete", "All three"])
    _click(at_seat, "All three")
    until(lambda: station.done.pop() == ("conference", "c1") if len(station.done) == 3 else False)
    station.send("call.seat", 31, seat="Li Mei", state="conference")
    station.send("call.seat", 31, seat="Bob", state="conference")
    until(lambda: "Li Mei, Bob and the caller talk" in _texts(pop))
    until(lambda: _open(at_seat) == ["Swap", "Back", "Complete"])
    _click(at_seat, "Back")
    until(lambda: station.done[2:] == [("resume", "c1")])
    until(lambda: "Complete" in _open(at_seat))
    _press(at_seat.window, "F2")
    until(lambda: station.done[3:] == [("complete", "c1")])


def test_choice_follows_the_seats_and_goes_with_the_call(
    at_seat: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    _click(at_seat, "Transfer …")
    choice = at_seat.window.orders.choice
    choice.list.setCurrentRow(1)
    fake.seat_state(station, "Bob", "paused", 40)
    until(lambda: choice.list.item(2).text() == "Bob · 09: Paused")
    assert choice.to() == "Carla"
    fake.over(station)
    until(lambda: at_seat.window.orders.choice is None)
    assert station.done == []


def test_d14_the_bar_has_keys(at_seat: Any, station: Any, until: Any) -> None:
    window = at_seat.window
    window.activateWindow()
    for key, done in (("F5", "hold"), ("F7", "mute"), ("F11", "park")):
        _press(window, key)
        until(lambda done=done: station.done[-1:] == [(done, "c1")])
        until(lambda: "Park" in _open(at_seat))
    _press(window, "F12")  # it is not parked
    assert window.orders.choice is None
    _press(window, "F9")
    assert window.orders.choice is not None
    window.orders.close()
    assert len(station.done) == 3


def test_refusal_is_told_in_words_and_the_bar_opens_again(at_seat: Any, station: Any, until: Any) -> None:
    station.refuses = "call c1 talks with no seat"
    _click(at_seat, "Hold")
    words = "The call was not put on hold: the station refused."
    until(lambda: at_seat.window._connection.text().endswith(words))
    assert "call c1 talks with no seat" in at_seat.window._connection.toolTip()
    until(lambda: "Hold" in _open(at_seat))


def test_second_press_on_hold_does_not_take_the_caller_back(at_seat: Any, station: Any, until: Any) -> None:
    window = at_seat.window
    window.activateWindow()
    window.pop.bar.buttons[0].setFocus()
    _press(window, "Space")
    until(lambda: station.done == [("hold", "c1")])
    station.send("call.seat", 30, seat="Li Mei", state="held")
    until(lambda: "Resume" in _open(at_seat))
    _press(window, "Space")
    assert station.done == [("hold", "c1")]


def test_new_window_shows_a_call_that_is_at_a_seat(
    program: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    fake.seats(station)
    station.seat_rows[0].update(state="talking", call="c1")
    station.call_rows.insert(0, fake.call_row("c1", 0, state="connected", customer=7, ended=None))
    station.port_rows[0].update(state="talking", call="c1")
    station.stored_events["c1"] = [
        station.event("call.answered", 6, by="script"),
        *(station.event("call.seat", 7, seat="Li Mei", state=state) for state in ("ringing", "answered")),
        station.event("call.seat", 8, seat="Li Mei", state="held"),
    ]
    made = program(fake.FakeFinder(station))
    until(lambda: "On hold at Li Mei" in _texts(made.window.pop))
    assert _open(made) == ["Resume", "Consult …", "Transfer …", "Park", *GIVE]


def test_call_of_many_events_is_still_known_to_be_at_its_seat(at_seat: Any, station: Any, until: Any) -> None:
    for place in range(EVENTS_KEPT + 20):
        station.send("call.digit", 20 + place / 10, digit="5", length_ms=80, during=None)
    until(lambda: len(at_seat.desk._events["c1"]) == EVENTS_KEPT)
    assert "Hold" in _open(at_seat)


def test_time_line_tells_of_seats_in_words(at_seat: Any, station: Any, until: Any) -> None:
    from ctidesk.words import say

    station.send("call.seat", 30, seat="Li Mei", state="left", cause="sent-on")
    station.send("call.seat", 30, seat="Bob", state="ringing")
    station.send("call.seat", 50, seat="Bob", state="left", cause="no-answer")
    station.send("call.seat", 50, seat="Li Mei", state="ringing", back="no-answer")
    station.send("call.parked", 60, slot=3, state="parked")
    station.send("call.parked", 70, slot=3, state="picked-up")
    until(lambda: "picked up" in say(at_seat.desk.timeline()[-1].words))
    assert [say(entry.words) for entry in at_seat.desk.timeline()][-9:] == [
        "Li Mei is rung",
        "Li Mei answers",
        "Li Mei and the caller talk",
        "No longer at Li Mei: the call is sent on",
        "Bob is rung",
        "No longer at Bob: nobody answered",
        "The call comes back to Li Mei: nobody answered",
        "The call is parked in place 3",
        "The call is picked up from place 3",
    ]


def test_call_in_a_queue_says_its_place_and_how_it_left(
    at_seat: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    from ctidesk.words import say

    station.send("call.seat", 30, seat="Li Mei", state="left", cause="operator")
    station.send("queue.entered", 31, queue="sales", position=2)
    until(lambda: "Waits in sales, place 2" in _texts(at_seat.window.pop))
    station.send("queue.position", 40, queue="sales", position=1)
    until(lambda: "Waits in sales, place 1" in _texts(at_seat.window.pop))
    assert _open(at_seat) == []
    station.send("call.seat", 41, seat="Bob", state="ringing")
    until(lambda: "Ringing Bob" in _texts(at_seat.window.pop))
    station.send("queue.left", 42, queue="sales", why="answered", position=1, seconds=11.0, seat="Bob")
    until(lambda: "a seat has answered" in say(at_seat.desk.timeline()[-1].words))
    assert [say(entry.words) for entry in at_seat.desk.timeline()][-4:] == [
        "The caller waits in sales, place 2",
        "The caller waits in sales, place 1",
        "Bob is rung",
        "No longer in sales: a seat has answered",
    ]


def test_call_that_a_seat_answered_on_the_line_is_in_no_menu(
    program: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    fake.seats(station)
    made = program(fake.FakeFinder(station))
    until(lambda: made.desk.reachable)
    fake.rings(station)
    station.send("call.seat", 1, seat="Li Mei", state="ringing")
    until(lambda: "Ringing Li Mei" in _texts(made.window.pop))
    assert made.window.pop._answer.isEnabled()
    fake.answered(station, by="seat")
    until(lambda: not made.window.pop._answer.isEnabled())
    assert not made.desk.in_menu(made.desk.current())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_d15_bar_and_seats_fit_a_small_window(
    program: Any, station: Any, fake: ModuleType, until: Any, language: str
) -> None:
    from PySide6.QtWidgets import QLabel, QPushButton

    fake.seats(station)
    made = program(fake.FakeFinder(station), language=language)
    made.window.resize(960, 700)
    until(lambda: made.desk.reachable)
    fake.rings(station)
    fake.answered(station, by="script")
    fake.at_seat(station)
    until(lambda: any(button.isEnabled() for button in made.window.pop.bar.buttons))

    def clipped() -> list[str]:
        found = [*made.window.findChildren(QLabel), *made.window.pop.bar.findChildren(QPushButton)]
        return [
            each.text()
            for each in found
            if each.isVisible() and each.text() and each.width() < each.minimumSizeHint().width()
        ]

    until(lambda: clipped() == [], "nothing is clipped")
    assert made.window.minimumSizeHint().height() <= 720
    for lamp in made.window.seats._lamps[:3]:
        until(lambda lamp=lamp: lamp.visibleRegion().boundingRect().height() == lamp.height())
