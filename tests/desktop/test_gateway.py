"""The gateway's threads against a fake station; no Qt: what is posted is run by the test."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from ctidesk.gateway import Gateway
from ctidesk.viewmodels import desk as desks
from ctidesk.viewmodels import player as players
from ctidesk.viewmodels.desk import Desk
from ctidesk.viewmodels.player import Player


class Ui:
    """The UI thread of the test."""

    def __init__(self) -> None:
        self.posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def until(self, so: Callable[[], Any], seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, "it did not happen"
            try:
                self.posted.get(timeout=0.02)()
            except queue.Empty:
                continue


class Rig:
    def __init__(self, fake: ModuleType, station: Any, *, patience: float) -> None:
        self.fake, self.station = fake, station
        self.finder = fake.FakeFinder(station)
        self.ui, self.desk = Ui(), Desk()
        self.output = fake.FakeOutput()
        self.player = Player(self.output, lambda job, done: (job(), done(None))[-1])
        self.gateway = Gateway(
            self.finder, self.desk, self.player, self.ui.posted.put, pause=0.01, patience=patience
        )

    def connect(self) -> None:
        self.gateway.start()
        self.ui.until(lambda: self.desk.reachable)


@pytest.fixture
def rig(fake: ModuleType) -> Iterator[Rig]:
    station = fake.FakeStation()
    fake.past(station)
    made = Rig(fake, station, patience=0.05)
    yield made
    made.gateway.stop()


def test_desktop_starts_a_station_when_none_runs(rig: Rig) -> None:
    rig.connect()
    assert rig.finder.started == 1
    assert rig.desk.connection == desks.CONNECTED
    assert [line.port for line in rig.desk.lines()] == ["sim/1"]


def test_network_is_never_touched_on_the_ui_thread(rig: Rig) -> None:
    rig.connect()
    rig.fake.rings(rig.station)
    rig.ui.until(lambda: rig.desk.answer_door().open)
    rig.gateway.answer()
    rig.gateway.look("c0-plain")
    rig.gateway.fetch(("recording", "r-c0-plain"), "Anna")
    rig.gateway.refresh()
    rig.ui.until(lambda: rig.station.done and rig.player.audio)
    assert rig.station.threads
    assert threading.get_ident() not in rig.station.threads


def test_answer_and_hang_up_reach_the_station(rig: Rig) -> None:
    rig.connect()
    rig.gateway.answer()
    rig.gateway.hang_up()
    rig.fake.rings(rig.station)
    rig.ui.until(lambda: rig.desk.answer_door().open)
    rig.gateway.answer()
    rig.gateway.answer()
    rig.ui.until(lambda: rig.station.done)
    rig.fake.answered(rig.station)
    rig.ui.until(lambda: rig.desk.hang_up_door().open)
    rig.gateway.hang_up()
    rig.ui.until(lambda: len(rig.station.done) == 2)
    assert rig.station.done == [("answer", "c1"), ("hang_up", "c1")]


def test_refusal_is_told_and_opens_the_door_again(rig: Rig) -> None:
    rig.connect()
    rig.fake.rings(rig.station)
    rig.ui.until(lambda: rig.desk.answer_door().open)
    rig.station.refuses = "the caller has hung up"
    rig.gateway.answer()
    assert not rig.desk.answer_door().open
    rig.ui.until(lambda: rig.desk.notice == desks.ANSWER_FAILED)
    assert rig.desk.detail == "the caller has hung up"
    assert rig.desk.answer_door().open


def test_d31_restarted_station_is_found_again_and_none_is_started(rig: Rig) -> None:
    rig.connect()
    rig.finder.station = None
    rig.gateway._patience = 30.0
    rig.station.die()
    rig.ui.until(lambda: not rig.desk.reachable)
    assert rig.desk.connection == desks.LOST
    rig.station.call_rows.insert(0, rig.fake.call_row("c9", 0, state="connected", ended=None))
    rig.station.stored_events["c9"] = [rig.station.event("call.answered", 6, call="c9", by="operator")]
    rig.finder.station = rig.station
    rig.ui.until(lambda: rig.desk.reachable)
    assert rig.finder.started == 1
    assert rig.desk.current() is not None
    assert rig.desk.has_events("c9")


def test_station_that_stays_away_is_started(rig: Rig) -> None:
    rig.connect()
    rig.finder.station = None
    rig.station.die()
    rig.ui.until(lambda: rig.desk.connection == desks.NOT_STARTED)
    assert rig.desk.detail == "no station runs here"
    rig.finder.station = rig.station
    rig.ui.until(lambda: rig.desk.reachable)
    assert rig.finder.started >= 2


def test_ended_call_is_read_again_from_the_station(rig: Rig) -> None:
    rig.connect()
    rig.fake.rings(rig.station)
    rig.fake.answered(rig.station)
    rig.ui.until(lambda: rig.desk.hang_up_door().open)
    rig.station.call_rows.insert(0, rig.fake.call_row("c1", 0, customer=7, outcome="message"))
    rig.station.message_rows.insert(
        0,
        {"id": "m2", "box": "1", "call": "c1", "started": rig.fake.wall(20), "seconds": 9.5, "state": "new"},
    )
    rig.fake.over(rig.station)
    rig.ui.until(lambda: rig.desk.history()[0].message == "m2")


def test_call_of_the_past_is_shown_with_its_stored_events(rig: Rig) -> None:
    rig.connect()
    rig.station.stored_events["c0-plain"] = [
        rig.station.event("call.offered", 0, call="c0-plain", direction="in"),
        rig.station.event("call.ended", 9, call="c0-plain", cause="remote-busy-tone"),
    ]
    rig.gateway.look("c0-plain")
    rig.ui.until(lambda: len(rig.desk.timeline()) == 2)


def test_message_is_fetched_and_played(rig: Rig) -> None:
    rig.connect()
    rig.gateway.fetch(("message", "m1"), "Anna", play=True)
    assert rig.player.state == "loading"
    rig.ui.until(lambda: rig.player.state == "playing")
    assert rig.output.starts == [0]
    assert ("listen", "m1") in rig.station.done


def test_recording_that_cannot_be_had_is_told_in_words(rig: Rig) -> None:
    rig.connect()
    rig.station.refuses = "it is missing on the disk"
    rig.gateway.fetch(("recording", "r-c0-plain"), "Anna")
    rig.ui.until(lambda: rig.player.state == "failed")
    assert (rig.player.words, rig.player.detail) == (players.NOT_LOADED, "it is missing on the disk")
    rig.station.refuses = None
    rig.station.audio["r-c0-plain"] = b"no wav at all"
    rig.gateway.fetch(("recording", "r-c0-plain"), "Anna")
    rig.ui.until(lambda: rig.player.words == players.NOT_READABLE)


def test_new_customer_is_saved_and_shown(rig: Rig) -> None:
    rig.connect()
    rig.station.send("call.offered", 0, direction="in")
    rig.station.send("call.caller", 3, number="4155550199", name=None, reason=None, checksum_ok=True)
    rig.ui.until(lambda: rig.desk.answer_door().open)
    rig.gateway.save_customer("c1", "Bo Lind", "4155550199", "", "")
    rig.ui.until(lambda: rig.desk.notice.source)
    assert ("add_customer", "Bo Lind", "4155550199") in rig.station.done
    card = rig.desk.card()
    assert card is not None
    assert card.headline == "Bo Lind"


def test_client_closed_in_the_middle_of_asking_is_a_lost_station(rig: Rig) -> None:
    rig.connect()

    def gone(*, limit: int) -> list[Any]:
        raise RuntimeError("Cannot send a request, as the client has been closed.")

    rig.station.recordings = gone
    rig.gateway.refresh()
    rig.gateway.fetch(("message", "m1"), "Anna")
    rig.ui.until(lambda: rig.player.state == "ready")
    assert rig.desk.history()


def test_stop_ends_both_threads(rig: Rig) -> None:
    rig.connect()
    rig.gateway.stop()
    assert not [one.name for one in threading.enumerate() if one.name.startswith("gateway-")]


def test_client_of_the_station_has_what_the_gateway_needs() -> None:
    import inspect

    from ctidesk.gateway import Station
    from ctidrv.service.client import StationClient

    for name, wanted in inspect.getmembers(Station, inspect.isfunction):
        if name.startswith("_"):
            continue
        offered = inspect.signature(getattr(StationClient, name)).parameters
        assert set(inspect.signature(wanted).parameters) <= set(offered), name
