"""The operating system's HID devices, by hidapi (package hidapi, under its BSD licence)."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ctidrv.drivers.devices import trouble
from ctidrv.drivers.hid.usages import TELEPHONY
from ctidrv.errors import PortError

_LONGEST = 1024
"""Bytes of a report that is read."""
_LONGEST_NAME = 80
_lock = threading.Lock()
"""hidapi looks for devices and opens them for one thread at a time."""


@dataclass(frozen=True, slots=True)
class HidInfo:
    """A telephone among the HID devices. `path`: what opens it; `vendor`, `product`: USB numbers."""

    path: str
    name: str
    vendor: int
    product: int


class HidDevice(Protocol):
    """An open one, from one thread. OSError: it is gone."""

    descriptor: bytes

    def read(self, wait_ms: int) -> bytes:
        """The next report, its number in front where there are numbers; empty: none has come so long."""

    def write(self, report: bytes) -> None:
        """One report behind its number, which is 0 where there are none."""

    def close(self) -> None: ...


class Hidapi:
    """The system's, or another that looks like the package. On Linux by its hidraw nodes: the other way takes
    the device from the kernel. PortError: what is missing, or why a device is not opened, and what to do."""

    def __init__(self, package: Any = None) -> None:
        self._package = package

    def devices(self) -> list[HidInfo]:
        """Those with a collection of usage page 0x0B, each once."""
        hid = self._package or _hidapi()
        with _lock:
            try:
                rows = hid.enumerate()
            except OSError as error:
                raise PortError(f"HID devices cannot be listed: {error}") from None
        found: dict[str, HidInfo] = {}
        for row in rows:
            if row["usage_page"] == TELEPHONY:
                path = row["path"].decode("utf-8", "replace")
                vendor, product = row["vendor_id"], row["product_id"]
                name = _shown(row["product_string"] or "") or f"{vendor:04x}:{product:04x}"
                found.setdefault(path, HidInfo(path, name, vendor, product))
        return list(found.values())

    def open(self, info: HidInfo) -> HidDevice:
        device = (self._package or _hidapi()).device()
        try:
            with _lock:
                device.open_path(info.path.encode())
            return _Open(device)
        except (OSError, ValueError) as error:
            device.close()
            raise PortError(_why(info, error)) from None


class _Open:
    def __init__(self, device: Any) -> None:
        self._device = device
        self.descriptor = bytes(device.get_report_descriptor())

    def read(self, wait_ms: int) -> bytes:
        return bytes(self._device.read(_LONGEST, wait_ms))

    def write(self, report: bytes) -> None:
        if self._device.write(report) < 0:
            raise OSError(f"a lamp's report was not taken: {self._device.error()}")

    def close(self) -> None:
        self._device.close()


def _shown(name: str) -> str:
    """The device gives its name itself: nothing of it moves a terminal's cursor or fills a screen."""
    return "".join(letter for letter in name if letter.isprintable())[:_LONGEST_NAME].strip()


def _hidapi() -> Any:
    try:
        if sys.platform == "linux":
            import hidraw as hid
        else:
            import hid
    except ImportError:
        raise PortError(
            "a headset's keys and lamps need the package hidapi: pip install 'ctidrv[soundcard]'"
        ) from None
    return hid


def _why(info: HidInfo, error: Exception) -> str:
    found = trouble(Path(info.path)) if sys.platform == "linux" else None
    if found is None:
        return f"{info.name} ({info.path}) cannot be opened: {error}"
    return f"{info.name}: {found.what}: {found.advice}"
