"""How a call at a seat ends, with real audio: who is told, and in what time. A whole station in virtual
time, callers at the simulated exchange, operators at the board's own telephones.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, OTHER, Office

from ctidrv.callcontrol.switchboard import Reached
from ctidrv.media.wav import read_wav
from ctidrv.units import ms, seconds
from hwsim.faulty_board import OUT, WELL


def test_a_caller_who_listens_for_a_minute_is_not_gone_and_two_who_are_silent_are(make_seats) -> None:
    office = make_seats()
    length = len(ANSWER)

    async def scene() -> None:
        _, operator = await office.talking()
        for _ in range(seconds(70) // length):
            await operator.speak(ANSWER)
        assert office.connected[0].cause is None
        await office.until(lambda: office.connected[0].cause is not None, within=60)
        assert office.connected[0].cause == "remote-silence"
        await operator.hang_up()

    office.play(scene())


@pytest.mark.parametrize(
    ("country", "clearing"), [("US", "busy-tone"), ("CN", "busy-tone"), ("GB", "loop-break")]
)
def test_caller_hangs_up_while_they_talk_and_the_operator_hears_so(make_seats, country, clearing) -> None:
    office = make_seats(country, clearing=[clearing])

    async def scene() -> None:
        ann, operator = await office.talking()
        await operator.speak(ANSWER)
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=8)
        assert office.seat() == "wrap-up"
        await operator.hears_tone("busy", within=seconds(8))
        await operator.hang_up()
        await office.clock.sleep(seconds(3))
        assert office.seat() == "ready"

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]
    cause = {"busy-tone": "remote-busy-tone", "loop-break": "remote-loop-break"}[clearing]
    assert office.rig.calls()[0]["cause"] == cause
    assert office.seat_events()[-1] == ("seat 1", "left", "caller-left")
    assert office.events("call.connect")[-1]["state"] == "caller-left"


def test_caller_who_leaves_stops_the_ringing_at_once(make_seats) -> None:
    office = make_seats(seats=2, clearing=["loop-break"])
    office.music = [OTHER[:8000]]

    async def scene() -> None:
        ann = await office.caller()
        await asyncio.gather(*(operator.is_rung() for operator in office.operators))
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=5)
        assert [office.seat(0), office.seat(1)] == ["ready", "ready"]
        await office.clock.sleep(ms(40))
        rung = [operator.rings for operator in office.operators]
        assert not any(operator.ringing for operator in office.operators)
        await office.clock.sleep(seconds(7))
        assert [operator.rings for operator in office.operators] == rung

    office.play(scene())
    assert [event[1:] for event in office.seat_events()[-2:]] == [("left", "caller-left")] * 2


def test_operator_who_hangs_up_in_the_greeting_gives_the_caller_back(make_seats) -> None:
    office = make_seats(greeting=OTHER[:24000])

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].answer()
        await office.clock.sleep(seconds(1))
        await office.operators[0].hang_up()
        await ann.hears_tone("busy", within=seconds(12))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER]


def test_board_of_the_telephone_that_is_pulled_out_gives_the_caller_back_and_the_seat_comes_back(
    make_seats,
) -> None:
    office = make_seats(apart=True)
    desk = office.station.boards["desk"]

    async def scene() -> None:
        ann, operator = await office.talking()
        desk.faults.set(OUT)
        await ann.hears_tone("busy", within=seconds(12))
        await ann.hang_up()
        assert office.seat() == "out-of-order"
        await operator.hang_up()
        desk.faults.set(WELL)
        await office.clock.sleep(seconds(2))
        assert office.seat() == "ready"
        ann = await office.caller()
        desk.faults.set(OUT)  # before it is rung
        await ann.hears_tone("busy", within=seconds(12))
        await ann.hang_up()
        desk.faults.set(WELL)

    office.play(scene())
    assert office.reached == [Reached.FAILED, Reached.FAILED]
    assert office.seat_events(0)[-1] == ("seat 1", "left", "line-lost")


def test_line_that_is_pulled_out_while_they_talk_clears_the_operator(make_seats) -> None:
    office = make_seats(apart=True)

    async def scene() -> None:
        ann, operator = await office.talking()
        office.board.faults.set(OUT)
        await operator.hears_tone("busy", within=seconds(10))
        await operator.hang_up()
        await ann.hang_up()
        office.board.faults.set(WELL)

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT]
    assert office.rig.calls()[0]["cause"] == "line-lost"


@pytest.mark.parametrize("country", ["US", "CN", "DE"])
def test_caller_who_hangs_up_under_the_operators_voice_is_noticed(make_seats, country) -> None:
    office = make_seats(country, clearing=["busy-tone"])

    async def scene() -> None:
        ann, operator = await office.talking()
        talking = asyncio.ensure_future(operator.speak(OTHER + ANSWER + OTHER + ANSWER))
        await office.clock.sleep(seconds(1))
        await ann.hang_up()
        left = office.clock.now()
        await office.until(lambda: office.connected[0].cause is not None, within=15)
        assert office.clock.now() - left < seconds(6)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await operator.hang_up()

    office.play(scene())
    assert office.rig.calls()[0]["cause"] == "remote-busy-tone"


def test_caller_who_hangs_up_under_the_ringback_is_noticed(make_seats) -> None:
    office = make_seats(ring=60, clearing=["busy-tone"])

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].is_rung()
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None, within=12)

    office.play(scene())
    assert office.rig.calls()[0]["cause"] == "remote-busy-tone"
    assert office.seat() == "ready"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_kill_9_in_talk_parked_and_ringing_leaves_idle_lines_and_whole_recordings(
    tmp_path,
) -> None:
    program = [sys.executable, str(Path(__file__).with_name("office_of_seats.py")), str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    again = Office(tmp_path, lines=4, seats=4, groups=())
    try:
        calls = again.rig.calls()
        assert again.station.recovered.calls == len(calls) == 4
        for call in calls:
            assert (call["state"], call["cause"]) == ("ended", "station-restart")
            assert all(leg["ended"] and leg["cause"] for leg in call["legs"])
            (row,) = call["recordings"]
            assert row["state"] == "repaired"
            sent, came = read_wav(row["path"]).channels
            assert len(sent) == len(came) > 8000
        assert [leg["kind"] for leg in calls[2]["legs"]] == ["line", "seat", "park"]
        assert [leg["answered"] is not None for leg in calls[0]["legs"]] == [False, True]

        async def scene() -> None:
            await again.clock.sleep(seconds(3))
            assert {row["state"] for row in again.station.ports()} == {"idle"}
            ann, operator = await again.talking(seat=0)
            await operator.speak(ANSWER)
            await ann.hears(ANSWER)
            await operator.hang_up()
            await ann.hang_up()

        again.to = ("01",)
        again.play(scene())
    finally:
        again.rig.close()
