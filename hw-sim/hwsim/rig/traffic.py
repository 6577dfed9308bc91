"""`Traffic`: a population's plan of calls played on a whole station, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctidrv.errors import CtiError, InputError
from ctidrv.folder import DataFolder
from ctidrv.units import Samples, seconds
from hwsim.exchange_settings import ExchangeSettings
from hwsim.listener import NotHeard
from hwsim.load.plan import Plan, PlannedCall, plan
from hwsim.load.read import Population
from hwsim.rig.case import at_node, load_case
from hwsim.rig.station import IDLE_WITHIN, Rig, one_board
from hwsim.scenario.person import Person
from hwsim.subscriber import REFUSALS, Subscriber

if TYPE_CHECKING:
    from ctidrv.callcontrol.journal import CallEvent

MOST_PHONES = 64
LOOK_EVERY = seconds(60)
LONGEST_CALL = seconds(900)
"""What lasts longer is stuck: no kind of the shipped population talks for so long."""


@dataclass(slots=True)
class Played:
    """What became of a planned call, at its caller's telephone and on the way to the station."""

    begin: Samples
    end: Samples | None = None
    row: str | None = None
    """The station's id of it; None: it did not come to the station."""
    joined: bool = False
    """He went while it rang, and the next who came to that line went on in his row."""
    refused: bool = False
    """He heard busy, congestion …"""
    gave_up: bool = False
    unheard: str | None = None
    """What he waited for in vain."""


def phones_for(lines: int) -> int:
    """Telephones for the callers of so many lines: some talk, some are refused, some dial."""
    return min(MOST_PHONES, lines + max(4, lines // 2))


class Traffic:
    """All calls of a plan, each when it is due. `close` ends it whatever has happened.

    `length`: of the plan (`hwsim.load.plan`); `planned`: other calls than that has; `recording`: how the
    station keeps recordings; `events`: without audio. InputError, PopulationErrors for what cannot be played.
    """

    def __init__(
        self,
        population: Population,
        folder: DataFolder,
        *,
        length: Samples | None = None,
        recording: Mapping[str, Any] | None = None,
        events: bool = False,
        planned: Plan | None = None,
    ) -> None:
        self.population = population
        self.plan: Plan = plan(population.document, length) if planned is None else planned
        self.played: dict[int, Played] = {}
        """By the calls' index, of those that have begun."""
        self.stray: list[str] = []
        """Calls that came to the station and were nobody's."""
        self.stuck: list[str] = []
        self.until = self.plan.length
        """Who would call later does not."""
        script, self._sounds = load_case(population)
        document = population.document
        lines, phones = document.board.lines, phones_for(document.board.lines)
        settings = document.board.settings(population.path.parent)
        settings["exchange"] = _exchange(population, settings["exchange"])
        try:
            config = one_board(
                script,
                lines=lines,
                phones=phones,
                country=document.country,
                board=settings,
                recording=recording,
                events=events,
            )
            self.rig = Rig(
                folder, config, seed=document.seed, start=self.plan.start, remembers=False, events=events
            )
        except InputError as error:
            raise at_node(population, population.root.get("board"), error) from error
        self._free = asyncio.Semaphore(phones)
        self._calling: dict[int, int] = {}
        """Calls by the exchange line of their telephone."""
        self._since: dict[str, Samples] = {}
        """Of the calls at the station."""
        self._rung: dict[str, Played] = {}
        """Those that nobody has answered."""
        self.rig.station.journal.subscribe(self._on_event)

    @property
    def busy(self) -> int:
        """Lines at work now."""
        return len(self._since)

    def play(self, told: Callable[[Traffic], None] = lambda traffic: None) -> None:
        """From sample 0 until everything is at rest; `told` is called once a minute of it."""
        limit = Samples(self.plan.length + 2 * LONGEST_CALL + IDLE_WITHIN)
        self.rig.run(self._all(told), limit)
        self.stuck += self.rig.run(self.rig.comes_to_rest())

    def end(self) -> None:
        """Nobody calls from now on; who talks goes on. From `told`, when there is no more time for a run."""
        self.until = min(self.until, self.rig.clock.now())

    @property
    def due(self) -> list[PlannedCall]:
        """The calls of the plan as far as it was played."""
        return [call for call in self.plan.calls if call.at < self.until]

    async def _all(self, told: Callable[[Traffic], None]) -> None:
        looks = asyncio.ensure_future(self._look(told))
        try:
            async with asyncio.TaskGroup() as group:
                for call in self.plan.calls:
                    await self._wait(call.at)
                    if call.at >= self.until:
                        break
                    group.create_task(self._one(call))
                await self._wait(self.plan.length)
        finally:
            looks.cancel()
        told(self)

    async def _wait(self, at: Samples) -> None:
        """Until then, or as long as anybody may call."""
        clock = self.rig.clock
        while clock.now() < min(at, self.until):
            await clock.until(min(at, self.until, clock.now() + LOOK_EVERY))

    async def _look(self, told: Callable[[Traffic], None]) -> None:
        clock = self.rig.clock
        while True:
            told(self)
            late = [call for call, since in self._since.items() if clock.now() - since > LONGEST_CALL]
            for call in late:
                del self._since[call]
                self.stuck.append(f"{call} has not ended after {LONGEST_CALL // seconds(1)} s")
            await clock.sleep(LOOK_EVERY)

    async def _one(self, call: PlannedCall) -> None:
        async with self._free:
            phone = self.rig.board.caller(call.number, withheld=call.withheld)
            self._calling[phone.line.index] = call.index
            played = self.played[call.index] = Played(self.rig.clock.now())
            try:
                await self._person(call, phone, played)
            finally:
                await phone.hang_up()
                played.end = self.rig.clock.now()
                del self._calling[phone.line.index]
                phone.forget()
                self.rig.board.give_back(phone)

    async def _person(self, call: PlannedCall, phone: Subscriber, played: Played) -> None:
        party = self.population.document.subscribers[call.subscriber]
        person = Person(phone, party, self._sounds, random.Random(call.seed))
        try:
            await person.play(call.to)
        except NotHeard as missed:
            played.refused = not phone.tones.isdisjoint(REFUSALS)
            if not played.refused or played.row is not None:
                played.unheard = str(missed)
        except CtiError as error:
            played.unheard = f"{type(error).__name__}: {error}"
        else:
            played.gave_up = person.gave_up is not None
        finally:
            person.stretches.clear()

    def _on_event(self, event: CallEvent) -> None:
        if event.call is None:
            return
        if event.type == "call.offered":
            self._since[event.call] = event.at
            self._came(event)
        elif event.type == "call.answered":
            self._goes_on(event)
        elif event.type == "call.ended":
            self._since.pop(event.call, None)
            self._rung.pop(event.call, None)

    def _caller_at(self, event: CallEvent) -> Played | None:
        """Whom the exchange connects with this line."""
        caller = self.rig.board.exchange.lines[int(event.port.split("/")[1]) - 1].other
        index = None if caller is None else self._calling.get(caller.index)
        return None if index is None else self.played[index]

    def _came(self, event: CallEvent) -> None:
        assert event.call is not None
        played = self._caller_at(event)
        if played is None:
            self.stray.append(event.call)
        else:
            played.row = event.call
            self._rung[event.call] = played

    def _goes_on(self, event: CallEvent) -> None:
        """A line that stops ringing and rings again has one call, of whom it is answered to."""
        assert event.call is not None
        first, now = self._rung.pop(event.call, None), self._caller_at(event)
        if first is not None and now is not None and now is not first:
            first.row, first.joined, now.row = None, True, event.call

    def close(self) -> None:
        """Safe twice."""
        self.rig.close()


def _exchange(population: Population, exchange: ExchangeSettings) -> ExchangeSettings:
    """The office's number plan: its number is a hunt group of all lines, in turn."""
    document = population.document
    given = (document.board.model_extra or {}).get("numbers") or []
    numbers = [*given, *(str(8001 + place) for place in range(document.board.lines))]
    lines = list(dict.fromkeys(numbers))[: document.board.lines]
    hunt = {**exchange.hunt, document.number: lines}
    return exchange.model_copy(update={"hunt": hunt, "hunting": "circular"})
