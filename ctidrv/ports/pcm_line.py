"""The terminal's end of a PCM lockstep line: ``pcm:tcp:PORT`` (127.0.0.1) or ``pcm:unix:PATH``.

8,000 Hz, 16-bit little-endian mono, frames of 160 samples, no header. The line listens, the terminal
connects: then it is off hook and through-connected. For each k the terminal writes frame k and reads frame
k. Time is the count of frames; closing is hanging up.
"""

from __future__ import annotations

import contextlib
import socket
import time
from types import TracebackType
from typing import Self

from ctidrv.errors import InputError, PortError
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK

FRAME = 2 * TICK
"""Bytes."""
CONNECT_S = 10.0
"""So long a line that does not listen yet is waited for."""
STALL_S = 30.0
ENDING_S = 3.0
"""So long a line may stand still once Ctrl-C has asked for the end of the call."""
HOST = "127.0.0.1"
_RETRY_S = 0.1
_HIGHEST_PORT = 65535


def address_of(line: str) -> tuple[socket.AddressFamily, tuple[str, int] | str]:
    """Where ``pcm:…`` is. InputError for anything else."""
    scheme, _, where = line.partition(":")
    kind, _, place = where.partition(":")
    if scheme == "pcm" and kind == "tcp" and place.isascii() and place.isdecimal():
        if 0 < int(place) <= _HIGHEST_PORT:
            return socket.AF_INET, (HOST, int(place))
    elif scheme == "pcm" and kind == "unix" and place and "\0" not in place:
        if not hasattr(socket, "AF_UNIX"):
            raise InputError(f"{line}: this system has no such sockets; use pcm:tcp:PORT")
        return socket.AF_UNIX, place
    raise InputError(f"{line}: no PCM line; there are pcm:tcp:PORT (1 … {_HIGHEST_PORT}) and pcm:unix:PATH")


class PcmLine:
    """A call on such a line, from its making on. PortError when nobody listens there within `wait_s`.

    From the first KeyboardInterrupt in `exchange` on, a line that stands still is gone.
    """

    def __init__(self, line: str, *, wait_s: float = CONNECT_S) -> None:
        self._name = line
        self._ending = self._gone = False
        family, place = address_of(line)
        self._socket = self._connect(family, place, wait_s)
        self._socket.settimeout(STALL_S)
        if family == socket.AF_INET:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _connect(
        self, family: socket.AddressFamily, place: tuple[str, int] | str, wait_s: float
    ) -> socket.socket:
        until = time.monotonic() + wait_s
        while True:
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                made.connect(place)
                return made
            except OSError as error:
                made.close()
                if time.monotonic() >= until:
                    why = error.strerror or str(error)
                    raise PortError(f"{self._name}: no line listens there: {why}; start it first") from error
            time.sleep(_RETRY_S)  # noqa: TID251  (another program is waited for)

    def exchange(self, said: Pcm) -> Pcm | None:
        """Says a frame and hears one; None: the line is gone. PortError: it stalls."""
        heard = b""
        if self._gone:
            return None
        try:
            self._socket.sendall(said.bytes)
            while len(heard) < FRAME:
                part = self._socket.recv(FRAME - len(heard))
                if not part:
                    return None
                heard += part
        except KeyboardInterrupt:
            self._ending = True
            self._socket.settimeout(ENDING_S)
            raise
        except TimeoutError as error:
            if self._ending:
                self._gone = True
                return None
            raise PortError(f"{self._name}: the line has stood still for {STALL_S:g} s") from error
        except OSError:
            return None
        return Pcm.from_bytes(heard)

    def close(self) -> None:
        """Hangs up. Safe twice."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
