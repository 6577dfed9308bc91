"""What must hold of a data folder after its station was killed: the gates of `kill_station.py`.

`at_rest` looks while no station runs, at the files as the kill left them; `after_restart` asks the station
that has started again, and looks at rows and files. Each finding is one line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import soundfile

from ctidrv.folder import DataFolder
from ctidrv.service.client import StationClient
from ctidrv.store import Store

Row = dict[str, Any]

RATE = 8000
MOST_LOST_S = 1.0
"""Of a recording, at a kill (design.md, decision 7)."""
FIRST_SOUND_S = 0.5
"""A call killed so soon after its seizure may have no sound yet."""
EVERY = 1_000_000


class Told:
    """What the station has told its clients, over all its lives: nothing of it may be lost."""

    def __init__(self) -> None:
        self.events: list[Row] = []
        """In the order they came."""

    @property
    def last(self) -> int:
        return self.events[-1]["seq"] if self.events else 0

    def of(self, type: str) -> Iterator[Row]:
        return (event for event in self.events if event["type"] == type)

    def last_of(self, type: str) -> dict[str, Row]:
        """By call."""
        return {event["call"]: event for event in self.of(type)}


def at_rest(root: Path, killed: float) -> tuple[list[str], list[float]]:
    """Findings, and for each recording that was under way how many seconds of it the kill has cost."""
    findings: list[str] = []
    lost: list[float] = []
    for path, channels in _wavs(root):
        findings.extend(_opens(path, channels))
    with Store.read(DataFolder(root)) as store:
        cleared = {
            event["call"] for event in store.events_since(0, EVERY) if event["type"] == "call.clearing"
        }
        for row in store.recordings(limit=None):
            if row["state"] != "open" or row["call"] in cleared:
                continue
            due = killed - datetime.fromisoformat(row["started"]).timestamp()
            path = Path(row["path"])
            held = (path.stat().st_size - 44) / (4 * RATE) if path.is_file() else 0.0
            lost.append(due - held)
            if due - held > MOST_LOST_S:
                findings.append(f"{row['id']}: {due:.2f} s at the kill, and {held:.2f} s are in the file")
    return findings, lost


def after_restart(root: Path, client: StationClient, told: Told) -> list[str]:
    """Every line on hook, every call ended, every recording whole, nothing forgotten that was told."""
    findings = [
        f"port {port['id']}: {port['state']}, call {port['call']}, after the restart"
        for port in client.ports()
        if port["state"] != "idle" or port["call"] is not None
    ]
    with Store.read(DataFolder(root)) as store:
        calls = {row["id"]: store.call(row["id"]) or row for row in store.calls(limit=EVERY)}
        recordings = store.recordings(limit=None)
        messages = store.messages(limit=EVERY)
        stored = store.events_since(0, EVERY)
        findings.extend(store.check())
    findings.extend(_calls(calls, told))
    findings.extend(_recordings(recordings, calls, told))
    findings.extend(_messages(messages, told))
    findings.extend(_events(stored, calls, told))
    listed = {Path(row["path"]) for row in [*recordings, *messages]}
    findings.extend(f"{path}: a file that no list shows" for path, _ in _wavs(root) if path not in listed)
    findings.extend(_rubbish(root, listed))
    return findings


def _wavs(root: Path) -> Iterator[tuple[Path, int]]:
    """Each WAV file with the channels it should have."""
    for folder, channels in (("recordings", 2), ("messages", 1)):
        for path in sorted((root / folder).rglob("*.wav")):
            yield path, channels


def _opens(path: Path, channels: int) -> Iterator[str]:
    try:
        with soundfile.SoundFile(path) as file:
            found = (file.channels, file.samplerate)
            length = len(file.read(dtype="int16"))
            if found != (channels, RATE) or length != file.frames:
                yield f"{path}: {found}, {length} of {file.frames} frames can be read"
    except (soundfile.LibsndfileError, RuntimeError) as error:
        yield f"{path}: libsndfile cannot open it: {error}"


def _calls(calls: Mapping[str, Row], told: Told) -> Iterator[str]:
    for row in calls.values():
        if (row["state"], row["ended"] is None, row["cause"] is None) != ("ended", False, False):
            yield f"{row['id']}: {row['state']}, ended {row['ended']}, cause {row['cause']}"
        elif not row["started"] <= (row["answered"] or row["ended"]) <= row["ended"]:
            yield f"{row['id']}: started {row['started']}, answered {row['answered']}, ended {row['ended']}"
        if open_legs := [leg["id"] for leg in row["legs"] if leg["ended"] is None]:
            yield f"{row['id']}: legs without end: {open_legs}"
    for call in {event["call"] for event in told.events if event["call"]} - calls.keys():
        yield f"{call}: was told of and has no row"
    for call, event in told.last_of("call.answered").items():
        if call in calls and calls[call]["answered"] is None:
            yield f"{call}: its answer was told (seq {event['seq']}), and its row has none"
    for call, event in {**told.last_of("call.clearing"), **told.last_of("call.ended")}.items():
        if call in calls and calls[call]["cause"] != event["cause"]:
            yield f"{call}: told as ended by {event['cause']}, the row says {calls[call]['cause']}"


def _recordings(recordings: Sequence[Row], calls: Mapping[str, Row], told: Told) -> Iterator[str]:
    for row in recordings:
        path = Path(row["path"])
        call = calls.get(row["call"])
        if row["state"] == "missing" and call is not None and not path.exists():
            if (call["seconds"] or 0.0) > FIRST_SOUND_S:
                yield f"{row['id']}: missing, of a call of {call['seconds']} s"
            continue
        yield from _made(path, row["sha256"], row["seconds"], 2)
        if row["state"] not in ("closed", "repaired"):
            yield f"{row['id']}: {row['state']} after the restart"
    by_call = {row["call"] for row in recordings}
    for call in calls.values():
        if call["answered"] and (call["seconds"] or 0.0) > FIRST_SOUND_S and call["id"] not in by_call:
            yield f"{call['id']}: answered for {call['seconds']} s, and no recording is listed"
    states = {row["id"]: row["state"] for row in recordings}
    for event in told.of("call.recording"):
        state = states.get(event["recording"])
        if state is None or (event["state"] == "closed" and state != "closed"):
            yield f"{event['recording']}: told as {event['state']}, listed as {state}"


def _messages(messages: Sequence[Row], told: Told) -> Iterator[str]:
    for row in messages:
        yield from _made(Path(row["path"]), None, row["seconds"], 1)
    lengths = {row["id"]: row["seconds"] for row in messages}
    for event in told.of("call.message"):
        if (length := lengths.get(event["message"])) != event["seconds"]:
            yield f"{event['message']}: told as saved, {event['seconds']} s; listed: {length}"


def _made(path: Path, sha256: str | None, seconds: float | None, channels: int) -> Iterator[str]:
    """A listed file and its side file are what the row says."""
    if not path.is_file():
        yield f"{path}: listed, and not there"
        return
    yield from _opens(path, channels)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    frames = (path.stat().st_size - 44) // (2 * channels)
    if seconds is None or round(seconds * RATE) != frames or sha256 not in (None, digest):
        yield f"{path}: listed with {seconds} s and hash {sha256}; it has {frames / RATE} s and {digest}"
    try:
        side = json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        yield f"{path}: its side file: {error}"
        return
    if (side["state"] in ("closed", "repaired"), side["frames"], side["sha256"]) != (True, frames, digest):
        yield f"{path}: its side file says {side['state']}, {side['frames']} frames, {side['sha256']}"


def _events(stored: Sequence[Row], calls: Mapping[str, Row], told: Told) -> Iterator[str]:
    by_seq = {event["seq"]: event for event in stored}
    for event in told.events:
        if by_seq.get(event["seq"]) != event:
            yield f"event {event['seq']} was told and is not as it was: {event} / {by_seq.get(event['seq'])}"
    by_call: dict[str, list[str]] = {}
    for event in stored:
        by_call.setdefault(event["call"], []).append(event["type"])
    for call in calls:
        types = by_call.get(call, [])
        if types[:1] != ["call.offered"] or types[-1:] != ["call.ended"] or types.count("call.ended") != 1:
            yield f"{call}: its events are {types}"


def _rubbish(root: Path, listed: set[Path]) -> Iterator[str]:
    known = {"ctidrv.db", "ctidrv.db-wal", "ctidrv.db-shm", "token", "station.json", "station.lock"}
    known |= {"station.toml", "box.ivr.yaml", "sim-sim.json"}
    kept = listed | {path.with_suffix(".json") for path in listed}
    for path in sorted(root.rglob("*")):
        if path.is_file() and path not in kept and not (path.parent == root and path.name in known):
            yield f"{path}: left lying about"
