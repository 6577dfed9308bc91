"""``+FTM`` and ``+FTH``: data and frames of the host as a carrier (ITU-T T.31, 8.3.3 and 8.3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctidrv.modem.dle import ETX, Data, Unshield
from ctidrv.modem.t31.actions import Action
from ctidrv.modem.t31.hearing import is_final
from ctidrv.modem.t31.modulations import V21
from ctidrv.modem.wording import Result
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds

if TYPE_CHECKING:
    from ctidrv.modem.t31.modem import T31

BUFFER = 2048
"""Octets that wait here for the carrier, which holds 1,024 more itself."""
ROOM = 512
"""A host that was held up goes on when so few wait."""
LONGEST_FRAME = 400
INACTIVE = seconds(5)
"""Without a character of the host."""
LATE = seconds(1)
"""A carrier that has nothing to send, and whose last octet was none of Fill, is filled for so long before it
ends as T.31 has it: a host that the computer held up for a moment loses some rows, not the page."""


class SendData(Action):
    """``+FTM``: octets, until ``DLE ETX``."""

    abortable = False
    takes_data = True

    def __init__(self, modem: T31, number: int) -> None:
        super().__init__(modem)
        self._number = number
        self._unshield = Unshield()
        self._waiting = bytearray()
        self._ended = False
        self._last = 0
        self._dry = 0
        self._result = Result.OK

    def begin(self) -> None:
        self.modem.send(self._number, frames=False)
        self.modem.result(Result.CONNECT)

    @property
    def full(self) -> bool:
        return len(self._waiting) >= BUFFER

    @property
    def has_room(self) -> bool:
        return len(self._waiting) <= ROOM

    def feed(self, data: bytes) -> bytes:
        self._dry = 0
        for item, left in self._unshield.feed(data):
            if isinstance(item, Data):
                self._waiting += item.content
            elif item.code == ETX:
                self._ended = True
                self.takes_data = False
                self._push()
                return data[len(data) - left :]
        self._push()
        return b""

    def _push(self) -> None:
        if self._waiting:
            self._last = self._waiting[-1]
            taken = self.modem.line.put(bytes(self._waiting))
            del self._waiting[:taken]
        if self._ended and not self._waiting:
            self.modem.line.end()

    def tick(self, rx: Pcm) -> None:
        self._push()
        if self._ended or self._waiting or self.modem.line.waiting:
            self._dry = 0
            return
        self._dry += len(rx)
        if self._dry >= (INACTIVE if self._last == 0 else LATE):
            self._result = Result.ERROR if self._last == 0 else Result.OK
            self._ended, self.takes_data = True, False
            self.modem.line.end()

    def sent(self) -> None:
        self.modem.listen_beside()
        self.end(self._result)


class SendFrames(Action):
    """``+FTH``: frames, each until ``DLE ETX``; the carrier ends behind a final one, or an empty one."""

    abortable = False
    takes_data = True
    full = False
    has_room = True

    def __init__(self, modem: T31, number: int = V21) -> None:
        super().__init__(modem)
        self._number = number
        self._unshield = Unshield()
        self._frame = bytearray()
        self._held: bytes | None = None  # the carrier has no room for it yet
        self._idle = 0
        self._result = Result.OK

    def begin(self) -> None:
        self.modem.send(self._number, frames=True)
        self.modem.result(Result.CONNECT)

    def feed(self, data: bytes) -> bytes:
        self._idle = 0
        for item, left in self._unshield.feed(data):
            if isinstance(item, Data):
                self._frame += item.content[: LONGEST_FRAME + 1 - len(self._frame)]
            elif item.code == ETX:
                self._whole()
                return data[len(data) - left :]
        return b""

    def _whole(self) -> None:
        frame = bytes(self._frame)
        self._frame.clear()
        if not frame:
            self._last(Result.OK)
        elif len(frame) > LONGEST_FRAME:
            self._last(Result.ERROR)
        else:
            self._held = frame
            self.takes_data = False
            self._push()

    def _push(self) -> None:
        frame = self._held
        if frame is None or self.modem.line.room < len(frame):
            return
        self.modem.line.frame(frame)
        self._held = None
        if is_final(frame):
            self._last(Result.OK)
        else:
            self.takes_data = True
            self.modem.result(Result.CONNECT)

    def _last(self, result: Result) -> None:
        self._result, self.takes_data = result, False
        self.modem.line.end()

    def tick(self, rx: Pcm) -> None:
        self._push()
        if self.takes_data and not self.modem.line.waiting:
            self._idle += len(rx)
            if self._idle >= INACTIVE:
                self._last(Result.ERROR)

    def sent(self) -> None:
        self.modem.listen_beside()
        self.end(self._result)
