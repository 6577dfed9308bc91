"""Telephones with C-Media's CM109: a matrix of keys that is scanned, and a buzzer.

An output report drives columns of the matrix (low half of its second byte, and which pins do so in the third)
and the buzzer (bit 5 of the first); an input report reads its rows (high half of its second byte). All
columns are driven until a row answers, then one after the other. Source: Linux' drivers/input/misc/cm109.c.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctidrv.drivers.usbgw.door import Gone, Stalled
from ctidrv.drivers.usbgw.models import Model
from ctidrv.drivers.usbgw.seen import Door, KeyDown, KeyUp, Seen

REPORT = 4
_BUZZER, _ALL, _COLUMNS = 0x20, 0x0F, (1, 2, 4, 8)
_IDLE_MS, _SCAN_MS = 5, 50


class Cm109:
    """Of a model with its keys."""

    def __init__(self, door: Door, model: Model) -> None:
        self.model = model
        self._door = door
        self._buzzes = False
        self._rows = 0
        self._down: str | None = None

    def begin(self) -> None:
        self._rows, self._down, self._buzzes = 0, None, False
        self._drive(_ALL)

    def poll(self) -> Iterator[Seen]:
        self._drive(_ALL)
        report = self._read(_IDLE_MS)
        rows = self._rows if report is None else report[1] & 0xF0
        if rows == self._rows:
            return
        key = self._scan() if rows else None
        if rows and key is None:  # what no column explains is looked at again
            return
        self._rows = rows
        if key == self._down:
            return
        if self._down is not None:
            yield KeyUp()
        if key is not None:
            yield KeyDown(key)
        self._down = key

    def ring(self, on: bool) -> None:
        self._buzzes = on
        self._drive(_ALL)

    def lamps(self, used: bool, line: bool) -> None:
        """It has none."""

    def relay(self, to_line: bool) -> None:
        """It has none."""

    def _scan(self) -> str | None:
        """The first key that is down."""
        for column in _COLUMNS:
            self._drive(column)
            report = self._read(_SCAN_MS)
            if report is not None and report[1] & 0x0F == column and report[1] & 0xF0:
                key = self.model.keys.get(report[1])
                if key is not None:
                    return key
        return None

    def _drive(self, columns: int) -> None:
        try:
            self._door.write(bytes([_BUZZER * self._buzzes, columns, columns, 0]))
        except Stalled:
            self._door.unstall()
        except TimeoutError:
            raise Gone("it takes no orders") from None

    def _read(self, within_ms: int) -> bytes | None:
        """The latest report; None: nothing new, or no report at all."""
        last = None
        for _ in range(REPORT):
            try:
                report = self._door.read(REPORT, 1 if last else within_ms)
            except TimeoutError:
                return last
            except Stalled:
                self._door.unstall()
                return last
            if len(report) == REPORT:
                last = report
        return last
