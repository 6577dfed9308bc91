"""Callers who do everything that a caller can, in any order:

    python tests/long/verb_orders.py [--orders 1000] [--seed N] [--out FILE]

Sixteen lines with the shipped hot line and sixteen telephones at a time. Each caller has every verb of a
scenario once and dials twice, in an order of his own and with figures of his own: keys by tones and by the
dial, flash where it is ordered and where it is a hang-up, a handset that is never put down until the end. He
goes on whatever he hears. Each sixteen are at an exchange of another country, with another clearing signal.
In every other sixteen things go wrong with the station too: board, driver, ticks, disk, database, clock.

The gates: nobody hangs, every line comes to rest on hook, every call is ended with a cause, every answered
one is recorded and its recording closed (where the disk was full it may be missing, and is told so), and with
faults every recording plays; each that is not so is a finding, and exit 1. Two processes; about twenty
minutes.
"""

from __future__ import annotations

import random
import sys
from typing import Any

import rounds

from ctidrv.ports.regions import known_regions
from hwsim.scenario.faults import FAULTS
from hwsim.scenario.verbs import VERBS

LINES = 16
SCRIPT = "hotline.ivr.yaml"
PROMPTS = ("welcome", "pick-language", "main-menu", "not-a-choice", "opening-hours", "goodbye")
CLEARING = (["busy-tone"], ["loop-break"], ["reversal", "busy-tone"], ["congestion-tone"])
KEYS = "0123456789*#"


def verb(name: str, dice: random.Random, own: str) -> dict[str, Any]:
    """One step, its figures by the dice; `own`: the line that he rings."""
    short = f"{dice.randint(300, 6000)}ms"
    keys = "".join(dice.choices(KEYS, k=dice.randint(1, 4)))
    digits = "".join(dice.choices("0123456789", k=dice.randint(1, 3)))
    made: dict[str, list[Any]] = {
        "dial": [
            {"number": own, "within": "40s", "how": dice.choice(("dtmf", "dtmf", "pulse"))},
            {"number": own, "wait": dice.choice(("nothing", "ringback")), "within": "10s"},
            {"number": dice.choice(("5550001", "5550002", "99"))},
        ],
        "answer": [{"after": "1s", "within": short}],
        "hear": [
            {"prompt": dice.choice(PROMPTS), "within": short},
            {"tone": dice.choice(("dial", "busy", "howler", "sit", "nu")), "within": short},
        ],
        "press": [keys, keys, {"keys": digits, "how": "pulse"}, {"keys": keys, "on": "40ms", "off": "40ms"}],
        "speak": ["ann-lee", "goodbye", "beep"],
        "talk_over": [{"voice": "goodbye", "within": short}],
        "silence": [short],
        "noise": [{"length": short, "level": dice.randint(-40, -10)}],
        "flash": [None, f"{dice.randint(80, 900)}ms"],
        "line_fault": [
            {"what": dice.choice(["cut", "short", "parallel"]), "lasts": short},
            {"what": "cross-talk", "other": dice.choice(("8001", "5550001")), "down": 40, "lasts": short},
            "mended",
        ],
        "hold": [short, {"length": short, "music": "offer"}, {"length": short, "how": "exchange"}],
        "hang_up": [None, "goodbye"],
        "redial": [{"after": short, "within": "30s"}],
    }
    weights = [6, 1, 1] if name == "dial" else None
    return {name: dice.choices(made[name], weights)[0]}


def faults(dice: random.Random) -> list[dict[str, Any]]:
    """Two to four things that go wrong within the first two minutes."""
    names = [name for name in FAULTS if name != "process_killed"]  # who is cut off does nothing more
    made = []
    for name in dice.sample(names, dice.randint(2, 4)):
        body: dict[str, Any] = {"at": f"{dice.randint(2000, 120_000)}ms"}
        if name == "clock_jump":
            body[dice.choice(("forward", "back"))] = f"{dice.randint(1, 3000)}s"
        elif name.startswith("ticks"):
            body["lasts"] = f"{dice.randint(20, 2000)}ms"
        else:
            body["lasts"] = f"{dice.randint(200, 15_000)}ms"
        made.append({name: body})
    return made


def scenario(seed: int, number: int, callers: int) -> dict[str, Any]:
    """As it would stand in a file."""
    dice = random.Random(f"{seed}/{number}")
    people = []
    for line in range(callers):
        order = [*(name for name in VERBS if name != "ask"), "dial"]  # only operators ask the station
        dice.shuffle(order)
        steps = [verb(name, dice, str(8001 + line)) for name in order]
        people.append({"after": f"{dice.randint(1, 3000)}ms", "heedless": True, "steps": steps})
    wrong = {"faults": faults(dice)} if number % 2 else {}
    return {
        **wrong,
        "scenario": 1,
        "script": SCRIPT,
        "country": dice.choice(known_regions()),
        "seed": number + 1,
        "limit": "30m",
        "board": {
            "lines": callers,
            "clearing": dice.choice(CLEARING),
            "flash": dice.random() < 0.5,
            "loss_db": round(dice.uniform(0.5, 6), 1),
        },
        "callers": people,
    }


def run(job: tuple[int, int, int]) -> dict[str, Any]:
    """The figures of one sixteen."""
    seed, number, callers = job
    document = scenario(seed, number, callers)
    made, calls = rounds.played(document, f"{seed}/{number}/{document['country']}", callers)
    return {**made, "recordings": sum(len(call["recordings"]) for call in calls)}


def main() -> int:
    args = rounds.options(__doc__, "orders", 1000)
    jobs = [
        (args.seed, number, min(LINES, args.orders - at))
        for number, at in enumerate(range(0, args.orders, LINES))
    ]
    said = {"run": "verb_orders", "seed": args.seed, "orders": args.orders}
    return rounds.play(said, args.out, run, jobs)


if __name__ == "__main__":
    sys.exit(main())
