"""What comes of the calls that the station makes over the simulated exchange, with real audio: how each is
followed to its end, its row and its recording. A whole station in virtual time.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from office_that_dials import HELLO, NUMBER, VOICE, facts

from ctidrv.callcontrol.call import Call
from ctidrv.folder import DataFolder
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find
from ctidrv.native.fax import fax_tone
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import ms, seconds
from hwsim.rig.station import Rig


@pytest.mark.parametrize(
    ("country", "congested", "nobody"),
    [
        ("US", "congestion", "number-unobtainable"),
        ("CN", "congestion", "number-unobtainable"),
        ("GB", "congestion", "number-unobtainable"),
        ("DE", "congestion", "number-unobtainable"),
        ("JP", "called-busy", "called-busy"),  # one tone for all of them
    ],
)
def test_a_call_is_followed_to_busy_congestion_unobtainable_and_the_answer(
    make_office: Any, country: str, congested: str, nobody: str
) -> None:
    office = make_office(country)

    async def scene() -> None:
        for number in ("1700", "1701", "5559999"):
            await (await office.dial(number)).ended()
            await office.rig.comes_to_rest()
        call = await office.dial()
        await office.person()
        assert call.party is not None
        assert call.party.who == "human"

    office.play(scene())
    rows = office.rig.calls()
    came = [(row["cause"], row["outcome"], row["answered"]) for row in rows[:3]]
    assert came[0] == ("called-busy", "busy", None)
    assert came[1] == (congested, "busy" if congested == "called-busy" else "failed", None)
    assert came[2] == (nobody, "busy" if nobody == "called-busy" else "failed", None)
    assert (rows[3]["state"], rows[3]["outcome"]) == ("ended", "answered")
    assert [leg["kind"] for leg in rows[3]["legs"]] == ["line", "called"]
    for row in rows:
        (clearing,) = facts(row, "call.clearing")
        assert 0.5 < clearing["confidence"] <= 1
        (recording,) = row["recordings"]
        assert recording["state"] == "closed"
    sent, came_in = read_wav(rows[3]["recordings"][0]["path"]).channels
    assert find(VOICE[:-1600], sent) is not None  # from the seizure on: digits, ringback, and the reminder
    assert find(HELLO, came_in) is not None


def test_nobody_answers_and_the_call_is_given_up_after_a_minute(make_office: Any) -> None:
    office = make_office("CN")

    async def scene() -> None:
        office.rig.board.caller(NUMBER)
        await (await office.dial()).ended()

    office.play(scene())
    row = office.row()
    assert office.came_to() == ("no-answer", "no-answer")
    assert facts(row, "call.progress")[0]["state"] == "ringing"
    (dialled,), (clearing,) = facts(row, "call.dialled"), facts(row, "call.clearing")
    assert clearing["at"] - dialled["at"] == pytest.approx(60, abs=0.1)


def test_the_reversal_is_the_answer_where_the_line_has_it(make_office: Any) -> None:
    office = make_office("CN", board={"answer_reversal": True})

    async def scene() -> None:
        call = await office.dial()
        ann = office.rig.board.caller(NUMBER)
        await ann.is_rung()
        await office.clock.sleep(seconds(2))
        await ann.lift()  # and says nothing
        lifted = office.clock.now()
        await call.through()
        assert office.clock.now() - lifted < ms(100)
        await ann.hang_up()
        await call.ended()

    office.play(scene())
    (answered,) = facts(office.row(), "call.answered")
    assert (answered["by"], answered["sign"], answered["confidence"]) == ("called", "reversal", 0.98)
    assert office.row()["cause"] in ("remote-reversal", "remote-busy-tone")


def test_an_answering_machine_hears_the_reminder_after_its_beep(make_office: Any) -> None:
    office = make_office("US")
    beep = render(tone([Part((1000.0,), -10.0, 400)], loop=False), ms(400))
    heard: list[Pcm] = []

    async def scene() -> None:
        await office.dial()
        machine = office.rig.board.caller(NUMBER)
        await machine.is_rung()
        await machine.lift()
        await machine.speak(VOICE + VOICE)
        await machine.speak(beep)
        begin = len(machine.heard)
        await office.clock.sleep(seconds(9))
        machine.collect()
        heard.append(Pcm(machine.heard[begin:]))
        await machine.hang_up()

    office.play(scene())
    states = [each["state"] for each in facts(office.row(), "call.progress")]
    assert states[-2:] == ["machine", "machine"]
    assert find(VOICE[:-1600], heard[0]) is not None


def test_a_fax_machine_is_known_and_left(make_office: Any) -> None:
    office = make_office("DE")

    async def scene() -> None:
        call = await office.dial()
        machine = office.rig.board.caller(NUMBER)
        await machine.is_rung()
        await machine.lift()
        await machine.speak(Pcm.silence(1600) + fax_tone("ced", ms=3000))
        assert await call.ended() == "fax-answered"
        await machine.hang_up()

    office.play(scene())


def test_who_is_called_and_says_nothing_has_answered_when_the_ringing_ends(make_office: Any) -> None:
    office = make_office("GB")

    async def scene() -> None:
        call = await office.dial()
        ann = office.rig.board.caller(NUMBER)
        await ann.is_rung()
        await office.clock.sleep(seconds(8))
        await ann.lift()
        await call.through()
        await ann.hang_up()

    office.play(scene())
    (answered,) = facts(office.row(), "call.answered")
    assert (answered["sign"], answered["confidence"]) == ("ringing-ended", 0.6)


# After a crash, and without audio.


def test_a_crash_while_it_dials_leaves_a_row_that_says_so(make_office: Any, tmp_path: Path) -> None:
    office = make_office("US", line={"dial": "pulse"})

    async def scene() -> None:
        call = await office.dial()
        await office.clock.sleep(seconds(5))
        office.rig.station.store.writer.flush(5)
        shutil.copytree(office.folder.root, tmp_path / "crashed")
        await call.hang_up()

    office.play(scene())
    rig = Rig(DataFolder(tmp_path / "crashed"), office.rig.station.config)
    try:
        (row,) = rig.calls()
        assert (row["direction"], row["number"], row["answered"]) == ("out", NUMBER, None)
        assert (row["state"], row["cause"], row["outcome"]) == ("ended", "station-restart", "interrupted")
        assert row["recordings"][0]["state"] == "repaired"
    finally:
        rig.close()


@pytest.mark.parametrize("number", ["1700", "5559999", NUMBER])
def test_without_audio_a_call_gives_the_same_rows(make_office: Any, number: str) -> None:
    def told(events: bool) -> list[Any]:
        office = make_office("DE", events=events)

        async def scene() -> None:
            call = await office.dial(number)
            if number == NUMBER:
                await office.person()
            await call.ended()

        office.play(scene())
        row = office.row()
        left_out = ("seq", "at", "wall", "path")
        events_ = [
            {key: value for key, value in event.items() if key not in left_out} for event in row["events"]
        ]
        legs = [(leg["kind"], leg["party"], leg["cause"]) for leg in row["legs"]]
        return [row["number"], row["cause"], row["outcome"], legs, events_]

    assert told(True) == told(False)


def test_hl_3_every_call_out_is_recorded_from_the_seizure_to_its_end(make_office: Any) -> None:
    office = make_office("US", lines=3)
    chance = random.Random(5)

    async def one(number: str, stays: float) -> None:
        call = await office.rig.station.outbound.dial(number, listens)
        await office.person(number, after=1, stays=stays)
        await call.ended()

    async def scene() -> None:
        for first in (1, 4):
            pairs = [(f"555000{phone}", chance.uniform(1, 20)) for phone in range(first, first + 3)]
            await asyncio.gather(*(one(*pair) for pair in pairs))
            await office.rig.comes_to_rest()

    office.play(scene())
    rows = office.rig.calls()
    assert [row["outcome"] for row in rows] == ["answered"] * 6
    for row in rows:
        (recording,) = row["recordings"]
        path = Path(recording["path"])
        assert recording["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        begin, end = (datetime.fromisoformat(each) for each in (recording["started"], row["ended"]))
        assert recording["seconds"] == pytest.approx((end - begin).total_seconds(), abs=0.1)
        sent, came = read_wav(path).channels
        assert find(HELLO, came) is not None
        assert find(VOICE[:-1600], sent) is not None


async def listens(call: Call) -> None:
    await call.play([VOICE])
    await call.ended()
