"""Every country's tones and ringing, measured off the simulated subscriber's line:

    python tests/long/country_tones.py [--countries N] [--seed N] [--out FILE]

For each country and each tone of its table a telephone dials the exchange's number that gives that tone
(`plan`), over a common line (3 dB, noise of -65 dBm0, the country's G.711 law), and one that is rung takes
down its bell. What reached the telephone is measured by numpy alone (measured_tone.py): bursts and pauses
within 1 % (or 1.5 ms, as the exchange fades a burst in and out over 2 ms each; or an eighth of a modulation,
whose trough may be at the burst's end), frequencies within 1 %, each wave's level within 0.5 dB of the table
less the line's loss, and nothing else in the burst (all that the sines leave is 26 dB under it; G.711 leaves
38). And the telephone's own detector has to name the tone, unless it is too quick for it. `--countries`: so
many, drawn by the seed. The gate: no finding; exit 1 when there is one. Two processes; about five minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import figures
import numpy
from measured_tone import LEAST_PAUSE, bursts, sines

from ctidrv.clock import SampleClock
from ctidrv.events import RingOff, RingOn
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.ports.api import DriverContext
from ctidrv.ports.regions import Region, Tone, known_regions, load_region
from ctidrv.units import ms, seconds
from hwsim.board import open_board
from hwsim.exchange_settings import COUNTRY_TONES

LOSS_DB = 3.0
FIRST = 1700
WITHIN = 0.01
EDGE_MS = 1.5
LEVEL_DB = 0.5
REST_DB = -26.0
STEADY_S = 4
AM_EDGE = 1 / 8
"""Of the modulation's period: so much of a burst's end may lie in the modulation's trough."""
OTHERWISE = {
    ("bt", "nu"): "dial",
    ("gb", "stutter"): "dial",
    ("la", "call_waiting"): "congestion",
    ("om", "howler"): "busy",
    ("se", "stutter"): "dial",
}
"""What may be told by another name too (tests/unit/ports/test_regions.py says why)."""
LEAST_BURST_MS, LEAST_PAUSE_MS = 50, 25
"""Shorter ones the detector cannot see (ctidrv/ports/regions.py)."""


def period_ms(tone: Tone) -> int:
    """Until bursts, levels and frequencies begin again."""
    bursts_of = len(tone.ms) // 2
    return sum(tone.ms) * tone.period // bursts_of if bursts_of else 0


def lasts(tone: Tone) -> int:
    """Seconds of listening: five cadences for the detector, or two whole periods."""
    if not tone.ms:
        return STEADY_S
    return 2 + max(2 * period_ms(tone), min(5 * sum(tone.ms), 15_000)) // 1000


def heard_as(region: Region, name: str) -> set[str]:
    """The names by which the tone may be told: of those that sound alike any; none where it is too quick."""
    tone = region.tones[name]
    pauses = () if tone.turns else tone.ms[1::2]
    if min(tone.ms[::2], default=LEAST_BURST_MS) < LEAST_BURST_MS or min(pauses, default=99) < LEAST_PAUSE_MS:
        return set()
    alike = {
        other
        for other, like in region.tones.items()
        if (like.hz, like.ms, like.turns, like.then) == (tone.hz, tone.ms, tone.turns, tone.then)
    }
    return alike | {OTHERWISE.get((region.code, name), name)}


def expected(tone: Tone) -> list[tuple[float, float, list[tuple[float, float, tuple[float, ...], float]]]]:
    """Each stretch of sound of two periods: on, off (ms, 0 for ever), and in it (from, to, Hz, dBm0)."""
    if not tone.ms:
        return [(0, 0, [(0, 0, tone.hz, tone.level_dbm0[0])])]
    count = len(tone.ms) // 2
    made: list[Any] = []
    joined = False
    for index in range(tone.period * (2 if tone.then == "again" else 1)):
        on, off = tone.ms[2 * (index % count) :][:2]
        hz = tone.turns[index % len(tone.turns)] if tone.turns else tone.hz
        level = tone.level_dbm0[index % len(tone.level_dbm0)]
        if joined:
            before, _, parts = made[-1]
            made[-1] = (before + on, off, [*parts, (before, before + on, hz, level)])
        else:
            made.append((on, off, [(0, on, hz, level)]))
        joined = ms(off) <= LEAST_PAUSE
    if joined and tone.then == "again":  # without a pause at all
        made = [(0, 0, parts) for _, _, parts in made]
    return made


def waves(tone: Tone, hz: tuple[float, ...], level: float) -> list[tuple[float, float]]:
    """What stands in a burst, with a modulation's side bands."""
    made = [(each, level) for each in hz]
    if tone.am_hz and tone.am_depth:
        side = level + 20 * float(numpy.log10(tone.am_depth / 2))
        made += [(each + sign * tone.am_hz, side) for each in hz for sign in (-1, 1)]
    return made


def faults(tone: Tone, line: Any) -> list[str]:
    """What of the sound on the line is not as the table says."""
    found = bursts(line)
    edge = max(EDGE_MS, 1000 * AM_EDGE / tone.am_hz if tone.am_hz else 0)
    said: list[str] = []
    for place, (on, off, parts) in enumerate(expected(tone)):
        if place >= len(found):
            return [*said, f"burst {place + 1} is missing: {len(found)} were heard"]
        begin, end = found[place]
        if on and abs((end - begin) / 8 - on) > max(WITHIN * on, edge):
            said.append(f"burst {place + 1} lasts {(end - begin) / 8:.2f} ms, not {on:g}")
        if off and place + 1 < len(found):
            pause = (found[place + 1][0] - end) / 8
            if abs(pause - off) > max(WITHIN * off, edge):
                said.append(f"pause {place + 1} lasts {pause:.2f} ms, not {off:g}")
        for first, last, hz, level in parts:
            part = line[begin + int(8 * first) : begin + int(8 * last) if last else end]
            said += [f"burst {place + 1}: {each}" for each in _wrong(part, waves(tone, hz, level))]
    return said


def _wrong(sound: Any, wanted: list[tuple[float, float]]) -> list[str]:
    found = sines(sound, tuple(hz for hz, _ in wanted))
    said = [
        f"{got:.1f} Hz, not {hz:g}"
        for (got, _), (hz, _) in zip(found.waves, wanted, strict=True)
        if abs(got - hz) > WITHIN * hz
    ]
    said += [
        f"{hz:g} Hz at {got:.2f} dBm0, not {level - LOSS_DB:g}"
        for (_, got), (hz, level) in zip(found.waves, wanted, strict=True)
        if abs(got - (level - LOSS_DB)) > LEVEL_DB
    ]
    if found.rest_db > REST_DB:
        said.append(f"something else is there, {found.rest_db:.1f} dB under it")
    return said


def measure(job: tuple[str, int]) -> dict[str, Any]:
    """A country's findings."""
    country, seed = job
    region = load_region(country)
    names = [name for name in COUNTRY_TONES if name in region.tones]
    plan = {str(FIRST + index): name for index, name in enumerate(names)}
    clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
    settings = {
        "country": country, "phones": len(names) + 1, "caller_id": False, "loss_db": LOSS_DB,
        "return_loss_db": 60.0, "exchange": {"plan": plan, "congestion": "5m"},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        board = open_board("sim", settings, DriverContext(clock, Path(folder), seed, live=False))
        engine = MediaEngine([board], clock, inline=True)
        rings: list[Any] = []
        engine.channels[0].subscribe(rings.append)
        heard: dict[str, tuple[Any, set[str]]] = {}

        async def listen(number: str, name: str) -> None:
            phone = board.caller()
            await phone.lift()
            await phone.hears_tone("dial", within=seconds(15))
            await clock.sleep(ms(200))
            begin = clock.now()
            await phone.press(number)
            after = int(clock.now() - phone.since) - ms(300)
            phone.toned.clear()
            await clock.sleep(seconds(lasts(region.tones[name])))
            phone.collect()
            line = numpy.frombuffer(phone.heard.tobytes(), dtype="<i2")
            heard[name] = line[after:], {tone for at, _, tone in phone.toned if at > begin}
            await phone.hang_up()

        async def ring() -> None:
            phone = board.caller()
            await phone.dial("8001", within=seconds(15))
            await clock.sleep(seconds(2 * sum(region.ring) / 1000 + 1))
            await phone.hang_up()

        async def scene() -> None:

            async with asyncio.TaskGroup() as group:
                for number, name in plan.items():
                    group.create_task(listen(number, name))
                group.create_task(ring())

        try:
            run_virtual(scene(), engine, limit=seconds(300))
        finally:
            engine.close()
            board.close()
    found = []
    for name, (line, toned) in heard.items():
        found += [f"{country} {name}: {fault}" for fault in faults(region.tones[name], line)]
        wanted = heard_as(region, name)
        if wanted and not wanted & toned:
            found.append(f"{country} {name}: the core heard {', '.join(sorted(toned)) or 'nothing'}")
    edges = [event.at for event in rings if isinstance(event, RingOn | RingOff)]
    lengths = [(after - before) / 8 for before, after in itertools.pairwise(edges)]
    for length, wanted_ms in zip(lengths, region.ring * 2, strict=False):
        if abs(length - wanted_ms) > WITHIN * wanted_ms:
            found.append(f"{country} ringing: {length:.2f} ms, not {wanted_ms}")
    if len(lengths) < 2 * len(region.ring) - 1:
        found.append(f"{country} ringing: {len(edges)} edges only")
    return {"country": country, "tones": len(heard), "findings": found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--countries", type=int, default=0, metavar="N", help="so many, drawn; else all")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the figures go")
    args = parser.parse_args()
    begun = time.monotonic()
    codes = known_regions()
    if args.countries:
        codes = sorted(random.Random(args.seed).sample(codes, args.countries))
    jobs = [(code, args.seed) for code in codes]
    made = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for each in pool.imap(measure, jobs):
            made.append(each)
            for finding in each["findings"]:
                print(f"FINDING {finding}", flush=True)
    findings = [finding for each in made for finding in each["findings"]]
    told = {
        "run": "country_tones",
        "seed": args.seed,
        "commit": figures.commit(),
        "wall_s": round(time.monotonic() - begun, 1),
        "countries": len(made),
        "tones": sum(each["tones"] for each in made),
        "findings": findings,
    }
    figures.write(told, args.out, without=("findings",))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
