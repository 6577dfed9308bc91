"""`FaxTerminal`: a fax machine on a port's line (ctidrv.native.fax_machine), for `Call.hand_over`; where the
port's board has a fax modem of its own, by that (`ctidrv.ports.own_fax`).

What it tells comes on the loop's thread. The pages that it wants are given with `page`, and may be late: the
line does not wait for this side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.fax_modem import Modem
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import T30Config, T30Event, T30Link
from ctidrv.ports.own_fax import FaxCall
from ctidrv.units import TICK


class FaxTerminal:
    """One fax call; `on_event` is given each of its events. UsageError: a config that cannot be.

    However the call ends the last event is ``done``: a line that is put down under it is ``line-lost``, with
    what became of each page before it.
    """

    def __init__(
        self, config: T30Config, on_event: Callable[[FaxTerminal, T30Event], None], *, level: float = -13.0
    ) -> None:
        self._config = config
        self._audio = FaxMachine(config, level=level)
        self._machine: FaxMachine | FaxCall = self._audio
        self._on_event = on_event
        self.result: str | None = None
        """Of ``ctidrv.native.t30.RESULTS``, once it has ended."""

    @property
    def native(self) -> Any:
        return self._audio.native

    def by_board(self, modems: frozenset[Modem]) -> FaxCall:
        """The call as a board's own modem makes it, which has these carriers; in the place of `native`."""
        both = self._config.modems & modems
        self._machine = made = FaxCall(replace(self._config, modems=both or modems))
        return made

    @property
    def link(self) -> T30Link | None:
        """What was agreed by the latest event."""
        return self._machine.link

    def page(self, page: int, rows: bytes, width: int) -> None:
        """The rows of the page that is wanted (``page-wanted``)."""
        self._machine.page(page, rows, width)

    def cancel(self) -> None:
        """Ends the call in order, which takes a few seconds."""
        self._machine.cancel()

    def pump(self) -> None:
        for event in self._machine.events():
            if event.kind == "done":
                self.result = event.what
            self._on_event(self, event)

    def off(self, reason: str) -> None:
        self.pump()
        if self.result is None:  # no tick runs it any more: what a lost line means it learns here
            self._machine.gone()
            self._machine.run(Pcm.silence(TICK))
            self.pump()
