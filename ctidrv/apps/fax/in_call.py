"""A fax within a call that a script, an operator or a rule has: what they ask of the station."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call


@dataclass(frozen=True, slots=True)
class FaxInCall:
    """What came of it. `pages`: confirmed; `fax`: the id of what was received, None: nothing was. `cause`:
    why it is not `ok`, a word of `ctidrv.apps.fax.causes`."""

    ok: bool
    pages: int
    cause: str | None = None
    fax: str | None = None


class Faxes(Protocol):
    """Of one station. Each goes on until the fax machines are done, and leaves the call as it is then;
    CallEnded when it ended before, with what has come by then kept."""

    async def receive(self, call: Call, box: str) -> FaxInCall:
        """Takes a fax for a box. A damaged page is kept, and not `ok`."""
        ...

    async def send(self, call: Call, file: Path, *, header: str | None = None) -> FaxInCall:
        """Sends a document to the caller. InputError for one that cannot be made into pages."""
        ...
