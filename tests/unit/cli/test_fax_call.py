"""`ctidrv fax send` and `fax receive`, up to the call: what is wrong is told before anything is made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.fax.document import open_document
from ctidrv.cli import fax_result
from ctidrv.errors import FieldError, PortError
from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import Sheet, T30Config
from ctidrv.service import client

LINE = ("--line", "pcm:unix:none")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    (tmp_path / "letter.txt").write_text("Good morning.", encoding="utf-8")
    return tmp_path / "letter.txt"


@pytest.mark.parametrize("line", ["sim1", "bogus", "", "sim/x"])
@pytest.mark.parametrize("what", ["send", "receive"])
def test_a_line_that_is_none_is_told_with_the_stations_and_the_pcm_lines(
    ctidrv: Any, letter: Path, what: str, line: str
) -> None:
    more = (str(letter),) if what == "send" else ("--to", str(letter.parent / "in"))
    ran = ctidrv("fax", what, *more, "--line", line)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"ctidrv: {line}: no line; there are the station's, such as sim/1 (")
    assert "pcm:tcp:PORT and pcm:unix:PATH" in ran.err


@pytest.mark.parametrize("number", ["abc", "555 0001", "+86", "A", "", "1" * 65])
def test_a_number_for_a_pcm_line_is_what_the_keys_of_a_telephone_dial(
    ctidrv: Any, letter: Path, number: str
) -> None:
    ran = ctidrv("fax", "send", str(letter), *LINE, "--number", number)
    assert (ran.code, ran.out) == (2, "")
    assert f"--number {number!r}: digits, * and #, and a comma for 2 s of pause" in ran.err


def test_the_help_says_what_is_dialled(ctidrv: Any) -> None:
    shown = " ".join(ctidrv("fax", "send", "--help").out.split())
    assert "on a PCM line by DTMF: digits, * and #, a comma for 2 s of pause" in shown


def test_a_box_goes_with_a_line_of_the_station(ctidrv: Any, tmp_path: Path) -> None:
    ran = ctidrv("fax", "receive", "--to", str(tmp_path / "in"), *LINE, "--box", "b")
    assert (ran.code, ran.out) == (2, "")
    assert "--box goes with a station's line; on pcm:unix:none the TIFF in --to is all" in ran.err


def test_an_identity_of_letters_is_told_in_words(ctidrv: Any, letter: Path, tmp_path: Path) -> None:
    for words in (("send", str(letter)), ("receive", "--to", str(tmp_path / "in"))):
        ran = ctidrv("fax", *words, *LINE, "--ident", "abc")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == "ctidrv: 'abc' is no identity of a fax: up to 20 digits, blanks, +, * and #\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("send", "", *LINE), "an empty name: write a path"),
        (("receive", "--to", "", *LINE), "an empty name: write a path"),
        (("send", "a.txt", *LINE, "--sender", "a\nb"), "invalid name 'a\\nb': one line"),
    ],
)
def test_what_is_given_empty_or_in_lines_is_wrong_use(ctidrv: Any, words: tuple[str, ...], says: str) -> None:
    ran = ctidrv("fax", *words)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_without_a_station_no_folder_is_made(ctidrv: Any, tmp_path: Path) -> None:
    ran = ctidrv("fax", "receive", "--to", str(tmp_path / "in"), "--line", "sim/1")
    assert (ran.code, ran.out) == (1, "")
    assert "no station runs" in ran.err
    assert not (tmp_path / "in").exists()


def test_where_no_pcm_line_listens_no_folder_is_made(
    ctidrv: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(line: str) -> None:
        raise PortError(f"{line}: no line listens there")

    monkeypatch.setattr("ctidrv.cli.fax_call.PcmLine", refuse)
    ran = ctidrv("fax", "receive", "--to", str(tmp_path / "in"), *LINE)
    assert (ran.code, "no line listens there" in ran.err) == (1, True)
    assert not (tmp_path / "in").exists()


class Station:
    """A station's client whose reception tells `rows`, and then Ctrl-C comes."""

    def __init__(self, rows: list[dict[str, Any]], error: Exception | None = None) -> None:
        self._rows, self._error = rows, error

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *_: object) -> None: ...

    @contextlib.contextmanager
    def receive_fax(self, port: str, *, box: str, holder: str) -> Iterator[Iterator[dict[str, Any]]]:
        if self._error is not None:
            raise self._error
        yield self._told()

    def _told(self) -> Iterator[dict[str, Any]]:
        yield from self._rows
        raise KeyboardInterrupt


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(station: Station) -> None:
        monkeypatch.setattr(client.StationClient, "discover", lambda *_, **__: station)

    return put


WAITING = {"type": "waiting", "t": 0.0}
CALL = {"type": "call", "t": 1.0, "call": "c1", "number": None}
PAGES = [{"type": "page", "t": 9.0, "page": page, "rows": 1, "bad_rows": 0} for page in (1, 2)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([WAITING], "received: 0 pages: it was broken off before a call came"),
        ([WAITING, CALL], "what had come of its first page, if anything, is in box front-desk ("),
        ([WAITING, CALL, PAGES[0]], "it was broken off: 1 page had come and is in box front-desk ("),
        (
            [WAITING, CALL, *PAGES],
            "2 pages had come and are in box front-desk ('ctidrv fax boxes --box front-desk')",
        ),
    ],
)
def test_who_breaks_off_a_reception_is_told_what_is_in_the_box(
    ctidrv: Any, tmp_path: Path, stand: Any, rows: list[dict[str, Any]], says: str
) -> None:
    stand(Station(rows))
    ran = ctidrv("fax", "receive", "--to", str(tmp_path / "in"), "--line", "sim/1")
    assert (ran.code, ran.err) == (1, "")
    assert says in ran.out.splitlines()[-1]


def test_a_box_that_is_none_is_told_by_the_option_and_no_folder_is_made(
    ctidrv: Any, tmp_path: Path, stand: Any
) -> None:
    stand(Station([], FieldError("box", "'../x' must be a box's name")))
    ran = ctidrv("fax", "receive", "--to", str(tmp_path / "in"), "--line", "sim/1", "--box", "../x")
    assert (ran.code, ran.out, ran.err) == (2, "", "ctidrv: --box: '../x' must be a box's name\n")
    assert not (tmp_path / "in").exists()


def test_one_page_is_called_one() -> None:
    assert [fax_result.pages(count) for count in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]


class Stalls:
    """A PCM line whose far end sends two pages, and stands still once the first is confirmed."""

    def __init__(self, address: str) -> None:
        self.sender = FaxMachine(T30Config(calling=True, sheets=[Sheet(1728), Sheet(1728)]))
        self.confirmed = False

    def __enter__(self) -> Stalls:
        return self

    def __exit__(self, *_: object) -> None: ...

    def exchange(self, said: Pcm) -> Pcm:
        if self.confirmed:
            raise PortError("pcm:unix:x: the other side sends no frames")
        out = self.sender.run(said)
        for event in self.sender.events():
            if event.kind == "page-wanted":
                self.sender.page(event.page, bytes(216) * 60, 1728)
            self.confirmed |= event.kind == "page-sent"
        return out


def test_pages_that_were_taken_are_written_though_the_line_stands_still(
    ctidrv: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ctidrv.cli.fax_call.PcmLine", Stalls)
    done = ctidrv("fax", "receive", "--line", "pcm:unix:x", "--to", str(tmp_path))
    assert done.code == 1
    assert "sends no frames" in done.out + done.err
    (file,) = tmp_path.glob("fax-*.tif")
    assert str(file) in done.out + done.err
    with open_document([file]) as kept:
        assert len(kept.pages) == 1
