"""What serves the calls of a line: menus, mailboxes and operators, each call's in a task of its own.

A line may have two at a time: one call is over and its message is written while the next one rings.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ctidrv.callcontrol.call import OPERATOR, Call, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.journal import Journal
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded
from ctidrv.units import seconds

_log = logging.getLogger(__name__)

_LINGER = seconds(30)
"""What serves a call may go on for so long after its end (a message is trimmed, rows are written)."""


class Serving:
    """`hang_up`: for a call that is still there when what served it has returned."""

    def __init__(self, clock: SampleClock, journal: Journal, hang_up: Callable[[Call, Cause], None]) -> None:
        self._clock = clock
        self._journal = journal
        self._hang_up = hang_up
        self._tasks: dict[asyncio.Task[None], Call] = {}

    @property
    def calls(self) -> tuple[Call, ...]:
        """Those that are still served, the oldest first."""
        return tuple(self._tasks.values())

    def begin(self, call: Call, served: Awaitable[None]) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(call, served), name=call.id)
        self._tasks[task] = call
        task.add_done_callback(self._served)

    async def done(self) -> None:
        """Returns when all that is served now is."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _serve(self, call: Call, served: Awaitable[None]) -> None:
        handler = asyncio.ensure_future(served)
        try:
            ended = asyncio.ensure_future(call.ended())
            await asyncio.wait({handler, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not handler.done():
                await self._within_linger(handler)
            self._judge(call, handler)
            await ended
        finally:
            handler.cancel()
        cause = await call.ended()
        self._journal.emit("call.ended", call.port, call.id, cause=cause.value, outcome=call.outcome.value)

    async def _within_linger(self, handler: asyncio.Future[None]) -> None:
        def give_up() -> None:
            handler.cancel()

        late = self._clock.call_after(_LINGER, give_up)
        await asyncio.wait({handler})
        late.cancel()

    def _judge(self, call: Call, handler: asyncio.Future[None]) -> None:
        cause = Cause.LOCAL_SCRIPT
        if handler.cancelled():
            _log.error("%s: what served %s had to be stopped", call.port, call.id)
            cause = Cause.ERROR
        elif (error := handler.exception()) is not None and not isinstance(error, CallEnded):
            _log.error("%s: what served %s failed", call.port, call.id, exc_info=error)
            cause = Cause.ERROR
        if call.state is not CallState.ENDED and call.answered_by != OPERATOR:
            self._hang_up(call, cause)

    def _served(self, task: asyncio.Task[None]) -> None:
        call = self._tasks.pop(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("%s: %s", call.port, call.id, exc_info=task.exception())
