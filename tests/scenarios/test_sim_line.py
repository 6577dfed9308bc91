"""`ctidrv sim line`: outside programs at a simulated line, friendly and hostile; they know sockets only."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from ctidrv import cli
from ctidrv.apps.ivr.shipped import shipped_folder

CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")
STRANGER = Path(__file__).parent / "strangers_phone.py"
KINDS = ["tcp", "unix"] if hasattr(socket, "AF_UNIX") else ["tcp"]
FRAME = 320
SILENCE = bytes(FRAME)


class SimLine:
    """`ctidrv sim line --json` in a process of its own."""

    def __init__(self, folder: Path, address: str, *more: str) -> None:
        self.data = folder / "data"
        command = [*CTIDRV, "sim", "line", "--pcm", address, "--json", "--data", str(self.data), *more]
        self._errors = (folder / "errors").open("w+b")
        self._program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._errors, text=True)
        self.rows: list[dict[str, Any]] = []
        first = self.until("listening")
        self.address = first["address"]

    def until(self, kind: str) -> dict[str, Any]:
        """The next row of this type."""
        assert self._program.stdout is not None
        for line in self._program.stdout:
            self.rows.append(json.loads(line))
            if self.rows[-1]["type"] == kind:
                return self.rows[-1]
        raise AssertionError(f"no {kind}: {self.rows[-3:]} {self.end()}")

    def connect(self) -> socket.socket:
        kind, _, where = self.address.partition(":")
        family = socket.AF_UNIX if kind == "unix" else socket.AF_INET
        made = socket.socket(family)
        made.settimeout(30)
        made.connect(where if kind == "unix" else ("127.0.0.1", int(where)))
        return made

    def end(self, by: signal.Signals | None = None) -> tuple[int, str]:
        """Exit code, and what it wrote on standard error."""
        if by is not None:
            self._program.send_signal(by)
        out, _ = self._program.communicate(timeout=60)
        self.rows += [json.loads(line) for line in out.splitlines()]
        self._errors.seek(0)
        return self._program.returncode, self._errors.read().decode()

    def close(self) -> None:
        self._program.kill()
        self._program.wait()
        assert self._program.stdout is not None
        self._program.stdout.close()
        self._errors.close()


def whole(peer: socket.socket, size: int) -> bytes:
    """So many bytes; fewer at the end of the file."""
    came = b""
    while len(came) < size and (part := peer.recv(size - len(came))):
        came += part
    return came


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of a short name: the name of a socket has room for 100 letters."""
    made = Path(tempfile.mkdtemp(prefix="cti"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def sim_line(place: Path) -> Iterator[Any]:
    made: list[SimLine] = []

    def make(kind: str = "tcp", *more: str) -> SimLine:
        made.append(SimLine(place, "tcp:0" if kind == "tcp" else f"unix:{place}/line", *more))
        return made[-1]

    yield make
    for line in made:
        line.close()


def stranger(line: SimLine, heard: Path, *deeds: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-I", str(STRANGER), line.address, str(heard), *deeds],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def prompt(name: str) -> np.ndarray:
    return soundfile.read(shipped_folder() / "prompts" / "en-US" / f"{name}.wav")[0]


def likeness(sound: np.ndarray, wanted: np.ndarray) -> float:
    """The best normalised correlation of a sound with any stretch of another."""
    size, places = len(sound) + len(wanted), len(sound) - len(wanted) + 1
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size)), size)[:places]
    sums = np.concatenate([[0.0], np.cumsum(sound**2)])
    power = sums[len(wanted) :] - sums[: -len(wanted)]
    return float(np.max(product / np.sqrt((power + 1e-3) * np.sum(wanted**2))))


def multimon(sound: np.ndarray, folder: Path) -> str:
    """The digits that multimon-ng hears."""
    soundfile.write(folder / "slow.wav", sound, 8000)
    subprocess.run(
        ["sox", "-D", folder / "slow.wav", "-r", "22050", "-b", "16", "-t", "raw", folder / "fast.raw"],
        check=True,
    )
    told = subprocess.run(
        ["multimon-ng", "-q", "-a", "DTMF", "-t", "raw", folder / "fast.raw"],
        capture_output=True,
        text=True,
        check=True,
    )
    return "".join(line.split()[-1] for line in told.stdout.splitlines() if line.startswith("DTMF:"))


@pytest.mark.parametrize("kind", KINDS)
def test_an_outside_program_dials_in_by_dtmf_hears_the_prompt_and_is_recorded(kind, sim_line, tmp_path):
    if shutil.which("multimon-ng") is None or shutil.which("sox") is None:
        pytest.skip("multimon-ng and sox are not installed")
    line = sim_line(kind, "--once", "--seed", "7")
    saw = stranger(
        line, tmp_path / "heard.raw", "dial:8001", "ring", "wait:13", "press:1", "wait:3", "press:9", "stay"
    )
    assert saw["dial_tone"]
    assert saw["ringback"]
    assert saw["busy"]
    assert saw["lost"]
    assert line.end() == (0, "")

    ended = line.rows[-1]
    assert (ended["type"], ended["ok"], ended["reason"]) == ("ended", True, "far-end")
    assert ended["frames"] == saw["frames"]
    assert 200 <= saw["frames"] - saw["busy_at"] < 250  # busy tone for 250 frames at the most, and closed
    heard = np.fromfile(tmp_path / "heard.raw", dtype="<i2") / 32768
    assert likeness(heard, prompt("welcome")) > 0.9
    assert likeness(heard, prompt("please-leave-message")) > 0.9
    assert likeness(heard, prompt("opening-hours")) < 0.3

    (call,) = ended["calls"]
    recording, rate = soundfile.read(call["recording"])
    assert rate == 8000
    sent, came = recording.T
    assert multimon(came, tmp_path) == "19"
    assert likeness(sent, prompt("welcome")) > 0.99
    shown = subprocess.run(
        [*CTIDRV, "calls", "show", call["id"], "--json", "--data", str(line.data)],
        capture_output=True,
        text=True,
        check=True,
    )
    row = json.loads(shown.stdout)
    assert (row["state"], row["number"]) == ("ended", "5550001")


def test_any_number_rings_the_line_and_the_same_seed_gives_the_same_bytes(sim_line, tmp_path, place):
    made = []
    for run in range(2):
        line = sim_line("tcp", "--once", "--seed", "3")
        saw = stranger(line, tmp_path / f"{run}.raw", "dial:0207946", "ring", "wait:8")
        assert saw["ringback"]
        assert not saw["lost"]
        assert line.end() == (0, "")
        recording = Path(line.rows[-1]["calls"][0]["recording"])
        made.append((line.rows[2:], (tmp_path / f"{run}.raw").read_bytes(), recording.read_bytes()))
        shutil.rmtree(line.data)
    assert made[0] == made[1]


def test_terminals_that_do_not_keep_to_it_leave_nothing_behind_and_the_next_is_served(sim_line, tmp_path):
    line = sim_line("unix" if "unix" in KINDS else "tcp")

    with line.connect():  # goes at once
        pass
    assert (line.until("ended")["reason"], line.rows[-1]["frames"]) == ("terminal", 0)

    with line.connect() as peer:  # the end of a frame is missing
        peer.sendall(SILENCE + SILENCE[:100])
        assert len(whole(peer, FRAME)) == FRAME
    row = line.until("ended")
    assert (row["frames"], row["bytes_dropped"], row["ok"]) == (1, 100, True)

    with line.connect() as peer:  # far ahead, and reads in the end
        peer.sendall(200 * SILENCE)
        peer.shutdown(socket.SHUT_WR)
        assert len(whole(peer, 200 * FRAME)) == 200 * FRAME
        assert peer.recv(1) == b""
    assert line.until("ended")["frames"] == 200

    with line.connect() as peer:  # far ahead, and never reads
        peer.settimeout(3)
        with pytest.raises(TimeoutError):
            peer.sendall(os.urandom(16 << 20))
    assert line.until("ended")["reason"] == "terminal"

    with line.connect() as peer:
        peer.sendall(SILENCE)
        whole(peer, FRAME)
        with line.connect() as second:  # one connection is one call
            assert second.recv(1) == b""
        peer.sendall(SILENCE)
        assert len(whole(peer, FRAME)) == FRAME
    assert line.until("ended")["turned_away"] == 1

    assert stranger(line, tmp_path / "heard.raw", "dial:8001", "ring", "wait:9")["lost"] is False
    row = line.until("ended")  # he has gone in the middle of the greeting
    (call,) = row["calls"]
    with wave.open(call["recording"]) as recording:
        assert recording.getnframes() > 8000

    with line.connect() as peer:  # and one is there still when the program is to end
        peer.sendall(SILENCE)
        whole(peer, FRAME)
        assert line.end(signal.SIGTERM) == (0, "")
        assert peer.recv(1) == b""
    assert line.rows[-1]["reason"] == "stopped"
    assert not Path(line.address.removeprefix("unix:")).exists()
    checked = subprocess.run(
        [*CTIDRV, "recordings", "verify", "--data", str(line.data)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


SCENARIO = """
scenario: 1
script: hotline.ivr.yaml
country: GB
callers:
  - number: "5550100"
    steps:
      - answer: 3s
      - speak: ann-lee
      - hear: {tone: congestion, within: 60s}
"""


def test_a_scenario_says_who_else_is_there_and_judges(sim_line, tmp_path):
    scenario = tmp_path / "ann.scenario.yaml"
    scenario.write_text(SCENARIO.replace("congestion", "busy"), encoding="utf-8")
    line = sim_line("tcp", "--scenario", str(scenario))
    with line.connect() as peer:  # nobody rings her
        peer.sendall(SILENCE)
        assert len(whole(peer, FRAME)) == FRAME
    row = line.until("ended")
    assert not row["ok"]
    assert "waited 60 s for his telephone to ring" in row["failures"][0]["message"]
    stranger(line, tmp_path / "heard.raw", "dial:5550100", "wait:15")
    row = line.until("ended")
    assert (row["ok"], row["calls"]) == (True, [])
    voice = soundfile.read(Path(__file__).parents[2] / "hw-sim" / "hwsim" / "voices" / "ann-lee.wav")[0]
    heard = np.fromfile(tmp_path / "heard.raw", dtype="<i2") / 32768
    assert likeness(heard, voice) > 0.9
    code, errors = line.end(signal.SIGINT)
    assert code == 1
    (error,) = errors.splitlines()
    assert error.startswith(f"ctidrv: {scenario}:")


def test_faults_of_a_scenario_come_in_every_call_at_their_time(sim_line, tmp_path):
    scenario = tmp_path / "out.scenario.yaml"
    scenario.write_text(
        "scenario: 1\nscript: hotline.ivr.yaml\nfaults: [board_out: {at: 13s, lasts: 3s}]\n"
        "caller: [silence: 1s]\n",
        encoding="utf-8",
    )
    line = sim_line("tcp", "--scenario", str(scenario))
    for _ in range(2):
        saw = stranger(line, tmp_path / "heard.raw", "dial:8001", "ring", "stay")
        row = line.until("ended")
        (call,) = row["calls"]
        assert (call["cause"], row["reason"]) == ("line-lost", "far-end")
        assert saw["busy"]
        assert 50 * 12 < saw["busy_at"] < 50 * 17
    assert line.end(signal.SIGINT) == (0, "")


@pytest.mark.parametrize("fault", ["process_killed: 5s", "ticks_late: 5s"])
def test_a_fault_that_would_hit_the_program_too_is_refused_with_its_line(fault, fails, tmp_path):
    scenario = tmp_path / "killed.scenario.yaml"
    text = f"scenario: 1\nscript: hotline.ivr.yaml\nfaults:\n  - {fault}\ncaller: [silence: 1s]\n"
    scenario.write_text(text, encoding="utf-8")
    code, error = fails("--pcm", "tcp:0", "--scenario", str(scenario), "--data", str(tmp_path / "data"))
    assert code == 2
    assert f"{scenario}:4:" in error
    assert "`ctidrv sim run` alone plays it" in error


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command, which says one line; its exit code and the line."""

    def run(*arguments: str) -> tuple[int, str]:
        code = cli.main(["sim", "line", *arguments])
        said = capsys.readouterr()
        (error,) = said.err.splitlines()
        assert said.out == ""
        return code, error

    return run


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("tcp:70000", 2, "no address of a PCM line"),
        ("tcp:x", 2, "no address of a PCM line"),
        ("tcp:-1", 2, "no address of a PCM line"),
        ("udp:5000", 2, "no address of a PCM line"),
        ("unix:", 2, "no address of a PCM line"),
        ("5000", 2, "no address of a PCM line"),
        ("unix:no/such/folder/line", 1, "cannot listen there: No such file or directory"),
        (f"unix:{'l' * 200}", 1, "AF_UNIX path too long"),
        ("unix:a-file", 1, "there is a file of that name"),
    ],
)
def test_an_address_that_will_not_do_is_one_line_and_nothing_is_made(
    address, code, words, fails, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("mine", encoding="utf-8")
    found, error = fails("--pcm", address, "--data", "data")
    assert found == code
    assert words in error
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_in_use_is_told_and_one_of_a_dead_program_is_taken(kind, sim_line, fails, place):
    line = sim_line(kind)
    code, error = fails("--pcm", line.address, "--data", str(place / "other"))
    assert code == 1
    assert "cannot listen there" in error or "another program listens there" in error
    assert not (place / "other").exists()
    line.close()
    sim_line(kind)


def test_a_second_one_on_the_same_folder_and_a_seed_that_was_played_are_refused(
    sim_line, fails, place, tmp_path
):
    line = sim_line("tcp", "--seed", "5", "--once")
    code, error = fails("--pcm", "tcp:0", "--data", str(line.data))
    assert code == 1
    assert "runs on" in error
    stranger(line, tmp_path / "heard.raw", "dial:8001", "ring", "wait:6")
    assert line.end() == (0, "")
    code, error = fails("--pcm", "tcp:0", "--data", str(line.data), "--seed", "5")
    assert code == 2
    assert "the call of seed 5" in error


def write_wav(path: Path, sound: np.ndarray, channels: int = 1) -> None:
    soundfile.write(path, np.stack([sound] * channels, 1), 8000, subtype="PCM_16")


def keys(digits: str) -> np.ndarray:
    t = np.arange(800) / 8000
    low, high = (697, 770, 852, 941), (1209, 1336, 1477)
    parts = []
    for digit in digits:
        row, column = divmod("123456789*0#".index(digit), 3)
        pair = np.sin(2 * np.pi * low[row] * t) + np.sin(2 * np.pi * high[column] * t)
        parts += [0.12 * pair, np.zeros(800)]
    return np.concatenate(parts)


def test_a_file_says_and_a_file_hears(tmp_path):
    says = np.concatenate([np.zeros(8000), keys("8001"), np.zeros(17 * 8000 + 77)])
    write_wav(tmp_path / "says.wav", says)
    done = subprocess.run(
        [*CTIDRV, "sim", "line", "--wav", "says.wav", "hears.wav", "--data", "data", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    ended = json.loads(done.stdout.splitlines()[-1])
    assert (ended["reason"], ended["frames"]) == ("terminal", -(-len(says) // 160))
    heard, rate = soundfile.read(tmp_path / "hears.wav")
    assert (rate, len(heard)) == (8000, 160 * ended["frames"])
    assert likeness(heard, prompt("welcome")) > 0.9
    (call,) = ended["calls"]
    assert likeness(soundfile.read(call["recording"])[0][:, 0], prompt("welcome")) > 0.99


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("none.wav", "cannot be read"),
        ("two.wav", "has 2 channels"),
        ("text.wav", "not a WAV file"),
        ("says.wav", "is there already"),
    ],
)
def test_files_that_will_not_do_are_one_line_and_nothing_is_made(says, words, fails, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "two.wav", np.zeros(800), 2)
    write_wav(tmp_path / "says.wav", np.zeros(800))
    (tmp_path / "text.wav").write_text("no sound at all", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    code, error = fails("--wav", says, "two.wav" if says == "says.wav" else "new.wav", "--data", "data")
    assert code == 2
    assert words in error
    assert sorted(tmp_path.iterdir()) == before
