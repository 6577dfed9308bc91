"""A backend of pyusb (usb.backend.IBackend) whose devices are simulated; nothing of libusb is needed.

Errors are those of pyusb on Linux: time-out 110, unplugged 19, busy 16, not allowed 13, stalled 32.
"""

from __future__ import annotations

import errno
import threading
from array import array
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import usb.core

from hwsim.devices.usbgw import descriptors
from hwsim.devices.usbgw.descriptors import (
    ENDPOINT_IN,
    HID_INTERFACE,
    INTERFACES,
    ConfigurationDescriptor,
    DeviceDescriptor,
    EndpointDescriptor,
    InterfaceDescriptor,
)
from hwsim.devices.usbgw.vices import Vices

_GET_DESCRIPTOR, _STRING = (0x80, 6), 3
_SET_REPORT = (0x21, 9, 0x0200, HID_INTERFACE)


class Firmware(Protocol):
    """What is within a device."""

    report_size: int
    vices: Vices

    def order(self, report: bytes) -> None: ...
    def answer(self) -> bytes | None:
        """None: nothing has come."""


class UsbDevice:
    """One at a place; pyusb's handle for it, too."""

    def __init__(
        self,
        firmware: Firmware,
        vendor: int,
        product: int,
        *,
        text: str = "VOIP USB Phone",
        serial: str | None = None,
        ports: tuple[int, ...] = (2,),
        bus: int = 1,
    ) -> None:
        self.firmware = firmware
        self.descriptor = DeviceDescriptor(vendor, product, bus, 5, ports[-1], ports)
        self.texts = {descriptors.MANUFACTURER: "hwsim", descriptors.PRODUCT: text}
        if serial is None:
            self.descriptor.iSerialNumber = 0
        else:
            self.texts[descriptors.SERIAL] = serial
        self.allowed = True
        """False: the user may not open it."""
        self.kernel_driver = True
        """Of the HID interface."""
        self.claimed = False
        self.plugged = True
        self.stalled = False
        self.opened = 0


class Backend:
    """With what is plugged in; `devices` may change at any time."""

    def __init__(self, devices: Iterable[UsbDevice] = ()) -> None:
        self.devices = list(devices)
        self._lock = threading.RLock()

    def unplug(self, device: UsbDevice) -> None:
        with self._lock:
            device.plugged = device.claimed = device.stalled = False
            self.devices.remove(device)

    def plug(self, device: UsbDevice) -> None:
        """Its address is another."""
        with self._lock:
            device.plugged = device.kernel_driver = True
            device.descriptor.address += 1
            self.devices.append(device)

    # IBackend.

    def enumerate_devices(self) -> Iterator[UsbDevice]:
        return iter(list(self.devices))

    def get_parent(self, device: UsbDevice) -> None:
        return None

    def get_device_descriptor(self, device: UsbDevice) -> DeviceDescriptor:
        return device.descriptor

    def get_configuration_descriptor(self, device: UsbDevice, config: int) -> ConfigurationDescriptor:
        return (ConfigurationDescriptor(),)[config]

    def get_interface_descriptor(
        self, device: UsbDevice, interface: int, alternate: int, config: int
    ) -> InterfaceDescriptor:
        return (INTERFACES[interface],)[alternate]

    def get_endpoint_descriptor(
        self, device: UsbDevice, endpoint: int, interface: int, alternate: int, config: int
    ) -> EndpointDescriptor:
        if interface != HID_INTERFACE:
            raise IndexError(endpoint)
        return (EndpointDescriptor(device.firmware.report_size),)[endpoint]

    def open_device(self, device: UsbDevice) -> UsbDevice:
        self._there(device)
        if not device.allowed:
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, errno.EACCES)
        device.opened += 1
        return device

    def close_device(self, device: UsbDevice) -> None:
        device.opened -= 1

    def get_configuration(self, device: UsbDevice) -> int:
        self._there(device)
        return 1

    def claim_interface(self, device: UsbDevice, interface: int) -> None:
        with self._lock:
            self._there(device)
            if device.kernel_driver or device.claimed:
                raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
            device.claimed = True

    def release_interface(self, device: UsbDevice, interface: int) -> None:
        self._there(device)
        device.claimed = False

    def is_kernel_driver_active(self, device: UsbDevice, interface: int) -> bool:
        self._there(device)
        return device.kernel_driver and interface == HID_INTERFACE

    def detach_kernel_driver(self, device: UsbDevice, interface: int) -> None:
        self._there(device)
        device.kernel_driver = False

    def attach_kernel_driver(self, device: UsbDevice, interface: int) -> None:
        self._there(device)
        if device.claimed:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        device.kernel_driver = True

    def clear_halt(self, device: UsbDevice, endpoint: int) -> None:
        self._there(device)
        device.stalled = False

    def ctrl_transfer(
        self, device: UsbDevice, kind: int, request: int, value: int, index: int, data: Any, timeout: int
    ) -> Any:
        with self._lock:
            self._there(device)
            if (kind, request) == _GET_DESCRIPTOR and value >> 8 == _STRING:
                return self._text(device, value & 0xFF, data)
            if (kind, request, value, index) != _SET_REPORT:
                raise usb.core.USBError("Pipe error", -9, errno.EPIPE)
            if not device.claimed:
                raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
            device.firmware.order(bytes(data))
            return len(data)

    def intr_read(self, device: UsbDevice, endpoint: int, interface: int, into: Any, timeout: int) -> int:
        with self._lock:
            self._there(device)
            if endpoint != ENDPOINT_IN:
                return self._no_such_endpoint()
            device.stalled = device.stalled or device.firmware.vices.strikes("stalls")
            if device.stalled:
                raise usb.core.USBError("Pipe error", -9, errno.EPIPE)
            answer = device.firmware.answer()
        if answer is None:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        if len(answer) > len(into):
            raise usb.core.USBError("Overflow", -8, errno.EOVERFLOW)
        into[: len(answer)] = array("B", answer)
        return len(answer)

    def _no_such_endpoint(self, *_: object) -> int:
        raise usb.core.USBError("Entity not found", -5, errno.ENOENT)

    intr_write = bulk_read = bulk_write = iso_read = iso_write = _no_such_endpoint

    def _text(self, device: UsbDevice, number: int, into: Any) -> int:
        if number and number not in device.texts:
            raise usb.core.USBError("Pipe error", -9, errno.EPIPE)
        body = descriptors.text_descriptor(device.texts, number)[: len(into)]
        into[: len(body)] = array("B", body)
        return len(body)

    def _there(self, device: UsbDevice) -> None:
        if not device.plugged:
            raise usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)
