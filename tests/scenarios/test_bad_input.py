"""Bad input through the real command: one clear line, exit code 1 or 2, and nothing is changed.

The station is a real process; so is whatever needs another sound card. The rest runs in this one, for speed.
The same faults in all their variety are judged by the tests of the modules.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctidrv.cli import main
from ctidrv.folder import DataFolder
from ctidrv.service.lock import StationLock
from ctidrv.store import Store

CONFIG = """\
[[board]]
name = "sim"
driver = "sim"

[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"
"""


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file with its bytes, every folder (and link) with None."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() or path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


class Bench:
    """A folder to work in. `data` is the data folder; it is not made."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.fakes: Path | None = None
        """Where modules are that stand before those installed."""
        self._capsys = capsys

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if "station" not in arguments and "--realtime" not in arguments and self.fakes is None:
            self._capsys.readouterr()
            try:
                code = main(arguments)
            except SystemExit as ended:
                code = int(str(ended.code))
            return subprocess.CompletedProcess(arguments, code, *self._capsys.readouterr())
        return subprocess.run(
            [sys.executable, "-P", "-B", "-m", "ctidrv.cli", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.fakes or "")},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )

    def refused(self, code: int, words: str, *arguments: str) -> None:
        """The command ends with this code and one line that holds these words, and changes nothing."""
        before = contents(self.folder)
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (code, ""), done.stdout + done.stderr
        (line,) = done.stderr.splitlines()
        assert line.startswith("ctidrv")
        assert words in line
        assert contents(self.folder) == before


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path, capsys)


# Sound files.


def wav(rate: int, coding: int, bits: int, channels: int = 1, *, promised: int = 800) -> bytes:
    """A WAV file with 800 bytes of sound."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", coding, channels, rate, rate * frame, frame, bits)
    data = b"data" + struct.pack("<I", promised) + bytes(800)
    return b"RIFF" + struct.pack("<I", 28 + len(data)) + b"WAVEfmt \x10\0\0\0" + form + data


PCM, FLOAT, ADPCM, MP3 = 1, 3, 17, 85
NEEDED = "; needed: 8000 Hz, 16-bit PCM, A-law or mu-law"
SOUNDS = {
    "another rate": (wav(16000, PCM, 16), "16000 Hz, 16-bit PCM, 1 channel(s)" + NEEDED),
    "24 bits": (wav(8000, PCM, 24), "8000 Hz, 24-bit PCM, 1 channel(s)" + NEEDED),
    "floating point": (wav(8000, FLOAT, 32), "8000 Hz, 32-bit floating point, 1 channel(s)" + NEEDED),
    "ADPCM": (wav(8000, ADPCM, 4), "8000 Hz, 4-bit IMA ADPCM, 1 channel(s)" + NEEDED),
    "MP3 in a WAV file": (wav(8000, MP3, 0), "8000 Hz, 0-bit MP3, 1 channel(s)" + NEEDED),
    "an MP3 file": (b"ID3\x04\0\0\0\0\0\0" + bytes(range(256)) * 8, "not a WAV file"),
    "an empty file": (b"", "empty file; a WAV file is needed"),
    "a file cut off": (wav(8000, PCM, 16, promised=1600), "cut off: 800 of 1600 bytes"),
    "three channels": (wav(8000, PCM, 16, 3), "8000 Hz, 16-bit PCM, 3 channel(s)" + NEEDED),
    "two channels": (wav(8000, PCM, 16, 2), "channels"),
}


@pytest.mark.parametrize("command", [("dsp", "detect"), ("sim", "call", "--speak")], ids=" ".join)
@pytest.mark.parametrize("sound", SOUNDS)
def test_sound_file_of_another_form_is_refused(bench: Bench, sound: str, command: tuple[str, ...]) -> None:
    content, words = SOUNDS[sound]
    path = bench.write("x.wav", content)
    bench.refused(2, words, *command, str(path))


@pytest.mark.parametrize("command", [("dsp", "detect"), ("dsp", "callerid"), ("sim", "call", "--speak")])
def test_sound_file_that_is_missing_is_refused(bench: Bench, command: tuple[str, ...]) -> None:
    bench.refused(2, "none.wav: cannot be read: ", *command, "none.wav")


# Scripts.

SCRIPT = """\
ivr: 1
name: own
languages: [en-US]
start: main
flows:
  main:
    - anwser: {}
    - hangup: {}
"""
SCRIPTS = {
    "typo": (SCRIPT, ":7:7: error: unknown verb `anwser`; did you mean `answer`?"),
    "duplicate key": (
        SCRIPT.replace("    - anwser: {}\n", "    - answer: {}\n  main:\n    - answer: {}\n"),
        ":8:3: error: duplicate key `main`, first in line 6",
    ),
    "empty": ("", "own.ivr.yaml:1:1: error: "),
    "no YAML": ("flows: [", "own.ivr.yaml:"),
}


def write_script(bench: Bench, script: str, prompt: bytes) -> None:
    bench.write("own.ivr.yaml", script)
    (bench.folder / "prompts").mkdir()
    bench.write("prompts/en-US/hello.wav", prompt)


@pytest.mark.parametrize("fault", SCRIPTS)
def test_script_with_a_fault_is_named_with_its_line_by_the_check(bench: Bench, fault: str) -> None:
    script, words = SCRIPTS[fault]
    write_script(bench, script, wav(8000, PCM, 16))
    before = contents(bench.folder)
    done = bench.run("ivr", "check", "own.ivr.yaml")
    assert (done.returncode, done.stderr) == (1, "")
    assert words in done.stdout.splitlines()[0]
    assert contents(bench.folder) == before


@pytest.mark.parametrize("fault", SCRIPTS)
def test_station_does_not_start_with_a_script_with_a_fault(bench: Bench, fault: str) -> None:
    script, words = SCRIPTS[fault]
    write_script(bench, script, wav(8000, PCM, 16))
    bench.write("station.toml", CONFIG.replace("hotline.ivr.yaml", "own.ivr.yaml"))
    bench.refused(2, words, "station", "--config", "station.toml", "--data", "data")


def test_prompt_of_another_rate_keeps_the_station_from_starting(bench: Bench) -> None:
    script = SCRIPT.replace("anwser", "answer").replace("- hangup: {}", "- play: hello")
    write_script(bench, script, wav(44100, PCM, 16))
    bench.write("station.toml", CONFIG.replace("hotline.ivr.yaml", "own.ivr.yaml"))
    bench.refused(2, "44100 Hz", "station", "--config", "station.toml", "--data", "data")


# The station's configuration.

CONFIGURATIONS = {
    "typo in a key": (CONFIG.replace("script", "skript"), 2, "station.toml:5: script is missing"),
    "unknown key of a line": (CONFIG + 'colour = "red"\n', 2, "station.toml:8: unknown key 'colour'"),
    "unknown table": (CONFIG + "[[lines]]\n", 2, "station.toml:8: unknown table 'lines'"),
    "unknown key of the driver": (
        CONFIG.replace('driver = "sim"\n', 'driver = "sim"\nlins = 1\n'),
        2,
        "station.toml:1: board sim: lins: unknown key",
    ),
    "unknown driver": (
        CONFIG.replace('driver = "sim"', 'driver = "simm"'),
        2,
        "station.toml:1: no driver 'simm'; known are ",
    ),
    "line at a port there is not": (
        CONFIG.replace("sim/1", "sim/2"),
        1,
        "station.toml:5: sim/2: no such port; there are sim/1",
    ),
    "line at a telephone's port": (
        CONFIG.replace('driver = "sim"\n', 'driver = "sim"\nfxs = 1\n').replace("sim/1", "sim/2"),
        1,
        "station.toml:6: sim/2: a line is at a port to the exchange; this one is of kind FXS",
    ),
    "unknown country": (CONFIG + 'country = "XX"\n', 2, "station.toml:5: "),
    "unknown signal": (CONFIG + 'signals = ["whistle"]\n', 2, "station.toml:5: "),
    "missing script": (
        CONFIG.replace("hotline", "none"),
        2,
        "station.toml:5: script none.ivr.yaml: there is no file ",
    ),
    "no TOML": (CONFIG + "port\n", 2, "station.toml:8: "),
    "not UTF-8": (CONFIG.encode() + b"# \xff\n", 2, "station.toml:8: not UTF-8"),
}


@pytest.mark.parametrize("fault", CONFIGURATIONS)
def test_configuration_with_a_fault_is_named_with_file_and_line(bench: Bench, fault: str) -> None:
    content, code, words = CONFIGURATIONS[fault]
    bench.write("data/station.toml", content)
    bench.refused(code, words, "station", "--data", "data")


# The database and the data folder.

WRITERS = [("station",), ("demo",), ("demo", "--realtime"), ("customers", "add", "Ann")]
READERS = [("calls", "list"), ("recordings", "verify"), ("db", "check")]


@pytest.mark.parametrize("command", [*WRITERS, *READERS], ids=" ".join)
def test_database_of_a_newer_version_is_left_alone(bench: Bench, command: tuple[str, ...]) -> None:
    Store.open(DataFolder(bench.data), inline=True).close()
    connection = sqlite3.connect(bench.data / "ctidrv.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    bench.refused(1, "ctidrv.db: written by a newer ctidrv (version 99", *command, "--data", "data")


def _a_file(data: Path) -> None:
    data.write_bytes(b"not a folder")


def _round_in_a_circle(data: Path) -> None:
    data.symlink_to(data.name)


def _database_is_a_folder(data: Path) -> None:
    (data / "ctidrv.db").mkdir(parents=True)


@pytest.mark.parametrize("command", [WRITERS[0], WRITERS[1], *READERS], ids=" ".join)
@pytest.mark.parametrize("fault", [_a_file, _round_in_a_circle, _database_is_a_folder])
def test_data_folder_that_cannot_be_read_is_one_line(
    bench: Bench, fault: Callable[[Path], None], command: tuple[str, ...]
) -> None:
    fault(bench.data)
    bench.refused(1, "data", *command, "--data", str(bench.data))


# What others hold.


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


def test_port_in_use_by_another_program_is_told_and_no_folder_is_made(bench: Bench, taken: str) -> None:
    words = f"port {taken} on 127.0.0.1 is in use by another program"
    bench.refused(1, words, "station", "--port", taken, "--data", "data")
    bench.write("station.toml", f"[station]\nport = {taken}\n" + CONFIG)
    bench.refused(1, words, "station", "--config", "station.toml", "--data", "data")
    assert not bench.data.exists()


@pytest.mark.parametrize("command", [("station",), ("demo",), ("demo", "--realtime")], ids=" ".join)
def test_folder_on_which_a_station_runs_is_left_to_it(bench: Bench, command: tuple[str, ...]) -> None:
    lock = StationLock(DataFolder(bench.data))
    lock.acquire()
    try:
        bench.refused(1, "data already (process ", *command, "--data", "data")
    finally:
        lock.release()


# Sound devices. A module of the name `sounddevice` stands before the one that is installed, if any is.

NO_PACKAGE = "raise ImportError('No module named sounddevice')\n"
NO_LIBRARY = "raise OSError('PortAudio library not found')\n"
NO_DEVICE = """\
class PortAudioError(Exception): pass
def query_devices(kind): raise PortAudioError("Error querying device -1")
"""
DEVICES = {
    NO_PACKAGE: "pip install 'ctidrv[soundcard]'",
    NO_LIBRARY: "apt install libportaudio2",
    NO_DEVICE: "found: plug one in",
}


@pytest.fixture(params=DEVICES, ids=("package", "library", "device"))
def missing(bench: Bench, request: pytest.FixtureRequest) -> str:
    """What is said where that is missing."""
    bench.fakes = bench.write("fakes/sounddevice.py", request.param).parent
    return DEVICES[request.param]


def test_missing_microphone_says_what_to_do(bench: Bench, missing: str) -> None:
    bench.refused(1, missing, "dsp", "detect", "--microphone")


def test_demo_that_cannot_be_listened_to_keeps_its_call(bench: Bench, missing: str) -> None:
    done = bench.run("demo", "--listen", "--data", "data")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert missing in line
    assert "FAIL" not in done.stdout
    assert bench.run("recordings", "verify", "--data", "data").returncode == 0


# Wrong usage.


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("calls",),
        ("calls", "list", "--limit", "0"),
        ("calls", "list", "--frob"),
        ("station", "--port", "70000"),
        ("demo", "--seed", "x"),
        ("dsp", "detect"),
        ("dsp", "detect", "x.wav", "--channel", "3"),
        ("dsp", "bench", "--seconds", "-1"),
        ("sim", "call", "--press", "hello"),
        ("customers", "add", "Ann", "--number", "none", "--data", "data"),
        ("ivr", "schema", "--output", "none/schema.json"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_exit_2(bench: Bench, arguments: tuple[str, ...]) -> None:
    bench.refused(2, "", *arguments)
