"""The two sockets of a telephone box: a telephone with somebody at it, and a line of the simulated
exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.events import DigitDown, DigitUp, Flash, HookChanged, PlayDone, RingOff, RingOn
from ctidrv.native import lib
from ctidrv.native.ear import DTMF
from ctidrv.native.engine import LINE, RX, NativeEngine
from ctidrv.native.events import port_event
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import DriverContext
from ctidrv.units import TICK
from hwsim.board import SimBoard, open_board
from hwsim.board_operator import Operator
from hwsim.devices.mouth import Mouth

_EXCHANGE, _TELEPHONE = 0, 1
_RECORD_SECONDS = 2
_HEARD = "dtmf"
"""A box decodes tones, and no pulses."""


class Sockets:
    """`telephone`: who is at it; `board.phones`: those of the exchange, which may ring the line. `settings`:
    of the simulated board (hwsim/board.py). `on_key`: a digit of the telephone's begins, or (None) ends.

    With a `clock` somebody else counts its time.
    """

    def __init__(
        self,
        on_key: Callable[[str | None], None],
        settings: Mapping[str, Any] | None = None,
        *,
        seed: int = 1,
        clock: SampleClock | None = None,
    ) -> None:
        self.clock = clock or SampleClock()
        self._counts = clock is None
        chosen = {"phones": 2, **(settings or {}), "lines": 1, "fxs": 1, "control": False}
        self.board: SimBoard = open_board("sim", chosen, DriverContext(self.clock, Path(), seed, live=True))
        self.board.open()
        self.telephone: Operator = self.board.operators[0]
        self._hook = False
        self._break = 0  # ticks left of a flash
        self.line_rings = False
        """A burst is on."""
        self._on_key = on_key
        self._native = NativeEngine(len(self.board.ports), 1, record_seconds=_RECORD_SECONDS)
        self._native.add_board(self.board.native())
        self._mouths = [Mouth(self._native, port) for port in (_EXCHANGE, _TELEPHONE)]
        for port in (_EXCHANGE, _TELEPHONE):
            self._native.echo_can(port, 8 * self.board.ports[port].canceller_ms)
            self._native.record(port, LINE, RX, 1)
        self._rings = self._to_exchange = self._line_closed = False

    @property
    def off_hook(self) -> bool:
        """The telephone's contact, breaks of a flash included: the core tells of one when it is over, so the
        box sees it that much later."""
        return self._hook and not self._break

    def set(self, *, bell: bool, relay: bool) -> None:
        """What rings the telephone, and whose it is: the exchange line's, or the box's."""
        self._to_exchange = relay
        rings = self.line_rings if relay else bell
        if rings != self._rings:
            self._rings = rings
            self._native.line(_TELEPHONE, lib.CTI_LINE_RING, int(rings))
        closed = relay and self._hook
        if closed != self._line_closed:
            self._line_closed = closed
            self._native.line(_EXCHANGE, lib.CTI_LINE_HOOK, int(closed))

    def tick(self, heard: Pcm | None) -> Pcm:
        """20 ms: what the box lets be heard in the telephone, for what comes from there."""
        if not self._to_exchange:
            self._mouths[_TELEPHONE].say(heard)
        self._native.tick()
        came = [Pcm.from_bytes(self._native.read(port, LINE, 1)) for port in (_EXCHANGE, _TELEPHONE)]
        if self._to_exchange:
            for mouth, sound in zip(self._mouths, reversed(came), strict=True):
                mouth.say(sound)
        for raw in self._native.events():
            self._event(raw)
        self._break = max(0, self._break - 1)
        self.board.pump()
        if self._counts:
            self.clock.advance(self._native.now())
        return Pcm.silence(TICK) if self._to_exchange or not self.off_hook else came[_TELEPHONE]

    def close(self) -> None:
        self.board.close()

    def _event(self, raw: Any) -> None:
        if raw.port not in (_EXCHANGE, _TELEPHONE):
            return
        made = port_event(raw, self.board.ports[raw.port].id, self._native.message)
        if isinstance(made, PlayDone):
            self._mouths[raw.port].said(made.ref)
        elif raw.port == _EXCHANGE:
            if isinstance(made, RingOn | RingOff):
                self.line_rings = isinstance(made, RingOn)
        elif isinstance(made, HookChanged):
            self._hook, self._break = made.off_hook, 0
            self._native.listen(_TELEPHONE, DTMF if made.off_hook else 0)
        elif isinstance(made, Flash):
            self._break = made.length // TICK + 1
        elif isinstance(made, DigitDown):
            if made.source == _HEARD:
                self._on_key(made.digit)
        elif isinstance(made, DigitUp):
            self._on_key(None)
