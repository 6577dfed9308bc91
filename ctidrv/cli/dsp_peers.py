"""libspandsp's kernels of the same kind, over the same second of audio, where it is installed.

Called through its declared interface (0.0.6), by ticks of 20 ms like ours; its echo canceller takes sample by
sample.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from ctidrv.cli.dsp_kernels import SENT_RMS, TICK, Kernel, Run, burst, echoed, noise
from ctidrv.units import RATE

_BELL202 = 6  # of preset_fsk_specs
_SPEC_BYTES = 32
_ASYNCHRONOUS = 0
_FAX_CNG = 1
_ADSI_CLASS = 1
_ADAPT = 1
_ALAW = 0
# Dial, ringback, busy and congestion of the USA; hertz, milliseconds.
_TONES = [
    [(350, 440, 1000, 0)],
    [(440, 480, 1800, 2200), (0, 0, 3800, 4200)],
    [(480, 620, 450, 550), (0, 0, 450, 550)],
    [(480, 620, 220, 280), (0, 0, 220, 280)],
]
_Report = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)
_PutBit = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)
_PutMessage = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_CALLBACKS = (_Report(lambda *_: None), _PutBit(lambda *_: None), _PutMessage(lambda *_: None))


@cache
def _library() -> Any | None:
    found = ctypes.util.find_library("spandsp")
    return ctypes.CDLL(found) if found is not None else None


def _made(name: str, *arguments: Any) -> ctypes.c_void_p:
    function = getattr(_library(), name)
    function.restype = ctypes.c_void_p
    made = function(*arguments)
    if not made:
        raise OSError(f"libspandsp: {name} failed")
    return ctypes.c_void_p(made)


def _ticks(data: bytes, each: int) -> list[Any]:
    return [ctypes.create_string_buffer(data[at : at + each], each) for at in range(0, len(data), each)]


def _by_tick(function: str, state: ctypes.c_void_p, data: bytes) -> Run:
    take, blocks = getattr(_library(), function), _ticks(data, 2 * TICK)

    def run() -> None:
        for block in blocks:
            take(state, block, TICK)

    return run


def _dtmf() -> Run:
    return _by_tick("dtmf_rx", _made("dtmf_rx_init", None, None, None), noise().bytes)


def _super_tone() -> Run:
    lib: Any = _library()
    descriptor = _made("super_tone_rx_make_descriptor", None)
    for steps in _TONES:
        tone = lib.super_tone_rx_add_tone(descriptor)
        for step in steps:
            lib.super_tone_rx_add_element(descriptor, tone, *step)
    return _by_tick(
        "super_tone_rx", _made("super_tone_rx_init", None, descriptor, _CALLBACKS[0], None), noise().bytes
    )


def _connect_tones() -> Run:
    state = _made("modem_connect_tones_rx_init", None, _FAX_CNG, _CALLBACKS[0], None)
    return _by_tick("modem_connect_tones_rx", state, noise().bytes)


def _fsk(data: bytes) -> Run:
    lib: Any = _library()
    presets = ctypes.addressof((ctypes.c_char * 1).in_dll(lib, "preset_fsk_specs"))
    spec = ctypes.c_void_p(presets + _BELL202 * _SPEC_BYTES)
    return _by_tick("fsk_rx", _made("fsk_rx_init", None, spec, _ASYNCHRONOUS, _CALLBACKS[1], None), data)


def _adsi(data: bytes) -> Run:
    return _by_tick("adsi_rx", _made("adsi_rx_init", None, _ADSI_CLASS, _CALLBACKS[2], None), data)


def _plc_good() -> Run:
    return _by_tick("plc_rx", _made("plc_init", None), noise(SENT_RMS).bytes)


def _plc_lost() -> Run:
    lib: Any = _library()
    plc = _made("plc_init", None)
    blocks = _ticks(noise(SENT_RMS).bytes, 2 * TICK)

    def run() -> None:
        for block in blocks:
            lib.plc_fillin(plc, block, TICK)
            lib.plc_rx(plc, block, 1)

    return run


def _echo() -> Run:
    lib: Any = _library()
    lib.echo_can_update.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_int16]
    lib.echo_can_update.restype = ctypes.c_int16
    canceller = _made("echo_can_init", 128, _ADAPT)
    sent, came = (memoryview(each.bytes).cast("h").tolist() for each in (noise(SENT_RMS), echoed()))

    def run() -> None:
        for tx, rx in zip(sent, came, strict=True):
            lib.echo_can_update(canceller, tx, rx)

    return run


def _g711(function: str, given: bytes, each: int) -> Run:
    code, state = getattr(_library(), function), _made("g711_init", None, _ALAW)
    blocks, out = _ticks(given, each * TICK), ctypes.create_string_buffer(2 * TICK)

    def run() -> None:
        for block in blocks:
            code(state, out, block, TICK)

    return run


def peers() -> dict[str, Kernel]:
    """By the names of ours (`dsp_kernels.kernels`); one port. Empty without libspandsp."""
    if _library() is None:
        return {}
    of: dict[str, tuple[Callable[[], Run], str]] = {
        "dtmf_rx": (_dtmf, "dtmf_rx"),
        "progress": (_super_tone, "super_tone_rx"),
        "fax_tones": (_connect_tones, "modem_connect_tones_rx"),
        "cid_rx_idle": (lambda: _adsi(noise().bytes), "adsi_rx"),
        "cid_rx_burst": (lambda: _adsi(burst().bytes), "adsi_rx"),
        "fsk_rx_idle": (lambda: _fsk(noise().bytes), "fsk_rx"),
        "fsk_rx_burst": (lambda: _fsk(burst().bytes), "fsk_rx"),
        "g711_encode": (lambda: _g711("g711_encode", noise(SENT_RMS).bytes, 2), "g711_encode"),
        "g711_decode": (lambda: _g711("g711_decode", random.Random(1).randbytes(RATE), 1), "g711_decode"),
        "plc_good": (_plc_good, "plc_rx"),
    }
    lost = _kernel(_plc_lost, "plc_fillin", "plc_rx")
    made = {name: _kernel(make, function) for name, (make, function) in of.items()}
    # As Debian ships it, it prints a line for every sample: that is not counted, and cannot be timed apart.
    echo = _kernel(_echo, "echo_can_update", "__printf_chk", timed=False)
    return made | {"plc_lost": lost, "echo_can": echo}


def _kernel(make: Callable[[], Run], *functions: str, timed: bool = True) -> Kernel:
    return Kernel(lambda _: make(), functions, timed)
