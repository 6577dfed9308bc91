"""One scenario played against its script: passed, or failed with what was heard and when."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctidrv.document.findings import DocumentErrors
from ctidrv.document.source import Node
from ctidrv.errors import CtiError, InputError
from ctidrv.folder import DataFolder
from ctidrv.ports.regions import load_region
from ctidrv.units import Samples, to_seconds
from hwsim.faulty_files import FaultyFiles
from hwsim.listener import NotHeard
from hwsim.load.read import Population
from hwsim.rig.check import check_sounds
from hwsim.rig.expected import differences, files_amiss
from hwsim.rig.faults import OF_THE_SOUND, RECORDINGS_LEFT, Faults, plan, wall_set
from hwsim.rig.kept import keep, run_of
from hwsim.rig.killed import Job, play_until_killed
from hwsim.rig.seats import asker, with_seats
from hwsim.rig.sounds import ScriptSounds
from hwsim.rig.station import BOARD, START, OutOfTime, Rig, one_board, script_path
from hwsim.rig.watch import Watch
from hwsim.scenario.faults import body_of
from hwsim.scenario.person import Person
from hwsim.scenario.read import Scenario
from hwsim.scenario.timeline import Track, deed_track, draw, ear_track, listing, reached, station_track
from hwsim.subscriber import Subscriber

RESTARTED = 1_000_003
"""The seeds of a scenario's stations are so far apart: ids and noise are others after a restart."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed, and at which line of the file."""

    line: int
    message: str


@dataclass(slots=True)
class Result:
    """What became of a scenario."""

    file: str
    name: str
    seed: int
    failures: list[Failure] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)
    """Callers whose patience was at an end, which is no failure."""
    calls: list[dict[str, Any]] = field(default_factory=list)
    simulated_s: float = 0.0
    wall_s: float = 0.0
    drawing: str = ""
    """The time line of a case that failed or is kept; and the same in words:"""
    listing: str = ""
    kept: str | None = None

    @property
    def ok(self) -> bool:
        return not self.failures

    @property
    def said(self) -> str:
        """FILE:LINE: what, a line for each failure."""
        return "\n".join(f"{self.file}:{each.line}: {each.message}" for each in self.failures)

    @property
    def report(self) -> str:
        """All there is to say of a case that failed."""
        kept = "" if self.kept is None else f"kept in {self.kept}"
        return "\n\n".join(part for part in (self.said, self.drawing, self.listing, kept) if part)


def load_case(written: Scenario | Population) -> tuple[Path, ScriptSounds]:
    """The script and all sounds that a scenario or population names. InputError, ScenarioErrors or
    PopulationErrors with their lines."""
    from ctidrv.apps.ivr import load

    beside = written.path.parent
    try:
        key = "country"
        load_region(written.document.country)
        key = "script"
        script = script_path(written.document.script, beside)
    except InputError as error:
        raise at_node(written, written.root.get(key), error) from None
    sounds = ScriptSounds(load(script), beside)
    check_sounds(written, sounds)
    return script, sounds


def play_case(
    scenario: Scenario, *, kept: Path | None = None, passed_too: bool = False, events: bool = False
) -> Result:
    """Plays it in virtual time; `kept`: a folder in which what failed, or `passed_too`, leaves its recordings
    and time line; `events`: without audio.

    InputError for a scenario or a script that cannot be played at all.
    """
    document = scenario.document
    script, sounds = load_case(scenario)
    result = Result(scenario.file, scenario.name, document.seed)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="ctidrv-sim-", ignore_cleanup_errors=True) as folder:
        data = DataFolder(Path(folder) / "station", FaultyFiles())
        kills = [each for each in plan(document) if each.kills]
        since = Samples(0)
        for starts, each in enumerate(kills):
            found = play_until_killed(Job(scenario, data.root, since, starts, events), each.number)
            result.failures += [Failure(*each) for each in found]
            since = each.at
        rig = make_rig(scenario, script, data, since=since, starts=len(kills), events=events)
        watch = None if kept is None else Watch(rig)
        run = None
        try:
            played = Played(scenario, rig, sounds, since=since)
            played.play()
            result.failures += played.failures
            result.gave_up = [each.gave_up for each in played.people if each.gave_up is not None]
            result.calls = rig.calls()
            given = {type(body_of(fault)) for fault in document.faults or ()}
            left = {state for kind, state in RECORDINGS_LEFT.items() if kind in given}
            found = [*differences(scenario, result.calls, left)]
            if document.faults:
                found += [(scenario.root.line, each) for each in files_amiss(result.calls, data)]
            result.failures += [Failure(*each) for each in found]
            result.simulated_s = to_seconds(since + rig.clock.now())
            if not result.ok or (passed_too and watch is not None):
                tracks = played.tracks()
                result.drawing, result.listing = draw(tracks, result.simulated_s), listing(tracks)
                if watch is not None:
                    failed = [(each.line, each.message) for each in result.failures]
                    length = rig.clock.now()
                    about = scenario.name, scenario.file, document.seed
                    run = run_of(*about, length, failed, played.people, tracks, watch)
        finally:
            rig.close()
        if kept is not None and run is not None:
            result.kept = str(keep(kept, result.report, played.people, run, data.root))
    result.wall_s = time.perf_counter() - begun
    return result


def make_rig(
    scenario: Scenario,
    script: Path,
    data: DataFolder,
    *,
    spare: int = 0,
    start: datetime = START,
    since: Samples = Samples(0),
    starts: int = 0,
    events: bool = False,
) -> Rig:
    """Its exchange and station, with a telephone for each party and some to spare. ScenarioErrors.

    since, starts: the station is started again at this sample of the scenario, after so many others.
    """
    document = scenario.document
    needs_audio = next((each for each in plan(document) if isinstance(each.body, OF_THE_SOUND)), None)
    if events and needs_audio is not None:
        error = InputError("this fault is one of the sound's way: play it with audio, without --events")
        raise at_node(scenario, scenario.fault(needs_audio.number), error)
    seats = document.seats or []
    if events and seats:
        error = InputError("without audio nobody is joined with a seat: play it with audio, without --events")
        raise at_node(scenario, scenario.root.get("seats"), error)
    start += timedelta(seconds=to_seconds(since + wall_set(document, since)))
    try:
        config = one_board(
            script,
            lines=document.board.lines,
            phones=len(document.parties) + spare,
            country=document.country,
            board=document.board.settings(scenario.path.parent) | ({"fxs": len(seats)} if seats else {}),
            events=events,
        )
        config = with_seats(config, BOARD, seats)
        return Rig(data, config, seed=document.seed + starts * RESTARTED, start=start, events=events)
    except InputError as error:
        raise at_node(scenario, scenario.root.get("board"), error) from error


def at_node(written: Scenario | Population, node: Node | None, error: InputError) -> DocumentErrors:
    """The error, with the line that it comes from."""
    found = written.collect()
    found.add(node or written.root, str(error))
    return written.errors(found)


class Played:
    """A scenario on its rig, from sample `since` on; `leave` when another is to be played on it."""

    def __init__(
        self,
        scenario: Scenario,
        rig: Rig,
        sounds: ScriptSounds,
        *,
        since: Samples = Samples(0),
        on_failure: Callable[[Failure], None] = lambda failure: None,
    ) -> None:
        self._scenario = scenario
        self._rig = rig
        self._sounds = sounds
        self._since = since
        self._on_failure = on_failure
        self.failures: list[Failure] = []
        self._ears: dict[int, Track] = {}
        """Those that have been looked into already: it takes a while."""
        self.people: list[Person] = []
        seed = scenario.document.seed
        for number, party in enumerate(scenario.document.parties):
            try:
                phone = rig.board.caller(party.number, party.name, withheld=party.withheld)
            except InputError as error:
                raise at_node(scenario, scenario.node(number), error) from error
            self.people.append(Person(phone, party, sounds, random.Random(f"{seed}/{number}")))
        self._callers = len(self.people)
        for number, seat in enumerate(scenario.document.seats or ()):
            chance, ask = random.Random(f"{seed}/seat {number}"), asker(rig.station, seat.name)
            operator = rig.board.operators[number]
            self.people.append(Person(operator, seat, sounds, chance, name=seat.name, asks=ask))

    def play(self, beside: Coroutine[Any, Any, None] | None = None) -> None:
        """All parties, and beside them whoever else is on the exchange, to the end of every call."""
        root = self._scenario.root.line
        try:
            self._rig.run(self._all(beside), Samples(max(0, self._scenario.document.limit - self._since)))
            stuck = self._rig.run(self._rig.comes_to_rest())
            self.failures.extend(Failure(root, each) for each in stuck)
        except OutOfTime as error:
            self.failures.append(Failure(root, str(error)))

    async def _all(self, beside: Coroutine[Any, Any, None] | None) -> None:
        """Everybody at once."""
        async with asyncio.TaskGroup() as group:
            if beside is not None:
                group.create_task(beside)
            if planned := plan(self._scenario.document):
                group.create_task(Faults(self._rig, planned, self._since).play())
            for number, person in enumerate(self.people):
                group.create_task(self._one(number, person))

    async def _one(self, number: int, person: Person) -> None:
        try:
            await person.play(self._rig.first_number, self._since)
        except NotHeard as missed:
            ear = self._ears[number] = ear_track(person, self._sounds.known())
            self._fails(number, person, f"{missed}; what reached his ear: {reached(ear)}")
        except CtiError as error:
            self._fails(number, person, f"{type(error).__name__}: {error}")
        finally:
            await person.leave()

    def _fails(self, number: int, person: Person, message: str) -> None:
        place = number - self._callers
        who = self._scenario.node if place < 0 else self._scenario.seat
        failure = Failure(who(number if place < 0 else place, person.step).line, message)
        self.failures.append(failure)
        self._on_failure(failure)

    def leave(self) -> None:
        """Gives the telephones back."""
        for person in self.people[: self._callers]:
            assert isinstance(person.phone, Subscriber)
            self._rig.board.give_back(person.phone)

    def tracks(self) -> list[Track]:
        return all_tracks(self.people, self._sounds, self._rig, self._ears)


def all_tracks(
    people: list[Person], sounds: ScriptSounds, rig: Rig, ears: Mapping[int, Track] | None = None
) -> list[Track]:
    """What everybody heard and did, and the station; `ears`: of some of them, by their place."""
    known = sounds.known()
    made: list[Track] = []
    for number, person in enumerate(people):
        ear = (ears or {}).get(number) or ear_track(person, known)
        made += [ear, deed_track(person)]
    return [*made, station_track(rig.told)]
