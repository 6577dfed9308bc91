"""The driver ``soundcard``: an operator's headset, as a board of one HANDSET port.

[[board]]
name = "headset"        driver = "soundcard"
microphone = "Jabra"    a part of its name; without: the system's own. `ctidrv headset list` shows them
earpiece = "Jabra"      the same
ring_on = "Realtek"     the loudspeaker that rings; without: the system's own; "" for none
microphone_db = 0       louder or quieter, -30 to 30
earpiece_db = 0         the same; no sound passes what an ear may have (cti/shock_limiter.h)
latency_ms = 60         kept each way, 30 to 400: more for a sound system that comes and goes
hid = "auto"            whose keys and lamps: a part of a name or path; "none": none's (`ctidrv.drivers.hid`)

The station lifts it (`Channel.lift`; ``ctidrv seats lift``, the desktop's button), or its hook button does.
Its sound is open from the lift to the end alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctidrv.drivers.headset_sound import Heartbeat, Ring, Stream, open_talk
from ctidrv.drivers.hid.belongs import AUTO
from ctidrv.drivers.hid.door import Hidapi
from ctidrv.drivers.hid.link import Link
from ctidrv.drivers.hid.panel import Do
from ctidrv.drivers.settings import Given
from ctidrv.drivers.sound_devices import choose, rescan
from ctidrv.drivers.soundcard import sounddevice
from ctidrv.errors import InputError, SoundMissing
from ctidrv.native.fed_board import HOOK, RING, SHOW, FedBoard, FedStatus
from ctidrv.native.fed_sound import FedSound, SoundLevels
from ctidrv.ports.api import CAPABILITIES, Able, BoardInfo, DriverContext, Kind, PortInfo
from ctidrv.units import RATE, PortId

_log = logging.getLogger(__name__)

_STEP_S = 0.01
_LOOK_S = 2.0
"""Between two looks for a device that is not there."""
_RING_REST_S = 8.0
"""The loudspeaker is kept so long after a burst: no country's rings are further apart."""
_FLASH = RATE // 5
"""Samples; a key's flash has no length of its own."""
_CAPS = {name: Able.NO for name in CAPABILITIES} | dict.fromkeys(("full_duplex", "lift", "lamps"), Able.YES)


@dataclass(frozen=True, slots=True)
class Headset:
    """Its settings; None: the system's own device."""

    microphone: str | None = None
    earpiece: str | None = None
    ring_on: str | None = None
    microphone_db: float = 0.0
    earpiece_db: float = 0.0
    latency_ms: int = 60
    hid: str = AUTO


class HeadsetBoard:
    """Made by `open_board`. `trouble`: why it cannot be used now, in words; None while all is well."""

    def __init__(self, name: str, headset: Headset, door: Hidapi | None = None) -> None:
        self.headset = headset
        label = headset.earpiece or "headset"
        self.info = BoardInfo(name, "soundcard", label)
        self.ports: Sequence[PortInfo] = [
            PortInfo(PortId(f"{name}/1"), Kind.HANDSET, label, _CAPS, echo_ms=0)
        ]
        self.trouble: str | None = "not opened yet"
        self._fed = FedBoard(latency=headset.latency_ms * RATE // 1000)
        self._port = self._fed.ports[0]
        self._sound = FedSound(self._fed)
        self._sound.gains(headset.microphone_db, headset.earpiece_db)
        self.keys = Link(name, headset.hid, door)
        """Its hook button, mute key and lamps; without them it works by order alone."""
        self._stop = threading.Event()
        self._settled = threading.Event()
        self._thread: threading.Thread | None = None
        self._talk: Stream | None = None
        self._beat: Heartbeat | None = None
        self._ring: Ring | None = None
        self._ring_until = 0.0
        self._silenced = False
        """Its user wants no bell for this call."""
        self._digit_at = 0.0

    def open(self) -> None:
        """A headset that is not there is no error: it is looked for."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name=f"headset {self.info.name}", daemon=True)
        self._thread.start()
        self.keys.start()
        self._settled.wait(_LOOK_S)

    def close(self) -> None:
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(10)
        self.keys.stop()
        self._fed.gone(True)

    def native(self) -> Any:
        return self._fed.native

    def pump(self) -> None:
        """All is done by the headset's own thread, and by PortAudio's."""

    def status(self, port: int = 0) -> FedStatus:
        """Of its sound."""
        return self._port.status()

    def levels(self) -> SoundLevels:
        """The loudest since the last look."""
        return self._sound.levels()

    # From its thread.

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._choose()
                self._well()
                self._serve()
            except SoundMissing as error:
                self._lost(str(error))
            except Exception as error:
                _log.exception("board %s", self.info.name)
                self._lost(f"{type(error).__name__}: {error}")
            self._settled.set()
            if self._stop.wait(_LOOK_S):
                break
            try:
                rescan()
            except Exception as error:
                self._lost(f"the sound system does not answer: {error}")
        self._silence()

    def _choose(self) -> None:
        said = choose("input", self.headset.microphone)
        heard = choose("output", self.headset.earpiece)
        self.keys.belongs_to([said.name, heard.name])

    def _well(self) -> None:
        for _ in (*self._port.commands(), *self.keys.pressed()):
            pass  # of the time before it was gone
        self.trouble = None
        self._fed.gone(False)
        self._settled.set()

    def _lost(self, why: str) -> None:
        self._fed.gone(True)
        self._silence()
        self.keys.hook(False)
        if why != self.trouble:
            _log.warning("board %s: %s", self.info.name, why)
        self.trouble = why

    def _silence(self) -> None:
        self._port.serve(rx=False, tx=False)  # what nobody feeds is no slip
        talk, self._talk = self._talk, None
        self._beat = None
        ring, self._ring = self._ring, None
        for stream in (talk, ring):
            if stream is not None:
                stream.close()

    def _serve(self) -> None:
        while not self._stop.wait(_STEP_S):
            for what, value in self._port.commands():
                if what == HOOK:
                    self._hook(value)
                elif what == RING:
                    self._ring_burst(value)
                elif what == SHOW:
                    self._silenced = False
                    self._sound.mute(self.keys.lamps(value))
            for do, digit in self.keys.pressed():
                self._press(do, digit)
            now = time.monotonic()
            if self._ring is not None and not self._ring.on and now > self._ring_until:
                self._ring.close()
                self._ring = None
            if self._beat is not None:
                self._beat.check(now)

    def _hook(self, off_hook: int) -> None:
        if off_hook and self._talk is None:
            self._ring_burst(0)
            if self._ring is not None:
                self._ring.close()
                self._ring = None
            self.keys.hook(True)
            self._sound.mute(False)
            self._talk = open_talk(self._sound, self.headset.microphone, self.headset.earpiece)
            self._beat = Heartbeat(self._sound, self._talk, time.monotonic())
            self._port.serve(rx=True, tx=True)
            self._port.hook(True)
        elif not off_hook and self._talk is not None:
            self.keys.hook(False)
            self._port.hook(False)
            self._port.serve(rx=False, tx=False)
            self._talk.close()
            self._talk = self._beat = None

    def _press(self, do: Do, digit: str) -> None:
        """What its user wants by a key of the headset."""
        match do:
            case Do.ANSWER | Do.HANG_UP:
                self._hook(int(do is Do.ANSWER))
            case Do.MUTE | Do.UNMUTE:
                self._sound.mute(do is Do.MUTE)
                self._port.muted(do is Do.MUTE)
            case Do.SILENCE:
                self._silenced = True
                self._ring_burst(0)
            case Do.FLASH:
                self._port.flash(_FLASH)
            case Do.DIGIT:
                self._digit_at = time.monotonic()
                self._port.digit_down(digit)
            case Do.DIGIT_UP:
                self._port.digit_up(digit, round((time.monotonic() - self._digit_at) * RATE))

    def _ring_burst(self, on: int) -> None:
        on = on and not self._silenced
        if self._ring is None and on and self.headset.ring_on != "" and self._talk is None:
            try:
                self._ring = Ring(self.headset.ring_on)
            except SoundMissing as error:
                _log.warning("board %s cannot ring: %s", self.info.name, error)
        if self._ring is not None:
            self._ring.on = bool(on)
            self._ring_until = time.monotonic() + _RING_REST_S


_DEVICE = "a part of a device's name; without it the system's own"
_HID = 'a part of a HID device\'s name or path, "auto" or "none"'


def open_board(name: str, settings: Mapping[str, Any], context: DriverContext) -> HeadsetBoard:
    """The entry point of the driver ``soundcard``. InputError names board and key; SoundMissing."""
    given = Given(name, settings)
    headset = Headset(
        microphone=given.text("microphone", _DEVICE),
        earpiece=given.text("earpiece", _DEVICE),
        ring_on=given.text("ring_on", _DEVICE, may_be_empty=True),
        microphone_db=given.number("microphone_db", 0, -30, 30),
        earpiece_db=given.number("earpiece_db", 0, -30, 30),
        latency_ms=round(given.number("latency_ms", 60, 30, 400)),
        hid=given.text("hid", _HID) or AUTO,
    )
    given.nothing_else()
    if not context.live:
        raise InputError(f"board {name}: a headset works in real time only")
    sounddevice()
    return HeadsetBoard(name, headset)
