"""`T31`: the modem, between its host (bytes), its line (audio) and whoever has the line's hook (`Phone`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ctidrv.modem.at_line import Command, CommandLine, NoCommand, parse
from ctidrv.modem.settings import Settings
from ctidrv.modem.t31.actions import Action, Answer, Dial
from ctidrv.modem.t31.commands import NOBODY, TABLE, Identity, execute
from ctidrv.modem.t31.hearing import Frames
from ctidrv.modem.t31.modulations import MODULATIONS, V21
from ctidrv.modem.t31.receiving import ReceiveFrames
from ctidrv.modem.t31.sending import SendData, SendFrames
from ctidrv.modem.wording import Result
from ctidrv.native.fax_line import FaxTurn, ModemLine, Said
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms, seconds

NOT_ABORTED = ms(125)
"""Behind its line, a character breaks no command off: a line feed may follow (ITU-T V.250, 5.6.1)."""
SILENCE_BEFORE_CED = seconds(1.8)
"""Behind the answer, before any tone (ITU-T T.30, 4.3.1; V.25)."""
CED_MS = 3000
ABSOLUTE_DBM0 = -46.0
"""What is no louder is silence; so is what lies no more than this above the line's noise, or so far under
the carrier last heard."""
ABOVE_NOISE_DB = 6.0
LOUDEST_NOISE_DBM0 = -36.0
UNDER_CARRIER_DB = 10.0
XON, XOFF = 0x11, 0x13
MOST_HELD = 65_536
"""Bytes for a host that has stopped the modem; what is more is lost."""
_SOFTWARE = {"+FLO": 1, "+IFC": 1, "&K": 4}
"""Who asks for XON and XOFF, and by which value (of +IFC: to the host's sending, the second of it)."""


class Phone(Protocol):
    """The line's hook. Of `dial` and `answer` the modem is told what came: `T31.through` or `T31.failed`."""

    @property
    def off_hook(self) -> bool: ...

    def dial(self, number: str) -> None:
        """Takes the line and dials; of an empty number: takes the line."""

    def answer(self) -> None: ...

    def hang_up(self) -> None:
        """Safe when it is on hook."""


class T31:
    """`out` takes bytes for the host and says whether there was room. `identity`: what ATI says of it."""

    def __init__(
        self,
        line: ModemLine,
        phone: Phone,
        out: Callable[[bytes], bool],
        *,
        identity: Identity = NOBODY,
    ) -> None:
        self.line, self.phone, self.identity = line, phone, identity
        self.settings: Settings = Settings(TABLE)
        self.fax_class = "0"
        """+FCLASS."""
        self.now = 0
        """Samples."""
        self.v21, self.fast = Frames(), Frames()
        """What was heard in this turn: by V.21, and in frames of a fast modem."""
        self.lost = 0
        """Bytes for the host that it never took."""
        self.leaves: Callable[[str], bool] = lambda value: False
        """For +FCLASS of another class than its own: whether the modem that it is a part of has that, and is
        in it now."""
        self._out = out
        self._typed = CommandLine()
        self._stored = self.settings.profile()
        self._rest: Sequence[Command] = ()
        self._since = 0
        self._action: Action | None = None
        self._listens: tuple[int, bool] | None = None
        self._held = bytearray()
        self._stopped = False  # by the host
        self._has_stopped = False  # the host, by us
        self._floor_dbm0 = 0.0
        self._carrier_dbm0 = -100.0

    # From the host.

    def feed(self, data: bytes) -> None:
        """What the host writes, in any pieces."""
        while data:
            action = self._action
            if action is not None and action.takes_data:
                data = action.feed(data)
                continue
            char, data = data[0], data[1:]
            if char in (XON, XOFF):
                self._stop(char == XOFF)
            elif action is None:
                self._type(char)
            elif action.abortable and self.now - self._since >= NOT_ABORTED:
                self._stop(False)
                action.aborted()
        self._hold_up()

    @property
    def takes_more(self) -> bool:
        """From the host; else it is to wait."""
        action = self._action
        return not (isinstance(action, SendData) and action.full)

    def dtr_lost(self) -> None:
        """The host has closed the port: with &D2 and &D3 the modem goes on hook."""
        if self.settings.switches["&D"] >= 2:
            self._action = None
            self.phone.hang_up()
        if self.settings.switches["&D"] == 3:
            self.reset()
        self._stop(False)
        self._held.clear()

    def _type(self, char: int) -> None:
        registers = self.settings.registers
        if self.settings.switches["E"]:
            self.write(bytes((char,)))
        text = self._typed.feed(char, end=registers[3], back=registers[5])
        if text is not None:
            try:
                self._go_on(parse(text))
            except NoCommand:
                self.result(Result.ERROR)

    def _go_on(self, commands: Sequence[Command]) -> None:
        """Those of a line, up to one that takes its time or gives the result."""
        for index, command in enumerate(commands):
            try:
                answer = execute(self, command)
            except NoCommand:
                self.result(Result.ERROR)
                return
            if isinstance(answer, Action):
                self._rest, self._since = commands[index + 1 :], self.now
                self._take_up(answer)
                return
            if isinstance(answer, Result):
                self.result(answer)
                return
            self.lines(answer)
        self.result(Result.OK)

    def reset(self) -> None:
        """ATZ: on hook, as it was stored."""
        self._action = None
        self.phone.hang_up()
        self.factory()
        self.settings.restore(self._stored)

    def factory(self) -> None:
        """AT&F."""
        self.fax_class = "0"
        self.settings = Settings(TABLE)

    def store(self) -> None:
        """AT&W."""
        self._stored = self.settings.profile()

    # To the host.

    def result(self, result: Result) -> None:
        switches, registers = self.settings.switches, self.settings.registers
        if not switches["Q"]:
            self.write(result.bytes(verbose=bool(switches["V"]), end=registers[3], feed=registers[4]))

    def lines(self, lines: Sequence[str]) -> None:
        stop = bytes((self.settings.registers[3], self.settings.registers[4]))
        for line in lines:
            self.write(stop + line.encode("latin-1", "replace") + stop)

    def write(self, data: bytes) -> None:
        room = MOST_HELD - len(self._held)
        if self._stopped:
            self._held += data[:room]
            self.lost += max(0, len(data) - room)
        elif not self._out(data):
            self.lost += 1

    @property
    def pairs(self) -> bool:
        """+FDD: two octets 0x10 in a row go as DLE SUB."""
        return bool(self.settings.number("+FDD"))

    def _stop(self, stopped: bool) -> None:
        self._stopped = stopped
        if not stopped and self._held:
            held = bytes(self._held)
            self._held.clear()
            self.write(held)

    def _hold_up(self) -> None:
        """The host by XOFF and XON, where it has asked for that."""
        action = self._action
        full = isinstance(action, SendData) and action.full
        if full and not self._has_stopped and self._by_software:
            self._has_stopped = True
            self._out(bytes((XOFF,)))
        elif self._has_stopped and not (isinstance(action, SendData) and not action.has_room):
            self._has_stopped = False
            self._out(bytes((XON,)))

    @property
    def _by_software(self) -> bool:
        settings = self.settings
        return (
            settings.number("+FLO") == _SOFTWARE["+FLO"]
            or settings.number("+IFC", 1) == _SOFTWARE["+IFC"]
            or settings.switches["&K"] == _SOFTWARE["&K"]
        )

    # What becomes of the call.

    def ring(self) -> None:
        """The line is rung: once for each ring."""
        if self.phone.off_hook:
            return
        registers = self.settings.registers
        registers[1] += 1
        self.result(Result.RING)
        if registers[0] and registers[1] >= registers[0] and self._action is None:
            self._go_on([Command("A")])

    def no_ring(self) -> None:
        """Nobody rings any more."""
        self.settings.registers[1] = 0

    def through(self) -> None:
        """The number is dialled, the call is taken: the line is heard."""
        self._floor_dbm0, self._carrier_dbm0 = 0.0, -100.0
        self._listens = None
        if isinstance(self._action, Dial | Answer):
            self._action.through()

    def failed(self, result: Result) -> None:
        """It is not: BUSY, NO DIALTONE, NO ANSWER, NO CARRIER. The line is on hook."""
        if isinstance(self._action, Dial | Answer):
            self._action.failed(result)

    def hung_up(self) -> None:
        """The far end, or the line, has gone; the modem is on hook."""
        if self._action is not None:
            self._action.lost()

    @property
    def is_calling(self) -> bool:
        """It has dialled, and no fax has answered yet."""
        return isinstance(self._action, Dial)

    # With the line.

    def tick(self, rx: Pcm) -> Pcm:
        """Time passes: what the line said meanwhile, and what the modem says; on hook both are silence."""
        self.now += len(rx)
        tx = self._exchange(rx) if self.phone.off_hook else Pcm.silence(len(rx))
        if self._action is not None:
            self._action.tick(rx)
        self._hold_up()
        return tx

    def _exchange(self, rx: Pcm) -> Pcm:
        self._floor_dbm0 = min(self._floor_dbm0, level(rx))
        tx, said = self.line.run(rx)
        while said is not None:
            self._hear(said)
            more, said = self.line.run(rx[len(tx) :])
            tx += more
        return tx

    def _hear(self, said: Said) -> None:
        action, heard = self._action, said.heard
        if said.kind == "sent":
            if action is not None:
                action.sent()
        elif heard is not None:
            v21 = said.modem == "v21"
            if heard.kind in ("carrier", "flags", "frame"):
                self._carrier_dbm0 = heard.level
            if v21:
                self.v21.take(heard, self.now)
            elif self._listens is not None and self._listens[1]:
                self.fast.take(heard, self.now)
            if action is not None:
                action.heard(heard, v21)

    @property
    def silence_dbm0(self) -> float:
        """What is no louder is silence."""
        noise = min(self._floor_dbm0 + ABOVE_NOISE_DB, LOUDEST_NOISE_DBM0)
        return max(ABSOLUTE_DBM0, noise, self._carrier_dbm0 - UNDER_CARRIER_DB)

    # For actions.

    def finish(self, action: Action, result: Result) -> None:
        if action is not self._action:
            return  # it was given up
        self._action = None
        rest, self._rest = self._rest, ()
        if result is Result.OK and rest:
            self._go_on(rest)
        else:
            self.result(result)

    def _take_up(self, action: Action) -> None:
        self._action = action
        action.begin()

    def go_on_receiving(self, before: Action) -> None:
        if before is self._action:
            self._take_up(ReceiveFrames(self))

    def go_on_sending(self, before: Action) -> None:
        if before is self._action:
            self._take_up(SendFrames(self))

    def data(self, octets: bytes) -> None:
        """For the host, shielded."""
        self.write(octets)

    def call_tone(self) -> None:
        self._turn(FaxTurn("cng"))
        self._listens = (V21, True)

    def answer_tone(self) -> None:
        self._turn(FaxTurn("ced", ms=CED_MS, silence=SILENCE_BEFORE_CED))

    def send(self, number: int, *, frames: bool) -> None:
        made = MODULATIONS[number]
        if number == V21:
            self._turn(FaxTurn("frames"))
        else:
            self._turn(
                FaxTurn("data", made.modem, made.bit_rate, hdlc=frames, short_training=made.short_training)
            )

    def listen(self, number: int, *, frames: bool) -> None:
        """What listens already, and has heard something of V.21, goes on."""
        if number == V21 and self._listens is not None and self.v21.something:
            return
        if (number, frames) == self._listens and self.fast.something:
            return
        made = MODULATIONS[number]
        self._turn(
            FaxTurn(
                "listen",
                made.modem,
                made.bit_rate,
                hdlc=frames,
                short_training=made.short_training,
                hold_ms=100 * min(50, self.settings.number("+FCL")),
            )
        )
        self._listens = (number, frames)

    def listen_beside(self) -> None:
        """While it does something else, or its host is late with +FRH=3, V.21 is heard."""
        if self._listens is None:
            self.listen(V21, frames=True)

    def _turn(self, turn: FaxTurn) -> None:
        self.v21, self.fast, self._listens = Frames(), Frames(), None
        self.line.turn(turn)
