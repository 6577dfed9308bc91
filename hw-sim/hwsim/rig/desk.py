"""A telephone on somebody's desk: keys that he presses while the time goes on, and what it shows him."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ctidrv.errors import CtiError
from ctidrv.native.ear import DTMF
from ctidrv.native.levels import LevelMeter
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, seconds
from hwsim.exchange_table import LineState
from hwsim.listener import EAR, NotHeard
from hwsim.scenario.ear import identify
from hwsim.subscriber import Subscriber

KEYPAD = frozenset("0123456789*#ABCD")
RING_SHOWN = seconds(1)
"""The lamp is lit for so long after each ring began."""
RUNG_FOR = seconds(40)
LOOK_EVERY = 50
"""Ticks between two looks at the latest of what he heard:"""
LOOK_BACK = seconds(2.5)
MOST_WAITING = 64
"""Keys that have not been pressed yet; more are not taken."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the telephone shows at an instant."""

    off_hook: bool
    ringing: bool
    dbm0: float
    """At the ear; -100 on hook."""
    hears: str
    """In words: dial tone, a voice … or silence."""
    keys: str
    """Pressed since it was lifted."""
    tones: tuple[str, ...] = ()
    """What of it are tones,"""
    voice: bool = False
    """and whether it is a voice."""
    prompt: str = ""
    """The last prompt of the menu that reached the ear, since it was lifted."""


class Handset(Protocol):
    """A microphone and a loudspeaker (ctidrv/drivers/soundcard.py)."""

    def read(self) -> Pcm: ...
    def write(self, frame: bytes) -> None: ...


class Desk:
    """`press` takes a key at once; what takes its time is done one after the other, as the ticks go by.

    ``0``…``9 * # A``…``D`` keypad; ``h`` lifts and puts down; ``f`` flash; ``v`` says `voice`; ``r`` lets
    `friend`, at another telephone, ring this one and speak when it is answered; ``.`` waits a second.
    """

    def __init__(
        self,
        phone: Subscriber,
        friend: Subscriber,
        voice: Pcm,
        *,
        known: Mapping[str, Pcm] | None = None,
        handset: Handset | None = None,
    ) -> None:
        """`known`: prompts that are told by their names; `handset`: he hears and speaks by it."""
        self._phone = phone
        phone.ear = EAR | DTMF
        self._friend = friend
        self._voice = voice
        self._known = known or {}
        self._handset = handset
        self._prompt = ""
        self._ticks = 0
        self._meter = LevelMeter()
        self._keys = ""
        self._rings, self._rang = 0, Samples(0)
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._hand: asyncio.Task[None] | None = None
        self._friends: asyncio.Task[None] | None = None
        self._deeds: Mapping[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "f": phone.flash,
            "v": lambda: phone.speak(voice),
            ".": lambda: phone.silence(seconds(1)),
        }

    @property
    def busy(self) -> bool:
        """A key waits, or what it began is not done."""
        return self._hand is not None and not self._hand.done()

    def press(self, key: str) -> None:
        """Takes a key; one that this telephone has not is no key."""
        if key == "r":
            if self._friends is None or self._friends.done():
                self._friends = asyncio.ensure_future(self._ring())
            return
        if key == "h" and self._phone.off_hook:
            self._drop()  # down at once, whatever he was about to do
        if key != "h" and key not in KEYPAD and key not in self._deeds:
            return
        with contextlib.suppress(asyncio.QueueFull):
            self._waiting.put_nowait(key)
        if not self.busy:
            self._hand = asyncio.ensure_future(self._do())

    def _drop(self) -> None:
        if self._hand is not None:
            self._hand.cancel()
        self._hand = None
        while not self._waiting.empty():
            self._waiting.get_nowait()

    async def _do(self) -> None:
        phone = self._phone
        while not self._waiting.empty():
            key = self._waiting.get_nowait()
            if key == "h":
                self._keys = self._prompt = ""
                await (phone.hang_up() if phone.off_hook else phone.lift())
            elif key == ".":
                await self._deeds[key]()
            elif not phone.off_hook:
                phone.note("has the handset down", "h lifts it")
            elif key in self._deeds:
                await self._deeds[key]()
            else:
                self._keys += key
                await phone.press(key)

    async def _ring(self) -> None:
        friend = self._friend
        try:
            await friend.dial(self._phone.number)
            await friend.answered(within=RUNG_FOR)
            await friend.speak(self._voice)
        except NotHeard as error:
            rung = friend.line.state is LineState.RINGBACK
            self._phone.note("is no longer rung" if rung else "is not rung", "" if rung else str(error))
        finally:
            await friend.hang_up()

    async def tick(self) -> Shown:
        """20 ms go by."""
        phone = self._phone
        said = None if self._handset is None else self._handset.read()
        if said is not None and phone.off_hook and not self.busy:  # a key mutes the microphone
            await phone.exchanges(said)
        else:
            await phone.clock.sleep(TICK)
        phone.collect()
        if self._handset is not None and phone.off_hook:
            self._handset.write(Pcm(phone.heard[-TICK:]).bytes)
        self._ticks += 1
        if self._ticks % LOOK_EVERY == 0 and phone.off_hook and phone.voice:
            self._look()
        heard = Pcm(phone.heard[-TICK:]) if phone.off_hook else Pcm.silence(TICK)
        if len(heard):
            self._meter.feed(heard)
        if phone.rings > self._rings:
            self._rang = phone.clock.now()
        self._rings = phone.rings
        if self._hand is not None and self._hand.done() and not self._hand.cancelled():
            if isinstance(error := self._hand.exception(), CtiError):
                phone.note("cannot do that", str(error))
            self._hand = None
        return Shown(
            off_hook=phone.off_hook,
            ringing=bool(phone.rings) and phone.clock.now() - self._rang < RING_SHOWN,
            dbm0=self._meter.dbm0 if phone.off_hook else -100.0,
            hears=self._hears(),
            keys=self._keys,
            tones=tuple(sorted(phone.tones)) if phone.off_hook else (),
            voice=phone.voice and phone.off_hook,
            prompt=self._prompt,
        )

    def _look(self) -> None:
        """Which prompt it is that he hears."""
        lately = Pcm(self._phone.heard[-LOOK_BACK:])
        for piece in identify(lately, self._known):
            self._prompt = piece.name

    def _hears(self) -> str:
        phone = self._phone
        if not phone.off_hook:
            return ""
        return ", ".join(f"{tone} tone" for tone in sorted(phone.tones)) or (
            "a voice" if phone.voice else "silence"
        )

    async def leave(self) -> None:
        """Puts both handsets down."""
        self._drop()
        if self._friends is not None:
            self._friends.cancel()
            await asyncio.gather(self._friends, return_exceptions=True)
        await self._phone.hang_up()
        await self._friend.hang_up()
        self._phone.ear = EAR
