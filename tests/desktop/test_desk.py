"""The desk: what snapshots and events make of lines, pop, time line and history. No Qt, no screen."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from ctidesk.viewmodels import card as cards
from ctidesk.viewmodels import desk as desks
from ctidesk.viewmodels import terms, timeline
from ctidesk.viewmodels.desk import Desk, Snapshot
from ctidesk.viewmodels.facts import Call, Customer, Event, Message, Port, Recording, read
from ctidesk.viewmodels.lines import LineView
from ctidrv.callcontrol.causes import Cause, Outcome


class Scene:
    """A desk that hears what a fake station sends, at once."""

    def __init__(self, fake: ModuleType) -> None:
        self.fake = fake
        self.station = fake.FakeStation()
        self.desk = Desk()
        self.rows: list[dict[str, Any]] = []
        self.station.streams.append(self)

    def put(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        self.desk.add_event(Event.of(row))

    def snapshot(self, *, events: tuple[Event, ...] = ()) -> None:
        station = self.station
        self.desk.set_snapshot(
            Snapshot(
                read(station.ports(), Port.of),
                read(station.calls(limit=500), Call.of),
                read(station.recordings(), Recording.of),
                read(station.messages(), Message.of),
                read(station.customers(), Customer.of),
                events,
            )
        )
        self.desk.set_connection(desks.CONNECTED, reachable=True)

    @property
    def line(self) -> LineView:
        return self.desk.lines()[0]

    @property
    def card(self) -> cards.Card:
        made = self.desk.card()
        assert made is not None
        return made


@pytest.fixture
def scene(fake: ModuleType) -> Scene:
    made = Scene(fake)
    fake.past(made.station)
    made.snapshot()
    return made


def test_ringing_call_lights_the_lamp_with_time_and_party(scene: Scene) -> None:
    assert (scene.line.state, scene.line.since, scene.line.timed) == ("idle", None, False)
    scene.fake.rings(scene.station)
    assert scene.line.state == "ringing"
    assert scene.line.words == terms.LINE_STATES["ringing"]
    assert scene.line.since == scene.fake.NOON
    assert scene.line.timed
    assert scene.line.who == "Anna Müller"


def test_lamp_goes_through_a_whole_call_and_is_free_after_it(scene: Scene) -> None:
    seen = []
    scene.station.streams[0] = _Watch(scene, lambda: seen.append(scene.line.state))
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station)
    scene.fake.over(scene.station)
    assert [state for state, before in zip(seen, ["", *seen], strict=False) if state != before] == [
        "idle",
        "ringing",
        "talking",
        "clearing",
        "idle",
    ]
    assert (scene.line.call, scene.line.since is not None, scene.line.timed) == (None, True, False)


class _Watch:
    def __init__(self, scene: Scene, look: Any) -> None:
        self.scene, self.look = scene, look

    def put(self, row: dict[str, Any]) -> None:
        self.scene.put(row)
        self.look()


def test_line_without_board_is_shown_as_device_missing(scene: Scene) -> None:
    scene.station.send("line.state", 1, call=None, state="missing")
    assert scene.line.words == terms.LINE_STATES[terms.MISSING]
    assert scene.line.call is None


def test_state_nobody_has_heard_of_is_not_known_instead_of_an_error(scene: Scene) -> None:
    scene.station.send("line.state", 1, call=None, state="parked-on-mars")
    assert scene.line.words == terms.UNKNOWN_STATE


def test_unreachable_station_leaves_no_lamp_that_claims_something(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.desk.set_connection(desks.LOST)
    assert scene.line.words == terms.UNKNOWN_STATE
    assert not scene.line.timed
    assert scene.desk.answer_door() == cards.Door(False, cards.UNREACHABLE)
    assert scene.desk.hang_up_door() == cards.Door(False, cards.UNREACHABLE)


def test_hl_2_caller_id_brings_the_customers_card(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    card = scene.card
    assert (card.headline, card.company, card.number) == ("Anna Müller", "Harbour Bakery", "(312) 555-0142")
    assert card.notes.startswith("Orders every Friday")
    assert card.tags == ("VIP", "bakery")
    assert card.known
    assert card.last is not None
    assert card.last.id == "c0-message"


def test_further_customers_of_the_number_are_named(scene: Scene) -> None:
    others = [{"id": 8, "name": "Bo Lind", "company": None}, {"id": 9, "name": "Cy Dahl", "company": "Quay"}]
    scene.station.send("call.offered", 0, direction="in")
    scene.station.send("call.customer", 3, id=7, name="Anna Müller", company=None, others=others)
    assert scene.card.others == ("Bo Lind", "Cy Dahl")


def test_last_call_of_a_number_nobody_knows_is_found(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    scene.station.send("call.caller", 3, number="2065550111", name=None, reason=None, checksum_ok=True)
    assert scene.card.last is not None
    assert scene.card.last.id == "c0-missed"


def test_hl_2_unknown_number_brings_an_empty_card_with_the_number(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    scene.station.send("call.caller", 3, number="4155550199", name=None, reason=None, checksum_ok=True)
    card = scene.card
    assert (card.headline, card.number) == (cards.NEW_CALLER, "(415) 555-0199")
    assert (card.known, card.save.open, card.last) == (False, True, None)


def test_d5_pop_comes_without_a_number_and_is_corrected_when_it_arrives(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    assert (scene.card.headline, scene.card.number) == (cards.WAITING, terms.NO_NUMBER_YET)
    assert not scene.card.save.open
    scene.station.send("call.caller", 9, number="2065550111", name="PORTER J", reason=None, checksum_ok=True)
    assert (scene.card.headline, scene.card.number) == ("PORTER J", "(206) 555-0111")


def test_withheld_and_missing_numbers_are_told_apart(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    scene.station.send("call.caller", 3, number=None, name=None, reason="private", checksum_ok=True)
    assert scene.card.number == terms.PRIVATE
    scene.station.send("call.caller", 4, number=None, name=None, reason="unavailable", checksum_ok=True)
    assert scene.card.number == terms.UNAVAILABLE


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            {"number": "2125550199", "name": "BOB"},
            timeline.WAITING_NAMED.fill(number="(212) 555-0199", name="BOB"),
        ),
        ({"number": "2125550199"}, timeline.WAITING.fill(number="(212) 555-0199")),
        ({"number": None, "checksum_ok": False}, timeline.WAITING_NONE),
    ],
)
def test_a_waiting_call_is_a_line_in_the_call_that_runs_and_its_card_stays(
    scene: Scene, told: dict[str, Any], words: Any
) -> None:
    scene.station.send("call.offered", 0, direction="in")
    scene.station.send("call.caller", 3, number="2065550111", name="PORTER J", reason=None, checksum_ok=True)
    before = scene.card
    scene.station.send("call.waiting", 8, **told)
    assert scene.desk.timeline()[-1].words == words
    assert scene.card == before


def test_damaged_caller_id_names_nobody(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    scene.station.send("call.caller", 3, number=None, name=None, reason=None, checksum_ok=False)
    assert scene.card.number == terms.NO_NUMBER_YET
    assert scene.desk.timeline()[-1].words == timeline.CALLER_BAD


def test_a_recording_that_was_deleted_by_age_is_told(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    reason = "kept for 30d"
    scene.station.send("call.recording", 90, recording="r1", path="/x.wav", state="deleted", reason=reason)
    assert scene.desk.timeline()[-1].words == timeline.DELETED


def test_d6_doors_follow_the_call_and_say_why_they_are_shut(scene: Scene) -> None:
    assert scene.desk.answer_door() == cards.Door(False, cards.NO_CALL)
    scene.fake.rings(scene.station)
    assert scene.desk.answer_door() == cards.Door(True)
    assert scene.desk.hang_up_door() == cards.Door(False, cards.STILL_RINGS)
    scene.fake.answered(scene.station)
    assert scene.desk.answer_door() == cards.Door(False, cards.IS_ANSWERED)
    assert scene.desk.hang_up_door() == cards.Door(True)
    scene.fake.over(scene.station)
    assert scene.desk.answer_door() == cards.Door(False, cards.IS_OVER)
    assert scene.desk.hang_up_door() == cards.Door(False, cards.IS_OVER)


def test_call_in_the_menu_can_be_taken_over(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station, by="script")
    assert (scene.card.menu, scene.card.state_words) == (True, cards.IN_MENU)
    assert scene.desk.answer_door() == cards.Door(True)
    scene.station.send("call.answered", 12, by="operator")
    assert (scene.card.menu, scene.card.state_words) == (False, cards.TALKS)
    assert scene.desk.answer_door() == cards.Door(False, cards.IS_ANSWERED)
    assert scene.desk.timeline()[-1].words == timeline.TAKEN_OVER


def test_door_stays_shut_between_asking_and_the_answer(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.desk.asked("c1", "answer")
    assert scene.desk.answer_door() == cards.Door(False, cards.ASKED)
    scene.desk.failed("c1", desks.ANSWER_FAILED, "why")
    assert scene.desk.answer_door() == cards.Door(True)
    assert (scene.desk.notice, scene.desk.detail) == (desks.ANSWER_FAILED, "why")
    scene.desk.asked("c1", "answer")
    scene.fake.answered(scene.station)
    assert scene.desk.hang_up_door() == cards.Door(True)


def test_answer_key_means_the_call_that_rings_longest_while_one_is_running(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station)
    scene.desk.choose("c1")
    scene.station.send("call.offered", 31, call="c3", port="sim/3", direction="in")
    scene.station.send("call.offered", 30, call="c2", port="sim/2", direction="in")
    assert scene.card.call == "c1"
    assert scene.desk.answer_door().open
    found = scene.desk.to_answer()
    assert found is not None
    assert found.id == "c2"
    assert scene.desk.hang_up_door().open


def test_time_line_tells_the_call_in_order_and_in_words(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station, by="script")
    scene.fake.menu(scene.station)
    scene.fake.over(scene.station)
    told = scene.desk.timeline()
    assert [entry.words.source for entry in told] == [
        words.source
        for words in (
            timeline.OFFERED,
            timeline.RANG,
            timeline.CALLER_NAMED,
            timeline.CUSTOMER_OF,
            timeline.RANG_AGAIN,
            timeline.BY_MENU,
            timeline.RECORDING,
            timeline.PROMPT,
            timeline.KEY,
            timeline.CHOICE_WRONG,
            timeline.KEY_EARLY,
            timeline.CHOICE_ON,
            timeline.MESSAGE,
            timeline.CLEARING,
            timeline.RECORDED,
            timeline.ENDED,
        )
    ]
    assert told[2].words.args == {"number": "(312) 555-0142", "name": "MULLER ANNA"}
    assert told[4].words.args == {"count": 2}
    assert told[12].words.args == {"length": "0:12", "box": "1"}
    assert [entry.moment for entry in told] == sorted(e.moment for e in told if e.moment is not None)


def test_rings_in_a_row_are_one_line(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    for count in (1, 2, 3):
        scene.station.send("call.ring", 6 * count, count=count)
    assert [entry.words.args for entry in scene.desk.timeline()] == [{}, {"count": 3}]


def test_prompt_that_a_key_had_ended_before_it_began_is_not_told(scene: Scene) -> None:
    send = scene.station.send
    send("call.prompt", 5, prompt="first", lang="en-US", state="started", reason=None)
    send("call.prompt", 9, prompt="first", lang="en-US", state="ended", reason="digit")
    send("call.prompt", 9, prompt="second", lang="en-US", state="started", reason=None)
    send("call.prompt", 9.02, prompt="second", lang="en-US", state="ended", reason="digit")
    send("call.choice", 9.02, key="9", result="match", target=None)
    assert [(entry.words.source, entry.words.args) for entry in scene.desk.timeline()] == [
        (timeline.PROMPT.source, {"prompt": "first"}),
        (timeline.CHOICE.source, {"key": "9"}),
    ]


def test_line_bears_the_name_that_the_office_gave_it(scene: Scene) -> None:
    row = {"id": "sim/1", "label": "simulated line 8001", "named": False}
    assert Port.of(row).label is None
    assert Port.of({**row, "label": "Sales", "named": True}).label == "Sales"


def test_event_heard_twice_changes_nothing(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station)
    before = scene.desk.timeline(), scene.card, scene.desk.lines()
    for row in scene.rows:
        if row["type"].startswith("call."):
            scene.desk.add_event(Event.of(row))
    assert (scene.desk.timeline(), scene.card, scene.desk.lines()) == before


def test_old_events_never_take_a_call_back(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station)
    scene.fake.over(scene.station)
    for row in list(scene.rows):
        scene.desk.add_event(Event.of(row))
        assert scene.card.state == "ended"
    assert scene.line.state == "idle"


def test_row_that_the_store_has_not_yet_written_on_does_not_undo_an_event(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station)
    scene.station.call_rows.insert(
        0, scene.fake.call_row("c1", 0, state="alerting", answered=None, ended=None, outcome=None)
    )
    scene.snapshot()
    assert scene.card.state == "connected"


def test_d31_snapshot_shows_the_running_call_with_its_past_events(fake: ModuleType) -> None:
    other = Scene(fake)
    other.snapshot()
    fake.rings(other.station)
    fake.answered(other.station)
    new = Scene(fake)
    new.station.port_rows[0].update(state="talking", call="c1")
    new.station.customer_rows = [fake.ANNA]
    new.station.call_rows = [
        fake.call_row("c1", 0, state="connected", customer=7, ended=None, cause=None, outcome=None)
    ]
    new.snapshot(events=read([row for row in other.rows if row["call"]], Event.of))
    assert (new.line.state, new.line.who, new.line.since) == (
        "talking",
        "Anna Müller",
        fake.NOON + timedelta(seconds=6),
    )
    assert (new.card.headline, new.card.state) == ("Anna Müller", "connected")
    assert new.desk.hang_up_door().open
    assert new.desk.timeline() == other.desk.timeline()


def test_call_that_the_restarted_station_ended_is_shown_as_ended(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    scene.fake.answered(scene.station)
    scene.desk.set_connection(desks.LOST)
    ended = scene.fake.call_row("c1", 0, outcome="interrupted", cause="station-restart", customer=7)
    scene.station.call_rows.insert(0, ended)
    scene.snapshot()
    assert (scene.line.state, scene.line.call) == ("idle", None)
    assert scene.desk.history()[0].kind == "interrupted"
    assert scene.desk.history()[0].words == terms.OUTCOMES["interrupted"]


def test_d16_history_has_calls_and_messages_newest_first_and_marks_missed_ones(scene: Scene) -> None:
    rows = scene.desk.history()
    assert [(row.call, row.kind) for row in rows] == [
        ("c0-message", "message"),
        ("c0-missed", "missed"),
        ("c0-plain", "call"),
        ("c0-private", "call"),
        ("c0-old", "interrupted"),
    ]
    assert [row.call for row in scene.desk.history("missed")] == ["c0-missed"]
    assert [row.call for row in scene.desk.history("messages")] == ["c0-message"]
    assert (rows[0].audio, rows[0].fresh, rows[0].seconds) == (("message", "m1"), True, 14.2)
    assert (rows[1].audio, rows[1].who) == (None, "PORTER J")
    assert (rows[2].audio, rows[2].seconds) == (("recording", "r-c0-plain"), 34.0)
    assert (rows[3].who, rows[3].number) == (terms.PRIVATE, terms.PRIVATE)


def test_running_call_stands_on_top_of_the_history(scene: Scene) -> None:
    scene.fake.rings(scene.station)
    top = scene.desk.history()[0]
    assert (top.call, top.kind) == ("c1", "running")


def test_open_recording_is_not_offered_for_listening(scene: Scene) -> None:
    scene.station.recording_rows[1]["sha256"] = None
    scene.snapshot()
    assert next(row for row in scene.desk.history() if row.call == "c0-plain").audio is None


def test_history_of_100000_calls_stays_short(scene: Scene) -> None:
    calls = tuple(Call(f"x{n}", "sim/1", state="ended") for n in range(2000))
    scene.desk.refresh(Snapshot(calls=calls))
    assert len(scene.desk.history()) == 500


def test_saved_customer_is_on_the_card_at_once(scene: Scene) -> None:
    scene.station.send("call.offered", 0, direction="in")
    scene.station.send("call.caller", 3, number="4155550199", name=None, reason=None, checksum_ok=True)
    scene.desk.add_customer(Customer(31, "Bo Lind", numbers=("+14155550199",)), "c1")
    assert (scene.card.headline, scene.card.known) == ("Bo Lind", True)
    assert scene.desk.notice == desks.SAVED.fill(name="Bo Lind")


def test_rows_that_are_no_rows_are_left_out() -> None:
    assert read([{"id": "a"}, {}, None, 7, {"id": ["x"]}], Call.of) == (Call("a", ""),)
    assert read(None, Call.of) == ()
    assert read([{"name": "no id"}, {"id": True, "name": "odd"}], Customer.of) == ()
    assert Port.of({"id": "sim/1", "since": "soon", "country": 49}).since is None


def test_every_cause_and_outcome_of_call_control_has_words() -> None:
    assert set(terms.CAUSES) == {cause.value for cause in Cause}
    assert set(terms.OUTCOMES) == {outcome.value for outcome in Outcome}


def test_every_line_state_of_call_control_has_words() -> None:
    from ctidrv.callcontrol.fxo import State

    assert {state.word for state in State} <= set(terms.LINE_STATES)


def test_word_of_waiting_messages_leaves_the_line_as_it_is(scene: Scene) -> None:
    scene.snapshot()
    before = scene.desk.lines()
    scene.station.send("line.message_waiting", 3, call=None, waiting=True, messages=2)
    assert scene.desk.lines() == before
