"""`VoiceModem`: the stand-in itself, between its host (bytes in, bytes out) and its line (a `LineEnd`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ctidrv.events import CallerIdSeen, Dialled, PortEvent, RingOff, RingOn, ToneOff, VoiceOn
from ctidrv.modem.at_line import Command, CommandLine, NoCommand, parse
from ctidrv.modem.dle import code
from ctidrv.modem.wording import Result, caller_id_lines
from ctidrv.units import Samples, ms
from hwsim.devices.line_end import LineEnd
from hwsim.devices.line_use import LineUse
from hwsim.devices.v253.commands import execute
from hwsim.devices.v253.fax import FaxSide
from hwsim.devices.v253.formats import Coding
from hwsim.devices.v253.hearing import Hearing
from hwsim.devices.v253.parameters import settings_of
from hwsim.devices.v253.personas import Persona
from hwsim.devices.v253.ring import RingDetector
from hwsim.devices.v253.stream import Stream
from hwsim.devices.v253.wording import COUNTRIES

NOT_ABORTED = ms(125)
"""Behind its line, a character breaks no command off: a line feed may follow (ITU-T V.250, 5.6.1)."""
_PARALLEL = 2
"""The bit of -STE."""


class VoiceModem(LineUse):
    """`out` takes bytes for the host and says whether there was room. All calls are on the event
    loop's thread.

    `note` is told what it does on its line. `duplicate_ring`, `names`, `full_duplex`, `late`: vices.
    """

    def __init__(
        self,
        line: LineEnd,
        persona: Persona,
        out: Callable[[bytes], bool],
        note: Callable[[str, str], None],
        *,
        country: str = "US",
    ) -> None:
        super().__init__(line, settings_of(persona))
        self.persona: Persona = persona
        self.voice_class = False
        """+FCLASS=8."""
        self.format = persona.formats[0]
        self.full_duplex = persona.full_duplex
        self.names = True
        self.duplicate_ring = False
        self.late = Samples(0)
        """Result codes come so much too late; but RING. What goes both ways behind CONNECT waits for that."""
        self._withheld = 0
        self.abortable = False
        """What it does is broken off by any character."""
        self.stream: Stream | None = None
        self.fax: FaxSide | None = None
        """In class 1."""
        self._out, self._note = out, note
        self._home = next((key for key, each in COUNTRIES.items() if each == country.lower()), "B5")
        self.country_code = self._home
        self._typed = CommandLine()
        self._stored = self.settings.profile()
        self._rest: Sequence[Command] = ()
        self._since = Samples(0)
        self._task: asyncio.Future[Result] | None = None
        self._caller_id: CallerIdSeen | None = None
        self._bell = RingDetector(line.clock, self._ring, self._measured)
        self._hearing = Hearing(line.clock, persona, self._event)

    # From the host.

    def feed(self, data: bytes) -> None:
        """What the host writes, in any pieces."""
        while data:
            if self.fax is not None:
                self.fax.t31.feed(data)
                self._leave_fax()
                return
            if self.stream is not None:
                data = self.stream.feed(data)
                self._end_stream()
                continue
            char, data = data[0], data[1:]
            if self._task is not None:
                if self.abortable and self.line.clock.now() - self._since >= NOT_ABORTED:
                    self._task.cancel()
            else:
                self._type(char)

    def hang_up(self) -> None:
        """The host has closed the port, or DTR is gone: with &D2 and &D3 it goes on hook."""
        if self.fax is not None:
            self.fax.t31.dtr_lost()
        if self.settings.switches["&D"] >= 2:
            self._stop()
            self.release()
        if self.settings.switches["&D"] == 3:
            self.reset()

    def power_off(self) -> None:
        """Unplugged: on hook, and nothing more of it."""
        self._stop()
        self.release()
        self._out = lambda data: True

    def parallel_set(self, lifted: bool) -> None:
        """Somebody lifts the telephone beside it, or puts it down: told with -STE, on hook and off."""
        told = self.persona.reports_parallel and self.settings.number("-STE") & _PARALLEL
        if told and self.voice_class:
            self._out(code("P" if lifted else "p"))

    def _type(self, char: int) -> None:
        registers = self.settings.registers
        if self.settings.switches["E"]:
            self._out(bytes((char,)))
        text = self._typed.feed(char, end=registers[3], back=registers[5])
        if text is not None:
            try:
                self._go_on(parse(text))
            except NoCommand:
                self._result(Result.ERROR)

    def _go_on(self, commands: Sequence[Command]) -> None:
        """Those of a line, up to one that takes its time or gives the result."""
        for index, command in enumerate(commands):
            self.abortable = False
            try:
                answer = execute(self, command)
            except NoCommand:
                self._result(Result.ERROR)
                return
            if isinstance(answer, Result):
                if answer is not Result.OK:
                    self._result(answer)
                    return
            elif isinstance(answer, list):
                self._lines(answer)
            elif answer is not None:
                self._since, self._rest = self.line.clock.now(), commands[index + 1 :]
                self._task = asyncio.ensure_future(answer)
                self._task.add_done_callback(self._finished)
                return
        self._result(Result.OK)

    def _finished(self, task: asyncio.Future[Result]) -> None:
        if task is not self._task:
            return  # it was given up
        self._task, self.abortable = None, False
        if task.cancelled():
            self.release()
            self._result(Result.NO_CARRIER)
        elif task.result() is Result.OK:
            self._go_on(self._rest)
        else:
            self._result(task.result())

    # To the host.

    def _result(self, result: Result) -> None:
        switches, registers = self.settings.switches, self.settings.registers
        if not switches["Q"]:
            verbose = bool(switches["V"])
            words = result.bytes(verbose=verbose, end=registers[3], feed=registers[4])
            if self.late and result is not Result.RING:
                self._withheld += 1
                self.line.clock.call_after(self.late, lambda: self._write_late(words))
            else:
                self._write(words)

    def _write_late(self, words: bytes) -> None:
        self._withheld -= 1
        self._write(words)

    def _write(self, words: bytes) -> None:
        self._out(words)

    def _lines(self, lines: Sequence[str]) -> None:
        stop = bytes((self.settings.registers[3], self.settings.registers[4]))
        for line in lines:
            self._out(stop + line.encode("latin-1", "replace") + stop)

    def _event(self, letter: str) -> None:
        """Behind a DLE, in class 8 with the line taken."""
        if self.voice_class and self.line.off_hook and not self.abortable:
            self._note("tells", f"DLE {letter}")
            self._out(code(letter))

    # For commands.

    def seize(self) -> None:
        if not self.line.off_hook:
            self._hearing.begin()
            super().seize()
            self.settings.registers[1] = 0
            self._note("lifts", "")

    def release(self) -> None:
        if self.line.off_hook:
            self._note("hangs up", "")
        super().release()

    def reset(self) -> None:
        """ATZ: as it was stored; class 0, on hook."""
        self._stop()
        self.release()
        caller_id = self.settings.values["+VCID"]
        self.factory()
        self.settings.restore(self._stored)
        if self.persona.keeps_caller_id:
            self.settings.values["+VCID"] = caller_id

    def factory(self) -> None:
        """AT&F."""
        self.voice_class = False
        self.fax = None
        self.settings = settings_of(self.persona)
        self.format = self.persona.formats[0]
        self.set_country(self._home)

    def store(self) -> None:
        """AT&W."""
        self._stored = self.settings.profile()

    def enter_fax(self, fax_class: str) -> None:
        """+FCLASS=1; the line is as it was."""
        self.voice_class = False
        self.fax = FaxSide(self, self._out, fax_class)

    def _leave_fax(self) -> None:
        if self.fax is not None and self.fax.is_left:
            self.voice_class, self.fax = self.fax.into_voice, None

    def set_country(self, code: str) -> None:
        """+GCI."""
        if code != self.country_code:
            self.country_code = code
            self.line.country(COUNTRIES[code])

    def begin_stream(self, coding: Coding, *, plays: bool, records: bool) -> None:
        persona = self.persona
        self._hearing.begin()
        self.stream = Stream(
            coding, self._out, plays=plays, records=records, three_dle=persona.three_dle, pairs=persona.pairs
        )

    def caller_id_lines(self, *, formatted: bool) -> list[str]:
        """Of the last call."""
        if self._caller_id is None:
            return []
        blanks = self.persona.blanks
        return caller_id_lines(self._caller_id, formatted=formatted, blanks=blanks, name=self.names)

    # From and to the line.

    def tick(self) -> None:
        """20 ms of the line."""
        stream = None if self._withheld else self.stream
        frame = self.own_sound()
        fax = self.fax
        if fax is not None:
            said = fax.says()
            frame = said if frame is None else frame
        elif frame is None and stream is not None:
            frame = stream.frame()
        heard, events = self.line.tick(frame)
        for event in events:
            self.line_event(event)
        self.heard(heard)
        if fax is not None:
            fax.hears(heard)
        if stream is not None and stream is self.stream:
            if stream.records and self.line.off_hook:
                self._hearing.silence(heard, self.settings.number("+VSD", 1))
            stream.hear(heard)
            self._end_stream()
        if self._bell.is_over():
            self.settings.registers[1] = 0
        self.passes()
        self.line.after()

    @property
    def takes_more(self) -> bool:
        """From the host."""
        if self.fax is not None:
            return self.fax.t31.takes_more
        return self.stream is None or not self.stream.full

    def _end_stream(self) -> None:
        if self.stream is not None and self.stream.done:
            self.stream = None
            self._result(Result.OK)

    def _stop(self) -> None:
        """Whatever it is at."""
        self.stream = None
        self.says_no_more()
        task, self._task, self.abortable = self._task, None, False
        if task is not None:
            task.cancel()

    def line_event(self, event: PortEvent) -> None:
        super().line_event(event)
        match event:
            case RingOn():
                self._bell.on()
            case RingOff():
                self._bell.off()
            case CallerIdSeen():
                self._report(event)
            case Dialled() | VoiceOn() | ToneOff():
                pass
            case _:
                self._hearing.event(event, digits=self.stream is None or self.stream.reports_digits)

    def _report(self, seen: CallerIdSeen) -> None:
        self._caller_id = seen
        how = self.settings.number("+VCID")
        if how and not self.line.off_hook:
            self._note("reads", seen.number or seen.reason or seen.kind)
            self._lines(self.caller_id_lines(formatted=how == 1))

    def _ring(self) -> None:
        if self.line.off_hook:
            return
        registers = self.settings.registers
        registers[1] += 1
        self._note("rings", "")
        for _ in range(2 if self.duplicate_ring else 1):
            self._result(Result.RING)
        if registers[0] and registers[1] >= registers[0] and self._task is None:
            self.abortable = not self.voice_class
            self._go_on([Command("A")])

    def _measured(self, what: str, length: Samples) -> None:
        if self.settings.number("+VDR") and not self.line.off_hook:
            self._lines([f"{what}={round(length / ms(100))}"])
