"""What host and modem say to each other, written down."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ctidrv.errors import InputError
from hwsim.devices.faxmodem import host_trace
from hwsim.devices.faxmodem.host_trace import HostTrace


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_piece_is_a_row_that_can_be_read_at_once_and_by_its_owner_alone(tmp_path: Path) -> None:
    trace = HostTrace(tmp_path / "t", lambda: 1.25)
    trace.row("host", b"ATH\r")
    trace.row("modem", b"\x10\x03")
    assert read(tmp_path / "t") == [
        {"t": 1.25, "from": "host", "octets": "4154480d"},
        {"t": 1.25, "from": "modem", "octets": "1003"},
    ]
    if os.name == "posix":
        assert (tmp_path / "t").stat().st_mode & 0o777 == 0o600
    trace.close()
    trace.close()
    trace.row("host", b"late")
    assert len(read(tmp_path / "t")) == 2


def test_a_trace_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        HostTrace(tmp_path / "t", lambda: 0.0)
    assert (tmp_path / "t").read_text() == "mine"
    with pytest.raises(InputError, match="cannot be made"):
        HostTrace(tmp_path / "no" / "t", lambda: 0.0)


def test_a_trace_grows_only_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_trace, "MOST_BYTES", 100)
    trace = HostTrace(tmp_path / "t", lambda: 0.0)
    for _ in range(10):
        trace.row("host", b"octets")
    trace.close()
    assert 0 < (tmp_path / "t").stat().st_size <= 100
