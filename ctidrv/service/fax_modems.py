"""Fax modems at lines of the station, for programs of others (``[[fax_modem]]``): a T.31 modem under the name
of a serial port. While a program has it open the line is its own: who calls rings the modem, ATD dials by
call control, and each call has its row."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.clock import SampleClock
from ctidrv.errors import PortError
from ctidrv.events import CallerIdSeen, PortEvent
from ctidrv.modem.t31.commands import Identity
from ctidrv.modem.t31.modem import T31
from ctidrv.modem.wording import Result, caller_id_lines
from ctidrv.native.fax_driven import DrivenFaxLine
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able
from ctidrv.service.fax_modem_phone import LinePhone
from ctidrv.service.holds import Holds
from ctidrv.service.outbound import Outbound
from ctidrv.units import TICK, PortId, Samples, ms, seconds

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel
    from ctidrv.service.parts import Line

log = logging.getLogger("ctidrv.service")

IDENTITY = Identity("ctidrv", "Class 1 fax modem at a line", "1.0")
UNOPENED = ms(100)
"""Between two looks at a port that nobody has open."""
MOST_A_TICK = 1024
"""Bytes of the program, with the piece in which it is reached: what it writes faster waits in its port. A
page goes at 1,800 a second."""
_LONGEST = seconds(1)
"""Of silence that passes at once."""


class HostPort(Protocol):
    """Where the program is: `ctidrv.modem.pty_port.PtyPort`."""

    @property
    def is_open(self) -> bool: ...
    def place(self, link: Path) -> None: ...
    def take(self) -> None: ...
    def tick(self) -> None: ...
    def write(self, data: bytes) -> bool: ...
    def wants(self, more: bool) -> None: ...


MakePort = Callable[[Callable[[bytes], None], Callable[[], None]], HostPort]
"""By what is called with the program's bytes, and when it has closed the port."""


class FaxModem:
    """One (`ctidrv.service.holds.Holder`). `place` makes its port, `start` and `close` stand between it and
    `take`; all belongs to the loop's thread."""

    def __init__(
        self,
        link: Path,
        line: Line,
        channel: Channel,
        outbound: Outbound,
        holds: Holds,
        journal: Journal,
        clock: SampleClock,
        make_port: MakePort,
    ) -> None:
        self.link = link
        self.port: PortId = channel.info.id
        self.name = f"the fax modem {link}"
        self._channel = channel
        self._line = line
        self._holds = holds
        self._journal = journal
        self._clock = clock
        self._passed = clock.now()
        self._refused = False
        self._came = 0
        self._host = make_port(self._from_host, self._host_gone)
        self._phone = LinePhone(self, line, outbound, clock, self._connected, self._failed)
        self.modem = T31(DrivenFaxLine(), self._phone, self._host.write, identity=IDENTITY)
        self._task: asyncio.Task[None] | None = None
        self._ends: list[Callable[[], None]] = []

    def place(self) -> None:
        """PortError: none can be made there, or the line cannot carry a modem."""
        if self._channel.info.able("full_duplex") is Able.NO:
            raise PortError(f"{self.port}: hears and speaks by turns, so {self.name} cannot be there")
        self._host.place(self.link)

    def take(self) -> None:
        """The program sees an unplugged modem. Safe twice."""
        self._host.take()

    def start(self) -> None:
        self._ends = [self._journal.subscribe(self._on_journal), self._channel.subscribe(self._on_port)]
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self.name)

    async def close(self) -> None:
        """Hangs up, and is gone. Safe twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for end in self._ends:
            end()
        self._ends = []
        self._phone.hang_up()
        self.take()
        self._holds.release(self.port, self)

    async def serve(self, call: Call) -> None:
        """As `ctidrv.service.holds.Holder`."""
        await self._phone.rings(call)

    # Time.

    async def _run(self) -> None:
        while True:
            try:
                self._look()
            except Exception:
                log.exception("%s", self.name)
            await self._clock.sleep(TICK if self._host.is_open else UNOPENED)

    def _look(self) -> None:
        self._host.tick()
        if self._host.is_open and self._holds.of(self.port) is not self:
            self._hold()
        passed = Samples(min(_LONGEST, self._clock.now() - self._passed))
        self._passed = self._clock.now()
        if not self._phone.off_hook and self._host.is_open:
            self.modem.tick(Pcm.silence(passed))
        self._came = 0
        self._wants()

    def _wants(self) -> None:
        self._host.wants(self.modem.takes_more and self._came < MOST_A_TICK)

    def _hold(self) -> None:
        """The line, as soon as nobody else has it."""
        try:
            self._holds.take(self.port, self)
        except PortError as error:
            if not self._refused:
                log.warning("%s: %s; the program gets no calls until then", self.name, error)
            self._refused = True
        else:
            self._refused = False

    # The program.

    def _from_host(self, data: bytes) -> None:
        self._came += len(data)
        self.modem.feed(data)
        self._wants()

    def _host_gone(self) -> None:
        self.modem.dtr_lost()
        self._phone.hang_up()  # whatever &D says: nobody is there to end the call
        self.modem.hung_up()  # what it was at ends with that
        self._holds.release(self.port, self)

    # The line.

    def _on_journal(self, event: CallEvent) -> None:
        if event.port != self.port or self._holds.of(self.port) is not self:
            return
        call = self._line.controller.call
        if event.type == "call.offered" and call is not None and call.direction == "in":
            self._phone.offered(call)
        elif event.type == "call.ring":
            self.modem.ring()
        elif event.type == "call.ended":
            self.modem.no_ring()

    def _on_port(self, event: PortEvent) -> None:
        how = self.modem.settings.number("+VCID")
        rung = isinstance(event, CallerIdSeen) and self._holds.of(self.port) is self
        if rung and how and not self._phone.off_hook and isinstance(event, CallerIdSeen):
            self.modem.lines(caller_id_lines(event, formatted=how == 1, blanks=True))

    async def _connected(self, call: Call) -> None:
        line = DrivenFaxLine()
        self.modem.line = line
        self._phone.off_hook = True
        self.modem.through()
        await call.hand_over(_OnLine(self, line))

    def _failed(self, result: Result) -> None:
        """Whatever the program waits for."""
        if result is Result.NO_CARRIER:
            self.modem.hung_up()
        else:
            self.modem.failed(result)

    def heard(self, line: DrivenFaxLine) -> None:
        """Behind each tick with a call: what came from its line."""
        sound = line.heard()
        for at in range(0, len(sound), TICK):
            if self.modem.line is line and self._phone.off_hook:
                self.modem.tick(sound[at : at + TICK])
        self._passed = self._clock.now()
        self._wants()


class _OnLine:
    """`ctidrv.media.attachment.Terminal`."""

    def __init__(self, modem: FaxModem, line: DrivenFaxLine) -> None:
        self._modem = modem
        self._line = line

    @property
    def native(self) -> Any:
        return self._line.native

    def pump(self) -> None:
        self._modem.heard(self._line)

    def off(self, reason: str) -> None:
        """Its call's end says it."""
