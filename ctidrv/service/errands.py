"""What a seat can give its caller to that is no seat: a menu, or a fax machine of the station.

Everything that can be known before is looked at when it is asked for: then the caller stays where he is. What
goes wrong later brings him back to the seat (`ctidrv.callcontrol.errand`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from ctidrv.apps import ivr
from ctidrv.apps.fax.causes import FaxCause
from ctidrv.apps.fax.document import open_document
from ctidrv.apps.fax.in_call import Faxes, FaxInCall
from ctidrv.apps.ivr import run as interpreter
from ctidrv.apps.ivr.clips import Services
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.callcontrol.errand import Errand
from ctidrv.callcontrol.reached import Reached
from ctidrv.config import BOX_NAME
from ctidrv.errors import InputError, NotCapable, ServiceError
from ctidrv.ports.api import Able
from ctidrv.service.parts import Line
from ctidrv.store import Store
from ctidrv.units import PortId

_FLOW = re.compile("[A-Za-z0-9_-]*")
"""A script's name has a dot in it."""

ReadScript = Callable[[str], ivr.Script]
"""By its name, with all that it needs; InputError."""


class Errands:
    """Of one station."""

    def __init__(
        self, lines: Mapping[PortId, Line], services: Services, store: Store, script: ReadScript
    ) -> None:
        self._lines = lines
        self._services = services
        self._store = store
        self._script = script

    async def of(self, call: Call, to: Destination) -> Errand | None:
        """None: it is for a seat, or whoever is dialled. InputError: there is no such menu, box or document;
        NotCapable: the call's line carries no fax; StoreError."""
        match to.kind:
            case Kind.SCRIPT:
                return await self._menu(call, to)
            case Kind.FAX_IN:
                return self._takes_fax(call, to)
            case Kind.FAX_OUT:
                return await self._sends_fax(call, to)
        return None

    async def _menu(self, call: Call, to: Destination) -> Errand:
        name, _, flow = to.name.partition("#")
        own = self._lines[call.port].script
        if not flow and _FLOW.fullmatch(name):
            script, start = own, name
        else:
            script = await asyncio.to_thread(self._script, name)
            start = flow or script.header.start
        ivr.check_flow(script, start)

        async def serve(call: Call, language: str | None) -> Reached:
            menu = partial(interpreter.run, script, services=self._services, start=start, language=language)
            if not call.give_to(menu):
                raise ServiceError("what serves this call lets no menu take its place")
            await call.ended()
            return Reached.ANSWERED

        return serve

    def _takes_fax(self, call: Call, to: Destination) -> Errand:
        if not re.fullmatch(BOX_NAME, to.name):
            raise InputError(f"{to}: a box is called by letters, digits, - and _")
        faxes = self._faxes(call)

        async def serve(call: Call, language: str | None) -> Reached:
            return _reached(await faxes.receive(call, to.name))

        return serve

    async def _sends_fax(self, call: Call, to: Destination) -> Errand:
        faxes = self._faxes(call)
        stored = await asyncio.to_thread(self._received, to.name)
        file = stored if stored is not None else await asyncio.to_thread(self._document, to.name)
        await asyncio.to_thread(_can_be_faxed, file)

        async def serve(call: Call, language: str | None) -> Reached:
            if stored is not None:  # who has seen it is written down first
                await asyncio.wrap_future(self._store.faxes.read(to.name, call.id))
            return _reached(await faxes.send(call, file))

        return serve

    def _faxes(self, call: Call) -> Faxes:
        if self._services.faxes is None:
            raise NotCapable("this station has no fax")
        if call.channel.info.able("full_duplex") is Able.NO:
            raise NotCapable(f"{call.port} hears nothing while it speaks: it carries no fax")
        return self._services.faxes

    def _received(self, fax: str) -> Path | None:
        row = self._store.faxes.received_one(fax)
        return None if row is None else Path(row["path"])

    def _document(self, name: str) -> Path:
        """Of one that was queued for sending; else a file."""
        kept = self._store.faxes.kept_job(name)
        if kept is not None:
            return Path(kept.job.path)
        if not Path(name).is_absolute():
            raise InputError(
                f"fax-send:{name}: there is no fax of this id; a document is named by its whole path"
            )
        return Path(name)


def _can_be_faxed(file: Path) -> None:
    with open_document([file]):
        pass


def _reached(told: FaxInCall) -> Reached:
    if told.ok:
        return Reached.ANSWERED
    return Reached.NO_ANSWER if told.cause == FaxCause.NO_FAX else Reached.FAILED
