"""`ctidrv fax send` and `fax receive` on lines of a running station, and a program at its fax modem: real
processes, in real time."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.drivers.class1.call import make_call
from ctidrv.drivers.v253.link import SerialLink
from ctidrv.errors import ServiceError
from ctidrv.native.t30 import T30, T30Config, T30Event
from ctidrv.service.client import StationClient
from tests.long.fax_class1 import HEADER, differences
from tests.long.fax_programs import EFAX, NO_EFAX, read_pages, write_page
from tests.native import page_set

Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")

CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")
CONFIG = """\
[[board]]
name = "sim"
driver = "sim"
lines = 2
phones = 1
[board.exchange.plan]
"1700" = "busy"
[[line]]
port = "sim/1"
script = "hotline.ivr.yaml"
[[line]]
port = "sim/2"
script = "hotline.ivr.yaml"
"""
MODEM = """\
[[fax_modem]]
port = "sim/1"
link = "ttyF0"
"""


def page(seed: int, count: int = 120) -> PageRows:
    dice = random.Random(seed)
    rows = [dice.choice([bytes(216), dice.randbytes(8) * 27, b"\x0f" * 216]) for _ in range(count)]
    return PageRows(b"".join(rows), 1728, 204, 196)


def pages_of(file: str) -> list[bytes]:
    found = []
    with Image.open(file) as tiff:
        for number in range(tiff.n_frames):
            tiff.seek(number)
            found.append(bytes(octet ^ 0xFF for octet in tiff.convert("1").tobytes()))
    return found


class Office:
    """A station of two lines, in a process of its own; the first has the number 8001."""

    def __init__(self, folder: Path, config: str) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        (self.data / "station.toml").write_text(config, encoding="utf-8")
        self._log = open(folder / "station.log", "wb")  # noqa: SIM115 (closed by `close`)
        self.process = subprocess.Popen(
            [*CTIDRV, "station", "--data", str(self.data)], stdout=self._log, stderr=self._log
        )
        self.client: StationClient = self.until(self._reached, "the station answers")

    def _reached(self) -> StationClient | None:
        try:
            return StationClient.discover(self.data)
        except ServiceError:
            return None

    def until(self, found: Callable[[], Any], what: str, seconds: float = 60) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if got := found():
                return got
            time.sleep(0.05)
        raise AssertionError(f"this did not happen within {seconds} s: {what}")

    def fax(self, *words: str) -> subprocess.Popen[str]:
        return self.command("fax", *words)

    def command(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*CTIDRV, *words, "--data", str(self.data)],
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def holder(self) -> str | None:
        found: str | None = self.client.ports()[0]["holder"]
        return found

    def close(self) -> None:
        self.client.close()
        self.process.terminate()
        assert self.process.wait(30) == 0
        self._log.close()


def result_of(process: subprocess.Popen[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The last line, and those before it."""
    out, err = process.communicate(timeout=120)
    assert err == ""
    rows = [json.loads(line) for line in out.splitlines()]
    assert process.returncode == (0 if rows[-1]["ok"] else 1)
    assert rows[-1]["type"] == "fax_result"
    return rows[-1], rows[:-1]


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    write_tiff(tmp_path / "letter.tif", [page(1), page(2)])
    return tmp_path / "letter.tif"


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[[str], Office]]:
    made: list[Office] = []

    def make(config: str) -> Office:
        made.append(Office(tmp_path, config))
        return made[-1]

    yield make
    for office in made:
        office.close()


def test_a_document_goes_from_one_line_to_the_other_row_by_row_and_both_commands_say_so(
    make_office: Any, letter: Path, tmp_path: Path
) -> None:
    office = make_office(CONFIG)
    there = office.fax("receive", "--to", str(tmp_path / "in"), "--line", "sim/1", "--json")
    office.until(office.holder, "somebody waits on the line")
    shown = office.command("ports").communicate(timeout=60)[0]
    assert "sim/1: in use by ctidrv fax receive (process " in shown
    refused = office.fax("receive", "--to", str(tmp_path / "in"), "--line", "sim/1")
    here = office.fax("send", str(letter), "--number", "8001", "--line", "sim/2", "--json")
    out, err = refused.communicate(timeout=60)
    assert (refused.returncode, out) == (1, "")
    assert err.startswith("ctidrv: sim/1 is in use by ctidrv fax receive (process ")
    sent, told = result_of(here)
    got, heard = result_of(there)
    assert (sent["ok"], sent["pages_tx"], sent["bad_rows"], sent["bit_rate"]) == (True, 2, None, 14_400)
    assert (got["ok"], got["pages_rx"], got["bad_rows"], got["ecm"]) == (True, 2, 0, True)
    assert (got["modem"], got["bit_rate"], got["remote_ident"]) == ("v17", 14_400, None)
    assert Path(got["file"]).parent == tmp_path / "in"
    assert pages_of(got["file"]) == [page(1).rows, page(2).rows]
    assert [row["page"] for row in told if row["event"] == "page-sent"] == [1, 2]
    assert {row["what"] for row in told if row["event"] == "page-sent"} == {"confirmed"}
    assert [row["page"] for row in heard if row["event"] == "page-taken"] == [1, 2]
    assert 15 < sent["t_end"] < 90
    rows = {row["id"]: row for row in office.client.calls()}
    assert (rows[sent["call"]]["direction"], rows[got["call"]]["direction"]) == ("out", "in")
    assert office.holder() is None
    assert office.client.received_faxes()[0]["state"] == "read"


def test_who_is_not_reached_is_told_in_words_and_wrong_use_in_one_line(
    make_office: Any, letter: Path
) -> None:
    office = make_office(CONFIG)
    busy = office.fax("send", str(letter), "--number", "1700", "--line", "sim/2")
    out, err = busy.communicate(timeout=60)
    assert (busy.returncode, err) == (1, "")
    assert "2 pages to 1700, on sim/2 when it is idle" in out.splitlines()[0]
    last = "sent: 0 pages: the number is busy; 0 of 2 pages were confirmed"
    assert out.splitlines()[-1] == last
    assert office.client.faxes()[0]["state"] == "failed"
    for words, says, code in (
        (("send", str(letter), "--line", "sim/2"), "give --number", 2),
        (("send", str(letter), str(letter), "--number", "1", "--line", "sim/2"), "is one FILE", 2),
        (
            ("send", str(letter), "--number", "1", "--line", "sim/2", "--no-ecm"),
            "--no-ecm goes with a PCM",
            2,
        ),
        (("send", str(letter), "--number", "+4420", "--line", "sim/2"), "not on the list", 1),
        (("send", str(letter), "--number", "8001", "--line", "sim/7"), "sim/7: no line for faxes", 1),
        (("receive", "--to", str(letter.parent / "in"), "--line", "sim/7"), "no line is configured", 1),
    ):
        wrong = office.fax(*words)
        out, err = wrong.communicate(timeout=60)
        assert (wrong.returncode, out, err.count("\n")) == (code, "", 1), err
        assert says in err


def test_without_a_station_it_says_so(tmp_path: Path, letter: Path) -> None:
    words = ("fax", "send", str(letter), "--number", "1", "--line", "sim/1", "--data", str(tmp_path / "none"))
    done = subprocess.run([*CTIDRV, *words], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no station runs on" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_program_at_the_lines_modem_takes_a_document_row_by_row_and_its_port_goes_with_the_station(
    make_office: Any, letter: Path
) -> None:
    office = make_office(CONFIG + MODEM)
    port = office.data / "ttyF0"
    link = SerialLink(str(port))
    taken: list[T30Event] = []
    trouble: list[str | None] = []

    def program() -> None:
        t30 = T30(T30Config(False, ident="555 0100"))
        heard = b""
        while b"RING" not in heard:
            heard += link.read(0.1)
        trouble.append(
            make_call(
                link, t30, None, lambda event: taken.append(event) if event.kind == "page-taken" else None
            )
        )

    office.until(office.holder, "the program has the line")
    taking = threading.Thread(target=program)
    taking.start()
    sent, _ = result_of(office.fax("send", str(letter), "--number", "8001", "--line", "sim/2", "--json"))
    taking.join(60)
    assert sent["ok"], (sent, trouble)
    assert sent["remote_ident"] == "555 0100"
    assert [event.data for event in taken] == [page(1).rows, page(2).rows]
    link.close()
    office.until(lambda: office.holder() is None, "the line is nobody's")
    (row,) = [row for row in office.client.calls() if row["direction"] == "in"]
    assert (row["port"], row["outcome"]) == ("sim/1", "answered")
    office.process.terminate()
    office.process.wait(30)
    assert not port.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.skipif(EFAX is None, reason=NO_EFAX)
def test_efax_sends_by_the_modem_of_a_line_and_takes_a_fax_by_it(make_office: Any, tmp_path: Path) -> None:
    office = make_office(CONFIG + MODEM)
    words = [str(EFAX), "-d", str(office.data / "ttyF0"), "-o1"]
    text = page_set.text(1728, 300)
    write_page(text, tmp_path / "page.tif")
    there = office.fax("receive", "--to", str(tmp_path / "in"), "--line", "sim/2", "--json")
    office.until(lambda: office.client.ports()[1]["holder"], "somebody waits on the line")
    efax = [*words, "-t", "T8002", str(tmp_path / "page.tif")]
    done = subprocess.run(efax, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    got, _ = result_of(there)
    # Above the page stands efax's header; it breaks rows itself, there and now and then below.
    differ = differences(page_set.packed(text), pages_of(got["file"])[0], HEADER, set())
    assert len(differ) <= got["bad_rows"] <= 8
    write_tiff(tmp_path / "letter.tif", [page(2, 200)])
    waits = [*words, "-iZ", "-iS0=1", "-w", "-r", "came"]
    with subprocess.Popen(waits, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as taking:
        office.until(office.holder, "efax has the line")
        time.sleep(2)  # it sets the modem up
        here = office.fax(
            "send", str(tmp_path / "letter.tif"), "--number", "8001", "--line", "sim/2", "--json"
        )
        told, _ = result_of(here)
        _, log = taking.communicate(timeout=60)
    assert told["ok"], told
    assert taking.returncode == 0, log
    assert read_pages(sorted(tmp_path.glob("came.*"))) == [page(2, 200).rows]
