"""`load` and `check`: a script file read, proved and ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.faxcheck import check_faxes
from ctidrv.apps.ivr.flowgraph import check_flows
from ctidrv.apps.ivr.promptcheck import check_prompts
from ctidrv.apps.ivr.prompts import Prompts
from ctidrv.apps.ivr.shape import Draft, Flow, Placed, understand
from ctidrv.apps.ivr.template import Template
from ctidrv.apps.ivr.valuecheck import check_values
from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.document.findings import DocumentErrors, Finding, did_you_mean
from ctidrv.document.source import Node, read
from ctidrv.errors import CtiError, InputError


class ScriptErrors(DocumentErrors):
    """A script that cannot run."""

    MORE = ": ctidrv ivr check"


@dataclass(frozen=True, slots=True)
class Script:
    """A script that can be run. Immutable, its prompts loaded: a call that runs it keeps it as it was,
    whatever happens to the files. `findings` are those that do not stop it."""

    path: Path
    header: model.Header
    flows: Mapping[str, Flow]
    prompts: Prompts
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        return self.header.name


def check(path: str | Path) -> list[Finding]:
    """Everything that is wrong with a script, in the order of its lines. Empty: it may serve callers.

    Raises InputError when the file cannot be read at all.
    """
    return _examine(Path(path))[0].findings


def load(path: str | Path) -> Script:
    """A script ready to run. Raises ScriptErrors when it cannot (a prompt that another language has is
    no reason), InputError when the file cannot be read."""
    draft, prompts = _examine(Path(path))
    if any(finding.fatal for finding in draft.findings):
        raise ScriptErrors(draft.findings)
    assert draft.header is not None
    assert prompts is not None
    return Script(Path(path), draft.header, dict(draft.flows), prompts, tuple(draft.findings))


def check_flow(script: Script, flow: str) -> None:
    """InputError where it has none of this name."""
    if flow not in script.flows:
        raise InputError(f"{script.path.name} has no flow {flow!r}{did_you_mean(flow, sorted(script.flows))}")


def check_seats(script: Script, known: Iterable[str]) -> None:
    """ScriptErrors where a `transfer` leads to none of these: the names, numbers and groups of a station."""
    names = sorted(known)
    for step in _steps(script, model.Transfer):
        for index, target in enumerate(() if isinstance(step.body, model.Dial) else step.body.to):
            if Destination.of(target.parts[0][0]).kind in (Kind.PBX, Kind.BOX):
                continue
            _check_target(script, target, names, "seat and no group", step.at("to", index))


def check_queues(script: Script, known: Iterable[str]) -> None:
    """ScriptErrors where an `enqueue` leads to none of these."""
    names = sorted(known)
    for step in _steps(script, model.Enqueue):
        _check_target(script, step.body.to, names, "queue", step.at("to"))


def check_numbers(script: Script, judge: Callable[[str], object]) -> None:
    """ScriptErrors where a `dial` calls what `judge` does not let be called (CtiError)."""
    for step in _steps(script, model.Dial):
        for index, target in enumerate(step.body.to):
            try:
                if not target.expressions:
                    judge("".join(words for words, _ in target.parts))
            except CtiError as error:
                raise _error(script, step.at("to", index), str(error)) from error


def _steps(script: Script, kind: type[model.Transfer | model.Enqueue]) -> Iterator[Placed]:
    every = (step for flow in script.flows.values() for step in flow.every())
    return (step for step in every if isinstance(step.body, kind))


def _check_target(script: Script, target: Template, names: list[str], what: str, node: Node) -> None:
    """What is keyed is known only when it is."""
    name = "".join(words for words, _ in target.parts)
    if not target.expressions and name not in names:
        said = f"station.toml has no {what} `{name[:40]}`{did_you_mean(name, names)}"
        raise _error(script, node, said)


def _error(script: Script, node: Node, said: str) -> ScriptErrors:
    return ScriptErrors([Finding(str(script.path), node.line, node.column, "error", said)])


def _examine(path: Path) -> tuple[Draft, Prompts | None]:
    draft = understand(read(path))
    prompts = None
    if draft.header is not None:
        check_values(draft, check_flows(draft))
        prompts = Prompts(path.absolute().parent, draft.header.prompts, draft.header.languages)
        check_prompts(draft, prompts)
        check_faxes(draft, path.absolute().parent)
    draft.findings.sort(key=lambda f: (f.file != draft.file, f.file, f.line, f.column, f.message))
    return draft, prompts
