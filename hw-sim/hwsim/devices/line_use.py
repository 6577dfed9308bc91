"""What a modem does with its line, whatever it is for: hook, digits, sounds of its own, and what it hears."""

from __future__ import annotations

import asyncio
from collections import deque

from ctidrv.events import Dialled, PortEvent, ToneOff, ToneOn, VoiceOn
from ctidrv.modem.settings import Settings
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, ms
from hwsim.devices.line_end import LineEnd
from hwsim.ring_ear import SOUND_DBM0

FLASH = ms(500)
"""Longer than an exchange's shortest, and shorter than its longest, but where the country says otherwise."""


class LineUse:
    """Each tick is `own_sound`, the line's own tick, `line_event` for its events, and `passes`."""

    def __init__(self, line: LineEnd, settings: Settings) -> None:
        self.line: LineEnd = line
        self.settings: Settings = settings
        self.tones: set[str] = set()
        """That sound on the line now."""
        self.ended: dict[str, Samples] = {}
        """When those that sounded before were over."""
        self.voice = False
        """Somebody has spoken."""
        self.quiet = 0
        """So many samples of silence, the last it heard."""
        self._says: deque[tuple[Pcm, asyncio.Future[None]]] = deque()
        self._saying: tuple[Pcm, int, asyncio.Future[None]] | None = None
        self._passing: list[asyncio.Future[None]] = []
        self._dialled: deque[asyncio.Future[None]] = deque()

    def seize(self) -> None:
        if not self.line.off_hook:
            self.tones.clear()
            self.ended.clear()
            self.voice, self.quiet = False, 0
            self.line.hook(True)

    def release(self) -> None:
        if self.line.off_hook:
            self.line.hook(False)
        for future in self._dialled:
            future.cancel()
        self._dialled.clear()

    async def say(self, sound: Pcm) -> None:
        """On the line; returns when the last sample has left."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._says.append((sound, done))
        await done

    def says_no_more(self) -> None:
        self._says.clear()
        self._saying = None

    async def flash(self) -> None:
        self.line.flash(FLASH)
        await self.dialled()

    async def dialled(self) -> None:
        """Waits for the end of a digit of pulses or a flash that was just ordered."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._dialled.append(done)
        await done

    async def passed(self) -> None:
        """Waits for the next tick."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._passing.append(done)
        await done

    def own_sound(self) -> Pcm | None:
        """What `say` has for this tick."""
        frame = Pcm()
        while len(frame) < TICK:
            if self._saying is None:
                if not self._says:
                    break
                sound, future = self._says.popleft()
                self._saying = sound, 0, future
            sound, at, future = self._saying
            piece = sound[at : at + TICK - len(frame)]
            frame += piece
            self._saying = sound, at + len(piece), future
            if at + len(piece) >= len(sound):
                self._passing.append(future)
                self._saying = None
        return frame if len(frame) else None

    def line_event(self, event: PortEvent) -> None:
        match event:
            case Dialled():
                if self._dialled:
                    _done(self._dialled.popleft())
            case VoiceOn():
                self.voice = True
            case ToneOff():
                self.tones.discard(event.tone)
                self.ended[event.tone] = event.start
            case ToneOn():
                self.tones.add(event.tone)

    def heard(self, sound: Pcm) -> None:
        self.quiet = self.quiet + TICK if level(sound) < SOUND_DBM0 else 0

    def passes(self) -> None:
        passing, self._passing = self._passing, []
        for future in passing:
            _done(future)


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
