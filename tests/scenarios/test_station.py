"""The whole station in virtual time: a simulated line, the shipped menu, the store, and a crash."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.ivr import shipped_script
from ctidrv.config import BoardConfig, LineConfig, default_config
from ctidrv.errors import CtiError, InputError, PortError
from ctidrv.folder import DataFolder
from ctidrv.media.virtual import run_virtual
from ctidrv.media.wav import read_wav
from ctidrv.service.daemon import Station
from ctidrv.store import Store
from ctidrv.units import TICK, PortId, seconds

START = datetime(2027, 3, 8, 10, tzinfo=UTC)
VOICE = read_wav(shipped_script("hotline.ivr.yaml").parent / "prompts/en-US/opening-hours.wav").channels[0]

Story = Callable[["Office"], Coroutine[Any, Any, None]]


class Office:
    """A station of one simulated line, and what its journal says."""

    def __init__(self, root: Path, **more: Any) -> None:
        self.folder = DataFolder(root)
        config = replace(default_config(), **more)
        self.station = Station(self.folder, config, live=False, seed=7, start=START)
        self.station.open()
        self.log: list[Any] = []
        self.station.journal.subscribe(self.log.append)

    @property
    def board(self) -> Any:
        return self.station.boards["sim"]

    def play(self, story: Story, *, stop: bool = True) -> None:
        async def whole() -> None:
            self.station.start()
            await story(self)
            if stop:
                await self.station.stop()

        run_virtual(whole(), self.station.engine, limit=seconds(300))

    def close(self) -> None:
        self.station.close()

    async def until(self, type: str, within: float = 40, **data: Any) -> Any:
        """The first event of the log like this, now or soon."""
        deadline = self.station.clock.now() + seconds(within)
        while self.station.clock.now() < deadline:
            for event in self.log:
                if event.type == type and data.items() <= event.data.items():
                    return event
            await self.station.clock.sleep(TICK)
        raise AssertionError(f"no {type} {data}; there was {[(e.type, dict(e.data)) for e in self.log]}")

    def of(self, type: str) -> list[dict[str, Any]]:
        return [dict(event.data) for event in self.log if event.type == type]


async def leave_a_message(office: Office) -> None:
    ann = office.board.caller("2125550123", "ANN LEE")
    await ann.dial("8001")
    await office.until("call.prompt", prompt="pick-language")
    await ann.press("1")
    await office.until("call.prompt", prompt="main-menu")
    await ann.press("9")
    await office.until("call.prompt", prompt="please-leave-message")
    await ann.press("#")
    await ann.silence(seconds(2))
    await ann.speak(VOICE)
    await ann.hang_up()
    await office.until("call.ended")
    await ann.silence(seconds(3))


async def ring(office: Office) -> Any:
    bob = office.board.caller("2125550199", "BOB")
    await bob.dial("8001")
    await office.until("call.caller")
    return bob


def add_customer(root: Path, name: str, number: str) -> None:
    with Store.open(DataFolder(root), inline=True) as store:
        store.add_customer(name, [number], company="Lotus Tea", tags=["vip"]).result()


def dump(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / "ctidrv.db")) as connection:
        return list(connection.iterdump())


def files(root: Path) -> dict[str, bytes]:
    folders = [root / "recordings", root / "messages"]
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_known_caller_leaves_a_message_and_everything_is_kept(tmp_path):
    add_customer(tmp_path, "Ann Lee", "(212) 555-0123")
    office = Office(tmp_path)
    office.play(leave_a_message)
    office.close()
    customer = office.of("call.customer")
    assert [(card["id"], card["name"], card["tags"], card["others"]) for card in customer] == [
        (1, "Ann Lee", ["vip"], [])
    ]
    types = [event.type for event in office.log]
    assert types.index("call.caller") < types.index("call.customer") < types.index("call.answered")
    with Store.read(office.folder) as store:
        (row,) = store.calls()
        call = store.call(row["id"])
        assert store.check() == []
        assert store.last_seq() == len(store.events_since(0, 10_000))
    told = {
        key: call[key] for key in ("number", "e164", "name", "customer_name", "cause", "outcome", "state")
    }
    assert told == {
        "number": "2125550123",
        "e164": "+12125550123",
        "name": "ANN LEE",
        "customer_name": "Ann Lee",
        "cause": "remote-busy-tone",
        "outcome": "message",
        "state": "ended",
    }
    assert [leg["kind"] for leg in call["legs"]] == ["line", "ivr", "mailbox"]
    assert all(leg["ended"] for leg in call["legs"])
    assert [event["seq"] for event in call["events"]] == sorted(event["seq"] for event in call["events"])
    (recording,), (message,) = call["recordings"], call["messages"]
    assert recording["state"] == "closed"
    assert len(recording["sha256"]) == 64
    wav = read_wav(recording["path"])
    assert len(wav.channels) == 2
    assert len(wav.channels[0]) / 8000 == recording["seconds"]
    assert message["customer"] == 1
    assert message["box"] == "front-desk"
    assert abs(message["seconds"] - len(VOICE) / 8000) < 2.5
    assert len(read_wav(message["path"]).channels[0]) / 8000 == message["seconds"]


def test_same_seed_gives_the_same_rows_and_files(tmp_path):
    for name in ("one", "two"):
        office = Office(tmp_path / name)
        office.play(leave_a_message)
        office.close()
    assert dump(tmp_path / "one") == dump(tmp_path / "two")
    assert len(dump(tmp_path / "one")) > 60
    first, second = files(tmp_path / "one"), files(tmp_path / "two")
    assert len(first) >= 4
    assert first == second


def test_stranger_has_no_customer_and_the_call_goes_on(tmp_path):
    async def story(office: Office) -> None:
        bob = await ring(office)
        await bob.hang_up()
        await office.until("call.ended")

    office = Office(tmp_path)
    office.play(story)
    office.close()
    assert office.of("call.customer") == []
    assert office.of("call.ended") == [{"cause": "caller-gave-up", "outcome": "missed"}]
    with Store.read(office.folder) as store:
        assert [(row["outcome"], row["answered"], row["recording"]) for row in store.calls()] == [
            ("missed", None, None)
        ]


def test_number_of_two_customers_names_both(tmp_path):
    add_customer(tmp_path, "Ann", "2125550199")
    add_customer(tmp_path, "Bob", "2125550199")

    async def story(office: Office) -> None:
        bob = await ring(office)
        await office.until("call.customer")
        await bob.hang_up()
        await office.until("call.ended")

    office = Office(tmp_path)
    office.play(story)
    office.close()
    (card,) = office.of("call.customer")
    assert (card["name"], [other["name"] for other in card["others"]]) == ("Ann", ["Bob"])


def test_operator_answers_a_ringing_call_and_hangs_up(tmp_path):
    async def story(office: Office) -> None:
        bob = await ring(office)
        (port,) = office.station.ports()
        await office.station.answer(port["call"])
        await bob.silence(seconds(2))
        assert office.station.ports()[0]["state"] == "talking"
        await office.station.hang_up(port["call"])
        await office.until("call.ended")
        with pytest.raises(LookupError):
            await office.station.hang_up(port["call"])
        await bob.hang_up()

    office = Office(tmp_path)
    office.play(story)
    office.close()
    assert office.of("call.answered") == [{"by": "operator"}]
    assert office.of("call.prompt") == []
    assert office.of("call.ended") == [{"cause": "local-operator", "outcome": "answered"}]
    with Store.read(office.folder) as store:
        call = store.call(store.calls()[0]["id"])
        assert [leg["kind"] for leg in call["legs"]] == ["line", "ivr", "seat"]
        assert [row["state"] for row in call["recordings"]] == ["closed"]


def test_operator_takes_a_call_from_the_menu(tmp_path):
    async def story(office: Office) -> None:
        bob = await ring(office)
        await office.until("call.prompt", prompt="welcome")
        await bob.silence(seconds(1))
        (port,) = office.station.ports()
        await office.station.answer(port["call"])
        await bob.silence(seconds(20))
        await bob.hang_up()
        await office.until("call.ended")

    office = Office(tmp_path)
    office.play(story)
    office.close()
    assert office.of("call.answered") == [{"by": "script"}, {"by": "operator"}]
    assert [event["prompt"] for event in office.of("call.prompt") if event["state"] == "started"] == [
        "welcome"
    ]
    assert office.of("call.ended") == [{"cause": "remote-busy-tone", "outcome": "answered"}]


def test_stop_in_a_call_hangs_up_and_seals_the_recording(tmp_path):
    async def story(office: Office) -> None:
        await ring(office)
        await office.until("call.prompt", prompt="welcome")
        await office.station.clock.sleep(seconds(1))

    office = Office(tmp_path)
    office.play(story)
    office.close()
    with Store.read(office.folder) as store:
        (call,) = store.calls()
        assert (call["state"], call["cause"]) == ("ended", "station-stop")
        assert [row["state"] for row in store.recordings()] == ["closed"]
    again = Office(tmp_path)
    assert (again.station.recovered.calls, again.station.recovered.recordings) == (0, 0)
    again.close()


def crash(tmp_path: Path, story: Story, *, rows: bool = True) -> Path:
    """Plays a story and copies the folder as it lies on the disk at its end, while the call goes on.

    rows: what was put is committed before; else the rows of the call are lost.
    """

    async def until_crash(office: Office) -> None:
        await story(office)
        if rows:
            await office.station.store.committed()
        shutil.copytree(tmp_path / "live", tmp_path / "crashed")

    office = Office(tmp_path / "live")
    office.play(until_crash, stop=False)
    office.close()
    return tmp_path / "crashed"


@pytest.mark.parametrize("rows", [True, False], ids=["rows on the disk", "rows lost"])
def test_crash_in_a_recording_is_put_right_before_the_lines_open(tmp_path, rows):
    add_customer(tmp_path / "live", "Bob", "2125550199")

    async def story(office: Office) -> None:
        await ring(office)
        await office.until("call.prompt", prompt="welcome")
        await office.station.clock.sleep(seconds(4))

    root = crash(tmp_path, story, rows=rows)
    office = Office(root)
    try:
        recovered = office.station.recovered
        assert (recovered.calls, recovered.recordings, recovered.messages) == (1, 1, 0)
        (row,) = office.station.store.calls()
        call = office.station.store.call(row["id"])
        assert (call["state"], call["cause"], call["outcome"]) == ("ended", "station-restart", "interrupted")
        assert (call["number"], call["e164"], call["customer_name"]) == ("2125550199", "+12125550199", "Bob")
        assert call["events"][-1]["type"] == "call.ended"
        (recording,) = call["recordings"]
        assert recording["state"] == "repaired"
        wav = read_wav(recording["path"])
        assert 3 < len(wav.channels[0]) / 8000 == recording["seconds"] < 5
        facts = office.station.store.recording(recording["id"])["facts"]
        assert [fact["kind"] for fact in facts] == ["repaired"]
        assert all(leg["ended"] for leg in call["legs"])
        assert office.station.ports()[0]["state"] == "idle"
        assert office.station.store.check() == []
    finally:
        office.close()
    second = Office(root)
    assert second.station.recovered.calls == 0
    second.close()


def test_crash_in_a_message_keeps_what_was_said(tmp_path):
    async def story(office: Office) -> None:
        bob = await ring(office)
        await office.until("call.prompt", prompt="pick-language")
        await bob.press("1")
        await office.until("call.prompt", prompt="main-menu")
        await bob.press("9")
        await office.until("call.prompt", prompt="please-leave-message")
        await bob.press("#")
        await bob.silence(seconds(2))
        await bob.speak(VOICE)

    office = Office(crash(tmp_path, story))
    try:
        (message,) = office.station.store.messages()
        assert message["seconds"] > 3
        assert len(read_wav(message["path"]).channels[0]) / 8000 == message["seconds"]
        (call,) = office.station.store.calls()
        assert (call["cause"], call["message"]) == ("station-restart", message["id"])
    finally:
        office.close()


def test_call_that_was_over_before_the_crash_keeps_the_cause_that_was_told(tmp_path):
    async def story(office: Office) -> None:
        bob = await ring(office)
        await office.until("call.prompt", prompt="welcome")
        await bob.hang_up()
        await office.until("call.clearing")

    office = Office(crash(tmp_path, story))
    try:
        (call,) = office.station.store.calls()
        assert (call["state"], call["cause"], call["outcome"]) == ("ended", "remote-busy-tone", "answered")
        events = office.station.store.call(call["id"])["events"]
        assert call["ended"] == next(event["wall"] for event in events if event["type"] == "call.clearing")
        assert [event["cause"] for event in events if event["type"] == "call.ended"] == ["remote-busy-tone"]
        assert {leg["cause"] for leg in office.station.store.call(call["id"])["legs"]} == {"remote-busy-tone"}
    finally:
        office.close()


@pytest.mark.parametrize("moment", ["before its rows are written", "after that"])
def test_crash_in_the_repair_of_a_crash_is_put_right_too(tmp_path, monkeypatch, moment):
    async def story(office: Office) -> None:
        await ring(office)
        await office.until("call.prompt", prompt="welcome")
        await office.station.clock.sleep(seconds(4))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    root = crash(tmp_path, story)
    place = "apps.recording.settle" if moment == "after that" else "service.recovery._tell"
    with monkeypatch.context() as patch:
        patch.setattr(f"ctidrv.{place}", dies)
        with pytest.raises(KeyboardInterrupt):
            Office(root)
    office = Office(root)
    try:
        store = office.station.store
        (row,) = store.calls()
        assert (row["state"], row["cause"], row["outcome"]) == ("ended", "station-restart", "interrupted")
        events = store.call(row["id"])["events"]
        assert [event["type"] for event in events].count("call.ended") == 1
        (recording,) = store.recordings()
        assert recording["state"] == "repaired"
        assert [fact["kind"] for fact in store.recording(recording["id"])["facts"]] == ["repaired"]
        assert list((root / "recordings/.open").iterdir()) == []
    finally:
        office.close()


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        (
            {"lines": (LineConfig(PortId("sim/1"), "none.ivr.yaml", where="a.toml:9"),)},
            InputError,
            "a.toml:9: script",
        ),
        ({"lines": (LineConfig(PortId("sim/2"), "hotline.ivr.yaml", where="a.toml:9"),)}, PortError, "sim/2"),
        (
            {"lines": (LineConfig(PortId("sim/1"), "hotline.ivr.yaml", "XX", where="a.toml:9"),)},
            InputError,
            "a.toml:9: ",
        ),
        (
            {"boards": (BoardConfig("sim", "none", where="a.toml:1"),)},
            InputError,
            "a.toml:1: no driver 'none'",
        ),
        (
            {"boards": (BoardConfig("sim", "sim", {"lins": 1}, "a.toml:1"),)},
            InputError,
            "a.toml:1: board sim: lins",
        ),
    ],
)
def test_station_that_cannot_start_says_why_and_lets_everything_go(tmp_path, more, error, words):
    with pytest.raises(error) as caught:
        Office(tmp_path, **more)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    Office(tmp_path).close()


def test_two_lines_serve_at_the_same_time(tmp_path):
    async def story(office: Office) -> None:
        callers = [office.board.caller(f"21255501{index}0", "X") for index in (1, 2)]
        for caller, number in zip(callers, ("8001", "8002"), strict=True):
            await caller.dial(number)
        await office.station.clock.sleep(seconds(12))
        assert [row["state"] for row in office.station.ports()] == ["talking", "talking", *["unused"] * 3]
        assert [row["kind"] for row in office.station.ports()] == [*["FXO"] * 3, "FXS", "HANDSET"]
        for caller in callers:
            await caller.hang_up()
        await office.station.clock.sleep(seconds(8))

    lines = tuple(LineConfig(PortId(f"sim/{index}"), "hotline.ivr.yaml") for index in (1, 2))
    office = Office(
        tmp_path, boards=(BoardConfig("sim", "sim", {"lines": 3, "fxs": 1, "handsets": 1}),), lines=lines
    )
    office.play(story)
    office.close()
    with Store.read(office.folder) as store:
        assert {row["port"] for row in store.calls()} == {"sim/1", "sim/2"}
        assert [row["state"] for row in store.recordings()] == ["closed", "closed"]


def test_store_that_fails_is_told_and_the_call_goes_on(tmp_path, caplog):
    async def story(office: Office) -> None:
        def fail(_: str) -> None:
            raise CtiError("no database today")

        office.station.store.customers_by_number = fail
        bob = await ring(office)
        await office.until("call.prompt", prompt="welcome")
        await bob.hang_up()
        await office.until("call.ended")

    office = Office(tmp_path)
    office.play(story)
    office.close()
    assert "no database today" in caplog.text
    assert office.of("call.ended") == [{"cause": "remote-busy-tone", "outcome": "answered"}]


def test_waiting_calls_and_messages_reach_the_store_and_the_list_of_ports(tmp_path):
    """And the call that ran has its own number in its row."""
    office = Office(tmp_path, boards=(BoardConfig("sim", "sim", {"lines": 1, "call_waiting": True}),))

    async def story(office: Office) -> None:
        exchange = office.board.exchange
        exchange.tell_messages(exchange.lines[0], 2)
        await office.until("line.message_waiting")
        (port,) = office.station.ports()
        assert (port["messages_waiting"], port["state"], port["call"]) == (True, "idle", None)
        ann = office.board.caller("2125550123", "ANN LEE")
        await ann.dial("8001")
        await office.until("call.prompt", prompt="pick-language")
        bob = office.board.caller("2125550199", "BOB")
        await bob.dial("8001")
        await office.until("call.waiting", number="2125550199", name="BOB")
        await bob.hang_up()
        await ann.press("1")
        await office.until("call.prompt", prompt="main-menu")
        await ann.hang_up()
        await office.until("call.ended")

    office.play(story)
    office.close()
    with Store.read(office.folder) as store:
        (row,) = store.calls()
        assert (row["number"], row["name"]) == ("2125550123", "ANN LEE")
        told = [event for event in store.events_since(0, 10_000) if event["type"] == "call.waiting"]
        assert [event["call"] for event in told] == [row["id"]]
        waiting = [e for e in store.events_since(0, 10_000) if e["type"] == "line.message_waiting"]
        assert [(event["call"], event["waiting"], event["messages"]) for event in waiting] == [
            (None, True, 2)
        ]
        assert store.check() == []
