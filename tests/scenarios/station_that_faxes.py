"""A live station whose faxes a stand-in sends: run as a program, it is killed in the midst of one.

    python station_that_faxes.py DATA STOPS_AT [STATION.TOML]

The sender confirms every page but STOPS_AT (0: none), on which it waits for ever.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.records import FaxJob, PageState
from ctidrv.apps.fax.sender import FaxEvent, Outcome, PageTold
from ctidrv.config import StationConfig, default_config
from ctidrv.config_file import read_config
from ctidrv.folder import DataFolder
from ctidrv.service import access
from ctidrv.service.api import make_app
from ctidrv.service.daemon import Station
from ctidrv.service.server import ApiServer, bind
from ctidrv.units import PortId


class PageSender:
    """`ctidrv.apps.fax.sender.FaxSender`; `sent`: job and pages of each call."""

    def __init__(self, stops_at: int = 0) -> None:
        self._stops_at = stops_at
        self.sent: list[tuple[str, tuple[int, ...]]] = []

    async def send(
        self, job: FaxJob, port: PortId, pages: Sequence[int], on_event: Callable[[FaxEvent], None]
    ) -> Outcome:
        self.sent.append((job.id, tuple(pages)))
        print("sends", *pages, flush=True)
        for page in pages:
            on_event(PageTold(page, PageState.SENDING, 14400))
            if page == self._stops_at:
                await asyncio.Event().wait()
            on_event(PageTold(page, PageState.CONFIRMED, 14400))
        return Outcome(FaxCause.SENT, bit_rate=14400)


async def serve(folder: DataFolder, config: StationConfig, sender: PageSender) -> None:
    station = Station(folder, config, fax_sender=sender)
    station.token = access.token(folder)
    station.open()
    server = ApiServer(make_app(station), bind(0))
    station.start()
    await server.start()
    access.announce(folder, server.url)
    await asyncio.Event().wait()


if __name__ == "__main__":
    chosen = read_config(Path(sys.argv[3])) if len(sys.argv) > 3 else default_config()
    asyncio.run(serve(DataFolder(Path(sys.argv[1])), chosen, PageSender(int(sys.argv[2]))))
