"""The modem's fax side, in a call that is through: Class 1 for as long as a fax lasts, then voice again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.drivers.class1.host import Class1Host
from ctidrv.drivers.v253.dialogue import Identity
from ctidrv.modem.dle import CAN, DLE, ETX
from ctidrv.native.fax_modem import Modem
from ctidrv.ports.own_fax import FaxCall
from ctidrv.units import RATE

ABORT = bytes((DLE, ETX, CAN))
"""Ends data both ways, and what listens."""


@dataclass(slots=True)
class _Asked:
    call: FaxCall
    over: Callable[[], None]
    given_up: bool = False


class ModemFax:
    """`ctidrv.ports.own_fax.OwnFax` of one modem."""

    def __init__(self) -> None:
        self.modems: frozenset[Modem] = frozenset()
        """None until it is known what the modem has."""
        self._lock = threading.Lock()
        self._asked: _Asked | None = None
        self._host: Class1Host | None = None
        self._begun = 0.0
        self._passed = 0

    # From the loop's thread.

    def begin(self, call: FaxCall, over: Callable[[], None]) -> None:
        with self._lock:
            self._asked = _Asked(call, over)

    def end(self) -> None:
        with self._lock:
            if self._asked is not None:
                self._asked.given_up = True

    def pump(self) -> None:
        """Tells who asked that it is over."""
        with self._lock:
            asked = self._asked
            if asked is None:
                return
            if asked.given_up and self._host is None and not asked.call.is_over:
                asked.call.end()  # it had not begun
            if not asked.call.is_over:
                return
            self._asked = None
        asked.over()

    # From the modem's.

    @property
    def wanted(self) -> bool:
        """A fax that has not begun."""
        asked = self._asked
        return asked is not None and self._host is None and not (asked.given_up or asked.call.is_over)

    def start(self, write: Callable[[bytes], int], now: float) -> None:
        """In class 1 from here on, the line off hook."""
        with self._lock:
            asked = self._asked
            if asked is None or asked.given_up:
                return
            number = "" if asked.call.calling else None
            self._host = Class1Host(asked.call.t30, number, write, on_line=True)
            self._begun, self._passed = now, 0

    def turn(self, data: bytes, now: float) -> str | None:
        """What came, and time; None while it goes on, else what was wrong with modem or line (""): it is
        over."""
        asked, host = self._asked, self._host
        if asked is None or host is None:
            self.stop()
            return ""
        asked.call.obey()
        host.feed(data)
        due = int((now - self._begun) * RATE) - self._passed
        if due > 0:
            host.tick(due)
            self._passed += due
        asked.call.tell()
        if not host.done and not asked.given_up:
            return None
        self.stop()
        return host.trouble or ""

    def stop(self) -> None:
        """It is over, however far it was. Safe when there is none."""
        with self._lock:
            asked, self._host = self._asked, None
            if asked is not None and not asked.call.is_over:
                asked.call.end()


def voice_lines(identity: Identity, *, on_hook: bool) -> list[str]:
    """Commands that make a voice modem of it again; `on_hook`: the line is put down with the last."""
    drop = identity.persona.drop
    lines = ["AT+FCLASS=8"]
    for line in identity.lines:
        kept = line if on_hook else line.removesuffix(";" + drop.removeprefix("AT"))
        if on_hook or kept != drop:
            lines.append(kept)
    return lines
