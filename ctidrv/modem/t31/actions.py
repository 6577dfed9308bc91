"""Commands that take their time: what each does with the host's bytes and with what is heard (ITU-T T.31)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctidrv.modem.wording import Result
from ctidrv.native.fax_modem import FaxHeard
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds

if TYPE_CHECKING:
    from ctidrv.modem.t31.modem import T31

HUNDREDTH = ms(10)
"""The unit of +FTS and +FRS."""
_BLOCK = HUNDREDTH


class Action:
    """From its command to its result. `end` gives the result; the modem then takes commands again."""

    abortable = True
    """Any character of the host breaks it off (V.250, 5.6.1)."""
    takes_data = False
    """What the host writes is data, not a command."""

    def __init__(self, modem: T31) -> None:
        self.modem = modem

    def begin(self) -> None: ...

    def feed(self, data: bytes) -> bytes:
        """Data of the host; returns what is behind their end."""
        return b""

    def aborted(self) -> None:
        self.end(Result.OK)

    def heard(self, event: FaxHeard, v21: bool) -> None:
        """Of the carrier listened for; `v21`: of V.21 beside it."""

    def sent(self) -> None:
        """The carrier or tone has ended."""

    def tick(self, rx: Pcm) -> None:
        """Behind each piece of the line's audio."""

    def lost(self) -> None:
        """The call is over: the far end, or the line, has gone."""
        self.end(Result.NO_CARRIER)

    def end(self, result: Result) -> None:
        self.modem.finish(self, result)


class Silence(Action):
    """``+FTS``: says nothing for so long."""

    abortable = False

    def __init__(self, modem: T31, hundredths: int) -> None:
        super().__init__(modem)
        self._left = hundredths * HUNDREDTH

    def begin(self) -> None:
        self.modem.listen_beside()

    def tick(self, rx: Pcm) -> None:
        self._left -= len(rx)
        if self._left <= 0:
            self.end(Result.OK)


class Quiet(Action):
    """``+FRS``: waits until the line has been silent for so long. What is silent is reckoned from the line's
    noise and from the carrier last heard, for a line may be louder than another's carrier."""

    def __init__(self, modem: T31, hundredths: int) -> None:
        super().__init__(modem)
        self._wanted, self._quiet = hundredths * HUNDREDTH, 0
        self._part = Pcm()

    def begin(self) -> None:
        self.modem.listen_beside()

    def tick(self, rx: Pcm) -> None:
        sound = self._part + rx
        at = 0
        while len(sound) - at >= _BLOCK:
            loud = level(sound[at : at + _BLOCK]) > self.modem.silence_dbm0
            self._quiet = 0 if loud else self._quiet + _BLOCK
            at += _BLOCK
        self._part = sound[at:]
        if self._quiet >= self._wanted:
            self.end(Result.OK)


class Dial(Action):
    """``D``: dials, sends CNG, and waits for V.21; goes on as +FRH=3 (T.31, 8.2)."""

    def __init__(self, modem: T31, number: str) -> None:
        super().__init__(modem)
        self._number = number
        self._until: int | None = None

    def begin(self) -> None:
        self.modem.phone.dial(self._number)

    def through(self) -> None:
        """The number is dialled, or the line is connected."""
        self._until = self.modem.now + seconds(self.modem.settings.registers[7])
        self.modem.call_tone()

    def failed(self, result: Result) -> None:
        self.end(result)

    def aborted(self) -> None:
        self.modem.phone.hang_up()
        self.end(Result.NO_CARRIER)

    def tick(self, rx: Pcm) -> None:
        if self.modem.v21.something:
            self.modem.go_on_receiving(self)
        elif self._until is not None and self.modem.now >= self._until:
            self.aborted()


class Answer(Action):
    """``A``: takes the call, sends CED, and goes on as +FTH=3 (T.31, 8.2)."""

    def begin(self) -> None:
        self.modem.phone.answer()

    def through(self) -> None:
        self.modem.answer_tone()

    def failed(self, result: Result) -> None:
        self.end(result)

    def aborted(self) -> None:
        self.modem.phone.hang_up()
        self.end(Result.NO_CARRIER)

    def sent(self) -> None:
        if self.modem.settings.number("+FAE") or self.modem.settings.number("+FAA"):
            self.modem.lines(["FAX"])  # what it has found out; there is no data modem in it
        self.modem.go_on_sending(self)
