"""From a model's faults to findings: every key that is wrong, in our words, with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from ctidrv import __version__
from ctidrv.document.findings import Finding, did_you_mean
from ctidrv.document.model import TAG
from ctidrv.document.source import Listing, Node, Scalar, Table


@dataclass(frozen=True, slots=True)
class Language:
    """What faults are worded with."""

    key: str
    """The file's first key; its value is the language's version."""
    version: int
    file: str
    """What a file is called: "a script"."""
    verbs: tuple[str, ...]
    example: str
    """A step, as it may be written."""
    bodies: Mapping[str, type[BaseModel]]
    """The models by the key they stand under; of the file itself under ""."""
    replies: tuple[str, ...] = ()
    """The verbs that may stand under a key ``on_…``."""
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The verbs of other lists than steps, by the list's key."""
    later_verbs: frozenset[str] = frozenset()
    later_keys: frozenset[str] = frozenset()
    """Announced, and not in this version."""


@dataclass(slots=True)
class Findings:
    """Collects what is wrong with one file."""

    file: str
    language: Language
    findings: list[Finding] = field(default_factory=list)

    def add(self, node: Node, message: str, severity: str = "error", *, fatal: bool | None = None) -> None:
        fatal = severity == "error" if fatal is None else fatal
        self.findings.append(Finding(self.file, node.line, node.column, severity, message, fatal))

    def report(self, root: Node, error: ValidationError) -> None:
        """What a model has against the tree under `root`."""
        for entry in error.errors(include_url=False):
            path = entry["loc"]
            node, key = locate(root, path)
            kind = entry["type"]
            if kind == "extra_forbidden" and key is not None:
                node = key
            elif kind == "missing":
                above, its_key = locate(root, path[:-1])
                node = its_key or above
            elif kind == "union_tag_invalid" and isinstance(node, Table):
                node = node.items[0][0]
            if isinstance(node, Scalar) and "at" in entry.get("ctx", {}):
                node = node.within(entry["ctx"]["at"])
            self.add(node, _words(self.language, kind, entry, path, node))


def locate(node: Node, path: Sequence[str | int], above: Scalar | None = None) -> tuple[Node, Scalar | None]:
    """The node at a path and the key it stands under. Stops at the last that was written; an empty
    value is where its key is."""
    key = above
    for part in path:
        if part == "[key]" and key is not None:
            return key, key
        if isinstance(node, Table) and isinstance(part, str):
            if part.startswith(TAG):
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


def _words(language: Language, kind: str, entry: Any, path: tuple[str | int, ...], node: Node) -> str:
    names = [p for p in path if isinstance(p, str) and not p.startswith(TAG) and p != "[key]"]
    name = names[-1] if names else ""
    owner = names[-2] if len(names) > 1 else ""
    context = entry.get("ctx", {})
    if kind == "script":
        return str(context["words"])
    if kind == "missing":
        return f"`{owner}` needs `{name}`" if owner else f"{language.file} needs `{name}`"
    if kind == "extra_forbidden":
        return _unknown_key(language, name, owner)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _no_step(language, kind, names, node)
    if name == language.key and not owner:
        return _version(language, node)
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


def _version(language: Language, node: Node) -> str:
    written = node.value if isinstance(node, Scalar) else None
    if isinstance(written, int) and written > language.version:
        return (
            f"{language.file} in version {written} of the language; ctidrv {__version__} reads version "
            f"{language.version}: install a newer ctidrv"
        )
    return f"`{language.key}` is the version of the language: write {language.key}: {language.version}"


def _unknown_key(language: Language, name: str, owner: str) -> str:
    if name in language.later_keys:
        return f"`{name}` is not in this version of ctidrv ({__version__})"
    body = language.bodies.get(owner)
    known = [field.alias or key for key, field in body.model_fields.items()] if body is not None else []
    where = f"`{owner}`" if owner else language.file
    return f"{where} has no `{name[:40]}`{did_you_mean(name, known)}"


def _no_step(language: Language, kind: str, names: Sequence[str], node: Node) -> str:
    reply = any(name.startswith("on_") for name in names)
    listed = next((language.listed[name] for name in names if name in language.listed), None)
    allowed = language.replies if reply else listed or language.verbs
    example = language.example if listed is None else f"{listed[0]}: 10s"
    if kind == "union_tag_not_found":
        if isinstance(node, Table):
            verbs = ", ".join(f"`{key.text[:20]}`" for key, _ in node.items[:4])
            return f"a step has exactly one verb, not {len(node.items)}{': ' if verbs else ''}{verbs}"
        word = f"{node.text[:20]}: …" if isinstance(node, Scalar) and node.text in allowed else example
        return f"a step is a mapping with one verb, such as `{word}`"
    verb = node.text if isinstance(node, Scalar) else ""
    if verb in language.later_verbs:
        return f"verb `{verb}` is not in this version of ctidrv ({__version__})"
    if reply and verb in language.verbs:
        return f"only {', '.join(allowed)} can stand here, not `{verb}`"
    return f"unknown verb `{verb[:40]}`{did_you_mean(verb, (*allowed, *language.later_verbs))}"
