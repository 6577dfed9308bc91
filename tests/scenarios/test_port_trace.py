"""A port's trace: a call recorded in virtual time, and given to detectors and to a station again."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from ctidrv.errors import PortError, ServiceError, UsageError
from ctidrv.folder import DataFolder
from ctidrv.media.trace import load, replay
from ctidrv.media.trace.file import TraceFile
from ctidrv.media.wav import WavWriter
from ctidrv.native.pcm import Pcm
from ctidrv.units import PortId, seconds
from hwsim.faulty_board import OUT, WELL
from hwsim.rig.station import Rig, one_board, script_path

LINE = PortId("sim/1")
SCRIPT = "hotline.ivr.yaml"


class Traced:
    """A station on one simulated line, whose line is traced into `path` for as long as the scene lasts."""

    def __init__(self, folder: Path, **board: Any) -> None:
        self.path = folder / "trace.jsonl"
        self.rig = Rig(DataFolder(folder / "station"), one_board(script_path(SCRIPT), board=board), seed=5)
        self.traces = self.rig.station.traces

    async def _record(self, tracer: Any, audio: bool) -> None:
        rows = self.traces.rows(tracer, audio=audio)
        file = TraceFile(self.path, await anext(rows), audio=audio)
        async for row in rows:
            if row["type"] == "audio":
                file.frames(base64.b64decode(row["frames"]))
            elif row["type"] == "end":
                file.end(row["why"])
            elif row["type"] != "now":
                file.row(json.loads(json.dumps(row)))

    def play(self, scene: Coroutine[Any, Any, None], *, audio: bool = True) -> list[dict[str, Any]]:
        """The rows of the station's calls."""

        async def main() -> None:
            tracer = self.traces.begin(LINE)
            recording = asyncio.ensure_future(self._record(tracer, audio))
            await scene
            await self.rig.comes_to_rest()
            tracer.stop()
            await recording

        try:
            self.rig.run(main())
            return self.rig.calls()
        finally:
            self.rig.close()

    async def call(self) -> None:
        """Rings, with caller ID; hears the menu, keys 2, and hangs up."""
        ann = self.rig.board.caller("5551234", "ANN LEE")
        await ann.dial(self.rig.first_number)
        await ann.silence(seconds(8))
        await ann.press("2")
        await ann.silence(seconds(4))
        await ann.hang_up()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """(the trace's file, the row of its call)"""
    traced = Traced(tmp_path_factory.mktemp("recorded"))
    (call,) = traced.play(traced.call())
    return traced.path, call


@pytest.fixture
def copied(recorded, tmp_path):
    """A copy of the trace that a test may change."""
    path = tmp_path / "copy.jsonl"
    shutil.copy(recorded[0], path)
    shutil.copy(recorded[0].with_suffix(".wav"), path.with_suffix(".wav"))
    return path


def said(call: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [event for event in call["events"] if event["type"] == type]


def test_trace_holds_orders_events_audio_and_what_the_station_made_of_them(recorded):
    trace = load(recorded[0])
    assert [row["told"] for row in trace.told if row["told"].startswith(("ring", "caller", "digit"))] == [
        *("ring-on", "ring-off", "caller-id-seen", "ring-on", "ring-off", "digit-down", "digit-up")
    ]
    assert [(each.what, each.value, each.result) for each in trace.commands] == [(1, 1, 0), (1, 0, 0)]
    assert [row["event"] for row in trace.calls] == ["offered", "answered", "clearing", "ended"]
    assert trace.ended == "it was ended"
    assert trace.header["state"] == "idle"
    assert trace.header["settings"] == {
        "control": False,
        "lines": 1,
        "phones": 1,
        "country": "US",
        "events": False,
    }
    assert len(trace.rx) == len(trace.tx) == trace.ticks * 160
    assert trace.tx.peak() > 3000
    assert trace.rx.peak() > 1000


def test_detectors_that_are_given_it_again_tell_the_same_to_the_sample(recorded):
    found = replay(load(recorded[0]), within_s=0)
    assert found.differences == []
    digit = next(row for row in found.told if row["told"] == "digit-down")
    assert digit["digit"] == "2"
    caller = next(row for row in found.told if row["told"] == "caller-id-seen")
    assert (caller["number"], caller["name"]) == ("5551234", "ANN LEE")
    assert [row["tone"] for row in found.told if row["told"] == "tone-on"] == ["busy"]


def test_what_is_not_heard_any_more_is_named(copied):
    trace = load(copied)
    digit = round(next(row["t"] for row in trace.told if row["told"] == "digit-down") * 8000)
    came = [*trace.rx[: digit - 800], *[0] * 2400, *trace.rx[digit + 1600 :]]
    copied.with_suffix(".wav").unlink()
    wav = WavWriter(copied.with_suffix(".wav"), 2, sync=False)
    wav.write(Pcm(each for pair in zip(trace.tx, came, strict=True) for each in pair).bytes)
    wav.close()
    found = replay(load(copied)).differences
    assert any("digit-down (digit 2" in each and each.endswith("now it is not told") for each in found), found


def test_a_station_that_is_given_it_again_has_the_same_call(recorded, copied, port_trace):
    _, then = recorded
    found = port_trace(copied, SCRIPT, strict=True)
    (now,) = found.calls
    same = ("number", "name", "outcome", "cause", "seconds", "direction", "state")
    assert {key: now[key] for key in same} == {key: then[key] for key in same}
    assert now["cause"] == "remote-busy-tone"
    assert [each["digit"] for each in said(now, "call.digit")] == ["2"]
    for type in ("call.digit", "call.choice", "call.prompt", "call.clearing"):
        begun = said(now, "call.offered")[0]["at"], said(then, "call.offered")[0]["at"]
        assert [each["at"] - begun[0] for each in said(now, type)] == pytest.approx(
            [each["at"] - begun[1] for each in said(then, type)], abs=1e-6
        )
    assert found.differences == []
    recording, before = now["recordings"][0], then["recordings"][0]
    assert recording["seconds"] == before["seconds"]


def test_an_order_that_the_trace_has_not_is_an_error_where_it_is_strict(copied, port_trace):
    rows = copied.read_text().splitlines()
    seized = next(number for number, row in enumerate(rows) if '"command":"hook","value":1' in row)
    copied.write_text("\n".join([*rows[:seized], *rows[seized + 1 :]]) + "\n")
    with pytest.raises(PortError, match=r"copy\.jsonl: hook 1 at 11\.02 s: the trace has no such order"):
        port_trace(copied, SCRIPT, strict=True)
    assert len(port_trace(copied, SCRIPT).differences) == 2


def test_an_order_that_is_never_given_is_named_with_its_line(copied, port_trace):
    rows = copied.read_text().splitlines()
    row = next(number for number, row in enumerate(rows) if '"command":"hook","value":0' in row)
    rows.insert(row, '{"type":"command","t":14,"command":"flash","value":800,"result":0}')
    copied.write_text("\n".join(rows) + "\n")
    (difference,) = port_trace(copied, SCRIPT).differences
    assert difference == f"{copied}:{row + 1}: flash 800 at 14.00 s: it was not ordered"


def test_a_board_that_is_gone_for_a_while_is_gone_again(tmp_path):
    traced = Traced(tmp_path)

    async def scene() -> None:
        clock = traced.rig.clock
        await clock.sleep(seconds(1))
        traced.rig.board.faults.set(OUT)
        await clock.sleep(seconds(2))
        traced.rig.board.faults.set(WELL)
        await clock.sleep(seconds(1))

    assert traced.play(scene()) == []
    trace = load(traced.path)
    assert sum(trace.gone) == 100
    assert [(row["told"], row["raised"]) for row in trace.told] == [("alarm", True), ("alarm", False)]
    assert replay(trace, within_s=0).differences == []


def test_without_audio_none_leaves_the_station(tmp_path):
    traced = Traced(tmp_path)
    (call,) = traced.play(traced.call(), audio=False)
    assert call["outcome"] == "answered"
    trace = load(traced.path)
    assert trace.rx.peak() == trace.tx.peak() == 0
    assert trace.header["audio"] is False
    assert any(row["told"] == "digit-down" for row in trace.told)


def test_a_reader_that_is_held_up_is_told_what_it_has_lost(tmp_path):
    traced = Traced(tmp_path)
    rig = traced.rig

    async def main() -> None:
        tracer = traced.traces.begin(LINE)
        await rig.clock.sleep(seconds(60))
        rows, frames = tracer.take()
        assert tracer.ticks == 2048
        await rig.clock.sleep(seconds(1))
        more, behind = tracer.take()
        (lost,) = [row for row in more if row["type"] == "lost"]
        assert lost["ticks"] == 3000 - 2048
        assert len(frames + behind) == 61 * 8000 * 4
        assert not any(row["type"] == "lost" for row in rows)
        traced.traces.end(tracer)

    try:
        rig.run(main())
    finally:
        rig.close()


def test_of_a_port_there_is_one_trace_at_a_time(tmp_path):
    traced = Traced(tmp_path)
    rig = traced.rig

    async def main() -> None:
        first = traced.traces.begin(LINE)
        await rig.clock.sleep(seconds(1))
        with pytest.raises(ServiceError, match="sim/1: is being traced already"):
            traced.traces.begin(LINE)
        with pytest.raises(PortError, match="sim/9: no such port"):
            traced.traces.begin(PortId("sim/9"))
        with pytest.raises(PortError, match="nix/1: no such port"):
            traced.traces.begin(PortId("nix/1"))
        traced.traces.end(first)
        traced.traces.end(first)
        await rig.clock.sleep(seconds(1))
        traced.traces.end(traced.traces.begin(LINE))

    try:
        rig.run(main())
    finally:
        rig.close()


def test_a_trace_ends_with_the_station(tmp_path):
    traced = Traced(tmp_path)
    rig = traced.rig
    seen = []

    async def main() -> None:
        async def take() -> None:
            rows = traced.traces.rows(traced.traces.begin(LINE), audio=False)
            seen.extend([row async for row in rows])

        taking = asyncio.ensure_future(take())
        await rig.clock.sleep(seconds(3))
        traced.traces.stop()
        await taking

    try:
        rig.run(main())
    finally:
        rig.close()
    assert seen[0]["type"] == "trace"
    assert [row["type"] for row in seen].count("now") >= 2
    assert seen[-1]["why"] == "the station stopped"


def test_without_audio_on_the_board_there_is_nothing_to_trace(tmp_path):
    config = one_board(script_path(SCRIPT), events=True)
    rig = Rig(DataFolder(tmp_path / "station"), config, events=True)
    try:
        with pytest.raises(UsageError, match="without audio"):
            rig.station.traces.begin(LINE)
    finally:
        rig.close()
