"""The kernels that ``ctidrv dsp bench`` measures: each over one second of audio a port, by ticks of 20 ms.

They are called as the engine calls them, with buffers that are ready; Python adds a call a tick.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ctidrv.native import check, cid, ffi, lib, state
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf
from ctidrv.units import RATE

TICK = 160
TICKS = RATE // TICK
SENT_RMS, QUIET_RMS = 1600.0, 160.0  # -20 and -40 dBm0
UNCHANGED = 4096

Run = Callable[[], object]


@dataclass(frozen=True)
class Kernel:
    """`make` gives a run over one second for so many ports.

    `functions` are those of the core that it calls. `measured`: it can be, apart from all else.
    """

    make: Callable[[int], Run]
    functions: tuple[str, ...]
    measured: bool = True


@cache
def noise(rms: float = QUIET_RMS, seed: int = 1) -> Pcm:
    """One second of seeded noise."""
    source = random.Random(seed)
    return Pcm(round(source.gauss(0.0, rms)) for _ in range(RATE))


def message() -> bytes:
    return cid.encode_mdmf(number="2025550143", name="BENCH MARK", when="01020304")


def burst() -> Pcm:
    """One second that is nearly all caller-ID burst."""
    return (cid.fsk_burst(message()) + Pcm.silence(RATE))[:RATE]


def digits() -> Pcm:
    """One second of digits of all rows and columns, 50 ms on and 50 ms off, at -10 dBm0 a tone."""
    return dtmf("1590A4782D", on_ms=50, off_ms=50, level=-10.0, twist=0.0)[:RATE]


def _made(kind: str, *config: Any, size: Any = None) -> Any:
    """A state of the core, initialised."""
    size = getattr(lib, f"{kind}_size")() if size is None else size
    made = state(kind, size)
    check(getattr(lib, f"{kind}_init")(made, size, *config), kind)
    return made


def _ear(detectors: int, sound: Callable[[], Pcm]) -> Kernel:
    def make(ports: int) -> Run:
        ear = _made("cti_ear", ports, size=lib.cti_ear_size(ports))
        for port in range(ports):
            check(lib.cti_ear_listen(ear, port, detectors), "ear")
        heard = Pcm.from_bytes(sound().bytes * ports)
        events = ffi.new("cti_event[]", 1024)

        def run() -> None:
            for tick in range(TICKS):
                check(lib.cti_ear_run(ear, heard.ptr + tick * TICK, RATE, TICK, events, 1024), "ear")

        return run

    return Kernel(make, ("cti_ear_run",))


def _fsk_rx(sound: Callable[[], Pcm]) -> Kernel:
    def make(ports: int) -> Run:
        receivers = [_made("cti_fsk_rx") for _ in range(ports)]
        heard, used, event = sound(), ffi.new("int *"), ffi.new("cti_fsk_event *")

        def run() -> None:
            for rx in receivers:
                at = 0
                while at < RATE:
                    lib.cti_fsk_rx_run(rx, heard.ptr + at, min(TICK, RATE - at), used, event)
                    at += used[0]

        return run

    return Kernel(make, ("cti_fsk_rx_run",))


def _each(
    kind: str, tick: Callable[[Any, Any, Any], object], functions: Sequence[str], *config: Any
) -> Kernel:
    """A kernel without a bank: a state for each port, one after the other.

    tick(state, sound, out) takes the 160 samples at `sound`; it may change them, as they are noise anew
    each second.
    """

    def make(ports: int) -> Run:
        size = lib.cti_resample_size(*config) if kind == "cti_resample" else None
        states = [_made(kind, *config, size=size) for _ in range(ports)]
        given, sound, out = noise(SENT_RMS), ffi.new("int16_t[]", RATE), ffi.new("int16_t[]", 8 * TICK)

        def run() -> None:
            for each in states:
                ffi.memmove(sound, given.ptr, 2 * RATE)
                for at in range(0, RATE, TICK):
                    tick(each, sound + at, out)

        return run

    return Kernel(make, tuple(functions))


def _elastic() -> Kernel:
    def make(ports: int) -> Run:
        buffers = [_made("cti_elastic", ffi.NULL, size=lib.cti_elastic_size(ffi.NULL)) for _ in range(ports)]
        sound, out = noise(SENT_RMS), ffi.new("int16_t[]", TICK)

        def run() -> None:
            for each in buffers:
                for at in range(0, RATE, TICK):
                    lib.cti_elastic_put(each, sound.ptr + at, TICK)
                    lib.cti_elastic_get(each, out, TICK, 0)

        return run

    return Kernel(make, ("cti_elastic_put", "cti_elastic_get"))


def _conference() -> Kernel:
    """One conference of as many parties as ports; a single one hears nobody."""

    def make(ports: int) -> Run:
        room = _made("cti_conference", ports, size=lib.cti_conference_size(ports))
        for port in range(ports):
            check(lib.cti_conference_set(room, port, lib.CTI_ROLE_TALK, 0, UNCHANGED), "conference")
        sound, out = Pcm.from_bytes(noise().bytes * ports), ffi.new("int16_t[]", TICK * ports)

        def run() -> None:
            for at in range(0, RATE, TICK):
                lib.cti_conference_run(room, sound.ptr + at, RATE, out, TICK, TICK)

        return run

    return Kernel(make, ("cti_conference_run",))


def _mixer() -> Kernel:
    """The sum of as many inputs as ports."""

    def make(ports: int) -> Run:
        sound, out = Pcm.from_bytes(noise().bytes * ports), ffi.new("int16_t[]", TICK)

        def run() -> None:
            for at in range(0, RATE, TICK):
                lib.cti_mix(sound.ptr + at, RATE, ports, ffi.NULL, out, TICK)

        return run

    return Kernel(make, ("cti_mix",))


def _g711(function: str, given: Any, out: Any) -> Kernel:
    def make(ports: int) -> Run:
        code = getattr(lib, function)

        def run() -> None:
            for _ in range(ports):
                for at in range(0, RATE, TICK):
                    code(given + at, out, TICK)

        return run

    return Kernel(make, (function,))


def _alaw_encode() -> Kernel:
    sound = ffi.new("int16_t[]", memoryview(noise(SENT_RMS).bytes).cast("h").tolist())
    return _g711("cti_alaw_encode", sound, ffi.new("uint8_t[]", TICK))


def _alaw_decode() -> Kernel:
    octets = ffi.new("uint8_t[]", random.Random(1).randbytes(RATE))
    return _g711("cti_alaw_decode", octets, ffi.new("int16_t[]", TICK))


@cache
def echoed() -> Pcm:
    """What comes while noise is sent: its echo, 10 dB down and 2.5 ms later."""
    sent = memoryview(noise(SENT_RMS).bytes).cast("h").tolist()
    return Pcm([0] * 20 + [round(0.316 * sample) for sample in sent[:-20]])


def _echo_can() -> Kernel:
    """128 taps."""
    config = ffi.new("cti_echo_can_config *")
    lib.cti_echo_can_defaults(config)

    def make(ports: int) -> Run:
        cancellers = [_made("cti_echo_can", config) for _ in range(ports)]
        sent, came, out = noise(SENT_RMS), echoed(), ffi.new("int16_t[]", TICK)

        def run() -> None:
            for each in cancellers:
                for at in range(0, RATE, TICK):
                    lib.cti_echo_can_run(each, sent.ptr + at, came.ptr + at, out, TICK)

        return run

    return Kernel(make, ("cti_echo_can_run",))


def _cid_tx() -> Kernel:
    """One burst a second a port, most of that second."""
    config, bytes_ = ffi.new("cti_cid_burst_config *"), message()
    lib.cti_cid_burst_defaults(config)

    def make(ports: int) -> Run:
        out = ffi.new("int16_t[]", RATE)

        def run() -> None:
            for _ in range(ports):
                check(lib.cti_cid_burst(config, bytes_, len(bytes_), out, RATE), "burst")

        return run

    return Kernel(make, ("cti_cid_burst",))


def _plc_lost(plc: Any, sound: Any, out: Any) -> None:
    lib.cti_plc_lost(plc, sound, TICK)
    lib.cti_plc_good(plc, sound, 1)  # a sample that comes: the next loss begins anew


def _stretch(stretch: Any, sound: Any, out: Any) -> None:
    lib.cti_stretch_put(stretch, sound, TICK)
    lib.cti_stretch_get(stretch, out, TICK)


def _resample(to_hz: int) -> Kernel:
    def tick(resample: Any, sound: Any, out: Any) -> None:
        lib.cti_resample_run(resample, sound, TICK, out, 8 * TICK)

    return _each("cti_resample", tick, ["cti_resample_run"], RATE, to_hz)


def _in_place(kind: str, *config: Any) -> Kernel:
    function = f"{kind}_run"
    run = getattr(lib, function)
    return _each(kind, lambda each, sound, _: run(each, sound, TICK), [function], *config)


def kernels() -> dict[str, Kernel]:
    """By name, in the order in which they are printed."""
    null = ffi.NULL
    return {
        "ear": _ear(lib.CTI_EAR_ALL, noise),
        "dtmf_rx": _ear(lib.CTI_EAR_DTMF, noise),
        "progress": _ear(lib.CTI_EAR_PROGRESS, noise),
        "vad": _ear(lib.CTI_EAR_VOICE, noise),
        "presence": _ear(lib.CTI_EAR_PRESENCE, noise),
        "fax_tones": _ear(lib.CTI_EAR_FAX, noise),
        "cid_rx_idle": _ear(lib.CTI_EAR_CALLER_ID, noise),
        "cid_rx_burst": _ear(lib.CTI_EAR_CALLER_ID, burst),
        "cid_rx_digits": _ear(lib.CTI_EAR_CALLER_ID, digits),
        "fsk_rx_idle": _fsk_rx(noise),
        "fsk_rx_burst": _fsk_rx(burst),
        "fsk_rx_digits": _fsk_rx(digits),
        "echo_can": _echo_can(),
        "cid_tx": _cid_tx(),
        "g711_encode": _alaw_encode(),
        "g711_decode": _alaw_decode(),
        "plc_good": _each("cti_plc", lambda s, pcm, _: lib.cti_plc_good(s, pcm, TICK), ["cti_plc_good"]),
        "plc_lost": _each("cti_plc", _plc_lost, ["cti_plc_lost", "cti_plc_good"]),
        "agc": _in_place("cti_agc", null),
        "shock_limiter": _in_place("cti_shock_limiter", null),
        "comfort_noise": _each(
            "cti_comfort_noise",
            lambda s, pcm, _: lib.cti_comfort_noise_learn(s, pcm, TICK),
            ["cti_comfort_noise_learn"],
            1,
        ),
        "elastic": _elastic(),
        "stretch": _each("cti_stretch", _stretch, ["cti_stretch_put", "cti_stretch_get"], 1.5),
        "resample_16k": _resample(16000),
        "resample_48k": _resample(48000),
        "mixer": _mixer(),
        "conference": _conference(),
    }
