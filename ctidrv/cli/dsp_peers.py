"""libspandsp's kernels of the same kind, over the same second of audio, where it is installed.

Called through its declared interface (0.0.6), by ticks of 20 ms like ours; its echo canceller takes sample by
sample. What it reports goes to a function of the C library that does nothing, not into Python.
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

LIBRARY = "spandsp"
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
Calls = Callable[[str], Any]
"""The library's function of a name."""


@cache
def _library() -> Any | None:
    found = ctypes.util.find_library(LIBRARY)
    return ctypes.CDLL(found) if found is not None else None


def _nothing() -> Any:
    """A function that does nothing with what it is given."""
    return ctypes.CDLL(None).abs


def _unheard() -> ctypes.c_void_p:
    return ctypes.cast(_nothing(), ctypes.c_void_p)


def _made(name: str, *arguments: Any) -> ctypes.c_void_p:
    function = getattr(_library(), name)
    function.restype = ctypes.c_void_p
    made = function(*arguments)
    if not made:
        raise OSError(f"libspandsp: {name} failed")
    return ctypes.c_void_p(made)


def _ticks(data: bytes, each: int) -> list[Any]:
    return [ctypes.create_string_buffer(data[at : at + each], each) for at in range(0, len(data), each)]


def _by_tick(calls: Calls, function: str, state: ctypes.c_void_p, data: bytes) -> Run:
    take, blocks = calls(function), _ticks(data, 2 * TICK)

    def run() -> None:
        for block in blocks:
            take(state, block, TICK)

    return run


def _dtmf(calls: Calls) -> Run:
    return _by_tick(calls, "dtmf_rx", _made("dtmf_rx_init", None, None, None), noise().bytes)


def _super_tone(calls: Calls) -> Run:
    lib: Any = _library()
    descriptor = _made("super_tone_rx_make_descriptor", None)
    for steps in _TONES:
        tone = lib.super_tone_rx_add_tone(descriptor)
        for step in steps:
            lib.super_tone_rx_add_element(descriptor, tone, *step)
    state = _made("super_tone_rx_init", None, descriptor, _unheard(), None)
    return _by_tick(calls, "super_tone_rx", state, noise().bytes)


def _connect_tones(calls: Calls) -> Run:
    state = _made("modem_connect_tones_rx_init", None, _FAX_CNG, _unheard(), None)
    return _by_tick(calls, "modem_connect_tones_rx", state, noise().bytes)


def _fsk(calls: Calls, data: bytes) -> Run:
    lib: Any = _library()
    presets = ctypes.addressof((ctypes.c_char * 1).in_dll(lib, "preset_fsk_specs"))
    spec = ctypes.c_void_p(presets + _BELL202 * _SPEC_BYTES)
    return _by_tick(calls, "fsk_rx", _made("fsk_rx_init", None, spec, _ASYNCHRONOUS, _unheard(), None), data)


def _adsi(calls: Calls, data: bytes) -> Run:
    return _by_tick(calls, "adsi_rx", _made("adsi_rx_init", None, _ADSI_CLASS, _unheard(), None), data)


def _plc_good(calls: Calls) -> Run:
    return _by_tick(calls, "plc_rx", _made("plc_init", None), noise(SENT_RMS).bytes)


def _plc_lost(calls: Calls) -> Run:
    plc, fillin, good = _made("plc_init", None), calls("plc_fillin"), calls("plc_rx")
    blocks = _ticks(noise(SENT_RMS).bytes, 2 * TICK)

    def run() -> None:
        for block in blocks:
            fillin(plc, block, TICK)
            good(plc, block, 1)

    return run


def _echo(calls: Calls) -> Run:
    update = calls("echo_can_update")
    update.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_int16]
    update.restype = ctypes.c_int16
    canceller = _made("echo_can_init", 128, _ADAPT)
    sent, came = (memoryview(each.bytes).cast("h").tolist() for each in (noise(SENT_RMS), echoed()))

    def run() -> None:
        for tx, rx in zip(sent, came, strict=True):
            update(canceller, tx, rx)

    return run


def _g711(calls: Calls, function: str, given: bytes, each: int) -> Run:
    code, state = calls(function), _made("g711_init", None, _ALAW)
    blocks, out = _ticks(given, each * TICK), ctypes.create_string_buffer(2 * TICK)

    def run() -> None:
        for block in blocks:
            code(state, out, block, TICK)

    return run


def peers(*, hollow: bool = False) -> dict[str, Kernel]:
    """By the names of ours (`dsp_kernels.kernels`); one port. Empty without libspandsp.

    hollow: all the same but that the library is not called: what the calls themselves cost.
    """
    if _library() is None:
        return {}
    made: dict[str, Callable[[Calls], Run]] = {
        "dtmf_rx": _dtmf,
        "progress": _super_tone,
        "fax_tones": _connect_tones,
        "cid_rx_idle": lambda calls: _adsi(calls, noise().bytes),
        "cid_rx_burst": lambda calls: _adsi(calls, burst().bytes),
        "fsk_rx_idle": lambda calls: _fsk(calls, noise().bytes),
        "fsk_rx_burst": lambda calls: _fsk(calls, burst().bytes),
        "echo_can": _echo,
        "g711_encode": lambda calls: _g711(calls, "g711_encode", noise(SENT_RMS).bytes, 2),
        "g711_decode": lambda calls: _g711(calls, "g711_decode", random.Random(1).randbytes(RATE), 1),
        "plc_good": _plc_good,
        "plc_lost": _plc_lost,
    }
    return {name: _kernel(name, each, hollow) for name, each in made.items()}


def _kernel(name: str, make: Callable[[Calls], Run], hollow: bool) -> Kernel:
    def calls(function: str) -> Any:
        return _nothing() if hollow else getattr(_library(), function)

    # As Debian ships it, its echo canceller prints a line for every sample, which cannot be taken apart.
    return Kernel(lambda _: make(calls), (), name != "echo_can")
