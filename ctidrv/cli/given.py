"""What is given to a command by hand: paths, names, and folders that it makes."""

from __future__ import annotations

import argparse
import os
import unicodedata
from pathlib import Path

from ctidrv.errors import InputError

_NOT_IN_A_LINE = ("Cc", "Cs", "Zl", "Zp")
"""Categories of Unicode: control characters, what is no text, ends of lines and paragraphs."""


def path(text: str) -> Path:
    """A file's or folder's, as an option's type. An empty one, as of a script's variable, is not this
    folder."""
    if not text:
        raise argparse.ArgumentTypeError("an empty name: write a path")
    return Path(text)


def name(text: str) -> str:
    """Of somebody or something, as an option's type: in one line, and not empty."""
    if not text.strip() or any(unicodedata.category(each) in _NOT_IN_A_LINE for each in text):
        raise argparse.ArgumentTypeError(f"invalid name {text[:40]!r}: one line with something in it")
    return text


def check_folder(to: Path, what: str) -> Path:
    """Where a folder for `what` is, or can be made: absolute. InputError, before a call is taken in vain.
    Nothing is made."""
    folder = to.absolute()
    standing = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not os.path.isdir(standing):  # (Path's own raises where a folder above is closed to us)
        raise InputError(f"{to}: no folder for {what} can be made there: {standing.name} is no folder")
    if not os.access(standing, os.W_OK | os.X_OK):
        raise InputError(f"{to}: no {what} can be written there: {standing} is closed to this user")
    return folder


def make_folder(to: Path, what: str) -> Path:
    """The folder, absolute. InputError where it cannot be made."""
    folder = check_folder(to, what)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{to}: no folder for {what} can be made there: {error.strerror}") from error
    return folder
