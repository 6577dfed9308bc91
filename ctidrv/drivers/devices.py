"""Which telephony devices are plugged into this computer, and why one of their nodes cannot be opened.

Read from the kernel's files below a root ("/", or a copy of them in a test); nothing is opened or changed.
Where there is no /sys (Windows) no device is found.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctidrv.drivers.known import Known, lookup

MODEM_MANAGER = "ModemManager"
_IGNORED = re.compile(r"^E:ID_MM_DEVICE_IGNORE=1$", re.MULTILINE)
"""What its documentation says of a device that it is to leave alone, in udev's own record of it."""
_LONGEST = 65_536
"""Bytes that are read of any of these files."""


@dataclass(frozen=True, slots=True)
class Device:
    """One that is plugged in. `node`: what a driver opens, by a name that stays where there is one."""

    known: Known
    address: str
    """Its place on the bus."""
    node: Path | None = None
    serial: str | None = None
    """The maker's number, where it has one."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a node is of no use now, and what helps. `missing`: it is not there."""

    what: str
    advice: str
    missing: bool = False


def devices(root: Path = Path("/")) -> list[Device]:
    """Those whose numbers we know, in the bus's order."""
    return [*_usb(root), *_pci(root)]


def _usb(root: Path) -> Iterator[Device]:
    for place in _folders(root / "sys/bus/usb/devices"):
        known = lookup("usb", _text(place / "idVendor"), _text(place / "idProduct"))
        if known is not None:
            nodes = sorted(path.name for path in place.glob("*:*/tty/*"))
            nodes += sorted(path.name for path in place.glob("*:*/ttyUSB*"))
            node = _lasting(root, root / "dev" / nodes[0]) if nodes else None
            if known.driver == "usbgw":
                node = _on_the_bus(place, root)
            yield Device(known, place.name, node, _text(place / "serial") or None)


def _on_the_bus(place: Path, root: Path) -> Path | None:
    """The node of the whole device, which libusb opens."""
    bus, number = _text(place / "busnum"), _text(place / "devnum")
    if not (bus.isdecimal() and number.isdecimal()):
        return None
    return root / f"dev/bus/usb/{int(bus):03}/{int(number):03}"


def _pci(root: Path) -> Iterator[Device]:
    for place in _folders(root / "sys/bus/pci/devices"):
        numbers = [_text(place / name).removeprefix("0x") for name in ("vendor", "device")]
        known = lookup("pci", *numbers)
        if known is not None:
            yield Device(known, place.name)


def _lasting(root: Path, node: Path) -> Path:
    """The name by the maker's serial number, which outlives the plug; else the node's own."""
    for link in _folders(root / "dev/serial/by-id"):
        if link.is_symlink() and os.path.basename(os.readlink(link)) == node.name:
            return link
    return node


def has_module(name: str, root: Path = Path("/")) -> bool:
    """Whether the kernel has it loaded or built in."""
    return (root / "sys/module" / name).is_dir()


def trouble(node: Path, root: Path = Path("/")) -> Trouble | None:
    """Why the node cannot be opened by this user, or by nobody because another program has it."""
    try:
        node.stat()
    except FileNotFoundError:
        near = [str(link) for link in _folders(root / "dev/serial/by-id")]
        return Trouble(
            f"{node} is not there",
            "plug it in" + (f", or use {' or '.join(near[:3])}" if near else ": nothing is plugged in now"),
            missing=True,
        )
    except OSError as error:  # most often: its folder is closed to this user
        return Trouble(f"{node} cannot be looked at by {_user()}: {error.strerror}", "see to its folder")
    real = node.resolve()
    if not os.access(real, os.R_OK | os.W_OK):
        return _forbidden(real)
    holder = held_by(real, root)
    if holder is not None:
        program, process = holder
        return Trouble(f"{node} is held by {program} (process {process})", _let_go(program))
    return None


def _forbidden(node: Path) -> Trouble:
    status = node.stat()
    group = _group(status.st_gid)
    if status.st_mode & stat.S_IRGRP and status.st_mode & stat.S_IWGRP and group != "root":
        advice = f"sudo usermod -aG {group} {_user()}, then log in again"
    else:
        advice = "install the udev rules: ctidrv doctor --system-files DIR"
    return Trouble(f"{node} may not be opened by {_user()}: it belongs to group {group}", advice)


def _let_go(program: str) -> str:
    if program == MODEM_MANAGER:
        return "install the udev rules, which keep it away: ctidrv doctor --system-files DIR"
    return f"stop {program}"


def held_by(node: Path, root: Path = Path("/")) -> tuple[str, int] | None:
    """The program that has the node open, as far as this user may see it, or has a lock file for it
    (Filesystem Hierarchy Standard 3.0, section 5.9), and its process; never ourselves."""
    for process in _folders(root / "proc"):
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        for fd in _folders(process / "fd"):
            try:
                if os.readlink(fd) == str(node):
                    return _program(process), int(process.name)
            except OSError:
                continue
    lock = _text(root / "run/lock" / f"LCK..{node.name}")
    if lock.isdigit() and int(lock) != os.getpid() and (root / "proc" / lock).is_dir():
        return _program(root / "proc" / lock), int(lock)
    return None


def who_has(node: Path, root: Path = Path("/")) -> str:
    """In words, and what helps."""
    holder = held_by(node, root)
    if holder is None:
        return "another program has it, or another user's: close that (sudo fuser names it)"
    program, process = holder
    if program == MODEM_MANAGER:
        return "ModemManager has it: install the udev rules, ctidrv doctor --system-files DIR"
    return f"{program} (process {process}) has it: close that"


def modem_manager(node: Path, root: Path = Path("/")) -> bool:
    """Whether ModemManager runs and has not been told to leave this node alone."""
    running = any(
        process.name.isdigit() and _text(process / "comm") == MODEM_MANAGER
        for process in _folders(root / "proc")
    )
    if not running:
        return False
    number = node.stat().st_rdev
    record = _text(root / f"run/udev/data/c{os.major(number)}:{os.minor(number)}")
    return _IGNORED.search(record) is None


def _program(process: Path) -> str:
    return _text(process / "comm") or "another program"


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _group(number: int) -> str:
    try:
        import grp

        return grp.getgrgid(number).gr_name
    except (ImportError, KeyError):
        return str(number)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "this user"
