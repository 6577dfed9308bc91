"""From the tree of a file to typed steps: every key that is wrong, in our words, with its line.

Each step is validated by itself, so one broken step hides nothing that is wrong elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.words import RESERVED
from ctidrv.document.shape import Findings, Language, locate
from ctidrv.document.source import Listing, Node, Scalar, Source, Table, plain

LATER_VERBS = frozenset(
    (
        "transfer",
        "dial",
        "enqueue",
        "pause",
        "tag",
        "conference",
        "query",
        "http",
        "when",
        "set",
        "if",
        "call",
    )
).union(("return", "notify", "fax_send", "fax_receive"))
LATER_KEYS = frozenset(("calendar", "databases", "on_fax_tone", "on_hangup", "secret"))
SCRIPT = Language(
    key="ivr",
    version=model.LANGUAGE_VERSION,
    file="a script",
    verbs=model.VERBS,
    example="play: welcome",
    bodies={
        "answer": model.Answer,
        "play": model.Play,
        "say": model.Say,
        "gather": model.Gather,
        "menu": model.Menu,
        "language": model.Language_,
        "record": model.Record,
        "voicemail": model.Voicemail,
        "goto": model.Goto,
        "hangup": model.Hangup,
        "defaults": model.Defaults,
        "": model.Document,
    },
    replies=model.REPLY_VERBS,
    later_verbs=LATER_VERBS,
    later_keys=LATER_KEYS,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A step and where it stands."""

    verb: str
    body: Any  # one of model.AnyVerb
    key: Scalar
    node: Node

    @property
    def line(self) -> int:
        return self.key.line

    def at(self, *path: str | int) -> Node:
        """The node under the verb at that path, or the nearest above it that was written."""
        return locate(self.node, path, self.key)[0]


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    key: Scalar
    steps: tuple[Placed, ...]
    whole: bool  # False where a step was left out because it is wrong


@dataclass(slots=True)
class Draft(Findings):
    """A script as far as it could be understood."""

    root: Table | None = None
    header: model.Header | None = None
    flows: dict[str, Flow] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return self.header is not None and bool(self.flows) and all(f.whole for f in self.flows.values())


def understand(source: Source) -> Draft:
    """Types the tree; findings of the file's form are taken over."""
    draft = Draft(source.file, SCRIPT, list(source.findings))
    if source.root is None:
        return draft
    if not isinstance(source.root, Table):
        draft.add(source.root, "a script is a mapping that begins with `ivr: 1`")
        return draft
    draft.root = root = source.root
    values = plain(root)
    values.pop("flows", None)
    try:
        draft.header = model.Header.model_validate(values)
    except ValidationError as error:
        draft.report(root, error)
        draft.header = _without_faults(values, error)
    _check_languages(draft)
    _flows(draft, root)
    return draft


def _without_faults(values: dict[str, Any], error: ValidationError) -> model.Header | None:
    """The header without the keys that are wrong, so that the rest of the file can be looked at."""
    for entry in error.errors(include_url=False):
        if entry["loc"]:
            values.pop(str(entry["loc"][0]), None)
    try:
        return model.Header.model_validate({"ivr": model.LANGUAGE_VERSION, "name": "unnamed", **values})
    except ValidationError:
        return None


def _flows(draft: Draft, root: Table) -> None:
    flows = root.get("flows")
    if flows is None:
        draft.add(root, "a script needs `flows`")
        return
    where = root.key("flows") or root
    if not isinstance(flows, Table) or not flows.items:
        draft.add(where, "`flows` holds named flows, each a list of steps")
        return
    for key, node in flows.items:
        if key.text in RESERVED:
            draft.add(key, f"`{key.text}` is a word of the language: give the flow another name")
        elif _name_is_wrong(key.text):
            draft.add(key, f"`{key.text[:40]}` is not the name of a flow (letters, digits, - and _)")
        draft.flows[key.text] = _flow(draft, key, node)


def _name_is_wrong(name: str) -> bool:
    try:
        model.Goto.model_validate({"flow": name})
    except ValidationError:
        return True
    return False


def _flow(draft: Draft, key: Scalar, node: Node) -> Flow:
    if not isinstance(node, Listing) or not node.items:
        draft.add(key, f"flow `{key.text}` needs a list of steps, one `- verb: …` a line")
        return Flow(key.text, key, (), False)
    steps = []
    for item in node.items:
        try:
            step = model.ANY_STEP.validate_python(plain(item))
        except ValidationError as error:
            draft.report(item, error)
            continue
        assert isinstance(item, Table)
        verb, body = next(iter(step))
        steps.append(Placed(verb, body, *item.items[0]))
    return Flow(key.text, key, tuple(steps), len(steps) == len(node.items))


def _check_languages(draft: Draft) -> None:
    header, root = draft.header, draft.root
    if header is None or root is None:
        return
    for index, language in enumerate(header.languages):
        if language in header.languages[:index]:
            draft.add(locate(root, ("languages", index))[0], f"language `{language}` is named twice")
    if "{lang}" not in header.prompts:
        draft.add(
            locate(root, ("prompts",))[0], "`prompts` needs {lang}, the language's folder: prompts/{lang}"
        )
