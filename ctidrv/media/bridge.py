"""`Bridge`: channels that hear one another, mixed in the tick (cti/engine.h, cti/conference.h)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from ctidrv.errors import UsageError
from ctidrv.events import Bridged
from ctidrv.media.bridge_keys import BridgeKeys
from ctidrv.native import lib
from ctidrv.native.events import ROLES

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel
    from ctidrv.media.engine import MediaEngine


class Role(Enum):
    """What a party is on a bridge; all but AWAY hear it."""

    AWAY = "away"
    TALK = "talk"
    MUTED = "muted"
    LISTEN = "listen-only"
    WHISPER = "whisper"
    """Heard by one party alone."""


CODES = {Role(name): code for code, name in ROLES.items()}
"""Of cti/conference.h."""
MOST_PARTIES: int = lib.CTI_BRIDGE_PARTIES


class Bridge:
    """Made by `MediaEngine.bridge`; belongs to the loop's thread. Parties come by `Channel.join`.

    Orders take effect at the next tick; what came of them is told by `Bridged` to the channel's listeners.
    What comes from one party goes out to the others 20 ms later, at the level it has (0 dB), and every change
    takes 5 ms. A line that is released, a telephone that is hung up, is off its bridge in that tick.
    """

    def __init__(self, number: int, engine: MediaEngine) -> None:
        self.number = number
        self.parties: dict[Channel, Role] = {}
        """As the core told them last."""
        self.keys = BridgeKeys()
        self.closed = False
        self._engine = engine
        self._ordered: set[Channel] = set()

    def enter(self, channel: Channel) -> None:
        """The channel's: it has been ordered to join. UsageError once the bridge is closed."""
        if self.closed:
            raise UsageError(f"{channel.info.id}: the bridge is closed")
        self._ordered.add(channel)

    def told(self, channel: Channel, event: Bridged) -> None:
        """The channel's: what became of it here."""
        if event.role == Role.AWAY.value:
            self.parties.pop(channel, None)
            self.keys.forget(channel)
            if channel.bridge is not self:
                self._ordered.discard(channel)
        else:
            self.parties[channel] = Role(event.role)
        self._end()

    def close(self) -> None:
        """All parties leave; twice too."""
        self.closed = True
        for channel in self._ordered | self.parties.keys():
            if channel.bridge in (self, None):
                channel.leave()
        self._end()

    def _end(self) -> None:
        if self.closed and not self._ordered and not self.parties:
            self._engine.forget_bridge(self)
