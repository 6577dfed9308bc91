"""What only shows beside the script: prompts, phrases, languages and files that are not there."""

from __future__ import annotations

from functools import partial
from typing import Any

from ctidrv.errors import InputError
from hwsim.load.read import Population
from hwsim.rig.sounds import ScriptSounds
from hwsim.scenario import verbs
from hwsim.scenario.model import bodies
from hwsim.scenario.read import Scenario

_VOICES: dict[type[Any], str] = {
    verbs.Speak: "voice",
    verbs.TalkOver: "voice",
    verbs.Hold: "music",
    verbs.HangUp: "say",
}


def check_sounds(written: Scenario | Population, sounds: ScriptSounds) -> None:
    """ScenarioErrors or PopulationErrors names every one, with its line."""
    found = written.collect()
    everybody = [
        (party.steps, partial(written.node, number)) for number, party in enumerate(written.document.parties)
    ]
    if isinstance(written, Scenario):
        seats = enumerate(written.document.seats or ())
        everybody += [(seat.steps, partial(written.seat, number)) for number, seat in seats]
    for steps, node in everybody:
        for place, body in enumerate(bodies(steps)):
            try:
                _check(body, sounds)
            except InputError as error:
                found.add(node(place), str(error))
    if found.findings:
        raise written.errors(found)


def _check(body: Any, sounds: ScriptSounds) -> None:
    if isinstance(body, verbs.Hear) and body.tone is None:
        sounds.wanted(body)
    key = _VOICES.get(type(body))
    voice = None if key is None else getattr(body, key)
    if voice is not None:
        sounds.voice(voice)
