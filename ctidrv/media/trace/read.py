"""Reads a trace back. What is in its files may be anything: it is bounded, and errors name file and line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ctidrv.errors import InputError
from ctidrv.media.trace.file import audio_path
from ctidrv.media.trace.form import (
    COMMANDS,
    DETECTORS,
    DIGITS,
    EARLY,
    EVENTS,
    MOST_S,
    MOST_TICKS,
    VERSION,
    Row,
)
from ctidrv.media.trace.rows import Fields, read_rows
from ctidrv.media.wav import read_wav
from ctidrv.native import lib
from ctidrv.native.board_replay import TapeCommand, TapeEvent
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import CAPABILITIES, Able, Kind, PortInfo
from ctidrv.ports.learnt import LearntTone, LineTone, check_tone
from ctidrv.units import RATE, TICK, PortId

_MOST_MESSAGE = 260
_OF_A_DIGIT = (lib.CTI_EV_DIGIT_DOWN, lib.CTI_EV_DIGIT_UP)


@dataclass(slots=True)
class Trace:
    """What one port said and was told; times are samples since the trace began."""

    path: Path
    header: Row
    info: PortInfo
    country: str
    learnt: list[LineTone]
    """The line's own tones."""
    ear: int
    """The detectors that listened when it began."""
    rows: list[Row] = field(default_factory=list)
    """All of them behind the header, as they stand in the file."""
    events: list[TapeEvent] = field(default_factory=list)
    """What the board told."""
    commands: list[TapeCommand] = field(default_factory=list)
    """What it was ordered, and its answer."""
    lines: list[int] = field(default_factory=list)
    """Of the file, one for each command."""
    ears: list[tuple[int, int]] = field(default_factory=list)
    """When which detectors were chosen: (at, mask)."""
    told: list[Row] = field(default_factory=list)
    """What call control was told, in the order of time."""
    calls: list[Row] = field(default_factory=list)
    """What the station made of it: its calls offered, answered, cleared, ended."""
    gone: bytearray = field(default_factory=bytearray)
    """A byte a tick: 1 where the board was gone."""
    tx: Pcm = field(default_factory=Pcm)
    """What we sent; and what came from the line:"""
    rx: Pcm = field(default_factory=Pcm)
    lost: int = 0
    """Ticks of which nothing is known: the program that recorded was too slow."""
    ended: str | None = None
    """Why; None: what recorded it was killed."""

    @property
    def ticks(self) -> int:
        return len(self.gone)

    @property
    def seconds(self) -> float:
        return self.ticks * TICK / RATE


def load(path: str | Path) -> Trace:
    """The trace in a file. InputError: file, line, and what is wrong there."""
    path = Path(path)
    rows = read_rows(path)
    first = next(rows, None)
    if first is None or first.row["type"] != "trace":
        raise InputError(f'{path}:1: not a trace: it begins with a row of type "trace"')
    trace = _begun(first)
    last = 0
    for fields in rows:
        if trace.ended is not None:
            fields.fail("a row behind the end of the trace")
        last = max(last, fields.samples("t"))
        take = _ROWS.get(fields.row["type"])
        if take is None:
            fields.fail(f"type {fields.row['type'][:40]!r} is none of {', '.join(_ROWS)}")
        take(trace, fields)
        trace.rows.append(fields.row)
    _add_audio(trace, first, last)
    trace.told.sort(key=lambda row: float(row["t"]))
    trace.ears.sort(key=lambda each: each[0])
    # Stable: those of one tick stay in the order in which they were told.
    trace.events.sort(key=lambda each: each.tick)
    return trace


def _begun(fields: Fields) -> Trace:
    if fields.integer("version") != VERSION:
        fields.fail(f"version {fields.row['version']}: this program reads version {VERSION}")
    if fields.integer("rate") != RATE:
        fields.fail(f"rate: {RATE} is needed")
    try:
        kind = Kind(fields.text("kind"))
    except ValueError:
        fields.fail(f"kind: one of {', '.join(each.value for each in Kind)} is needed")
    caps = {}
    for name, word in fields.mapping("caps").items():
        if name not in CAPABILITIES or word not in [able.value for able in Able]:
            fields.fail(f"caps: {name[:40]!r} = {str(word)[:40]!r} is no capability")
        caps[name] = Able(word)
    echo = None if fields.row.get("echo_ms") is None else fields.integer("echo_ms", least=0, most=32)
    if echo not in (None, 0, 16, 32):
        fields.fail("echo_ms: 0, 16, 32 or null is needed")
    hook = fields.integer("hook_ms", 0, least=0, most=60_000)
    info = PortInfo(PortId(fields.text("port")), kind, fields.text("label"), caps, echo, hook)
    learnt = [_learnt(fields, each) for each in fields.listed("learnt", 20)]
    fields.flag("audio")
    return Trace(fields.path, fields.row, info, fields.text("country", 2), learnt, _mask(fields, "ear"))


def _learnt(fields: Fields, row: object) -> LineTone:
    """As `ctidrv.ports.learnt.row_of` made it."""
    try:
        assert isinstance(row, dict)
        heard = LearntTone(
            tuple(float(hz) for hz in row["hz"][:3]),
            tuple(int(length) for length in row["ms"][:20]),
            float(row["level_dbm0"]),
            int(row["cycles"]),
        )
        tone = LineTone(fields.text("port"), str(row["tone"]), heard, datetime.fromisoformat(row["learnt"]))
        check_tone(tone.tone, heard)
    except InputError as error:
        fields.fail(f"learnt: {error}")
    except (AssertionError, LookupError, TypeError, ValueError, OverflowError):
        fields.fail("learnt: tones as `ctidrv ports --json` shows them are needed")
    return tone


def _mask(fields: Fields, key: str) -> int:
    mask = 0
    for name in fields.listed(key, len(DETECTORS)):
        mask |= Fields(fields.path, fields.line, {key: name}).number(DETECTORS, key)
    return mask


def _event(trace: Trace, fields: Fields) -> None:
    if fields.row.get("event") == "unknown":
        return  # one of a newer version, or none that a board may tell: the engine drops it too
    at, kind, value = fields.samples("t"), fields.number(EVENTS, "event"), fields.integer("value", 0)
    if kind in _OF_A_DIGIT and not (0 <= value < 128 and chr(value) in DIGITS):
        fields.fail(f"value: the code of one of {DIGITS} is needed")
    known = fields.samples("known", at)
    trace.events.append(
        TapeEvent(
            tick=at // TICK,
            at=known,
            start=fields.samples("start", at, least_s=-EARLY / RATE),
            kind=kind,
            value=value,
            length=fields.integer("length", 0, least=0),
            ref=fields.integer("ref", 0),
            message=fields.hex("message", _MOST_MESSAGE),
        )
    )


def _command(trace: Trace, fields: Fields) -> None:
    if fields.row.get("command") == "unknown":
        return
    trace.commands.append(
        TapeCommand(
            tick=fields.samples("t") // TICK,
            what=fields.number(COMMANDS, "command"),
            value=fields.integer("value"),
            result=fields.integer("result", least=-1000, most=0),
        )
    )
    trace.lines.append(fields.line)


def _gone(trace: Trace, fields: Fields) -> None:
    first = fields.samples("t") // TICK
    count = fields.integer("ticks", least=1, most=MOST_TICKS)
    if first + count > MOST_TICKS:
        fields.fail(f"ticks: a trace is no longer than {MOST_S} s")
    _lengthen(trace, first + count)
    trace.gone[first : first + count] = b"\x01" * count


def _lost(trace: Trace, fields: Fields) -> None:
    trace.lost += fields.integer("ticks", least=0, most=MOST_TICKS)
    fields.integer("rows", least=0)


def _ear(trace: Trace, fields: Fields) -> None:
    trace.ears.append((fields.samples("t"), _mask(fields, "detectors")))


def _told(trace: Trace, fields: Fields) -> None:
    fields.text("told", 40)
    _flat(fields)
    trace.told.append(fields.row)


def _call(trace: Trace, fields: Fields) -> None:
    fields.text("event", 40)
    _flat(fields)
    trace.calls.append(fields.row)


def _flat(fields: Fields) -> None:
    for key, value in fields.row.items():
        if isinstance(value, dict | list):
            fields.fail(f"{key[:40]}: a text, a number, true, false or null is needed")


def _end(trace: Trace, fields: Fields) -> None:
    trace.ended = fields.text("why")


_ROWS: dict[str, Callable[[Trace, Fields], None]] = {
    "event": _event,
    "command": _command,
    "gone": _gone,
    "lost": _lost,
    "ear": _ear,
    "told": _told,
    "call": _call,
    "end": _end,
}


def _lengthen(trace: Trace, ticks: int) -> None:
    trace.gone += bytes(max(0, ticks - len(trace.gone)))


def _add_audio(trace: Trace, header: Fields, last: int) -> None:
    """The sound beside it; the length of the trace is the longer of the two, which a kill may leave apart."""
    if header.row["audio"]:
        sound = read_wav(audio_path(trace.path), frames=MOST_TICKS * TICK)
        if len(sound.channels) != 2:
            raise InputError(f"{audio_path(trace.path)}: one channel; of a trace there are two")
        trace.tx, trace.rx = sound.channels
    at_end = trace.ended is not None and last % TICK == 0
    _lengthen(trace, max(-(-len(trace.tx) // TICK), last // TICK + (0 if at_end else 1)))
    del trace.gone[MOST_TICKS:]
    missing = Pcm.silence(max(0, trace.ticks * TICK - len(trace.rx)))
    trace.tx, trace.rx = trace.tx + missing, trace.rx + missing
