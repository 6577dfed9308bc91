"""What a fax modem's line is to its stand-in, whichever it is."""

from __future__ import annotations

from typing import Protocol

from ctidrv.modem.t31.modem import T31, Phone


class Hook(Phone, Protocol):
    """`modem` is set before the first tick."""

    modem: T31 | None

    def tick(self) -> None:
        """20 ms of real time."""

    async def obey(self, order: str) -> None:
        """A line of standard input, on the device's thread. InputError, NotHeard."""

    def close(self) -> None:
        """Safe twice."""
