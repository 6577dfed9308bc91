"""What is given to commands by hand: paths, names, folders that are made."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from ctidrv.cli import given
from ctidrv.errors import InputError


def test_an_empty_path_is_not_this_folder() -> None:
    assert given.path(".") == Path()
    with pytest.raises(argparse.ArgumentTypeError, match="an empty name"):
        given.path("")


@pytest.mark.parametrize("text", ["Li Mei", "\u674e\u3000\u6885", "O'Brien & Co."])
def test_a_name_of_one_line_is_taken_as_it_is(text: str) -> None:
    assert given.name(text) == text


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\u2028b", "a\x1b[0m", "\udcff"])
def test_what_is_empty_or_more_than_a_line_is_no_name(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="invalid name"):
        given.name(text)


def test_a_folder_is_checked_without_being_made_and_made_with_those_above(tmp_path: Path) -> None:
    to = tmp_path / "a" / "b"
    assert given.check_folder(to, "faxes") == to
    assert list(tmp_path.iterdir()) == []
    assert given.make_folder(to, "faxes") == to
    assert to.is_dir()
    assert given.make_folder(to, "faxes") == to


def test_a_file_where_the_folder_would_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    for to in (tmp_path / "letter.txt", tmp_path / "letter.txt" / "in"):
        with pytest.raises(InputError, match=r"no folder for faxes .*: letter\.txt is no folder"):
            given.check_folder(to, "faxes")


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_link_to_nothing_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "in").symlink_to(tmp_path / "none")
    with pytest.raises(InputError, match="in is no folder"):
        given.make_folder(tmp_path / "in", "faxes")


def test_a_folder_that_is_closed_to_us_is_told_before_anything_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def closed(path: Path, mode: int) -> bool:
        asked.append(path)
        return not mode & os.W_OK

    monkeypatch.setattr("os.access", closed)
    with pytest.raises(InputError, match=r"in: no faxes can be written there: .* is closed to this user"):
        given.check_folder(tmp_path / "in", "faxes")
    assert asked == [tmp_path]
