"""What is wrong with a USB telephone: vices that strike the next times, or one time in so many by the
seed."""

from __future__ import annotations

import random

from ctidrv.errors import InputError

VICES = {
    "bad-checksum": "an answer's checksum is wrong",
    "refuses": "an order is refused as a bad packet (0xFD)",
    "loses": "an answer is lost",
    "late": "an answer comes with the next one that is asked for",
    "stalls": "the endpoint of the answers stalls until the halt is cleared",
    "relay-stuck": "the relay does not move",
}


class Vices:
    """None is on."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(f"{seed}/usb vices")
        self._times: dict[str, int] = {}
        self._often: dict[str, int] = {}
        self.struck = 0
        """How often, all of them together."""

    def strike(self, name: str, times: int = 1) -> None:
        """The next so many times. InputError for what is none."""
        self._times[_known(name)] = times

    def often(self, name: str, one_in: int) -> None:
        """One time in so many; 0: no more."""
        self._often[_known(name)] = one_in

    def strikes(self, name: str) -> bool:
        """Now, of an order or an answer."""
        left = self._times.get(name, 0)
        one_in = self._often.get(name, 0)
        if left > 0:
            self._times[name] = left - 1
        elif not one_in or self._chance.randrange(one_in):
            return False
        self.struck += 1
        return True


def _known(name: str) -> str:
    if name not in VICES:
        raise InputError(f"{name}: there is no such vice; there are {', '.join(VICES)}")
    return name
