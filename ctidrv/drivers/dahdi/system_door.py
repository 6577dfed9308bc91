"""The system's door to DAHDI: nodes in a folder, /dev/dahdi or one that a program serves. Linux only."""

from __future__ import annotations

import os
from pathlib import Path

from ctidrv.drivers.dahdi import numbers
from ctidrv.drivers.dahdi.door import CTL
from ctidrv.drivers.dahdi.scan import refused
from ctidrv.drivers.devices import held_by
from ctidrv.errors import PortError
from ctidrv.native.dahdi_board import system_door


class SystemDoor:
    """PortError where there is no such folder, or no DAHDI at all."""

    def __init__(self, nodes: Path) -> None:
        try:
            (nodes / "ctl").stat()
        except FileNotFoundError:
            raise PortError(
                f"{nodes}/ctl is not there: load the card's kernel module, then sudo dahdi_cfg -vv "
                "(see `ctidrv doctor`)"
            ) from None
        except OSError as error:
            raise PortError(refused(f"{nodes}/ctl", error)) from error
        self.native = system_door()
        import fcntl  # POSIX only

        self._ioctl = fcntl.ioctl
        self.place = str(nodes)
        self._nodes = nodes

    def open(self, channel: int) -> int:
        """As `Door.open`. A channel without a node of its own is reached by the node ``channel``."""
        own = self._nodes / ("ctl" if channel == CTL else str(channel))
        flags = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
        if channel == CTL or own.exists():
            return os.open(own, flags)
        handle = os.open(self._nodes / "channel", flags)
        try:
            self.ioctl(handle, numbers.SPECIFY, numbers.integer(channel))
        except OSError:
            os.close(handle)
            raise
        return handle

    def close(self, handle: int) -> None:
        os.close(handle)

    def ioctl(self, handle: int, request: int, argument: bytearray) -> None:
        self._ioctl(handle, request, argument, True)

    def holder(self, channel: int) -> str | None:
        for node in (str(channel), "channel"):
            found = held_by((self._nodes / node).resolve())
            if found is not None:
                return f"{found[0]} (process {found[1]})"
        return None
