"""``ctidrv dsp bench``: nanoseconds and instructions a sample a port of each kernel, on this machine."""

from __future__ import annotations

import time

from ctidrv.cli.dsp_instructions import instructions, peer_instructions
from ctidrv.cli.dsp_kernels import Run, kernels
from ctidrv.cli.dsp_peers import peers
from ctidrv.cli.output import print_json
from ctidrv.errors import UsageError
from ctidrv.units import RATE

_BANK = 64
_PARTS = 3
_COLUMNS = {
    "one_port": "1 port",
    "bank_of_64": "64 ports",
    "spandsp_one_port": "spandsp",
    "instructions_one_port": "instr. 1",
    "instructions_bank_of_64": "instr. 64",
    "instructions_spandsp": "spandsp",
}


def _measure(run: Run, ports: int, seconds: float) -> float:
    """Nanoseconds of processor time a sample a port, the best third's; `run` takes a second a port."""
    run()
    rounds = max(1, round(seconds / ports / _PARTS))
    taken = []
    for _ in range(_PARTS if seconds >= ports else 1):
        began = time.thread_time_ns()
        for _ in range(rounds):
            run()
        taken.append(time.thread_time_ns() - began)
    return round(min(taken) / (rounds * ports * RATE), 2)


def _figures(name: str, seconds: float, count: bool) -> dict[str, float | None]:
    ours, other = kernels()[name], peers().get(name)
    figures: dict[str, float | None] = dict.fromkeys(_COLUMNS)
    figures["one_port"] = _measure(ours.make(1), 1, seconds)
    figures["bank_of_64"] = _measure(ours.make(_BANK), _BANK, seconds)
    if other is not None and other.measured:
        figures["spandsp_one_port"] = _measure(other.make(1), 1, seconds)
    if count:
        figures["instructions_one_port"] = instructions(name, 1)
        figures["instructions_bank_of_64"] = instructions(name, _BANK)
        if other is not None and other.measured:
            figures["instructions_spandsp"] = peer_instructions(name)
    return figures


def _cell(value: float | None) -> str:
    return f"{'-':>10}" if value is None else f"{value:10.2f}"


def bench(seconds: float, *, as_json: bool, count: bool = False, only: str | None = None) -> int:
    """Runs each kernel over about `seconds` of audio, one port and a bank of 64; count: instructions too."""
    if only is not None and only not in kernels():
        raise UsageError(f"dsp bench: {only!r} is no kernel: {', '.join(kernels())}")
    if not as_json:
        print(f"{'a sample a port':16}{'nanoseconds':>30}{'instructions' if count else '':>30}")
        print(f"{'':16}" + "".join(f"{title:>10}" for title in _COLUMNS.values()))
    result: dict[str, dict[str, float | None]] = {}
    for name in kernels():
        if only not in (None, name):
            continue
        result[name] = figures = _figures(name, seconds, count)
        if not as_json:
            print(f"{name:16}" + "".join(_cell(figures[key]) for key in _COLUMNS), flush=True)
    if as_json:
        print_json({"unit": "ns a sample a port", "seconds": seconds, "kernels": result})
    return 0
