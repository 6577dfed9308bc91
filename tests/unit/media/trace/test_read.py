"""Traces as files: read back as they were written, and whatever else may be in them."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ctidrv.errors import InputError
from ctidrv.media.trace import load
from ctidrv.media.trace.board import TraceBoard, open_board
from ctidrv.media.trace.file import TraceFile
from ctidrv.media.trace.form import MOST_LINE
from ctidrv.media.trace.words import words
from ctidrv.native import lib
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, Kind

HEADER = {
    "type": "trace",
    "version": 1,
    "rate": 8000,
    "port": "sim/1",
    "kind": "FXO",
    "label": "line",
    "caps": {"flash": "yes", "polarity": "unknown"},
    "echo_ms": 16,
    "hook_ms": 0,
    "ear": ["caller-id"],
    "started": "2026-03-02T02:00:00.000000+00:00",
    "at": 0.0,
    "country": "US",
    "learnt": [],
}
ROWS = [
    {"type": "event", "t": 0.02, "event": "ring-on", "known": 0.03, "start": 0.025},
    {"type": "event", "t": 0.02, "event": "caller-id", "value": 5, "ref": 3, "message": "800102"},
    {"type": "told", "t": 0.03, "told": "ring-on", "pattern": 0},
    {"type": "command", "t": 0.04, "command": "hook", "value": 1, "result": 0},
    {"type": "ear", "t": 0.04, "detectors": ["dtmf", "voice"]},
    {"type": "call", "t": 0.04, "event": "offered", "call": "c1", "direction": "in"},
    {"type": "gone", "t": 0.06, "ticks": 2},
    {"type": "lost", "t": 0.08, "ticks": 1, "rows": 0},
]
TICKS = 5
SENT = Pcm(range(160 * TICKS))
CAME = Pcm(range(0, -160 * TICKS, -1))


def frames(sent: Pcm = SENT, came: Pcm = CAME) -> bytes:
    return Pcm(each for pair in zip(sent, came, strict=True) for each in pair).bytes


@pytest.fixture
def written(tmp_path):
    """A function that writes rows, and reads the trace; without `audio` of rows alone."""

    def write(rows=ROWS, *, audio=True, end="asked", header=HEADER):
        path = tmp_path / f"trace-{len(list(tmp_path.iterdir()))}.jsonl"
        file = TraceFile(path, header, audio=audio)
        for row in rows:
            file.row(row)
        if audio:
            file.frames(frames())
        file.end(end or "")
        if end is None:  # as a kill leaves it
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(lines[:-1]))
        return path

    return write


def test_what_was_written_is_read_back(written):
    trace = load(written())
    assert (trace.ticks, trace.seconds, trace.ended, trace.lost) == (TICKS, 0.1, "asked", 1)
    assert (trace.tx, trace.rx) == (SENT, CAME)
    assert bytes(trace.gone) == b"\0\0\0\1\1"
    assert trace.info.kind is Kind.FXO
    assert trace.info.caps == {"flash": Able.YES, "polarity": Able.UNKNOWN}
    ring, caller = trace.events
    assert (ring.tick, ring.at, ring.start, ring.kind) == (1, 240, 200, lib.CTI_EV_RING_ON)
    assert (caller.message, caller.value, caller.ref) == (b"\x80\x01\x02", 5, 3)
    assert [(each.tick, each.what, each.value) for each in trace.commands] == [(2, lib.CTI_LINE_HOOK, 1)]
    assert trace.lines == [5]
    assert trace.ears == [(320, lib.CTI_EAR_DTMF | lib.CTI_EAR_VOICE)]
    assert trace.ear == lib.CTI_EAR_CALLER_ID
    assert [row["told"] for row in trace.told] == ["ring-on"]
    assert [row["call"] for row in trace.calls] == ["c1"]
    assert len(trace.rows) == len(ROWS) + 1


def test_only_its_owner_reads_it(written):
    path = written()
    assert path.stat().st_mode & 0o777 == path.with_suffix(".wav").stat().st_mode & 0o777 == 0o600


def test_a_trace_of_a_program_that_was_killed_is_read_as_far_as_it_goes(written):
    path = written(end=None)
    with path.open("ab") as file:
        file.write(b'{"type":"told","t":0.1,"to')
    trace = load(path)
    assert trace.ended is None
    assert len(trace.rows) == len(ROWS)
    wav = path.with_suffix(".wav")
    data = wav.read_bytes()
    # Its header promises what was there when the writer put it down last.
    wav.write_bytes(data[:40] + (0).to_bytes(4, "little") + data[44:])
    assert load(path).ticks == TICKS
    assert load(path).rx == Pcm.silence(TICKS * 160)


def test_without_audio_it_is_as_long_as_its_rows_say(written):
    path = written(audio=False, end=None)
    assert not path.with_suffix(".wav").exists()
    assert load(path).ticks == 5
    assert load(path).rx == Pcm.silence(5 * 160)


def test_a_file_that_is_there_is_not_written_over(written, tmp_path):
    path = written()
    before = path.read_bytes()
    with pytest.raises(InputError, match="is there already"):
        TraceFile(path, HEADER, audio=True)
    assert path.read_bytes() == before
    beside = tmp_path / "other.jsonl"
    beside.with_suffix(".wav").write_bytes(b"music")
    with pytest.raises(InputError, match=r"other\.wav: is there already"):
        TraceFile(beside, HEADER, audio=True)
    assert not beside.exists()
    with pytest.raises(InputError, match="name"):
        TraceFile(tmp_path / "sound.wav", HEADER, audio=True)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"version": 2}, ":1: version 2: this program reads version 1"),
        ({"rate": 16000}, ":1: rate"),
        ({"kind": "ISDN"}, ":1: kind"),
        ({"caps": {"fly": "yes"}}, ":1: caps: 'fly'"),
        ({"caps": []}, ":1: caps"),
        ({"echo_ms": 17}, ":1: echo_ms"),
        ({"ear": ["nose"]}, ":1: ear: 'nose' is none of dtmf"),
        ({"learnt": [{"tone": "busy", "hz": [1e9]}]}, ":1: learnt"),
        ({"learnt": 3}, ":1: learnt"),
        ({"country": "Atlantis"}, ":1: country"),
        ({"type": "told"}, ":1: not a trace"),
    ],
)
def test_a_header_that_does_not_hold_is_named(written, change, wrong):
    with pytest.raises(InputError) as error:
        load(written(header={**HEADER, **change}))
    assert wrong in str(error.value)


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({"type": "song", "t": 0}, "type 'song' is none of event, command"),
        ({"type": "event", "t": -1, "event": "ring-on"}, "t: seconds of 0 to 3600"),
        ({"type": "event", "t": 1e300, "event": "ring-on"}, "t: seconds"),
        ({"type": "event", "t": True, "event": "ring-on"}, "t: seconds"),
        ({"type": "event", "t": 0, "event": "voice-on"}, "event: 'voice-on' is none of ring-on"),
        ({"type": "event", "t": 0, "event": "ring-on", "value": 2**40}, "value: a whole number"),
        ({"type": "event", "t": 0, "event": "digit-down", "value": -5}, "value: the code of one of 0123"),
        ({"type": "event", "t": 0, "event": "digit-up", "value": 0x4E00}, "value: the code of one of 0123"),
        ({"type": "event", "t": 0, "event": "flash", "length": -5}, "length: a whole number"),
        ({"type": "event", "t": 0, "event": "caller-id", "message": "8"}, "message: bytes in hex"),
        (
            {"type": "event", "t": 0, "event": "caller-id", "message": "80" * 261},
            "message: a text of at most",
        ),
        ({"type": "command", "t": 0, "command": "hook", "value": 1.5}, "value: a whole number"),
        ({"type": "command", "t": 0, "command": "hook", "value": 1, "result": 7}, "result: a whole number"),
        ({"type": "gone", "t": 0, "ticks": 10**7}, "ticks: a whole number"),
        ({"type": "gone", "t": 3599, "ticks": 179_000}, "ticks: a trace is no longer"),
        ({"type": "told", "t": 0, "told": 5}, "told: a text"),
        ({"type": "told", "t": 0, "told": "ring-on", "more": [[]]}, "more: a text, a number"),
        ({"type": "ear", "t": 0, "detectors": "dtmf"}, "detectors: a list"),
    ],
)
def test_a_row_that_does_not_hold_is_named_with_its_line(written, row, wrong):
    with pytest.raises(InputError) as error:
        load(written([ROWS[0], row], audio=False))
    assert f".jsonl:3: {wrong}" in str(error.value)


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", ":1: not a trace"),
        (b"RIFF\xff\xfe\n", ":1: no JSON"),
        (b"[" * 50_000 + b"\n", ":1: no JSON"),
        (b'{"type":"trace","version":' + b"9" * 5000 + b"}\n", ":1: no JSON"),
        (b'{"type":"trace","version":NaN}\n', ":1: no JSON"),
        (b"[1]\n", ":1: a table"),
        (b" " * (MOST_LINE + 1), ":1: longer than"),
    ],
)
def test_a_file_that_is_no_trace_is_said_to_be_none(tmp_path, data, wrong):
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        load(path)
    assert wrong in str(error.value)


def test_rows_behind_the_end_and_missing_audio_are_named(written, tmp_path):
    path = written()
    with path.open("ab") as file:
        file.write(b'{"type":"end","t":1,"why":"again"}\n')
    with pytest.raises(InputError, match=":11: a row behind the end"):
        load(path)
    path = written()
    path.with_suffix(".wav").unlink()
    with pytest.raises(InputError, match=r"\.wav: cannot be read"):
        load(path)
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "none.jsonl")


GOOD = "\n".join(json.dumps(row) for row in ({**HEADER, "audio": False}, *ROWS)) + "\n"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=8), st.integers(0, 8)), max_size=6)
)
@example([(GOOD.index('"ring-on"'), b'"\\u001b[2J"', 9)])
def test_a_damaged_trace_is_read_or_refused_in_words(tmp_path, changes):
    data = bytearray(GOOD.encode())
    for at, put, cut in sorted(changes, reverse=True):
        data[at : at + cut] = put
    path = tmp_path / "fuzz.jsonl"
    path.write_bytes(data)
    try:
        trace = load(path)
    except InputError as error:
        said = str(error)
    else:
        said = f"{path}: sound"
    assert said.startswith(str(path))
    if not said.endswith(": sound"):
        return
    board = TraceBoard("t", trace)
    assert board.ports[0].id == "t/1"
    for row in trace.rows:
        assert (words(row) or "").isprintable()


@pytest.mark.parametrize(
    ("settings_", "wrong"),
    [
        ({}, "file: the name of a trace"),
        ({"file": "none.jsonl"}, "none.jsonl: cannot be read"),
        ({"file": "x", "lead_s": 61}, "lead_s: seconds of 0 to 60"),
        ({"file": "x", "strict": "yes"}, "strict: true or false"),
        ({"file": "x", "lines": 2}, "lines: the driver trace has no such key"),
    ],
)
def test_settings_of_the_driver_that_do_not_hold_are_named(settings_, wrong):
    with pytest.raises(InputError, match=wrong):
        open_board("b", settings_, None)
