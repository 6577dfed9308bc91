"""Where a call can go: targets that exist, steps that are reached, ways that end.

The proof behind "a script that `check` passes cannot hang": every wait of a step is bounded (but the talk of
two people, who end it), every `gather` and `menu` has an end, no circle of steps can be walked without the
caller pressing a key, and nothing is played, and no way ends, before the call is answered.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.shape import Draft, Placed, in_order
from ctidrv.document.findings import did_you_mean
from ctidrv.document.shape import locate
from ctidrv.document.source import Node

_BEFORE_ANSWER = ("goto", "language", "set", "if")


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a step. `pressed`: only a caller who pressed a key goes it."""

    to: str | Placed | None  # a flow, a step within this one, or the next step
    pressed: bool
    node: Node


def ways(step: Placed, defaults: model.Defaults, goto_follows: bool = False) -> list[Way]:
    """All ways on from a step."""
    body, found = step.body, []
    if isinstance(body, model.Goto):
        return [Way(body.flow, False, step.at("flow"))]
    if isinstance(body, model.Hangup):
        return []
    if isinstance(body, model.If_):
        first, other = (nested[0] if nested else None for nested in (step.then, step.otherwise))
        return [Way(to, False, step.at("cond")) for to in (first, other)]
    if isinstance(body, model.Ask):
        found += _replies(step, "on_invalid", pressed=True)
        found += _replies(step, "on_noinput", pressed=False)
        end = body.on_exhausted or defaults.on_exhausted
        found.append(Way(None if end == "continue" else end, False, step.at("on_exhausted")))
        if isinstance(body, model.Menu):
            for key, flow in body.choices.items():
                if flow != "repeat":
                    found.append(Way(flow, True, step.at("choices", key)))
        else:
            found.append(Way(None, True, step.key))
        return found
    if isinstance(body, model.Voicemail):
        found += [Way(flow, True, step.at("escape", key)) for key, flow in body.escape.items()]
        found += _replies(step, "on_empty", pressed=False)
        return [*found, Way(None, False, step.key)] if goto_follows else found
    if isinstance(body, model.ENDS):
        return [Way(None, False, step.key)] if goto_follows else []
    if isinstance(body, (model.Say, model.Record)):
        found += _replies(step, "on_empty", pressed=False)
    return [*found, Way(None, False, step.key)]


def check_flows(draft: Draft) -> Graph | None:
    """Adds what is wrong with the ways through a script; the ways, where they can be told."""
    header = draft.header
    if header is None:
        return None
    named = _check_names(draft, header)
    if not draft.whole or not named:
        return None  # with a hole in it, what is reached cannot be told
    graph = Graph(draft, header)
    _check_reached(draft, graph)
    _check_circles(draft, graph)
    _check_answered(draft, graph)
    return graph


def _replies(step: Placed, key: str, *, pressed: bool) -> list[Way]:
    """The flows that the steps under `on_…` lead to."""
    found = []
    for index, reply in enumerate(getattr(step.body, key) or ()):
        if isinstance(reply, model.GotoStep):
            found.append(Way(reply.goto.flow, pressed, step.at(key, index, "goto", "flow")))
        elif isinstance(reply, model.SayStep) and reply.say.on_empty:
            found += [
                Way(inner.goto.flow, pressed, step.at(key, index, "say", "on_empty", place, "goto", "flow"))
                for place, inner in enumerate(reply.say.on_empty)
                if isinstance(inner, model.GotoStep)
            ]
    return found


def _check_names(draft: Draft, header: model.Header) -> bool:
    """Every target is a flow, every gather and menu has an end."""
    count = len(draft.findings)
    assert draft.root is not None
    for key in ("start", "on_error", "on_fax_tone"):
        name = getattr(header, key)
        if name is not None and name not in draft.flows:
            _unknown(draft, locate(draft.root, (key,))[0], name)
    end = header.defaults.on_exhausted
    if end not in (None, "continue") and end not in draft.flows:
        _unknown(draft, locate(draft.root, ("defaults", "on_exhausted"))[0], end)
    for flow in draft.flows.values():
        for step in flow.every():
            body = step.body
            if isinstance(body, model.Ask) and not (body.on_exhausted or end):
                draft.add(
                    step.key, f"`{step.verb}` needs `on_exhausted`: where the call goes after the last try"
                )
            for way in ways(step, header.defaults):
                inherited = way.to == end and isinstance(body, model.Ask) and body.on_exhausted is None
                if isinstance(way.to, str) and way.to not in draft.flows and not inherited:
                    _unknown(draft, way.node, way.to)
    return len(draft.findings) == count


def _unknown(draft: Draft, node: Node, name: str) -> None:
    draft.add(node, f"there is no flow `{name}`{did_you_mean(name, draft.flows)}")


class Graph:
    """The ways between the steps of a script that has all its flows."""

    def __init__(self, draft: Draft, header: model.Header) -> None:
        self.flows = draft.flows
        self._defaults = header.defaults
        self._after: dict[Placed, Placed | None] = {}
        self.flow: dict[Placed, str] = {}
        """Of each step."""
        for name, flow in self.flows.items():
            self._lay(name, flow.steps, None)
        self.start = self.first(header.start)
        self.anywhere = [
            self.first(each) for each in (header.on_error, header.on_fax_tone) if each is not None
        ]
        """Where a call can come to from any step of an answered call."""

    def _lay(self, flow: str, steps: tuple[Placed, ...], after: Placed | None) -> None:
        for step, following in in_order(steps, after):
            self.flow[step], self._after[step] = flow, following
            self._lay(flow, step.then, following)
            self._lay(flow, step.otherwise, following)

    def first(self, flow: str) -> Placed:
        return self.flows[flow].steps[0]

    def on(self, step: Placed) -> Iterator[tuple[Placed | None, Way]]:
        """Each way on and the step it leads to; None is the end of the flow, where the call is hung up."""
        after = self._after[step]
        for way in ways(step, self._defaults, after is not None and after.verb == "goto"):
            yield self.first(way.to) if isinstance(way.to, str) else way.to or after, way

    def silent(self, step: Placed) -> Iterator[tuple[Placed, Way]]:
        """The ways on that need no key."""
        return ((to, way) for to, way in self.on(step) if to is not None and not way.pressed)

    def roots(self) -> list[Placed]:
        return [self.start, *self.anywhere]

    def reached(self) -> set[Placed]:
        waiting = self.roots()
        seen = set(waiting)
        while waiting:
            for step, _ in self.on(waiting.pop()):
                if step is not None and step not in seen:
                    seen.add(step)
                    waiting.append(step)
        return seen


def _check_reached(draft: Draft, graph: Graph) -> None:
    reached = graph.reached()
    for name, flow in graph.flows.items():
        if flow.steps[0] not in reached:
            draft.add(flow.key, f"flow `{name}` is never reached: no step leads to it")
            continue
        for steps in flow.lists():
            if steps[0] not in reached:
                continue  # within a step that has been named
            for before, step in itertools.pairwise(steps):
                if step not in reached:
                    said = f"this step (`{step.verb}`) is never reached: `{before.verb}` before it"
                    draft.add(step.key, f"{said} {_why(before)}")
                    break


def _why(before: Placed) -> str:
    if before.verb == "if":
        return "leaves the flow both ways"
    if isinstance(before.body, model.ENDS):
        return "ends the flow unless a `goto` follows"
    return "ends the call" if before.verb == "hangup" else "leaves the flow"


def _check_circles(draft: Draft, graph: Graph) -> None:
    """A circle of ways that need no key would go round until the caller gives up."""
    done: set[Placed] = set()
    for root in graph.flow:
        if root in done:
            continue
        path, on_path, trail = [root], {root}, [graph.silent(root)]
        while trail:
            to, way = next(trail[-1], (None, None))
            if to is None or way is None:
                trail.pop()
                on_path.discard(path[-1])
                done.add(path.pop())
            elif to in on_path:
                _circle(draft, [graph.flow[step] for step in path[path.index(to) :]], way)
            elif to not in done:
                path.append(to)
                on_path.add(to)
                trail.append(graph.silent(to))


def _circle(draft: Draft, path: list[str], way: Way) -> None:
    flows = list(dict.fromkeys(path))
    round_ = " → ".join([*flows, flows[0]])
    draft.add(way.node, f"this goes round without an end when the caller presses nothing: {round_}")


def _check_answered(draft: Draft, graph: Graph) -> None:
    """Before `answer` nobody hears anything, and a way that ends leaves the caller ringing."""
    seen: set[Placed] = set()
    waiting = [graph.start]
    while waiting:
        step = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        if step.verb == "answer":
            continue
        if step.verb not in _BEFORE_ANSWER:
            draft.add(step.key, f"`{step.verb}` before `answer`: the caller only hears ringing here")
            continue
        for to, _ in graph.on(step):
            if to is None:
                name = graph.flow[step]
                draft.add(step.key, f"flow `{name}` can end before `answer`: the caller would ring for ever")
            else:
                waiting.append(to)
