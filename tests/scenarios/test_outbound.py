"""Calls that the station makes over the simulated exchange, with real audio: what comes of each, on which
line it goes out, and emergency calls. A whole station in virtual time.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.callcontrol.call import Call
from ctidrv.config import OutboundConfig
from ctidrv.errors import NotAllowed, PortError, UsageError
from ctidrv.folder import DataFolder
from ctidrv.media.wav import read_wav
from ctidrv.native.compare import find
from ctidrv.native.fax import fax_tone
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import TICK, ms, seconds
from hwsim.rig.station import Rig, one_board, script_path

VOICE = read_wav(Path(__file__).parents[2] / "hw-sim/hwsim/voices/ann-lee.wav").channels[0]
HELLO = VOICE[:6000]
NUMBER = "5550001"
PLAN = {"1700": "busy", "1701": "congestion"}


class Office:
    """A station of some lines. `reminder` is what whoever answers hears."""

    def __init__(
        self,
        folder: Path,
        country: str = "US",
        *,
        lines: int = 1,
        exchange: Mapping[str, Any] | None = None,
        board: Mapping[str, Any] | None = None,
        line: Mapping[str, Any] | None = None,
        outbound: OutboundConfig | None = None,
        events: bool = False,
    ) -> None:
        config = one_board(
            script_path("hotline.ivr.yaml"),
            lines=lines,
            phones=6,
            country=country,
            board={"exchange": {"plan": PLAN, **(exchange or {})}, **(board or {})},
            events=events,
        )
        config = replace(config, lines=[replace(each, **(line or {})) for each in config.lines])
        self.folder = DataFolder(folder)
        self.rig = Rig(self.folder, replace(config, outbound=outbound or OutboundConfig()), events=events)
        self.clock, self.exchange = self.rig.clock, self.rig.board.exchange

    def play(self, scene: Any, *, limit: int = 400) -> None:
        async def whole() -> None:
            await self.clock.sleep(ms(500))
            await scene
            await self.rig.comes_to_rest()

        self.rig.run(whole(), seconds(limit))

    async def dial(self, number: str = NUMBER, **more: Any) -> Call:
        return await self.rig.station.outbound.dial(number, reminder, **more)

    async def through(self, number: str = NUMBER) -> Call:
        call = await self.dial(number)
        await call.through()
        return call

    async def person(self, number: str = NUMBER, *, after: float = 3, stays: float = 12) -> None:
        ann = self.rig.board.caller(number)
        await ann.is_rung()
        await self.clock.sleep(seconds(after))
        await ann.lift()
        await self.clock.sleep(ms(500))
        await ann.speak(HELLO)
        await self.clock.sleep(seconds(stays))
        await ann.hang_up()

    def row(self, number: str | None = None, *, direction: str = "out") -> dict[str, Any]:
        rows = [row for row in self.rig.calls() if row["direction"] == direction]
        (row,) = [row for row in rows if number in (None, row["number"])]
        return row

    def came_to(self, number: str | None = None) -> tuple[str, str]:
        row = self.row(number)
        return row["cause"], row["outcome"]


async def reminder(call: Call) -> None:
    await call.play([VOICE], label="reminder")


def facts(row: Mapping[str, Any], type: str) -> list[dict[str, Any]]:
    return [event for event in row["events"] if event["type"] == type]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def make(*country: str, **settings: Any) -> Office:
        made.append(Office(tmp_path / str(len(made)), *country, **settings))
        return made[-1]

    yield make
    for office in made:
        office.rig.close()


# What comes of a call.


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
    make: Any, country: str, congested: str, nobody: str
) -> None:
    office = make(country)

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


def test_nobody_answers_and_the_call_is_given_up_after_a_minute(make: Any) -> None:
    office = make("CN")

    async def scene() -> None:
        office.rig.board.caller(NUMBER)
        await (await office.dial()).ended()

    office.play(scene())
    row = office.row()
    assert office.came_to() == ("no-answer", "no-answer")
    assert facts(row, "call.progress")[0]["state"] == "ringing"
    (dialled,), (clearing,) = facts(row, "call.dialled"), facts(row, "call.clearing")
    assert clearing["at"] - dialled["at"] == pytest.approx(60, abs=0.1)


def test_the_reversal_is_the_answer_where_the_line_has_it(make: Any) -> None:
    office = make("CN", board={"answer_reversal": True})

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


def test_an_answering_machine_hears_the_reminder_after_its_beep(make: Any) -> None:
    office = make("US")
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


def test_a_fax_machine_is_known_and_left(make: Any) -> None:
    office = make("DE")

    async def scene() -> None:
        call = await office.dial()
        machine = office.rig.board.caller(NUMBER)
        await machine.is_rung()
        await machine.lift()
        await machine.speak(Pcm.silence(1600) + fax_tone("ced", ms=3000))
        assert await call.ended() == "fax-answered"
        await machine.hang_up()

    office.play(scene())


def test_who_is_called_and_says_nothing_has_answered_when_the_ringing_ends(make: Any) -> None:
    office = make("GB")

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


# Dialling.


@pytest.mark.parametrize("how", ["dtmf", "pulse"])
def test_a_call_goes_out_of_a_pbx_behind_its_second_dial_tone(make: Any, how: str) -> None:
    office = make("DE", exchange={"outside": "0"}, line={"outside": "0W", "dial": how})

    async def scene() -> None:
        call = await office.dial()
        await office.person()
        await call.ended()

    office.play(scene())
    (dialled,) = facts(office.row(), "call.dialled")
    assert (dialled["digits"], dialled["how"]) == (f"W0W{NUMBER}", how)
    assert office.row()["outcome"] == "answered"
    assert facts(office.row(), "call.digit") == []  # our own digits that the line returns are nobody's keys


def test_a_line_without_dial_tone_has_a_cause_of_its_own(make: Any) -> None:
    office = make("US", exchange={"dial_tone": "1s", "congestion": "1s", "howler": "1s"})

    async def scene() -> None:
        office.exchange.fault(office.exchange.lines[0], "parallel")  # somebody's telephone was left off hook
        await office.clock.sleep(seconds(5))
        await (await office.dial()).ended()
        office.exchange.fault(office.exchange.lines[0], None)

    office.play(scene())
    assert office.came_to() == ("no-dial-tone", "failed")


def test_a_line_that_is_cut_while_it_dials_is_lost(make: Any) -> None:
    office = make("US", line={"dial": "pulse"})

    async def scene() -> None:
        call = await office.dial()
        await office.clock.sleep(seconds(4))
        office.exchange.fault(office.exchange.lines[0], "cut")
        await call.ended()
        office.exchange.fault(office.exchange.lines[0], None)

    office.play(scene())
    assert office.came_to() == ("line-lost", "interrupted")
    assert facts(office.row(), "call.dialled") == []


def test_a_call_is_hung_up_while_it_dials_and_while_it_rings(make: Any) -> None:
    office = make("US")

    async def scene() -> None:
        for wait in (3, 10):
            office.rig.board.caller(NUMBER)
            call = await office.dial()
            await office.clock.sleep(seconds(wait))
            await office.rig.station.hang_up(call.id)
            await call.ended()
            await office.rig.comes_to_rest()

    office.play(scene())
    came = [(row["cause"], row["outcome"]) for row in office.rig.calls()]
    assert came == [("local-operator", "cancelled")] * 2


def test_what_cannot_be_dialled_by_pulses_is_refused_before_anything_happens(make: Any) -> None:
    office = make("US", line={"dial": "pulse"}, outbound=OutboundConfig(allow=("service",)))

    async def scene() -> None:
        with pytest.raises(UsageError, match="cannot be dialled by pulses"):
            await office.dial("*72")

    office.play(scene())
    assert office.rig.calls() == []


def test_somebody_rings_as_we_seize_the_line_and_is_served_while_the_call_goes_out_elsewhere(
    make: Any,
) -> None:
    office = make("US", lines=2)
    plant: Any = office.exchange._plant
    ring = plant.ring

    async def scene() -> None:
        def rings(line: int, on: bool, late: int = 0) -> None:
            ring(line, on, late)
            if on and not pending:
                controller = office.rig.station.lines["sim/2"].controller
                assert controller.state.word == "idle"
                pending.append(asyncio.ensure_future(office.dial()))

        pending: list[Any] = []
        plant.ring = rings
        bob = office.rig.board.caller("5550002")
        await bob.dial("8002")
        person = asyncio.ensure_future(office.person(NUMBER))
        while not pending:
            await office.clock.sleep(TICK)
        await pending[0]
        await office.clock.sleep(seconds(1))
        await bob.speak(HELLO)
        await office.clock.sleep(seconds(6))
        await bob.hang_up()
        await person

    office.play(scene())
    out = [row for row in office.rig.calls() if row["direction"] == "out"]
    assert (out[0]["port"], out[0]["cause"]) == ("sim/2", "glare")
    assert facts(out[0], "call.moved")[0]["to"] == out[1]["id"]
    assert (out[1]["port"], out[1]["outcome"]) == ("sim/1", "answered")
    came = office.row(direction="in")
    assert (came["port"], came["outcome"]) == ("sim/2", "answered")
    (recording,) = came["recordings"]
    assert recording["state"] == "closed"
    assert recording["seconds"] > 3


# Which line, and which number.


def test_qa_5_the_same_lines_take_calls_and_make_them_and_the_reserve_is_never_dialled_away(
    make: Any,
) -> None:
    office = make("US", lines=2, outbound=OutboundConfig(reserve=1))

    async def scene() -> None:
        office.rig.board.caller(NUMBER)
        first = await office.dial()
        assert first.port == "sim/2"
        for more in ({}, {"port": "sim/1"}):
            with pytest.raises(PortError, match="1 lines are idle, and 1 are kept for callers"):
                await office.dial("5550003", **more)
        bob = office.rig.board.caller("5550002")
        await bob.dial("8001")  # a caller still gets in
        await bob.answered(within=seconds(20))
        with pytest.raises(PortError, match="no line is free"):
            await office.dial("5550003")
        await bob.hang_up()
        await office.rig.station.hang_up(first.id)
        await office.rig.comes_to_rest()
        again = await office.dial("1700", port="sim/1")  # and the line that took him dials
        assert again.port == "sim/1"
        await again.ended()

    office.play(scene())
    rows = office.rig.calls()
    assert [(row["direction"], row["port"]) for row in rows] == [
        ("out", "sim/2"),
        ("in", "sim/1"),
        ("out", "sim/1"),
    ]
    assert rows[1]["outcome"] == "answered"


def test_an_emergency_call_takes_the_reserve_and_goes_past_every_list(make: Any) -> None:
    office = make("US", outbound=OutboundConfig(allow=(), deny=("911", "short"), reserve=1))

    async def scene() -> None:
        with pytest.raises(NotAllowed):
            await office.dial()
        call = await office.dial("911")
        await office.person("911")
        await call.ended()

    office.play(scene())
    assert office.row("911")["outcome"] == "answered"
    assert facts(office.row("911"), "call.offered")[0]["emergency"] is True


def test_an_emergency_call_with_every_line_busy_ends_the_least_harmful_call_whose_row_says_why(
    make: Any,
) -> None:
    office = make("CN", lines=2)

    async def scene() -> None:
        bob = office.rig.board.caller("5550002")
        await bob.dial("8001")
        await bob.answered(within=seconds(20))
        person = asyncio.ensure_future(office.person(NUMBER, stays=30))
        await office.through()
        begin = office.clock.now()
        call = await office.dial("110")
        assert office.clock.now() - begin < seconds(3)  # the pause that the exchange needs, and no more
        police = asyncio.ensure_future(office.person("110"))
        await office.dial("119")  # the caller's line is freed for it
        with pytest.raises(PortError, match="no line works, or all have emergency calls"):
            await office.dial("120")
        await police
        await call.ended()
        await person
        await bob.hang_up()

    office.play(scene())
    assert office.came_to(NUMBER) == ("freed-for-emergency", "interrupted")
    assert office.row("110")["outcome"] == "answered"
    assert office.row(direction="in")["cause"] == "freed-for-emergency"


def test_an_emergency_call_that_finds_a_dead_line_goes_out_on_the_next(make: Any) -> None:
    office = make("JP", lines=2, exchange={"dial_tone": "5s", "congestion": "1s", "howler": "1s"})

    async def scene() -> None:
        office.exchange.fault(office.exchange.lines[1], "parallel")
        await office.clock.sleep(seconds(9))
        call = await office.dial("119")
        assert call.port == "sim/2"
        await office.person("119")
        office.exchange.fault(office.exchange.lines[1], None)

    office.play(scene())
    rows = office.rig.calls()
    assert [(row["port"], row["outcome"]) for row in rows] == [("sim/2", "failed"), ("sim/1", "answered")]
    assert facts(rows[0], "call.moved")[0]["to"] == rows[1]["id"]


def test_a_number_abroad_and_one_that_costs_more_are_refused_and_nothing_happens(make: Any) -> None:
    office = make("GB")

    async def scene() -> None:
        for number in ("+8613800138000", "00 49 30 1234567", "0909 879 0000"):
            with pytest.raises(NotAllowed, match="not dialled"):
                await office.dial(number)

    office.play(scene())
    assert office.rig.calls() == []


# After a crash, and without audio.


def test_a_crash_while_it_dials_leaves_a_row_that_says_so(make: Any, tmp_path: Path) -> None:
    office = make("US", line={"dial": "pulse"})

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
def test_without_audio_a_call_gives_the_same_rows(make: Any, number: str) -> None:
    def told(events: bool) -> list[Any]:
        office = make("DE", events=events)

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


def test_hl_3_every_call_out_is_recorded_from_the_seizure_to_its_end(make: Any) -> None:
    office = make("US", lines=3)
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
