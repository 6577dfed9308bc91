"""``ctidrv ports trace``: records a port of the running station, shows a trace, replays it as a test."""

from __future__ import annotations

import argparse
import base64
import contextlib
import re
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.errors import InputError, ServiceError, UsageError
from ctidrv.folder import data_folder

if TYPE_CHECKING:
    from ctidrv.media.trace.file import TraceFile

HELP = "record a port: orders, events, audio; show or replay the file"
_PORT = re.compile(r"[^/\s]+/[0-9]{1,4}")
_PRIVATE = "holds the audio and the numbers of the calls on this port: treat it as a recording"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("port", metavar="PORT", nargs="?", help="of the running station: see `ctidrv ports`")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--show", metavar="FILE", help="a trace in plain words; with --json all of its rows")
    what.add_argument("--replay", metavar="FILE", help="to detectors again: exit 1 if what is told differs")
    parser.add_argument("--seconds", type=_seconds, metavar="N", help="stop after so long, 3600 at the most")
    parser.add_argument("--call", action="store_true", help="stop when the next call is over")
    parser.add_argument("--output", metavar="FILE", help="default: PORT and the time, in this folder")
    parser.add_argument("--no-audio", action="store_true", help="orders and events alone")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C, or what was asked for is over; either way the file is complete."""
    read = args.show or args.replay
    if (args.port is None) == (read is None):
        raise UsageError("say what: PORT to record one, or --show FILE, or --replay FILE")
    if args.show:
        return _show(args)
    return _replay(args) if args.replay else _record(args)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"invalid time {text[:40]!r}: seconds, up to 3600")
    return value


def _record(args: argparse.Namespace) -> int:
    from ctidrv.service.client import StationClient

    if not _PORT.fullmatch(args.port):
        raise UsageError(f"{args.port[:40]!r} is no port: BOARD/INDEX, such as sim/1 (see `ctidrv ports`)")
    path = Path(args.output or f"{args.port.replace('/', '-')}-{datetime.now():%Y%m%d-%H%M%S}.jsonl")
    station = StationClient.discover(data_folder(args.data))
    with _interrupted() as asked, station, station.trace(args.port, audio=not args.no_audio) as rows:
        took, why = _begin(path, rows, args), "it was broken off"
        call_is_over = _call_is_over()
        try:
            while not asked():
                row = next(rows, None)
                if row is None or row["type"] == "end":
                    why = why if row is None else str(row["why"])
                    break
                _take(took, row, args.json)
                if args.call and call_is_over(row):
                    why = "the call is over"
                    break
                if args.seconds is not None and took.seconds >= args.seconds:
                    why = "the time is over"
                    break
                if took.full:
                    why = "it is as long as a trace may be"
                    break
            else:
                why = "asked"
        finally:
            took.end(why)
    if args.json:
        print_json({"type": "trace_file", "file": str(path.absolute()), "seconds": took.seconds, "why": why})
    else:
        print(f"{path}: {took.seconds:.1f} s, complete ({why})")
    return 0


def _begin(path: Path, rows: Iterator[dict[str, Any]], args: argparse.Namespace) -> TraceFile:
    from ctidrv.media.trace.file import TraceFile, audio_path

    header = next(rows, None)
    if header is None or header["type"] != "trace":
        raise ServiceError("the station sent no trace: is it another version?")
    took = TraceFile(path, header, audio=not args.no_audio)
    if args.json:
        print_json(header)
    else:
        beside = "" if args.no_audio else f" and {audio_path(path)}"
        print(f"{path}{beside}: {_PRIVATE}", file=sys.stderr)
        print(f"tracing {args.port} ({header['kind']}, {header['driver']}); Ctrl-C ends it")
    return took


def _take(took: TraceFile, row: dict[str, Any], as_json: bool) -> None:
    """A row of the station's into the file, and on the screen where it says something."""
    if row["type"] == "audio":
        took.frames(base64.b64decode(row["frames"]))
    elif row["type"] == "now":
        took.reach(row["t"])
    else:
        took.row(row)
        if as_json:
            print_json(row)
        else:
            _print(row)


def _print(row: dict[str, Any]) -> None:
    from ctidrv.media.trace.words import words

    if (said := words(row)) is not None:
        print(f"{row['t']:9.2f} s  {said}", flush=True)


def _call_is_over() -> Callable[[dict[str, Any]], bool]:
    """Whether a row is the last of a call: the line's, or of a telephone that was lifted."""
    lifted = False

    def over(row: dict[str, Any]) -> bool:
        nonlocal lifted
        if row["type"] == "told" and row["told"] == "hook-changed":
            before, lifted = lifted, bool(row["off_hook"])
            return before and not lifted
        return bool(row["type"] == "call" and row["event"] == "ended")

    return over


@contextlib.contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C, or an end, has been asked for: between two rows, so that the file is complete."""
    asked: list[int] = []
    before: dict[int, Any] = {}
    with contextlib.suppress(ValueError):  # not the main thread
        for wanted in (signal.SIGINT, signal.SIGTERM):
            before[wanted] = signal.signal(wanted, lambda number, _: asked.append(number))
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(args: argparse.Namespace) -> int:
    from ctidrv.media.trace import load
    from ctidrv.media.trace.words import printable

    trace = load(args.show)
    if args.json:
        for row in (trace.header, *trace.rows):
            print_json(row)
        return 0
    header = trace.header
    for name in ("port", "kind", "driver", "device", "country", "started", "state", "ctidrv"):
        print(f"{name + ':':<10}{printable(look.text(header.get(name)))}")
    print(f"{'length:':<10}{trace.seconds:.1f} s" + ("" if header["audio"] else ", without audio"))
    for row in trace.rows:
        _print(row)
    if trace.ended is None:
        print("it has no end: what recorded it was killed")
    return 0


def _replay(args: argparse.Namespace) -> int:
    from ctidrv.media.trace import load, replay
    from ctidrv.media.trace.words import printable

    trace = load(args.replay)
    if not trace.header["audio"]:
        raise InputError(f"{trace.path}: recorded without audio: there is nothing to hear in it")
    found = replay(trace)
    if args.json:
        print_json(
            {
                "type": "replay",
                "file": str(trace.path.absolute()),
                "seconds": trace.seconds,
                "lost_s": trace.lost * 0.02,
                "told": len(found.told),
                "ok": found.same,
                "differences": found.differences,
            }
        )
    else:
        for each in found.differences:
            print(printable(each))
        if trace.lost:
            print(f"{trace.lost * 0.02:.2f} s of it are lost: other things may be told for that")
        told = f"{trace.seconds:.1f} s, {len(found.told)} events"
        print(f"{told}: " + ("the same is told" if found.same else f"{len(found.differences)} differ"))
    return 0 if found.same else 1
