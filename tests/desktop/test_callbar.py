"""Where a call is, from its events, and what the call bar offers for it there. No Qt."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from ctidesk.gateway import Station
from ctidesk.viewmodels import callbar
from ctidesk.viewmodels.card import IS_OVER, NO_CALL, UNREACHABLE, Door
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
