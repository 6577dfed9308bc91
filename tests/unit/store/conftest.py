"""A data folder with a store, and rows to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.records import CallRow, EventRow, LegRow, MessageRow, RecordingRow
from ctidrv.folder import DataFolder
from ctidrv.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class StoreRows:
    """Rows of one story: a call on sim/1 that leaves a message."""

    start = START

    def __init__(self, root: Path) -> None:
        self.root = root

    def call(self, id: str = "c1", **more: Any) -> CallRow:
        return CallRow(**{"id": id, "port": "sim/1", "direction": "in", "started": START, **more})

    def leg(self, id: str = "c1-1", call: str = "c1", **more: Any) -> LegRow:
        return LegRow(**{"id": id, "call": call, "kind": "line", "party": "sim/1", "started": START, **more})

    def event(self, seq: int, **more: Any) -> EventRow:
        row = {"seq": seq, "call": "c1", "port": "sim/1", "type": "call.ring", "at": seq * 160, "wall": START}
        return EventRow(**{**row, "data": {"count": seq}, **more})

    def recording(self, **more: Any) -> RecordingRow:
        path = str(self.root / "recordings" / "2026" / "03" / "02" / "c1.wav")
        return RecordingRow(**{"id": "r1", "call": "c1", "path": path, "started": START, **more})

    def message(self, **more: Any) -> MessageRow:
        path = str(self.root / "messages" / "2026" / "03" / "02" / "m1.wav")
        row = {"id": "m1", "box": "office", "call": "c1", "path": path, "started": START, "samples": 8000}
        return MessageRow(**{**row, **more})


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def store_rows(folder: DataFolder) -> StoreRows:
    return StoreRows(folder.root)


@pytest.fixture(params=["inline", "thread"])
def store(request: pytest.FixtureRequest, folder: DataFolder) -> Iterator[Store]:
    opened = Store.open(folder, inline=request.param == "inline", country="CN", wall=lambda: START)
    yield opened
    opened.close()


@pytest.fixture
def folder_bytes(folder: DataFolder) -> Callable[[], dict[str, bytes]]:
    """Every file below the data folder with its bytes."""

    def read() -> dict[str, bytes]:
        return {
            str(path.relative_to(folder.root)): path.read_bytes()
            for path in sorted(folder.root.rglob("*"))
            if path.is_file()
        }

    return read
