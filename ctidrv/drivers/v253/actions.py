"""What the table wants done (ITU-T V.253): orders to the modem, and what its port is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.asking import Asking
from ctidrv.drivers.v253.fax_side import FaxSide
from ctidrv.drivers.v253.finder import Finder
from ctidrv.drivers.v253.sound import Sound
from ctidrv.drivers.v253.table import Do, Input, State
from ctidrv.drivers.v253.voice_modem import VoiceModem
from ctidrv.native.fed_board import FedBoard

_HUSHED_S = 0.3
_PLAY_ENDS_S = 1.5
"""A modem that has not ended its play by then may take STOP_PLAY_ZOOM for its end."""
_NO_CALLER_ID = "the modem takes no command for caller ID: callers come without their numbers"


class Actions:
    """`settled` is set once it is known whether the modem can be used. LinkGone, PortError."""

    def __init__(
        self,
        modem: VoiceModem,
        fed: FedBoard,
        finder: Finder,
        asking: Asking,
        fax: FaxSide,
        settled: threading.Event,
    ) -> None:
        self._modem, self._fed, self._finder = modem, fed, finder
        self._asking, self._settled = asking, settled
        self._port, self._connection = modem.port, modem.connection
        self._table: Mapping[Do, Callable[[], None]] = {
            Do.CLOSE: self._close,
            Do.WAKE: lambda: self._connection.begin_again(wire.HUSH, _HUSHED_S),
            Do.ASK: asking.begin,
            Do.BACK: self._back,
            Do.CHECK: lambda: self._connection.command("AT"),
            Do.TELL_RING: lambda: self._port.ring_on(modem.rings.pattern),
            Do.LIFT: self._lift,
            Do.OPEN: self._open,
            Do.HALF_DUPLEX: lambda: modem.is_duplex(False),
            Do.TELL_SEIZED: self._port.seized,
            Do.SERVE: self._serve,
            Do.SERVE_NOTHING: self._serve_nothing,
            Do.RECORD: self._record,
            Do.PLAY: self._play,
            Do.END_RECORD: lambda: self._connection.end_audio(wire.STOP_RECORD),
            Do.END_PLAY: self._end_play,
            Do.END_AUDIO: self._end_audio,
            Do.BEGIN_FAX: fax.begin,
            Do.FORGET_FAX: modem.fax.stop,
            Do.SET_UP_VOICE: fax.set_up_voice,
            Do.DROP_FAX: fax.drop,
            Do.FLASH: lambda: self._connection.command(modem.known.persona.flash),
            Do.TELL_FLASHED: lambda: self._port.dialled(True),
            Do.TELL_NOT_FLASHED: lambda: self._port.dialled(False),
            Do.DROP: lambda: self._connection.command(modem.known.persona.drop, tries=2),
            Do.TELL_RELEASED: self._released,
        }

    def do(self, action: Do) -> None:
        self._table[action]()

    # The device.

    def _close(self) -> None:
        self._fed.gone(True)
        self._modem.fax.stop()
        self._connection.close()
        self._connection.orders.clear()
        self._modem.lost += 1
        self._modem.forget_call()
        self._asking.forget()
        self._finder.lost()
        self._settled.set()

    def _back(self) -> None:
        self._finder.found(str(self._modem.at))
        for _ in self._port.commands():
            pass  # of before it went
        self._fed.gone(False)
        self._modem.is_in_trouble(None if self._modem.known.caller_id else _NO_CALLER_ID)
        self._settled.set()

    # A call.

    def _lift(self) -> None:
        modem = self._modem
        modem.rings.forget()
        modem.sound = Sound(self._port, modem.known.format.coding)
        modem.hearing.begin(time.monotonic())
        self._connection.command(modem.known.persona.lift, tries=2)

    def _released(self) -> None:
        self._modem.sound = None
        self._modem.hearing.forget()
        self._port.released()

    # Its sound.

    def _open(self) -> None:
        if self._modem.duplex is False:
            self._record()
        else:
            self._connection.expect_audio()
            self._connection.command("AT+VTR", refused=Input.NO_DUPLEX, connected=Input.CONNECT_BOTH)

    def _record(self) -> None:
        self._connection.expect_audio()
        self._connection.command("AT+VRX", tries=2)

    def _play(self) -> None:
        self._port.serve(rx=False, tx=True)
        self._connection.command("AT+VTX", tries=2)

    def _serve(self) -> None:
        modem, now = self._modem, time.monotonic()
        assert modem.sound is not None
        modem.watch.heard_at = now
        if modem.state is State.DUPLEX:
            if modem.duplex is None:
                modem.is_duplex(True)
            modem.sound.begin_duplex(now)
        else:
            modem.sound.begin(now)
        self._port.serve(rx=modem.state is not State.PLAY, tx=True)

    def _serve_nothing(self) -> None:
        self._port.serve(rx=False, tx=False)
        if self._modem.sound is not None:
            self._modem.sound.drop()

    def _end_play(self) -> None:
        self._connection.end_audio(wire.STOP_PLAY, (_PLAY_ENDS_S, wire.STOP_PLAY_ZOOM))

    def _end_audio(self) -> None:
        """Of whichever kind it is: an order that is none to the modem does no harm."""
        both = self._modem.duplex is not False
        self._connection.end_audio(wire.STOP_DUPLEX if both else wire.STOP_RECORD + wire.STOP_PLAY)
