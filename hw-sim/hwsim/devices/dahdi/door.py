"""The driver's door to a simulated card in the same process: no node, no privilege, on every system."""

from __future__ import annotations

import os

from ctidrv.native.dahdi_board import card_door
from ctidrv.native.dahdi_card import DahdiCard


class CardDoor:
    """`ctidrv.drivers.dahdi.door.Door`."""

    def __init__(self, card: DahdiCard) -> None:
        self.native = card_door(card)
        self.place = "the simulated card"
        self._card = card

    def open(self, channel: int) -> int:
        return self._result(self._card.open(channel))

    def close(self, handle: int) -> None:
        self._result(self._card.close(handle))

    def ioctl(self, handle: int, request: int, argument: bytearray) -> None:
        self._result(self._card.ioctl(handle, request, argument))

    def holder(self, channel: int) -> str | None:
        return None

    @staticmethod
    def _result(result: int) -> int:
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result
