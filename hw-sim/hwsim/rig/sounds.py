"""The prompts of the script under test, as the persons of a scenario wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ctidrv.document.findings import did_you_mean
from ctidrv.errors import CtiError, InputError
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, to_seconds
from hwsim.scenario.sounds import MADE, VOICES, shipped_voices
from hwsim.scenario.verbs import Hear

if TYPE_CHECKING:
    from ctidrv.apps.ivr import Script

LEAST = RATE // 50
LONGEST = 300 * RATE
MOST_BYTES = 2 * LONGEST + 65536


class ScriptSounds:
    """`Sounds` of a script (hwsim/scenario/sounds.py); files are looked for in `base`."""

    def __init__(self, script: Script, base: Path) -> None:
        self._prompts = script.prompts
        self._base = base
        self._voices: dict[str, Pcm] = {}
        self._known: dict[str, Pcm] | None = None

    def wanted(self, hear: Hear) -> Sequence[tuple[str, Mapping[str, Pcm]]]:
        """InputError for a prompt that the script has not, or not in that language."""
        if hear.sound is not None:
            return [self._cut(hear, f"'{hear.sound}'", {hear.sound: self.voice(hear.sound)})]
        if hear.phrase is not None:
            return [self._cut(hear, f"'{hear.phrase}'", self._phrase(hear, hear.phrase))]
        return [self._cut(hear, f"'{prompt}'", self._prompt(hear, prompt)) for prompt in hear.prompt or []]

    def _languages(self, hear: Hear) -> Sequence[str]:
        every = self._prompts.languages
        if hear.lang is None:
            return every
        if hear.lang not in every:
            known = ", ".join(every)
            raise InputError(f"the script has no language `{hear.lang}`; it has {known}")
        return (hear.lang,)

    def _prompt(self, hear: Hear, prompt: str) -> dict[str, Pcm]:
        found: dict[str, Pcm] = {}
        fault = ""
        for language in self._languages(hear):
            try:
                sound = self._prompts.sound(language, prompt)
            except InputError as error:
                fault = fault or str(error)
                continue
            if sound not in found.values():
                found[f"'{prompt}' ({language})"] = sound
        if not found:
            known = [each for language in self._languages(hear) for each in self._prompts.known(language)]
            raise InputError(f"no prompt `{prompt}`{did_you_mean(prompt, known)} ({fault})")
        return found

    def _phrase(self, hear: Hear, phrase: str) -> dict[str, Pcm]:
        found: dict[str, Pcm] = {}
        for language in self._languages(hear):
            try:
                said = self._prompts.say(language, phrase, hear.values)
            except CtiError as error:
                raise InputError(f"phrase `{phrase}`: {error}") from error
            audio = said[0].audio
            for sound in said[1:]:
                audio = audio + sound.audio
            found[f"'{phrase}' ({language})"] = audio
        return found

    @staticmethod
    def _cut(hear: Hear, what: str, sounds: dict[str, Pcm]) -> tuple[str, Mapping[str, Pcm]]:
        if hear.first is not None:
            what = f"the beginning of {what}"
            sounds = {name: sound[: int(hear.first)] for name, sound in sounds.items()}
        for name, sound in sounds.items():
            if len(sound) < LEAST:
                raise InputError(f"{name} lasts {1000 * to_seconds(len(sound)):g} ms: too short to be known")
        return what, sounds

    def voice(self, name: str) -> Pcm:
        """A voice that ships, or a file. InputError."""
        if name not in self._voices:
            self._voices[name] = MADE[name]() if name in MADE else self._file(name)
        return self._voices[name]

    def _file(self, name: str) -> Pcm:
        from ctidrv.media.wav import read_wav

        path = VOICES / f"{name}.wav"
        if not path.is_file():
            path = self._base / name
        if not name.lower().endswith(".wav") and not path.is_file():
            known = ", ".join(shipped_voices())
            raise InputError(f"no voice `{name}`; there are {known}, or a file of yours, my/voice.wav")
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: longer than {LONGEST // RATE} s, the most that a caller says at once")
        channels = read_wav(path).channels
        if len(channels) != 1:
            raise InputError(f"{path}: has {len(channels)} channels; a caller speaks on one")
        return channels[0]

    def known(self) -> Mapping[str, Pcm]:
        if self._known is None:
            self._known = {}
            for language in self._prompts.languages:
                for prompt in self._prompts.known(language):
                    try:
                        sound = self._prompts.sound(language, prompt)
                    except InputError:
                        continue
                    if sound not in self._known.values():
                        self._known[prompt if prompt not in self._known else f"{prompt} ({language})"] = sound
        return self._known
