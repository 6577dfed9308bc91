"""The fax part of a station: made as the configuration has it, and what a crash left of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from ctidrv.apps.fax.dispatch import FaxQueue, tell
from ctidrv.apps.fax.hours import Hours
from ctidrv.apps.fax.recovery import Kept, recover
from ctidrv.apps.fax.sender import FaxSender
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.number_policy import Dialable
from ctidrv.clock import SampleClock
from ctidrv.config import StationConfig
from ctidrv.folder import DataFolder
from ctidrv.service.fax_desk import FaxDesk
from ctidrv.store import Store
from ctidrv.units import PortId


@dataclass(frozen=True, slots=True)
class FaxGround:
    """What it stands on."""

    folder: DataFolder
    store: Store
    journal: Journal
    ids: Ids
    clock: SampleClock


def make_desk(
    config: StationConfig,
    ground: FaxGround,
    judge: Callable[[str], Dialable],
    free: Callable[[Collection[PortId]], Sequence[PortId]],
    make_sender: Callable[[], FaxSender] | None,
) -> FaxDesk:
    """`free`: the lines that may be taken, beside those given (`Outbound.free`)."""
    lines = config.fax.lines or tuple(line.port for line in config.lines)
    hours = None if config.fax.hours is None else Hours.parse(config.fax.hours)
    queue = None
    if make_sender is not None:
        queue = FaxQueue(
            make_sender(),
            lambda taken: [port for port in free(taken) if port in lines],
            ground.store.faxes,
            ground.journal,
            ground.clock,
            ZoneInfo(config.office.timezone),
            hours,
        )
    return FaxDesk(
        ground.folder, ground.store, ground.ids, ground.clock, judge, lines, hours, count_pages, queue
    )


def faxes_left(store: Store, journal: Journal, clock: SampleClock) -> list[Kept]:
    """The faxes of the time before; those that were being sent are put right, and the journal says so."""
    before = store.faxes.open_jobs()
    with store.writer.together():
        after = recover(before, store.faxes, clock.wall(clock.now()))
    for old, new in zip(before, after, strict=True):
        if old is not new:
            tell(journal, new.job, new.pages, len(new.tries))
    return after


async def count_pages(document: Path) -> int:
    """As they are drawn, in a process of their own. InputError."""
    from ctidrv.apps.fax.document import open_document

    def count() -> int:
        with open_document([document]) as opened:
            return len(opened.pages)

    return await asyncio.to_thread(count)
