"""What a caller hears who is joined with nobody: sounds over and over, until others take their place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ctidrv.errors import CallEnded

if TYPE_CHECKING:
    from ctidrv.callcontrol.call import Call
    from ctidrv.media.channel import Sound

Hearing = asyncio.Task[None]
"""What a caller hears who waits elsewhere, as long as it is not cancelled."""

_log = logging.getLogger(__name__)


class CallerSide:
    """Of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._sounds: Sequence[Sound] = ()
        self._playing: asyncio.Task[Any] | None = None

    def hear(self, sounds: Sequence[Sound]) -> None:
        """These from now on, the last over and over, instead of what he heard; what he hears already goes
        on."""
        if self._playing is not None:
            if self._sounds is sounds and not self._playing.done():
                return
            self._playing.cancel()
        self._sounds = sounds
        playing = self._call.play(sounds, label="waiting", loop=True)
        self._playing = asyncio.get_running_loop().create_task(playing)
        self._playing.add_done_callback(_heard)

    def hears(self, hearing: Hearing) -> None:
        """This, already: it ends where other sounds take its place."""
        self._playing = hearing

    def keeps(self, hearing: Hearing | None) -> bool:
        """Nothing has taken its place."""
        return hearing is not None and self._playing is hearing

    @property
    def sounds(self) -> Sequence[Sound]:
        """What he hears, or heard last."""
        return self._sounds

    async def quiet(self) -> None:
        """Nothing any more."""
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)


def _heard(sounds: asyncio.Task[object]) -> None:
    """The call's end stops the sound, and is told by every wait of the call."""
    error = None if sounds.cancelled() else sounds.exception()
    if error is not None and not isinstance(error, CallEnded):
        _log.error("what a caller hears who waits: %s", error)
