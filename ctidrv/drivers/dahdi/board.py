"""The driver ``dahdi``: analogue cards and channel banks, a port for each channel. Linux only.

[[board]]
name = "card"           driver = "dahdi"
nodes = "/dev/dahdi"    the folder of the nodes
channels = "1-4"        or [1, 2]; without: every analogue channel that dahdi_cfg has configured
echo = "auto"           canceller: "card" (its own, or the kernel's) "own" (ours) "off"; auto: card, else own
law = "auto"            "ulaw", "alaw": of the card's codecs
lamp = "fsk"            how telephones are told of messages: "fsk" "reversal" "dc" "neon"
rx_gain_db = 0          what comes is made louder; tx_gain_db: what is sent

A port is named by what it faces: an FXO port (the exchange) has FXS signalling in system.conf (fxsks), an FXS
port (a telephone) FXO signalling (fxoks).
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.drivers.dahdi import numbers, settings
from ctidrv.drivers.dahdi.door import Door
from ctidrv.drivers.dahdi.scan import Channel, choose, scan
from ctidrv.drivers.dahdi.settings import Wanted
from ctidrv.drivers.dahdi.setup import BUFFERS, open_channel, order, port_of
from ctidrv.drivers.dahdi.system_door import SystemDoor
from ctidrv.errors import PortError
from ctidrv.native.dahdi_board import LOST, DahdiChannels, Port, PortStatus
from ctidrv.ports.api import Able, BoardInfo, DriverContext, Kind, PortInfo
from ctidrv.units import PortId, Samples, seconds

_log = logging.getLogger(__name__)

LOOK_EVERY = seconds(1)
"""For a card that has gone."""
_TICK_S, _MOST_TICKS = 0.001, 1000
_FXO_CAPS = {
    "full_duplex": Able.YES,
    "onhook_audio": Able.YES,
    "polarity": Able.YES,
    "loop_break": Able.YES,
    "line_voltage": Able.NO,
    "line_in_use": Able.UNKNOWN,
    "dtmf_hw": Able.NO,
    "ring_cadence": Able.NO,
    "cid_hw": Able.NO,
    "vmwi": Able.NO,
    "flash": Able.YES,
    "pulse_dial": Able.YES,
    "conference": Able.NO,
    "lift": Able.NO,
    "lamps": Able.NO,
}
_FXS_CAPS = {
    **_FXO_CAPS,
    "loop_break": Able.NO,  # the kernel cuts the battery for 500 ms, and of itself
    "line_in_use": Able.NO,
    "vmwi": Able.YES,
}


class DahdiBoard:
    """Made by `open_board`; `open_door` opens the way to the nodes. PortError says what is missing."""

    def __init__(
        self, name: str, wanted: Wanted, clock: SampleClock, *, open_door: Callable[[], Door] | None = None
    ) -> None:
        self.info = BoardInfo(name, "dahdi", "DAHDI channels", str(wanted.nodes))
        self.ports: Sequence[PortInfo] = []
        """Known once it is open."""
        self.channels: Sequence[Channel] = []
        self._wanted, self._clock = wanted, clock
        self._open_door = open_door or (lambda: SystemDoor(wanted.nodes))
        self._door: Door | None = None
        self._core: DahdiChannels | None = None
        self._handles: list[int] = []
        self._opened = False
        self._why: str | None = None
        self._look_at = Samples(0)

    @property
    def trouble(self) -> str | None:
        """What is wrong with the card, or with a line of it; None while all is well."""
        if self._why is not None or self._core is None or not self._opened:
            return self._why
        for number, channel in enumerate(self.channels):
            told = self._core.status(number)
            if told.alarm:
                return f"channel {channel.number}: no line, or out of order (red alarm): see to its cable"
            if told.why == numbers.ENODATA:
                return (
                    f"channel {channel.number} cannot ring: write loadzone and defaultzone into "
                    "/etc/dahdi/system.conf and run sudo dahdi_cfg -vv"
                )
        return None

    def open(self) -> None:
        """PortError. Safe twice."""
        if self._opened:
            return
        try:
            self._door = door = self._open_door()
            self.channels = choose(scan(door), self._wanted.channels, door.place)[: settings.MOST_PORTS]
            self._handles, ports = self._open_all(door)
        except PortError as error:
            raise PortError(f"board {self.info.name}: {error}") from error
        self.ports = [self._port(number, channel) for number, channel in enumerate(self.channels)]
        self._core = DahdiChannels(door.native, ports, buffers=BUFFERS)
        self._core.give(self._handles)
        self._opened = True

    def _port(self, number: int, channel: Channel) -> PortInfo:
        if channel.signalling == "fxsls":
            _log.warning(
                "board %s: channel %d has fxsls, which never tells of a hang-up at the far end: write fxsks",
                self.info.name,
                channel.number,
            )
        faces = "to the exchange" if channel.faces == "FXO" else "to a telephone"
        label = (
            f"channel {channel.number}, {channel.name}: {channel.faces} port ({faces}), {channel.signalling}"
        )
        caps = dict(_FXO_CAPS if channel.faces == "FXO" else _FXS_CAPS)
        if channel.signalling == "fxsls":
            caps["loop_break"] = Able.NO
        if channel.faces == "FXS" and self._wanted.lamp == "fsk":  # by the core, as audio
            caps["vmwi"] = Able.NO
        return PortInfo(PortId(f"{self.info.name}/{number + 1}"), Kind(channel.faces), label, caps, echo_ms=0)

    def close(self) -> None:
        """On hook, and the nodes free for others; safe twice."""
        self._let_go()
        self._why, self._opened = None, False

    def native(self) -> Any:
        assert self._core is not None
        return self._core.native

    def pump(self) -> None:
        """A card that has gone is looked for each second."""
        core = self._core
        if core is None or not self._opened:
            return
        if core.state == LOST:
            self._lost(core)
        elif self._why is not None and self._clock.now() >= self._look_at:
            self._look_at = Samples(self._clock.now() + LOOK_EVERY)
            self._look(core)

    def status(self, port: int = 0) -> PortStatus:
        """Of the port at this place, 0 the first."""
        assert self._core is not None
        return self._core.status(port)

    # Within.

    def _take_back(self) -> bool:
        """Whether no tick uses the handles any more."""
        if self._core is None:
            return True
        pause = threading.Event()
        for _ in range(_MOST_TICKS):
            if self._core.take_back():
                return True
            pause.wait(_TICK_S)
        return False

    def _open_all(self, door: Door) -> tuple[list[int], list[Port]]:
        """All channels, or none. PortError."""
        handles: list[int] = []
        ports: list[Port] = []
        try:
            for channel in self.channels:
                handles.append(open_channel(door, channel, self._wanted))
                ports.append(port_of(door, handles[-1], channel, self._wanted))
        except PortError:
            for handle in handles:
                door.close(handle)
            raise
        return handles, ports

    def _lost(self, core: DahdiChannels) -> None:
        gone = next(
            (
                f"channel {channel.number} is gone ({os.strerror(error)}): unplugged, or its driver unloaded"
                for number, channel in enumerate(self.channels)
                if (error := core.status(number).lost)
            ),
            "a channel is gone",
        )
        self._let_go()
        self._why = gone
        self._look_at = Samples(self._clock.now() + LOOK_EVERY)
        _log.warning("board %s: %s", self.info.name, gone)

    def _look(self, core: DahdiChannels) -> None:
        """Back, it is the same card, or it stays away."""
        try:
            door = self._door or self._open_door()
            numbers_of = [channel.number for channel in self.channels]
            found = choose(scan(door), numbers_of, door.place)
            faces = [(channel.number, channel.faces) for channel in found]
            if faces != [(channel.number, channel.faces) for channel in self.channels]:
                raise PortError("another card is there now: start the station again")
            self._handles, ports = self._open_all(door)
        except PortError as error:
            self._why = str(error)
            return
        self._door, self._why = door, None
        core.set(ports)
        core.give(self._handles)
        _log.info("board %s: its channels are back", self.info.name)

    def _let_go(self) -> None:
        """On hook and closed, once no tick uses them. What a tick hangs in stays open: its number would soon
        be another file's."""
        handles, self._handles = self._handles, []
        if not self._take_back():
            _log.error("board %s: the nodes do not answer, and stay open", self.info.name)
            return
        for handle in handles:
            assert self._door is not None
            with contextlib.suppress(OSError):
                order(self._door, handle, numbers.HOOK, numbers.ONHOOK)
            with contextlib.suppress(OSError):
                self._door.close(handle)


def open_board(name: str, given: Mapping[str, Any], context: DriverContext) -> DahdiBoard:
    """The entry point of the driver ``dahdi``. InputError names the board and the key."""
    return DahdiBoard(name, settings.read(name, given), context.clock)
