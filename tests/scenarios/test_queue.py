"""Callers who wait in a queue, with real audio in virtual time: what they hear, in which order they are
answered, and how they leave it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, VOICE, Office
from office_with_queue import OFFICE, PROMPTS, SCRIPT, QueueOffice, replay

from ctidrv.callcontrol.queueing import Spoken
from ctidrv.config import QueueConfig
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, ms, seconds

QUIET_DBM0, QUIET_S = -55.0, 2.0


def prompt(name: str, language: str = "en-US") -> Pcm:
    return PROMPTS.sound(language, name)


MUSIC = prompt("music/calm")


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., QueueOffice]]:
    """An office whose calls go straight into the queue."""
    made: list[QueueOffice] = []

    def make(*country: str, **more: Any) -> QueueOffice:
        made.append(QueueOffice(tmp_path / str(len(made)), *country, **more))
        return made[-1]

    yield make
    for office in made:
        office.rig.close()


@pytest.fixture
def make_shipped(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """An office with `queue.ivr.yaml`."""
    made: list[Office] = []

    def make(queue: QueueConfig = OFFICE, **more: Any) -> Office:
        settings = {"groups": ("operators",), "script": SCRIPT.name, "queues": [queue], **more}
        made.append(Office(tmp_path / str(len(made)), **settings))
        return made[-1]

    yield make
    for office in made:
        office.rig.close()


async def through_the_menu(
    office: Office, line: int = 0, key: str = "1", language: str = "en-US", heard: int | None = None
) -> Any:
    """A caller who has asked for an operator, and has heard so many samples of the words for who waits."""
    ann = await office.caller(f"212555010{line}", None, line)
    await ann.hears(prompt("welcome")[:8000])
    await ann.press(key)
    await ann.hears(prompt("reception-menu", language)[:8000])
    await ann.press("0")
    await ann.hears(prompt("please-wait", language)[:heard])
    return ann


async def nobody_ready(office: Office) -> None:
    """The only operator talks with somebody else: her telephone is off hook."""
    await office.operators[0].lift()
    await office.until(lambda: office.seat() == "in-use")


async def nobody_but_paused(office: QueueOffice, callers: int, paused: Sequence[str] = ()) -> list[Any]:
    """So many wait, and no operator wants a call."""
    for seat in paused:
        await office.station.pause_seat(seat, True)
    await nobody_ready(office)
    people = []
    for line in range(callers):
        people.append(await office.caller(f"212555010{line}", None, line))
        await office.until(lambda line=line: len(office.places()) == line + 1)
    await office.station.pause_seat("01", True)
    await office.operators[0].hang_up()
    await office.clock.sleep(seconds(2))
    return people


def while_waiting(office: Office, call: int) -> Pcm:
    """What was sent to a caller from his entering to his leaving."""
    since, until = (office.events(f"queue.{what}", call)[0] for what in ("entered", "left"))
    sent, _ = office.recording(call)
    begin = office.events("call.answered", call)[0]["at"]
    return sent[int((since["at"] - begin) * 8000) : int((until["at"] - begin) * 8000)]


def longest_quiet(sound: Pcm) -> float:
    """Seconds."""
    samples = numpy.frombuffer(sound.bytes, dtype="<i2").astype(float)
    whole = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    levels = 10 * numpy.log10((whole**2).mean(axis=1) + 1e-9) - 84.16
    longest = run = 0
    for level in levels:
        run = run + 1 if level < QUIET_DBM0 else 0
        longest = max(longest, run)
    return longest / 50


def spoken(office: Office, call: int) -> list[int]:
    """The places that a caller was told."""
    return [event["position"] for event in office.events("queue.said", call)]


# What is heard.


@pytest.mark.parametrize(("key", "language"), [("1", "en-US"), ("2", "zh-CN")])
def test_ac_5_caller_hears_music_at_once_and_each_better_place_once(make_shipped, key, language) -> None:
    office = make_shipped(lines=3)

    async def scene() -> None:
        await nobody_ready(office)
        people = [await through_the_menu(office, line, key, language) for line in range(3)]
        third = people[2]
        await third.hears(prompt("numbers/3", language), within=seconds(8))
        for person, number in ((0, "2"), (1, "1")):
            await people[person].hang_up()
            await third.hears(prompt(f"numbers/{number}", language), within=seconds(25))
        await office.clock.sleep(seconds(12))
        await office.operators[0].hang_up()
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        await office.clock.sleep(seconds(0.5))
        await office.operators[0].speak(ANSWER)
        await third.hears(ANSWER)
        await office.operators[0].hang_up()
        await third.hears(prompt("goodbye", language))
        await third.hang_up()

    office.play(scene())
    assert [spoken(office, call) for call in range(3)] == [[1], [2, 1], [3, 2, 1]]
    said = [(event["prompt"], event["lang"]) for event in office.events("call.prompt", 2)]
    assert said.count(("queue-position", language)) == 6  # begun and ended
    for call in range(3):
        heard = while_waiting(office, call)
        start = find(MUSIC[:8000], heard[:12000])
        assert start.snr_db > 15
        assert start.offset <= 4000  # samples: 500 ms
        assert longest_quiet(heard) < QUIET_S
    answered = while_waiting(office, 2)
    places = [find(prompt(f"numbers/{number}", language), answered) for number in (3, 2, 1)]
    assert all(match.snr_db > 15 for match in places)
    assert [match.offset for match in places] == sorted(match.offset for match in places)
    assert [event["why"] for call in range(3) for event in office.events("queue.left", call)] == [
        "caller-left",
        "caller-left",
        "answered",
    ]


def test_what_is_announced_is_heard_whole_before_a_seat_rings_and_nobody_overtakes(make_office) -> None:
    office = make_office(lines=2, clearing=["loop-break"])
    words = prompt("please-leave-message")
    office.served = replace(office.served, first=Spoken("please-leave-message", "en-US", [words]))

    async def scene() -> None:
        ann = await office.caller(line=0)
        await office.until(lambda: len(office.places()) == 1)
        office.served = replace(office.served, first=None)
        bob = await office.caller(line=1)
        await ann.hears(words)
        await office.operators[0].is_rung()
        assert office.station.queue_rows()[0]["waiting"][0]["rings"] == "seat 1"
        await ann.hears(MUSIC[:8000])
        await ann.hang_up()
        await bob.hang_up()

    office.play(scene())
    (prompted, ended), (offered,) = office.events("call.prompt", 0), office.events("queue.offered", 0)
    assert (prompted["prompt"], ended["reason"]) == ("please-leave-message", "end")
    assert ended["at"] <= offered["at"] < ended["at"] + 0.1
    came = [event["call"] for event in office.journal("queue.entered")]
    assert [event["call"] for event in office.journal("queue.offered")][:1] == came[:1]


def test_places_beyond_the_recorded_numbers_are_not_said_and_the_music_goes_on(make_office) -> None:
    office = make_office(lines=22, phones=22, queue=replace(OFFICE, most=22, announce=1))

    async def scene() -> None:
        await nobody_ready(office)
        people = []
        for line in range(22):
            people.append(await office.caller(line=line))
            await office.until(lambda line=line: len(office.places()) == line + 1)
        await office.clock.sleep(seconds(6))
        assert not [event for event in office.journal("queue.said") if event["position"] > 20]
        await people[0].hang_up()
        await people[1].hang_up()
        await people[21].hears(prompt("numbers/20"), within=seconds(15))
        await asyncio.gather(*(person.hang_up() for person in people[2:]))
        await office.operators[0].hang_up()

    office.play(scene())
    assert spoken(office, 21) == [20]


def test_between_two_words_of_the_place_lies_the_time_of_the_queue(make_office) -> None:
    office = make_office(lines=4, queue=replace(OFFICE, announce=12), clearing=["loop-break"])

    async def scene() -> None:
        await nobody_ready(office)
        people = [await office.caller(line=line) for line in range(4)]
        await office.until(lambda: spoken(office, 3) == [4])
        for person in people[:3]:
            await person.hang_up()
            await office.clock.sleep(seconds(1))
        await office.until(lambda: spoken(office, 3) == [4, 1], within=14)
        await people[3].hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    first, second = office.events("queue.said", 3)
    assert second["at"] - first["at"] == pytest.approx(12, abs=0.1)
    assert [event["position"] for event in office.events("queue.position", 3)] == [3, 2, 1]


# Who is answered, and by whom.


def test_ac_2_twenty_callers_are_answered_in_their_order_each_by_the_operator_idle_longest(
    make_office,
) -> None:
    office = make_office(lines=20, phones=20, seats=4)

    async def scene() -> None:
        for index in (2, 0, 1):  # so they have been idle
            await office.operators[index].lift()
            await office.clock.sleep(ms(300))
            await office.operators[index].hang_up()
            await office.clock.sleep(seconds(1.5))
        await office.rush(20, spacing=1, talks=(3, 4, 5.5))

    office.play(scene())
    events = office.journal()
    found, chosen = replay(events, ["seat 1", "seat 2", "seat 3"])
    assert found == []
    assert chosen >= 2
    came = [event["call"] for event in events if event["type"] == "queue.entered"]
    had = [event for event in events if event["type"] == "queue.left"]
    assert [event["call"] for event in had] == came
    assert len(came) == 20
    assert {event["why"] for event in had} == {"answered"}
    assert [event["seat"] for event in had[:3]] == ["seat 3", "seat 1", "seat 2"]
    assert {waited.status for waited in office.waited} == {"answered"}
    assert max(event["seconds"] for event in had) > 20
    assert office.operators[3].notes == []  # she serves no queue


def test_ac_1_a_hundred_calls_for_a_group_never_ring_the_seat_outside_of_it(make_office) -> None:
    office = make_office(lines=10, phones=10, seats=4)

    async def scene() -> None:
        await office.rush(10, spacing=0.7, talks=(0.5, 1, 1.5), times=10)

    office.play(scene(), limit=900)
    assert [waited.status for waited in office.waited] == ["answered"] * 100
    assert office.operators[3].notes == []
    rung = [event["seat"] for event in office.journal("queue.offered")]
    assert set(rung) == {"seat 1", "seat 2", "seat 3"}
    found, chosen = replay(office.journal(), ["seat 1", "seat 2", "seat 3"])
    assert found == []
    assert chosen >= 30  # often several of them had nothing to do


def test_who_does_not_answer_goes_behind_and_the_caller_keeps_the_first_place(make_office) -> None:
    office = make_office(lines=2, seats=2, queue=replace(OFFICE, ring=8))

    async def scene() -> None:
        ann = await office.caller("2125550100", None, 0)
        await office.operators[0].is_rung()
        await office.station.pause_seat("02", True)
        bob = await office.caller("2125550111", None, 1)
        await office.until(lambda: len(office.places()) == 2)
        await office.station.pause_seat("02", False)  # rung for Bob, who is next
        await office.operators[1].is_rung()
        await office.until(lambda: len(office.events("queue.offered", 0)) == 2, within=30)
        assert office.places() == [("2125550100", 1), ("2125550111", 2)]
        for turn in (0, 1):  # after each other they are rung again
            await office.until(lambda: "ringing" in (office.seat(0), office.seat(1)))
            ringing = [office.seat(0), office.seat(1)].index("ringing")
            await office.operators[ringing].answer()
            await office.until(lambda turn=turn: len(office.places()) == 1 - turn)
        await ann.hang_up()
        await bob.hang_up()
        for operator in office.operators:
            await operator.hears_tone("busy", within=seconds(15))
            await operator.hang_up()

    office.play(scene())
    found, _ = replay(office.journal(), ["seat 1", "seat 2"])
    assert found == []
    missed = [event for event in office.seat_events(0) if event[1:] == ("left", "no-answer")]
    assert missed[0] == ("seat 1", "left", "no-answer")
    heard = while_waiting(office, 0)
    assert longest_quiet(heard) < 0.2  # that nobody answered is not to be heard


def test_outside_number_that_cannot_be_called_is_not_tried_without_end(make_office) -> None:
    # No other line is free, so it is refused within no time.
    office = make_office(outside="2125550188", queue=replace(OFFICE, seats=("mobile",), timeout=12))

    async def scene() -> None:
        ann = await office.caller()
        await office.until(lambda: office.waited, within=40)
        await ann.hang_up()

    office.play(scene())
    assert [waited.status for waited in office.waited] == ["timeout"]
    tried = [event["at"] for event in office.events("queue.offered")]
    assert 2 <= len(tried) <= 3
    assert all(after - before > 4.99 for before, after in pairwise(tried))
    assert longest_quiet(while_waiting(office, 0)) < 0.2


def test_seat_that_becomes_ready_takes_the_first_caller_and_the_card_comes_with_him(make_office) -> None:
    office = make_office(lines=2)
    office.served = replace(office.served, card={"order": "1234"})

    async def scene() -> None:
        await office.station.pause_seat("01", True)
        await nobody_ready(office)
        ann = await office.caller("2125550100", None, 0)
        bob = await office.caller("2125550111", None, 1)
        await office.until(lambda: len(office.places()) == 2)
        (row,) = office.station.queue_rows()
        assert row["seats"] == [{"name": "seat 1", "state": "in-use"}]
        await office.operators[0].hang_up()
        await office.station.pause_seat("01", False)
        await office.operators[0].answer(rings=2)
        await office.until(lambda: len(office.places()) == 1)
        assert [shown.number for shown in office.operators[0].shown] == ["2125550100"]
        assert office.places() == [("2125550111", 1)]
        await ann.hang_up()
        await bob.hang_up()
        await office.operators[0].hears_tone("busy", within=seconds(15))
        await office.operators[0].hang_up()

    office.play(scene())
    assert office.events("call.seat", 0)[0]["card"] == {"order": "1234"}


@pytest.mark.parametrize("rung", [1, 2])
def test_seat_that_becomes_ready_as_others_do_not_answer_is_rung_for_who_came_first(
    make_office, rung
) -> None:
    office = make_office(lines=rung + 1, seats=3, queue=replace(OFFICE, ring=6))

    async def scene() -> None:
        people = await nobody_but_paused(office, callers=rung + 1, paused=("02", "03"))
        for seat in range(rung):
            await office.station.pause_seat(f"0{seat + 2}", False)
        await office.operators[1].is_rung()
        offered = office.journal("queue.offered")
        assert len(offered) == rung
        await office.clock.until(round(offered[0]["at"] * RATE) + seconds(6))
        await office.station.pause_seat("01", False)
        await office.operators[0].is_rung()
        await asyncio.gather(*(person.hang_up() for person in people))

    office.play(scene())
    assert replay(office.journal(), ["seat 1", "seat 2", "seat 3"])[0] == []
    first = next(event for event in office.journal("queue.offered") if event["seat"] == "seat 1")
    assert (first["call"], first["position"]) == (office.connected[0].id, 1)


def test_seat_that_missed_a_call_that_came_back_is_rung_for_who_waits_when_it_has_rested(make_office) -> None:
    office = make_office(lines=2)

    async def scene() -> None:
        ann, operator = await office.talking()
        bob = await office.caller("2125550111", None, 1)
        await office.until(lambda: len(office.places()) == 1)
        await office.station.park(office.connected[0].id, 1.6)
        await operator.hang_up()
        await office.until(lambda: office.seat() == "ringing")
        await office.until(lambda: office.seat() == "ready", within=35)
        await office.until(lambda: office.seat() == "ringing", within=6)
        await asyncio.gather(ann.hang_up(), bob.hang_up())

    office.play(scene())
    assert replay(office.journal(), ["seat 1"])[0] == []


def test_no_seat_is_rung_for_who_is_gone_as_it_becomes_ready(make_office) -> None:
    office = make_office(lines=2)

    async def scene() -> None:
        people = await nobody_but_paused(office, callers=2)
        office.connected[0].hang_up_now()
        await office.station.pause_seat("01", False)
        await office.operators[0].is_rung()
        await asyncio.gather(*(person.hang_up() for person in people))

    office.play(scene())
    (offered,) = office.journal("queue.offered")
    assert (offered["call"], offered["position"]) == (office.connected[1].id, 1)


# How callers leave.


@pytest.mark.parametrize("during", ["before", "words", "music", "ring"])
def test_ac_5_the_key_that_leaves_is_obeyed_at_once_and_leads_to_the_mailbox(make_shipped, during) -> None:
    office = make_shipped()

    async def scene() -> None:
        if during != "ring":
            await nobody_ready(office)
        ann = await through_the_menu(office, heard=8000 if during == "before" else None)
        if during == "words":
            await ann.hears(prompt("you-are-number")[:6000])
        elif during == "music":
            await ann.hears(MUSIC[:8000])
        elif during == "ring":
            await office.operators[0].is_rung()
        await ann.press("*")
        await ann.hears(prompt("please-leave-message"))
        await office.clock.sleep(seconds(1))
        await ann.speak(VOICE)
        await ann.press("#")
        await ann.hears(prompt("message-saved"))
        await ann.hang_up()
        await office.operators[0].hang_up()
        await office.until(lambda: office.seat() == "ready")

    office.play(scene())
    (left,) = office.events("queue.left")
    key = next(event for event in office.events("call.digit") if event["digit"] == "*")
    assert left["why"] == "left"
    assert key["during"] == {"before": "please-wait", "words": "queue-position"}.get(during, "queue")
    greeting = next(e for e in office.events("call.prompt") if e["prompt"] == "please-leave-message")
    assert greeting["at"] - (key["at"] - key["length_ms"] / 1000) < 0.25
    (message,) = office.rig.calls()[0]["messages"]
    assert find(VOICE[8000:], read_wav(message["path"]).channels[0]).snr_db > 15
    causes = [cause for _, state, cause in office.seat_events() if state == "left"]
    assert causes == (["withdrawn"] if during == "ring" else [])
    kinds = [leg["kind"] for leg in office.rig.calls()[0]["legs"]]
    seats = ["seat"] if during == "ring" else []
    assert kinds == ["line", "ivr", "queue", *seats, "ivr", "mailbox"]


def test_the_key_is_obeyed_in_the_words_that_come_first_and_no_seat_rings(make_office) -> None:
    office = make_office()
    words = prompt("please-leave-message")
    office.served = replace(office.served, first=Spoken("please-leave-message", "en-US", [words]))

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(words[:8000])
        await ann.press("*")
        await office.until(lambda: office.waited, within=1)
        await ann.hang_up()

    office.play(scene())
    assert [waited.status for waited in office.waited] == ["left"]
    assert office.operators[0].notes == []


@pytest.mark.parametrize("rings", [False, True])
def test_nobody_waits_longer_than_the_queue_allows(make_shipped, rings) -> None:
    office = make_shipped(replace(OFFICE, timeout=12, ring=30))

    async def scene() -> None:
        if not rings:
            await nobody_ready(office)
        ann = await through_the_menu(office)
        await ann.hears(prompt("nobody-free"), within=seconds(20))
        await ann.hears(prompt("please-leave-message"))
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    (left,) = office.events("queue.left")
    assert (left["why"], left["position"]) == ("timeout", 1)
    assert left["seconds"] == pytest.approx(12, abs=0.05)
    assert office.seat() == "ready"


@pytest.mark.parametrize(
    ("country", "clearing"),
    [("US", "busy-tone"), ("CN", "busy-tone"), ("GB", "loop-break"), ("DE", "congestion-tone")],
)
def test_caller_who_hangs_up_is_gone_and_the_next_moves_up(make_office, country, clearing) -> None:
    office = make_office(country, lines=3, clearing=[clearing])

    async def scene() -> None:
        await nobody_ready(office)
        people = []
        for line in range(3):
            people.append(await office.caller(f"212555010{line}", None, line))
            await office.until(lambda line=line: len(office.places()) == line + 1)
        await office.clock.sleep(seconds(5))
        await people[0].hang_up()
        await office.until(lambda: len(office.places()) == 2, within=12)
        assert office.connected[0].cause is not None
        assert [place for _, place in office.places()] == [1, 2]
        for person in people[1:]:
            await person.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    assert [call["cause"].startswith("remote-") for call in office.rig.calls()] == [True] * 3
    assert office.events("queue.left", 0)[0]["why"] == "caller-left"
    assert office.events("queue.position", 1)[0]["position"] == 1
    (gone,) = office.events("call.clearing", 0)
    assert office.events("queue.left", 0)[0]["at"] == pytest.approx(gone["at"], abs=0.05)


def test_full_queue_and_one_where_nobody_is_refuse_at_once(make_office) -> None:
    office = make_office(lines=2, queue=replace(OFFICE, most=1))

    async def scene() -> None:
        await nobody_ready(office)
        ann = await office.caller(line=0)
        await office.until(lambda: len(office.places()) == 1)
        bob = await office.caller(line=1)
        await bob.hears_tone("busy", within=seconds(15))
        await bob.hang_up()
        await ann.hang_up()
        await office.until(lambda: not office.places(), within=12)
        await office.operators[0].hang_up()
        await office.clock.sleep(seconds(2))
        await office.station.pause_seat("01", True)
        await office.clock.sleep(seconds(4))
        ann = await office.caller(line=0)
        await ann.hears_tone("busy", within=seconds(15))
        await ann.hang_up()

    office.play(scene())
    assert [(each.status, each.place) for each in office.waited] == [("full", None), ("nobody", None)]
    assert [event["why"] for event in office.journal("queue.left")] == ["full", "caller-left", "nobody"]


def test_legs_of_a_call_that_waits_and_is_answered_add_up_to_it(make_shipped) -> None:
    office = make_shipped()

    async def scene() -> None:
        await nobody_ready(office)
        ann = await through_the_menu(office)
        await office.clock.sleep(seconds(6))
        await office.operators[0].hang_up()
        await office.operators[0].answer(rings=2)
        await office.until(lambda: office.seat() == "talking")
        await office.operators[0].speak(ANSWER)
        await office.operators[0].hang_up()
        await ann.hears(prompt("goodbye"))
        await ann.hang_up()

    office.play(scene())
    (row,) = office.rig.calls()
    assert [leg["kind"] for leg in row["legs"]] == ["line", "ivr", "queue", "seat", "ivr"]
    line, menu, queue, seat, after = row["legs"]
    spans = [(leg["answered"] or leg["started"], leg["ended"]) for leg in (menu, queue, seat, after)]
    at = [tuple(datetime.fromisoformat(end) for end in span) for span in spans]
    for (_, ended), (began, _) in pairwise(at):
        assert abs((began - ended).total_seconds()) < 0.05
    total = sum((end - begin).total_seconds() for begin, end in at)
    whole = datetime.fromisoformat(line["ended"]) - datetime.fromisoformat(line["started"])
    assert total == pytest.approx(whole.total_seconds(), abs=0.2)
    assert (queue["party"], queue["cause"]) == ("office", "answered")


def test_operator_who_takes_the_call_by_the_api_ends_the_waiting(make_shipped) -> None:
    office = make_shipped()

    async def scene() -> None:
        await nobody_ready(office)
        ann = await through_the_menu(office)
        await office.clock.sleep(seconds(1))
        await office.station.answer(office.rig.calls()[0]["id"])
        await office.clock.sleep(seconds(1))
        assert office.station.queue_rows()[0]["waiting"] == []
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    assert office.events("queue.left")[0]["why"] == "taken"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_kill_9_with_callers_in_the_queue_leaves_idle_lines_and_ended_rows(tmp_path) -> None:
    program = [sys.executable, str(Path(__file__).with_name("office_with_queue.py")), str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    again = QueueOffice(tmp_path, lines=4)
    try:
        calls = again.rig.calls()
        assert again.station.recovered.calls == len(calls) == 4
        for call in calls:
            assert (call["state"], call["cause"]) == ("ended", "station-restart")
            assert all(leg["ended"] and leg["cause"] for leg in call["legs"])
            assert [recording["state"] for recording in call["recordings"]] == ["repaired"]
        legs = [[(leg["kind"], leg["cause"]) for leg in call["legs"]] for call in calls]
        assert legs[0][1:] == [("queue", "answered"), ("seat", "station-restart")]
        assert [each[1:] for each in legs[1:]] == [[("queue", "station-restart")]] * 3

        async def scene() -> None:
            await again.clock.sleep(seconds(3))
            assert {row["state"] for row in again.station.ports()} == {"idle"}
            assert again.places() == []
            ann, operator = await again.talking()
            await ann.speak(HELLO)
            await operator.hears(HELLO)
            await operator.hang_up()
            await ann.hang_up()

        again.play(scene())
    finally:
        again.rig.close()
