"""Stations to which everything happens that can, again and again:

    python tests/long/random_faults.py [--rounds 200] [--seed N] [--out FILE]

Four lines with the shipped hot line, and eight callers within two minutes: they leave a message, walk
through the menu, hang up at once, give up while it rings, or stay on the line too long. Meanwhile three to
six faults of the station, at random: board out, driver that hangs, ticks late and lost, disk full and slow,
database locked, clock set; and in every other round it is killed, once or twice, and started again.

The gates of a scenario with faults: every line comes to rest on hook, every call is ended with a cause and
with its times in order, every answered one is recorded, every recording and message plays as long as its
row says, and no file is without a row. After the last fault a caller finds a station that answers. Each that
is not so is a finding, and exit 1. Two processes; about an hour.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from typing import Any

import rounds

from ctidrv.ports.regions import known_regions
from hwsim.scenario.faults import FAULTS

LINES = 4
CALLERS = 8
WITHIN_MS = 120_000
LAST_S = 180
"""When the last caller of a round begins: all faults are over."""
KILL = "process_killed"


def caller(dice: random.Random, to: str) -> dict[str, Any]:
    """Somebody who goes on whatever becomes of his call."""
    dial = {"dial": {"number": to, "within": "30s"}}
    short = f"{dice.randint(300, 6000)}ms"
    walk = [step for key in dice.choices("012945", k=4) for step in ({"press": key}, {"silence": short})]
    message = [
        {"hear": "pick-language"},
        {"press": "1"},
        {"hear": {"prompt": "main-menu", "first": "1s"}},
        {"press": "9"},
        {"hear": "please-leave-message"},
        {"silence": "1200ms"},
        {"speak": "ann-lee"},
        {"silence": dice.choice((short, "12s"))},
    ]
    kinds: list[list[Any]] = [
        [dial, *message],
        [dial, {"silence": "7s"}, *walk],
        [dial, {"hang_up": "goodbye"}],
        [{"dial": {"number": to, "wait": "nothing"}}, {"silence": short}],
        [dial, {"noise": "20s"}, {"silence": "20s"}],
    ]
    return {
        "after": f"{dice.randint(1, WITHIN_MS)}ms",
        "heedless": True,
        "steps": dice.choices(kinds, [4, 3, 1, 1, 1])[0],
    }


def faults(dice: random.Random, kills: int) -> list[dict[str, Any]]:
    """In no order."""
    made: list[dict[str, Any]] = [{KILL: f"{dice.randint(5000, WITHIN_MS)}ms"} for _ in range(kills)]
    for name in dice.choices([name for name in FAULTS if name != KILL], k=dice.randint(3, 6)):
        body: dict[str, Any] = {"at": f"{dice.randint(1000, WITHIN_MS + 20_000)}ms"}
        if name == "clock_jump":
            body[dice.choice(("forward", "back"))] = f"{dice.randint(1, 3000)}s"
        elif name.startswith("ticks"):
            body["lasts"] = f"{dice.randint(20, 3000)}ms"
        else:
            body["lasts"] = f"{dice.randint(100, 20_000)}ms"
        made.append({name: body})
    return made


def scenario(seed: int, number: int) -> dict[str, Any]:
    """As it would stand in a file."""
    dice = random.Random(f"{seed}/{number}")
    lines = [str(8001 + line) for line in range(LINES)]
    people = [caller(dice, dice.choice(lines)) for _ in range(CALLERS)]
    last = [{"dial": dice.choice(lines)}, {"hear": "welcome"}]
    people.append({"after": f"{LAST_S}s", "steps": last})
    return {
        "scenario": 1,
        "script": "hotline.ivr.yaml",
        "country": dice.choice(known_regions()),
        "seed": number + 1,
        "limit": "30m",
        "board": {"lines": LINES, "loss_db": round(dice.uniform(0.5, 6), 1)},
        "callers": people,
        "faults": faults(dice, dice.choice((0, 0, 1, 2))),
    }


def run(job: tuple[int, int]) -> dict[str, Any]:
    """The figures of one round."""
    seed, number = job
    document = scenario(seed, number)
    made, calls = rounds.played(document, f"{seed}/{number}/{document['country']}", LINES)
    return {
        **made,
        "messages": sum(len(call["messages"]) for call in calls),
        "recordings": Counter(each["state"] for call in calls for each in call["recordings"]),
    }


def main() -> int:
    args = rounds.options(__doc__, "rounds", 200)
    said = {"run": "random_faults", "seed": args.seed, "rounds": args.rounds}
    return rounds.play(said, args.out, run, [(args.seed, number) for number in range(args.rounds)])


if __name__ == "__main__":
    sys.exit(main())
