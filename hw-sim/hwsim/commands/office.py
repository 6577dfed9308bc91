"""The exchange and the station behind `ctidrv sim line` and `ctidrv sim phone`, in virtual time."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ctidrv.cli.output import print_json
from ctidrv.errors import InputError
from ctidrv.folder import DataFolder, data_folder
from ctidrv.picture.telling import told
from ctidrv.units import TICK, seconds, to_seconds
from hwsim.faulty_files import FaultyFiles
from hwsim.lockstep import Link
from hwsim.telling import noted

if TYPE_CHECKING:
    from ctidrv.native.pcm import Pcm
    from hwsim.board import SimBoard
    from hwsim.rig.case import Failure, Played
    from hwsim.rig.outside import Passed
    from hwsim.rig.station import Rig
    from hwsim.scenario.read import Scenario
    from hwsim.subscriber import Subscriber

    Part: TypeAlias = "Callable[[Subscriber, Passed], Coroutine[Any, Any, None]]"

SCRIPT = Path("hotline.ivr.yaml")
LONGEST_CALL = seconds(24 * 3600)
IN_ORDER = ("terminal", "far-end", "stopped", "person")
_WORDS = {
    "en": {
        "person": "you have left",
        "terminal": "the terminal has hung up",
        "far-end": "the far end has cleared",
        "stopped": "this program was stopped",
        "limit": "the scenario's limit is reached",
        "stalled": "the terminal was dropped",
        "error": "broken off",
        "connected": "the subscriber",
        "caller": "caller",
        "station": "station",
    },
    "zh": {
        "person": "已离开",
        "stopped": "程序已停止",
        "limit": "已到场景时限",
        "error": "已中断",
        "connected": "用户",
        "caller": "用户",
        "station": "局端",
    },
}


class Office:
    """The exchange and the station that calls come to, one after the other.

    Making it reads what is asked for, and touches nothing; `open` opens it.
    """

    def __init__(self, args: argparse.Namespace, *, number: str | None = None, spare: int = 1) -> None:
        from hwsim.commands.sim_run import read_shipped_too
        from hwsim.rig.case import load_case
        from hwsim.rig.fresh import check_fresh

        self.say: Callable[[str], None] = lambda words: print(words, flush=True)
        self.language = "en"
        self._number = number
        self._spare = spare
        self._json: bool = args.json
        self._scenario: Scenario | None = None
        self.seed: int = secrets.randbits(31) if args.seed is None else args.seed
        self._repeats = args.seed is not None or args.scenario is not None
        if args.scenario is not None:
            self._scenario = read_shipped_too(args.scenario, args.seed)
            self._check_faults(self._scenario)
            self._script, self._sounds = load_case(self._scenario)
            self.seed = self._scenario.document.seed
        self._folder = DataFolder(data_folder(args.data).root, FaultyFiles())
        check_fresh(self._folder, self.seed)
        self.calls = 0
        self._begun = 0

    def _check_faults(self, scenario: Scenario) -> None:
        from hwsim.rig.case import at_node
        from hwsim.rig.faults import OF_THE_PROCESS, plan

        for each in plan(scenario.document):
            if isinstance(each.body, OF_THE_PROCESS):
                error = "this fault would hit who is at the line too: `ctidrv sim run` alone plays it"
                raise at_node(scenario, scenario.fault(each.number), InputError(error))

    def open(self, undo: contextlib.ExitStack) -> None:
        """Until `undo` ends. ServiceError where a station has the folder; InputError, PortError."""
        from ctidrv.clock import SampleClock
        from ctidrv.service.lock import StationLock
        from hwsim.rig.case import make_rig
        from hwsim.rig.station import START, Rig, one_board

        lock = StationLock(self._folder)
        lock.acquire()
        undo.callback(lock.release)
        start = START if self._repeats else SampleClock().wall(0)
        if self._scenario is None:
            config = one_board(SCRIPT, phones=self._spare, board={"any_number": True})
            self._rig: Rig = Rig(self._folder, config, seed=self.seed, start=start)
        else:
            self._rig = make_rig(self._scenario, self._script, self._folder, spare=self._spare, start=start)
        undo.callback(self._rig.close)
        self._rig.station.journal.subscribe(self._on_event)

    @property
    def board(self) -> SimBoard:
        return self._rig.board

    def known(self) -> Mapping[str, Pcm]:
        """The menu's prompts by their names."""
        if self._scenario is not None:
            return self._sounds.known()
        from ctidrv.apps.ivr import load
        from hwsim.rig.sounds import ScriptSounds
        from hwsim.rig.station import script_path

        return ScriptSounds(load(script_path(SCRIPT, Path())), Path()).known()

    def serve(self, part: Part, terminal: object = None) -> int:
        """What somebody does at a telephone, to the end of everything that it has set off; the exit code."""
        from hwsim.rig.case import Played
        from hwsim.rig.outside import Passed

        self.calls += 1
        passed = Passed(begun=self._rig.clock.now())
        self._begun = passed.begun
        played = None if self._scenario is None else Played(self._scenario, self._rig, self._sounds)
        first = len(self._rig.offered)
        try:
            failures = self._play(part, passed, played)
        finally:
            if played is not None:
                played.leave()
        rows = [self._rig.station.store.call(call) or {"id": call} for call in self._rig.offered[first:]]
        return self._end(terminal, passed, rows, failures)

    def _play(self, part: Part, passed: Passed, played: Played | None) -> list[Failure]:
        from hwsim.rig.case import Failure
        from hwsim.rig.station import OutOfTime

        phone = self._rig.board.caller(self._number)
        phone.on_note = lambda note: self._story(
            "caller", note.at, noted(note.what, note.detail, self.language)
        )
        self.tell({"type": "connected", "number": phone.number})
        call = part(phone, passed)
        try:
            if played is not None:
                played.play(call)
                return played.failures
            try:
                self._rig.run(call, LONGEST_CALL)
            except OutOfTime as error:
                passed.error = str(error)
            return [Failure(0, stuck) for stuck in self._rig.run(self._rig.comes_to_rest())]
        finally:
            phone.on_note = None
            self._rig.board.give_back(phone)

    def _end(
        self, terminal: object, passed: Passed, calls: list[dict[str, Any]], failures: list[Failure]
    ) -> int:
        ok = passed.reason in IN_ORDER and not failures
        row: dict[str, Any] = {
            "type": "ended",
            "ok": ok,
            "reason": passed.reason,
            "frames": passed.frames,
            "calls": [_call(call) for call in calls],
            "failures": [{"line": each.line, "message": each.message} for each in failures],
            "error": passed.error,
        }
        if isinstance(terminal, Link):
            row |= {"bytes_dropped": terminal.part, "turned_away": terminal.turned_away}
        self.tell(row)
        file = "" if self._scenario is None else f"{self._scenario.file}:"
        for words in (passed.error, *(f"{file}{each.line}: {each.message}" for each in failures)):
            if words is not None:
                print(f"ctidrv: {words}", file=sys.stderr, flush=True)
        return 0 if ok else 1

    # What is told of it.

    def _on_event(self, event: Any) -> None:
        words = told({"type": event.type, **event.data}, self.language)
        if words is not None:
            self._story("station", event.at, words)

    def _story(self, who: str, at: int, words: str) -> None:
        t = max(0.0, to_seconds(at - self._begun))
        self.tell({"type": who, "t": round(t, 3), "what": words})

    def tell(self, row: dict[str, Any]) -> None:
        """One thing that happened, as JSON or in words."""
        if self._json:
            print_json(row)
            return
        kind, said = row["type"], _WORDS["en"] | _WORDS[self.language]
        if kind == "listening":
            words = f"listening at {row['address']}: a program may connect, frames of 160 samples each way"
        elif kind == "connected":
            words = f"{said['connected']} {row['number']}"
        elif kind == "ended":
            words = f"{said[row['reason']]}, {to_seconds(row['frames'] * TICK):.2f} s"
            for call in row["calls"]:
                words += f"\n{call['id']}: {call['outcome']} ({call['cause']}), {call['recording']}"
        else:
            words = f"{row['t']:8.2f} s  {said[kind]:8} {row['what']}"
        self.say(words)


def _call(row: dict[str, Any]) -> dict[str, Any]:
    recordings, messages = row.get("recordings") or [], row.get("messages") or []
    return {
        "id": row["id"],
        "outcome": row.get("outcome"),
        "cause": row.get("cause"),
        "recording": recordings[0]["path"] if recordings else None,
        "messages": [message["path"] for message in messages],
    }
