"""What a turn has to send, as a Class 1 modem takes it: shielded, a piece at a time, up to ``DLE ETX``."""

from __future__ import annotations

from ctidrv.modem.dle import DLE, ETX, shield
from ctidrv.modem.t31.hearing import is_final
from ctidrv.native.fax_line import FaxTurn
from ctidrv.native.hdlc import HdlcSender
from ctidrv.native.t30 import T30

PIECE = 256
"""Octets."""
_END = bytes((DLE, ETX))
FLAGS_SHARE = 40
"""Flags before the first frame of a fast carrier last 0.2 s: one for so many bits a second."""


class Source:
    """`more` until `ended`."""

    ended = False
    wants_connect = False
    """The modem says CONNECT before it takes the next piece."""

    def more(self) -> bytes:
        raise NotImplementedError


class FrameSource(Source):
    """By V.21: the modem makes frames of them, and sends flags until the next."""

    def __init__(self, t30: T30) -> None:
        self._t30 = t30

    def more(self) -> bytes:
        frame = self._t30.frame()
        self.ended = not frame or is_final(frame)
        self.wants_connect = not self.ended
        return shield(frame) + _END


class DataSource(Source):
    """By a fast carrier: octets as they are, or frames, which the host makes itself, as Class 1 has it."""

    def __init__(self, t30: T30, turn: FaxTurn) -> None:
        self._t30 = t30
        self._hdlc = HdlcSender() if turn.hdlc else None
        if self._hdlc is not None:
            self._hdlc.flags((turn.bit_rate or 0) // FLAGS_SHARE)

    def more(self) -> bytes:
        data = self._t30.data(PIECE) if self._hdlc is None else self._framed(self._hdlc)
        self.ended = not data
        return shield(data) if data else _END

    def _framed(self, hdlc: HdlcSender) -> bytes:
        data = hdlc.octets(PIECE)
        while not data and (frame := self._t30.frame()):
            hdlc.frame(frame)
            data = hdlc.octets(PIECE)
        return data
