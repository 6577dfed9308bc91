"""Faxes that came: into which box they go."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace

from ctidrv.apps.fax.records import FaxRows, ReceivedFax
from ctidrv.callcontrol.journal import Journal
from ctidrv.units import PortId

_TOLD = ("box", "number", "ident", "pages", "bad_rows", "whole")

JUNK = "junk"
"""The box of faxes from numbers that nobody wants to hear of: kept, and apart from the others."""


def is_junk(fax: ReceivedFax, junk: Collection[str]) -> bool:
    """Whether its caller's number, or what the far end calls itself, begins as an entry says."""
    ident = None if fax.ident is None else re.sub(r"[^0-9+]", "", fax.ident)
    return _begins((fax.number, fax.e164, ident), junk)


def _begins(forms: Collection[str | None], junk: Collection[str]) -> bool:
    return any(form.startswith(entry) for form in forms if form for entry in junk)


class FaxBoxes:
    """`junk`: beginnings of numbers, as they come or with the country's code (+86…). `address`: to which the
    faxes in a box are mailed."""

    def __init__(
        self,
        rows: FaxRows,
        journal: Journal,
        junk: Collection[str] = (),
        address: Callable[[str], str | None] = lambda box: None,
    ) -> None:
        self._rows = rows
        self._journal = journal
        self._junk = junk
        self._address = address

    def box_for(self, box: str, number: str | None, e164: str | None) -> str:
        """Where a fax for a box goes, as far as its caller's number says it."""
        return JUNK if _begins((number, e164), self._junk) else box

    def put(self, fax: ReceivedFax) -> None:
        """Files a fax whose document is on the disk; the journal's ``fax.received`` says so. Its e-mail
        is queued with its row, if its box has an address."""
        self._rows.put_received(replace(fax, mail_to=self._address(fax.box)))
        told = {name: getattr(fax, name) for name in _TOLD}
        self._journal.emit("fax.received", PortId(fax.port), fax.call, fax=fax.id, **told)

    async def take(self, fax: ReceivedFax) -> ReceivedFax:
        """The same, and its row as it was filed is on the disk. StoreError."""
        if is_junk(fax, self._junk):
            fax = replace(fax, box=JUNK)
        self.put(fax)
        await self._rows.committed()
        return fax
