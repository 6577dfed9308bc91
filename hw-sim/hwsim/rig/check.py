"""What only shows beside the script: prompts, phrases, languages and files that are not there."""

from __future__ import annotations

from typing import Any

from ctidrv.errors import InputError
from hwsim.load.read import Population
from hwsim.rig.sounds import ScriptSounds
from hwsim.scenario import verbs
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
    for number, party in enumerate(written.document.parties):
        for place, step in enumerate(party.steps or ()):
            try:
                _check(next(iter(step))[1], sounds)
            except InputError as error:
                found.add(written.node(number, place), str(error))
    if found.findings:
        raise written.errors(found)


def _check(body: Any, sounds: ScriptSounds) -> None:
    if isinstance(body, verbs.Hear) and body.tone is None:
        sounds.wanted(body)
    key = _VOICES.get(type(body))
    voice = None if key is None else getattr(body, key)
    if voice is not None:
        sounds.voice(voice)
