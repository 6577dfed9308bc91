"""A seat that has a call asks another before it gives it away, with real audio in virtual time."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, OTHER, VOICE, Office

from ctidrv.apps.music import hold_music
from ctidrv.apps.returns import spoken_reasons
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.errors import InputError, ServiceError
from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds
from hwsim.faulty_board import OUT

LOSS_DB, DESK_LOSS_DB = 6.5, 1.0
"""From a caller to an operator's telephone, as in test_seats, and from one telephone to the other."""
MUSIC = hold_music()[: seconds(2)]
WORDS = OTHER[16000:32000]
REASONS = spoken_reasons("en-US")
FIRST, SECOND = "seat 1", "seat 2"


async def both_ways(one: Any, other: Any, loss: float = LOSS_DB) -> None:
    """They hear each other at the level of the lines."""
    await one.speak(HELLO)
    assert (await other.hears(HELLO)).gain_db == pytest.approx(-loss, abs=1.0)
    await other.speak(ANSWER)
    assert (await one.hears(ANSWER)).gain_db == pytest.approx(-loss, abs=1.0)


def reached_him(sound: Pcm, who: Any, since: int = 0) -> bool:
    """This sound was at his ear, after so many samples of what was."""
    who.collect()
    heard = Pcm(who.heard[since:])
    match = find(sound, heard) if len(heard) > len(sound) else None
    return match is not None and match.snr_db > 6


async def consulting(office: Office, to: str = "02", ring: int = 20) -> tuple[Any, Any, Any]:
    """The caller hears music, and the two operators talk alone."""
    ann, first = await office.talking()
    second = office.operators[1]
    await office.station.consult(office.connected[0].id, to, ring, {"note": "wants a refund"})
    await second.answer()
    await office.until(lambda: office.seat(1) == "talking")
    await office.clock.sleep(ms(500))
    return ann, first, second


def owners(office: Office) -> list[str]:
    """Who has a call now, and is not only asked."""
    rows = office.station.seat_rows()
    return [row["name"] for row in rows if row["state"] == "talking" and not row["consulted"]]


def test_op_7_ct_2_attended_transfer_the_caller_hears_music_and_is_recorded_throughout(make_seats) -> None:
    office = make_seats(seats=2, to=["01"], greeting=OTHER[:12000])
    office.card = {"order": "1234"}

    async def scene() -> None:
        ann, first = await office.talking()
        second, call = office.operators[1], office.connected[0]
        await ann.speak(HELLO)
        await office.station.consult(call.id, "02", 20, {"note": "wants a refund"})
        await first.hears_tone("ringback")
        await ann.hears(MUSIC)
        assert call.seat == FIRST
        await second.answer(rings=2)
        assert second.shown[-1].number == "2125550100"
        await office.until(lambda: office.seat(1) == "talking")
        await office.clock.sleep(ms(500))
        since = len(ann.heard)
        await both_ways(first, second, DESK_LOSS_DB)
        ann.collect()
        await ann.speak(WORDS)
        assert not any(reached_him(WORDS, each) for each in (first, second))
        assert not any(reached_him(said, ann, since) for said in (HELLO, ANSWER))
        assert (call.seat, owners(office)) == (FIRST, [FIRST])
        await office.station.complete(call.id)
        await first.hears_tone("busy")
        await first.hang_up()
        await office.clock.sleep(ms(300))
        await both_ways(ann, second)
        assert (call.seat, owners(office)) == (SECOND, [SECOND])
        assert office.seat(0) in ("wrap-up", "ready")
        await second.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    assert office.legs()[1:] == [("seat", FIRST, "handed-over"), ("seat", SECOND, "operator")]
    (asked,) = [event for event in office.events("call.seat") if event.get("by")]
    assert (asked["seat"], asked["state"], asked["by"]) == (SECOND, "ringing", FIRST)
    assert asked["card"] == {"order": "1234", "note": "wants a refund"}
    states = [(seat[-1], state) for seat, state, _ in office.seat_events()]
    told = "1 ringing 1 answered 1 talking 1 consulting 2 ringing 2 answered 1 consulting 2 consulted 1 left"
    assert " ".join(f"{seat} {state}" for seat, state in states) == f"{told} 2 talking 2 left"
    sent, came = office.recording()
    for said, channel in ((MUSIC, sent), (ANSWER, sent), (HELLO, came), (WORDS, came)):
        assert find(said, channel).snr_db > 15
    begin, end = office.events("call.answered")[0]["at"], office.events("call.clearing")[0]["at"]
    assert len(sent) == len(came) == pytest.approx((end - begin) * 8000, abs=480)


def test_swapped_the_caller_is_there_and_the_other_hears_music_and_back(make_seats) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, first, second = await consulting(office)
        call = office.connected[0].id
        await office.station.swap(call)
        await second.hears(MUSIC)
        since = len(second.heard)
        await both_ways(ann, first)
        second.collect()
        assert not any(reached_him(said, second, since) for said in (HELLO, ANSWER))
        await office.station.swap(call)
        await office.clock.sleep(ms(300))
        await both_ways(first, second, DESK_LOSS_DB)
        await ann.hears(MUSIC)
        await office.station.change_talk(call, "talking")
        await second.hears_tone("busy")
        await second.hang_up()
        await both_ways(ann, first)
        with pytest.raises(ServiceError, match="asks no other"):
            await office.station.swap(call)
        await first.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.legs()[1:] == [("seat", FIRST, "operator"), ("seat", SECOND, "let-go")]
    assert owners(office) == []


def test_who_hangs_up_while_he_talks_with_the_other_has_given_the_call_to_him(make_seats) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, first, second = await consulting(office, to="sales")
        await first.hang_up()
        await office.until(lambda: office.connected[0].seat == SECOND)
        await office.clock.sleep(ms(300))
        await both_ways(ann, second)
        await second.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.legs()[1:] == [("seat", FIRST, "handed-over"), ("seat", SECOND, "operator")]


def test_who_hangs_up_while_the_other_rings_has_sent_the_call_on(make_seats) -> None:
    office = make_seats(seats=2, to=["01"], greeting=OTHER[:12000])

    async def scene() -> None:
        ann, first = await office.talking()
        second, call = office.operators[1], office.connected[0].id
        await office.clock.sleep(seconds(2))  # the greeting of the first
        await office.station.consult(call, "02", 20, {})
        await second.is_rung()
        with pytest.raises(ServiceError, match="02 has not answered"):
            await office.station.swap(call)
        assert office.station.seat_rows()[1]["consulted"] is True
        await first.hang_up()
        await office.until(lambda: office.connected[0].seat is None)
        assert office.station.seat_rows()[1]["consulted"] is False
        ann.collect()
        since = len(ann.heard)
        await second.answer()
        await office.clock.sleep(seconds(2))
        assert reached_him(OTHER[:12000], ann, since)  # his greeting
        await both_ways(ann, second)
        await second.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.legs()[1:] == [("seat", FIRST, "sent-on"), ("seat", SECOND, "operator")]


def test_sent_on_so_and_not_answered_the_call_comes_back(make_seats) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, first = await office.talking()
        await office.station.consult(office.connected[0].id, "02", 8, {})
        await office.operators[1].is_rung()
        await office.station.complete(office.connected[0].id)
        await first.hears_tone("busy")
        await first.hang_up()
        await first.answer(within=seconds(20))
        await first.hears(REASONS[Reached.NO_ANSWER])
        await office.clock.sleep(ms(300))
        await both_ways(ann, first)
        await first.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]


@pytest.mark.parametrize("how", ["no-answer", "busy", "left"])
def test_op_7_nobody_to_consult_the_reason_is_spoken_and_the_caller_is_back(make_seats, how) -> None:
    office = make_seats(seats=2, to=["01"])
    reason = {"no-answer": Reached.NO_ANSWER, "busy": Reached.BUSY, "left": Reached.ANSWERED}[how]

    async def scene() -> None:
        second = office.operators[1]
        if how == "busy":
            await second.lift()
        if how == "left":
            ann, first, second = await consulting(office)
            await second.hang_up()
        else:
            ann, first = await office.talking()
            with pytest.raises(InputError, match="no such seat"):
                await office.station.consult(office.connected[0].id, "nobody", 6, {})
            await office.station.consult(office.connected[0].id, "02", 6, {})
        since = len(ann.heard)
        await first.hears(REASONS[reason], within=seconds(20))
        await office.clock.sleep(ms(300))
        assert not reached_him(REASONS[reason], ann, since)
        await both_ways(ann, first)
        await first.hang_up()
        await second.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]


def test_who_hangs_up_before_he_has_the_caller_again_is_rung_for_him(make_seats) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, first, second = await consulting(office)
        await second.hang_up()
        await office.clock.sleep(ms(500))
        await first.hang_up()
        await first.answer()
        await first.hears(REASONS[Reached.NO_ANSWER])
        await office.clock.sleep(ms(300))
        await both_ways(ann, first)
        await first.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert [leg[1:] for leg in office.legs()[1:]] == [
        (FIRST, "operator"),
        (SECOND, "operator"),
        (FIRST, "operator"),
    ]


@pytest.mark.parametrize("when", ["rings", "aside", "swapped"])
@pytest.mark.parametrize(
    ("country", "clearing"), [("US", "busy-tone"), ("GB", "loop-break"), ("DE", "congestion-tone")]
)
def test_caller_who_leaves_a_consultation_is_noticed_and_both_are_told(
    make_seats, when, country, clearing
) -> None:
    office = make_seats(country, seats=2, to=["01"], clearing=[clearing])

    async def scene() -> None:
        if when == "rings":
            ann, first = await office.talking()
            await office.station.consult(office.connected[0].id, "02", 60, {})
            await office.operators[1].is_rung()
        else:
            ann, first, second = await consulting(office)
        if when == "swapped":
            await office.station.swap(office.connected[0].id)
            await office.clock.sleep(ms(300))
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=12)
        await first.hears_tone("busy", within=seconds(8))
        await first.hang_up()
        if when == "rings":
            assert office.seat(1) == "ready"
        else:
            await second.hears_tone("busy", within=seconds(8))
            await second.hang_up()

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]
    assert [leg[2] for leg in office.legs()[1:]] == ["caller-left", "caller-left"]
    assert office.rig.calls()[0]["cause"] not in ("remote-silence", "local-script")


@pytest.mark.parametrize(("lost", "when"), [(0, "rings"), (0, "aside"), (0, "swapped"), (1, "aside")])
def test_the_board_of_a_seat_is_pulled_in_a_consultation_and_the_caller_has_the_other(
    make_seats, lost, when
) -> None:
    office = make_seats(seats=2, to=["01"], apart=True, desks=2)

    async def scene() -> None:
        if when == "rings":
            ann, first = await office.talking()
            second = office.operators[1]
            await office.station.consult(office.connected[0].id, "02", 30, {})
            await second.is_rung()
        else:
            ann, first, second = await consulting(office)
        if when == "swapped":
            await office.station.swap(office.connected[0].id)
        office.station.boards[("desk", "desk2")[lost]].faults.set(OUT)
        if when == "rings":
            await second.answer()
        left = (second, first)[lost]
        await office.until(lambda: office.seat(lost) == "out-of-order")
        if lost:
            await first.hears(REASONS[Reached.FAILED])
        await office.clock.sleep(ms(500))
        await both_ways(ann, left)
        await left.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert dict((leg[1], leg[2]) for leg in office.legs()[1:])[f"seat {lost + 1}"] == "line-lost"
    assert office.reached == [Reached.ANSWERED]


# All three.


async def conferring(office: Office) -> tuple[Any, Any, Any]:
    people = await consulting(office)
    await office.station.conference(office.connected[0].id)
    await office.clock.sleep(ms(300))
    return people


@pytest.mark.parametrize("leaves", [0, 1])
def test_three_hear_one_another_and_whoever_leaves_leaves_the_caller_to_the_other(make_seats, leaves) -> None:
    office = make_seats(seats=2, to=["01"])

    async def scene() -> None:
        ann, *operators = await conferring(office)
        with pytest.raises(ServiceError, match="in the conference already"):
            await office.station.conference(office.connected[0].id)
        for one in (ann, *operators):
            await one.speak(HELLO if one is ann else ANSWER)
            for other in {ann, *operators} - {one}:
                loss = LOSS_DB if ann in (one, other) else DESK_LOSS_DB
                match = await other.hears(HELLO if one is ann else ANSWER)
                assert match.gain_db == pytest.approx(-loss, abs=1.0)
        assert owners(office) == [FIRST]
        await operators[leaves].hang_up()
        stays = (SECOND, FIRST)[leaves]
        await office.until(lambda: office.seat(leaves) != "talking")
        assert (office.connected[0].seat, owners(office)) == (stays, [stays])
        await office.clock.sleep(ms(300))
        await both_ways(ann, operators[1 - leaves])
        await operators[1 - leaves].hang_up()
        await ann.hang_up()

    office.play(scene())
    causes = {leg[1]: leg[2] for leg in office.legs()[1:]}
    assert causes[f"seat {leaves + 1}"] == ("handed-over", "operator")[leaves]
    assert [seat for seat, state, _ in office.seat_events() if state == "conference"] == [FIRST, SECOND]
    assert office.reached == [Reached.ANSWERED]


@pytest.mark.parametrize(
    ("country", "clearing"),
    [("US", "loop-break"), ("CN", "busy-tone"), ("DE", "congestion-tone"), ("IN", "reversal")],
)
def test_caller_who_leaves_a_conference_ends_it_and_both_are_told(make_seats, country, clearing) -> None:
    office = make_seats(country, seats=2, to=["01"], clearing=[clearing])

    async def scene() -> None:
        ann, first, second = await conferring(office)
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=12)
        for operator in (first, second):
            await operator.hears_tone("busy", within=seconds(8))
            await operator.hang_up()

    office.play(scene())
    assert office.rig.calls()[0]["cause"] == f"remote-{clearing}"
    assert [leg[2] for leg in office.legs()[1:]] == ["caller-left", "caller-left"]


def test_three_on_hybrids_of_10_db_do_not_howl_and_the_join_is_no_click(make_seats) -> None:
    office = make_seats(seats=2, to=["01"], return_loss_db=10.0)
    begun: list[int] = []

    async def scene() -> None:
        ann, *operators = await consulting(office)
        await office.station.conference(office.connected[0].id)
        begun.append(office.clock.now())
        await office.clock.sleep(seconds(2))
        for one in (ann, *operators):
            await one.speak(VOICE[:8000])
            await office.clock.sleep(seconds(1))
        begun.append(office.clock.now())
        await office.clock.sleep(seconds(3))
        for operator in operators:
            await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    start = round(office.events("call.answered")[0]["at"] * 8000)
    join, still = (at - start for at in begun)
    for track in office.recording():
        sound = numpy.frombuffer(track.bytes, dtype="<i2").astype(float)
        for at in (join + 2000, still):  # after the music has faded, and after the last word
            heard = sound[at : at + 8000]
            assert 10 * math.log10((heard**2).mean() + 1e-9) - 20 * math.log10(16140) < -50
            assert abs(heard).max() < 0.02 * 32768
