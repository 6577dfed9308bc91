"""A USB telephone or box, whole: on the USB (`backend`), as a sound card (`sounds`), and who uses it.

It has no time of its own: `tick` is 20 ms of it, called by whoever counts (a rig in virtual time, RealTime).
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, Protocol

from ctidrv.clock import SampleClock
from ctidrv.errors import InputError, SoundMissing, UsageError
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, TICK
from hwsim.board_operator import Operator
from hwsim.devices.usbgw.backend import Backend, UsbDevice
from hwsim.devices.usbgw.cm109 import Cm109Firmware
from hwsim.devices.usbgw.sockets import Sockets
from hwsim.devices.usbgw.vices import Vices
from hwsim.devices.usbgw.yealink import VERSIONS, YealinkFirmware

_YEALINK, _CMEDIA = (0x6993, 0xB001), (0x0D8C, 0x000E)
_BOXES = ("b2k", "b3g")
CM109 = "kip1000"
MODELS = (*VERSIONS, CM109)
_MOST_HEARD = 60 * RATE


class Callback(Protocol):
    """A sound system's, for its device: what is said, for what is to be heard."""

    def run(self, said: bytes) -> bytes: ...


class _Stream:
    def __init__(self, card: SoundCard, callback: Callback) -> None:
        self._card = card
        self._callback = callback
        card.streams.append(self)

    @property
    def active(self) -> bool:
        return self in self._card.streams

    def close(self) -> None:
        if self in self._card.streams:
            self._card.streams.remove(self)

    def run(self, said: bytes) -> bytes:
        return self._callback.run(said)


class _Bell:
    """Ringing that is played on its loudspeaker."""

    def __init__(self, card: SoundCard) -> None:
        self._card = card
        self._on = False

    @property
    def on(self) -> bool:
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        self._on = self._card.rings = on

    def close(self) -> None:
        self.on = False


class SoundCard:
    """Its own, in the place of PortAudio's: a microphone and an earpiece by this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.there = True
        self.streams: list[_Stream] = []
        self.rings = False
        """Ringing is played on it."""

    def check(self, microphone: str, earpiece: str) -> None:
        for wanted in (microphone, earpiece):
            if not self.there or wanted.casefold() not in self.name.casefold():
                there = self.name if self.there else "none"
                raise SoundMissing("device", f"no microphone is called {wanted!r}; there are: {there}")

    def talk(self, sound: Callback, microphone: str, earpiece: str) -> _Stream:
        self.check(microphone, earpiece)
        return _Stream(self, sound)

    def bell(self, loudspeaker: str) -> _Bell:
        self.check(loudspeaker, loudspeaker)
        return _Bell(self)

    def look_again(self) -> None:
        """Its devices are always those that are there."""


class GatewayStandIn:
    """Of MODELS. A box has `sockets`: its telephone is `telephone`; the others have a user who presses keys,
    says `say` and has heard `heard`. `settings`: of the exchange behind a box (hwsim/board.py)."""

    def __init__(
        self,
        model: str,
        *,
        settings: Mapping[str, Any] | None = None,
        seed: int = 1,
        clock: SampleClock | None = None,
        text: str = "VOIP USB Phone",
        serial: str | None = None,
        ports: tuple[int, ...] = (2,),
        backend: Backend | None = None,
    ) -> None:
        if model not in MODELS:
            raise InputError(f"{model}: there is none; there are {', '.join(MODELS)}")
        self.vices = Vices(seed)
        self.firmware: YealinkFirmware | Cm109Firmware = (
            Cm109Firmware(self.vices) if model == CM109 else YealinkFirmware(model, self.vices)
        )
        numbers = _CMEDIA if model == CM109 else _YEALINK
        self.device = UsbDevice(self.firmware, *numbers, text=text, serial=serial, ports=ports)
        self.backend = backend or Backend()
        self.backend.devices.append(self.device)
        self.sounds = SoundCard(text)
        self.sockets: Sockets | None = None
        if model in _BOXES:
            self.sockets = Sockets(self._key, settings, seed=seed, clock=clock)
        self.heard = array("h")
        """At the ear of a telephone that is no box's, the last minute."""
        self._says = bytearray()
        self._pending: Pcm | None = None

    @property
    def telephone(self) -> Operator:
        return self.at_box.telephone

    @property
    def at_box(self) -> Sockets:
        """UsageError where it is no box."""
        if self.sockets is None:
            raise UsageError("a telephone has no sockets")
        return self.sockets

    def press(self, key: str) -> None:
        """Of a telephone's user: a digit, or L and E, the green and the red key; F: flash."""
        self.firmware.press(key)

    def release(self) -> None:
        self.firmware.release()

    def say(self, sound: Pcm) -> None:
        """Into the microphone, behind what is said already."""
        self._says += sound.bytes

    def unplug(self) -> None:
        """USB and sound card are gone; a box's relay falls."""
        self.backend.unplug(self.device)
        self.sounds.there = False
        self.sounds.streams.clear()
        self.sounds.rings = False
        if isinstance(self.firmware, YealinkFirmware):
            self.firmware.relay, self.firmware.bell = True, False

    def plug(self) -> None:
        self.sounds.there = True
        self.backend.plug(self.device)

    def tick(self) -> None:
        """20 ms."""
        if self.sockets is None:
            said = bytes(self._says[: 2 * TICK]).ljust(2 * TICK, b"\0")
            del self._says[: 2 * TICK]
            heard = self._exchange(said)
            self.heard.frombytes(heard or bytes(2 * TICK))
            del self.heard[:-_MOST_HEARD]
            return
        assert isinstance(self.firmware, YealinkFirmware)
        self.sockets.set(bell=self.firmware.bell, relay=self.firmware.relay)
        came = self.sockets.tick(self._pending)
        heard = self._exchange(came.bytes)
        self._pending = Pcm.from_bytes(heard) if heard is not None else None
        self.firmware.off_hook = self.sockets.off_hook
        self.firmware.line_rings = self.sockets.line_rings

    def close(self) -> None:
        if self.sockets is not None:
            self.sockets.close()

    def _exchange(self, said: bytes) -> bytes | None:
        """With the sound system; None: nobody has it open."""
        for stream in list(self.sounds.streams):
            return stream.run(said)
        return None

    def _key(self, digit: str | None) -> None:
        if self.device.plugged:
            self.press(digit) if digit is not None else self.release()
