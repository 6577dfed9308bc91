"""Hands e-mails to a server, the oldest first, until it has taken them or will not.

The store is the queue: what waits there at a start is sent as if nothing had been. A mail that was sent while
its answer was lost goes once more, under the same Message-ID: it may come twice, and is never missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from ctidrv.apps.mail.delivery import Outcome
from ctidrv.apps.mail.records import Mail, MailRows, MailState
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import NextLook, SampleClock
from ctidrv.errors import CtiError
from ctidrv.units import PortId

_log = logging.getLogger(__name__)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""After the first try, the second …; the last of them after each further one."""
GIVEN_UP_AFTER = timedelta(days=3)
_ENDS_WITHIN_S = 5
"""A mail that is being handed over when the station stops."""
NEWS = frozenset({"fax.received", "fax.job"})
"""Events behind which there may be a mail."""


class Deliver(Protocol):
    """`ctidrv.apps.mail.delivery.Delivery`"""

    def run(self) -> Outcome: ...
    def abort(self) -> None: ...


class Outbox:
    """Of one station. `compose`: the message of a mail, CtiError where it can never be made; `deliver`: what
    hands one over."""

    def __init__(
        self,
        rows: MailRows,
        compose: Callable[[Mail], Awaitable[EmailMessage]],
        deliver: Callable[[EmailMessage], Deliver],
        journal: Journal,
        clock: SampleClock,
    ) -> None:
        self._rows = rows
        self._compose = compose
        self._deliver = deliver
        self._journal = journal
        self._clock = clock
        self._unsubscribe: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = False
        self._next = NextLook(clock, self._look)
        self._delivery: Deliver | None = None

    def start(self) -> None:
        self._unsubscribe = self._journal.subscribe(self._heard)
        self._look()

    async def close(self) -> None:
        """What is being handed over may be for a moment; the rest waits for the next start. Safe twice."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._next.cancel()
        if self._task is None:
            return
        watch = asyncio.get_running_loop().call_later(_ENDS_WITHIN_S, self._abort)
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        watch.cancel()

    def _abort(self) -> None:
        if self._delivery is not None:
            self._delivery.abort()

    def _heard(self, event: CallEvent) -> None:
        if event.type in NEWS:
            self._look()

    def _look(self) -> None:
        self._news = True
        if self._task is None and self._unsubscribe is not None:
            self._task = asyncio.get_running_loop().create_task(self._rounds())

    async def _rounds(self) -> None:
        later: list[datetime] = []
        try:
            while self._news and self._unsubscribe is not None:
                self._news = False
                await self._rows.committed()
                waiting = await asyncio.to_thread(self._rows.waiting)
                later = await self._round(waiting)
        except CtiError as error:
            _log.error("e-mails are not sent: %s", error)
            later = [self._wall() + PAUSES[0]]
        finally:
            self._task = None
            if self._unsubscribe is not None:
                self._next.at(min(later, default=None))

    async def _round(self, waiting: Sequence[Mail]) -> list[datetime]:
        """Sends what is due; when the rest is."""
        later: list[datetime] = []
        trouble: Outcome | None = None
        for mail in waiting:
            if self._unsubscribe is None:
                break
            if mail.due > self._wall():
                later.append(mail.due)
                continue
            outcome = trouble or await self._send(mail)
            if outcome is None:  # the station stops: nobody knows whether it was taken
                break
            if outcome.server:
                trouble = outcome
            after = self._after(mail, outcome)
            self._rows.put(after)
            await self._rows.committed()
            self._tell(after)
            if after.state is MailState.QUEUED:
                later.append(after.due)
        return later

    async def _send(self, mail: Mail) -> Outcome | None:
        try:
            message = await self._compose(mail)
            self._delivery = self._deliver(message)
            outcome = await asyncio.to_thread(self._delivery.run)
        except CtiError as error:
            return Outcome(False, str(error), final=True)
        except Exception:  # ours: it must not hold up the others
            _log.exception("the e-mail of fax %s failed", mail.fax)
            return Outcome(False, "the station failed at it: see its log")
        finally:
            self._delivery = None
        stopped = self._unsubscribe is None and not outcome.taken
        return None if stopped else outcome

    def _after(self, mail: Mail, outcome: Outcome) -> Mail:
        now, tries = self._wall(), mail.tries + 1
        if outcome.taken:
            return replace(mail, tries=tries, state=MailState.SENT, ended=now, error=None)
        if outcome.final or now - mail.created >= GIVEN_UP_AFTER:
            return replace(mail, tries=tries, state=MailState.FAILED, ended=now, error=outcome.words)
        pause = PAUSES[min(tries, len(PAUSES)) - 1]
        return replace(mail, tries=tries, due=now + pause, error=outcome.words)

    def _tell(self, mail: Mail) -> None:
        if mail.error is not None:
            _log.warning("the e-mail of fax %s to %s: %s", mail.fax, mail.address, mail.error)
        queued = mail.state is MailState.QUEUED
        self._journal.emit(
            "fax.mail",
            PortId(""),
            fax=mail.fax,
            to=mail.address,
            state=mail.state.value,
            tries=mail.tries,
            error=mail.error,
            again=mail.due.isoformat(timespec="milliseconds") if queued else None,
        )

    def _wall(self) -> datetime:
        return self._clock.wall(self._clock.now())
