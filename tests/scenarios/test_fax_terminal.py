"""`ctidrv fax send` and `ctidrv fax receive` on PCM lines: with each other, and where nobody is a fax."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from tests.long.fax_wire import ordinary
from tests.scenarios.pcm_joiner import Joiner

CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")
RESULT = (
    *("type", "ok", "modem", "bit_rate", "ecm", "pages_tx", "pages_rx", "bad_rows", "remote_ident", "t_end"),
    *("file", "error"),
)


def page(seed: int, count: int = 120) -> PageRows:
    dice = random.Random(seed)
    rows = [dice.choice([bytes(216), dice.randbytes(8) * 27, b"\x0f" * 216]) for _ in range(count)]
    return PageRows(b"".join(rows), 1728, 204, 196)


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*CTIDRV, "fax", *words, "--json"], encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=90)
    assert err == ""
    rows = [json.loads(line) for line in out.splitlines()]
    assert tuple(rows[-1]) == RESULT
    assert process.returncode == (0 if rows[-1]["ok"] else 1)
    return dict(rows[-1])


def pages_of(file: str) -> list[bytes]:
    with Image.open(file) as tiff:
        found = []
        for number in range(tiff.n_frames):
            tiff.seek(number)
            found.append(bytes(octet ^ 0xFF for octet in tiff.convert("1").tobytes()))
        return found


@pytest.mark.parametrize(("options", "modem"), [((), "v17"), (("--modem", "v29", "--no-ecm"), "v29")])
def test_two_pages_go_over_an_ordinary_line_bit_exact(
    tmp_path: Path, options: tuple[str, ...], modem: str
) -> None:
    write_tiff(tmp_path / "letter.tif", [page(1), page(2)])
    joiner = Joiner(ordinary(random.Random(3)), 3)
    there = start("receive", "--to", str(tmp_path / "in"), "--line", joiner.addresses[1], "--ident", "222")
    here = start(
        "send", str(tmp_path / "letter.tif"), "--line", joiner.addresses[0], "--ident", "111", *options
    )
    sent, got = result_of(here), result_of(there)
    joiner.join()
    assert sent["ok"], sent
    assert got["ok"], got
    agreed = {"v17": 14_400, "v29": 9600}[modem]
    for row in (sent, got):
        assert (row["modem"], row["bit_rate"], row["ecm"]) == (modem, agreed, modem == "v17")
    assert (sent["pages_tx"], sent["pages_rx"], sent["bad_rows"], sent["remote_ident"]) == (2, 0, None, "222")
    assert (got["pages_tx"], got["pages_rx"], got["bad_rows"], got["remote_ident"]) == (0, 2, 0, "111")
    assert sent["file"] is None
    assert Path(got["file"]).parent == tmp_path / "in"
    assert pages_of(got["file"]) == [page(1).rows, page(2).rows]
    assert abs(sent["t_end"] - joiner.frames / 50) < 6


def test_line_that_is_lost_within_a_page_is_no_success_and_what_came_is_kept(tmp_path: Path) -> None:
    write_tiff(tmp_path / "letter.tif", [page(1, 1500)])
    joiner = Joiner(ordinary(random.Random(4)), 4, drop=18 * 50)
    there = start("receive", "--to", str(tmp_path), "--line", joiner.addresses[1], "--no-ecm")
    here = start("send", str(tmp_path / "letter.tif"), "--line", joiner.addresses[0])
    sent, got = result_of(here), result_of(there)
    joiner.join()
    assert sent["error"] == "the line was lost; 0 of 1 pages were confirmed"
    assert got["error"] == "the line was lost"
    assert got["pages_rx"] == 1
    kept = pages_of(got["file"])[0]
    assert 216 * 20 < len(kept) < 216 * 1500


def test_a_menu_is_no_fax_and_says_so(tmp_path: Path) -> None:
    write_tiff(tmp_path / "letter.tif", [page(1)])
    line = subprocess.Popen(
        [*CTIDRV, "sim", "line", "--pcm", "tcp:0", "--once", "--json", "--data", str(tmp_path / "data")],
        encoding="utf-8",
        stdout=subprocess.PIPE,
    )
    try:
        assert line.stdout is not None
        address = json.loads(line.stdout.readline())["address"]
        sent = result_of(
            start("send", str(tmp_path / "letter.tif"), "--line", f"pcm:{address}", "--number", "8001")
        )
        told = [json.loads(row) for row in line.communicate(timeout=60)[0].splitlines()]
    finally:
        line.kill()
        line.wait()
    assert (sent["ok"], sent["pages_tx"], sent["modem"]) == (False, 0, None)
    assert sent["error"] is not None
    assert any("8001" in str(row.get("what")) for row in told if row["type"] == "caller")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("send", "letter.tif", "--line", "sim/1"), "give --number"),
        (("send", "missing.pdf", "--line", "pcm:tcp:1"), "missing.pdf"),
        (("send", "letter.tif", "--line", "pcm:tcp:1", "--number", "8x"), "--number '8x': digits, * and #"),
        (("receive", "--to", "letter.tif", "--line", "pcm:tcp:1"), "letter.tif: no folder"),
        (("receive", "--to", "in", "--line", "pcm:tcp:1", "--ident", "x" * 30), "no identity of a fax"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    write_tiff(tmp_path / "letter.tif", [page(1)])
    done = subprocess.run(
        [*CTIDRV, "fax", *words],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr
