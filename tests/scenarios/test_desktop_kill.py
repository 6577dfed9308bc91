"""D31: kill -9 of the desktop in the middle of a call; the call and its recording go on.

Real processes in real time: a desktop that starts the station, a simulated caller, a second desktop.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from ctidrv.errors import ServiceError
from ctidrv.media.wav import read_wav
from ctidrv.service.client import StationClient

T = TypeVar("T")

CONFIG = """
[[board]]
name = "sim"
driver = "sim"
lines = 1
country = "US"

[[line]]
port = "sim/1"
country = "US"
script = "hotline.ivr.yaml"
"""


def _until(found: Callable[[], T | None], what: str, seconds: float = 30.0, work: Any = None) -> T:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if work is not None:
            work()
        if got := found():
            return got
        time.sleep(0.02)
    raise AssertionError(f"this did not happen within {seconds} s: {what}")


def _client(data: Path) -> StationClient | None:
    try:
        return StationClient.discover(data)
    except ServiceError:
        return None


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder; the station that runs on it in the end is stopped."""
    (tmp_path / "station.toml").write_text(CONFIG, encoding="utf-8")
    folder = tmp_path / "data"
    yield folder
    station = folder / "station.json"
    if station.exists():
        pid = json.loads(station.read_text("utf-8"))["pid"]
        os.kill(pid, signal.SIGTERM)
        try:
            _until(lambda: not _lives(pid), "the station ends when it is told to", 15)
        finally:
            if _lives(pid):
                os.kill(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    """A process that nobody has waited for yet (state Z) does not live."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True


def _started(*command: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-P", "-m", *command], stdin=quiet, stdout=quiet, stderr=quiet)


def _running(client: StationClient) -> dict[str, Any] | None:
    return next(iter(client.calls(state="connected")), None)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
@pytest.mark.timeout(120)
def test_d31_killed_desktop_drops_no_call_and_a_new_one_shows_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        from PySide6.QtCore import QSettings
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        pytest.skip(f"Qt's system libraries are missing: {error}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with contextlib.ExitStack() as undo:
        config = str(tmp_path / "station.toml")
        desktop = _started("ctidesk", "--data", str(data), "--config", config, "--lang", "en")
        undo.callback(_ended, desktop)
        client = undo.enter_context(_until(lambda: _client(data), "the desktop starts a station"))
        plan = ("--number", "3125550142", "--wait", "60", "--hold", "60")
        undo.callback(_ended, _started("ctidrv.cli", "sim", "call", "--data", str(data), *plan))
        call = _until(lambda: next(iter(client.calls(state="alerting")), None), "a call rings")["id"]
        _until(lambda: client.call(call)["number"], "the number arrives")
        client.answer(call)
        _until(lambda: _running(client), "the call is answered")

        desktop.kill()
        assert desktop.wait(10) == -signal.SIGKILL
        growing = Path(client.call(call)["recordings"][0]["path"])
        before = growing.stat().st_size
        time.sleep(2.0)
        running = _running(client)
        assert running is not None
        assert running["id"] == call
        assert growing.stat().st_size > before + 16_000

        app = QApplication.instance() or QApplication(["test"])
        program = _second_desktop(data, QSettings(str(tmp_path / "desk.ini"), QSettings.Format.IniFormat))
        undo.callback(program.window.close)
        _until(lambda: "(312) 555-0142" in _pop(program), "the call is shown", work=app.processEvents)
        assert "In a call" in _pop(program)
        assert program.window.timeline._list.rows.rowCount() > 3
        assert program.window.hang_up_action.isEnabled()
        program.window.hang_up_action.trigger()
        _until(
            lambda: (row := program.window._rows.get(call)) and row.audio and row.kind == "call",
            "the call ends and its recording is in the history",
            work=app.processEvents,
        )
        program.window._look(call)
        _until(lambda: program.player.audio, "the recording is fetched", work=app.processEvents)

        ended = client.call(call)
        assert (ended["state"], ended["cause"], ended["outcome"]) == ("ended", "local-operator", "answered")
        recording = ended["recordings"][0]
        assert (recording["state"], recording["lost_seconds"]) == ("closed", 0)
        heard = read_wav(Path(recording["path"]))
        assert len(heard.channels) == 2
        assert len(heard.channels[0]) / 8000 == pytest.approx(program.player.seconds, abs=0.001)
        assert len(heard.channels[0]) / 8000 > 2.0


def _second_desktop(data: Path, settings: Any) -> Any:
    """In this process, so that it can be looked at; it finds the station and never starts one."""
    from ctidesk.app import StationFinder
    from ctidesk.program import Program

    class Finder(StationFinder):
        start = StationFinder.find

    program = Program(Finder(str(data)), language="en", settings=settings)
    program.window.show()
    program.gateway.start()
    return program


def _pop(program: Any) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in program.window.pop.findChildren(QLabel)]
