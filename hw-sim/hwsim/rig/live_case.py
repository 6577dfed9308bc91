"""The callers of a scenario against a device in real time: they judge by ear what a program does with it.

The scenario's script is what the program is expected to say: its prompts are known by name. Rows of calls are
the program's own, and not looked at.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

from ctidrv.errors import CtiError, InputError
from ctidrv.units import to_seconds
from hwsim.devices.line_end import LineEnd
from hwsim.listener import NotHeard
from hwsim.rig.case import Failure, at_node, load_case
from hwsim.scenario.person import Person
from hwsim.scenario.read import Scenario

_STATION_S = ("seats", "faults")


class LiveCase:
    """InputError and ScenarioErrors, with their lines, for what cannot be played so."""

    def __init__(self, scenario: Scenario) -> None:
        document = scenario.document
        for key in _STATION_S:
            if getattr(document, key):
                error = InputError(
                    f"`{key}` are of the station, which is another program here: leave them out"
                )
                raise at_node(scenario, scenario.root.get(key), error)
        if document.board.lines != 1:
            error = InputError("a device has one line: `lines: 1`")
            raise at_node(scenario, scenario.root.get("board"), error)
        _, self._sounds = load_case(scenario)
        self._scenario = scenario
        self.failures: list[Failure] = []
        self.gave_up: list[str] = []

    @property
    def settings(self) -> dict[str, Any]:
        """Of the simulated board."""
        document = self._scenario.document
        return {
            **document.board.settings(self._scenario.path.parent),
            "lines": 1,
            "phones": len(document.parties),
        }

    async def play(self, line: LineEnd) -> None:
        """All of them, to their ends; `failures` and `gave_up` tell of it."""
        document = self._scenario.document
        people = []
        for number, party in enumerate(document.parties):
            try:
                phone = line.board.caller(party.number, party.name, withheld=party.withheld)
            except InputError as error:
                raise at_node(self._scenario, self._scenario.node(number), error) from error
            chance = random.Random(f"{document.seed}/{number}")
            people.append(Person(phone, party, self._sounds, chance))
        ends = (self._one(number, person, line.number) for number, person in enumerate(people))
        everybody = asyncio.gather(*ends)
        limit = asyncio.ensure_future(line.clock.sleep(document.limit))
        try:
            await asyncio.wait((everybody, limit), return_when=asyncio.FIRST_COMPLETED)
            if not everybody.done():
                late = f"not done after {to_seconds(document.limit):g} s"
                self.failures.append(Failure(self._scenario.root.line, late))
        finally:
            for each in (everybody, limit):
                each.cancel()
            await asyncio.gather(everybody, limit, return_exceptions=True)
        self.gave_up += [person.gave_up for person in people if person.gave_up is not None]

    async def _one(self, number: int, person: Person, to: str) -> None:
        try:
            await person.play(to)
        except NotHeard as missed:
            self._fails(number, person, str(missed))
        except CtiError as error:
            self._fails(number, person, f"{type(error).__name__}: {error}")
        finally:
            await person.leave()

    def _fails(self, number: int, person: Person, message: str) -> None:
        self.failures.append(Failure(self._scenario.node(number, person.step).line, message))
