"""The fax modem's line as a PCM lockstep line: taking it connects to an ADDRESS, hanging up closes.

The terminal's side of hwsim/lockstep.py, on the event loop of a device in real time.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from ctidrv.errors import InputError
from ctidrv.modem.t31.modem import T31
from ctidrv.modem.wording import Result
from ctidrv.native.pcm import Pcm
from ctidrv.ports.pcm_line import CONNECT_S, FRAME, STALL_S, address_of
from ctidrv.units import TICK, seconds

CONNECTS_WITHIN = seconds(CONNECT_S)
STALLED = seconds(STALL_S)
MOST_OWED = 25
"""Ticks that are caught up with when the far end was late; what is more is lost time."""
RING_EVERY = seconds(6)
MOST_RINGS = 20
_SILENCE = Pcm.silence(TICK)


class PcmHook:
    """One call at a time. `loop` is the device's, which calls everything; `note` is told what happens."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, address: str, note: Callable[[str, str], None]
    ) -> None:
        self.modem: T31 | None = None
        self.off_hook = False
        self._loop, self._note = loop, note
        self._family, self._place = address_of(address)
        self._socket: socket.socket | None = None
        self._waits: int | None = None  # samples until connecting is given up
        self._part, self._unsent = b"", b""
        self._owed = self._late = 0
        self._rings = 0  # that are left
        self._until_ring = 0

    # The modem's side.

    def dial(self, number: str) -> None:
        self._take(f"dials {number}".rstrip())

    def answer(self) -> None:
        self._take("answers")

    def hang_up(self) -> None:
        if self.off_hook:
            self._note("hangs up", "")
        self._close()

    def _take(self, what: str) -> None:
        self._note(what, "")
        self._stop_ringing()
        if self.off_hook:
            self._of_modem.through()
            return
        self.off_hook = True
        self._waits = CONNECTS_WITHIN

    # The device's side.

    def tick(self) -> None:
        """20 ms of real time."""
        if self._socket is None:
            self._of_modem.tick(_SILENCE)
            self._ring()
            if self._waits is not None:
                self._connect()
            return
        self._owed = min(self._owed + 1, MOST_OWED)
        self._late += TICK
        self._pump()
        if self._late >= STALLED:
            self._gone("the far end stalls")

    async def obey(self, order: str) -> None:
        """``call`` rings until it is answered, or ``hangup``. InputError."""
        if order.strip() not in ("call", "hangup"):
            raise InputError(f"{order.strip() or 'nothing'}: no order of a PCM line; there are call, hangup")
        if order.strip() == "hangup":
            self._stop_ringing()
        elif self.off_hook or self._rings:
            raise InputError("call: the line is in use")
        else:
            self._rings, self._until_ring = MOST_RINGS, 0

    def close(self) -> None:
        self._close()

    def _ring(self) -> None:
        if not self._rings:
            return
        self._until_ring -= TICK
        if self._until_ring <= 0:
            self._until_ring = RING_EVERY
            self._rings -= 1
            self._note("rings", "")
            self._of_modem.ring()

    def _stop_ringing(self) -> None:
        self._rings = 0
        self._of_modem.no_ring()

    @property
    def _of_modem(self) -> T31:
        assert self.modem is not None
        return self.modem

    def _connect(self) -> None:
        made = socket.socket(self._family, socket.SOCK_STREAM)
        made.setblocking(False)
        try:
            made.connect(self._place)
        except BlockingIOError:
            if self._family != socket.AF_INET:  # its queue is full
                made.close()
                return self._not_yet()
        except OSError:
            made.close()
            return self._not_yet()
        if self._family == socket.AF_INET:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket, self._waits = made, None
        self._part, self._unsent = b"", b""
        self._owed = self._late = 0
        self._loop.add_reader(made.fileno(), self._pump)
        self._note("is connected", "")
        self._of_modem.through()
        self._say(self._of_modem.tick(_SILENCE))
        return None

    def _not_yet(self) -> None:
        assert self._waits is not None
        self._waits -= TICK
        if self._waits <= 0:
            self._close()
            self._note("finds nobody at its line", "")
            self._of_modem.failed(Result.NO_CARRIER)

    def _pump(self) -> None:
        """Frames that have come and are due: for each one is said."""
        if not self._receive():
            return self._gone("the far end hangs up")
        while self._owed and len(self._part) >= FRAME and self._socket is not None:
            frame, self._part = self._part[:FRAME], self._part[FRAME:]
            self._owed -= 1
            self._late = 0
            said = self._of_modem.tick(Pcm.from_bytes(frame))
            if self._socket is not None:
                self._say(said)
                self._receive()
        return None

    def _receive(self) -> bool:
        """False: the far end has closed. A far end that says more than it may is not read further."""
        while self._socket is not None and len(self._part) < FRAME:
            try:
                came = self._socket.recv(FRAME - len(self._part))
            except BlockingIOError:
                break
            except OSError:
                return False
            if not came:
                return False
            self._part += came
        return self._send()

    def _say(self, sound: Pcm) -> None:
        self._unsent += sound.bytes
        self._send()

    def _send(self) -> bool:
        while self._socket is not None and self._unsent:
            try:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
            except BlockingIOError:
                break
            except OSError:
                return False
        return True

    def _gone(self, why: str) -> None:
        if self.off_hook:
            self._close()
            self._note("loses its line", why)
            self._of_modem.hung_up()

    def _close(self) -> None:
        self.off_hook, self._waits = False, None
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
            self._socket.close()
            self._socket = None
