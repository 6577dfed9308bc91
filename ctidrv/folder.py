"""The data folder: where everything lives (``--data``, ``CTIDRV_DATA``, or the platform's own)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO


class Files:
    """How recordings and what stands beside them reach the disk; a simulation puts one that fails in its
    place. Both raise OSError."""

    def create(self, path: Path) -> BinaryIO:
        """A new file, unbuffered: a write may take a part of what it is given."""
        return open(path, "xb", buffering=0)

    def write(self, path: Path, text: str) -> None:
        """A small file, whole and on the disk itself when it returns."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


FILES = Files()


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Names of the files in a data folder; makes none of them."""

    root: Path
    files: Files = field(default=FILES, compare=False, repr=False)

    @property
    def database(self) -> Path:
        return self.root / "ctidrv.db"

    @property
    def token(self) -> Path:
        return self.root / "token"

    @property
    def station(self) -> Path:
        """``station.json``: url, pid and version of the running station."""
        return self.root / "station.json"

    @property
    def recordings(self) -> Path:
        return self.root / "recordings"

    @property
    def messages(self) -> Path:
        return self.root / "messages"

    def recording(self, started: datetime, call: str) -> Path:
        """``recordings/YYYY/MM/DD/<call-id>.wav``, by the UTC day of the seizure."""
        return self.recordings / f"{started:%Y/%m/%d}" / f"{call}.wav"

    def message(self, started: datetime, message: str) -> Path:
        return self.messages / f"{started:%Y/%m/%d}" / f"{message}.wav"

    def sent_fax(self, created: datetime, batch: str, suffix: str) -> Path:
        """``faxes/sent/YYYY/MM/DD/<batch-id>.pdf``: the copy of a document that is to be sent."""
        return self.root / "faxes" / "sent" / f"{created:%Y/%m/%d}" / f"{batch}{suffix}"

    @property
    def open_faxes(self) -> Path:
        """What is known of faxes that are coming."""
        return self.root / "faxes" / "open"

    def received_fax(self, started: datetime, fax: str) -> Path:
        """``faxes/received/YYYY/MM/DD/<fax-id>.tif``"""
        return self.root / "faxes" / "received" / f"{started:%Y/%m/%d}" / f"{fax}.tif"


def data_folder(chosen: str | Path | None = None) -> DataFolder:
    """The folder named on the command line, else by the environment, else the platform's."""
    if chosen is None:
        chosen = os.environ.get("CTIDRV_DATA")
    if chosen is None:
        import platformdirs

        chosen = platformdirs.user_data_dir("ctidrv", appauthor=False)
    return DataFolder(Path(chosen).expanduser().absolute())
