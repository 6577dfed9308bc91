"""Every country's hang-up tones, off their figures, through the whole call:

    python tests/long/hang_up.py [--seed N] [--share 1.0] [--out FILE]

Busy and congestion of every country at the corners of -10 and -35 dBm0, frequencies off by 2 % and cadence by
15 %, at their own figures, and at points drawn inside. A simulated caller is answered, talks, and hangs up in
the middle; in a part of the calls our own prompt goes on and on, and the line returns some of it. Then the
exchange sends the tone, off its figures; call control has to give the line back.

Counted is from the first sample of the tone at our port to the sample at which the port is on hook, in cycles
of the tone as it is sent (all times of its cadence added up). The level is that of each frequency in the
loudest burst, at our port. The gate: every one within 4 cycles; exit 1 when one is not. Two processes; about
five minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import figures
import line_sounds as sounds
from lines_at_work import LineAtWork, LinesAtWork

from ctidrv.callcontrol.call import Call
from ctidrv.events import Released, ToneOn
from ctidrv.ports.regions import known_regions, load_region
from ctidrv.units import ms, seconds, to_seconds
from hwsim.exchange import LineState
from hwsim.off_figures import OffFigures

MOST_CYCLES = 4
LINES = 16
LOSS_DB = 3.0
PROMPTS = 0.35
"""Of the calls: our own prompt goes on while the caller hangs up."""
INSIDE = 3
"""Points drawn for each tone besides corners and figures."""
CORNERS = tuple(itertools.product((-10.0, -35.0), (0.98, 1.02), (0.85, 1.15)))


@dataclass(frozen=True)
class Case:
    """A tone as it is sent, and the call before it."""

    country: str
    tone: str
    dbm0: float  # at our port
    hz: float  # over the country's
    ms: float
    prompt: bool
    return_loss_db: float
    talks_s: float
    seed: int

    @property
    def off(self) -> OffFigures:
        loudest = max(load_region(self.country).tones[self.tone].level_dbm0)
        return OffFigures(self.dbm0 + LOSS_DB - loudest, self.hz, self.ms)

    @property
    def cycle(self) -> int:
        """Samples."""
        return int(ms(sum(self.off.region(load_region(self.country)).tones[self.tone].ms)))

    @property
    def names(self) -> set[str]:
        """Causes that name the tone; of two that sound alike, either."""
        tones = load_region(self.country).tones
        alike = {name: (tones[name].hz, tones[name].ms) for name in ("busy", "congestion")}
        return {f"remote-{name}-tone" for name, sound in alike.items() if sound == alike[self.tone]}

    def settings(self) -> dict[str, Any]:
        off = self.off
        return {
            "country": self.country,
            "clearing": [f"{self.tone}-tone"],
            "tone_db": off.db,
            "tone_hz": off.hz,
            "tone_ms": off.ms,
            "loss_db": LOSS_DB,
            "return_loss_db": self.return_loss_db,
        }


@dataclass(frozen=True)
class Result:
    case: Case
    answered: bool
    cycles: float | None
    """Until the line was on hook; None: it was not, within twice the cycles that there may be."""
    cause: str | None
    start_off_ms: float | None
    """How far from its first sample the detector put the tone's beginning."""

    @property
    def good(self) -> bool:
        return self.cycles is not None and self.cycles <= MOST_CYCLES


def cases(seed: int) -> list[Case]:
    """All of them, in an order of the seed."""
    dice = random.Random(seed)
    made = []
    for country in known_regions():
        for tone in ("busy", "congestion"):
            inside = [
                (dice.uniform(-35, -10), dice.uniform(0.98, 1.02), dice.uniform(0.85, 1.15))
                for _ in range(INSIDE)
            ]
            for point in (*CORNERS, (-20.0, 1.0, 1.0), *inside):
                prompt = dice.random() < PROMPTS
                loss = round(dice.uniform(8, 20), 1)
                talks = round(dice.uniform(0.8, 3), 2)
                made.append(Case(country, tone, *point, prompt, loss, talks, dice.randrange(1 << 30)))
    dice.shuffle(made)
    return made


def run(batch: list[Case]) -> list[Result]:
    """The cases of one engine, one on each line."""
    results: dict[int, Result] = {}
    spoken = sounds.prompts()
    talker = sounds.Talker(random.Random(batch[0].seed))
    words = [sounds.telephone_band(talker.take(case.talks_s + 1)) for case in batch]

    async def serve(line: LineAtWork, call: Call) -> None:
        case = batch[line.number]
        dice = random.Random(case.seed)
        await call.answer(after_rings=1)
        while case.prompt:
            await call.play([dice.choice(spoken)])
        await call.ended()

    async def scene(line: LineAtWork) -> None:
        case = batch[line.number]
        dice = random.Random(case.seed + 1)
        caller = line.board.caller()
        answered = await line.rings_and_is_answered(caller)
        said = sounds.at_level(words[line.number], dice.uniform(-25, -8))
        talking = asyncio.ensure_future(caller.speak(sounds.pcm(said)))
        await line.clock.sleep(seconds(case.talks_s))
        await caller.hang_up()
        at_exchange = line.board.exchange.lines[0]
        await line.until(lambda: at_exchange.state is LineState.CLEARED, seconds(2))
        begin = line.clock.now()  # what the exchange has just begun to send starts with this sample
        await talking
        await line.until(lambda: _on_hook(line, begin) is not None,
                         2 * MOST_CYCLES * case.cycle + seconds(1))  # fmt: skip
        on_hook = _on_hook(line, begin)
        clearing = line.first("call.clearing")
        known = [event for event in line.told if isinstance(event, ToneOn) and event.at >= begin]
        results[line.number] = Result(
            case,
            answered,
            None if on_hook is None else round((on_hook - begin) / case.cycle, 3),
            None if clearing is None else str(clearing.data["cause"]),
            round(1000 * to_seconds(known[0].start - begin), 1) if known else None,
        )

    with tempfile.TemporaryDirectory() as folder:
        house = LinesAtWork(Path(folder), [case.settings() for case in batch], serve, seed=batch[0].seed)
        house.run(scene, seconds(300))
    return [results[number] for number in range(len(batch))]


def _on_hook(line: LineAtWork, since: int) -> int | None:
    return next((event.at for event in line.told if isinstance(event, Released) and event.at >= since), None)


def report(made: list[Result], seed: int, took: float) -> dict[str, Any]:
    heard = [each for each in made if each.cycles is not None]
    bad = [each for each in made if not each.good]
    cycles = sorted(each.cycles for each in heard)
    named = sum(each.cause in each.case.names for each in heard)
    starts = sorted(abs(each.start_off_ms) for each in heard if each.start_off_ms is not None)
    return {
        "run": "hang_up",
        "seed": seed,
        "commit": figures.commit(),
        "wall_s": round(took, 1),
        "countries": len({each.case.country for each in made}),
        "calls": len(made),
        "over_our_prompt": sum(each.case.prompt for each in made),
        "not_answered": sum(not each.answered for each in made),
        "released_within_4_cycles": len(made) - len(bad),
        "released_later": sum(each.cycles is not None for each in bad),
        "never": len(made) - len(heard),
        "by_its_own_name": named,
        "cycles": {"median": statistics.median(cycles), "worst": cycles[-1]} if cycles else None,
        "start_off_ms": {"median": statistics.median(starts), "p95": starts[int(0.95 * len(starts))]}
        if starts
        else None,
        "misses_by_country": {
            country: sum(each.case.country == country for each in bad)
            for country in sorted({each.case.country for each in bad})
        },
        "misses": [asdict(each) for each in bad],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--share", type=float, default=1.0, metavar="S", help="of the cases, 0…1")
    parser.add_argument("--only", metavar="COUNTRY", help="this country's cases alone")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    begun = time.monotonic()
    chosen = [case for case in cases(args.seed) if args.only in (None, case.country)]
    chosen = chosen[: max(1, round(args.share * len(chosen)))]
    batches = [chosen[at : at + LINES] for at in range(0, len(chosen), LINES)]
    made: list[Result] = []
    with multiprocessing.get_context("spawn").Pool(min(2, len(batches))) as pool:
        for results in pool.imap(run, batches):
            made += results
            for each in results:
                if not each.good:
                    print(f"MISS {each}", flush=True)
    told = report(made, args.seed, time.monotonic() - begun)
    figures.write(told, args.out, without=("misses",))
    return 1 if told["released_within_4_cycles"] < told["calls"] else 0


if __name__ == "__main__":
    sys.exit(main())
