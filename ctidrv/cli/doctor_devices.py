"""Doctor's look at the hardware: what is plugged in, and whether the station's boards can have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ctidrv.cli.doctor_cards import examine_cards, is_card, load_dahdi
from ctidrv.cli.doctor_usb import examine_usb_board, is_of, unused_usb
from ctidrv.cli.examined import Result
from ctidrv.config import BoardConfig
from ctidrv.drivers.devices import Device, devices, has_module, modem_manager, trouble
from ctidrv.drivers.usbgw.door import DRIVER

ROOT = Path("/")
"""Where the kernel's files are."""
CARDS = "dev/dahdi/ctl"


def examine_devices(boards: Sequence[BoardConfig]) -> Iterator[Result]:
    """Each board that names a device, then each device that no board names."""
    usb_boards = [board for board in boards if board.driver == DRIVER]
    others = [board for board in boards if board.driver != DRIVER]
    named = [Path(str(board.settings["device"])) for board in others if "device" in board.settings]
    for board in others:
        if "device" in board.settings:
            yield _board(board, Path(str(board.settings["device"])))
        elif board.driver == "dahdi":
            yield from examine_cards(board, ROOT)
    found = devices(ROOT)
    for board in usb_boards:
        yield examine_usb_board(board, found, ROOT)
    real = {path.resolve() for path in named}
    uses_cards = any(board.driver == "dahdi" for board in boards)
    for device in found:
        if is_card(device):
            if not uses_cards:
                yield _card(device)
        elif device.known.driver == DRIVER:
            if not any(is_of(device, board) for board in usb_boards):
                yield unused_usb(device)
        elif device.node is None or device.node.resolve() not in real:
            yield _unused(device)
    if not found:
        yield Result("devices", "ok", "no modem, card or telephone box that ctidrv knows is plugged in")


def _board(board: BoardConfig, node: Path) -> Result:
    check = f"board {board.name}: device"
    found = trouble(node, ROOT)
    if found is not None:
        return Result(check, "finding", found.what, found.advice)
    if modem_manager(node.resolve(), ROOT):
        return Result(
            check,
            "note",
            f"ModemManager runs and tries {node} whenever it is plugged in",
            "install the udev rules, which keep it away: ctidrv doctor --system-files DIR",
        )
    return Result(check, "ok", f"{node} can be opened")


def _card(device: Device) -> Result:
    check = f"device {device.address}"
    if not (ROOT / CARDS).exists():
        return Result(check, "note", f"{device.known.name}: it has no driver", load_dahdi([device]))
    return Result(check, "note", f"{device.known.name}: no board of this station is it", _add(device))


def _unused(device: Device) -> Result:
    check, known = f"device {device.address}", device.known
    if known.module and device.node is None:
        loaded = "is loaded and does not take it" if has_module(known.module, ROOT) else "is not loaded"
        return Result(
            check,
            "note",
            f"{known.name}: the kernel's {known.module} {loaded}",
            f"sudo modprobe {known.module}",
        )
    return Result(check, "note", f"{known.name}: no board of this station is it", _add(device))


def _add(device: Device) -> str:
    node = f' with device = "{device.node}"' if device.node else ""
    return f'add a [[board]] with driver = "{device.known.driver}"{node} to station.toml'
