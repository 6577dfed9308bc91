"""A USB telephone's sound: its own card, which the operating system's driver has, by PortAudio as a
headset's."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ctidrv.drivers import headset_sound, sound_devices
from ctidrv.drivers.headset_sound import AnyStream
from ctidrv.drivers.usbgw.door import Found
from ctidrv.native.fed_sound import FedSound


class Bell(Protocol):
    on: bool

    def close(self) -> None: ...


class Sounds(Protocol):
    """Where streams come from; each is a part of a device's name. SoundMissing where there is none."""

    def check(self, microphone: str, earpiece: str) -> None: ...
    def talk(self, sound: FedSound, microphone: str, earpiece: str) -> AnyStream: ...
    def bell(self, loudspeaker: str) -> Bell: ...
    def look_again(self) -> None:
        """A device may have come or gone."""


class PortAudio:
    """Those of this computer."""

    def check(self, microphone: str, earpiece: str) -> None:
        """Both are there."""
        sound_devices.choose("input", microphone)
        sound_devices.choose("output", earpiece)

    def talk(self, sound: FedSound, microphone: str, earpiece: str) -> AnyStream:
        return headset_sound.open_talk(sound, microphone, earpiece)

    def bell(self, loudspeaker: str) -> Bell:
        return headset_sound.Ring(loudspeaker)

    def look_again(self) -> None:
        sound_devices.rescan()


def sound_name(found: Found, root: Path = Path("/")) -> str:
    """A part of its card's name, as PortAudio has it: on Linux its number, which the kernel tells; else the
    device's own text."""
    cards = sorted((root / "sys/bus/usb/devices" / found.place).glob("*:*/sound/card*"))
    if cards and cards[0].name[4:].isdecimal():
        return f"(hw:{cards[0].name[4:]},"
    return found.text or "USB"
