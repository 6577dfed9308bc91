"""Callers, operators and their orders in any order, on calls at seats, with real audio:

    python tests/long/seat_trees.py [--trees 1000] [--seed N] [--out FILE]

Each tree is an office of two lines and three seats, of another country each time, for a minute; every second
one has four lines, whose callers wait in a queue. Callers ring, wait, press the key that leaves and hang up
when they like; operators answer, let it ring, lift for nothing, pick up parked calls, talk, flash and key a
number, and hang up; somebody holds, mutes, resumes, sends on, parks and gives out calls, lets seats
consult one another, swap, confer and hand over, and gives callers to a box, to our fax machine (which none of
them has an answer for) or to a menu (which these calls, that no script serves, let not in), by the API.

The gates: nothing is stuck, no call has two owners, no caller hears nothing for 2 s (unless the operator who
has him is muted, he speaks to a box, or a fax machine listens to him), legs lie within their call and follow
each other without a gap, every recording is whole, and in the queue whoever came first is rung for first, at
the seat idle longest. Each that is not so is a finding, and exit 1. Two processes; about twenty minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import sys
import tempfile
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy

sys.path.append(str(Path(__file__).parents[1] / "scenarios"))

import rounds
from office_of_seats import ANSWER, HELLO, OTHER, Office
from office_with_queue import QueueOffice
from replay_of_queue import replay

from ctidrv.apps.music import hold_music
from ctidrv.callcontrol.seat import Seat
from ctidrv.callcontrol.seat_table import State
from ctidrv.config import QueueConfig
from ctidrv.errors import CtiError, InputError, ServiceError
from ctidrv.media.wav import read_wav
from ctidrv.units import ms, seconds, to_seconds

COUNTRIES = (("US", "busy-tone"), ("CN", "busy-tone"), ("GB", "loop-break"), ("DE", "busy-tone"))
LINES, QUEUED_LINES, SEATS = 2, 4, 3
ORDERS = (
    "held",
    "muted",
    "talking",
    "send",
    "send",
    "park",
    "park",
    "pick",
    "pause",
    "end",
    "give",
    "give",
    *["consult"] * 4,
)
IN_CONSULTATION = ("swap", "swap", "conference", "conference", "complete", "talking")
"""Most of the orders for a call whose seat talks with another."""
PLACES = ("box:office", "fax-receive:office", "ivr:main-menu")
LASTS = seconds(60)
QUIET_DBM0, QUIET_S = -55.0, 2.0
GAP_S = 0.1


class Tree:
    """One office and what is done there; `findings` in words."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dice = random.Random(f"seats {seed}")
        self.queued = bool(seed % 2)
        self.lines = QUEUED_LINES if self.queued else LINES
        self.office: Any = self._office(folder)
        self.end = 0
        self.findings: list[str] = []
        self.did = Counter[str]()

    def _office(self, folder: Path) -> Office:
        dice = self.dice
        country, clearing = dice.choice(COUNTRIES)
        ring, greeting = dice.randint(5, 20), dice.choice([None, OTHER[:12000]])
        more: dict[str, Any] = {"lines": self.lines, "seats": SEATS, "groups": ("sales",)}
        more |= {"greeting": greeting, "clearing": [clearing]}
        if self.queued:
            timeout, most = dice.choice([15, 40, 120]), dice.choice([2, 20])
            queue = QueueConfig("office", ("sales",), ring=ring, announce=5, timeout=timeout, most=most)
            return QueueOffice(folder, country, queue=queue, **more)
        to = dice.choice([("sales",), ("01", "02"), ("03", "nobody", "sales")])
        office = Office(folder, country, to=to, ring=ring, **more)
        office.music = [hold_music()]  # ringback has pauses of up to 4 s
        return office

    async def play(self) -> None:
        office = self.office
        self.end = office.clock.now() + LASTS
        people = [self._caller(line) for line in range(self.lines)]
        people += [self._operator(index) for index in range(SEATS)]
        watching = asyncio.ensure_future(self._watch())
        await asyncio.gather(self._orders(), *people)
        self.findings += await office.rig.comes_to_rest()
        await office.clock.sleep(seconds(4))
        watching.cancel()
        for seat in office.station.seats.values():
            if seat.state not in (State.READY, State.PAUSED) or seat.telephone != "idle":
                self.findings.append(f"{seat.name} is {seat.state.word}, its telephone {seat.phone.state}")

    async def _pause(self, least: float, most: float) -> None:
        await self.office.clock.sleep(ms(self.dice.uniform(least, most) * 1000))

    async def _caller(self, line: int) -> None:
        office = self.office
        await self._pause(0, 8)
        while office.clock.now() < self.end:
            phone = await office.caller(None, None, line)
            patience = office.clock.now() + seconds(self.dice.uniform(4, 60))
            while "busy" not in phone.tones and office.clock.now() < min(patience, self.end + seconds(5)):
                if self.dice.random() < 0.3:
                    await phone.speak(HELLO)
                if self.queued and self.dice.random() < 0.01:
                    await phone.press("*")
                await self._pause(0.2, 1)
            await phone.hang_up()
            office.board.give_back(phone)
            await self._pause(6, 12)

    async def _operator(self, index: int) -> None:
        office, operator = self.office, self.office.operators[index]
        seat = office.station.seats[f"seat {index + 1}"]
        while office.clock.now() < self.end:
            await self._pause(0.1, 0.4)
            alone = self.dice.random()
            if operator.ringing and self.dice.random() < (0.95 if seat.consulted else 0.8):
                await self._pause(0, 2 if seat.consulted else 4)
                await operator.lift()
                await self._talk(operator, seat)
            elif alone < 0.01:
                await operator.lift()
                await self._pause(0.3, 1.5)  # it may be a call that he lifts for: he is not silent for 2 s
                if self.dice.random() < 0.7:
                    await operator.press(f"*8{self.dice.randint(1, 2)}#")
                    self.did["keyed"] += 1
                await self._talk(operator, seat)
            elif operator.ringing:
                await self._pause(3, 9)
        await operator.hang_up()

    async def _talk(self, operator: Any, seat: Seat) -> None:
        until = self.office.clock.now() + seconds(self.dice.uniform(1, 35))
        stays = self.dice.random() < 0.2  # with the handset beside the telephone
        while self.office.clock.now() < min(until, self.end) and (stays or "busy" not in operator.tones):
            if self.dice.random() < 0.1:
                await self._flash(operator)
            await operator.speak(ANSWER)
            if seat.state is State.IN_USE and not stays:
                break  # nobody is there
        await operator.hang_up()

    async def _flash(self, operator: Any) -> None:
        """For another, whom she asks; for nothing; back again."""
        self.did["flash"] += 1
        await operator.flash()
        await self._pause(0.3, 0.8)
        then = self.dice.random()
        if then < 0.6:
            await operator.press(f"0{self.dice.randint(1, SEATS)}#")
        elif then < 0.8:
            await operator.flash()

    async def _orders(self) -> None:
        office, dice = self.office, self.dice
        while office.clock.now() < self.end:
            await self._pause(0.3, 3)
            now = [call.id for call in office.connected if call.cause is None]
            had = [call.id for call in office.connected if call.seat is not None]
            if not now:
                continue
            if dice.random() < 0.2:
                had = now  # mostly refused
            seats = office.station.seats.values()
            asked = [each.call.id for each in seats if each.consulted and each.call is not None]
            consults = bool(asked) and dice.random() < 0.6
            call, seat = dice.choice(asked if consults else had or now), f"0{dice.randint(1, SEATS)}"
            what = dice.choice(IN_CONSULTATION if consults else ORDERS)
            try:
                if what == "consult":
                    ready = [each.number for each in seats if each.state is State.READY]
                    to = dice.choice([*ready, "sales"])
                    await office.station.consult(call, to, dice.randint(3, 15), {})
                elif what in IN_CONSULTATION and what != "talking":
                    await getattr(office.station, what)(call)
                elif what == "send":
                    await office.station.transfer(call, dice.choice([seat, "sales"]), dice.randint(3, 15), {})
                elif what == "give":
                    await office.station.transfer(call, dice.choice(PLACES), dice.randint(3, 15), {})
                elif what == "park":
                    await office.station.park(call, dice.randint(3, 30))
                elif what == "pick":
                    await office.station.pick_up(call, seat)
                elif what == "pause":
                    await office.station.pause_seat(seat, dice.random() < 0.3)
                elif what == "end":
                    if dice.random() < 0.2:
                        await office.station.hang_up(call)
                else:
                    await office.station.change_talk(call, what)
            except (LookupError, InputError, ServiceError):
                self.did["refused"] += 1
            else:
                self.did[what] += 1

    async def _watch(self) -> None:
        """Who has which call, ten times a second."""
        office = self.office
        while True:
            await office.clock.sleep(ms(100))
            for call in office.connected:
                having = [
                    seat.name
                    for seat in office.station.seats.values()
                    if seat.call is call and seat.state is State.TALKING and not seat.consulted
                ]
                if len(having) > 1 or [call.seat] != (having or [None]):
                    self.findings.append(f"{call.id} is at {having}, and says {call.seat}")

    def judge(self) -> list[dict[str, Any]]:
        calls = self.office.rig.calls()
        for call in calls:
            for amiss in (*self._legs(call), *self._sound(call)):
                self.findings.append(f"{call['id']}: {amiss}")
        if self.queued:
            self.findings += replay(self.office.journal(), [f"seat {seat + 1}" for seat in range(SEATS)])[0]
            self.findings += [f"place {place} is taken" for place in self.office.places()]
        return calls

    def _legs(self, call: dict[str, Any]) -> list[str]:
        found = []
        begin, end = (datetime.fromisoformat(call[key]) for key in ("started", "ended"))
        spans = []
        for leg in call["legs"]:
            if leg["ended"] is None:
                return [f"leg {leg['kind']} {leg['party']} has not ended"]
            first, last = (datetime.fromisoformat(leg[key]) for key in ("started", "ended"))
            if not begin <= first <= last <= end:
                found.append(f"leg {leg['kind']} {leg['party']} lies outside of the call")
            if leg["kind"] != "line":
                spans.append((first, last))
        tried = [event for event in call["events"] if event["type"] == "call.connect"]
        if spans and (self.queued or len(tried) == 2):
            spans.sort()
            reached = spans[0][0]
            for first, last in spans:
                if (first - reached).total_seconds() > GAP_S:
                    found.append(f"nobody has it for {(first - reached).total_seconds():.2f} s")
                reached = max(reached, last)
        return found

    def _sound(self, call: dict[str, Any]) -> list[str]:
        if call["answered"] is None:
            return []
        (row,) = call["recordings"]
        if row["state"] != "closed" or row["lost_seconds"]:
            return [f"its recording is {row['state']}, {row['lost_seconds']} s are lost"]
        sent = numpy.frombuffer(read_wav(row["path"]).channels[0].bytes, dtype="<i2").astype(float)
        begin = next(event["at"] for event in call["events"] if event["type"] == "call.answered")
        of_seats = [event for event in call["events"] if event["type"] == "call.seat"]
        given = [event for event in call["events"] if event["type"] == "call.served"]
        own = [pair for pair in pairwise(of_seats) if pair[0]["state"] == "muted"]
        own += [pair for pair in pairwise(given) if pair[0]["state"] == "started"]
        for event, after in own:
            sent[int((event["at"] - begin) * 8000) : int((after["at"] - begin) * 8000) + 16000] = 3000
        whole = sent[: len(sent) // 800 * 800].reshape(-1, 800)
        levels = 10 * numpy.log10((whole**2).mean(axis=1) + 1e-9) - 20 * math.log10(16140)
        quiet = 0
        for place, level in enumerate(levels):
            quiet = quiet + 1 if level < QUIET_DBM0 else 0
            if quiet > QUIET_S * 10:
                return [f"he hears nothing for {QUIET_S} s until {begin + place / 10:.1f} s"]
        return []


def run(seed: int) -> rounds.Row:
    """The figures of one tree."""
    with tempfile.TemporaryDirectory(prefix="ctidrv-seats-") as folder:
        tree = Tree(seed, Path(folder) / "office")
        calls: list[dict[str, Any]] = []
        try:
            tree.office.rig.run(tree.play(), seconds(600))
            calls = tree.judge()
        except (CtiError, AssertionError) as error:
            tree.findings.append(f"{type(error).__name__}: {error}")
        finally:
            with contextlib.suppress(CtiError):
                tree.office.rig.close()
        length = to_seconds(tree.office.clock.now())
        states = Counter(
            event["state"] for call in calls for event in call["events"] if event["type"] == "call.seat"
        )
        given = Counter(
            f"{event['by'].partition(':')[0]} {event['state']}"
            for call in calls
            for event in call["events"]
            if event["type"] == "call.served"
        )
        return {
            "findings": [f"tree {seed}: {finding}" for finding in dict.fromkeys(tree.findings)],
            "calls": len(calls),
            "at_seats": states,
            "given": given,
            "orders": tree.did,
            "reached": Counter(reached.value for reached in tree.office.reached),
            "waited": Counter(waited.status for waited in tree.office.waited) if tree.queued else Counter(),
            "lost_s": 0.0,
            "line_s": length * tree.lines,
        }


def main() -> int:
    args = rounds.options(__doc__, "trees", 1000)
    said = {"run": "seat_trees", "seed": args.seed, "trees": args.trees}
    first = args.seed * 1_000_000
    return rounds.play(said, args.out, run, range(first, first + args.trees))


if __name__ == "__main__":
    sys.exit(main())
