"""libspandsp's T.31 modem, an implementation that is not ours, by ctypes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Protocol

from ctidrv.modem.wording import Result
from ctidrv.native.pcm import Pcm

# at_interpreter.h
_CALL, _ANSWER, _HANGUP, _OFF_HOOK, _ON_HOOK, _CTS = 0, 1, 2, 3, 4, 7
_ALERTING, _CONNECTED, _ANSWERED, _BUSY, _NO_DIALTONE, _NO_ANSWER, _HUNG_UP = range(1, 8)
_EVENTS = {Result.BUSY: _BUSY, Result.NO_DIALTONE: _NO_DIALTONE, Result.NO_ANSWER: _NO_ANSWER}

PIECE = 512
"""Octets: it has room for 1,024 more when it says that it has none."""

AT_TX = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t
)
CONTROL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Hook(Protocol):
    """What it needs of its line's hook."""

    def dial(self, number: str) -> None: ...

    def answer(self) -> None: ...

    def hang_up(self) -> None: ...


class SpandspT31:
    """Between its host (bytes), its line (audio) and its hook, as ctidrv.modem.t31.modem.T31 is."""

    def __init__(self, lib: Any, hook: Hook, out: Callable[[bytes], bool]) -> None:
        self._lib, self._hook, self._out = lib, hook, out
        self._clear_to_send = True
        self._waiting = b""
        self._news: list[int] = []
        self._answers = False
        self._at_tx, self._control = AT_TX(self._says), CONTROL(self._orders)
        lib.t31_init.restype = ctypes.c_void_p
        made = lib.t31_init(None, self._at_tx, None, self._control, None, None, None)
        assert made is not None
        self._t31 = ctypes.c_void_p(made)
        lib.t31_set_transmit_on_idle(self._t31, 1)

    def _says(self, _at: object, _user: object, octets: Any, n: int) -> int:
        self._out(bytes(octets[:n]))
        return 0

    def _orders(self, _t31: object, _user: object, order: int, value: int | None) -> int:
        if order == _CALL:
            self._answers = False
            self._hook.dial(ctypes.string_at(value).decode("latin-1") if value else "")
        elif order == _ANSWER:
            self._answers = True
            self._hook.answer()
        elif order in (_HANGUP, _ON_HOOK):
            self._hook.hang_up()
        elif order == _CTS:
            self._clear_to_send = bool(value)
        return 0

    def feed(self, data: bytes) -> None:
        """What the host writes."""
        self._waiting += data
        self._push()

    def _push(self) -> None:
        while self._waiting and self._clear_to_send:
            piece, self._waiting = self._waiting[:PIECE], self._waiting[PIECE:]
            self._lib.t31_at_rx(self._t31, piece, len(piece))

    @property
    def takes_more(self) -> bool:
        """It has room for what the host sends."""
        return not self._waiting

    # What becomes of the call: told with the next tick, for a hook may tell while it is being ordered.

    def through(self) -> None:
        self._news.append(_ANSWERED if self._answers else _CONNECTED)

    def failed(self, result: Result) -> None:
        self._news.append(_EVENTS.get(result, _HUNG_UP))

    def hung_up(self) -> None:
        self._news.append(_HUNG_UP)

    def ring(self) -> None:
        self._news.append(_ALERTING)

    def no_ring(self) -> None:
        """It counts its rings itself."""

    def tick(self, rx: Pcm) -> Pcm:
        """What the line said, and what the modem says."""
        news, self._news = self._news, []
        for event in news:
            self._lib.t31_call_event(self._t31, event)
        self._push()
        self._lib.t31_rx(self._t31, ctypes.create_string_buffer(rx.bytes, 2 * len(rx)), len(rx))
        out = (ctypes.c_int16 * len(rx))()
        made = self._lib.t31_tx(self._t31, out, len(rx))
        return Pcm(out[:made]) + Pcm.silence(len(rx) - made)
