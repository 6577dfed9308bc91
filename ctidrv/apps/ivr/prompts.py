"""Prompts by id and language: ``prompts/<language>/<id>.wav``.

A prompt that the current language lacks is taken from the next language of the script: a caller never
meets silence because a file is missing. The music that ships (``music/calm``) is there in every language,
unless the language has a file of its own by that name.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ctidrv.apps.ivr.phrases import FILE, PhraseBook, read_phrases
from ctidrv.apps.ivr.shipped import shipped_music
from ctidrv.errors import CtiError, InputError
from ctidrv.media.wav import read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

SILENT_PEAK = 100
"""A recording that never gets above this (-50 dB of full scale) says nothing."""


_GUESSES = 2000
MAX_BYTES = 600 * RATE * 2 + 65536


class PromptMissing(CtiError):
    """No language of the script has that prompt, or none can say that value."""


class NothingToSay(CtiError):
    """A phrase needs a value that the call does not have."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A prompt as it will be played."""

    id: str
    language: str
    audio: Pcm


class Prompts:
    """The prompts of one script. Each file is read once; what is loaded stays as it was."""

    def __init__(self, base: Path, pattern: str, languages: Sequence[str]) -> None:
        self._base = base
        self._pattern = pattern
        self.languages = tuple(languages)
        self._sounds: dict[tuple[str, str], Pcm | InputError] = {}
        self._books: dict[str, PhraseBook] = {}
        self._music = shipped_music()

    def folder(self, language: str) -> Path:
        return self._base / self._pattern.replace("{lang}", language)

    def shown(self, language: str, prompt: str) -> str:
        """The file's name as the script writes it."""
        return f"{self._pattern.replace('{lang}', language)}/{prompt}.wav"

    def has_folder(self, language: str) -> bool:
        return os.path.isdir(self.folder(language))

    def known(self, language: str) -> list[str]:
        """Ids that a language has files for, as many as help to guess what a typing error meant."""
        folder = self.folder(language)
        files = itertools.chain(folder.glob("*.wav"), folder.glob("*/*.wav"))
        near = itertools.islice(files, _GUESSES)
        own = {path.relative_to(folder).with_suffix("").as_posix() for path in near}
        return sorted(own.union(self._music))

    def book(self, language: str) -> PhraseBook:
        if language not in self._books:
            self._books[language] = read_phrases(self.folder(language) / FILE)
        return self._books[language]

    def has_file(self, language: str, prompt: str) -> bool:
        return os.path.isfile(self._file(language, prompt))

    def _file(self, language: str, prompt: str) -> Path:
        own = self.folder(language) / f"{prompt}.wav"
        return own if os.path.isfile(own) else self._music.get(prompt, own)

    def sound(self, language: str, prompt: str) -> Pcm:
        """One language's own recording. Raises InputError: not there, not 8,000 Hz mono, silent."""
        key = (language, prompt)
        if key not in self._sounds:
            try:
                self._sounds[key] = read_prompt(self._file(language, prompt))
            except InputError as error:
                self._sounds[key] = error
        found = self._sounds[key]
        if isinstance(found, InputError):
            raise found
        return found

    def find(self, language: str, prompt: str) -> Sound:
        """A prompt in this language, else in the next that has it. Raises PromptMissing."""
        for tried in self._order(language):
            try:
                return Sound(prompt, tried, self.sound(tried, prompt))
            except InputError:
                continue
        raise PromptMissing(f"prompt {prompt} cannot be played in any of {', '.join(self.languages)}")

    def say(self, language: str, phrase: str, values: Mapping[str, str]) -> list[Sound]:
        """A phrase with its values, whole in one language; a plain prompt where there is no such phrase.

        Raises NothingToSay when a value is empty or cannot be read out, PromptMissing when no language can
        say the phrase.
        """
        for tried in self._order(language):
            pieces = self.book(tried).phrases.get(phrase)
            if pieces is None:
                continue
            needed: list[str] = []
            for piece in pieces:
                said = piece.said(values)
                if not said:
                    raise NothingToSay(f"phrase {phrase}: {piece.value} has no {piece.kind} to say")
                needed += said
            try:
                return [Sound(prompt, tried, self.sound(tried, prompt)) for prompt in needed]
            except InputError:
                continue
        return [self.find(language, phrase)]

    def load(self, wanted: Iterable[str]) -> None:
        """Reads these prompts, and all phrases with theirs, in every language."""
        ids = set(wanted)
        for language in self.languages:
            for pieces in self.book(language).phrases.values():
                ids.update(prompt for piece in pieces for prompt in piece.prompts)
        for language in self.languages:
            for prompt in ids:
                if self.has_file(language, prompt):
                    try:
                        self.sound(language, prompt)
                    except InputError:
                        continue  # `check` names it; `find` takes the next language

    def _order(self, language: str) -> Iterator[str]:
        yield language
        yield from (other for other in self.languages if other != language)


def read_prompt(path: Path) -> Pcm:
    """A recording to be played. Raises InputError: not there, not 8,000 Hz mono, silent, over ten minutes."""
    if os.path.isfile(path) and path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path}: longer than ten minutes, the limit of a prompt")
    audio = read_wav(path)
    if len(audio.channels) != 1:
        raise InputError(f"{path}: {len(audio.channels)} channels: a prompt is mono")
    sound = audio.channels[0]
    if not len(sound):
        raise InputError(f"{path}: holds no sound")
    if sound.peak() < SILENT_PEAK:
        raise InputError(f"{path}: holds only silence")
    return sound
