"""A headset on a sound card, whose sound system stands in in memory: real time, lifted by order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from ctidrv.clock import SampleClock
from ctidrv.drivers.headset import open_board
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf
from ctidrv.ports.api import Board, DriverContext, Kind, PortInfo
from ctidrv.ports.conformance import Conformance
from hwsim.devices.sound_system import SoundSystem

NOT_LOOKED_FOR = "PortAudio tells that a device was pulled out only where a stream of it is open: off hook"


class Wearer:
    """An `ctidrv.ports.conformance.AtTelephone` without hook, keys and display."""

    loss_db = 0.0
    shown: Sequence[str] = ()

    def __init__(self, sound: SoundSystem) -> None:
        self._sound = sound

    @property
    def talks(self) -> bool:
        return self._sound.open

    @property
    def is_rung(self) -> bool:
        return self._sound.rings

    def speak(self, sound: Pcm) -> None:
        self._sound.say(sound)

    def press(self, digits: str) -> None:
        self._sound.say(dtmf(digits))

    def heard(self) -> Pcm:
        return self._sound.heard()

    def hang_up(self) -> None:
        self._sound.hush()

    def lift(self) -> None:
        raise AssertionError("it is lifted by order")

    def flash(self) -> None:
        raise AssertionError("it has no hook")

    def turn_dial(self, digits: str) -> None:
        raise AssertionError("it has no dial")


class HeadsetRig:
    """An `ctidrv.ports.conformance.Rig`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sound = SoundSystem()
        self._sound.__enter__()
        self._wearer = Wearer(self._sound)

    def make_board(self) -> Board:
        return open_board("headset", {}, DriverContext(SampleClock(), self._folder, 1, live=True))

    @property
    def late_ticks(self) -> int:
        return self._sound.late_ticks

    def tick(self, now: int) -> None:
        """The sound system has its own time."""

    def tick_alone(self, now: int) -> None:
        """As above."""

    def far(self, port: PortInfo) -> Wearer:
        return self._wearer

    def unplug(self) -> None:
        self._sound.plugged = False

    def plug_in(self) -> None:
        self._sound.plugged = True

    def close(self) -> None:
        self._sound.__exit__()


class TestHeadset(Conformance):
    kinds = (Kind.HANDSET,)
    live = True
    without: ClassVar[dict[str, str]] = {
        "dial": "a headset has none",
        "flash": "it has no hook",
        "display": "it has none",
    }
    rules_out: ClassVar[dict[str, str]] = {
        "handset_gone_on_hook_it_is_told_and_comes_back": NOT_LOOKED_FOR,
        "handset_gone_while_it_rings_it_comes_back_on_hook": NOT_LOOKED_FOR,
    }

    def rig(self, folder: Path) -> HeadsetRig:
        return HeadsetRig(folder)
