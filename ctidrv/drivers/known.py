"""The telephony hardware that can be told by its USB or PCI number, and which driver has it.

A number tells what is plugged in, never what it can do: that is asked of the device. Numbers are those of
Linux' cdc-acm.c, yealink.c and cm109.c, and of DAHDI's wctdm.c, wctdm24xxp and xpp_usb.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A model. `bus`: usb or pci."""

    bus: str
    vendor: str
    product: str
    name: str
    driver: str
    """Of ours."""
    module: str | None = None
    """The kernel's, without which it has no nodes."""


def _row(
    bus: str, vendor: str, products: str, name: str, driver: str, module: str | None = None
) -> Iterator[Known]:
    for product in products.split():
        yield Known(bus, vendor, product, name, driver, module)


KNOWN: tuple[Known, ...] = (
    *_row("usb", "0572", "1321 1324 1328 1349", "Conexant CX930xx voice modem", "v253", "cdc_acm"),
    *_row("usb", "0803", "3095", "Zoom 3095 voice modem", "v253", "cdc_acm"),
    *_row("usb", "0baf", "0303", "USR 5637 voice modem", "v253", "cdc_acm"),
    *_row("usb", "6993", "b001 b700", "Yealink USB phone or telephone box", "usbgw"),
    *_row("usb", "0d8c", "0008 0009 000a 000b 000e 000f", "C-Media CM109 telephone", "usbgw"),
    *_row("usb", "e4e4", "1132 1142 1152 1162", "Xorcom Astribank", "dahdi", "xpp_usb"),
    *_row("pci", "e159", "0001", "TDM400P card or a clone of it", "dahdi", "wctdm"),
    *_row("pci", "d161", "2400", "TDM2400P card", "dahdi", "wctdm24xxp"),
    *_row("pci", "d161", "8003 8007 8008", "Digium analogue card", "dahdi", "wctdm24xxp"),
)

HEADSET_VENDORS = ("0b0e", "047f", "1395", "046d", "045e", "03f0", "1e85", "291a", "17ef", "413c", "0d8c")
"""USB numbers of makers of headsets with telephony keys: GN (Jabra), Plantronics, Sennheiser (EPOS),
Logitech, Microsoft, HP (Poly), Gigaset, Anker, Lenovo, Dell, C-Media (sound chips of others)."""


def lookup(bus: str, vendor: str, product: str) -> Known | None:
    """The model of a number, four hexadecimal digits each; None: none that we know."""
    for known in KNOWN:
        if (known.bus, known.vendor, known.product) == (bus, vendor.lower(), product.lower()):
            return known
    return None
