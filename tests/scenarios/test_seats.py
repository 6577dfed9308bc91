"""Calls to operators' seats with real audio: who rings, who hears what, and how it ends. A whole station in
virtual time, callers at the simulated exchange, operators at the board's own telephones.
"""

from __future__ import annotations

import asyncio
import math
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy
import pytest

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, OTHER, Office

from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.errors import PortError
from ctidrv.folder import DataFolder
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds
from hwsim.faulty_board import OUT, WELL
from hwsim.rig.station import Rig, script_path

LINE_DB, PHONE_DB = 6.0, 0.5
"""The loss from the caller to the board, and from there to the operator, as in test_board_bridge."""


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def make(*args: Any, **more: Any) -> Office:
        made.append(Office(tmp_path / str(len(made)), *args, **more))
        return made[-1]

    yield make
    for office in made:
        office.rig.close()


def level(sound: Pcm) -> float:
    """dBm0."""
    samples = numpy.frombuffer(sound.bytes, dtype="<i2").astype(float)
    return float(10 * math.log10(numpy.mean(samples**2) + 1e-9) - 20 * math.log10(16140))


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


# Two who talk.


def test_caller_and_operator_hear_each_other_at_the_lines_level_and_it_is_recorded(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann, operator = await office.talking()
        await ann.speak(HELLO)
        there = await operator.hears(HELLO)
        await operator.speak(ANSWER)
        back = await ann.hears(ANSWER)
        for match in (there, back):
            assert match.gain_db == pytest.approx(-LINE_DB - PHONE_DB, abs=1.0)
            assert match.snr_db > 20
        await operator.hang_up()
        await ann.hears_tone("busy", within=seconds(10))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.ANSWERED]
    assert office.seat_events() == [
        ("seat 1", "ringing", None),
        ("seat 1", "answered", None),
        ("seat 1", "talking", None),
        ("seat 1", "left", "operator"),
    ]
    sent, came = office.recording()
    assert find(ANSWER, sent).snr_db > 20
    assert find(HELLO, came).snr_db > 15


def test_the_operator_is_shown_who_calls(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].answer(rings=2)
        (shown,) = office.operators[0].shown
        assert (shown.number, shown.name) == ("2125550100", "ANN LEE")
        await ann.hang_up()
        await office.operators[0].hears_tone("busy")
        await office.operators[0].hang_up()

    office.play(scene())


def test_caller_hears_his_countrys_ringback_from_the_answer_until_the_talk(make_office) -> None:
    office = make_office()

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].answer(rings=2)
        await office.clock.sleep(seconds(5))
        assert "ringback" not in ann.tones
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    sent, _ = office.recording()
    answered = office.events("call.seat")[1]["at"] - office.events("call.answered")[0]["at"]
    assert level(sent[: 8000 * 2]) > -25
    strength = numpy.abs(numpy.fft.rfft(numpy.frombuffer(sent[4000:12000].bytes, dtype="<i2")))
    assert set(numpy.argsort(strength)[-2:]) == {440, 480}  # Hz: 1 s of it
    assert level(sent[int(answered * 8000) + 800 :][:8000]) < -60


def test_music_plays_until_a_seat_answers_and_nobody_is_in_silence(make_office) -> None:
    office = make_office()
    office.music = [OTHER[:8000]]

    async def scene() -> None:
        ann = await office.caller()
        await ann.hears(OTHER[:8000])
        await ann.hears(OTHER[:8000])
        await office.operators[0].answer(rings=2)
        await office.until(lambda: office.seat() == "talking")
        await office.operators[0].speak(HELLO)
        await ann.hears(HELLO)
        await ann.hang_up()
        await office.operators[0].hang_up()

    office.play(scene())
    sent, _ = office.recording()
    answered = office.events("call.seat")[1]["at"] - office.events("call.answered")[0]["at"]
    quiet = [level(sent[at : at + 16000]) for at in range(0, int(answered * 8000) - 16000, 4000)]
    assert min(quiet) > -40  # no two seconds of nothing


def test_op_9_the_seats_own_greeting_is_heard_by_the_caller_alone_and_before_the_bridge(make_office) -> None:
    office = make_office(greeting=OTHER[:20000])

    async def scene() -> None:
        ann = await office.caller()
        operator = office.operators[0]
        await operator.answer()
        await ann.hears(OTHER[:20000])
        await office.clock.sleep(ms(500))
        await operator.speak(HELLO)
        await ann.hears(HELLO)
        operator.collect()
        heard = Pcm(operator.heard)
        match = find(OTHER[:20000], heard) if len(heard) > 20000 else None
        assert match is None or match.snr_db < 0
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    states = [event["state"] for event in office.events("call.seat")]
    at = [event["at"] for event in office.events("call.seat")]
    assert states == ["ringing", "answered", "talking", "left"]
    assert at[2] - at[1] == pytest.approx(20000 / 8000, abs=0.1)


def test_a_caller_who_listens_for_a_minute_is_not_gone_and_two_who_are_silent_are(make_office) -> None:
    office = make_office()
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


# How it ends.


@pytest.mark.parametrize(
    ("country", "clearing"), [("US", "busy-tone"), ("CN", "busy-tone"), ("GB", "loop-break")]
)
def test_caller_hangs_up_while_they_talk_and_the_operator_hears_so(make_office, country, clearing) -> None:
    office = make_office(country, clearing=[clearing])

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


def test_caller_who_leaves_stops_the_ringing_at_once(make_office) -> None:
    office = make_office(seats=2, clearing=["loop-break"])
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


def test_nobody_answers_and_the_caller_is_given_back_after_the_ring_time(make_office) -> None:
    office = make_office(ring=12)

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[0].ignore()
        await ann.hears_tone("busy", within=seconds(10))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.NO_ANSWER]
    ringing, left = office.events("call.seat")
    assert left["at"] - ringing["at"] == pytest.approx(12, abs=0.05)
    assert left["cause"] == "no-answer"


def test_a_second_call_finds_the_only_seat_busy(make_office) -> None:
    office = make_office(lines=2)

    async def scene() -> None:
        ann, operator = await office.talking()
        bob = await office.caller("2125550111", None, line=1)
        await bob.hears_tone("busy", within=seconds(15))
        await bob.hang_up()
        await operator.speak(ANSWER)
        await ann.hears(ANSWER)  # nothing of it was heard here
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert sorted(each.value for each in office.reached) == ["answered", "busy"]


def test_seats_in_order_each_for_its_time_and_unknown_ones_are_a_failure(make_office) -> None:
    office = make_office(seats=2, to=["nobody", "01", "seat 2"], ring=8)

    async def scene() -> None:
        ann = await office.caller()
        await office.operators[1].answer(within=seconds(60))
        await office.until(lambda: office.seat(1) == "talking")
        await ann.hang_up()
        await office.operators[1].hears_tone("busy")
        await office.operators[1].hang_up()
        office.to = ("nobody",)
        await office.clock.sleep(seconds(6))
        ann = await office.caller()
        await ann.hears_tone("busy", within=seconds(15))
        await ann.hang_up()

    office.play(scene())
    assert office.reached == [Reached.CALLER_LEFT, Reached.FAILED]
    assert office.seat_events(0)[:3] == [
        ("seat 1", "ringing", None),
        ("seat 1", "left", "no-answer"),
        ("seat 2", "ringing", None),
    ]


def test_ac_1_a_group_rings_at_once_the_first_has_the_call_and_one_outside_never_rings(make_office) -> None:
    office = make_office(seats=4)

    async def scene() -> None:
        for turn in range(3):
            ann = await office.caller()
            await asyncio.gather(*(operator.is_rung() for operator in office.operators[:3]))
            first = office.operators[turn]
            await first.answer()
            await office.clock.sleep(ms(100))
            assert not any(operator.ringing for operator in office.operators)
            await office.until(lambda turn=turn: office.seat(turn) == "talking")
            await first.speak(ANSWER)
            await ann.hears(ANSWER)
            await first.hang_up()
            await ann.hang_up()
            await office.clock.sleep(seconds(10))

    office.play(scene())
    assert office.operators[3].notes == []
    assert office.reached == [Reached.ANSWERED] * 3
    for turn in range(3):
        told = office.seat_events(turn)
        assert {event[:2] for event in told[:3]} == {(f"seat {each}", "ringing") for each in (1, 2, 3)}
        assert sorted(event[2] for event in told if event[1] == "left") == [
            "answered-elsewhere",
            "answered-elsewhere",
            "operator",
        ]


def test_operator_who_hangs_up_in_the_greeting_gives_the_caller_back(make_office) -> None:
    office = make_office(greeting=OTHER[:24000])

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
    make_office,
) -> None:
    office = make_office(apart=True)
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


def test_line_that_is_pulled_out_while_they_talk_clears_the_operator(make_office) -> None:
    office = make_office(apart=True)

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


# Rows.


def test_legs_have_right_times_and_add_up_to_the_call(make_office) -> None:
    office = make_office(seats=2, greeting=OTHER[:8000])
    office.card = {"order": "1234"}

    async def again(call: Call, reached: Reached) -> None:
        call.note("call.step", flow="after", verb="play", line=1)
        await call.pause(seconds(2))

    office.then = again

    async def scene() -> None:
        ann, operator = await office.talking()
        await ann.speak(HELLO)
        await operator.hang_up()
        await ann.hears_tone("busy", within=seconds(12))
        await ann.hang_up()

    office.play(scene())
    (call,) = office.rig.calls()
    assert office.legs() == [
        ("line", "sim/1", "local-script"),
        ("seat", "seat 1", "operator"),
        ("seat", "seat 2", "answered-elsewhere"),
        ("ivr", str(script_path("hotline.ivr.yaml")), "local-script"),
    ]
    line, talked, other, menu = call["legs"]
    assert (when(line["started"]), when(line["ended"])) == (when(call["started"]), when(call["ended"]))
    assert when(talked["started"]) == when(other["started"])
    assert talked["answered"] == other["ended"]
    assert other["answered"] is None
    assert (when(menu["started"]) - when(talked["ended"])).total_seconds() <= 0.02  # a tick
    assert when(menu["ended"]) == when(call["ended"])
    assert (when(menu["ended"]) - when(menu["started"])).total_seconds() == pytest.approx(2, abs=0.1)
    ringing = office.events("call.seat")[0]
    assert ringing["card"] == {"order": "1234"}


# What the line carries.


def test_the_joint_is_no_click_and_the_recording_has_no_gap(make_office) -> None:
    """A tone from the caller over the join: at the operator it begins without a step above its own, and in
    the recording it goes on without a break of its phase."""
    office = make_office(noise_dbm0=-90)
    tone = Pcm([round(3000 * math.sin(2 * math.pi * 1004 * n / 8000)) for n in range(5 * 8000)])
    heard: list[numpy.ndarray] = []

    async def scene() -> None:
        ann = await office.caller()
        operator = office.operators[0]
        await operator.is_rung()
        speaking = asyncio.ensure_future(ann.speak(tone))
        await office.clock.sleep(ms(1500))
        await operator.lift()
        await speaking
        operator.collect()
        heard.append(numpy.frombuffer(Pcm(operator.heard).bytes, dtype="<i2").astype(float))
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    loud = numpy.abs(heard[0])
    steady = heard[0][8000:16000]
    at = int(numpy.argmax(loud > 0.1 * loud[8000:16000].max()))
    assert 160 < at < 1600
    assert loud[: at - 80].max() < 0.03 * numpy.abs(steady).max()
    begin = heard[0][at - 160 : at + 1600]
    assert numpy.abs(numpy.diff(begin)).max() <= 1.05 * numpy.abs(numpy.diff(steady)).max()
    _, came = office.recording()
    samples = numpy.frombuffer(came.bytes, dtype="<i2").astype(float)
    first = int(numpy.argmax(numpy.abs(samples) > 200)) + 400
    stretch = samples[first : first + 4 * 8000]
    n = numpy.arange(len(stretch))
    turned = stretch * numpy.exp(-2j * math.pi * 1004 * n / 8000)
    phases = numpy.angle(turned.reshape(-1, 400).mean(axis=1))
    assert numpy.abs(numpy.unwrap(phases) - phases[0]).max() < 0.05


def test_a_headset_is_as_loud_as_its_line_and_rings(make_office) -> None:
    office = make_office(headset=True)

    async def scene() -> None:
        ann, headset = await office.talking()
        await ann.speak(HELLO)
        assert (await headset.hears(HELLO)).gain_db == pytest.approx(-LINE_DB, abs=1.0)
        await headset.speak(ANSWER)
        assert (await ann.hears(ANSWER)).gain_db == pytest.approx(-LINE_DB, abs=1.0)
        await ann.hang_up()
        await office.until(lambda: office.connected[0].cause is not None)
        await headset.hang_up()

    office.play(scene())


@pytest.mark.parametrize("country", ["US", "CN", "DE"])
def test_caller_who_hangs_up_under_the_operators_voice_is_noticed(make_office, country) -> None:
    office = make_office(country, clearing=["busy-tone"])

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


def test_caller_who_hangs_up_under_the_ringback_is_noticed(make_office) -> None:
    office = make_office(ring=60, clearing=["busy-tone"])

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


# The configuration, and the operator's wishes.


def test_a_seat_that_is_paused_or_in_use_is_not_rung(make_office) -> None:
    office = make_office(seats=2)

    async def scene() -> None:
        await office.station.pause_seat("01", True)
        await office.operators[1].lift()
        assert [office.seat(0), office.seat(1)] == ["paused", "in-use"]
        ann = await office.caller()
        await ann.hears_tone("busy", within=seconds(15))
        await ann.hang_up()
        await office.operators[1].hang_up()
        await office.clock.sleep(seconds(2))  # longer than a flash
        await office.station.pause_seat("seat 1", False)
        assert [office.seat(0), office.seat(1)] == ["ready", "ready"]
        with pytest.raises(LookupError):
            await office.station.pause_seat("nobody", True)

    office.play(scene())
    assert office.reached == [Reached.BUSY]
    assert office.operators[0].notes == []


@pytest.mark.parametrize(
    ("phone", "words"), [("sim/1", "a seat is at a telephone"), ("sim/9", "no such port")]
)
def test_a_seat_where_there_is_no_telephone_is_refused_before_anything_opens(
    make_office, tmp_path, phone, words
) -> None:
    config = make_office().config
    wrong = replace(config, seats=[replace(config.seats[0], phone=phone, where="station.toml:9")])
    with pytest.raises(PortError, match=f"station.toml:9: {phone}: {words}"):
        Rig(DataFolder(tmp_path / "other"), wrong)
    assert not (tmp_path / "other").exists()
