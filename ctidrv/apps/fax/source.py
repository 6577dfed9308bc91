"""What a file that is to be faxed offers to be drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ctidrv.apps.fax import limits
from ctidrv.errors import InputError

if TYPE_CHECKING:
    from PIL import Image


class Sheet(NamedTuple):
    """A page as it is by itself, in mm."""

    width: float
    height: float


class Drawn(NamedTuple):
    """A page in pixels."""

    image: Image.Image
    """Mode "L", or "1" as it stands in the file."""
    areas: Image.Image | None
    """Where dots have to stand for grey (`ctidrv.apps.fax.tone.grey_areas`)."""


class Source(Protocol):
    """A file with its pages."""

    @property
    def sheets(self) -> Sequence[Sheet]: ...

    turns: bool
    """A page that lies and is wider than the paper is turned, not made small."""

    def drawn(self, page: int, width: int, height: int) -> Drawn:
        """The whole page in so many pixels, which need not be square."""
        ...


def sheet(width: float, height: float, where: str) -> Sheet:
    """InputError where no paper is like that."""
    if not (0 < width <= limits.LONGEST_MM and 0 < height <= limits.LONGEST_MM):
        raise InputError(
            f"{where}: {width:.4g} by {height:.4g} mm; a page has up to {limits.LONGEST_MM:.0f} mm each way"
        )
    return Sheet(width, height)


def check_pages(path: Path, pages: int) -> None:
    """InputError: too many, or none."""
    if pages < 1:
        raise InputError(f"{path.name}: has no pages: there is nothing to send")
    if pages > limits.PAGES:
        raise InputError(f"{path.name}: has more than {limits.PAGES} pages: split it")
