"""A piece of the long run of damaged files (tests/long/fax_files.py), with another seed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "long"))

import fax_files
import pytest


def test_damaged_files_are_drawn_or_refused_in_one_line() -> None:
    told = fax_files.play(120, 77)
    assert told["findings"] == []
    assert sum(told["outcomes"].values()) == 120 + 2 * len(fax_files.good_files())
    assert told["outcomes"]["refused"] > 30
    assert told["outcomes"]["drawn"] > 50


def test_page_drawn_otherwise_and_an_error_without_its_file_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The measure itself."""
    run = fax_files.Run(tmp_path, tmp_path / "kept")
    try:
        run._refused("a.tif", b"II", "something is wrong")
        assert run.findings == ["0-a.tif: says 'something is wrong'"]
        monkeypatch.setattr(fax_files.Document, "rows", lambda *_: 1 / 0)
        assert run.draw("own.tif", fax_files.good_files()["own.tif"]) is None
        assert run.findings[1] == "1-own.tif: ZeroDivisionError: division by zero"
    finally:
        run.close()
