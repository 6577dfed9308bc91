"""A headset's keys and lamps beneath the driver: `HidBus` looks like the package hidapi to it.

Each behaves as such devices do: it lights nothing by itself, takes back what its user pressed when the host
does not tell it so in time, and may answer a lamp with a report as if a key had been pressed. Time is an
injected clock, in seconds; with the real one (`live`) reads wait.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hwsim.devices.hid_models import Model, Place

REVERTS_S = 2.0
"""After so long without the host's word it takes back what was pressed."""
ANSWERS_S = 0.03
_DIGITS = "0123456789*#"
_LAMPS = {"hook": "off-hook", "mute": "mute"}
"""By which the host says how it is with a key."""
TELEPHONY, HEADSET = 0x0B, 0x05


@dataclass(slots=True)
class Vices:
    """What it does wrong."""

    echoes: bool = True
    """It answers a lamp with the report of its key; many do."""
    deaf: bool = False
    """It takes lamps and does not act by them."""
    refuses: bool = False
    """A lamp's report is not taken."""
    stalls_s: float = 0.0
    """So long a lamp's report takes."""
    short: bool = False
    """Its reports end too soon."""


class HidHeadset:
    """One device. Its user's hands: `press`, `dial`; its vices: `vices`, `flood`, `send`, `unplug`,
    `plug`."""

    def __init__(
        self,
        model: Model,
        clock: Callable[[], float] = time.monotonic,
        *,
        live: bool = False,
        number: int = 0,
    ) -> None:
        self.model = model
        self.path = f"/dev/hidraw-of-hwsim{number}"
        self.vices = Vices()
        self.plugged = True
        self.lamps = dict.fromkeys(model.lamps, False)
        """As the host told them last."""
        self.off_hook = False
        self.muted = False
        self.written: list[tuple[float, bytes]] = []
        """All that the host wrote, and when."""
        self.at_open: list[bytes] = []
        """Reports that whoever opens it finds: of a time before."""
        self.pressed: dict[str, float] = {}
        """Keys that wait for the host's word, and since when."""
        self._clock = clock
        self._live = live
        self._bodies = {report: bytearray(length) for report, length in model.lengths.items()}
        if model.keypad is not None:
            self._digit(model.keypad.rest)
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._news = threading.Condition()

    # Its user.

    def press(self, key: str) -> None:
        """Presses it and lets it go."""
        with self._news:
            if key in ("hook", "mute"):
                self._turn(key)
                self.pressed[key] = self._clock()
            self._report_of(key, self._clock())

    def dial(self, digit: str) -> None:
        assert self.model.keypad is not None
        with self._news:
            for value in (_DIGITS.index(digit), self.model.keypad.rest):
                self._digit(value)
                self._put(self.model.keypad.report, self._clock())

    # Its vices.

    def unplug(self) -> None:
        with self._news:
            self.plugged = False
            self._waiting.clear()
            self._news.notify_all()

    def plug(self) -> None:
        """Back, and as new."""
        with self._news:
            self.lamps = dict.fromkeys(self.model.lamps, False)
            self.off_hook = self.muted = False
            self.pressed.clear()
            for body in self._bodies.values():
                body[:] = bytes(len(body))
            if self.model.keypad is not None:
                self._digit(self.model.keypad.rest)
            self.plugged = True

    def send(self, report: bytes) -> None:
        """Any bytes at all."""
        with self._news:
            self._later(self._clock(), report)

    def flood(self, key: str, times: int) -> None:
        for _ in range(times):
            self.press(key)

    # Its own doing.

    def _turn(self, key: str) -> None:
        if key == "hook":
            self.off_hook = not self.off_hook
        else:
            self.muted = not self.muted

    def _report_of(self, key: str, at: float) -> None:
        place = self.model.keys.get(key)
        if place is None:
            return
        on = {"hook": self.off_hook, "mute": self.muted}.get(key, True)
        for value in (on,) if place.kind == "state" else (True, False):
            self._set(place, value)
            self._put(place.report, at)

    def _set(self, place: Place, value: bool) -> None:
        body, mask = self._bodies[place.report], 1 << place.bit % 8
        body[place.bit // 8] = body[place.bit // 8] & ~mask | mask * value

    def _digit(self, value: int) -> None:
        keypad = self.model.keypad
        assert keypad is not None
        for bit in range(4):
            self._set(Place(keypad.report, keypad.bit + bit), bool(value >> bit & 1))

    def _put(self, report: int, at: float) -> None:
        body = bytes(self._bodies[report])
        self._later(at, (bytes([report]) if report else b"") + (body[:-1] if self.vices.short else body))

    def _later(self, at: float, report: bytes) -> None:
        if self.plugged:
            self._waiting.append((at, report))
            self._news.notify_all()

    # Its wire.

    def take(self, report: bytes) -> int:
        """A lamp's report, its number in front; how many bytes were taken, -1: none."""
        if self._live and self.vices.stalls_s:
            time.sleep(self.vices.stalls_s)  # noqa: TID251 - a device does
        with self._news:
            self._alive()
            if self.vices.refuses:
                return -1
            self.written.append((self._clock(), report))
            if not self.vices.deaf:
                for lamp, place in self.model.lamps.items():
                    if place.report == report[0]:
                        self._light(lamp, bool(report[1 + place.bit // 8] >> place.bit % 8 & 1))
            return len(report)

    def _light(self, lamp: str, on: bool) -> None:
        self.lamps[lamp] = on
        key = next((key for key, its in _LAMPS.items() if its == lamp), None)
        if key is None:
            return
        if (self.off_hook if key == "hook" else self.muted) == on:
            self.pressed.pop(key, None)
            return
        self._turn(key)
        self.pressed.pop(key, None)
        if self.vices.echoes:
            self._report_of(key, self._clock() + ANSWERS_S)

    def give(self, wait_s: float) -> bytes:
        """The next report, or nothing."""
        until = time.monotonic() + wait_s
        with self._news:
            while True:
                self._alive()
                self._revert()
                if self._waiting and self._waiting[0][0] <= self._clock():
                    return self._waiting.popleft()[1]
                left = until - time.monotonic()
                if not self._live or left <= 0:
                    return b""
                self._news.wait(min(left, 0.01))

    def _revert(self) -> None:
        for key, since in list(self.pressed.items()):
            if self._clock() >= since + REVERTS_S:
                del self.pressed[key]
                if (self.off_hook if key == "hook" else self.muted) != self.lamps[_LAMPS[key]]:
                    self._turn(key)
                    if self.model.keys[key].kind == "state":
                        self._report_of(key, self._clock())

    def _alive(self) -> None:
        if not self.plugged:
            raise OSError("read error: No such device")

    def opened(self) -> None:
        with self._news:
            self._waiting.clear()
            for report in self.at_open:
                self._later(self._clock(), report)


class HidBus:
    """As the package hidapi: `enumerate` and `device`. `locked`: nobody may open anything."""

    def __init__(self, *headsets: HidHeadset) -> None:
        self.headsets = list(headsets)
        self.locked = False

    def enumerate(self) -> list[Mapping[str, Any]]:
        """A row for each top collection of each."""
        return [
            {
                "path": each.path.encode(),
                "vendor_id": each.model.vendor,
                "product_id": each.model.product,
                "product_string": each.model.name,
                "usage_page": page,
                "usage": usage,
            }
            for each in self.headsets
            if each.plugged
            for page, usage in (*((page, 1) for page in each.model.more_collections), (TELEPHONY, HEADSET))
        ]

    def device(self) -> OpenHeadset:
        return OpenHeadset(self)


class OpenHeadset:
    """As hidapi's device."""

    def __init__(self, bus: HidBus) -> None:
        self._bus = bus
        self._headset: HidHeadset | None = None

    def open_path(self, path: bytes) -> None:
        found = [each for each in self._bus.headsets if each.plugged and each.path.encode() == path]
        if not found or self._bus.locked:
            raise OSError("open failed")
        self._headset = found[0]
        self._headset.opened()

    def get_report_descriptor(self) -> list[int]:
        return list(self._open().model.descriptor)

    def read(self, most: int, wait_ms: int = 0) -> list[int]:
        return list(self._open().give(wait_ms / 1000)[:most])

    def write(self, report: bytes) -> int:
        return self._open().take(report)

    def error(self) -> str:
        return "the device does not take it"

    def close(self) -> None:
        self._headset = None

    def _open(self) -> HidHeadset:
        if self._headset is None:
            raise ValueError("not open")
        return self._headset
