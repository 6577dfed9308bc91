"""``ctidrv dsp bench``: nanoseconds a sample a port of each kernel, on this machine."""

from __future__ import annotations

import ctypes
import ctypes.util
import random
import time
from collections.abc import Callable
from typing import Any

from ctidrv.cli.dsp_instructions import instructions
from ctidrv.cli.output import print_json
from ctidrv.native import cid, g711
from ctidrv.native.ear import ALL, CALLER_ID, DTMF, FAX, PROGRESS, VOICE, Ear
from ctidrv.native.echo_can import EchoCanceller
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, PortId

_BANK = 64
_BLOCK = 160
_COLUMNS = {
    "one_port": "1 port",
    "bank_of_64": "64 ports",
    "spandsp_one_port": "spandsp",
    "instructions_one_port": "instr. 1",
    "instructions_bank_of_64": "instr. 64",
}


def _noise(rms: float) -> Pcm:
    """One second of seeded noise."""
    source = random.Random(1)
    return Pcm(round(source.gauss(0.0, rms)) for _ in range(RATE))


def _burst() -> Pcm:
    """One second that is nearly all caller-ID burst."""
    message = cid.encode_mdmf(number="2025550143", name="BENCH MARK", when="01020304")
    burst = cid.fsk_burst(message)
    return (burst + Pcm.silence(RATE))[:RATE]


def _ear(detectors: int, ports: int, sound: Pcm) -> Callable[[], object]:
    ear = Ear([PortId(f"bench/{port + 1}") for port in range(ports)], detectors)
    channels = [sound] * ports
    return lambda: ear.hear(*channels)


def _echo_can(ports: int, sound: Pcm) -> Callable[[], object]:
    """128 taps, while noise is sent whose echo comes."""
    cancellers = [EchoCanceller() for _ in range(ports)]
    return lambda: [canceller.run(sound, sound) for canceller in cancellers]


def _measure(run: Callable[[], object], ports: int, seconds: float) -> float:
    """Nanoseconds a sample a port; `run` takes one second of audio for each port."""
    run()
    rounds = max(1, round(seconds / ports))
    began = time.perf_counter_ns()
    for _ in range(rounds):
        run()
    return (time.perf_counter_ns() - began) / (rounds * ports * RATE)


def kernels(samples: int = RATE) -> dict[str, Callable[[int], Callable[[], object]]]:
    """Each detector's name, and what makes a run of it over so many samples of a number of ports."""
    quiet, burst = _noise(160.0)[:samples], _burst()[:samples]
    return {
        "ear": lambda ports: _ear(ALL, ports, quiet),
        "dtmf_rx": lambda ports: _ear(DTMF, ports, quiet),
        "progress": lambda ports: _ear(PROGRESS, ports, quiet),
        "vad": lambda ports: _ear(VOICE, ports, quiet),
        "fax_tones": lambda ports: _ear(FAX, ports, quiet),
        "echo_can": lambda ports: _echo_can(ports, quiet),
        "cid_rx_idle": lambda ports: _ear(CALLER_ID, ports, quiet),
        "cid_rx_burst": lambda ports: _ear(CALLER_ID, ports, burst),
    }


def _spandsp() -> dict[str, Callable[[], object]]:
    """libspandsp's receivers of the same kind over one second of the same audio, where it is installed."""
    found = ctypes.util.find_library("spandsp")
    if found is None:
        return {}
    lib: Any = ctypes.CDLL(found)
    lib.dtmf_rx_init.restype = ctypes.c_void_p
    dtmf = ctypes.c_void_p(lib.dtmf_rx_init(None, None, None))
    data = _noise(160.0).bytes
    blocks = [data[at : at + 2 * _BLOCK] for at in range(0, len(data), 2 * _BLOCK)]

    def hear() -> None:
        for block in blocks:
            lib.dtmf_rx(dtmf, block, _BLOCK)

    return {"dtmf_rx": hear}


def _cell(value: float | None) -> str:
    return f"{'-':>12}" if value is None else f"{value:12.2f}"


def bench(seconds: float, *, as_json: bool, count: bool = False) -> int:
    """Runs each kernel over about `seconds` of audio, one port and a bank of 64; count: instructions too."""
    quiet = _noise(160.0)
    alaw = g711.encode(quiet, "alaw")
    message = cid.encode_mdmf(number="2025550143", name="BENCH MARK", when="01020304")
    length = len(cid.fsk_burst(message))
    single: dict[str, tuple[Callable[[], object], int]] = {
        "cid_tx": (lambda: cid.fsk_burst(message), length),
        "g711_encode": (lambda: g711.encode(quiet, "alaw"), RATE),
        "g711_decode": (lambda: g711.decode(alaw, "alaw"), RATE),
    }
    others = _spandsp()
    result: dict[str, dict[str, float | None]] = {}
    for name, make in kernels().items():
        other = others.get(name)
        result[name] = {
            "one_port": round(_measure(make(1), 1, seconds), 2),
            "bank_of_64": round(_measure(make(_BANK), _BANK, seconds), 2),
            "spandsp_one_port": None if other is None else round(_measure(other, 1, seconds), 2),
            "instructions_one_port": instructions(name, 1) if count else None,
            "instructions_bank_of_64": instructions(name, _BANK) if count else None,
        }
    for name, (run, samples) in single.items():
        one = _measure(run, 1, seconds) * RATE / samples
        result[name] = {**dict.fromkeys(_COLUMNS), "one_port": round(one, 2)}
    if as_json:
        print_json({"unit": "ns a sample a port", "seconds": seconds, "kernels": result})
        return 0
    print(f"{'ns a sample a port':20}" + "".join(f"{title:>12}" for title in _COLUMNS.values()))
    for name, figures in result.items():
        print(f"{name:20}" + "".join(_cell(figures[key]) for key in _COLUMNS))
    return 0
