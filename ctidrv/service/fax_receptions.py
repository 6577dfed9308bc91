"""Clients that wait for a fax on a line: the line is theirs, and its next call is answered as a fax machine
does it. What comes is filed in a box as any fax, and told as it comes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from ctidrv.apps.fax.call_faxes import CallFaxes, FaxTold
from ctidrv.apps.fax.page import PageRows
from ctidrv.apps.fax.records import ReceivedFax
from ctidrv.apps.fax.terminal import Outcome
from ctidrv.callcontrol.call import FAX, Call
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, StoreError
from ctidrv.service.holds import Holds
from ctidrv.units import PortId, ms, seconds, to_seconds

RINGS = 2
"""By then caller ID has come, and who rings once and gives up is not taken for a fax."""
_EVERY = ms(100)
_SIGN_OF_LIFE = seconds(1)

Row = dict[str, Any]


class Reception:
    """One, of one fax call (`ctidrv.service.holds.Holder`); `when_over` is called when it is."""

    def __init__(
        self,
        port: PortId,
        box: str,
        name: str,
        faxes: CallFaxes,
        clock: SampleClock,
        when_over: Callable[[Reception], None],
    ) -> None:
        self.port = port
        self.name = name
        self.rows: deque[Row] = deque()
        """That nobody has taken yet."""
        self.over = False
        """The last row is among them."""
        self._box = box
        self._faxes = faxes
        self._clock = clock
        self._when_over = when_over
        self._begun = clock.now()
        self._outcome: Outcome | None = None
        self._filed: ReceivedFax | None = None
        self._pages = 0
        self._receiving: asyncio.Future[Any] | None = None
        self._broken_off = False
        self._tell("waiting", port=port, holder=name, box=box)

    async def serve(self, call: Call) -> None:
        """The first call that is answered; a caller who gives up before is waited behind."""
        if self.over or self._receiving is not None:
            return
        await call.answer(by=FAX, after_rings=RINGS)
        self._tell("call", call=call.id, number=call.caller.number)
        self._receiving = asyncio.ensure_future(self._faxes.receive(call, self._box, told=self._heard))
        try:
            await self._receiving
        except CallEnded:
            pass  # its outcome says what that came to
        except StoreError as error:
            self.end(str(error))
            raise
        except asyncio.CancelledError:
            self.end("the call was taken over")
            if not self._broken_off:
                raise
        finally:
            self.end()

    def end(self, why: str = "") -> None:
        """No more comes. `why`: what else there was to say than how the fax went. Safe twice."""
        if self.over:
            return
        self.over = True
        self._when_over(self)
        outcome, filed = self._outcome, self._filed
        link = None if outcome is None else outcome.link
        error = why or (None if outcome is None else outcome.error)
        self._tell(
            "end",
            ok=outcome is not None and outcome.ok and filed is not None and not why,
            fax=None if filed is None else filed.id,
            pages=0 if filed is None else filed.pages,
            bad_rows=0 if filed is None else filed.bad_rows,
            modem=None if link is None else link.modem,
            bit_rate=None if link is None or link.modem is None else link.bit_rate,
            ecm=None if link is None or link.modem is None else link.ecm,
            ident=None if link is None else link.ident or None,
            error=error or None,
        )

    @property
    def is_waiting(self) -> bool:
        """No call has been answered yet."""
        return self._receiving is None

    def alive(self) -> None:
        """Tells that it waits, or that its fax goes on."""
        self._tell("now")

    def cancel(self, why: str) -> None:
        """Nobody waits any more; a fax that comes is ended, and kept as far as it has come."""
        self._broken_off = True
        if self._receiving is not None:
            self._receiving.cancel()
        self.end(why)

    def _heard(self, told: FaxTold) -> None:
        match told:
            case PageRows():
                self._pages += 1
                bad = told.count - told.damage.count(0) if told.damage else 0
                self._tell("page", page=self._pages, rows=told.count, bad_rows=bad)
            case Outcome():
                self._outcome = told
            case ReceivedFax():
                self._filed = told

    def _tell(self, type: str, **more: Any) -> None:
        at = to_seconds(self._clock.now() - self._begun)
        self.rows.append({"type": type, "t": round(at, 3), **more})


class Receptions:
    """Of one station; all belongs to the loop's thread."""

    def __init__(self, holds: Holds, faxes: CallFaxes, clock: SampleClock) -> None:
        self._holds = holds
        self._faxes = faxes
        self._clock = clock
        self._open: list[Reception] = []

    def begin(self, port: PortId, box: str, name: str) -> Reception:
        """PortError: no line is there, or somebody has it."""
        reception = Reception(port, box, name, self._faxes, self._clock, self._release)
        self._holds.take(port, reception)
        self._open.append(reception)
        return reception

    def end(self, reception: Reception) -> None:
        """Its client is gone. Safe twice."""
        reception.cancel("it was broken off")

    def _release(self, reception: Reception) -> None:
        self._holds.release(reception.port, reception)
        self._open.remove(reception)

    def stop(self) -> None:
        """The station stops: those that wait end; a fax that comes ends with its line."""
        for reception in list(self._open):
            if reception.is_waiting:
                reception.end("the station stopped")

    async def rows(self, reception: Reception) -> AsyncIterator[Row]:
        """``waiting``, ``call``, ``page`` of each page that is kept, at last ``end``; ``now`` each second."""
        told = self._clock.now()
        try:
            while True:
                while reception.rows:
                    row = reception.rows.popleft()
                    told = self._clock.now()
                    yield row
                    if row["type"] == "end":
                        return
                if self._clock.now() - told >= _SIGN_OF_LIFE:
                    reception.alive()
                else:
                    await self._clock.sleep(_EVERY)
        finally:
            self.end(reception)
