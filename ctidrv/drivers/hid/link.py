"""The thread that serves a headset's keys and lamps: it looks for the device, opens it, and keeps the panel
and it in step. Writing to a device may take seconds; the call never waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from ctidrv.drivers.hid.belongs import NONE, belonging
from ctidrv.drivers.hid.door import Hidapi, HidDevice
from ctidrv.drivers.hid.panel import Do, Panel
from ctidrv.drivers.hid.reports import Reports
from ctidrv.errors import CtiError
from ctidrv.native import lib

_log = logging.getLogger(__name__)

_WAIT_MS = 20
_LOOK_S = 2.0
"""Between two looks for a device that is not there."""
_MOST_AT_ONCE = 32
"""Reports that are read before the lamps are looked after."""
_MOST_WAITING = 64
"""What the board has not done yet; more comes from no hand."""


class Link:
    """Of one board. `start` and `stop` from its thread; the rest from any, and nothing waits for the device.

    `trouble`: why there are no keys now, in words; None while there are, or none are wanted.
    """

    def __init__(
        self, name: str, wanted: str, door: Hidapi | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.trouble: str | None = None
        self.device: str | None = None
        """The name of the one that is open."""
        self._name = name
        self._wanted = wanted
        self._door = door or Hidapi()
        self._panel = Panel(clock)
        self._lock = threading.Lock()
        self._done: deque[tuple[Do, str]] = deque(maxlen=_MOST_WAITING)
        self._sounds: tuple[str, ...] | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._wanted == NONE or self._thread is not None:
            return
        self._stop = threading.Event()  # its own: an old thread may still wait for a device
        self._thread = threading.Thread(
            target=self._run, args=(self._stop,), name=f"keys of {self._name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Its lamps are put out. Safe twice; a device that does not answer is left alone."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(2)

    # The board's.

    def belongs_to(self, sounds: Sequence[str]) -> None:
        """The names of the sound devices that are used; before, no device is looked for."""
        self._sounds = tuple(sounds)

    def pressed(self) -> Iterator[tuple[Do, str]]:
        """What its user wants, once each."""
        while self._done:
            yield self._done.popleft()

    def rings(self, on: bool) -> None:
        with self._lock:
            self._panel.rings(on)

    def hook(self, off_hook: bool) -> None:
        with self._lock:
            self._panel.hook(off_hook)

    def lamps(self, value: int) -> bool:
        """The order CTI_LINE_SHOW; True: muted now."""
        with self._lock:
            self._panel.rings(bool(value & lib.CTI_SHOW_RINGS))
            self._panel.talk(muted=bool(value & lib.CTI_SHOW_MUTED), held=bool(value & lib.CTI_SHOW_HELD))
            return self._panel.muted

    # Its thread.

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._serve_one(stop)
            except CtiError as error:
                self._without(str(error))
            except OSError as error:
                self._without(f"{self.device or 'the headset'} is gone: {error}")
            except Exception as error:
                _log.exception("keys of board %s", self._name)
                self._without(f"{type(error).__name__}: {error}")
            stop.wait(_LOOK_S if self._sounds is not None else _WAIT_MS / 1000)

    def _without(self, why: str, level: int = logging.WARNING) -> None:
        self.device = None
        if why != self.trouble:
            _log.log(level, "board %s: no keys and lamps: %s", self._name, why)
        self.trouble = why

    def _serve_one(self, stop: threading.Event) -> None:
        """The device, until it is gone (OSError) or nothing is wanted any more."""
        device = self.look()
        if device is None:
            return
        try:
            while not stop.is_set():
                self.step(device)
            with self._lock:
                dark = self._panel.put_out()
            for report in dark:
                device.write(report)
            self.device = None
        finally:
            with self._lock:
                self._panel.plugged(None)
            device.close()

    def look(self) -> HidDevice | None:
        """Opens the device that belongs to the headset, where there is one. CtiError."""
        if self._sounds is None:
            return None
        found = self._door.devices()
        info = belonging(found, self._wanted, self._sounds)
        if info is None:
            there = ", ".join(each.name for each in found) or "none"
            self._without(f"no HID telephone belongs to this headset; there are: {there}", logging.INFO)
            return None
        device = self._door.open(info)
        try:
            reports = Reports(device.descriptor)
        except CtiError:
            device.close()
            raise
        with self._lock:
            self._panel.plugged(reports)
        self.device, self.trouble = info.name, None
        _log.info("board %s: keys and lamps of %s", self._name, info.name)
        return device

    def step(self, device: HidDevice, wait_ms: int = _WAIT_MS) -> None:
        """Lamps, then what has come; OSError: it is gone."""
        with self._lock:
            due = self._panel.due()
        for report in due:
            device.write(report)
        for _ in range(_MOST_AT_ONCE):
            data = device.read(wait_ms)
            if not data:
                break
            with self._lock:
                self._done.extend(self._panel.report(data))
                due = self._panel.due()
            for report in due:
                device.write(report)
            wait_ms = 0
