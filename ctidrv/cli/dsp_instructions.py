"""Instructions a sample of a kernel, counted by valgrind's callgrind in a process of its own.

``python -m ctidrv.cli.dsp_instructions KERNEL PORTS OURS-OR-PEER`` is that process. Counted is only what the
kernel's own functions, and whatever they call, execute.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from ctidrv.cli.dsp_kernels import Kernel, kernels
from ctidrv.cli.dsp_peers import peers
from ctidrv.units import RATE

_COLLECTED = re.compile(r"Collected : (\d+)")
_TIME_OUT = 600


def _kernel(name: str, peer: bool) -> Kernel:
    return (peers() if peer else kernels())[name]


def instructions(name: str, ports: int, *, peer: bool = False) -> float | None:
    """A sample a port; None where valgrind is not installed or could not count."""
    if shutil.which("valgrind") is None:
        return None
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + os.devnull]
    command += [f"--toggle-collect={function}" for function in _kernel(name, peer).functions]
    command += [
        sys.executable,
        "-m",
        "ctidrv.cli.dsp_instructions",
        name,
        str(ports),
        "peer" if peer else "ours",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIME_OUT)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _COLLECTED.search(done.stderr)
    count = int(found[1]) if done.returncode == 0 and found else 0
    return round(count / (ports * RATE), 1) if count > 0 else None


def main(arguments: list[str]) -> int:
    name, ports, whose = arguments
    _kernel(name, whose == "peer").make(int(ports))()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
