"""Seats and queues in the window: lamps, the pop, the time line, and what a call's past says of them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from ctidesk.viewmodels.desk import EVENTS_KEPT
from tests.desktop.in_window import GIVE, open_buttons, texts


def test_seats_are_shown_with_state_and_caller_and_their_telephones_not_as_lines(
    at_seat: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    assert len(at_seat.window.lamps._lamps) == 1
    assert {"Li Mei · 08", "In a call", "Anna Müller", "Bob · 09", "Ready"} <= set(
        texts(at_seat.window.seats)
    )
    fake.seat_state(station, "Bob", "wrap-up", 4)
    fake.seat_state(station, "Dan", "out-of-order", 4)
    until(lambda: {"After the call", "Out of order"} <= set(texts(at_seat.window.seats)))
    assert "0:06" in texts(at_seat.window.seats)  # it is ten seconds past noon
    assert at_seat.window.seats._lamps[0].accessibleName() == "Li Mei · 08, In a call, Anna Müller"


def test_a_station_without_seats_has_neither_their_lamps_nor_a_bar(
    shown: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    fake.rings(station)
    until(lambda: "Anna Müller" in texts(shown.window.pop))
    assert not shown.window.seats.isVisible()
    assert not shown.window.pop.bar.isVisible()


def test_lamp_of_a_seat_shows_its_call(at_seat: Any, station: Any, fake: ModuleType, until: Any) -> None:
    station.send("call.offered", 50, call="c2", port="sim/2", direction="in")
    until(lambda: at_seat.desk.current().id == "c2")
    station.send("call.ended", 55, call="c2", port="sim/2", cause="caller-gave-up", outcome="missed")
    at_seat.window.seats._lamps[0]._choose()
    until(lambda: at_seat.desk.current().id == "c1")


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
    until(lambda: "On hold at Li Mei" in texts(made.window.pop))
    assert open_buttons(made) == ["Resume", "Consult …", "Transfer …", "Park", *GIVE]


def test_call_of_many_events_is_still_known_to_be_at_its_seat(at_seat: Any, station: Any, until: Any) -> None:
    for place in range(EVENTS_KEPT + 20):
        station.send("call.digit", 20 + place / 10, digit="5", length_ms=80, during=None)
    until(lambda: len(at_seat.desk._events["c1"]) == EVENTS_KEPT)
    assert "Hold" in open_buttons(at_seat)


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
    until(lambda: "Waits in sales, place 2" in texts(at_seat.window.pop))
    station.send("queue.position", 40, queue="sales", position=1)
    until(lambda: "Waits in sales, place 1" in texts(at_seat.window.pop))
    assert open_buttons(at_seat) == []
    station.send("call.seat", 41, seat="Bob", state="ringing")
    until(lambda: "Ringing Bob" in texts(at_seat.window.pop))
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
    until(lambda: "Ringing Li Mei" in texts(made.window.pop))
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
