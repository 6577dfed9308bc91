"""Doctor's look at a board of DAHDI: its nodes, and its channels as the control node tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ctidrv.cli.examined import Result
from ctidrv.config import BoardConfig
from ctidrv.drivers.dahdi import settings
from ctidrv.drivers.dahdi.scan import Channel, scan, written
from ctidrv.drivers.dahdi.system_door import SystemDoor
from ctidrv.drivers.devices import Device, devices, trouble
from ctidrv.errors import InputError, PortError


def examine_cards(board: BoardConfig, root: Path) -> Iterator[Result]:
    """Nothing is claimed: a station that runs goes on. `root`: of the kernel's files."""
    check = f"board {board.name}: cards"
    try:
        wanted = settings.read(board.name, board.settings)
    except InputError:
        return  # told where the board is made
    control = wanted.nodes / "ctl"
    found = trouble(control, root)
    if found is not None:
        advice = load_dahdi(devices(root)) if found.missing else found.advice
        yield Result(check, "finding", found.what, advice)
        return
    try:
        channels = scan(SystemDoor(wanted.nodes))
    except PortError as error:
        yield Result(check, "finding", str(error), "see docs/reference/dahdi.md")
        return
    chosen = [each for each in channels if wanted.channels is None or each.number in wanted.channels]
    if not chosen:
        there = ", ".join(str(each.number) for each in channels) or "no analogue channel"
        yield Result(check, "finding", f"{wanted.nodes}: there is {there}", load_dahdi(devices(root)))
        return
    yield from _channels(check, chosen)


def _channels(check: str, channels: Sequence[Channel]) -> Iterator[Result]:
    bare = [each for each in channels if not each.signalling]
    red = [each for each in channels if each.signalling and each.red]
    deaf = [each for each in channels if each.signalling == "fxsls"]
    if bare:
        what = f"{_named(bare)} not configured"
        yield Result(check, "finding", what, f"write {written(bare)} and run sudo dahdi_cfg -vv")
    if red:
        yield Result(check, "finding", f"{_named(red)} without a line (red alarm)", "see to the cable")
    if deaf:
        what = f"{_named(deaf)} never told of a hang-up at the far end (fxsls)"
        yield Result(check, "note", what, f"write {written(deaf)} and run sudo dahdi_cfg -vv")
    if not bare and not red:
        lines = sum(each.faces == "FXO" for each in channels)
        found = f"{lines} FXO ports to the exchange, {len(channels) - lines} FXS ports to telephones"
        yield Result(check, "ok", found)


def _named(channels: Sequence[Channel]) -> str:
    numbers = ", ".join(str(each.number) for each in channels)
    return f"channel {numbers} is" if len(channels) == 1 else f"channels {numbers} are"


def load_dahdi(found: Sequence[Device]) -> str:
    """What brings DAHDI's nodes for what is plugged in."""
    modules = sorted({each.known.module for each in found if each.known.module and is_card(each)})
    if not modules:
        return "no card is plugged in that DAHDI has a driver for"
    return f"install DAHDI's drivers, then: sudo modprobe {' '.join(modules)} && sudo dahdi_cfg -vv"


def is_card(device: Device) -> bool:
    return device.known.driver == "dahdi"
