"""Fax programs of others, and ours, on fax modems in real time: what tests and runs make calls with."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from PIL import Image

from ctidrv.drivers.class1.call import make_call
from ctidrv.drivers.class1.carriers import ASKS, carriers
from ctidrv.drivers.class1.wire import Line, Parser
from ctidrv.drivers.v253.link import SerialLink
from ctidrv.errors import PortError
from ctidrv.native.fax_modem import Modem
from ctidrv.native.t30 import T30, Sheet, T30Config, T30Event
from tests.native import page_set

EFAX = os.environ.get("CTIDRV_EFAX") or shutil.which("efax")
"""Debian's, unpacked or installed."""
NO_EFAX = "efax is not there"
WITHIN_S = 240
ANSWERS_WITHIN_S = 5.0
WIDTH = 1728
NUMBER = "5550123"


class Program(Protocol):
    """One end of a call, at the modem `port`: sends a page or takes one. `rings`: the modem is to ring first.

    `pages`: rows of those that came, packed; `damage`: of each row of them, where it is known.
    """

    rings: bool

    def ready(self) -> contextlib.AbstractContextManager[None]:
        """Until the call may begin, and until it is over."""

    def run(self) -> None:
        """The call."""

    @property
    def ok(self) -> bool: ...

    @property
    def why(self) -> str:
        """It is not."""

    @property
    def pages(self) -> list[bytes]: ...

    @property
    def damage(self) -> bytes: ...

    @property
    def used(self) -> str:
        """Modem, rate and the like, where it says so."""


Makes = Callable[[Path, Path, Image.Image | None], Program]
"""Of a port, a folder of the call, and the page that is sent."""


def write_page(image: Image.Image, path: Path, coding: str = "group3") -> Path:
    """As efax (MH) and HylaFAX want it: TIFF, one strip, black is 1."""
    tags = {262: 0, 278: image.height, 282: 204.0, 283: 98.0, 296: 2}
    image.save(path, compression=coding, tiffinfo=tags)
    return path


def read_pages(paths: list[Path]) -> list[bytes]:
    """Rows of TIFF files."""
    found = []
    for path in paths:
        with Image.open(path) as image:
            found.append(page_set.packed(image.convert("1")))
    return found


@dataclass
class Efax:
    """`returned`: 0 is success."""

    port: Path
    folder: Path
    image: Image.Image | None = None
    rings = False
    damage = b""
    used = ""
    returned: int | None = None
    log: str = ""

    def ready(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def run(self) -> None:
        what = ["-r", "came"]
        if self.image is not None:
            what = ["-t", f"T{NUMBER}", str(write_page(self.image, self.folder / "efax.tif"))]
        done = subprocess.run(
            [str(EFAX), "-d", str(self.port), "-o1", "-v", "ewinchmrxa", *what],
            cwd=self.folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=WITHIN_S,
            check=False,
        )
        self.returned, self.log = done.returncode, done.stderr
        (self.folder / f"efax-{'sends' if self.image else 'takes'}.log").write_text(self.log)

    @property
    def ok(self) -> bool:
        return self.returned == 0

    @property
    def why(self) -> str:
        return f"efax returned {self.returned}: {self.log[-600:]}"

    @property
    def pages(self) -> list[bytes]:
        return read_pages(sorted(self.folder.glob("came.*")))


def _carriers(link: SerialLink) -> frozenset[Modem]:
    """Of the modem at it. PortError: it answers no such question."""
    for text in ("ATE0V1Q0", "AT+FCLASS=1"):
        _asked(link, text)
    sends, receives = (_asked(link, text) for text in ASKS)
    return carriers(sends, receives)


def _asked(link: SerialLink, text: str) -> list[str]:
    link.write(text.encode() + b"\r")
    parser, lines, end = Parser(), [], time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < end:
        for item in parser.feed(link.read(0.05)):
            if isinstance(item, Line) and item.result == "OK":
                return lines
            if isinstance(item, Line):
                lines.append(item.text)
    raise PortError(f"the modem answers {text} with {lines}")


@dataclass
class OurHost:
    """Our Class 1 host."""

    port: Path
    folder: Path
    image: Image.Image | None = None
    rings = False
    trouble: str | None = None
    events: list[T30Event] = field(default_factory=list)
    used: str = ""

    def ready(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def run(self) -> None:
        link = SerialLink(str(self.port))
        try:
            self._call(link)
        except PortError as error:
            self.trouble = str(error)
        finally:
            link.close()

    def _call(self, link: SerialLink) -> None:
        calling = self.image is not None
        sheets = [Sheet(WIDTH)] * calling
        t30 = T30(T30Config(calling, sheets=sheets, ident="555 0100", modems=_carriers(link)))

        def tell(event: T30Event) -> None:
            self.events.append(event)
            if event.kind == "page-wanted":
                assert self.image is not None
                t30.page(event.page, page_set.packed(self.image), WIDTH)

        self.trouble = make_call(link, t30, f"T{NUMBER}" if calling else None, tell)
        on = t30.link
        self.used = f"{on.modem} {on.bit_rate} {on.coding}{' ECM' if on.ecm else ''}"

    @property
    def ok(self) -> bool:
        return [event.what for event in self.events if event.kind == "done"] == ["ok"]

    @property
    def why(self) -> str:
        frames = [f"{event.kind[0]} {event.what}" for event in self.events if event.kind.endswith("frame")]
        return f"{self.trouble or self.events[-1:]}: {frames}"

    @property
    def _taken(self) -> list[T30Event]:
        return [event for event in self.events if event.kind == "page-taken"]

    @property
    def pages(self) -> list[bytes]:
        return [event.data for event in self._taken]

    @property
    def damage(self) -> bytes:
        return b"".join(event.damage for event in self._taken)


def together(*programs: Program) -> None:
    """All at once, until all have ended."""
    threads = [threading.Thread(target=program.run) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN_S + 10)
        assert not thread.is_alive()
