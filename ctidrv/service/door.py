"""What the API needs of a station, and what its routes have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

from fastapi import HTTPException, Query

from ctidrv.errors import StoreError
from ctidrv.ports.learnt import LearntTone
from ctidrv.service.fax_desk import FaxDesk
from ctidrv.service.fax_papers import FaxPapers
from ctidrv.service.fax_receptions import Receptions
from ctidrv.service.hub import Hub
from ctidrv.service.tracing import Traces
from ctidrv.store import Store

Row = dict[str, Any]

PAGE = 1000
"""Rows a list may ask for, and events read at a time for a replay."""
MAX_INT = 2**63 - 1
PATIENCE_S = 10.0
"""How long an answer waits for the disk."""

Limit = Annotated[int, Query(ge=1, le=PAGE)]
Text = Annotated[str | None, Query(max_length=200)]


class Door(Protocol):
    """What the API needs of a station."""

    @property
    def store(self) -> Store: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def traces(self) -> Traces: ...
    @property
    def fax_desk(self) -> FaxDesk: ...
    @property
    def fax_papers(self) -> FaxPapers: ...
    @property
    def receptions(self) -> Receptions: ...
    @property
    def token(self) -> str: ...
    def info(self) -> Row: ...
    def ports(self) -> list[Row]: ...
    async def change_talk(self, call: str, talk: str) -> None:
        """held, muted or talking. LookupError when there is no such call now."""

    async def transfer(self, call: str, to: str, ring_s: float, card: Mapping[str, str]) -> None:
        """LookupError when there is no such call now."""

    async def destinations(self, call: str) -> list[Row]:
        """LookupError when there is no such call now."""
        ...

    async def consult(self, call: str, to: str, ring_s: float, card: Mapping[str, str]) -> None:
        """LookupError when there is no such call now."""

    async def swap(self, call: str) -> None:
        """LookupError when there is no such call now."""

    async def conference(self, call: str) -> None:
        """LookupError when there is no such call now."""

    async def complete(self, call: str) -> None:
        """LookupError when there is no such call now."""

    async def park(self, call: str, seconds_: float) -> int:
        """The place; LookupError when there is no such call now."""

    async def pick_up(self, call: str, seat: str) -> None:
        """LookupError when there is no such call now."""

    def seat_rows(self) -> list[Row]: ...
    def queue_rows(self) -> list[Row]: ...
    async def pause_seat(self, seat: str, paused: bool) -> None:
        """LookupError when there is no such seat."""

    async def lift_seat(self, seat: str, off_hook: bool) -> None:
        """LookupError when there is no such seat; NotCapable when its telephone has a hook of its own."""

    async def show_messages(self, seat: str, count: int) -> None:
        """LookupError when there is no such seat; NotCapable when its telephone cannot be told."""

    async def dial(self, number: str, *, line: str | None, script: str | None, play: str | None) -> str:
        """The id of the call, which has begun."""

    async def answer(self, call: str) -> None:
        """LookupError when there is no such call now."""

    async def hang_up(self, call: str) -> None:
        """LookupError when there is no such call now."""

    async def listen(self, port: str) -> LearntTone: ...
    async def teach(self, port: str, tone: str, heard: LearntTone) -> None: ...
    async def forget_tones(self, port: str) -> int: ...


def found(row: Row | None, missing: str) -> Row:
    if row is None:
        raise HTTPException(404, missing)
    return row


async def on_disk(written: Any) -> Any:
    try:
        return await asyncio.wait_for(written, PATIENCE_S)
    except TimeoutError as error:
        raise StoreError(f"the database has taken nothing for {PATIENCE_S:g} s") from error
