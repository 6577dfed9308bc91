"""The serial port of a modem, by pyserial: opened for us alone, read and written without waiting long.

Modem lines (DTR, RTS) are set where they can be; a pseudo-terminal has none. A modem that was unplugged comes
back under its link in /dev/serial/by-id, or it is looked for: the same USB device by its numbers, or a name
like its own that was not there before.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from ctidrv.drivers.devices import who_has
from ctidrv.errors import PortError

BAUD = 115_200
_PIECE = 4096
_WRITE_S = 0.2
_POSIX = os.name == "posix"


class LinkGone(Exception):
    """The device is not there any more."""


class Link(Protocol):
    """What a session needs of a port."""

    def read(self, wait: float) -> bytes:
        """What has come; waits up to so many seconds for anything. LinkGone."""

    def write(self, data: bytes) -> int:
        """How many bytes were taken. LinkGone."""

    def close(self) -> None: ...


def need_pyserial() -> Any:
    """The module. PortError names the package."""
    try:
        import serial
    except ImportError:
        raise PortError("modems need the package pyserial: pip install 'ctidrv[modem]'") from None
    return serial


class SerialLink:
    """An open port. PortError says what is wrong with it, and what to do."""

    def __init__(self, device: str) -> None:
        serial = need_pyserial()
        self.device = device
        try:
            self._serial = serial.Serial(
                device,
                BAUD,
                timeout=0,
                write_timeout=_WRITE_S,
                exclusive=True if _POSIX else None,
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(_why(device, error)) from None
        self._gone = (serial.SerialException, OSError)
        with contextlib.suppress(*self._gone, ImportError, AttributeError):
            self._claim()
        for line in ("dtr", "rts"):
            with contextlib.suppress(*self._gone):
                setattr(self._serial, line, True)

    def _claim(self) -> None:
        """Nobody else may open it meanwhile: ModemManager tries every port that appears."""
        import fcntl
        import termios

        fcntl.ioctl(self._serial.fileno(), termios.TIOCEXCL)

    def read(self, wait: float) -> bytes:
        try:
            if not _POSIX:
                self._serial.timeout = wait
                return bytes(self._serial.read(max(1, self._serial.in_waiting)))
            handle = self._serial.fileno()
            if not select.select([handle], [], [], wait)[0]:
                return b""
            data = os.read(handle, _PIECE)
        except BlockingIOError:
            return b""
        except self._gone as error:
            raise LinkGone(str(error)) from None
        if not data:
            raise LinkGone("it was unplugged")
        return data

    def write(self, data: bytes) -> int:
        try:
            if not _POSIX:
                return int(self._serial.write(data) or 0)
            return os.write(self._serial.fileno(), data)
        except BlockingIOError:
            return 0
        except self._gone as error:
            if "timeout" in str(error).lower():
                return 0
            raise LinkGone(str(error)) from None

    def close(self) -> None:
        with contextlib.suppress(*self._gone):
            self._serial.dtr = False
        with contextlib.suppress(*self._gone):
            self._serial.close()


def _why(device: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or not os.path.exists(device):
        return f"{device}: there is no such port: plug the modem in, or correct `device` in station.toml"
    if number in (errno.EACCES, errno.EPERM):
        return f"{device}: not allowed: add this user to the group dialout and log in again"
    if number in (errno.EBUSY, errno.EAGAIN) or "lock" in str(error).lower():
        return f"{device}: {who_has(Path(device).resolve())}"
    return f"{device}: cannot be opened: {error}"


def usb_identity(device: str) -> tuple[int, int, str] | None:
    """Vendor, product and serial number of the USB device behind a port."""
    with contextlib.suppress(Exception):
        from serial.tools import list_ports

        real = os.path.realpath(device)
        for port in list_ports.comports():
            if os.path.realpath(port.device) == real and port.vid is not None:
                return port.vid, port.pid or 0, port.serial_number or ""
    return None


class Search:
    """Where a modem may be now. `seen`: it is at `device` at present, beside those ports."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._usb: tuple[int, int, str] | None = None
        self._beside: set[str] = set()

    def seen(self, at: str) -> None:
        self._usb = usb_identity(at) or self._usb
        self._beside = set(self._alike()) - {at}

    def candidates(self) -> Iterator[str]:
        """The likeliest first."""
        if not _POSIX or os.path.exists(self.device):
            yield self.device
        if self._usb is not None:
            with contextlib.suppress(Exception):
                from serial.tools import list_ports

                for port in list_ports.comports():
                    if (port.vid, port.pid or 0, port.serial_number or "") == self._usb:
                        yield str(port.device)
        for name in self._alike():
            if name not in self._beside and name != self.device:
                yield name

    def _alike(self) -> list[str]:
        """Names like its own, but for the number at the end."""
        path = Path(self.device)
        stem = re.sub(r"[0-9]+$", "", path.name)
        if not _POSIX or stem == path.name or "by-id" in path.parts:
            return []
        with contextlib.suppress(OSError):
            alike = re.compile(re.escape(stem) + "[0-9]+")
            return sorted(str(each) for each in path.parent.iterdir() if alike.fullmatch(each.name))
        return []
