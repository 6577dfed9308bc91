"""The call bar in the window: hold, mute, park, pick-up, transfer and consultation, by mouse and keys."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tests.desktop.in_window import GIVE, click, open_buttons, press, texts


def test_call_is_held_taken_back_muted_and_parked(at_seat: Any, station: Any, until: Any) -> None:
    pop = at_seat.window.pop
    assert "Talks with Li Mei" in texts(pop)
    assert open_buttons(at_seat) == ["Hold", "Mute", "Consult …", "Transfer …", "Park", *GIVE]
    click(at_seat, "Hold")
    until(lambda: station.done == [("hold", "c1")])
    station.send("call.seat", 30, seat="Li Mei", state="held")
    until(lambda: "On hold at Li Mei" in texts(pop))
    assert open_buttons(at_seat) == ["Resume", "Consult …", "Transfer …", "Park", *GIVE]
    click(at_seat, "Resume")
    until(lambda: station.done[1:] == [("resume", "c1")])
    station.send("call.seat", 31, seat="Li Mei", state="talking")
    until(lambda: "Mute" in open_buttons(at_seat))
    click(at_seat, "Mute")
    until(lambda: station.done[2:] == [("mute", "c1")])
    station.send("call.seat", 32, seat="Li Mei", state="muted")
    until(lambda: open_buttons(at_seat) == ["Hold", "Unmute", "Consult …", "Transfer …", "Park", *GIVE])
    click(at_seat, "Unmute")
    until(lambda: station.done[3:] == [("resume", "c1")])
    station.send("call.seat", 33, seat="Li Mei", state="talking")
    until(lambda: "Park" in open_buttons(at_seat))
    click(at_seat, "Park")
    until(lambda: at_seat.window._connection.text().endswith("Parked in place 3"))
    assert station.done[4:] == [("park", "c1")]


def test_parked_call_says_its_place_and_is_picked_up_at_a_seat(
    at_seat: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    station.send("call.seat", 30, seat="Li Mei", state="left", cause="parked")
    station.send("call.parked", 30, slot=7, state="parked")
    fake.seat_state(station, "Bob", "talking", 30, "c9")
    until(lambda: "Parked in place 7" in texts(at_seat.window.pop))
    assert open_buttons(at_seat) == ["Pick up …"]
    click(at_seat, "Pick up …")
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
    click(at_seat, "Transfer …")
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


def test_another_seat_is_consulted_swapped_and_given_the_call(at_seat: Any, station: Any, until: Any) -> None:
    pop = at_seat.window.pop
    at_seat.window.activateWindow()
    press(at_seat.window, "F2")
    choice = at_seat.window.orders.choice
    assert choice.windowTitle() == "Talk first with"
    choice.go.click()
    until(lambda: station.done == [("consult", "c1", "Bob", "20")])
    station.send("call.seat", 20, seat="Bob", state="ringing", by="Li Mei")
    station.send("call.seat", 20, seat="Li Mei", state="consulting")
    until(lambda: "Li Mei consults another seat, which is rung" in texts(pop))
    assert open_buttons(at_seat) == ["Back", "Complete"]
    station.send("call.seat", 25, seat="Bob", state="answered")
    station.send("call.seat", 25, seat="Bob", state="consulted")
    until(lambda: "Li Mei consults Bob" in texts(pop))
    at_seat.window.activateWindow()
    until(at_seat.window.isActiveWindow)
    press(at_seat.window, "F5")
    until(lambda: station.done[1:] == [("swap", "c1")])
    station.send("call.seat", 30, seat="Li Mei", state="talking")
    station.send("call.seat", 30, seat="Bob", state="held")
    until(lambda: "Talks with Li Mei; Bob waits" in texts(pop))
    until(lambda: open_buttons(at_seat) == ["Swap", "Back", "Complete", "All three"])
    click(at_seat, "All three")
    until(lambda: station.done.pop() == ("conference", "c1") if len(station.done) == 3 else False)
    station.send("call.seat", 31, seat="Li Mei", state="conference")
    station.send("call.seat", 31, seat="Bob", state="conference")
    until(lambda: "Li Mei, Bob and the caller talk" in texts(pop))
    until(lambda: open_buttons(at_seat) == ["Swap", "Back", "Complete"])
    click(at_seat, "Back")
    until(lambda: station.done[2:] == [("resume", "c1")])
    until(lambda: "Complete" in open_buttons(at_seat))
    press(at_seat.window, "F2")
    until(lambda: station.done[3:] == [("complete", "c1")])


def test_choice_follows_the_seats_and_goes_with_the_call(
    at_seat: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    click(at_seat, "Transfer …")
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
        press(window, key)
        until(lambda done=done: station.done[-1:] == [(done, "c1")])
        until(lambda: "Park" in open_buttons(at_seat))
    press(window, "F12")  # it is not parked
    assert window.orders.choice is None
    press(window, "F9")
    assert window.orders.choice is not None
    window.orders.close()
    assert len(station.done) == 3


def test_refusal_is_told_in_words_and_the_bar_opens_again(at_seat: Any, station: Any, until: Any) -> None:
    station.refuses = "call c1 talks with no seat"
    click(at_seat, "Hold")
    words = "The call was not put on hold: the station refused."
    until(lambda: at_seat.window._connection.text().endswith(words))
    assert "call c1 talks with no seat" in at_seat.window._connection.toolTip()
    until(lambda: "Hold" in open_buttons(at_seat))


def test_second_press_on_hold_does_not_take_the_caller_back(at_seat: Any, station: Any, until: Any) -> None:
    window = at_seat.window
    window.activateWindow()
    window.pop.bar.buttons[0].setFocus()
    press(window, "Space")
    until(lambda: station.done == [("hold", "c1")])
    station.send("call.seat", 30, seat="Li Mei", state="held")
    until(lambda: "Resume" in open_buttons(at_seat))
    press(window, "Space")
    assert station.done == [("hold", "c1")]
