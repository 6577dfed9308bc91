"""``ctidrv dsp bench``: nanoseconds a sample a port of each kernel, on this machine."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from ctidrv.cli.output import print_json
from ctidrv.native import cid, g711
from ctidrv.native.ear import ALL, CALLER_ID, DTMF, FAX, PROGRESS, VOICE, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, PortId

_BANK = 64


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


def _measure(run: Callable[[], object], ports: int, seconds: float) -> float:
    """Nanoseconds a sample a port; `run` takes one second of audio for each port."""
    run()
    rounds = max(1, round(seconds / ports))
    began = time.perf_counter_ns()
    for _ in range(rounds):
        run()
    return (time.perf_counter_ns() - began) / (rounds * ports * RATE)


def bench(seconds: float, *, as_json: bool) -> int:
    """Runs each kernel over about `seconds` of audio, one port and a bank of 64."""
    quiet, burst = _noise(160.0), _burst()
    alaw = g711.encode(quiet, "alaw")
    message = cid.encode_mdmf(number="2025550143", name="BENCH MARK", when="01020304")
    length = len(cid.fsk_burst(message))
    kernels: dict[str, Callable[[int], Callable[[], object]]] = {
        "ear": lambda ports: _ear(ALL, ports, quiet),
        "dtmf_rx": lambda ports: _ear(DTMF, ports, quiet),
        "progress": lambda ports: _ear(PROGRESS, ports, quiet),
        "vad": lambda ports: _ear(VOICE, ports, quiet),
        "fax_tones": lambda ports: _ear(FAX, ports, quiet),
        "cid_rx_idle": lambda ports: _ear(CALLER_ID, ports, quiet),
        "cid_rx_burst": lambda ports: _ear(CALLER_ID, ports, burst),
    }
    single: dict[str, tuple[Callable[[], object], int]] = {
        "cid_tx": (lambda: cid.fsk_burst(message), length),
        "g711_encode": (lambda: g711.encode(quiet, "alaw"), RATE),
        "g711_decode": (lambda: g711.decode(alaw, "alaw"), RATE),
    }
    result: dict[str, dict[str, float | None]] = {}
    for name, make in kernels.items():
        result[name] = {
            "one_port": round(_measure(make(1), 1, seconds), 2),
            "bank_of_64": round(_measure(make(_BANK), _BANK, seconds), 2),
        }
    for name, (run, samples) in single.items():
        one = _measure(run, 1, seconds) * RATE / samples
        result[name] = {"one_port": round(one, 2), "bank_of_64": None}
    if as_json:
        print_json({"unit": "ns a sample a port", "seconds": seconds, "kernels": result})
        return 0
    print(f"{'ns a sample a port':20}{'1 port':>10}{'64 ports':>10}")
    for name, figures in result.items():
        bank = figures["bank_of_64"]
        print(f"{name:20}{figures['one_port']:10.2f}{'-' if bank is None else format(bank, '.2f'):>10}")
    return 0
