"""A modem is asked what it is: the dialogue's questions as orders, and what the modem says to each."""

from __future__ import annotations

import time

from ctidrv.drivers.v253.dialogue import MOST_LINES, Ask, Dialogue
from ctidrv.drivers.v253.table import Input
from ctidrv.drivers.v253.voice_modem import Feed, VoiceModem


class Asking:
    """PortError, where the modem will not do. READY goes to the table once all has been asked."""

    def __init__(self, modem: VoiceModem, feed: Feed) -> None:
        self._modem, self._feed = modem, feed
        self._dialogue: Dialogue | None = None
        self._ask: Ask | None = None
        self._lines: list[str] = []

    @property
    def waits(self) -> bool:
        """For an answer."""
        return self._ask is not None

    def begin(self) -> None:
        wanted = self._modem.wanted
        self._dialogue = Dialogue(wanted.persona, wanted.coding, self._modem.identity)
        self._next(self._dialogue)

    def forget(self) -> None:
        """The modem is gone."""
        self._ask = self._dialogue = None

    def line(self, text: str) -> bool:
        """A line of an answer; False: it is none."""
        if self._ask is None or len(self._lines) >= MOST_LINES:
            return False
        self._lines.append(text)
        return True

    def answered(self, ok: bool) -> None:
        """The question that waited."""
        ask, self._ask = self._ask, None
        assert ask is not None
        assert self._dialogue is not None
        self._dialogue.answer(ask, ok, self._lines)
        self._next(self._dialogue)

    def _next(self, dialogue: Dialogue) -> None:
        modem = self._modem
        self._lines = []
        self._ask = dialogue.next()
        modem.watch.since = time.monotonic()
        found = dialogue.found
        if self._ask is None and found is not None:
            modem.identity, modem.fax.modems = found, found.fax
            self._feed(Input.READY)
        elif self._ask is not None:
            modem.connection.command(self._ask.command)
