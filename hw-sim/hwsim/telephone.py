"""A telephone with somebody at it: what he does with hook, keys, dial and voice, wherever it stands."""

from __future__ import annotations

from array import array
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.native import lib
from ctidrv.native.ear import VOICE
from ctidrv.native.events import port_event
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf
from ctidrv.ports.dialling import Dialling
from ctidrv.units import TICK, PortId, Samples, ms, seconds, to_seconds
from hwsim.listener import Listener
from hwsim.plant import AnyPlant, Sound

DIGIT_MS, PAUSE_MS = 80, 80
ON_HOOK = ms(1600)
"""Longer than the flash of any country."""


class Telephone(Listener):
    """At a line of the plant. Verbs may be called in any order; each returns when it is done."""

    def __init__(self, plant: AnyPlant, clock: SampleClock, index: int, dialling: Dialling) -> None:
        super().__init__(plant, clock, index)
        self.rings = 0
        """How often the telephone has rung since it was last lifted."""
        self.ringing = False
        """Its bell sounds now."""
        self._dialling = dialling
        self._port = PortId(f"phone/{index}")
        self._pulsing = 0  # digits and flashes under way
        self._hung_up: Samples | None = None

    # From the board, after each tick.

    def feed(self, event: Any) -> None:
        """An event of the plant at this telephone: its bell, its player, its ear."""
        if event.kind == lib.CTI_EV_PLAY_DONE:
            self._saying.discard(event.ref)
        elif event.kind == lib.CTI_EV_DIALLED:
            self._pulsing -= 1
        elif event.kind == lib.CTI_EV_RING_ON:
            self.rings += 1
            self.ringing = True
            self.note("rings")
        elif event.kind == lib.CTI_EV_RING_OFF:
            self.ringing = False
        elif event.ref == 1:
            made = port_event(event, self._port, lambda port, ref: b"")
            if made is not None:
                self._hear(made)
        self._wake()

    # Verbs.

    async def lift(self) -> None:
        """Off hook: answers a telephone that rings, else there is dial tone.

        Not sooner than ON_HOOK after he hung up: the exchange would take that for a flash.
        """
        if self._off_hook:
            return
        if self._hung_up is not None:
            await self.clock.until(self._hung_up + ON_HOOK)
        self._plant.phone_frames(self.index)  # what an earlier call left
        self.said, self.heard, self._looked = array("h"), array("h"), 0
        self.since, self.toned = self.clock.now(), []
        self.tones.clear()
        self.voice, self.rings = False, 0
        self._plant.phone_listen(self.index, self.ear)
        self._plant.phone_record(self.index, True)
        self._plant.hook(self.index, True)
        self._off_hook = True
        self.note("lifts the handset")
        await self.clock.sleep(TICK)

    async def hang_up(self) -> None:
        """On hook; safe at any time, twice too."""
        if not self._off_hook:
            return
        self.collect()
        self._off_hook = False
        self._hung_up = self.clock.now()
        self._plant.hook(self.index, False)
        self._plant.phone_record(self.index, False)
        self._plant.phone_listen(self.index, 0)
        self.note("hangs up")
        self._wake()
        await self.clock.sleep(TICK)

    async def press(
        self, digits: str, *, on_ms: int = DIGIT_MS, off_ms: int = PAUSE_MS, what: str = "presses"
    ) -> None:
        """Keys as DTMF audio from the telephone."""
        self.note(what, digits)
        await self._say(dtmf(digits, on_ms=on_ms, off_ms=off_ms))

    async def turn_dial(self, digits: str) -> None:
        """Digits 0-9 by dial pulses, as the country has them."""
        self.note("turns the dial", digits)
        for digit in digits:
            self._plant.phone_pulses(self.index, self._dialling.pulses(digit))
        await self._pulsed(len(digits))

    async def flash(self, length: Samples | None = None) -> None:
        """A short press of the hook, else of the country's length."""
        self.note("flashes")
        self._plant.phone_flash(self.index, length or ms(self._dialling.flash_ms))
        await self._pulsed(1)

    async def speak(self, audio: Pcm) -> None:
        self.note("speaks", f"{to_seconds(len(audio)):.1f} s")
        await self._say(audio)
        self.note("stops speaking")

    async def exchanges(self, said: Pcm) -> bytes:
        """Says a tick's worth of sound, and returns what is at his ear meanwhile (16-bit little-endian)."""
        self._plant.phone_play(self.index, said)
        await self.clock.sleep(TICK)
        self.collect()
        return Pcm(self.heard[-TICK:]).bytes

    async def silence(self, length: Samples) -> None:
        await self.clock.sleep(length)

    async def hold(self, length: Samples, music: Pcm | None = None) -> None:
        """The telephone's hold key: the loop stays closed, he neither says nor hears anything; the other
        side hears the music, over and over, or silence."""
        self.note("holds", f"for {to_seconds(length):.1f} s")
        until = self.clock.now() + length
        while music is not None and self._off_hook and (left := until - self.clock.now()) > 0:
            await self._say(music[: int(left)])
        await self.clock.until(until)
        self.collect()
        self._looked = len(self.heard)
        self.note("is back")

    async def is_rung(self, *, within: Samples = seconds(30)) -> None:
        """Waits, on hook, until his telephone rings."""
        deadline = self.clock.now() + within
        while not self.rings:
            if self.clock.now() >= deadline:
                raise self.missed("his telephone to ring", within)
            await self.something(deadline)

    def forget(self) -> None:
        """What he said, heard and did so far; on hook."""
        self.said, self.heard, self._looked = array("h"), array("h"), 0
        self.toned, self.notes = [], []

    # Within.

    async def _pulsed(self, count: int) -> None:
        self._pulsing += count
        while self._pulsing > 0:
            await self.something()

    async def _say(self, sound: Sound) -> None:
        ref = self._plant.phone_play(self.index, sound)
        self._saying.add(ref)
        try:
            while ref in self._saying and self._off_hook:
                await self.something()
        finally:
            if ref in self._saying:  # he hung up, or is no longer to go on
                self._saying.discard(ref)
                self._plant.phone_stop(self.index, ref)
            if self._off_hook:  # his own sound, returned by the line, may have been taken for a voice
                self.voice = False
                self._plant.phone_listen(self.index, self.ear & ~VOICE)
                self._plant.phone_listen(self.index, self.ear)
