"""How often speech is taken for the alert of a waiting call, which mutes a conversation for 1.5 s.

    python tests/bench/bench_call_waiting.py [--minutes N] [--seed N] [--all]

Heard as the line of a call is. Synthetic speech by turns of ten voices at 0, -6 and -12 dB, and
recorded speech where its package is installed (tests/AUDIO.md); --all: every file of it. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from dtmf_sounds import HELD_OUT, RECORDED, recorded, synthetic_speech

from ctidrv.callcontrol.line import OFF_HOOK_EAR
from ctidrv.events import AlertSeen, CallerIdSeen
from ctidrv.native.ear import Ear
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE


def heard(pieces: Iterable[Pcm]) -> dict[str, Any]:
    ear = Ear(detectors=OFF_HOOK_EAR)
    counted: Counter[str] = Counter()
    for piece in pieces:
        for event in ear.hear(piece) + ear.hear(Pcm.silence(RATE // 2)):
            if isinstance(event, AlertSeen):
                counted["alerts"] += 1
            elif isinstance(event, CallerIdSeen):
                counted[f"{event.kind}, checksum {event.checksum_ok}"] += 1
    hours = ear.now / RATE / 3600
    alerts = counted.pop("alerts", 0)
    return {
        "hours": round(hours, 2),
        "alerts": alerts,
        "alerts_per_hour": round(alerts / hours, 2) if hours else None,
        "messages": dict(counted),
    }


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--minutes", type=int, default=60)
    read.add_argument("--seed", type=int, default=1)
    read.add_argument("--all", action="store_true")
    args = read.parse_args()
    began = time.monotonic()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    report = {
        "seed": args.seed,
        "commit": commit.stdout.strip() or None,
        "synthetic": heard(synthetic_speech(HELD_OUT, args.minutes, args.seed)),
        "recorded": heard(recorded(RECORDED, 100_000 if args.all else 100)) if RECORDED.is_dir() else None,
        "wall_s": 0.0,
    }
    report["wall_s"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
