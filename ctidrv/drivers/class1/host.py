"""`Class1Host`: does the turns of a fax procedure (cti/t30.h) by a serial Class 1 modem. Bytes, no I/O.

What the modem answers late is waited for, within bounds; the procedure's timers run on meanwhile. A modem
that does not answer at all ends the call as a lost line does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias

from ctidrv.drivers.class1.sources import DataSource, FrameSource, Source
from ctidrv.drivers.class1.wire import End, Item, Line, Parser
from ctidrv.modem.dle import CAN, DLE, ETX, Data
from ctidrv.modem.t31.hearing import check_sequence, is_final
from ctidrv.modem.t31.modulations import V21, number_of
from ctidrv.native.fax_line import FaxTurn
from ctidrv.native.fax_modem import FaxHeard, Kind, Modem
from ctidrv.native.hdlc import HdlcReceiver
from ctidrv.native.t30 import T30
from ctidrv.units import Samples, ms, seconds

SETUP = ("ATE0V1Q0", "AT+FCLASS=1")
ON_LINE_SETUP = ("ATE0V1Q0X1", "AT+FCLASS=1")
"""X1: ATD without a number waits for no dial tone on a line that is through."""
ANSWERS_WITHIN = seconds(5)
"""A command that takes no time of its own; what it takes comes on top."""
DIALS_WITHIN = seconds(120)
ENDS_WITHIN = seconds(60)
"""From the last octet given to the end of the carrier: a modem's buffer at 2,400 bit/s."""
ABORTS_EVERY, ABORTS_WITHIN = ms(500), seconds(5)
"""A modem may pass over a character that comes too soon behind its command."""
LEVEL_DBM0 = -20.0
"""Of all that is heard: a Class 1 modem tells none."""
LONGEST_FRAME = 1000
XON, XOFF = 0x11, 0x13
_END = bytes((DLE, ETX))
_HUNDREDTH = ms(10)

Wait: TypeAlias = "Generator[int | None, Item | None, str]"
"""Yields until when something is waited for (None: for ever), gets it (None: too late); the result code."""
Doing: TypeAlias = "Generator[int | None, Item | None, None]"


class _NewTurn(Exception):
    """The procedure wants something else."""


class _Dead(Exception):
    """No more can be done with this modem, or on this line."""


class Class1Host:
    """One call: dials `number`, or takes the call that rings (None). `write` takes bytes for the modem and
    says how many it took. Give it `feed` and `tick` until it is `done`. `on_line`: the line is off hook and
    through already (`number` "" or None), and is left so."""

    def __init__(
        self, t30: T30, number: str | None, write: Callable[[bytes], int], *, on_line: bool = False
    ) -> None:
        self.t30 = t30
        self._on_line = on_line
        self.done = False
        self.trouble: str | None = None
        """What was wrong with the modem, or the line: BUSY and the like."""
        self.now = Samples(0)
        self._number, self._write = number, write
        self._parser = Parser()
        self._out = bytearray()
        self._held = False  # by the modem's XOFF
        self._turn = FaxTurn("hang_up")
        self._is_new = False  # the turn
        self._open = False  # a new turn may break off what is waited for
        self._doing = "nothing"  # listens, hears V.21, sends
        self._until: int | None = None
        self._life = self._whole_call()
        self._step(None)

    # From the modem, and time.

    def feed(self, data: bytes) -> None:
        """What the modem has written, in any pieces."""
        if self._doing == "sends":
            for byte in data:
                self._held = byte == XOFF if byte in (XON, XOFF) else self._held
        for item in self._parser.feed(data):
            self._step(item)

    def tick(self, samples: int) -> None:
        """Time passes."""
        if self.done:
            return
        self.now = Samples(self.now + samples)
        self.t30.run(samples)
        if self._look() and self._open and not self._goes_on():
            self._throw(_NewTurn())
        if self._until is not None and self.now >= self._until:
            self._step(None)
        self._flush()

    def gone(self, why: str) -> None:
        """The modem was unplugged, or its port is closed."""
        self._throw(_Dead(why))

    def _step(self, item: Item | None) -> None:
        if not self.done:
            self._guard(lambda: self._life.send(item))

    def _throw(self, error: Exception) -> None:
        if not self.done:
            self._guard(lambda: self._life.throw(error))

    def _guard(self, goes_on: Callable[[], int | None]) -> None:
        try:
            self._until = goes_on()
        except StopIteration:
            self.done = True
        except _Dead as error:
            self.done, self.trouble = True, str(error)
            self.t30.gone()
        self._flush()

    def _look(self) -> bool:
        """Whether there is a new turn."""
        turn = self.t30.turn()
        if turn is not None:
            self._turn, self._is_new = turn, True
        return self._is_new

    def _goes_on(self) -> bool:
        """V.21 is wanted, and is what is listened for already."""
        if self._turn.kind == "listen" and self._turn.modem == "v21" and self._doing == "hears V.21":
            self._is_new = False
        return not self._is_new

    # To the modem.

    def _say(self, data: bytes) -> None:
        self._out += data
        self._flush()

    def _flush(self) -> None:
        while self._out and not self._held:
            taken = self._write(bytes(self._out))
            del self._out[:taken]
            if taken <= 0:
                return

    def _command(self, text: str, within: int | None, *, data: bool = False) -> Wait:
        """Its result code. `data`: they come behind CONNECT."""
        self._parser.expect_data(data)
        self._held = False
        self._say(text.encode("ascii", "replace") + b"\r")
        return (yield from self._result(within))

    def _result(self, within: int | None) -> Wait:
        """The next result code. _Dead: none comes."""
        until = None if within is None else self.now + within
        while True:
            item = yield until
            if item is None:
                raise _Dead("the modem does not answer")
            if isinstance(item, Line) and item.result not in (None, "RING"):
                return str(item.result)

    # The call.

    def _whole_call(self) -> Doing:
        for text in ON_LINE_SETUP if self._on_line else SETUP:
            if (yield from self._command(text, ANSWERS_WITHIN)) != "OK":
                raise _Dead(f"the modem refuses {text}: it is no Class 1 fax modem")
        self._look()
        while True:
            turn, self._is_new = self._turn, False
            try:
                yield from _TURNS[turn.kind](self, turn)
                if turn.kind == "hang_up":
                    return
                self._open = True
                while not self._look():
                    yield None
            except _NewTurn:
                self._open = False
                yield from self._breaks_off()
            self._open = False

    def _breaks_off(self) -> Doing:
        doing, self._doing = self._doing, "nothing"
        if doing == "sends":
            self._out.clear()
            self._say(_END)
            yield from self._result(ENDS_WITHIN)
        elif doing != "nothing":
            until = self.now + ABORTS_WITHIN
            while self.now < until:
                self._say(bytes((CAN,)))
                item = yield self.now + ABORTS_EVERY
                while item is not None:
                    if isinstance(item, Line) and item.result not in (None, "RING", "CONNECT"):
                        return
                    item = yield self.now + ABORTS_EVERY
            raise _Dead("the modem does not answer")

    def _tells(self, kind: Kind, octets: bytes = b"", modem: Modem = "v21") -> None:
        """The procedure. _NewTurn where it then wants something else."""
        self.t30.heard(modem, FaxHeard(kind, self.now, LEVEL_DBM0, octets))
        if self._look() and not self._goes_on():
            raise _NewTurn

    # Turns.

    def _dials(self, turn: FaxTurn) -> Doing:
        self._doing, self._open = "hears V.21", True
        result = yield from self._command(f"ATD{self._number}", DIALS_WITHIN, data=True)
        if result != "CONNECT":
            raise _Dead(f"the modem says {result}")
        yield from self._hears_v21(connected=True)

    def _answers(self, turn: FaxTurn) -> Doing:
        result = yield from self._command("ATA", DIALS_WITHIN)
        if result != "CONNECT":
            raise _Dead(f"the modem says {result}")
        self._doing = "sends"
        self.t30.sent()
        if self._look() and self._turn.kind == "frames":
            self._is_new = False
            yield from self._gives(FrameSource(self.t30))
        else:
            raise _NewTurn

    def _sends(self, turn: FaxTurn) -> Doing:
        if turn.silence:
            hundredths = max(1, turn.silence // _HUNDREDTH)
            yield from self._command(f"AT+FTS={hundredths}", turn.silence + ANSWERS_WITHIN)
        frames = turn.kind == "frames"
        text = f"AT+FTH={V21}" if frames else f"AT+FTM={_number(turn)}"
        result = yield from self._command(text, ANSWERS_WITHIN)
        if result != "CONNECT":
            raise _Dead(f"the modem answers {text} with {result}")
        self._doing = "sends"
        yield from self._gives(FrameSource(self.t30) if frames else DataSource(self.t30, turn))

    def _gives(self, source: Source) -> Doing:
        """What there is to be sent, as the modem takes it; and tells the procedure when it has left."""
        self._open = True
        while not source.ended:
            if source.wants_connect:
                result = yield from self._result(ENDS_WITHIN)
                if result != "CONNECT":
                    break
                source.wants_connect = False
            self._say(source.more())
            if self._out and (yield from self._is_given()):
                break  # it has ended by itself
        else:
            yield from self._result(ENDS_WITHIN)
        self._out.clear()
        self._doing, self._open = "nothing", False
        self.t30.sent()

    def _is_given(self) -> Generator[int | None, Item | None, bool]:
        """Until the modem has taken all; True: it has said something else meanwhile."""
        until = self.now + ENDS_WITHIN
        while self._out:
            item = yield self.now + 1  # with the next tick
            if isinstance(item, Line) and item.result not in (None, "RING"):
                return True
            if self.now >= until:
                raise _Dead("the modem takes no more data")
        return False

    def _listens(self, turn: FaxTurn) -> Doing:
        self._open = True
        while turn.modem != "v21":
            self._doing = "listens"
            if (yield from self._hears_fast(turn)):
                break
            # V.21 instead. Where no frame comes (flags behind the last turn), the carrier is still to come.
            yield from self._hears_v21(once=True)
        yield from self._hears_v21()

    def _hears_fast(self, turn: FaxTurn) -> Generator[int | None, Item | None, bool]:
        """Until its carrier has ended; False: another was heard instead, or none."""
        text = f"AT+FRM={_number(turn)}"
        result = yield from self._command(text, None, data=True)
        if result == "ERROR":
            raise _Dead(f"the modem refuses {text}")
        if result != "CONNECT":
            self._doing = "nothing"
            return False
        self._tells("carrier", modem=turn.modem)
        receiver = HdlcReceiver() if turn.hdlc else None
        while not isinstance(item := (yield None), End):
            if isinstance(item, Data) and receiver is None:
                self._tells("octets", item.content, turn.modem)
            elif isinstance(item, Data) and receiver is not None:
                for kind, octets in receiver.hear(item.content):
                    self._tells(kind, octets, turn.modem)
        yield from self._result(ANSWERS_WITHIN)
        self._doing = "nothing"
        self._tells("end", modem=turn.modem)
        return True

    def _hears_v21(self, *, connected: bool = False, once: bool = False) -> Doing:
        """Frame by frame, until something else is wanted; `once`: or until its carrier has ended."""
        while True:
            if not connected:
                self._doing = "hears V.21"
                result = yield from self._command(f"AT+FRH={V21}", None, data=True)
                if result == "ERROR":
                    raise _Dead(f"the modem refuses AT+FRH={V21}")
                if result != "CONNECT":
                    self._doing = "nothing"
                    self._tells("end")
                    if once:
                        return
                    continue
            connected = False
            self._tells("carrier")
            self._tells("flags")
            frame = bytearray()
            while not isinstance(item := (yield None), End):
                if isinstance(item, Data):
                    frame += item.content[: LONGEST_FRAME - len(frame)]
            result = yield from self._result(ANSWERS_WITHIN)
            self._doing = "nothing"
            octets, good = _without_check(bytes(frame)), result == "OK"
            if frame:
                self._tells("frame" if good else "bad", octets)
            if is_final(octets) if good else not frame:
                self._tells("end")  # a modem does not say so, and what comes next may begin in 55 ms
                if once:
                    return

    def _hangs_up(self, turn: FaxTurn) -> Doing:
        if not self._on_line:
            yield from self._command("ATH", ANSWERS_WITHIN)


_TURNS: dict[str, Callable[[Class1Host, FaxTurn], Doing]] = {
    "cng": Class1Host._dials,
    "ced": Class1Host._answers,
    "frames": Class1Host._sends,
    "data": Class1Host._sends,
    "listen": Class1Host._listens,
    "hang_up": Class1Host._hangs_up,
}


def _number(turn: FaxTurn) -> int:
    number = number_of(turn.modem, turn.bit_rate or 0, turn.short_training)
    if number is None:
        raise _Dead(f"no Class 1 modem has {turn.modem} at {turn.bit_rate} bit/s")
    return number


def _without_check(frame: bytes) -> bytes:
    """T.31 gives frames with their check sequence; some modems do not."""
    return frame[:-2] if check_sequence(frame[:-2]) == frame[-2:] or len(frame) > 4 else frame
