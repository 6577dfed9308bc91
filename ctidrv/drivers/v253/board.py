"""The driver ``v253``: a voice modem on a serial port, as a board of one FXO port.

[[board]]
name = "modem"          driver = "v253"
device = "/dev/serial/by-id/usb-Conexant_USB_Modem_24680246-if00"   or /dev/ttyACM0, COM3
persona = "auto"        what kind it is: "cx930xx" "usr5637" "silabs" "generic"; auto: it is asked
format = "auto"         of audio: "ulaw" "alaw" "unsigned" "signed" "linear16"; auto: the best it has
duplex = "auto"         "full" "half"; auto: tried with the first call
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ctidrv.drivers.v253.formats import CODINGS
from ctidrv.drivers.v253.link import Link, Search, SerialLink, need_pyserial
from ctidrv.drivers.v253.personas import PERSONAS
from ctidrv.drivers.v253.session import Session
from ctidrv.drivers.v253.voice_modem import Wanted
from ctidrv.errors import InputError
from ctidrv.native.fed_board import FedBoard, FedStatus
from ctidrv.ports.api import Able, BoardInfo, DriverContext, Kind, PortInfo
from ctidrv.ports.own_fax import OwnFax
from ctidrv.units import PortId

_log = logging.getLogger(__name__)

SETTLES_S = 6.0
"""`open` waits so long for the modem; a station starts without one that is not there."""
LATENCY = 640
"""Samples each way, for a thread that may be held up."""
HOOK_MS = 8000
"""A modem may answer a command after three seconds, and taking the line is two."""
_CAPS = {
    "full_duplex": Able.UNKNOWN,
    "onhook_audio": Able.NO,
    "polarity": Able.UNKNOWN,
    "loop_break": Able.UNKNOWN,
    "line_voltage": Able.NO,
    "line_in_use": Able.UNKNOWN,
    "dtmf_hw": Able.YES,
    "ring_cadence": Able.NO,
    "cid_hw": Able.UNKNOWN,
    "vmwi": Able.NO,
    "flash": Able.YES,
    "pulse_dial": Able.NO,
    "conference": Able.NO,
    "lift": Able.NO,
    "lamps": Able.NO,
}
_CHOICES = {
    "persona": ("auto", *PERSONAS),
    "format": ("auto", *CODINGS),
    "duplex": ("auto", "full", "half"),
}


class V253Board:
    """Made by `open_board`. `trouble`: what is wrong with the modem now, in words; None while all is well."""

    def __init__(
        self,
        name: str,
        wanted: Wanted,
        *,
        open_link: Callable[[str], Link] = SerialLink,
        search: Search | None = None,
    ) -> None:
        self._caps = dict(_CAPS)
        if wanted.duplex != "auto":
            self._caps["full_duplex"] = Able.YES if wanted.duplex == "full" else Able.NO
        self._wanted, self._open_link, self._search = wanted, open_link, search
        self.info = BoardInfo(name, "v253", "voice modem", wanted.device)
        self.ports: Sequence[PortInfo] = [
            PortInfo(PortId(f"{name}/1"), Kind.FXO, "voice modem", self._caps, echo_ms=0, hook_ms=HOOK_MS)
        ]
        self._fed = FedBoard(latency=LATENCY)
        self.session: Session | None = None

    @property
    def trouble(self) -> str | None:
        return None if self.session is None else self.session.modem.trouble

    def open(self) -> None:
        """A modem that is not there is no error: it is looked for until it is."""
        if self.session is not None:
            return
        self.session = session = Session(
            self.info.name,
            self._wanted,
            self._fed,
            open_link=self._open_link,
            search=self._search,
            changed=self._learn,
        )
        session.start()
        if not session.settled.wait(SETTLES_S):
            _log.warning("board %s: %s has not answered yet", self.info.name, self._wanted.device)

    def close(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.close()

    def native(self) -> Any:
        return self._fed.native

    def pump(self) -> None:
        """But for this all is done by the modem's own thread."""
        if self.session is not None:
            self.session.modem.fax.pump()

    def fax(self, port: int = 0) -> OwnFax | None:
        """By its Class 1, if it has that: its sound is late, or goes one way at a time."""
        session = self.session
        return session.modem.fax if session is not None and session.modem.fax.modems else None

    def status(self, port: int = 0) -> FedStatus:
        """Of its sound."""
        return self._fed.ports[0].status()

    def _learn(self) -> None:
        """What it can, now that it was asked; from its thread."""
        session = self.session
        if session is None:
            return
        modem = session.modem
        if modem.duplex is not None:
            self._caps["full_duplex"] = Able.YES if modem.duplex else Able.NO
        if modem.identity is not None:
            self._caps["cid_hw"] = Able.YES if modem.identity.caller_id else Able.NO


def open_board(name: str, settings: Mapping[str, Any], context: DriverContext) -> V253Board:
    """The entry point of the driver ``v253``. InputError names board and key; PortError: no pyserial."""
    given = dict(settings)
    device = given.pop("device", None)
    if not isinstance(device, str) or not device:
        raise InputError(f"board {name}: device: the modem's port, such as /dev/serial/by-id/… or COM3")
    chosen = {}
    for key, choices in _CHOICES.items():
        chosen[key] = given.pop(key, "auto")
        if chosen[key] not in choices:
            raise InputError(f"board {name}: {key}: {chosen[key]!r} is none of {', '.join(choices)}")
    if given:
        known = ", ".join(("device", *_CHOICES))
        raise InputError(f"board {name}: {min(given)}: there is no such key; there are {known}")
    if not context.live:
        raise InputError(f"board {name}: a modem works in real time only")
    need_pyserial()
    return V253Board(name, Wanted(device, chosen["persona"], chosen["format"], chosen["duplex"]))
