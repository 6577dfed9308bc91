"""What a modem sends becomes inputs of the table, events of its port, and sound."""

from __future__ import annotations

from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.asking import Asking
from ctidrv.drivers.v253.caller_id import CallerIdText
from ctidrv.drivers.v253.table import AUDIO, OFF_HOOK, Input, State
from ctidrv.drivers.v253.voice_modem import Feed, VoiceModem


class Incoming:
    """Of one modem; `now` in seconds of time.monotonic."""

    def __init__(self, modem: VoiceModem, asking: Asking, feed: Feed) -> None:
        self._modem, self._asking, self._feed = modem, asking, feed
        self._caller = CallerIdText()

    def take(self, item: wire.Item, now: float) -> None:
        match item:
            case wire.Audio(data):
                self._audio(data, now)
            case wire.Code(letter):
                self._code(letter, now)
            case wire.Line(text):
                self._line(text, now)
            case wire.End():
                waits = self._modem.connection.orders.waiting is not None
                if self._modem.state in (State.DUPLEX, State.RECORD) and not waits:
                    self._feed(Input.AUDIO_ENDED)

    def time(self, now: float) -> None:
        """What is over because nothing more came."""
        modem = self._modem
        if modem.rings.burst_over(now):
            modem.port.ring_off()
        if modem.state is State.RINGING and modem.rings.over(now):
            self._feed(Input.RING_OVER)
        self._caller_id(self._caller.at(now))
        modem.hearing.time(now, modem.sound.loud_at if modem.sound is not None else 0.0)

    def _audio(self, data: bytes, now: float) -> None:
        modem = self._modem
        if modem.sound is not None and modem.state in AUDIO:
            samples = modem.sound.came(data, now, deaf=modem.hearing.deaf(now))
            if modem.state is State.DUPLEX:
                modem.sound.answer(samples)

    def _code(self, letter: str, now: float) -> None:
        modem = self._modem
        if letter == "R":
            self._ring(now)
        elif letter in "uo" and modem.sound is not None:
            if letter == "u" and modem.state is State.DUPLEX:
                modem.sound.underrun(now)
        elif letter in "Pp":
            modem.is_beside(lifted=letter == "P")
        else:
            heard = modem.state in AUDIO and modem.connection.in_audio
            modem.hearing.code(letter, now, off_hook=modem.state in OFF_HOOK, heard=heard)

    def _line(self, text: str, now: float) -> None:
        modem = self._modem
        result = wire.result_of(text)
        if result == "RING":
            self._ring(now)
        elif result is not None and modem.connection.orders.waiting is not None:
            self._result(result, now)
        elif CallerIdText.is_one(text):
            self._caller_id(self._caller.line(text, now))
        elif text.startswith(("DRON=", "DROF=")):
            if text[5:].isdecimal() and len(text) < 9:
                modem.rings.measured(int(text[5:]))
        elif result is not None or not self._asking.line(text):
            modem.watch.nonsense(len(text))

    def _ring(self, now: float) -> None:
        if self._modem.state not in (State.IDLE, State.CHECKING, State.RINGING):
            return
        self._caller_id(self._caller.ring())
        if self._modem.rings.ring(now):
            self._feed(Input.RING)

    def _caller_id(self, message: bytes | None) -> None:
        if message is not None:
            self._modem.port.caller_id(message)

    def _result(self, result: str, now: float) -> None:
        """Of the order that waits for it."""
        orders = self._modem.connection.orders
        order = orders.answered(result, now + self._modem.gap_s)
        if order is None:
            return
        if self._asking.waits:
            self._asking.answered(result == "OK")
        elif not orders.more:  # else it answers what nobody wants to know any more
            self._feed({"OK": Input.OK, "CONNECT": order.connected}.get(result, order.refused))
