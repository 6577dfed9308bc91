"""The USB side of a telephone: finding it and taking its HID interface, by pyusb and the libusb that comes
with it.

The sound interfaces of the same device stay with the operating system. A `backend` of pyusb may be given: a
test gives a simulated one.
"""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctidrv.drivers.devices import who_has
from ctidrv.drivers.known import lookup
from ctidrv.errors import PortError

DRIVER = "usbgw"
_HID, _INTERRUPT, _IN = 3, 3, 0x80
_SET_REPORT, _OUTPUT = 0x09, 0x0200
"""HID 1.11, 7.2.2: to an interface, host to device, the output report."""
_TO_INTERFACE = 0x21
_WRITE_MS = 1000
_NUMBERS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}", re.IGNORECASE)
_PLACE = re.compile(r"\d{1,3}-\d{1,3}(\.\d{1,3})*")
_UNPLUGGED = (errno.ENODEV, errno.ENXIO, errno.ESHUTDOWN, errno.EIO)


class Gone(Exception):
    """The device is not there any more, or is there and does not answer."""


class Stalled(Exception):
    """The device refuses a transfer; `DoorUsb.unstall` lets it go on."""


@dataclass(frozen=True, slots=True)
class Found:
    """One that is plugged in. `place`: bus and ports, ``1-2.3``, as the kernel names it; texts may not be
    told."""

    vendor: int
    product: int
    place: str
    serial: str | None
    text: str | None
    device: Any

    @property
    def node(self) -> Path:
        """Linux'."""
        return Path(f"/dev/bus/usb/{self.device.bus:03}/{self.device.address:03}")

    @property
    def name(self) -> str:
        return f"USB device {self.vendor:04x}:{self.product:04x} at {self.place}"


def is_a_name(text: str) -> bool:
    """Whether `device` may be so: auto, numbers, a place, a serial number."""
    return bool(re.fullmatch(r"[\x21-\x7e]{1,64}", text))


def need_usb() -> Any:
    """pyusb's `usb.core`; PortError names the package."""
    try:
        import usb.core
        import usb.util
    except ImportError:
        raise PortError("USB telephones need the package pyusb: pip install 'ctidrv[usb]'") from None
    return usb


def libusb() -> Any:
    """The backend by libusb, the bundled one or the system's. PortError names the package."""
    need_usb()
    made = None
    with contextlib.suppress(ImportError, OSError):
        import libusb_package

        made = libusb_package.get_libusb1_backend()
    if made is None:
        from usb.backend import libusb1

        made = libusb1.get_backend()
    if made is None:
        raise PortError("libusb is not installed: pip install 'ctidrv[usb]'")
    return made


def find(wanted: str, backend: Any) -> Iterator[Found]:
    """Those of ours that are plugged in and are meant, by "auto", ``6993:b001``, ``1-2.3`` or a serial
    number."""
    usb = need_usb()
    try:
        present = list(usb.core.find(find_all=True, backend=backend))
    except usb.core.USBError as error:
        raise PortError(f"USB devices cannot be listed: {error}") from None
    for device in present:
        known = lookup("usb", f"{device.idVendor:04x}", f"{device.idProduct:04x}")
        if known is not None and known.driver == DRIVER:
            found = Found(
                device.idVendor,
                device.idProduct,
                _place(device),
                _text(usb, device, "iSerialNumber"),
                _text(usb, device, "iProduct"),
                device,
            )
            if is_meant(wanted, f"{found.vendor:04x}:{found.product:04x}", found.place, found.serial):
                yield found


def _place(device: Any) -> str:
    ports = device.port_numbers or (device.address or 0,)
    return f"{device.bus}-{'.'.join(str(port) for port in ports)}"


def _text(usb: Any, device: Any, which: str) -> str | None:
    """What it says of itself; None where it may not be opened, or says nothing."""
    try:
        number = getattr(device, which)
        return str(usb.util.get_string(device, number)).strip("\0 ") or None if number else None
    except (usb.core.USBError, ValueError, NotImplementedError, UnicodeError):
        return None


def is_meant(wanted: str, numbers: str, place: str, serial: str | None) -> bool:
    """Whether `device` of station.toml is this one; `numbers` as ``6993:b001``."""
    if _NUMBERS.fullmatch(wanted):
        return wanted.lower() == numbers
    if _PLACE.fullmatch(wanted):
        return wanted == place
    return wanted == "auto" or wanted == serial


class DoorUsb:
    """The HID interface of one, which is ours alone while it is open. Not from two threads at once.

    PortError says why it cannot be had, and what to do; the kernel's driver gets it back at the end.
    """

    def __init__(self, found: Found) -> None:
        self._usb = need_usb()
        self._device = found.device
        self._detached = False
        try:
            self._interface, self._endpoint = self._hid()
            self.packet_size = int(self._endpoint.wMaxPacketSize)
            """Bytes of its reports."""
            self._claim()
        except (self._usb.core.USBError, NotImplementedError, IndexError) as error:
            self.close()
            raise PortError(_why(found, error)) from None

    def _hid(self) -> tuple[int, Any]:
        for interface in self._device.get_active_configuration():
            if interface.bInterfaceClass == _HID:
                for endpoint in interface:
                    if endpoint.bmAttributes & 3 == _INTERRUPT and endpoint.bEndpointAddress & _IN:
                        return int(interface.bInterfaceNumber), endpoint
        raise IndexError("it has no HID interface")

    def _claim(self) -> None:
        number = self._interface
        with contextlib.suppress(NotImplementedError):  # Windows: there is nothing to detach
            if self._device.is_kernel_driver_active(number):
                self._device.detach_kernel_driver(number)
                self._detached = True
        self._usb.util.claim_interface(self._device, number)

    def write(self, report: bytes) -> None:
        """Gone, Stalled, TimeoutError."""
        with self._told():
            self._device.ctrl_transfer(
                _TO_INTERFACE, _SET_REPORT, _OUTPUT, self._interface, report, _WRITE_MS
            )

    def read(self, size: int, within_ms: int) -> bytes:
        """A report; errors as of `write`."""
        with self._told():
            return bytes(self._endpoint.read(size, within_ms))

    def unstall(self) -> None:
        """Errors as of `write`."""
        with self._told():
            self._device.clear_halt(self._endpoint.bEndpointAddress)

    def close(self) -> None:
        """Safe twice, and when it is gone."""
        failures = (self._usb.core.USBError, NotImplementedError)
        if self._detached:
            self._detached = False
            with contextlib.suppress(*failures):
                self._usb.util.release_interface(self._device, self._interface)
            with contextlib.suppress(*failures):
                self._device.attach_kernel_driver(self._interface)
        with contextlib.suppress(*failures):
            self._usb.util.dispose_resources(self._device)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._usb.core.USBTimeoutError as error:
            raise TimeoutError(str(error)) from None
        except self._usb.core.USBError as error:
            if error.errno == errno.ETIMEDOUT:
                raise TimeoutError(str(error)) from None
            if error.errno in (errno.EPIPE, errno.EOVERFLOW):
                raise Stalled(str(error)) from None
            if error.errno in _UNPLUGGED:
                raise Gone("it was unplugged") from None
            raise Gone(f"USB error: {error}") from None


_RULES = "not allowed: install the udev rules (ctidrv doctor --system-files DIR), then plug it in again"
_WINUSB = "give its HID interface the driver WinUSB, by the program Zadig (Windows)"
_ADVICE = {
    errno.EACCES: _RULES,
    errno.EPERM: _RULES,
    errno.ENODEV: "it was unplugged",
    errno.ENOENT: _WINUSB,
}


def _why(found: Found, error: Exception) -> str:
    if isinstance(error, NotImplementedError):  # libusb has no driver to talk to
        return f"{found.name}: {_WINUSB}"
    number = getattr(error, "errno", None) or 0
    advice = who_has(found.node) if number == errno.EBUSY else _ADVICE.get(number)
    return f"{found.name}: {advice or f'cannot be opened: {error}'}"
