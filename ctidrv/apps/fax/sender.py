"""What sends a fax: the border between the queue, which knows no modem, and what makes the call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.records import FaxJob, PageState
from ctidrv.units import PortId


@dataclass(frozen=True, slots=True)
class CallBegun:
    """`call`: its id."""

    call: str


@dataclass(frozen=True, slots=True)
class PageTold:
    """What became of a page: SENDING, CONFIRMED, REFUSED or NOT_CONFIRMED. `bit_rate`: of its carrier."""

    page: int
    state: PageState
    bit_rate: int | None = None


@dataclass(frozen=True, slots=True)
class PagePart:
    """How much of a page has gone out; told a few times a page."""

    page: int
    percent: int


FaxEvent = CallBegun | PageTold | PagePart


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the call ended. SENT: in order, with every page confirmed. `detail`: a few words, for a person."""

    cause: FaxCause
    detail: str | None = None
    ident: str | None = None
    bit_rate: int | None = None


class FaxSender(Protocol):
    async def send(
        self, job: FaxJob, port: PortId, pages: Sequence[int], on_event: Callable[[FaxEvent], None]
    ) -> Outcome:
        """Calls the job's number on a line and sends these pages of its document, in their order.

        Cancelled, it hangs up before it returns. What goes wrong with the line, the far end or the document
        is an outcome, no exception.
        """
        ...
