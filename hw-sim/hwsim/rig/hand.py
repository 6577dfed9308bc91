"""Scenarios in Python: `Hand` serves a script on simulated lines, and its `Caller`s have a scenario's verbs.

    hand.serve("door.ivr.yaml")
    ann = hand.caller("5551234", name="ANN LEE")
    ann.dial("8001")
    ann.hear("welcome")
    ann.press("1")
    ann.hang_up()
    assert hand.calls[0]["outcome"] == "answered"

Time is virtual and stands still between two verbs. A verb takes what it takes in a file, in the same words
(docs/reference/scenarios.md): ``ann.hear("welcome", within="5s")``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ctidrv.errors import InputError, UsageError
from ctidrv.folder import DataFolder
from ctidrv.units import to_seconds
from hwsim.listener import NotHeard
from hwsim.rig.case import Result, all_tracks, play_case
from hwsim.rig.expected import faults
from hwsim.rig.kept import keep, run_of
from hwsim.rig.sounds import ScriptSounds
from hwsim.rig.station import Rig, one_board, script_path
from hwsim.rig.watch import Watch
from hwsim.scenario.model import Party
from hwsim.scenario.person import GaveUp, Person
from hwsim.scenario.read import read_scenario
from hwsim.scenario.timeline import draw, ear_track, listing, reached
from hwsim.scenario.verbs import VERBS

PHONES = 8


class ScenarioFailed(AssertionError):
    """A scenario of a file did not go as it says; the text is its whole report."""


class Hand:
    """`folders`: where scripts and scenarios are looked for, in this order; `data`: for the station."""

    def __init__(self, folders: Sequence[Path], data: Path) -> None:
        self._folders = [*folders]
        self._data = data
        self._rig: Rig | None = None
        self._watch: Watch | None = None
        self._sounds: ScriptSounds | None = None
        self._people: list[Person] = []
        self._seed = 1

    def serve(
        self,
        script: str | Path,
        *,
        lines: int = 1,
        phones: int = PHONES,
        country: str = "US",
        seed: int = 1,
        **board: Any,
    ) -> None:
        """Lets this script serve the lines, 8001 … ; `board`: settings of the simulated board, `loss_db=6`.

        InputError for a script or a setting that will not do, UsageError when one is served already.
        """
        from ctidrv.apps.ivr import load

        if self._rig is not None:
            raise UsageError("hwsim serves a script already: one a test")
        path = script_path(script, *self._folders)
        self._sounds = ScriptSounds(load(path), path.parent)
        self._seed = seed
        config = one_board(path, lines=lines, phones=phones, country=country, board=board)
        self._rig = Rig(DataFolder(self._data), config, seed=seed)
        self._watch = Watch(self._rig)

    def caller(
        self,
        number: str | None = None,
        name: str | None = None,
        *,
        withheld: bool = False,
        **habits: Any,
    ) -> Caller:
        """One at a telephone; `habits` as in a file: ``reaction="500ms"``, ``key={"uniform": [...]}``."""
        rig, sounds = self._serving()
        try:
            values = {"number": number, "name": name, "withheld": withheld, "steps": ["hang_up"], **habits}
            party = Party.model_validate({key: value for key, value in values.items() if value is not None})
        except ValidationError as error:
            raise UsageError(_words(error)) from None
        phone = rig.board.caller(number, name, withheld=withheld)
        chance = random.Random(f"{self._seed}/{len(self._people)}")
        person = Person(phone, party, sounds, chance)
        self._people.append(person)
        return Caller(self, person)

    def play(self, scenario: str | Path) -> Result:
        """Plays a scenario of a file, on a station of its own. ScenarioFailed with its report."""
        __tracebackhide__ = True
        for folder in self._folders:
            if (path := folder / scenario).is_file():
                break
        else:
            raise InputError(f"scenario {scenario}: there is no such file in {self._folders[0]}")
        result = play_case(read_scenario(path), kept=self._data)
        if not result.ok:
            raise ScenarioFailed(result.report)
        return result

    @property
    def calls(self) -> list[dict[str, Any]]:
        """All calls so far, oldest first: rows of the database with `events legs recordings messages`."""
        return self._serving()[0].calls()

    @property
    def now(self) -> float:
        """Seconds of telephone time since the script serves."""
        return to_seconds(self._serving()[0].clock.now())

    def rest(self) -> None:
        """Waits until every line is idle; AssertionError for what hangs, or was left behind by a call."""
        __tracebackhide__ = True
        rig = self._serving()[0]
        stuck = rig.run(rig.comes_to_rest())
        found = [*stuck, *(fault for call in rig.calls() for fault in faults(call))]
        if found:
            raise AssertionError("; ".join(found))

    def finish(self) -> None:
        """Callers who have not done so hang up; then as `rest`. Safe where nothing was served."""
        __tracebackhide__ = True
        if self._rig is not None:
            for person in self._people:
                self._rig.run(person.leave())
            self.rest()

    def timeline(self) -> str:
        """What everybody heard and did so far, drawn and listed; empty where nothing was served."""
        if self._rig is None or self._sounds is None:
            return ""
        tracks = all_tracks(self._people, self._sounds, self._rig)
        return f"{draw(tracks, self.now)}\n\n{listing(tracks)}"

    def keep(self, name: str, failed: str) -> Path | None:
        """Of a test of this name that `failed` with these words: leaves what each caller said and heard, and
        the time line, beside the station's data."""
        if self._rig is None or self._sounds is None or self._watch is None:
            return None
        tracks = all_tracks(self._people, self._sounds, self._rig)
        length = self._rig.clock.now()
        run = run_of(
            f"{name}-failed", name, self._seed, length, [(0, failed)], self._people, tracks, self._watch
        )
        return keep(self._data.parent, self.timeline(), self._people, run)

    def close(self) -> None:
        """Ends the station. Safe twice."""
        rig, self._rig = self._rig, None
        if rig is not None:
            rig.close()

    def _serving(self) -> tuple[Rig, ScriptSounds]:
        if self._rig is None or self._sounds is None:
            raise UsageError('hwsim serves nothing yet: begin with hwsim.serve("my.ivr.yaml")')
        return self._rig, self._sounds

    def do(self, person: Person, verb: str, given: Mapping[str, Any]) -> None:
        """One verb, to its end. NotHeard with what was heard instead."""
        __tracebackhide__ = True
        rig, sounds = self._serving()
        try:
            body: Any = VERBS[verb].model_validate(dict(given))
        except ValidationError as error:
            raise UsageError(f"{verb}: {_words(error)}") from None
        try:
            rig.run(person.do(body))
        except GaveUp:
            rig.run(person.leave())
            raise
        except NotHeard as missed:
            heard = reached(ear_track(person, sounds.known()))
            raise NotHeard(f"{missed}; what reached his ear: {heard}") from None


def _words(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    words = first.get("ctx", {}).get("words") or first["msg"]
    return f"{place}: {words}" if place else str(words)


class Caller:
    """Somebody at a telephone; from `Hand.caller`. Each verb returns when it is done."""

    def __init__(self, hand: Hand, person: Person) -> None:
        self._hand = hand
        self._person = person

    @property
    def number(self) -> str:
        return self._person.name

    def _do(self, verb: str, short: Any, more: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        given = {{"values": "with"}.get(key, key): value for key, value in more.items()}
        if short is not None:
            key = VERBS[verb].SHORT
            assert key is not None
            given[key] = short
        self._hand.do(self._person, verb, given)

    def dial(self, number: str, **more: Any) -> None:
        """Lifts, waits for dial tone, dials, and is answered (`how`, `wait`, `within`)."""
        __tracebackhide__ = True
        self._do("dial", number, more)

    def answer(self, after: Any = None, **more: Any) -> None:
        """Waits for his telephone to ring and lifts it (`within`)."""
        __tracebackhide__ = True
        self._do("answer", after, more)

    def hear(self, prompt: str | list[str] | None = None, **more: Any) -> None:
        """Waits for a prompt, or `phrase` (`values`), `tone`, `sound`; `lang first within`. NotHeard."""
        __tracebackhide__ = True
        self._do("hear", prompt, more)

    def press(self, keys: str, **more: Any) -> None:
        """Keys (`how`, `on`, `off`)."""
        __tracebackhide__ = True
        self._do("press", keys, more)

    def speak(self, voice: str, **more: Any) -> None:
        """Says a voice that ships, or a file, to its end."""
        __tracebackhide__ = True
        self._do("speak", voice, more)

    def talk_over(self, voice: str, **more: Any) -> None:
        """Speaks as soon as a voice is at his ear (`within`)."""
        __tracebackhide__ = True
        self._do("talk_over", voice, more)

    def silence(self, length: Any, **more: Any) -> None:
        """Does nothing for so long."""
        __tracebackhide__ = True
        self._do("silence", length, more)

    def noise(self, length: Any, **more: Any) -> None:
        """White noise (`level`, dBm0)."""
        __tracebackhide__ = True
        self._do("noise", length, more)

    def flash(self, length: str | None = None, **more: Any) -> None:
        """A short press of the hook."""
        __tracebackhide__ = True
        self._do("flash", length, more)

    def hold(self, length: Any = None, **more: Any) -> None:
        """The hold key (`music`)."""
        __tracebackhide__ = True
        self._do("hold", length, more)

    def line_fault(self, what: str, **more: Any) -> None:
        """`cut short parallel cross-talk mended` (`line`, `other`, `down`, `lasts`)."""
        __tracebackhide__ = True
        self._do("line_fault", what, more)

    def hang_up(self, say: str | None = None, **more: Any) -> None:
        """Without warning, or after saying something."""
        __tracebackhide__ = True
        self._do("hang_up", say, more)

    def redial(self, after: Any = None, **more: Any) -> None:
        """The last number again (`times`, `within`)."""
        __tracebackhide__ = True
        self._do("redial", after, more)
