"""Faxes that came: into which box they go."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from ctidrv.apps.fax.records import FaxRows, ReceivedFax
from ctidrv.callcontrol.journal import Journal
from ctidrv.units import PortId

JUNK = "junk"
"""The box of faxes from numbers that nobody wants to hear of: kept, and apart from the others."""


def is_junk(fax: ReceivedFax, junk: Collection[str]) -> bool:
    """Whether its caller's number, or what the far end calls itself, begins as an entry says."""
    forms = [fax.number, fax.e164, None if fax.ident is None else re.sub(r"[^0-9+]", "", fax.ident)]
    return any(form.startswith(entry) for form in forms if form for entry in junk)


class FaxBoxes:
    """`junk`: beginnings of numbers, as they come or with the country's code (+86…)."""

    def __init__(self, rows: FaxRows, journal: Journal, junk: Collection[str] = ()) -> None:
        self._rows = rows
        self._journal = journal
        self._junk = junk

    async def take(self, fax: ReceivedFax) -> ReceivedFax:
        """Files a fax whose document is on the disk; its row, on the disk, as it was filed. In the journal
        ``fax.received{fax, box, number, ident, pages, bad_rows, whole}`` says so. StoreError."""
        if is_junk(fax, self._junk):
            fax = replace(fax, box=JUNK)
        self._rows.put_received(fax)
        self._journal.emit(
            "fax.received",
            PortId(fax.port),
            fax.call,
            fax=fax.id,
            box=fax.box,
            number=fax.number,
            ident=fax.ident,
            pages=fax.pages,
            bad_rows=fax.bad_rows,
            whole=fax.whole,
        )
        await self._rows.committed()
        return fax
