"""Fax programs of others, and ours, on fax modems in real time: what tests and runs make calls with."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from ctidrv.drivers.class1.call import make_call
from ctidrv.drivers.v253.link import SerialLink
from ctidrv.native.t30 import T30, Sheet, T30Config, T30Event

EFAX = os.environ.get("CTIDRV_EFAX") or shutil.which("efax")
"""Debian's, unpacked or installed."""
NO_EFAX = "efax is not there"
WITHIN_S = 200
WIDTH = 1728


def write_page(image: Image.Image, path: Path) -> Path:
    """As efax wants it: TIFF, MH, one strip, black is 1."""
    tags = {262: 0, 278: image.height, 282: 204.0, 283: 98.0, 296: 2}
    image.save(path, compression="group3", tiffinfo=tags)
    return path


def read_pages(folder: Path, name: str) -> list[Image.Image]:
    """That efax has received under this name."""
    pages = []
    for path in sorted(folder.glob(f"{name}.*")):
        with Image.open(path) as image:
            pages.append(image.convert("1"))
    return pages


@dataclass
class Efax:
    """One run of it: sends `page` where there is one, else receives. `returned`: 0 is success."""

    port: Path
    folder: Path
    page: Path | None = None
    returned: int | None = None
    log: str = ""

    def run(self) -> None:
        what = ["-r", "came"] if self.page is None else ["-t", "T5550123", str(self.page)]
        done = subprocess.run(
            [str(EFAX), "-d", str(self.port), "-o1", "-v", "ewinc", *what],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        self.returned, self.log = done.returncode, done.stderr

    @property
    def ok(self) -> bool:
        return self.returned == 0

    @property
    def why(self) -> str:
        return f"efax returned {self.returned}: {self.log[-600:]}"


@dataclass
class OurHost:
    """Our Class 1 host: sends `pages` (rows of 1,728 pixels, packed), or receives."""

    port: Path
    pages: list[bytes] = field(default_factory=list)
    trouble: str | None = None
    events: list[T30Event] = field(default_factory=list)

    def run(self) -> None:
        calling = bool(self.pages)
        t30 = T30(T30Config(calling, sheets=[Sheet(WIDTH)] * len(self.pages), ident="555 0100"))
        link = SerialLink(str(self.port))

        def tell(event: T30Event) -> None:
            self.events.append(event)
            if event.kind == "page-wanted":
                t30.page(event.page, self.pages[event.page], WIDTH)

        try:
            self.trouble = make_call(link, t30, "T5550123" if calling else None, tell)
        finally:
            link.close()

    @property
    def ok(self) -> bool:
        return [event.what for event in self.events if event.kind == "done"] == ["ok"]

    @property
    def why(self) -> str:
        frames = [f"{event.kind[0]} {event.what}" for event in self.events if event.kind.endswith("frame")]
        return f"{self.trouble or self.events[-1:]}: {frames}"

    @property
    def taken(self) -> list[T30Event]:
        return [event for event in self.events if event.kind == "page-taken"]


def together(*programs: Efax | OurHost) -> None:
    """All at once, until all have ended."""
    threads = [threading.Thread(target=program.run) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN_S + 10)
        assert not thread.is_alive()
