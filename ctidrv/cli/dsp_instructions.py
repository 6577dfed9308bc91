"""Instructions a sample of a kernel, counted by valgrind's callgrind in a process of its own.

``python -m ctidrv.cli.dsp_instructions KERNEL PORTS ROUNDS`` is that process. Counting it twice, with few
rounds and with many, leaves what the rounds alone take.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

_PIECE = 1600
_FEW, _MANY = 2, 42
_BANK_FEW, _BANK_MANY = 1, 4
_COLLECTED = re.compile(r"Collected : (\d+)")


def _collected(kernel: str, ports: int, rounds: int) -> int | None:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + os.devnull, sys.executable]
    command += ["-m", "ctidrv.cli.dsp_instructions", kernel, str(ports), str(rounds)]
    # The same hash seed: else the interpreter itself takes millions more or fewer from run to run.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _COLLECTED.search(done.stderr)
    return int(found[1]) if done.returncode == 0 and found else None


def instructions(kernel: str, ports: int) -> float | None:
    """A sample a port; None where valgrind is not installed or could not count."""
    if shutil.which("valgrind") is None:
        return None
    few, many = (_FEW, _MANY) if ports == 1 else (_BANK_FEW, _BANK_MANY)
    less, more = _collected(kernel, ports, few), _collected(kernel, ports, many)
    if less is None or more is None:
        return None
    return round((more - less) / ((many - few) * _PIECE * ports), 1)


def main(arguments: list[str]) -> int:
    from ctidrv.cli.dsp_bench import kernels

    kernel, ports, rounds = arguments[0], int(arguments[1]), int(arguments[2])
    run = kernels(_PIECE)[kernel](ports)
    for _ in range(rounds):
        run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
