"""Commands run in this process on a data folder, which may hold the story of one call."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.records import CallRow, EventRow, LegRow, MessageRow, RecordingRow
from ctidrv.cli import main
from ctidrv.folder import DataFolder
from ctidrv.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; fails when anything else is in it."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def ctidrv(data: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        try:
            code = main([*arguments, "--data", str(data)])
        except SystemExit as ended:
            code = int(str(ended.code))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def story(data: Path) -> DataFolder:
    """A call that left a message; its recording is on the disk as the row says."""
    folder = DataFolder(data)
    with Store.open(folder, inline=True, country="CN", wall=lambda: START) as store:
        customer = store.add_customer("王芳", ["138 0013 8000"], company="Lotus Tea").result()["id"]
        party = {"number": "13800138000", "e164": "+8613800138000", "customer": customer}
        end = {"answered": START, "ended": START.replace(second=20)}
        store.put_call(CallRow("c1", "sim/1", "in", START, "ended", outcome="message", **party, **end))
        store.put_leg(LegRow("c1-1", "c1", "line", "sim/1", START, START, "remote-busy-tone"))
        store.put_event(EventRow(1, "c1", "sim/1", "call.digit", 8000, START, {"digit": "9", "during": None}))
        wav = folder.recording(START, "c1")
        wav.parent.mkdir(parents=True)
        wav.write_bytes(b"RIFF and so on")
        digest = hashlib.sha256(wav.read_bytes()).hexdigest()
        store.put_recording(RecordingRow("r1", "c1", str(wav), START, digest, 160_000, "closed"))
        store.put_message(MessageRow("m1", "office", "c1", str(folder.message(START, "m1")), START, 12_000))
    return folder


@pytest.fixture
def dsp(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[dict[str, Any]], str]]:
    """Runs a command: exit code, lines, standard error."""

    def run(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        capsys.readouterr()
        code = main(["dsp", *arguments])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return run
