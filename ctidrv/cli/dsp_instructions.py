"""Instructions a sample of a kernel, counted by valgrind's callgrind in a process of its own.

``python -m ctidrv.cli.dsp_instructions KERNEL PORTS OURS-PEER-OR-HOLLOW SECONDS`` is that process. Of ours is
counted what the kernel's own functions, and whatever they call, execute. The peer is called through libffi,
by which callgrind does not see that a function is entered: of it is counted the whole process, less the same
process with all its calls going to a function that does nothing.
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
# Two processes differ by some ten thousand for no reason: a tenth an instruction a sample.
_PEER_SECONDS = 10


def instructions(name: str, ports: int) -> float | None:
    """A sample a port of ours; None where valgrind is not installed or could not count."""
    toggles = [f"--toggle-collect={function}" for function in kernels()[name].functions]
    return _a_sample(_collected(toggles, name, ports, "ours", 1), ports * RATE)


def peer_instructions(name: str) -> float | None:
    """A sample of libspandsp's kernel of this name, one port; None as of ours."""
    whole, hollow = (_collected([], name, 1, whose, _PEER_SECONDS) for whose in ("peer", "hollow"))
    return _a_sample(whole - hollow if hollow else 0, _PEER_SECONDS * RATE)


def _collected(options: list[str], name: str, ports: int, whose: str, seconds: int) -> int:
    program = ["-m", "ctidrv.cli.dsp_instructions", name, str(ports), whose, str(seconds)]
    return collected(options, program)


def collected(options: list[str], program: list[str]) -> int:
    """Instructions that callgrind with these options counts in Python with this program and its arguments.

    0: they could not be counted.
    """
    if shutil.which("valgrind") is None:
        return 0
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}", *options]
    command += [sys.executable, *program]
    same = {**os.environ, "PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIME_OUT, env=same)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = _COLLECTED.search(done.stderr)
    return int(found[1]) if done.returncode == 0 and found else 0


def _a_sample(count: int, samples: int) -> float | None:
    return round(count / samples, 1) if count > 0 else None


def _kernel(name: str, whose: str) -> Kernel:
    return kernels()[name] if whose == "ours" else peers(hollow=whose == "hollow")[name]


def main(arguments: list[str]) -> int:
    name, ports, whose, seconds = arguments
    run = _kernel(name, whose).make(int(ports))
    for _ in range(int(seconds)):
        run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
