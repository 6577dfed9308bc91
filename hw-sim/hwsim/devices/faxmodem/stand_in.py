"""`FaxModemStandIn`: a fax modem under the name of a serial port, in real time. POSIX only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ctidrv.modem.pty_port import PtyPort
from ctidrv.modem.t31.commands import Identity
from ctidrv.modem.t31.modem import T31
from ctidrv.native.fax_line import FaxLine
from ctidrv.units import TICK, Samples
from hwsim.devices.faxmodem.exchange_hook import ExchangeHook
from hwsim.devices.faxmodem.hook import Hook
from hwsim.devices.faxmodem.host_trace import HostTrace
from hwsim.devices.faxmodem.pcm_hook import PcmHook
from hwsim.devices.real_time import RealTime
from hwsim.devices.told import Journal, Told

IDENTITY = Identity("ctidrv", "T.31 fax modem", "1.0")


class FaxModemStandIn:
    """`link`: the name of its port; `line`: ``pcm:ADDRESS``, or None: a line of the simulated
    exchange. `tell` is called, on the modem's thread, with whatever happens; `trace`: a new file for what
    host and modem say to each other. InputError, PortError."""

    def __init__(
        self,
        link: Path,
        *,
        line: str | None = None,
        country: str = "US",
        seed: int = 1,
        tell: Callable[[Told], None] | None = None,
        trace: Path | None = None,
    ) -> None:
        self.journal = Journal(tell)
        """Of "modem", "host", and the telephones by number."""
        self.time = RealTime(self._tick)
        self.port = PtyPort(self.time.loop, self._from_host, self._host_gone)
        self._link = link
        self._passed = Samples(0)
        self.hook: Hook
        if line is None:
            self.hook = ExchangeHook(country, seed, self._note)
        else:
            self.hook = PcmHook(self.time.loop, line, lambda what, detail: self._note("modem", what, detail))
        self.modem = T31(FaxLine(), self.hook, self._to_host, identity=IDENTITY)
        self.hook.modem = self.modem
        self._trace = None if trace is None else HostTrace(trace, self.time.loop.time)

    # From any thread.

    def __enter__(self) -> FaxModemStandIn:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        self.port.place(self._link)
        self._note("modem", "is ready", str(self._link))
        self.time.start()

    def close(self) -> None:
        """Safe twice."""
        self.time.stop()
        self.port.take()
        self.hook.close()
        if self._trace is not None:
            self._trace.close()

    async def obey(self, order: str) -> None:
        """A line of text, on the modem's thread. InputError, NotHeard."""
        await self.hook.obey(order)

    # On the modem's thread.

    def _tick(self) -> None:
        self._passed = Samples(self._passed + TICK)
        self.port.tick()
        self.hook.tick()
        self.port.wants(self.modem.takes_more)

    def _to_host(self, data: bytes) -> bool:
        if self._trace is not None:
            self._trace.row("modem", data)
        return self.port.write(data)

    def _from_host(self, data: bytes) -> None:
        if self._trace is not None:
            self._trace.row("host", data)
        self.modem.feed(data)
        self.port.wants(self.modem.takes_more)

    def _host_gone(self) -> None:
        self._note("host", "has closed the port")
        self.modem.dtr_lost()

    def _note(self, who: str, what: str, detail: str = "") -> None:
        self.journal.note(self._passed, who, what, detail)
