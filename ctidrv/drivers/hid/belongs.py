"""Which HID device is the headset whose sound is used: the same USB device where the kernel says so (Linux),
else by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ctidrv.drivers.hid.door import HidInfo

AUTO, NONE = "auto", "none"
_CARD = re.compile(r"\(hw:(\d+)")
"""In a name of PortAudio's: the card of ALSA."""
_NAMELESS = ("pulse", "pipewire", "default", "sysdefault")
"""ALSA's names of a sound server, which does not say what is behind."""
_SHORTEST = 6
"""Letters of a model's name that tell it."""


def belonging(
    found: Sequence[HidInfo], wanted: str, sounds: Sequence[str], root: Path = Path("/")
) -> HidInfo | None:
    """`wanted`: AUTO, NONE, or a part of a device's name or path, in any case of letters. `sounds`: the names
    of the microphone and the earpiece that are used. AUTO takes the one of the same USB device; else one
    whose name is in theirs, or theirs in its; else the only one there is, where the sound system does not
    name its devices.
    """
    if wanted == NONE:
        return None
    if wanted != AUTO:
        return next((info for info in found if _part(wanted, info.name) or _part(wanted, info.path)), None)
    places = {place for name in sounds if (place := _place_of_sound(name, root)) is not None}
    for info in found:
        if places and _place_of_hid(info, root) in places:
            return info
    for info in found:
        if any(_alike(info.name, name) for name in sounds):
            return info
    nameless = all(_model(name).casefold() in _NAMELESS for name in sounds)
    return found[0] if len(found) == 1 and nameless else None


def _part(what: str, whole: str) -> bool:
    return bool(what) and what.casefold() in whole.casefold()


def _alike(hid: str, sound: str) -> bool:
    model = _model(sound)
    return _part(hid, sound) or (len(model) >= _SHORTEST and _part(model, hid))


def _model(sound: str) -> str:
    """A sound device's name without what the sound system adds: `Headset (Jabra Evolve 20)`, `Jabra Evolve
    20: USB Audio (hw:1,0)`."""
    inside = re.search(r"\((?!hw:)(?:\d+- )?([^()]{4,})\)", sound)
    return inside[1] if inside else sound.split(":")[0].strip()


def _place_of_sound(name: str, root: Path) -> Path | None:
    card = _CARD.search(name)
    return _usb(root / f"sys/class/sound/card{card[1]}/device") if card else None


def _place_of_hid(info: HidInfo, root: Path) -> Path | None:
    return _usb(root / "sys/class/hidraw" / Path(info.path).name / "device")


def _usb(node: Path) -> Path | None:
    """The USB device's folder above a node's."""
    try:
        real = node.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return next((place for place in (real, *real.parents) if (place / "idVendor").is_file()), None)
