"""The fax part of a station: made as the configuration has it, and what a crash left of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ctidrv.apps.fax.boxes import FaxBoxes
from ctidrv.apps.fax.call_faxes import CallFaxes, MakeHeader
from ctidrv.apps.fax.dispatch import FaxQueue, tell
from ctidrv.apps.fax.document import Cover, Header, open_document
from ctidrv.apps.fax.hours import Hours
from ctidrv.apps.fax.incoming import left_open
from ctidrv.apps.fax.records import CoverNote
from ctidrv.apps.fax.recovery import Kept, recover
from ctidrv.apps.fax.sender import FaxSender
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.number_policy import Dialable
from ctidrv.clock import SampleClock
from ctidrv.config import StationConfig
from ctidrv.folder import DataFolder
from ctidrv.service.fax_desk import FaxDesk
from ctidrv.service.fax_sender import MakeCover
from ctidrv.service.recovery import PATIENCE_S
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
    sender: FaxSender,
) -> FaxDesk:
    """`free`: the lines that may be taken, beside those given (`Outbound.free`)."""
    lines = config.fax.lines or tuple(line.port for line in config.lines)
    hours = None if config.fax.hours is None else Hours.parse(config.fax.hours)
    queue = FaxQueue(
        sender,
        lambda taken: [port for port in free(taken) if port in lines],
        ground.store.faxes,
        ground.journal,
        ground.clock,
        ZoneInfo(config.office.timezone),
        hours,
    )
    return FaxDesk(
        ground.folder,
        ground.store,
        ground.ids,
        ground.clock,
        judge,
        lines,
        hours,
        count_pages,
        queue,
        cover_maker(config),
        mails=config.mail is not None,
    )


def make_call_faxes(config: StationConfig, ground: FaxGround) -> CallFaxes:
    store = ground.store
    boxes = FaxBoxes(store.faxes, ground.journal, config.fax.junk, config.fax_address)
    header, ident = header_maker(config), config.fax.ident
    return CallFaxes(ground.folder, boxes, ground.ids, ground.clock, store.normalise, header, ident)


def header_maker(config: StationConfig) -> MakeHeader:
    """The line above each page: the office, by name and number, where a script names nobody else. Without
    either there is none."""
    office, zone = config.office, ZoneInfo(config.office.timezone)
    usual = "  ".join(each for each in (office.name, config.fax.ident) if each)
    language = "zh" if office.language.startswith("zh") else "en"

    def make(at: datetime, sender: str | None, to: str) -> Header | None:
        who = sender or usual
        return Header(at.astimezone(zone), who, to, language) if who else None

    return make


def cover_maker(config: StationConfig) -> MakeCover:
    """The page before a fax, of the time at which it was queued; from the office where nobody is named."""
    office, zone = config.office, ZoneInfo(config.office.timezone)
    usual = "zh" if office.language.startswith("zh") else "en"

    def make(note: CoverNote, number: str, at: datetime) -> Cover:
        return Cover(
            at.astimezone(zone),
            note.to,
            note.sender or office.name,
            number,
            config.fax.ident,
            note.subject,
            note.note,
            note.language or usual,
        )

    return make


def faxes_left(store: Store, journal: Journal, clock: SampleClock) -> list[Kept]:
    """The faxes of the time before; those that were being sent are put right, and the journal says so."""
    before = store.faxes.open_jobs()
    with store.writer.together():
        after = recover(before, store.faxes, clock.wall(clock.now()))
    for old, new in zip(before, after, strict=True):
        if old is not new:
            tell(journal, new.job, new.pages, len(new.tries))
    return after


def settle_received(config: StationConfig, store: Store, journal: Journal) -> None:
    """Faxes that were coming when the station ended without notice: their pages so far are filed. Returns
    with them on the disk."""
    boxes = FaxBoxes(store.faxes, journal, address=config.fax_address)
    for fax, side in list(left_open(store.folder)):
        if fax is not None and store.faxes.received_one(fax.id) is None:
            boxes.put(fax)
        store.writer.flush(PATIENCE_S)
        side.unlink(missing_ok=True)


async def count_pages(document: Path, cover: Cover | None) -> int:
    """As they are drawn, in a process of their own. InputError."""

    def count() -> int:
        with open_document([document], cover=cover) as opened:
            return len(opened.pages)

    return await asyncio.to_thread(count)
