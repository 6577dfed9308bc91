"""The simulated USB as plain pyusb sees it, without our driver: descriptors, transfers, and errors with their
numbers."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from typing import Any

import pytest
import usb.core
import usb.util

from ctidrv.errors import InputError
from hwsim.devices.usbgw.stand_in import GatewayStandIn

SET_REPORT = (0x21, 9, 0x0200, 3)


def packet(*body: int) -> bytes:
    padded = bytes(body).ljust(15, b"\0")
    return padded + bytes([-sum(padded) & 0xFF])


class Host:
    """A program with pyusb at a box."""

    def __init__(self, model: str = "b2k", **more: Any) -> None:
        self.box = GatewayStandIn(model, **more)
        self.device: Any = usb.core.find(backend=self.box.backend)
        (self.endpoint,) = list(self.device.get_active_configuration()[(3, 0)])

    def claim(self) -> Host:
        self.device.detach_kernel_driver(3)
        usb.util.claim_interface(self.device, 3)
        return self

    def ask(self, *body: int) -> bytes:
        self.device.ctrl_transfer(*SET_REPORT, packet(*body))
        return bytes(self.endpoint.read(16, 10))


def test_it_is_found_with_its_texts_and_its_interfaces() -> None:
    host = Host(serial="A1", text="VOIP USB Phone", ports=(2, 3))
    device = host.device
    assert (device.idVendor, device.idProduct, device.bus, device.port_numbers) == (0x6993, 0xB001, 1, (2, 3))
    assert usb.util.get_string(device, device.iProduct) == "VOIP USB Phone"
    assert usb.util.get_string(device, device.iSerialNumber) == "A1"
    assert [each.bInterfaceClass for each in device[0]] == [1, 1, 1, 3]
    assert (host.endpoint.bEndpointAddress, host.endpoint.wMaxPacketSize) == (0x83, 16)


@pytest.mark.parametrize(("model", "size"), [("p1k", 16), ("b3g", 16), ("p1kh", 8), ("kip1000", 4)])
def test_its_reports_have_the_size_of_its_generation(model: str, size: int) -> None:
    assert Host(model).endpoint.wMaxPacketSize == size


def test_version_state_and_keys_are_answered_as_the_kernels_driver_reads_them() -> None:
    host = Host().claim()
    version = host.ask(0x87, 2)
    assert int.from_bytes(version[4:6], "big") in range(0x0520, 0x0540)
    assert sum(version) % 256 == 0
    assert host.ask(0x8D, 1)[4] == 0
    host.box.firmware.off_hook = host.box.firmware.line_rings = True
    assert host.ask(0x8D, 1)[4] == 3
    host.box.press("#")
    number = host.ask(0x80, 1)[4]
    assert host.ask(0x81, 1, 0, (number - 1) & 0x1F)[4] == 0x0C
    host.box.release()
    number = host.ask(0x80, 1)[4]
    assert host.ask(0x81, 1, 0, (number - 1) & 0x1F)[4] == 0xFF


def test_a_b3g_tells_ring_and_hook_with_the_number_of_keys() -> None:
    host = Host("b3g").claim()
    assert list(host.ask(0x80, 3)[4:7]) == [0, 0, 1]
    host.box.firmware.off_hook = host.box.firmware.line_rings = True
    assert list(host.ask(0x80, 3)[4:7]) == [0, 1, 0]


def test_bell_relay_and_lamps_are_ordered_and_not_answered() -> None:
    host = Host().claim()
    firmware: Any = host.box.firmware
    assert firmware.relay
    for body in ((0x01, 1, 0, 0, 1), (0x0E, 1, 0, 0, 0), (0x05, 2, 0, 0, 0xFF, 0xFF)):
        host.device.ctrl_transfer(*SET_REPORT, packet(*body))
    assert (firmware.bell, firmware.relay, firmware.lamp) == (True, False, b"\xff\xff")
    with pytest.raises(usb.core.USBTimeoutError):
        host.endpoint.read(16, 10)


@pytest.mark.parametrize("raw", [b"", bytes(15), b"\x87" + bytes(15), packet(0x87, 12), packet(0x33, 1)])
def test_what_is_no_order_is_refused(raw: bytes) -> None:
    host = Host().claim()
    host.device.ctrl_transfer(*SET_REPORT, raw)
    assert host.endpoint.read(16, 10)[0] == 0xFD


def test_a_matrix_answers_the_columns_that_are_driven() -> None:
    host = Host("kip1000").claim()
    seen = []
    host.box.press("5")  # row 0x20, column 2
    for columns in (0x0F, 1, 2, 4, 8):
        host.device.ctrl_transfer(*SET_REPORT, bytes([0, columns, columns, 0]))
        seen.append(host.endpoint.read(4, 10)[1])
    assert seen == [0x2F, 0x01, 0x22, 0x04, 0x08]


@contextlib.contextmanager
def failing(number: int) -> Iterator[None]:
    with pytest.raises(usb.core.USBError) as raised:
        yield
    assert raised.value.errno == number


def test_errors_have_the_numbers_of_linux() -> None:
    host = Host()
    with failing(errno.EBUSY):
        usb.util.claim_interface(host.device, 3)
    host.claim()
    with failing(errno.ETIMEDOUT):
        host.endpoint.read(16, 10)
    host.box.vices.strike("stalls")
    for _ in range(2):
        with failing(errno.EPIPE):
            host.endpoint.read(16, 10)
    host.device.clear_halt(0x83)
    with failing(errno.ETIMEDOUT):
        host.endpoint.read(16, 10)
    host.box.unplug()
    with failing(errno.ENODEV):
        host.endpoint.read(16, 10)
    assert usb.core.find(backend=host.box.backend) is None
    host.box.device.allowed = False
    host.box.plug()
    with failing(errno.EACCES):
        usb.core.find(backend=host.box.backend).get_active_configuration()


def test_a_vice_that_there_is_not_is_named() -> None:
    with pytest.raises(InputError, match="there are bad-checksum, refuses"):
        GatewayStandIn("b2k").vices.strike("naughty")
    with pytest.raises(InputError, match="there are p1k, p4k"):
        GatewayStandIn("b4k")
