"""A call is served: its recording, its script until an operator takes it, and who it is that calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from ctidrv.apps import ivr
from ctidrv.apps.ivr import run as interpreter
from ctidrv.apps.ivr.clips import Services
from ctidrv.apps.recording import CallRecorder
from ctidrv.apps.records import Customer
from ctidrv.callcontrol.call import Call, CallState, Serve
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.config import LineConfig
from ctidrv.errors import CallEnded, CtiError
from ctidrv.service.first import operators_first
from ctidrv.service.history import History
from ctidrv.store import Store

log = logging.getLogger("ctidrv.service")


async def serve(
    line: LineConfig, script: ivr.Script, call: Call, recorder: CallRecorder, services: Services
) -> None:
    """Serves a call from outside: the recording of its line, and who has it first on that line, else the
    script, until an operator takes it."""
    await recorded(_first_or_script(line, script, call, services), call, recorder)


async def recorded(served: Coroutine[Any, Any, None], call: Call, recorder: CallRecorder) -> None:
    """The same, for whatever serves the call."""
    recording = recorder.start(call)
    try:
        await _until_taken(served, call)
        await call.ended()
    finally:
        await recording.finish()


async def by_script_or_operator(script: ivr.Script, call: Call, services: Services) -> None:
    """Serves a call that we made and that is answered."""
    await _until_taken(interpreter.run(script, call, services), call)


async def _first_or_script(line: LineConfig, script: ivr.Script, call: Call, services: Services) -> None:
    if await operators_first(line, script, call, services):
        await call.hang_up(Cause.LOCAL_OPERATOR)
    else:
        await interpreter.run(script, call, services)


async def _until_taken(served: Coroutine[Any, Any, None], call: Call) -> None:
    """By this, and by whatever it is given to meanwhile (`Call.give_to`)."""
    while (serve := await _served_by(served, call)) is not None:
        served = serve(call)


async def _served_by(served: Coroutine[Any, Any, None], call: Call) -> Serve | None:
    """What it is served by next; None: an operator has it, or it is over."""
    menu = asyncio.ensure_future(served)
    taken = asyncio.ensure_future(call.taken())
    given = asyncio.ensure_future(call.given())
    try:
        await asyncio.wait({menu, taken, given}, return_when=asyncio.FIRST_COMPLETED)
        if taken.done() and taken.exception() is None:
            return None
        if given.done() and given.exception() is None:
            return given.result()
        await asyncio.wait({menu})
        if (error := menu.exception()) is not None and not isinstance(error, CallEnded):
            log.error("%s: the script failed", call.id, exc_info=error)
        if call.state is not CallState.ENDED:
            await call.hang_up(Cause.LOCAL_SCRIPT if error is None else Cause.ERROR)
        return None
    finally:
        for task in (menu, taken, given):
            task.cancel()
        await asyncio.gather(menu, taken, given, return_exceptions=True)


class Customers:
    """Finds the customer of each caller, and says so in the journal; the call waits for nothing."""

    def __init__(self, store: Store, history: History, journal: Journal) -> None:
        self._store = store
        self._history = history
        self._journal = journal
        self._lookups: set[asyncio.Task[None]] = set()
        self._tags: dict[str, tuple[str, ...]] = {}
        """Of the customers who are in a call."""
        journal.subscribe(self._on_journal)

    def of(self, call: Call) -> int | None:
        row = self._history.call(call.id)
        return None if row is None else row.customer

    def kinds(self, call: Call) -> tuple[str, ...]:
        """The types of caller that he is, by which seats have greetings: his tags, and one of "customer",
        "unknown" and "withheld"."""
        if self.of(call) is not None:
            return (*self._tags.get(call.id, ()), "customer")
        return ("withheld",) if call.caller.number is None else ("unknown",)

    async def settled(self) -> None:
        """All that were asked for have been looked up."""
        if self._lookups:
            await asyncio.wait(self._lookups)

    def _on_journal(self, event: CallEvent) -> None:
        if event.type == "call.customer" and event.call is not None:
            self._tags[event.call] = tuple(event.data["tags"])
        if event.type == "call.ended" and event.call is not None:
            self._tags.pop(event.call, None)
        if event.type in ("call.caller", "call.offered") and event.data.get("number"):
            task = asyncio.get_running_loop().create_task(self._look_up(event))
            self._lookups.add(task)
            task.add_done_callback(self._lookups.discard)

    async def _look_up(self, event: CallEvent) -> None:
        e164 = self._store.normalise(event.data["number"])
        if e164 is None or event.call is None:
            return
        try:
            found = await asyncio.to_thread(self._store.customers_by_number, e164)
        except CtiError as error:
            log.error("%s: the customer was not looked up: %s", event.call, error)
            return
        if found and self._history.call(event.call) is not None:
            first, *others = found
            card = {**_short(first), "notes": first.notes, "tags": list(first.tags)}
            self._journal.emit(
                "call.customer", event.port, event.call, **card, others=[_short(other) for other in others]
            )


def _short(customer: Customer) -> dict[str, Any]:
    return {"id": customer.id, "name": customer.name, "company": customer.company}
