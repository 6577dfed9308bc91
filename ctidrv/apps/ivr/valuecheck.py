"""What a script knows of its call: every name set by something, every comparison able to go both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.expression import Expression, names
from ctidrv.apps.ivr.flowgraph import Graph, Way
from ctidrv.apps.ivr.kinds import (
    ANYTHING,
    COUNT,
    TEXT,
    Kind,
    condition_faults,
    either,
    faults,
    keyed,
    kind_of_template,
    one_of,
)
from ctidrv.apps.ivr.shape import Draft, Placed
from ctidrv.apps.ivr.template import Template
from ctidrv.apps.ivr.words import CALL_VALUES
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.callcontrol.waited import Left
from ctidrv.document.findings import did_you_mean
from ctidrv.document.source import Node, Scalar
from ctidrv.units import seconds, to_seconds

MAX_VARIABLES = 200
"""Of one script: what is looked at grows with them and the steps."""
_LONG_SILENCE = seconds(30)


@dataclass(frozen=True, slots=True)
class _Use:
    """A place that asks for values."""

    expressions: tuple[Expression, ...]
    node: Node
    condition: bool = False
    before: frozenset[str] = frozenset()
    """Names that the same step has set already."""


def check_values(draft: Draft, graph: Graph | None) -> None:
    """Adds variables that nothing sets, comparisons that decide nothing, and languages that the script
    does not have."""
    header = draft.header
    if header is None or not draft.whole:
        return  # what is missing may be set by a step that is wrong
    steps = [step for flow in draft.flows.values() for step in flow.every()]
    setters = {name: step for step in steps for name in _sets(step)}
    if len(setters) > MAX_VARIABLES:
        draft.add(
            [*setters.values()][MAX_VARIABLES].key, f"more than {MAX_VARIABLES} variables in one script"
        )
        return
    kinds = _kinds(steps)
    there = {} if graph is None else _may_be_set(graph, frozenset(kinds))
    for step in steps:
        if isinstance(step.body, model.Ask):
            _check_patience(draft, step, step.body, header.defaults)
        if isinstance(step.body, model.Transfer):
            _check_announce(draft, step, step.body)
        if isinstance(step.body, model.Language_):
            _check_language(draft, step, step.body, header)
            if step.body.source not in kinds:
                _unset(draft, step.at("from"), step.body.source, kinds)
        for use in _uses(step):
            _check_use(draft, use, kinds, there.get(step))


def _check_use(draft: Draft, use: _Use, kinds: dict[str, Kind], there: frozenset[str] | None) -> None:
    for expression in use.expressions:
        for name in names(expression):
            node = _within(use.node, name.at)
            if name.name not in kinds and name.name not in CALL_VALUES:
                _unset(draft, node, name.name, kinds)
            elif there is not None and name.name not in {*there, *use.before, *CALL_VALUES}:
                said = f"`{name.name}` is null here: no way that leads here sets it"
                draft.add(node, said, "warning")
        judge = condition_faults if use.condition else faults
        for fault in judge(expression, lambda name: _known(name, kinds)):
            draft.add(_within(use.node, fault.at), fault.message, fault.severity)


def _within(node: Node, at: int) -> Node:
    return node.within(at) if isinstance(node, Scalar) else node


def _known(name: str, kinds: dict[str, Kind]) -> Kind:
    return TEXT if name in CALL_VALUES else kinds.get(name, ANYTHING)


def _unset(draft: Draft, node: Node, name: str, kinds: Iterable[str]) -> None:
    known = {*kinds, *CALL_VALUES}
    meant = f"{name}.status" if f"{name}.status" in known else name
    hint = f"; did you mean `{meant}`?" if meant != name else did_you_mean(name, known)
    draft.add(node, f"nothing in this script sets `{name}`{hint}")


def _uses(step: Placed) -> Iterator[_Use]:
    body = step.body
    if isinstance(body, model.If_):
        yield _Use((body.cond,), step.at("cond"), condition=True)
    if isinstance(body, model.Set_):
        done: list[str] = []
        for name, template in body.root.items():
            yield _Use(template.expressions, step.at(name), before=frozenset(done))
            done.append(name)
    if isinstance(body, model.Transfer):
        for index, template in enumerate(body.to):
            yield _Use(template.expressions, step.at("to", index))
    if isinstance(body, model.Enqueue):
        yield _Use(body.to.expressions, step.at("to"))
    if isinstance(body, model.Transfer | model.Enqueue):
        for name, template in body.screen_pop.items():
            yield _Use(template.expressions, step.at("screen_pop", name))
    if isinstance(body, model.FaxSend) and body.header is not None:
        yield _Use(body.header.expressions, step.at("header"))
    for part in step.bodies():
        if isinstance(part.body, model.Say):
            for name, template in part.body.values.items():
                yield _Use(template.expressions, part.at("with", name))


def _kinds(steps: Iterable[Placed]) -> dict[str, Kind]:
    """The variables that steps set, and what they can hold."""
    found: dict[str, Kind] = {}
    assigned: list[tuple[str, Template]] = []
    for step in steps:
        body = step.body
        if isinstance(body, model.Gather):
            _hold(found, body.into, keyed(body.digits))
        elif isinstance(body, model.Record) and body.into is not None:
            _hold(found, body.into, TEXT)
        elif isinstance(body, model.Tells):
            for name, kind in _results(body).items():
                _hold(found, name, kind)
        elif isinstance(body, model.Set_):
            assigned += body.root.items()
    null = Kind(frozenset(("null",)))
    for name, _ in assigned:
        _hold(found, name, null)
    for _ in range(len(assigned) + 1):  # one that is set from another that is set
        before = dict(found)
        for name, template in assigned:
            _hold(found, name, kind_of_template(template, lambda other: _known(other, found)))
        if found == before:
            break
    return found


def _hold(found: dict[str, Kind], name: str, kind: Kind) -> None:
    found[name] = either(found[name], kind) if name in found else kind


def _may_be_set(graph: Graph, every: frozenset[str]) -> dict[Placed, frozenset[str]]:
    """For each step the names that some way to it sets; every name where a call may come from anywhere."""
    there = {root: frozenset[str]() for root in graph.roots()}
    there |= dict.fromkeys(graph.anywhere, every)
    waiting = list(there)
    while waiting:
        step = waiting.pop()
        for to, way in graph.on(step):
            if to is None:
                continue
            after = _after(step, way, there[step])
            if to not in there or not after <= there[to]:
                there[to] = there.get(to, frozenset()) | after
                waiting.append(to)
    return there


def _after(step: Placed, way: Way, before: frozenset[str]) -> frozenset[str]:
    """The names that are set on a way on from a step. An entry that fails leaves its variable null."""
    if isinstance(step.body, model.Gather | model.Record):
        entered = way.to is None and (way.pressed or isinstance(step.body, model.Record))
        return before | _sets(step) if entered else before - _sets(step)
    return before | _sets(step)


def _sets(step: Placed) -> frozenset[str]:
    """The names that a step can set."""
    body = step.body
    if isinstance(body, model.Set_):
        return frozenset(body.root)
    if isinstance(body, model.Tells):
        return frozenset(_results(body))
    name = body.into if isinstance(body, model.Gather | model.Record) else None
    return frozenset() if name is None else frozenset((name,))


def _results(body: model.Tells) -> dict[str, Kind]:
    """What a call to operators, or a fax, leaves."""
    if body.into is None:
        return {}
    if isinstance(body, model.FaxReceive | model.FaxSend):
        return {f"{body.into}.status": one_of(("ok", "failed")), f"{body.into}.pages": COUNT}
    if isinstance(body, model.Transfer):
        return {f"{body.into}.status": one_of(each.value for each in Reached)}
    statuses = one_of(each.value for each in (*Reached, *Left) if each is not Left.TAKEN)
    return {f"{body.into}.status": statuses} | {
        f"{body.into}.{name}": COUNT for name in ("position", "waited")
    }


def _check_language(draft: Draft, step: Placed, body: model.Language_, header: model.Header) -> None:
    for key, language in [*body.map.items(), ("", body.otherwise)]:
        if language != "keep" and language not in header.languages:
            node = step.at("map", key) if key else step.at("otherwise")
            hint = did_you_mean(language, header.languages)
            draft.add(node, f"`{language}` is not one of the script's languages{hint}")


def _check_announce(draft: Draft, step: Placed, body: model.Transfer) -> None:
    if body.announce is not None and body.announce.position is not None:
        said = "`position`: nobody waits in a `transfer`, and no place is said; `enqueue` has a queue"
        draft.add(step.at("announce", "position"), said, "warning")


def _check_patience(draft: Draft, step: Placed, body: model.Ask, defaults: model.Defaults) -> None:
    for key in ("timeout", "interdigit"):
        length = getattr(body, key)
        if length is not None and length > _LONG_SILENCE:
            said = f"`{key}`: the caller hears nothing for {to_seconds(length):g} s"
            draft.add(step.at(key), said, "warning")
    if (body.retries or defaults.retries) == 1:
        for key in ("on_invalid", "on_noinput"):
            if getattr(body, key) is not None:
                draft.add(
                    step.at(key), f"`{key}` is never used: `on_exhausted` follows the only try", "warning"
                )
