"""The fax modem's line as a line of the simulated exchange, with fax machines at its telephones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ctidrv.clock import SampleClock
from ctidrv.events import BatteryChanged, CallerIdSeen, PortEvent, RingOff, RingOn
from ctidrv.modem.settings import Settings
from ctidrv.modem.t31.commands import TABLE
from ctidrv.modem.t31.modem import T31
from ctidrv.modem.wording import Result, caller_id_lines
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK
from hwsim.devices.dialling import REFUSALS, dial_number
from hwsim.devices.faxmodem.exchange_fax import ExchangeFax
from hwsim.devices.line_end import LineEnd
from hwsim.devices.line_use import LineUse
from hwsim.devices.v253.ring import RingDetector


class ExchangeHook(LineUse):
    """`note` is told who does what: "modem", or a telephone's number. InputError for an unknown country."""

    def __init__(
        self,
        country: str,
        seed: int,
        note: Callable[[str, str, str], None],
        clock: SampleClock | None = None,
    ) -> None:
        line = LineEnd({"country": country}, seed=seed, clock=clock, cancel_echo=False)
        super().__init__(line, Settings(TABLE))
        self.modem: T31 | None = None
        """Set before the first tick."""
        self.far = ExchangeFax(self.line.board, self.line.number, note)
        self._note = note
        self._rx = Pcm.silence(TICK)
        self._dialling: asyncio.Task[None] | None = None
        self._bell = RingDetector(self.line.clock, self._ring, lambda what, length: None)

    @property
    def _of_modem(self) -> T31:
        assert self.modem is not None
        return self.modem

    # The modem's side.

    @property
    def off_hook(self) -> bool:
        return self.line.off_hook

    def dial(self, number: str) -> None:
        self._note("modem", "dials", number)
        self.settings = self._of_modem.settings
        self._dialling = asyncio.ensure_future(self._dial(number))

    def answer(self) -> None:
        self._note("modem", "answers", "")
        self.seize()
        self._of_modem.through()

    def hang_up(self) -> None:
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None
        self.says_no_more()
        if self.off_hook:
            self._note("modem", "hangs up", "")
        self.release()

    async def _dial(self, number: str) -> None:
        gone_wrong = await dial_number(self, number)
        if gone_wrong is None:
            self._of_modem.through()
        else:
            self._fails(gone_wrong)

    def _fails(self, result: Result) -> None:
        self.release()
        self._note("modem", "says", result.value[0])
        self._of_modem.failed(result)

    # The device's side.

    def tick(self) -> None:
        modem = self._of_modem
        said = modem.tick(self._rx)
        own = self.own_sound()
        self._rx, events = self.line.tick(own or (said if self.off_hook else None))
        for event in events:
            self.line_event(event)
        self.heard(self._rx)
        if modem.is_calling and self.tones & REFUSALS and not self._is_dialling:
            self._fails(Result.BUSY)
        if self._bell.is_over():
            modem.no_ring()
        self.passes()
        self.far.tick()
        self.line.after()

    @property
    def _is_dialling(self) -> bool:
        return self._dialling is not None and not self._dialling.done()

    def line_event(self, event: PortEvent) -> None:
        super().line_event(event)
        match event:
            case RingOn():
                self._bell.on()
            case RingOff():
                self._bell.off()
            case CallerIdSeen():
                self._report(event)
            case BatteryChanged(present=False) if self.off_hook:
                self._note("modem", "loses its line", "the exchange opens the loop")
                self.release()
                self._of_modem.hung_up()

    def _ring(self) -> None:
        if not self.off_hook:
            self._note("modem", "rings", "")
            self._of_modem.ring()

    def _report(self, seen: CallerIdSeen) -> None:
        how = self._of_modem.settings.number("+VCID")
        if how and not self.off_hook:
            self._of_modem.lines(caller_id_lines(seen, formatted=how == 1, blanks=True))

    async def obey(self, order: str) -> None:
        await self.far.obey(order)

    def close(self) -> None:
        self.line.close()
