"""From the tree of a file to typed steps: every key that is wrong, in our words, with its line.

Each step is validated by itself, so one broken step hides nothing that is wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.words import RESERVED
from ctidrv.document.shape import Findings, Language, locate
from ctidrv.document.source import Listing, Node, Scalar, Source, Table, plain

LATER_VERBS = frozenset(
    (
        "pause",
        "tag",
        "conference",
        "query",
        "http",
        "when",
        "call",
    )
).union(("return", "notify"))
LATER_KEYS = frozenset(("calendar", "databases", "on_hangup", "secret"))
_STAND_IN = model.HangupStep(hangup=model.Hangup())
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
        "if": model.If_,
        "transfer": model.Transfer,
        "dial": model.Dial,
        "enqueue": model.Enqueue,
        "record": model.Record,
        "voicemail": model.Voicemail,
        "fax_receive": model.FaxReceive,
        "fax_send": model.FaxSend,
        "goto": model.Goto,
        "hangup": model.Hangup,
        "defaults": model.Defaults,
        "": model.Document,
    },
    replies=model.REPLY_VERBS,
    later_verbs=LATER_VERBS,
    later_keys=LATER_KEYS,
)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A step and where it stands; of an `if` also the steps of its two ways."""

    verb: str
    body: Any  # one of model.AnyVerb
    key: Scalar
    node: Node
    then: tuple[Placed, ...] = ()
    otherwise: tuple[Placed, ...] = ()

    @property
    def line(self) -> int:
        return self.key.line

    def at(self, *path: str | int) -> Node:
        """The node under the verb at that path, or the nearest above it that was written."""
        return locate(self.node, path, self.key)[0]

    def bodies(self) -> Iterator[Body]:
        """The step's own body, and those of the steps under its `on_…` keys."""
        waiting = [Body(self, self.body, ())]
        while waiting:
            yield (part := waiting.pop(0))
            for key in ("on_invalid", "on_noinput", "on_empty"):
                for index, reply in enumerate(getattr(part.body, key, None) or ()):
                    verb, body = next(iter(reply))
                    waiting.append(Body(self, body, (*part.path, key, index, verb)))


@dataclass(frozen=True, slots=True)
class Body:
    """What a step does, or one of the steps under its `on_…` keys."""

    step: Placed
    body: model.AnyVerb
    path: tuple[str | int, ...]

    def at(self, *path: str | int) -> Node:
        return self.step.at(*self.path, *path)


def in_order(steps: tuple[Placed, ...], after: Placed | None) -> Iterator[tuple[Placed, Placed | None]]:
    """Each step of a list and the one that follows it; `after`: what follows the last."""
    for number, step in enumerate(steps, 1):
        yield step, steps[number] if number < len(steps) else after


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    key: Scalar
    steps: tuple[Placed, ...]
    whole: bool  # False where a step was left out because it is wrong

    def lists(self) -> Iterator[tuple[Placed, ...]]:
        """The steps, and those of each `if` in them: every list is run from its first on."""
        waiting = [self.steps]
        while waiting:
            yield (steps := waiting.pop(0))
            waiting += [nested for step in steps for nested in (step.then, step.otherwise) if nested]

    def every(self) -> Iterator[Placed]:
        """All steps, those within others too."""
        return (step for steps in self.lists() for step in steps)


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
    steps, whole = _steps(draft, node.items)
    return Flow(key.text, key, steps, whole)


def _steps(draft: Draft, items: tuple[Node, ...]) -> tuple[tuple[Placed, ...], bool]:
    """The steps without those that are wrong, and whether there are none of these."""
    found = [_step(draft, item) for item in items]
    placed = tuple(step for step, _ in found if step is not None)
    return placed, all(whole for _, whole in found)


def _step(draft: Draft, item: Node) -> tuple[Placed | None, bool]:
    value = plain(item)
    ways: dict[str, tuple[Placed, ...]] = {}
    whole = True
    if isinstance(item, Table) and len(item.items) == 1 and isinstance(body := item.get("if"), Table):
        for way in ("then", "else"):
            node = body.get(way)
            inner = node.items if isinstance(node, Listing) else (node,) if isinstance(node, Table) else ()
            if inner:
                ways[way], right = _steps(draft, inner)
                whole = whole and right
                value["if"][way] = [_STAND_IN]  # these steps have had their say
    try:
        step = model.ANY_STEP.validate_python(value)
    except ValidationError as error:
        draft.report(item, error)
        return None, False
    assert isinstance(item, Table)
    key, node = item.items[0]
    _, made = next(iter(step))
    return Placed(key.text, made, key, node, ways.get("then", ()), ways.get("else", ())), whole


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
