"""What is written to a modem in a turn: the order that is due, and the sound of a call."""

from __future__ import annotations

from ctidrv.drivers.v253.sound import Sound
from ctidrv.drivers.v253.table import OFF_HOOK, Input, State
from ctidrv.drivers.v253.voice_modem import Feed, VoiceModem
from ctidrv.drivers.v253.wire import DLE

_PIECE = 1024


class Outgoing:
    """Of one modem; `now` in seconds of time.monotonic."""

    def __init__(self, modem: VoiceModem, feed: Feed) -> None:
        self._modem, self._feed = modem, feed

    def send(self, now: float) -> None:
        """LinkGone."""
        modem = self._modem
        link, sound = modem.connection.link, modem.sound
        if link is None:
            return
        if sound is not None:
            self._half_duplex(sound, now)
        self._order(sound, now)
        if sound is not None and sound.out and modem.state in (State.DUPLEX, State.PLAY):
            sound.written(link.write(bytes(sound.out[:_PIECE])))

    def _order(self, sound: Sound | None, now: float) -> None:
        connection = self._modem.connection
        order = connection.orders.due(now)
        if order is None:
            connection.write(connection.orders.again(now))
            return
        half = sound is not None and sound.half
        connection.write((bytes((DLE,)) if half else b"") + order.data)
        if sound is not None:
            sound.out.clear()
            sound.half = False

    def _half_duplex(self, sound: Sound, now: float) -> None:
        """It plays as long as there is something to play, else it records."""
        modem = self._modem
        if modem.duplex is not False or modem.state not in OFF_HOOK:
            return
        sound.collect(playing=modem.state is State.PLAY)
        if modem.state is State.RECORD and sound.has_more and not modem.hearing.digit_goes_on(now):
            self._feed(Input.SOUND)
        elif modem.state is State.PLAY:
            sound.play(now)
            if sound.is_over:
                self._feed(Input.SILENCE)
