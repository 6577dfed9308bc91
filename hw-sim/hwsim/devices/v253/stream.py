"""Voice data between host and line: ``+VTX`` (play), ``+VRX`` (record), ``+VTR`` (both) (ITU-T V.253)."""

from __future__ import annotations

from collections.abc import Callable

from ctidrv.modem.dle import CAN, ESC, ETX, Data, Unshield, code, shield
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, ms
from hwsim.devices.v253.formats import Coding

BUFFER = ms(500)
"""Of play, in samples; the pty holds 20 kB more before the host has to wait."""
FILLED = 2 * TICK
"""Play begins, and goes on after an underrun, with so much in the buffer."""
_BYTES = 2
"""Of a sample in the buffer."""
_ENDS_RECORD = frozenset((ord("!"), ord("^"), ESC))


class Stream:
    """From CONNECT to the result code. `out` takes what goes to the host."""

    def __init__(
        self,
        coding: Coding,
        out: Callable[[bytes], bool],
        *,
        plays: bool,
        records: bool,
        three_dle: bool = False,
        pairs: bool = False,
    ) -> None:
        self.plays, self.records = plays, records
        self.done = False
        """The result code may go out."""
        self.reports_digits = True
        self.underruns = 0
        self.overruns = 0
        self._coding, self._out, self._pairs = coding, out, pairs
        self._unshield = Unshield(three=three_dle)
        self._part = b""  # of a sample
        self._buffer = bytearray()
        self._runs = False
        self._ended = False
        self._paused = False
        self._overran = False

    # From the host.

    def feed(self, raw: bytes) -> bytes:
        """What the host sends; the bytes behind its end, which are none of the stream's."""
        for item, left in self._unshield.feed(raw):
            if isinstance(item, Data):
                if self.plays and not self._ended:
                    self._take(item.content)
            else:
                self._order(item.code)
                if self.done or (self._ended and item.code == ETX):
                    return raw[len(raw) - left :]
        return b""

    def _take(self, content: bytes) -> None:
        content = self._part + content
        whole = len(content) - len(content) % self._coding.width
        self._part = content[whole:]
        self._buffer += self._coding.decode(content[:whole]).bytes

    def _order(self, order: int) -> None:
        if order == CAN:
            self._buffer.clear()
            self._runs = False
        elif order == ETX and self.plays:
            self._ended = True
            if self.records:
                self._finish()
        elif order in _ENDS_RECORD and self.records:
            self._finish()
        elif order in b"pr":
            self._paused = order == ord("p")
        elif order in b"/~":
            self.reports_digits = order == ord("~")

    def _finish(self) -> None:
        """The data to the host ends."""
        self._out(code(chr(ETX)))
        self.done = True

    @property
    def full(self) -> bool:
        return len(self._buffer) >= _BYTES * BUFFER

    # From and to the line, each tick.

    def frame(self) -> Pcm | None:
        """What the line is to hear in this tick."""
        waits = len(self._buffer) // _BYTES
        if (
            self._paused
            or not (waits or self._runs)
            or (waits < FILLED and not self._runs and not self._ended)
        ):
            return None
        frame = Pcm.from_bytes(self._buffer[: _BYTES * TICK])
        del self._buffer[: _BYTES * TICK]
        if len(frame) < TICK and not self._ended:
            self.underruns += 1
            self._out(code("u"))
            self._runs = False
        else:
            self._runs = True
        return frame

    def hear(self, sound: Pcm) -> None:
        """What the line said meanwhile; behind `frame`."""
        if self.records and not self.done:
            if self._overran:
                self._overran = not self._out(code("o"))
            if not self._out(shield(self._coding.encode(sound), pairs=self._pairs)):
                self.overruns += 1
                self._overran = True
        if self._ended and not self._buffer and not self.records:
            self.done = True
