"""What a caller will hear: every prompt and phrase, in every language."""

from __future__ import annotations

from typing import Any

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.expression import names
from ctidrv.apps.ivr.phrases import FILE
from ctidrv.apps.ivr.places import PHRASE
from ctidrv.apps.ivr.prompts import Prompts
from ctidrv.apps.ivr.shape import Body, Draft
from ctidrv.apps.ivr.words import CALL_VALUES, SpokenText
from ctidrv.document.findings import Finding, did_you_mean
from ctidrv.document.shape import locate
from ctidrv.document.source import Node
from ctidrv.errors import InputError

_PROMPT_KEYS = ("prompt", "greeting", "saved", "moh")
_NO_SPEECH = "a text needs a speech engine, which this version does not have: record it as a prompt"


def check_prompts(draft: Draft, prompts: Prompts) -> None:
    """Adds prompts that are missing or cannot be played, in any language, with the file's name."""
    assert draft.root is not None
    languages = []
    for index, language in enumerate(prompts.languages):
        if prompts.has_folder(language):
            languages.append(language)
        else:
            node = locate(draft.root, ("languages", index))[0]
            draft.add(
                node, f"no folder with the prompts of {language}: {prompts.folder(language)}", fatal=False
            )
    if not languages:
        draft.add(locate(draft.root, ("prompts",))[0], "no language of this script has prompts")
        return
    checker = _PromptCheck(draft, prompts, languages)
    for flow in draft.flows.values():
        for step in flow.every():
            for body in step.bodies():
                checker.body(body)
    for language in languages:
        draft.findings.extend(_not_fatal(f) for f in prompts.book(language).findings)


def _not_fatal(finding: Finding) -> Finding:
    return Finding(finding.file, finding.line, finding.column, finding.severity, finding.message, fatal=False)


class _PromptCheck:
    def __init__(self, draft: Draft, prompts: Prompts, languages: list[str]) -> None:
        self._draft = draft
        self._prompts = prompts
        self._languages = languages
        self._said: set[tuple[str, str]] = set()

    def body(self, part: Body) -> None:
        if isinstance(part.body, model.Say):
            self._phrase(part, part.body)
            return
        if isinstance(part.body, model.Enqueue):
            self._place(part)
        told: dict[tuple[str, ...], Any] = {(key,): getattr(part.body, key, None) for key in _PROMPT_KEYS}
        if (announce := getattr(part.body, "announce", None)) is not None:
            told["announce", "prompt"] = announce.prompt
        for path, pieces in told.items():
            for index, piece in enumerate(pieces or ()):
                node = part.at(*path, index)
                if isinstance(piece, SpokenText):
                    self._draft.add(node, _NO_SPEECH)
                else:
                    self._prompt(node, piece, self._languages)

    def _phrase(self, part: Body, say: model.Say) -> None:
        node = part.at("prompt")
        having = [x for x in self._languages if say.prompt in self._prompts.book(x).phrases]
        if not having:
            if say.values:
                every = {name for x in self._languages for name in self._prompts.book(x).phrases}
                hint = did_you_mean(say.prompt, every)
                self._draft.add(node, f"no language has a phrase `{say.prompt}` in its {FILE}{hint}")
            else:
                self._prompt(node, say.prompt, self._languages)
            return
        for language in self._languages:
            pieces = self._prompts.book(language).phrases.get(say.prompt)
            if pieces is None:
                path = self._prompts.book(language).path
                self._draft.add(node, f"phrase `{say.prompt}` is missing in {language}: {path}", fatal=False)
                continue
            needed = {piece.value for piece in pieces if piece.kind}
            for name in sorted(needed - set(say.values)):
                self._draft.add(node, f"phrase `{say.prompt}` in {language} needs `with: {{{name}: …}}`")
            for name in sorted(set(say.values) - needed):
                where = part.at("with", name)
                hint = did_you_mean(name, needed)
                self._draft.add(
                    where, f"phrase `{say.prompt}` in {language} does not say `{name}`{hint}", "warning"
                )
            for piece in pieces:
                for prompt in piece.prompts:
                    self._prompt(node, prompt, [language], elsewhere=len(having) > 1)
        if say.on_empty is None and any(
            name.name in CALL_VALUES
            for filled in say.values.values()
            for hole in filled.expressions
            for name in names(hole)
        ):
            said = "a caller may withhold number and name: say `on_empty`, else `on_error` is next"
            self._draft.add(node, said, "warning")

    def _place(self, part: Body) -> None:
        """The words for a caller's place; without them he hears music alone."""
        for language in self._languages:
            pieces = self._prompts.book(language).phrases.get(PHRASE)
            if pieces is None:
                path = self._prompts.book(language).path
                said = f"phrase `{PHRASE}` is missing in {language}, callers are not told their place: {path}"
                self._draft.add(part.step.key, said, "warning")
                continue
            for piece in pieces:
                for prompt in piece.prompts:
                    self._prompt(part.step.key, prompt, [language], elsewhere=True)

    def _prompt(self, node: Node, prompt: str, languages: list[str], *, elsewhere: bool = False) -> None:
        wrong = [(x, words) for x in languages if (words := self._fault(x, prompt))]
        playable = elsewhere or len(wrong) < len(languages)
        for language, words in wrong:
            if (language, prompt) not in self._said:
                self._said.add((language, prompt))
                self._draft.add(node, words, fatal=not playable)

    def _fault(self, language: str, prompt: str) -> str:
        if not self._prompts.has_file(language, prompt):
            hint = did_you_mean(prompt, self._prompts.known(language))
            file = self._prompts.shown(language, prompt)
            return f"prompt `{prompt}` is missing in {language}: no {file}{hint}"
        try:
            self._prompts.sound(language, prompt)
        except InputError as error:
            return f"prompt `{prompt}` in {language} cannot be played: {error}"
        return ""
