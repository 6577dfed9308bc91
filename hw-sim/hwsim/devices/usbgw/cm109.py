"""A CM109 with a matrix of keys and a buzzer, by Linux' drivers/input/misc/cm109.c; keys as the KIP1000 has
them."""

from __future__ import annotations

from collections import deque

from hwsim.devices.usbgw.vices import Vices

KEYS = {
    **{"1": 0x14, "2": 0x12, "3": 0x11, "4": 0x24, "5": 0x22, "6": 0x21, "7": 0x44, "8": 0x42, "9": 0x41},
    **{"*": 0x84, "0": 0x82, "#": 0x81, "L": 0x88, "E": 0x48},
}
"""Row and column, a bit each, of the high and the low half; L and E: the green and the red key."""


class Cm109Firmware:
    report_size = 4
    off_hook = line_rings = False

    def __init__(self, vices: Vices | None = None) -> None:
        self.vices = vices or Vices()
        self.buzzer = False
        self.down: set[str] = set()
        self._answers: deque[bytes] = deque(maxlen=4)

    def press(self, key: str) -> None:
        self.down.add(key)

    def release(self) -> None:
        self.down.clear()

    def order(self, report: bytes) -> None:
        """Mode 0 alone: pins and buzzer."""
        if len(report) != self.report_size or report[0] & 0xC0:
            return
        self.buzzer = bool(report[0] & 0x20)
        columns = report[1] & report[2] & 0x0F
        rows = 0
        for key in self.down:
            if KEYS[key] & columns:
                rows |= KEYS[key] & 0xF0
        if not self.vices.strikes("loses"):
            self._answers.append(bytes([0, rows | columns, 0, 0]))

    def answer(self) -> bytes | None:
        return self._answers.popleft() if self._answers else None
