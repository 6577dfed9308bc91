"""Who uses a USB telephone with keys, tick by tick: an `AtTelephone` of the conformance kit
(ctidrv.ports.conformance).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ctidrv.native.pcm import Pcm
from hwsim.devices.usbgw.stand_in import GatewayStandIn

LIFT, PUT_DOWN = "L", "E"
"""The green and the red key."""
_TICKS = 6
"""That a key is down, and then up."""


class User:
    """`turn` is to be called with each tick of the stand-in's."""

    loss_db = 0.0
    shown: Sequence[str] = ()
    """It has no display that we write to."""

    def __init__(self, device: GatewayStandIn) -> None:
        self._device = device
        self._keys: deque[str] = deque()
        self._left = 0
        self._from = 0

    def turn(self) -> None:
        self._left -= self._left > 0
        if self._left == _TICKS:
            self._device.release()
        elif self._left == 0 and self._keys:
            self._device.press(self._keys.popleft())
            self._left = 2 * _TICKS

    @property
    def talks(self) -> bool:
        """Its sound is open."""
        return bool(self._device.sounds.streams)

    @property
    def is_rung(self) -> bool:
        return self._device.firmware.buzzer or self._device.sounds.rings

    def lift(self) -> None:
        self._keys.append(LIFT)

    def hang_up(self) -> None:
        self._keys.append(PUT_DOWN)

    def flash(self) -> None:
        """The green key again."""
        self._keys.append(LIFT)

    def press(self, digits: str) -> None:
        self._keys.extend(digits)

    def turn_dial(self, digits: str) -> None:
        """It has none."""

    def speak(self, sound: Pcm) -> None:
        self._device.say(sound)

    def heard(self) -> Pcm:
        return Pcm(self._device.heard)
