"""From the tree of a file to typed steps: every key that is wrong, in our words, with its line.

Each step is validated by itself, so one broken step hides nothing that is wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from ctidrv import __version__
from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.findings import Finding, did_you_mean
from ctidrv.apps.ivr.source import Listing, Node, Scalar, Source, Table, plain
from ctidrv.apps.ivr.words import RESERVED

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
_BODIES: Mapping[str, type[BaseModel]] = {
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
}


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
class Draft:
    """A script as far as it could be understood."""

    file: str
    root: Table | None = None
    header: model.Header | None = None
    flows: dict[str, Flow] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return self.header is not None and bool(self.flows) and all(f.whole for f in self.flows.values())

    def add(self, node: Node, message: str, severity: str = "error", *, fatal: bool | None = None) -> None:
        fatal = severity == "error" if fatal is None else fatal
        self.findings.append(Finding(self.file, node.line, node.column, severity, message, fatal))


def understand(source: Source) -> Draft:
    """Types the tree; findings of the file's form are taken over."""
    draft = Draft(source.file, findings=list(source.findings))
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
        _report(draft, root, root, error, ())
        draft.header = _without_faults(values, error)
    _check_languages(draft)
    _flows(draft, root)
    return draft


def locate(node: Node, path: Sequence[str | int], above: Scalar | None = None) -> tuple[Node, Scalar | None]:
    """The node at a path and the key it stands under. Stops at the last that was written; an empty
    value is where its key is."""
    key = above
    for part in path:
        if part == "[key]" and key is not None:
            return key, key
        if isinstance(node, Table) and isinstance(part, str):
            if part.startswith(model.TAG):
                continue
            found, value = node.key(part), node.get(part)
            if found is None or value is None:
                break
            key, node = found, value
        elif isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        # else a short form: `play: welcome` for `play: {prompt: [welcome]}`
    if isinstance(node, Scalar) and node.text == "" and key is not None:
        return key, key
    return node, key


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
            _report(draft, item, item, error, ())
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


def _report(
    draft: Draft, root: Node, owner: Node, error: ValidationError, prefix: tuple[str | int, ...]
) -> None:
    for entry in error.errors(include_url=False):
        path = (*prefix, *entry["loc"])
        node, key = locate(root, path)
        kind = entry["type"]
        if kind == "extra_forbidden" and key is not None:
            node = key
        elif kind == "missing":
            above, its_key = locate(root, path[:-1])
            node = its_key or above
        elif kind == "union_tag_invalid" and isinstance(node, Table):
            node = node.items[0][0]
        draft.add(node, _words(kind, entry, path, node))


def _words(kind: str, entry: Any, path: tuple[str | int, ...], node: Node) -> str:
    names = [p for p in path if isinstance(p, str) and not p.startswith(model.TAG) and p != "[key]"]
    name = names[-1] if names else ""
    owner = names[-2] if len(names) > 1 else ""
    context = entry.get("ctx", {})
    if kind == "script":
        return str(context["words"])
    if kind == "missing":
        return f"`{owner}` needs `{name}`" if owner else f"a script needs `{name}`"
    if kind == "extra_forbidden":
        return _unknown_key(name, owner)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _no_step(kind, names, node)
    if name == "ivr":
        return _version(node)
    shown = f"`{node.text[:40]}`" if isinstance(node, Scalar) else "this"
    if kind == "bool_type":
        return f"`{name}` is true or false, not {shown}"
    if kind in ("int_type", "int_from_float", "greater_than_equal", "less_than_equal"):
        bounds = [
            f"{word} {context[end]}"
            for end, word in (("ge", "at least"), ("le", "at most"))
            if end in context
        ]
        return f"`{name}` is a whole number{' ' if bounds else ''}{' and '.join(bounds)}, not {shown}"
    if kind == "string_type":
        return f"`{name}` is text, not {shown if isinstance(node, Scalar) else 'a mapping or list'}"
    if kind in ("dict_type", "model_type"):
        return f"`{name}` holds keys and values"
    if kind == "list_type":
        return f"`{name}` is a list"
    if kind == "too_short":
        return f"`{name}` is empty"
    if kind == "literal_error":
        return f"`{name}` is {context.get('expected')}, not {shown}"
    return f"`{name}`: {entry['msg']}"


def _version(node: Node) -> str:
    written = node.value if isinstance(node, Scalar) else None
    if isinstance(written, int) and written > model.LANGUAGE_VERSION:
        return (
            f"this script is in version {written} of the language; ctidrv {__version__} reads version "
            f"{model.LANGUAGE_VERSION}: install a newer ctidrv"
        )
    return f"`ivr` is the version of the language: write ivr: {model.LANGUAGE_VERSION}"


def _unknown_key(name: str, owner: str) -> str:
    if name in LATER_KEYS:
        return f"`{name}` is not in this version of ctidrv ({__version__})"
    body = _BODIES.get(owner)
    known = [field.alias or key for key, field in body.model_fields.items()] if body is not None else []
    where = f"`{owner}`" if owner else "a script"
    return f"{where} has no `{name[:40]}`{did_you_mean(name, known)}"


def _no_step(kind: str, names: Iterable[str], node: Node) -> str:
    reply = any(name.startswith("on_") for name in names)
    allowed = model.REPLY_VERBS if reply else model.VERBS
    if kind == "union_tag_not_found":
        if isinstance(node, Table):
            verbs = ", ".join(f"`{key.text[:20]}`" for key, _ in node.items[:4])
            return f"a step has exactly one verb, not {len(node.items)}{': ' if verbs else ''}{verbs}"
        word = (
            f"{node.text[:20]}: …" if isinstance(node, Scalar) and node.text in allowed else "play: welcome"
        )
        return f"a step is a mapping with one verb, such as `{word}`"
    verb = node.text if isinstance(node, Scalar) else ""
    if verb in LATER_VERBS:
        return f"verb `{verb}` is not in this version of ctidrv ({__version__})"
    if reply and verb in model.VERBS:
        return f"only {', '.join(allowed)} can stand here, not `{verb}`"
    return f"unknown verb `{verb[:40]}`{did_you_mean(verb, (*allowed, *LATER_VERBS))}"
