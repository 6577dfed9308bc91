"""Connected calls that nothing may end before those who talk do:

    python tests/long/no_false_hang_up.py [--hours 24] [--seed N] [--out FILE]

Sixteen lines at a time, each of another country, over and over: a simulated caller is answered, and from his
end come speech, music, ringback, three-way conversation with call waiting, machines' prompts and silences
(`far_ends.py`), while our own prompts play in some of the calls. Then he hangs up (by loop break), or we do.
All countries have their turn; those whose busy tone is one frequency more often. Every hang-up signal counts.

The gate: no call ends for another cause. Each that does is a finding with country, cause, seconds into the
call and what was heard, and exit 1. Hours are those of connected calls. Two processes; about ten minutes for
24 hours.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import figures
import line_sounds as sounds
from far_ends import FarEnd
from lines_at_work import LineAtWork, LinesAtWork

from ctidrv.callcontrol.call import Call
from ctidrv.events import ToneOn
from ctidrv.ports.regions import known_regions, load_region
from ctidrv.units import RATE, TICK, Samples, seconds, to_seconds

LINES = 16
SHIFT_S = 300.0
"""The lines of one engine work so long."""
CALL_S = (60.0, 180.0)
PROMPTS = 0.4
"""Of the calls: our own prompts play now and then."""
OWN_CAUSES = frozenset({"remote-loop-break", "local-script"})


@dataclass(frozen=True)
class Finding:
    """A call that was ended though nobody had hung up."""

    country: str
    cause: str
    second: float
    """Of the call."""
    heard: str
    """What the far end sent, and the stretch before it."""
    prompt: bool
    """Our own prompts played in this call."""
    tone_s: float | None
    """For so long the tone was taken to be there."""
    line: str
    """Its part of the run: seed/shift/line."""


@dataclass
class Shift:
    """What one engine's lines have made."""

    connected_s: float = 0.0
    calls: int = 0
    not_answered: int = 0
    findings: list[Finding] = field(default_factory=list)
    seconds_of: Counter[str] = field(default_factory=Counter)


def countries(seed: int, shifts: int, lines: int) -> list[list[str]]:
    """For each shift's lines: all countries by turns; in a long run every other one has a busy tone of one
    frequency."""
    dice = random.Random(seed)
    every = known_regions()
    single = [code for code in every if len(load_region(code).tones["busy"].hz) == 1]
    turns: list[str] = []
    made: list[str] = []
    while len(made) < shifts * lines:
        if not turns:
            turns = dice.sample(every, len(every))
        made.append(turns.pop())
        if len(made) % 2 == 0:
            made[-1] = dice.choice(single) if shifts * lines > 2 * len(every) - LINES else made[-1]
    return [made[at : at + lines] for at in range(0, len(made), lines)]


class Desk:
    """What serves a line: answers, and lets prompts play in some of its calls until it is to hang up."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.prompts = False
        self.ours = False
        """We are to hang up."""

    async def serve(self, call: Call) -> None:
        spoken = sounds.prompts()
        await call.answer(after_rings=1)
        while not self.ours:
            if self.prompts and self.dice.random() < 0.02:
                await call.play([self.dice.choice(spoken)])
            await call.pause(seconds(0.1))


def run(job: tuple[int, int, list[str], float]) -> Shift:
    """One shift: seed, its number, the lines' countries, and its length in seconds."""
    seed, number, codes, length = job
    made = Shift()
    dice = [random.Random(f"{seed}/{number}/{line}") for line in range(len(codes))]
    desks = [Desk(random.Random(each.random())) for each in dice]

    async def scene(line: LineAtWork) -> None:
        here, far = dice[line.number], FarEnd(dice[line.number], line.country)
        end = line.clock.now() + seconds(length)
        while line.clock.now() < end:
            await one_call(line, here, far, desks[line.number], made, f"{seed}/{number}/{line.number}")

    settings = [
        {
            "country": code,
            "clearing": ["loop-break"],
            "return_loss_db": round(each.uniform(8, 20), 1),
            "loss_db": round(each.uniform(0.5, 3), 1),
            "noise_dbm0": round(each.uniform(-70, -50), 1),
        }
        for code, each in zip(codes, dice, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        house = LinesAtWork(
            Path(folder), settings, lambda line, call: desks[line.number].serve(call), seed=seed + number
        )
        house.run(scene, seconds(length + 1200))
    return made


async def one_call(
    line: LineAtWork, dice: random.Random, far: FarEnd, desk: Desk, made: Shift, name: str
) -> None:
    """A call from the dialling to the idle line."""
    desk.prompts, desk.ours = dice.random() < PROMPTS, False
    caller = line.board.caller()
    made.calls += 1
    try:
        if not await line.rings_and_is_answered(caller):
            made.not_answered += 1
            return
        begin = line.clock.now()
        end = begin + seconds(dice.uniform(*CALL_S))
        heard: list[str] = []
        while line.clock.now() < end and line.first("call.clearing") is None:
            kind, sound = far.stretch()
            heard.append(kind)
            since = line.clock.now()
            speaking = asyncio.ensure_future(caller.speak(sounds.pcm(sound)))
            await line.until(lambda: line.first("call.clearing") is not None, Samples(len(sound)))
            made.seconds_of[kind.split()[0]] += round(to_seconds(line.clock.now() - since))
            speaking.cancel()
        made.connected_s += to_seconds(line.clock.now() - begin)
        if dice.random() < 0.5:
            desk.ours = True
            await line.until(lambda: line.first("call.clearing") is not None, seconds(60))
        await caller.hang_up()
        await line.until(lambda: line.first("call.clearing") is not None, seconds(5))
        clearing = line.first("call.clearing")
        cause = "never" if clearing is None else str(clearing.data["cause"])
        if cause not in OWN_CAUSES:
            at = line.clock.now() if clearing is None else clearing.at
            tones = [event for event in line.told if isinstance(event, ToneOn) and event.at <= at]
            made.findings.append(
                Finding(
                    line.country, cause, round(to_seconds(at - begin), 1), " < ".join(heard[:-3:-1]),
                    desk.prompts, round((at - tones[-1].start) / RATE, 2) if tones else None, name,
                )
            )  # fmt: skip
    finally:
        await caller.hang_up()
        line.board.give_back(caller)
        await line.until_idle()
        await line.clock.sleep(TICK)


def report(made: list[Shift], seed: int, took: float, used: set[str]) -> dict[str, Any]:
    findings = [each for shift in made for each in shift.findings]
    seconds_of: Counter[str] = Counter()
    for shift in made:
        seconds_of.update(shift.seconds_of)
    return {
        "run": "no_false_hang_up",
        "seed": seed,
        "commit": figures.commit(),
        "wall_s": round(took, 1),
        "hours": round(sum(shift.connected_s for shift in made) / 3600, 2),
        "countries": len(used),
        "calls": sum(shift.calls for shift in made),
        "not_answered": sum(shift.not_answered for shift in made),
        "hours_of": {kind: round(length / 3600, 2) for kind, length in sorted(seconds_of.items())},
        "false_hang_ups": len(findings),
        "by_cause": dict(Counter(each.cause for each in findings)),
        "by_sound": dict(Counter(each.heard.split()[0] for each in findings)),
        "findings": [asdict(each) for each in findings],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0, metavar="H", help="of line time, about")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    begun = time.monotonic()
    # A shift's lines talk nine tenths of the time; the last calls go on beyond its end.
    lines = max(1, min(LINES, round(args.hours * 3600 / SHIFT_S)))
    shifts = max(1, round(args.hours * 3600 / (lines * SHIFT_S)))
    plan = countries(args.seed, shifts, lines)
    jobs = [(args.seed, number, codes, SHIFT_S) for number, codes in enumerate(plan)]
    made: list[Shift] = []
    # Each shift in a process of its own: what it took of memory is given back.
    with multiprocessing.get_context("spawn").Pool(min(2, len(jobs)), maxtasksperchild=1) as pool:
        for shift in pool.imap(run, jobs):
            made.append(shift)
            for each in shift.findings:
                print(f"FINDING {each}", flush=True)
    used = {code for codes in plan for code in codes}
    told = report(made, args.seed, time.monotonic() - begun, used)
    figures.write(told, args.out, without=("findings",))
    return 1 if told["false_hang_ups"] or told["not_answered"] else 0


if __name__ == "__main__":
    sys.exit(main())
