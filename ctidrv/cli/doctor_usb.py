"""Doctor's look at USB telephones: whether libusb is there, and whether it may have them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ctidrv.cli.examined import Result
from ctidrv.config import BoardConfig
from ctidrv.drivers.devices import Device, trouble
from ctidrv.drivers.usbgw.door import DRIVER, is_meant, libusb
from ctidrv.errors import PortError


def examine_usb_board(board: BoardConfig, found: Sequence[Device], root: Path) -> Result:
    """The first device that the board means."""
    check = f"board {board.name}: device"
    if not (root / "sys/bus/usb").is_dir():
        return Result(check, "ok", "what is plugged in cannot be told on this system")
    device = next((each for each in found if is_of(each, board)), None)
    if device is None:
        there = ", ".join(each.address for each in found if each.known.driver == DRIVER)
        which = board.settings.get("device", "auto")
        return Result(
            check,
            "finding",
            f"device {which}: no such USB telephone is plugged in",
            f"plug it in, or correct `device`: there is one at {there}" if there else "plug it in",
        )
    wrong = None if device.node is None else trouble(device.node, root)
    if wrong is not None:
        return Result(check, "finding", wrong.what, wrong.advice)
    return Result(check, "ok", f"{device.known.name} at {device.address} can be opened")


def is_of(device: Device, board: BoardConfig) -> bool:
    known = device.known
    wanted = str(board.settings.get("device", "auto"))
    return known.driver == DRIVER and is_meant(
        wanted, f"{known.vendor}:{known.product}", device.address, device.serial
    )


def unused_usb(device: Device) -> Result:
    """One that is plugged in and is no board's."""
    try:
        libusb()
        first = ""
    except PortError as error:
        first = f"{error}; then "
    return Result(
        f"device {device.address}",
        "note",
        f"{device.known.name}: no board of this station is it",
        f'{first}add a [[board]] with driver = "{DRIVER}" and device = "{device.address}" to station.toml',
    )
