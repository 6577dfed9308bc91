"""The driver ``usbgw``: a USB telephone, or a box with a telephone at it.

[[board]]
name = "box"            driver = "usbgw"
device = "auto"         or USB numbers "6993:b001", a place "1-2.3", a serial number (`ctidrv doctor`)
model = "auto"          "p1k" "p1kh" "p4k" "b2k" "b3g"; "kip1000" "g-talk" "usbph01" "au-100" (CM109, which
                        cannot be asked). Named: the station starts without it; auto: it has to be there
microphone = "auto"     a part of a sound device's name; auto: the telephone's own
earpiece = "auto"       the same
microphone_db = 0       louder or quieter, -30 to 30
earpiece_db = 0         the same
latency_ms = 60         kept each way, 30 to 400
line = "telephone"      the exchange line at a box rings: its telephone gets it; "ignore": it is only told

Port 1: FXS at a box, else HANDSET. Port 2, at a box: MONITOR, the exchange line: it rings, and cannot be
taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ctidrv.drivers.settings import Given
from ctidrv.drivers.soundcard import sounddevice
from ctidrv.drivers.usbgw.door import is_a_name, libusb
from ctidrv.drivers.usbgw.finding import AUTO, Finder
from ctidrv.drivers.usbgw.models import MODELS, Model
from ctidrv.drivers.usbgw.session import Session, Wanted
from ctidrv.drivers.usbgw.sound import PortAudio, Sounds
from ctidrv.drivers.usbgw.talk import Levels
from ctidrv.errors import InputError, PortError
from ctidrv.native.fed_board import FedBoard, FedStatus
from ctidrv.ports.api import CAPABILITIES, Able, BoardInfo, DriverContext, Kind, PortInfo
from ctidrv.units import RATE, PortId

_STEP_S = 0.01
_NONE = dict.fromkeys(CAPABILITIES, Able.NO)
_HANDSET = {**_NONE, "full_duplex": Able.YES, "dtmf_hw": Able.YES, "flash": Able.YES}
_CAPS = {
    Kind.HANDSET: _HANDSET,
    Kind.FXS: {**_HANDSET, "flash": Able.UNKNOWN},  # whether it passes so short a break on
    Kind.MONITOR: {**_NONE, "line_in_use": Able.UNKNOWN},
}
_LINE = {"telephone": True, "ignore": False}


def ports_of(board: str, model: Model) -> list[PortInfo]:
    """A box's echo comes back later than the core's canceller spans: there is none for it."""
    kinds = [(model.kind, model.label)]
    if model.has_line:
        kinds.append((Kind.MONITOR, "exchange line at it"))
    return [
        PortInfo(PortId(f"{board}/{number}"), kind, label, _CAPS[kind], echo_ms=0)
        for number, (kind, label) in enumerate(kinds, 1)
    ]


class GatewayBoard:
    """Made by `open_board`. `trouble`: why it cannot be used now, in words; None while all is well.

    `backend`: pyusb's; without it libusb is loaded. `now`: seconds. `threaded`: a thread of its own serves
    the device; else `pump` does.
    """

    def __init__(
        self,
        name: str,
        wanted: Wanted,
        *,
        latency_ms: int = 60,
        backend: Any = None,
        sounds: Sounds | None = None,
        now: Callable[[], float] = time.monotonic,
        threaded: bool = True,
    ) -> None:
        model = MODELS.get(wanted.model)
        self.info = BoardInfo(name, "usbgw", model.label if model else "USB telephone", wanted.device)
        self.ports: Sequence[PortInfo] = ports_of(name, model) if model else ()
        self._wanted, self._latency = wanted, latency_ms * RATE // 1000
        self._backend, self._sounds = backend, sounds or PortAudio()
        self._now, self._threaded = now, threaded
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._session: Session | None = None
        self._fed: FedBoard | None = None

    @property
    def trouble(self) -> str | None:
        return "not opened yet" if self._session is None else self._session.trouble

    def open(self) -> None:
        """PortError where it is not there and its model is to be asked. Of a named model that is no error: it
        is looked for until it is there."""
        if self._session is not None:
            return
        backend = self._backend if self._backend is not None else libusb()
        self._stop.clear()
        pause = self._stop.wait if self._threaded else _not_at_all
        finder = Finder(self._wanted.device, self._wanted.model, backend, pause)
        present, why = None, ""
        try:
            present = finder.find()
        except PortError as error:
            why = str(error)
        if finder.model is None:
            raise PortError(
                f"board {self.info.name}: {why}; where `model` is named the station starts without it"
            )
        self.ports = ports_of(self.info.name, finder.model)
        fed = FedBoard(len(self.ports), latency=self._latency, clock_ns=lambda: round(1e9 * self._now()))
        self._fed = fed
        self._session = Session(self.info.name, self._wanted, finder, fed, self._sounds, self._now)
        self._session.take(present, why)
        if self._threaded:
            self._thread = threading.Thread(
                target=self._run, args=(self._session,), name=f"ctidrv-usb-{self.info.name}", daemon=True
            )
            self._thread.start()

    def _run(self, session: Session) -> None:
        while not self._stop.wait(_STEP_S):
            session.turn()

    def close(self) -> None:
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(10)
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def native(self) -> Any:
        if self._fed is None:
            raise PortError(f"board {self.info.name}: it is not open")
        return self._fed.native

    def pump(self) -> None:
        """All is done by the telephone's own thread, where there is one."""
        if not self._threaded and self._session is not None:
            self._session.turn()

    def status(self, port: int = 0) -> FedStatus:
        """Of a port's audio."""
        if self._fed is None:
            raise PortError(f"board {self.info.name}: it is not open")
        return self._fed.ports[port].status()


def _not_at_all(seconds: float) -> None:
    """In virtual time nothing is waited for within a turn."""


_DEVICE = 'which one: "auto", USB numbers "6993:b001", a place "1-2.3", or a serial number'
_SOUND = "a part of a sound device's name; auto: the telephone's own"


def open_board(name: str, settings: Mapping[str, Any], context: DriverContext) -> GatewayBoard:
    """The entry point of the driver ``usbgw``. InputError names board and key; PortError: no pyusb, libusb or
    PortAudio."""
    given = Given(name, settings)
    device = given.text("device", _DEVICE, AUTO) or AUTO
    if not is_a_name(device):
        given.fail("device", _DEVICE)
    wanted = Wanted(
        device=device,
        model=given.choice("model", (AUTO, *MODELS)),
        microphone=given.text("microphone", _SOUND, AUTO) or AUTO,
        earpiece=given.text("earpiece", _SOUND, AUTO) or AUTO,
        levels=Levels(given.number("microphone_db", 0, -30, 30), given.number("earpiece_db", 0, -30, 30)),
        line_gets_telephone=_LINE[given.choice("line", tuple(_LINE))],
    )
    latency_ms = round(given.number("latency_ms", 60, 30, 400))
    given.nothing_else()
    if not context.live:
        raise InputError(f"board {name}: a USB telephone works in real time only")
    libusb()
    sounddevice()
    return GatewayBoard(name, wanted, latency_ms=latency_ms)
