"""A fax on a line's audio (cti/fax_machine.h): the procedure of T.30 over our own modems.

`run` is the audio's; everything else may be another thread's, and may be late.
"""

from __future__ import annotations

from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.fax_modem import FaxQuality, quality_of
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import FaxPages, T30Config, T30Event, T30Link, native_config, read_link, refused

_LEAST_LEVEL = -60.0
_ECHO_MS = range(1001)


class FaxMachine(FaxPages):
    """One call, which begins with the first sample. UsageError: a config that cannot be.

    `level`: dBm0 of what is sent; `echo_protection`: of the fast carriers; `echo_ms`: the line's round trip.
    """

    def __init__(
        self, config: T30Config, *, level: float = -13.0, echo_protection: bool = False, echo_ms: int = 60
    ) -> None:
        if not _LEAST_LEVEL <= level <= 0.0:
            raise UsageError(f"no fax speaks at {level:g} dBm0: {_LEAST_LEVEL:g} to 0")
        if echo_ms not in _ECHO_MS:
            raise UsageError(f"no line's echo takes {echo_ms} ms: 0 to {_ECHO_MS[-1]}")
        c = ffi.new("cti_fax_machine_config *")
        lib.cti_fax_machine_defaults(c, int(config.calling))
        t30, self._sheets = native_config(config)
        c.t30 = t30[0]
        c.line.level_dbm0, c.line.echo_protection, c.line.echo_ms = level, echo_protection, echo_ms
        size = lib.cti_fax_machine_size()
        self._state = state("cti_fax_machine", size)
        if lib.cti_fax_machine_init(self._state, size, c) < 0:
            raise UsageError(refused(config))
        self._event = ffi.new("cti_fax_machine_event *")
        self._terminal = ffi.new("cti_terminal *")
        self._given = 0
        self._link: T30Link | None = None
        self._quality: FaxQuality | None = None
        self.is_over = False
        """Nothing but silence comes any more."""
        super().__init__(config)

    @property
    def native(self) -> Any:
        """The ``cti_terminal`` for the engine, which is outlived by this."""
        check(lib.cti_fax_machine_terminal(self._state, self._terminal), "a fax as a terminal")
        return self._terminal[0]

    def run(self, rx: Pcm) -> Pcm:
        """Takes samples from the line and gives it as many."""
        tx = ffi.new("int16_t[]", max(1, len(rx)))
        going_on = check(lib.cti_fax_machine_run(self._state, rx.ptr, tx, len(rx)), "a fax's audio")
        self.is_over = not going_on
        return Pcm.from_bytes(bytes(ffi.buffer(tx, 2 * len(rx))))

    def _offer(self, rows: Any, size: int, damage: Any, most: int) -> int:
        check(lib.cti_fax_machine_memory(self._state, rows, size, damage, most), "memory of a fax page")
        self._given += 1
        return self._given - 1

    def page(self, page: int, rows: bytes, width: int) -> None:
        """The rows of the wanted page, `width` pixels each; passed over where it is not wanted any more."""
        memory, count = self._keep_page(page, rows, width)
        check(lib.cti_fax_machine_page(self._state, page, memory, count), f"fax page {page + 1}")

    def cancel(self) -> None:
        """We end the call, in order, from the next `run` on."""
        check(lib.cti_fax_machine_cancel(self._state), "the end of a fax call")

    def gone(self) -> None:
        """The line is gone: known to the next `run`."""
        check(lib.cti_fax_machine_gone(self._state), "the end of a fax call")

    def events(self) -> list[T30Event]:
        """What happened since the last call."""
        found = []
        while lib.cti_fax_machine_events(self._state, self._event, 1) == 1:
            self._link = read_link(self._event.link)
            quality = quality_of(self._event.quality)
            self._quality = quality if quality.snr else None
            found.append(self._read_event(self._event.what))
        return found

    @property
    def link(self) -> T30Link | None:
        """What was agreed at the last event that was taken; None: there was none yet."""
        return self._link

    @property
    def quality(self) -> FaxQuality | None:
        """Of the fast carrier that was heard last before that event."""
        return self._quality
