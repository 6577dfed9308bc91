"""One modem at work: a thread that reads and writes its port, steps through the table, and feeds its board.

Neither the tick nor anything else of the program waits for it. Whatever the modem does, it is back within ten
seconds of its being well: what does not answer in its time is closed, looked for, opened and set up again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.caller_id import CallerIdText
from ctidrv.drivers.v253.dialogue import Ask, Dialogue, Identity
from ctidrv.drivers.v253.fax import ABORT, ModemFax, voice_lines
from ctidrv.drivers.v253.hearing import Hearing
from ctidrv.drivers.v253.link import Link, LinkGone, Search, SerialLink
from ctidrv.drivers.v253.orders import Order, Orders
from ctidrv.drivers.v253.rings import Rings
from ctidrv.drivers.v253.sound import Sound
from ctidrv.drivers.v253.table import AUDIO, OFF_HOOK, TABLE, Do, Input, State
from ctidrv.drivers.v253.watch import Watch
from ctidrv.errors import PortError
from ctidrv.native.fed_board import FLASH, HOOK, PULSES, FedBoard

_log = logging.getLogger(__name__)

READ_S = 0.01
RETRY_S = 0.5
"""Between two looks for a modem that is away; one that is there and unfit is left alone for longer."""
UNFIT_S = 5.0
_GAP_S = 0.1
_END_QUIET_S = 0.3
_AFTER_FAX_S = 0.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the configuration asks for."""

    device: str
    persona: str = "auto"
    coding: str = "auto"
    duplex: str = "auto"


class Session(threading.Thread):
    """`open_link` opens a port by its name (PortError); `changed` is called when `identity`, `duplex` or
    `trouble` is another."""

    def __init__(
        self,
        name: str,
        wanted: Wanted,
        fed: FedBoard,
        *,
        open_link: Callable[[str], Link] = SerialLink,
        search: Search | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name=f"ctidrv-modem-{name}", daemon=True)
        self.identity: Identity | None = None
        self.duplex: bool | None = {"full": True, "half": False}.get(wanted.duplex)
        """None: not tried yet."""
        self.trouble: str | None = f"{wanted.device}: not opened yet"
        """What is wrong with it now; None while all is well."""
        self.at: str | None = None
        """Where it is."""
        self.parallel = False
        """A telephone beside it is off hook."""
        self.settled = threading.Event()
        """It is ready, or why it is not is known."""
        self.lost = 0
        """How often it went away or had to be set up again."""
        self.state = State.AWAY
        self.fax = ModemFax()
        self._board_name = name
        self._wanted = wanted
        self._fed, self._port = fed, fed.ports[0]
        self._open_link, self._search = open_link, search or Search(wanted.device)
        self._changed = changed
        self._stopping = threading.Event()
        self._link: Link | None = None
        self._parser = wire.Parser()
        self._dialogue: Dialogue | None = None
        self._ask: Ask | None = None
        self._lines: list[str] = []
        self._orders = Orders()
        self._sound: Sound | None = None
        self._hearing = Hearing(self._port)
        self._rings = Rings()
        self._caller = CallerIdText()
        self._next_look = 0.0
        self._watch = Watch()

    # From other threads.

    def close(self, within: float = 5.0) -> None:
        """On hook, and the port closed. Safe twice."""
        self._stopping.set()
        if self.ident is not None:
            self.join(within)

    @property
    def slips(self) -> int:
        """Of the modem's own buffer."""
        return 0 if self._sound is None else self._sound.slips

    # The thread.

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn(time.monotonic())
            except LinkGone as error:
                self._trouble(f"{self.at}: {error}")
                self._feed(Input.GONE)
            except PortError as error:
                self._trouble(str(error))
                self._feed(Input.UNFIT)
                self._next_look = time.monotonic() + UNFIT_S
            except Exception:
                _log.exception("board %s", self._board_name)
                self._feed(Input.GONE)
                self._next_look = time.monotonic() + UNFIT_S
        self._leave()

    def _turn(self, now: float) -> None:
        self._take_commands()
        if self.state is State.AWAY:
            self._look(now)
            return
        link = self._link
        assert link is not None
        data = link.read(READ_S)
        now = time.monotonic()
        if self.state is State.FAX:
            self._fax_turn(data, now)
            return
        if self.fax.wanted:
            self._feed(Input.FAX)
        if data:
            self._watch.heard_at = now
            for item in self._parser.feed(data):
                self._take(item, now)
        elif now - self._watch.heard_at > _END_QUIET_S:
            for item in self._parser.quiet():
                self._take(item, now)
        self._time(now)
        self._send(now)

    def _take_commands(self) -> None:
        for what, value in self._port.commands():
            if self.state is State.AWAY:
                continue
            if what == HOOK:
                self._feed(Input.SEIZE if value else Input.RELEASE)
            elif what == FLASH:
                self._feed(Input.FLASH)
            elif what == PULSES:
                self._port.dialled(False)

    def _fax_turn(self, data: bytes, now: float) -> None:
        self._watch.heard_at = now
        wrong = self.fax.turn(data, now)
        if wrong is not None:
            if wrong:
                _log.warning("%s: fax: %s", self.at, wrong)
            self._feed(Input.FAX_OVER)

    def _look(self, now: float) -> None:
        """For a modem that is away."""
        if now < self._next_look:
            self._stopping.wait(0.02)
            return
        self._next_look = now + RETRY_S
        why = f"{self._wanted.device}: there is no such port: plug the modem in, or correct `device`"
        for device in self._search.candidates():
            try:
                self._link = self._open_link(device)
            except PortError as error:
                why = str(error)
                continue
            self.at = device
            self._watch.heard_at = now
            self._feed(Input.FOUND)
            return
        self._trouble(why)
        self.settled.set()

    def _leave(self) -> None:
        """On hook, as well as it goes, and away."""
        link, self._link = self._link, None
        self._fed.gone(True)
        self.fax.stop()
        if link is None:
            return
        try:
            off_hook = self.state in OFF_HOOK or self.state is State.HANGING_UP
            for data in (wire.HUSH, b"AT+VLS=0\r", b"ATH\r") if off_hook else (b"AT+FCLASS=0\r",):
                link.write(data)
                time.sleep(0.15)
        except LinkGone:
            _log.debug("board %s: the modem was gone already", self._board_name)
        link.close()

    # What comes.

    def _take(self, item: wire.Item, now: float) -> None:
        match item:
            case wire.Audio(data):
                self._audio(data, now)
            case wire.Code(letter):
                self._code(letter, now)
            case wire.Line(text):
                self._line(text, now)
            case wire.End():
                if self.state in (State.DUPLEX, State.RECORD) and self._orders.waiting is None:
                    self._feed(Input.AUDIO_ENDED)

    def _audio(self, data: bytes, now: float) -> None:
        if self._sound is not None and self.state in AUDIO:
            samples = self._sound.came(data, now, deaf=self._hearing.deaf(now))
            if self.state is State.DUPLEX:
                self._sound.answer(samples)

    def _code(self, letter: str, now: float) -> None:
        sound = self._sound
        if letter == "R":
            self._ring(now)
        elif letter in "uo" and sound is not None:
            if letter == "u" and self.state is State.DUPLEX:
                sound.underrun(now)
        elif letter in "Pp":
            self.parallel = letter == "P"
            _log.info("%s: a telephone beside it was %s", self.at, "lifted" if self.parallel else "put down")
            self._changed()
        else:
            heard = self.state in AUDIO and self._parser.in_audio
            self._hearing.code(letter, now, off_hook=self.state in OFF_HOOK, heard=heard)

    def _line(self, text: str, now: float) -> None:
        result = wire.result_of(text)
        if result == "RING":
            self._ring(now)
        elif result is not None and self._orders.waiting is not None:
            self._result(result, now)
        elif CallerIdText.is_one(text):
            self._caller_id(self._caller.line(text, now))
        elif text.startswith(("DRON=", "DROF=")):
            if text[5:].isdecimal() and len(text) < 9:
                self._rings.measured(int(text[5:]))
        elif self._ask is not None and len(self._lines) < 64:
            self._lines.append(text)
        else:
            self._watch.nonsense(len(text))

    def _ring(self, now: float) -> None:
        if self.state not in (State.IDLE, State.CHECKING, State.RINGING):
            return
        self._caller_id(self._caller.ring())
        if self._rings.ring(now):
            self._feed(Input.RING)

    def _caller_id(self, message: bytes | None) -> None:
        if message is not None:
            self._port.caller_id(message)

    def _result(self, result: str, now: float) -> None:
        """Of the order that waits for it."""
        order = self._orders.answered(result, now + self._gap)
        if order is None:
            return
        if self._ask is not None:
            self._answered(result == "OK")
        elif not self._orders.more:  # else it answers what nobody wants to know any more
            self._feed({"OK": Input.OK, "CONNECT": order.connected}.get(result, order.refused))

    def _answered(self, ok: bool) -> None:
        """A question of the dialogue."""
        ask, self._ask = self._ask, None
        assert ask is not None
        assert self._dialogue is not None
        self._dialogue.answer(ask, ok, self._lines)
        self._next_question()

    def _next_question(self) -> None:
        assert self._dialogue is not None
        self._lines = []
        self._ask = self._dialogue.next()
        self._watch.since = time.monotonic()
        found = self._dialogue.found
        if self._ask is None and found is not None:
            self.identity, self.fax.modems = found, found.fax
            self._feed(Input.READY)
        elif self._ask is not None:
            self._command(self._ask.command)

    # Time, and what goes out.

    @property
    def _gap(self) -> float:
        return _GAP_S if self.identity is None else self.identity.persona.gap_s

    def _time(self, now: float) -> None:
        if self._rings.burst_over(now):
            self._port.ring_off()
        if self.state is State.RINGING and self._rings.over(now):
            self._feed(Input.RING_OVER)
        self._caller_id(self._caller.at(now))
        self._hearing.time(now, self._sound.loud_at if self._sound is not None else 0.0)
        self._watch.nonsense(self._parser.junk)
        self._parser.junk = 0
        amiss = self._watch.amiss(now, self.state)
        if amiss is not None:
            seen, why = amiss
            if why:
                self._trouble(f"{self.at}: {why}")
            self._feed(seen)

    def _send(self, now: float) -> None:
        link, sound = self._link, self._sound
        if link is None:
            return
        if sound is not None:
            self._half_duplex(sound, now)
        if (order := self._orders.due(now)) is not None:
            self._write((b"\x10" if sound is not None and sound.half else b"") + order.data)
            if sound is not None:
                sound.out.clear()
                sound.half = False
        else:
            self._write(self._orders.again(now))
        if sound is not None and sound.out and self.state in (State.DUPLEX, State.PLAY):
            sound.written(link.write(bytes(sound.out[:1024])))

    def _half_duplex(self, sound: Sound, now: float) -> None:
        if self.duplex is not False or self.state not in OFF_HOOK:
            return
        sound.collect(playing=self.state is State.PLAY)
        if self.state is State.RECORD and sound.has_more and not self._hearing.digit_goes_on(now):
            self._feed(Input.SOUND)
        elif self.state is State.PLAY:
            sound.play(now)
            if sound.is_over:
                self._feed(Input.SILENCE)

    def _write(self, data: bytes) -> None:
        """All of it; a modem that takes nothing for a second is gone."""
        end = time.monotonic() + 1.0
        while data and self._link is not None:
            data = data[self._link.write(data) :]
            if data and time.monotonic() > end:
                raise LinkGone("it takes nothing")

    def _command(
        self,
        text: str,
        *,
        tries: int = 1,
        refused: Input = Input.REFUSED,
        connected: Input = Input.CONNECT,
    ) -> None:
        self._orders.put(Order(text.encode("ascii") + b"\r", tries, None, refused, connected))

    def _stop_with(self, data: bytes, again: tuple[float, bytes] | None = None) -> None:
        self._parser.ending = True
        self._orders.put(Order(data, again=again))
        self._orders.hurry()

    # The table at work.

    def _feed(self, seen: Input) -> None:
        before = self.state
        row = TABLE.get((before, seen))
        if row is None:
            return
        self.state, actions = row
        if self.state is not before or seen in (Input.NO_DUPLEX, Input.CHECK):
            self._watch.since = time.monotonic()
            _log.debug("%s: %s: %s -> %s", self.at, seen.name, before.value, self.state.value)
        for action in actions:
            self._DO[action](self)

    def _close(self) -> None:
        link, self._link = self._link, None
        self._fed.gone(True)
        self.fax.stop()
        if link is not None:
            link.close()
        self.lost += 1
        self._orders.clear()
        self._ask = self._dialogue = self._sound = None
        self._rings.forget()
        self._hearing.forget()
        self._next_look = time.monotonic() + RETRY_S
        self.settled.set()

    def _wake(self) -> None:
        self._parser = wire.Parser()
        self._write(wire.HUSH)
        self._orders.clear(time.monotonic() + 0.3)
        self._orders.put(Order(b"AT\r", again=(2.0, b"AT\r")))

    def _begin_asking(self) -> None:
        self._dialogue = Dialogue(self._wanted.persona, self._wanted.coding, self.identity)
        self._next_question()

    def _back(self) -> None:
        self._search.seen(str(self.at))
        for _ in self._port.commands():
            pass  # of before it went
        self._fed.gone(False)
        self._trouble(None if self.identity is None or self.identity.caller_id else _NO_CALLER_ID)
        self.settled.set()

    def _tell_ring(self) -> None:
        self._port.ring_on(self._rings.pattern)

    def _lift(self) -> None:
        self._rings.forget()
        assert self.identity is not None
        self._sound = Sound(self._port, self.identity.format.coding)
        self._hearing.begin(time.monotonic())
        self._command(self.identity.persona.lift, tries=2)

    def _open(self) -> None:
        self._parser.expect_audio()
        if self.duplex is False:
            self._command("AT+VRX", tries=2)
        else:
            self._command("AT+VTR", refused=Input.NO_DUPLEX, connected=Input.CONNECT_BOTH)

    def _is_half_duplex(self) -> None:
        self.duplex = False
        self._changed()

    def _serve(self) -> None:
        now, sound = time.monotonic(), self._sound
        assert sound is not None
        self._watch.heard_at = now
        if self.state is State.DUPLEX:
            if self.duplex is None:
                self.duplex = True
                self._changed()
            sound.begin_duplex(now)
        else:
            sound.begin(now)
        self._port.serve(rx=self.state is not State.PLAY, tx=True)

    def _serve_nothing(self) -> None:
        self._port.serve(rx=False, tx=False)
        if self._sound is not None:
            self._sound.drop()

    def _record(self) -> None:
        self._parser.expect_audio()
        self._command("AT+VRX", tries=2)

    def _play(self) -> None:
        self._port.serve(rx=False, tx=True)
        self._command("AT+VTX", tries=2)

    def _end_audio(self) -> None:
        """Of whichever kind it is: an order that is none to the modem does no harm."""
        self._stop_with(wire.STOP_DUPLEX if self.duplex is not False else wire.STOP_RECORD + wire.STOP_PLAY)

    def _trouble(self, what: str | None) -> None:
        if what != self.trouble:
            if what is not None:
                _log.warning("board %s: %s", self._board_name, what)
            self.trouble = what
            self._changed()

    def _drop(self) -> None:
        assert self.identity is not None
        self._command(self.identity.persona.drop, tries=2)

    def _released(self) -> None:
        self._sound = None
        self._hearing.forget()
        self._port.released()

    def _begin_fax(self) -> None:
        link = self._link
        assert link is not None
        self.fax.start(link.write, time.monotonic())

    def _leave_fax(self, *commands: str) -> None:
        """Whatever it is at, it is to take commands again: these. A carrier that ends late answers the AT."""
        self._parser = wire.Parser()
        self._write(ABORT)
        self._orders.clear(time.monotonic() + _AFTER_FAX_S)
        self._orders.put(Order(b"AT\r", again=(2.0, b"AT\r")))
        for each in commands:
            self._command(each)

    def _set_up_voice(self) -> None:
        assert self.identity is not None
        self._leave_fax(*voice_lines(self.identity, on_hook=False))
        self._command(self.identity.persona.lift, tries=2)

    def _drop_fax(self) -> None:
        assert self.identity is not None
        self._leave_fax("ATH", *voice_lines(self.identity, on_hook=True))

    def _flash(self) -> None:
        assert self.identity is not None
        self._command(self.identity.persona.flash)

    _DO: ClassVar[dict[Do, Callable[[Session], None]]] = {
        Do.CLOSE: _close,
        Do.WAKE: _wake,
        Do.ASK: _begin_asking,
        Do.BACK: _back,
        Do.CHECK: lambda self: self._command("AT"),
        Do.TELL_RING: _tell_ring,
        Do.LIFT: _lift,
        Do.OPEN: _open,
        Do.HALF_DUPLEX: _is_half_duplex,
        Do.TELL_SEIZED: lambda self: self._port.seized(),
        Do.SERVE: _serve,
        Do.SERVE_NOTHING: _serve_nothing,
        Do.RECORD: _record,
        Do.PLAY: _play,
        Do.END_RECORD: lambda self: self._stop_with(wire.STOP_RECORD),
        Do.END_PLAY: lambda self: self._stop_with(wire.STOP_PLAY, (1.5, wire.STOP_PLAY_ZOOM)),
        Do.END_AUDIO: _end_audio,
        Do.BEGIN_FAX: _begin_fax,
        Do.FORGET_FAX: lambda self: self.fax.stop(),
        Do.SET_UP_VOICE: _set_up_voice,
        Do.DROP_FAX: _drop_fax,
        Do.FLASH: _flash,
        Do.TELL_FLASHED: lambda self: self._port.dialled(True),
        Do.TELL_NOT_FLASHED: lambda self: self._port.dialled(False),
        Do.DROP: _drop,
        Do.TELL_RELEASED: _released,
    }


_NO_CALLER_ID = "the modem takes no command for caller ID: callers come without their numbers"
