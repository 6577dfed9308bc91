"""Slips of a whole live call, alone and beside a Python thread that spins for all of it.

    python tests/bench/bench_realtime_spin.py

Runs `ctidrv demo --realtime` twice (40 s each) and prints one JSON line with both counts. The live loop
holds no interpreter lock, so the thread must not add any.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

_PROGRAM = """
import sys, threading
from ctidrv.cli import main

def spin():
    count = 0
    while True:
        count += 1

if sys.argv[1] == "spin":
    threading.Thread(target=spin, daemon=True).start()
sys.exit(main(["demo", "--realtime", "--json", "--data", sys.argv[2]]))
"""


def call(how: str) -> dict[str, object]:
    """The call's result: whether it went right, and what the engine counted."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-P", "-c", _PROGRAM, how, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    row = json.loads(done.stdout)
    return {"ok": row["ok"], "slips": row["slips"], "worst_late_ms": row["worst_late_ms"]}


def main() -> int:
    alone, spinning = call("alone"), call("spin")
    print(json.dumps({"alone": alone, "beside_a_spinning_thread": spinning}))
    return 0 if spinning["slips"] <= alone["slips"] else 1  # type: ignore[operator]


if __name__ == "__main__":
    sys.exit(main())
