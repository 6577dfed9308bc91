"""Descriptors of a USB telephone with sound (USB 2.0, 9.6): as many interfaces as it has, one of them HID."""

from __future__ import annotations

from dataclasses import dataclass, field

HID_INTERFACE = 3
ENDPOINT_IN = 0x83
AUDIO, HID = 1, 3
LANGUAGE = 0x0409
MANUFACTURER, PRODUCT, SERIAL = 1, 2, 3
"""Numbers of its texts."""


@dataclass
class DeviceDescriptor:
    idVendor: int
    idProduct: int
    bus: int
    address: int
    port_number: int
    port_numbers: tuple[int, ...]
    iSerialNumber: int = SERIAL
    iManufacturer: int = MANUFACTURER
    iProduct: int = PRODUCT
    bcdDevice: int = 0x0100
    bLength: int = 18
    bDescriptorType: int = 1
    bcdUSB: int = 0x0110
    bDeviceClass: int = 0
    bDeviceSubClass: int = 0
    bDeviceProtocol: int = 0
    bMaxPacketSize0: int = 8
    bNumConfigurations: int = 1
    speed: int = 2  # full


@dataclass
class ConfigurationDescriptor:
    bNumInterfaces: int = 4
    bConfigurationValue: int = 1
    bLength: int = 9
    bDescriptorType: int = 2
    wTotalLength: int = 9
    iConfiguration: int = 0
    bmAttributes: int = 0x80
    bMaxPower: int = 250
    extra_descriptors: list[int] = field(default_factory=list)


@dataclass
class InterfaceDescriptor:
    bInterfaceNumber: int
    bNumEndpoints: int
    bInterfaceClass: int
    bAlternateSetting: int = 0
    bInterfaceSubClass: int = 0
    bInterfaceProtocol: int = 0
    iInterface: int = 0
    bLength: int = 9
    bDescriptorType: int = 4
    extra_descriptors: list[int] = field(default_factory=list)


@dataclass
class EndpointDescriptor:
    wMaxPacketSize: int
    bEndpointAddress: int = ENDPOINT_IN
    bmAttributes: int = 3  # interrupt
    bInterval: int = 10
    bRefresh: int = 0
    bSynchAddress: int = 0
    bLength: int = 7
    bDescriptorType: int = 5
    extra_descriptors: list[int] = field(default_factory=list)


INTERFACES = (
    *(InterfaceDescriptor(number, 0, AUDIO) for number in range(HID_INTERFACE)),
    InterfaceDescriptor(HID_INTERFACE, 1, HID),
)


def text_descriptor(texts: dict[int, str], number: int) -> bytes:
    """9.6.7: number 0 is the list of languages."""
    body = LANGUAGE.to_bytes(2, "little") if number == 0 else texts[number].encode("utf-16-le")
    return bytes([2 + len(body), 3]) + body
