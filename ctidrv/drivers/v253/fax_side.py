"""A modem at a fax: the turns of its thread, the way into class 1, and out of it to voice."""

from __future__ import annotations

import logging
import time

from ctidrv.drivers.v253.fax import ABORT, voice_lines
from ctidrv.drivers.v253.table import Input
from ctidrv.drivers.v253.voice_modem import Feed, VoiceModem

_log = logging.getLogger(__name__)

_AFTER_FAX_S = 0.5


class FaxSide:
    """Of one modem. What writes to it raises LinkGone."""

    def __init__(self, modem: VoiceModem, feed: Feed) -> None:
        self._modem, self._feed = modem, feed

    def turn(self, data: bytes, now: float) -> None:
        """All that came is the fax's; `now` in seconds of time.monotonic."""
        modem = self._modem
        modem.watch.heard_at = now
        wrong = modem.fax.turn(data, now)
        if wrong is not None:
            if wrong:
                _log.warning("%s: fax: %s", modem.at, wrong)
            self._feed(Input.FAX_OVER)

    def begin(self) -> None:
        link = self._modem.connection.link
        assert link is not None
        self._modem.fax.start(link.write, time.monotonic())

    def set_up_voice(self) -> None:
        """On the line, behind the fax."""
        identity = self._modem.known
        self._leave(*voice_lines(identity, on_hook=False))
        self._modem.connection.command(identity.persona.lift, tries=2)

    def drop(self) -> None:
        """On hook, and set up for voice."""
        self._leave("ATH", *voice_lines(self._modem.known, on_hook=True))

    def _leave(self, *commands: str) -> None:
        """Whatever it is at, it is to take these. A carrier that ends late answers the AT before them."""
        connection = self._modem.connection
        connection.begin_again(ABORT, _AFTER_FAX_S)
        for each in commands:
            connection.command(each)
