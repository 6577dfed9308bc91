"""What a file that is to be faxed offers to be drawn from."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ctidrv.apps.fax.drawing import limits
from ctidrv.errors import InputError

if TYPE_CHECKING:
    from PIL import Image


DAMAGED = "is damaged, or is not what it says"


class Sheet(NamedTuple):
    """A page as it is by itself, in mm."""

    width: float
    height: float


class Drawn(NamedTuple):
    """A page in pixels."""

    image: Image.Image
    """Mode "L", or "1" as it stands in the file."""
    areas: Image.Image | None
    """Where dots have to stand for grey (`ctidrv.apps.fax.drawing.tone.grey_areas`)."""


class Source(Protocol):
    """A file with its pages."""

    @property
    def sheets(self) -> Sequence[Sheet]: ...

    turns: bool
    """A page that lies and is wider than the paper is turned, not made small."""

    def drawn(self, page: int, width: int, height: int) -> Drawn:
        """The whole page in so many pixels, which need not be square."""
        ...


def called(path: Path) -> str:
    """Its name as it can be printed in one line."""
    return "".join(each if each.isprintable() else "?" for each in path.name)


def check_file(path: Path, name: str) -> None:
    """InputError: nothing is there, or no file; `name` is how it is called."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: no name of a file
        raise InputError(f"{name}: there is no such file") from error
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{name}: is a folder: name a file in it")
    if not stat.S_ISREG(mode):
        raise InputError(f"{name}: is a pipe or a device, no file: save what comes from it first")


def sheet(width: float, height: float, where: str) -> Sheet:
    """InputError where no paper is like that."""
    if not (0 < width <= limits.LONGEST_MM and 0 < height <= limits.LONGEST_MM):
        raise InputError(
            f"{where}: {width:.4g} by {height:.4g} mm; a page has up to {limits.LONGEST_MM:.0f} mm each way"
        )
    return Sheet(width, height)


def check_pixels(width: int, height: int, where: str) -> None:
    """InputError: a picture of more than can be drawn."""
    if width * height > limits.PIXELS:
        most = f"at most {limits.PIXELS // 10**6} million: make it smaller"
        raise InputError(f"{where}: a picture of {width} by {height} pixels; {most}")


def check_pages(path: Path, pages: int) -> None:
    """InputError: too many, or none."""
    if pages < 1:
        raise InputError(f"{called(path)}: has no pages: there is nothing to send")
    if pages > limits.PAGES:
        raise InputError(f"{called(path)}: has more than {limits.PAGES} pages: split it")
