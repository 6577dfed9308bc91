"""``ctidrv sim line``: an outside program is the subscriber at the end of a simulated line."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.folder import data_folder
from ctidrv.units import TICK, seconds, to_seconds
from hwsim.lockstep import Link, Listener, Stop, Stopped
from hwsim.telling import told

if TYPE_CHECKING:
    from hwsim.rig.case import Failure, Played
    from hwsim.rig.outside import Passed, Terminal
    from hwsim.rig.station import Rig
    from hwsim.scenario.read import Scenario

HELP = "an outside program, or a file of sound, is the subscriber at the end of a simulated line"
SCRIPT = Path("hotline.ivr.yaml")
LONGEST_CALL = seconds(24 * 3600)
IN_ORDER = ("terminal", "far-end", "stopped")
_WORDS = {
    "terminal": "the terminal has hung up",
    "far-end": "the far end has cleared",
    "stopped": "this program was stopped",
    "limit": "the scenario's limit is reached",
    "stalled": "the terminal was dropped",
    "error": "broken off",
}


def configure(parser: argparse.ArgumentParser) -> None:
    ends = parser.add_mutually_exclusive_group(required=True)
    ends.add_argument("--pcm", metavar="ADDRESS", help="listen there: tcp:PORT (127.0.0.1) or unix:PATH")
    ends.add_argument(
        "--wav",
        nargs=2,
        metavar=("SAYS.wav", "HEARS.wav"),
        help="one call: says the one file, writes what is heard to the other",
    )
    parser.add_argument("--scenario", metavar="FILE", help="script, country, line, and who else is there")
    parser.add_argument("--seed", type=int, metavar="N", help="of noise and ids: the same bytes each time")
    parser.add_argument("--once", action="store_true", help="end after the first call")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: every call ended in order; 1: one did not, or a scenario failed."""
    with Stop() as stop, contextlib.ExitStack() as undo:
        office = _Office(args)
        door: Listener | None = None
        wav: Terminal | None = None
        if args.wav is not None:
            from hwsim.rig.outside import WavTerminal

            says, hears = map(Path, args.wav)
            wav = WavTerminal(says, hears, stop)
        else:
            door = undo.enter_context(Listener(args.pcm, stop))
        office.open(undo)
        if door is None:
            assert wav is not None
            return office.serve(wav)
        office.tell({"type": "listening", "address": door.address, "seed": office.seed})
        code = 0
        with contextlib.suppress(Stopped):
            while not (args.once and office.calls):
                with door.accept() as link:
                    code |= office.serve(link)
        return code


class _Office:
    """The exchange and the station that calls come to, one after the other.

    Making it reads what is asked for, and touches nothing; `open` opens it.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        from hwsim.commands.sim_run import read_shipped_too
        from hwsim.rig.case import load_case
        from hwsim.rig.fresh import check_fresh

        self._json: bool = args.json
        self._scenario: Scenario | None = None
        self.seed: int = secrets.randbits(31) if args.seed is None else args.seed
        self._repeats = args.seed is not None or args.scenario is not None
        if args.scenario is not None:
            self._scenario = read_shipped_too(args.scenario, args.seed)
            self._script, self._sounds = load_case(self._scenario)
            self.seed = self._scenario.document.seed
        self._folder = data_folder(args.data)
        check_fresh(self._folder, self.seed)
        self.calls = 0
        self._begun = 0

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
            config = one_board(SCRIPT, board={"any_number": True})
            self._rig: Rig = Rig(self._folder, config, seed=self.seed, start=start)
        else:
            self._rig = make_rig(self._scenario, self._script, self._folder, spare=1, start=start)
        undo.callback(self._rig.close)
        self._rig.station.journal.subscribe(self._on_event)

    def serve(self, terminal: Terminal) -> int:
        """One call, to the end of everything that it has set off."""
        from hwsim.rig.case import Played
        from hwsim.rig.outside import Passed

        self.calls += 1
        passed = Passed(begun=self._rig.clock.now())
        self._begun = passed.begun
        played = None if self._scenario is None else Played(self._scenario, self._rig, self._sounds)
        first = len(self._rig.offered)
        try:
            failures = self._play(terminal, passed, played)
        finally:
            if played is not None:
                played.leave()
        rows = [self._rig.station.store.call(call) or {"id": call} for call in self._rig.offered[first:]]
        return self._end(terminal, passed, rows, failures)

    def _play(self, terminal: Terminal, passed: Passed, played: Played | None) -> list[Failure]:
        from hwsim.rig.case import Failure
        from hwsim.rig.outside import pass_frames
        from hwsim.rig.station import OutOfTime

        phone = self._rig.board.caller()
        phone.on_note = lambda note: self._story("caller", note.at, f"{note.what} {note.detail}".rstrip())
        self.tell({"type": "connected", "number": phone.number})
        call = pass_frames(phone, terminal, passed)
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
        self, terminal: Terminal, passed: Passed, calls: list[dict[str, Any]], failures: list[Failure]
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
        words = told({"type": event.type, **event.data})
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
        kind = row["type"]
        if kind == "listening":
            words = f"listening at {row['address']}: a program may connect, frames of 160 samples each way"
        elif kind == "connected":
            words = f"off hook: the subscriber {row['number']}"
        elif kind == "ended":
            words = f"{_WORDS[row['reason']]}, {to_seconds(row['frames'] * TICK):.2f} s"
            for call in row["calls"]:
                words += f"\n{call['id']}: {call['outcome']} ({call['cause']}), {call['recording']}"
        else:
            words = f"{row['t']:8.2f} s  {kind:8} {row['what']}"
        print(words, flush=True)


def _call(row: dict[str, Any]) -> dict[str, Any]:
    recordings, messages = row.get("recordings") or [], row.get("messages") or []
    return {
        "id": row["id"],
        "outcome": row.get("outcome"),
        "cause": row.get("cause"),
        "recording": recordings[0]["path"] if recordings else None,
        "messages": [message["path"] for message in messages],
    }
