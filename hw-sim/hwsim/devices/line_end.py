"""What a device has of its line: the hook, sound both ways, and an ear; and the exchange behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.events import PlayDone, PortEvent
from ctidrv.native import lib
from ctidrv.native.ear import CALLER_ID, DTMF, FAX, PROGRESS, VOICE
from ctidrv.native.engine import LINE, RX, NativeEngine
from ctidrv.native.events import port_event
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import load_region, progress_config
from hwsim.board import SimBoard, open_board
from hwsim.devices.mouth import Mouth

ON_HOOK, OFF_HOOK = CALLER_ID, DTMF | PROGRESS | VOICE | FAX
"""What it listens for. Its own sound, which the line returns, is taken out before."""
_RECORD_SECONDS = 2


class LineEnd:
    """At the first line of a simulated exchange, whose telephones are `board.phones`; `settings`: of the
    simulated board (hwsim/board.py); `clock`: a live one, or that of virtual time; `cancel_echo`: a fax modem
    needs none, for it listens to nothing while it sends. InputError, PortError."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        seed: int = 1,
        clock: SampleClock | None = None,
        cancel_echo: bool = True,
    ) -> None:
        self.clock = clock or SampleClock()
        chosen = {"phones": 2, "caller_id": True, **settings, "control": False}
        context = DriverContext(self.clock, Path(), seed, live=True)
        self.board: SimBoard = open_board("sim", chosen, context)
        self.board.open()
        self.off_hook = False
        self._native = NativeEngine(len(self.board.ports), 1, record_seconds=_RECORD_SECONDS)
        self._native.add_board(self.board.native())
        port = self.board.ports[0]
        self._port = port.id
        if cancel_echo:
            self._native.echo_can(0, 8 * port.canceller_ms)
        self._native.record(0, LINE, RX, 1)
        self._native.listen(0, ON_HOOK)
        self._mouth = Mouth(self._native, 0)
        self.country(str(chosen.get("country", "US")))

    @property
    def number(self) -> str:
        return self.board.exchange.lines[0].number

    def country(self, code: str) -> None:
        """Whose tones it knows. InputError."""
        self._native.progress(0, progress_config(load_region(code)))

    def hook(self, off_hook: bool) -> None:
        if off_hook != self.off_hook:
            self.off_hook = off_hook
            self._native.line(0, lib.CTI_LINE_HOOK, int(off_hook))
            self._native.listen(0, OFF_HOOK if off_hook else ON_HOOK)

    def flash(self, length: int) -> None:
        """Breaks the loop for so many samples; a `Dialled` tells that it is done."""
        self._native.line(0, lib.CTI_LINE_FLASH, length)

    def pulses(self, digit: str) -> None:
        """A digit 0-9 by dial pulses; as above."""
        self._native.line(0, lib.CTI_LINE_PULSES, self.board.exchange.dialling.pulses(digit))

    def tick(self, sound: Pcm | None) -> tuple[Pcm, list[PortEvent]]:
        """20 ms: says this, and what was heard meanwhile, as sound and as events."""
        self._mouth.say(sound)
        self._native.tick()
        heard = Pcm.from_bytes(self._native.read(0, LINE, 1))
        return heard, list(self._events())

    def after(self) -> None:
        """Behind each tick, once its events are dealt with: the exchange and its telephones go on."""
        self.board.pump()
        self.clock.advance(self._native.now())

    def close(self) -> None:
        self.board.close()

    def _events(self) -> Iterator[PortEvent]:
        for raw in self._native.events():
            made = port_event(raw, self._port, self._native.message) if raw.port == 0 else None
            if isinstance(made, PlayDone):
                self._mouth.said(made.ref)
            elif made is not None:
                yield made
