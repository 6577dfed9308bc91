"""The line's hook for a fax modem at a station's line: what ATD, ATA and ATH are to call control."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ctidrv.callcontrol.call import FAX, Call, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.fxo import State
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, CtiError, PortError
from ctidrv.modem.wording import Result
from ctidrv.service.holds import Holder
from ctidrv.service.outbound import FREE_WITHIN, Outbound
from ctidrv.units import TICK, Samples, seconds

if TYPE_CHECKING:
    from ctidrv.service.parts import Line

log = logging.getLogger("ctidrv.service")

WARNS_EVERY = seconds(1)
"""At the most: a program that asks for what cannot be over and over fills no disk."""
RESULTS = {
    Cause.CALLED_BUSY: Result.BUSY,
    Cause.CONGESTION: Result.BUSY,
    Cause.NO_ANSWER: Result.NO_ANSWER,
    Cause.NO_PROGRESS: Result.NO_ANSWER,
    Cause.NO_DIAL_TONE: Result.NO_DIALTONE,
    Cause.NOT_DIALLED: Result.NO_DIALTONE,
    Cause.SEIZE_FAILED: Result.NO_DIALTONE,
    Cause.LINE_LOST: Result.NO_DIALTONE,
}
"""By how a call ended that nobody answered; everything else is NO CARRIER."""


def number_of(dialled: str) -> str | None:
    """The digits of what is written behind ATD. How the line dials and what leads out of a PBX station.toml
    says, so T, P and a W before them say nothing; None: pauses, flashes and a line without a number, which
    call control cannot follow to an answer."""
    text = re.sub(r"[-.()/ ]", "", re.sub(r"\A[TPW]+", "", dialled.upper()))
    return text if re.fullmatch(r"[0-9*#]+", text) else None


class LinePhone:
    """`ctidrv.modem.t31.modem.Phone`. `connected` serves a call from the moment it is through; `failed` is
    told why one is not."""

    def __init__(
        self,
        holder: Holder,
        line: Line,
        outbound: Outbound,
        clock: SampleClock,
        connected: Callable[[Call], Awaitable[None]],
        failed: Callable[[Result], None],
    ) -> None:
        self.off_hook = False
        """The call is through, and its sound the modem's."""
        self._holder = holder
        self._line = line
        self._outbound = outbound
        self._clock = clock
        self._connected = connected
        self._failed = failed
        self._call: Call | None = None
        self._dialling: asyncio.Task[None] | None = None
        self._answers = asyncio.Event()
        self._warned: Samples | None = None

    # The modem's side.

    def dial(self, number: str) -> None:
        digits = number_of(number)
        if self.off_hook or digits is None:
            self._refused(number, "only a number, on a line on hook, is dialled", Result.ERROR)
            return
        self._dialling = asyncio.get_running_loop().create_task(self._dial(digits))

    def answer(self) -> None:
        call = self._call
        if call is None or call.direction == "out" or call.state is not CallState.ALERTING:
            self._failed(Result.NO_CARRIER)
        else:
            self._answers.set()

    def hang_up(self) -> None:
        self.off_hook = False
        dialling, self._dialling = self._dialling, None
        if dialling is not None:
            dialling.cancel()
        call, self._call = self._call, None
        if call is not None and (call.direction == "out" or call.state is CallState.CONNECTED):
            call.hang_up_now(Cause.LOCAL_SCRIPT)

    # The call's side.

    def offered(self, call: Call) -> None:
        """A call from outside begins; one that we were making has then met it (glare)."""
        if self._call is not call:
            if self._call is not None:
                self._loses(self._call)
            self._call = call
            self._answers.clear()

    async def rings(self, call: Call) -> None:
        """It, until it has ended, or is somebody else's."""
        self.offered(call)
        answers = asyncio.ensure_future(self._answers.wait())
        ended = asyncio.ensure_future(call.ended())
        try:
            await asyncio.wait({answers, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not answers.done():
                return
            await call.answer(by=FAX)
            await self.has(call)
        finally:
            answers.cancel()
            ended.cancel()
            self._loses(call)

    async def has(self, call: Call) -> None:
        """A call that is through."""
        if self._call is not call:
            return  # ATH came first
        try:
            await self._connected(call)
        finally:
            self._loses(call)

    def _loses(self, call: Call) -> None:
        """It is over, or somebody else's."""
        if self._call is call:
            self._call, self.off_hook = None, False
            self._failed(Result.NO_CARRIER)

    async def _dial(self, number: str) -> None:
        try:
            self._outbound.check(number)
            await self._clears()
            self._call = await self._outbound.ask(
                number, _Asker(self), port=self._line.config.port, holder=self._holder
            )
        except PortError as error:
            self._refused(number, error, Result.NO_DIALTONE)
        except CtiError as error:
            self._refused(number, error, Result.ERROR)

    async def _clears(self) -> None:
        """A line that was put down just now is idle again soon."""
        until = self._clock.now() + FREE_WITHIN
        while self._line.controller.state is State.CLEARING and self._clock.now() < until:
            await self._clock.sleep(TICK)

    def _refused(self, number: str, why: object, result: Result) -> None:
        now = self._clock.now()
        if self._warned is None or now - self._warned >= WARNS_EVERY:
            log.warning("%s: ATD%s: %s", self._holder.name, number, why)
            self._warned = now
        self._failed(result)

    def not_through(self, call: Call) -> None:
        """One that we have made."""
        if self._call is call:
            self._call = None
            self._failed(
                Result.NO_CARRIER if call.cause is None else RESULTS.get(call.cause, Result.NO_CARRIER)
            )


class _Asker:
    """`ctidrv.callcontrol.outside.Asker`."""

    def __init__(self, phone: LinePhone) -> None:
        self._phone = phone

    def begun(self, call: Call) -> None:
        """It is the phone's when it has been asked for."""

    async def answered(self, call: Call) -> None:
        with contextlib.suppress(CallEnded):
            await self._phone.has(call)

    def failed(self, call: Call) -> None:
        self._phone.not_through(call)
