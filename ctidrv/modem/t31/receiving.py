"""``+FRM`` and ``+FRH``: what is heard as data and frames for the host (ITU-T T.31, 8.3.4 and 8.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctidrv.modem.dle import ETX, code, shield
from ctidrv.modem.t31.actions import Action
from ctidrv.modem.t31.hearing import Frames, check_sequence
from ctidrv.modem.t31.modulations import V21
from ctidrv.modem.wording import Result
from ctidrv.native.fax_modem import FaxHeard
from ctidrv.native.pcm import Pcm

if TYPE_CHECKING:
    from ctidrv.modem.t31.modem import T31

END = code(chr(ETX))


class _Receives(Action):
    """From CONNECT to the end of the carrier. V.21 instead of it is +FCERROR, or, with +FAR=1, +FRH=3 by
    itself; but not the flags with which the far end closes its turn before, which many send."""

    def __init__(self, modem: T31, number: int) -> None:
        super().__init__(modem)
        self._number = number
        self._connected = False

    def _other_carrier(self) -> None:
        v21 = self.modem.v21
        if not (v21.something if self._connected else v21.begins(self.modem.now)):
            return
        if self._connected:
            self.lost()
        elif self.modem.settings.number("+FAR"):
            self.modem.lines(["+FRH:3"])
            self.modem.go_on_receiving(self)
        else:
            self.end(Result.FCERROR)

    def lost(self) -> None:
        if self._connected:
            self.modem.data(END)
        self.end(Result.NO_CARRIER)

    def aborted(self) -> None:
        if self._connected:
            self.modem.data(END)
        self.end(Result.OK)


class ReceiveData(_Receives):
    """``+FRM``: octets, until the carrier ends."""

    def begin(self) -> None:
        self.modem.listen(self._number, frames=False)

    def tick(self, rx: Pcm) -> None:
        self._other_carrier()

    def heard(self, event: FaxHeard, v21: bool) -> None:
        if v21:
            self._other_carrier()
        elif event.kind == "carrier" and not self._connected:
            self._connected = True
            self.modem.result(Result.CONNECT)
        elif event.kind == "octets" and self._connected:
            self.modem.data(shield(event.octets, pairs=self.modem.pairs))
        elif event.kind == "end" and self._connected:
            self.lost()


class ReceiveFrames(_Receives):
    """``+FRH``: the next frame, with its check sequence, and OK or ERROR by that."""

    def __init__(self, modem: T31, number: int = V21) -> None:
        super().__init__(modem, number)

    def begin(self) -> None:
        self.modem.listen(self._number, frames=True)
        self.tick(Pcm())

    @property
    def _frames(self) -> Frames:
        return self.modem.v21 if self._number == V21 else self.modem.fast

    def tick(self, rx: Pcm) -> None:
        frames = self._frames
        if not self._connected and (frames.present or frames.waiting):
            self._connected = True
            self.modem.result(Result.CONNECT)
        if frames.waiting:
            octets, good = frames.give()
            check = check_sequence(octets)
            if not good:
                check = bytes(octet ^ 0xFF for octet in check)
            self.modem.data(shield(octets + check, pairs=self.modem.pairs) + END)
            self.end(Result.OK if good else Result.ERROR)
        elif frames.ended or (self._connected and not frames.present):
            frames.ended = False
            self.lost()
        elif self._number != V21:
            self._other_carrier()
