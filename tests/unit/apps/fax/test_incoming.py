"""A fax that comes, page by page onto the disk, and what a crash leaves of it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ctidrv.apps.fax.incoming import Incoming, left_open
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.tiff import TiffWriter, pages_in
from ctidrv.errors import StoreError
from ctidrv.folder import DataFolder

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOOD = PageRows(bytes([0x0F]) * 216 * 5, 1728, 204, 196)
BAD = PageRows(bytes([0xF0]) * 216 * 5, 1728, 204, 196, bytes([0, 1, 0, 2, 0]))


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def incoming(folder: DataFolder) -> Iterator[Callable[[], Incoming]]:
    """Faxes that come; those that are not sealed are as a crash leaves them."""
    made: list[Incoming] = []

    def make() -> Incoming:
        made.append(Incoming(folder, facts(folder)))
        return made[-1]

    yield make
    for fax in made:
        with contextlib.suppress(StoreError):
            fax.seal()


def facts(folder: DataFolder, **more: Any) -> dict[str, Any]:
    path = str(folder.received_fax(START, "fax-1"))
    known = {"id": "fax-1", "box": "office", "port": "sim/1", "started": START.isoformat(), "path": path}
    return {**known, "call": "c1", "number": "5550199", "e164": None, **more}


def test_each_page_is_in_the_file_when_it_was_added(folder, incoming):
    fax = incoming()
    path = Path(facts(folder)["path"])
    for count, page in enumerate((GOOD, BAD), 1):
        fax.add(page)
        with open(path, "rb") as file:
            assert len(pages_in(file)) == count
    sealed = fax.seal()
    assert (sealed.pages, sealed.bad_rows) == (2, 2)
    assert [side.name for _, side in left_open(folder)] == ["fax-1.json"]
    fax.settle()
    assert list(left_open(folder)) == []


def test_a_fax_of_no_page_leaves_nothing(folder, incoming):
    fax = incoming()
    assert fax.seal() is None
    fax.settle()
    assert not folder.root.exists()


def test_what_a_crash_left_is_a_fax_that_was_cut_off(folder, incoming):
    fax = incoming()
    fax.add(GOOD)
    fax.add(BAD)
    with open(facts(folder)["path"], "r+b") as file:
        file.seek(0, io.SEEK_END)
        file.write(b"a page whose directory was not written")
    ((row, side),) = left_open(folder)
    assert (row.id, row.box, row.pages, row.bad_rows, row.whole) == ("fax-1", "office", 2, 2, False)
    assert (row.number, row.started, row.state) == ("5550199", START, "new")
    assert side == folder.open_faxes / "fax-1.json"


def test_a_crash_before_the_first_page_leaves_no_fax(folder, incoming):
    fax = incoming()
    fax.add(GOOD)
    Path(facts(folder)["path"]).write_bytes(b"II*\0\0\0\0\0")
    assert [row for row, _ in left_open(folder)] == [None]
    Path(facts(folder)["path"]).unlink()
    assert [row for row, _ in left_open(folder)] == [None]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"path": 7}', '{"path": "/etc/hostname", "started": "x"}', "\0"]
)
def test_a_side_file_that_says_nothing_is_passed_over_and_stays(folder, incoming, text):
    folder.open_faxes.mkdir(parents=True)
    (folder.open_faxes / "fax-0.json").write_text(text)
    fax = incoming()
    fax.add(GOOD)
    found = [row for row, _ in left_open(folder) if row is not None]
    assert [row.id for row in found] == ["fax-1"]
    assert (folder.open_faxes / "fax-0.json").exists()


def test_a_disk_that_takes_nothing_is_an_error_and_the_pages_before_stand(folder, incoming):
    fax = incoming()
    fax.add(GOOD)

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    fax._writer._file = Full()
    with pytest.raises(StoreError, match=r"fax-1\.tif: No space left"):
        fax.add(BAD)
    assert fax.seal().pages == 1


def test_a_path_that_is_taken_is_an_error(folder, incoming):
    incoming().add(GOOD)
    with pytest.raises(StoreError, match="exists"):
        incoming().add(GOOD)


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_pages_of_a_file_cut_anywhere_are_those_that_are_whole(tmp_path, cut):
    path = tmp_path / "fax.tif"
    with open(path, "wb") as file:
        writer = TiffWriter(file)
        writer.add(GOOD)
        first = file.tell()
        end = path.stat().st_size
        writer.add(BAD)
    data = path.read_bytes()
    path.write_bytes(data[: max(0, len(data) - cut)])
    with open(path, "rb") as file:
        assert pages_in(file) in ([0, 2], [0], [])
        if len(data) - cut >= max(first, end):
            assert pages_in(file)[0] == 0


def test_a_file_whose_directories_go_round_in_a_circle_ends(tmp_path):
    path = tmp_path / "fax.tif"
    with open(path, "wb") as file:
        TiffWriter(file).add(GOOD)
    data = bytearray(path.read_bytes())
    data[-4:] = data[4:8]
    path.write_bytes(data)
    with open(path, "rb") as file:
        assert len(pages_in(file)) == 10_000


def test_the_side_file_holds_what_is_known(folder, incoming):
    incoming().add(GOOD)
    assert json.loads((folder.open_faxes / "fax-1.json").read_text("utf-8")) == facts(folder)
