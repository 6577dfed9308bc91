"""One modem at work: what is known of it, and what serves it. The parts of its session share it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.drivers.v253.connection import Connection
from ctidrv.drivers.v253.dialogue import Identity
from ctidrv.drivers.v253.fax import ModemFax
from ctidrv.drivers.v253.hearing import Hearing
from ctidrv.drivers.v253.rings import Rings
from ctidrv.drivers.v253.sound import Sound
from ctidrv.drivers.v253.table import Input, State
from ctidrv.drivers.v253.watch import Watch
from ctidrv.native.fed_board import FedPort

_log = logging.getLogger(__name__)

GAP_S = 0.1
"""Between a result and the next command, until it is known what the modem needs."""

Feed = Callable[[Input], None]
"""Gives an input to the table: the next state is taken, and its actions are done before it returns."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the configuration asks for."""

    device: str
    persona: str = "auto"
    coding: str = "auto"
    duplex: str = "auto"


class VoiceModem:
    """Written by the session's thread alone. `port` is the one that it feeds.

    `changed` is called when `trouble`, `duplex` or `parallel` is another; `identity` is known once
    `trouble` no longer says that it cannot be used.
    """

    def __init__(self, board: str, wanted: Wanted, port: FedPort, changed: Callable[[], None]) -> None:
        self.wanted, self.port = wanted, port
        self.state = State.AWAY
        self.identity: Identity | None = None
        self.duplex: bool | None = {"full": True, "half": False}.get(wanted.duplex)
        """None: not tried yet."""
        self.trouble: str | None = f"{wanted.device}: not opened yet"
        """What is wrong with it now; None while all is well."""
        self.at: str | None = None
        """Where it is."""
        self.parallel = False
        """A telephone beside it is off hook."""
        self.lost = 0
        """How often it went away or had to be set up again."""
        self.connection = Connection()
        self.sound: Sound | None = None
        """Of a call."""
        self.hearing = Hearing(port)
        self.rings = Rings()
        self.watch = Watch()
        self.fax = ModemFax()
        self._board, self._changed = board, changed

    @property
    def gap_s(self) -> float:
        return GAP_S if self.identity is None else self.identity.persona.gap_s

    @property
    def known(self) -> Identity:
        """What it is, of one that has said it."""
        assert self.identity is not None
        return self.identity

    def is_in_trouble(self, what: str | None) -> None:
        if what != self.trouble:
            if what is not None:
                _log.warning("board %s: %s", self._board, what)
            self.trouble = what
            self._changed()

    def is_duplex(self, full: bool) -> None:
        """As was found out by the first call."""
        self.duplex = full
        self._changed()

    def is_beside(self, lifted: bool) -> None:
        """A telephone on its line was lifted, or put down."""
        self.parallel = lifted
        _log.info("%s: a telephone beside it was %s", self.at, "lifted" if lifted else "put down")
        self._changed()

    def forget_call(self) -> None:
        """Of a modem that is gone."""
        self.sound = None
        self.rings.forget()
        self.hearing.forget()
        self.watch.forget()
