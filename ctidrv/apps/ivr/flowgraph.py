"""Where a call can go: targets that exist, steps that are reached, ways that end.

The proof behind "a script that `check` passes cannot hang": every wait of a step is bounded, every
`gather` and `menu` has an end, no circle of steps can be walked without the caller pressing a key, and
nothing is played, and no way ends, before the call is answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctidrv.apps.ivr import model
from ctidrv.apps.ivr.shape import Draft, Flow, Placed
from ctidrv.document.findings import did_you_mean
from ctidrv.document.shape import locate
from ctidrv.document.source import Node

Place = tuple[str, int]
"""A step: its flow and its number there."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a step. `pressed`: only a caller who pressed a key goes it."""

    flow: str | None  # None: the next step
    pressed: bool
    node: Node


def ways(step: Placed, defaults: model.Defaults, followed_by_goto: bool = False) -> list[Way]:
    """All ways on from a step."""
    body, found = step.body, []
    if isinstance(body, model.Goto):
        return [Way(body.flow, False, step.at("flow"))]
    if isinstance(body, model.Hangup):
        return []
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
        return [*found, Way(None, False, step.key)] if followed_by_goto else found
    if isinstance(body, (model.Say, model.Record)):
        found += _replies(step, "on_empty", pressed=False)
    return [*found, Way(None, False, step.key)]


def check_flows(draft: Draft) -> None:
    """Adds what is wrong with the ways through a script."""
    header = draft.header
    if header is None:
        return
    named = _check_names(draft, header)
    if not draft.whole or not named:
        return  # with a hole in it, what is reached cannot be told
    graph = _Graph(draft, header.defaults)
    _check_reached(draft, header, graph)
    _check_circles(draft, graph)
    _check_answered(draft, header, graph)


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
    for key in ("start", "on_error"):
        name = getattr(header, key)
        if name is not None and name not in draft.flows:
            _unknown(draft, locate(draft.root, (key,))[0], name)
    end = header.defaults.on_exhausted
    if end not in (None, "continue") and end not in draft.flows:
        _unknown(draft, locate(draft.root, ("defaults", "on_exhausted"))[0], end)
    for flow in draft.flows.values():
        for step in flow.steps:
            body = step.body
            if isinstance(body, model.Ask) and not (body.on_exhausted or end):
                draft.add(
                    step.key, f"`{step.verb}` needs `on_exhausted`: where the call goes after the last try"
                )
            for way in ways(step, header.defaults):
                inherited = way.flow == end and isinstance(body, model.Ask) and body.on_exhausted is None
                if way.flow is not None and way.flow not in draft.flows and not inherited:
                    _unknown(draft, way.node, way.flow)
    return len(draft.findings) == count


def _unknown(draft: Draft, node: Node, name: str) -> None:
    draft.add(node, f"there is no flow `{name}`{did_you_mean(name, draft.flows)}")


class _Graph:
    """The ways between the steps of a script that has all its flows."""

    def __init__(self, draft: Draft, defaults: model.Defaults) -> None:
        self.flows = draft.flows
        self._defaults = defaults

    def step(self, place: Place) -> Placed:
        return self.flows[place[0]].steps[place[1]]

    def places(self) -> Iterator[Place]:
        for name, flow in self.flows.items():
            for number in range(len(flow.steps)):
                yield name, number

    def on(self, place: Place) -> Iterator[tuple[Place | None, Way]]:
        """Each way on and the step it leads to; None is the end of the flow, where the call is hung up."""
        name, number = place
        flow = self.flows[name]
        step = flow.steps[number]
        for way in ways(step, self._defaults, _goto_follows(flow, number)):
            if way.flow is not None:
                yield (way.flow, 0), way
            else:
                yield (name, number + 1) if number + 1 < len(flow.steps) else None, way

    def silent(self, place: Place) -> Iterator[tuple[Place, Way]]:
        """The ways on that need no key."""
        return ((to, way) for to, way in self.on(place) if to is not None and not way.pressed)

    def reached(self, roots: list[Place]) -> set[Place]:
        seen, waiting = set(roots), list(roots)
        while waiting:
            for place, _ in self.on(waiting.pop()):
                if place is not None and place not in seen:
                    seen.add(place)
                    waiting.append(place)
        return seen


def _goto_follows(flow: Flow, number: int) -> bool:
    return number + 1 < len(flow.steps) and flow.steps[number + 1].verb == "goto"


def _check_reached(draft: Draft, header: model.Header, graph: _Graph) -> None:
    roots: list[Place] = [(name, 0) for name in (header.start, header.on_error) if name is not None]
    reached = graph.reached(roots)
    for name, flow in graph.flows.items():
        if (name, 0) not in reached:
            draft.add(flow.key, f"flow `{name}` is never reached: no step leads to it")
            continue
        for number in range(1, len(flow.steps)):
            if (name, number) not in reached:
                step, before = flow.steps[number], flow.steps[number - 1]
                draft.add(
                    step.key,
                    f"this step (`{step.verb}`) is never reached: `{before.verb}` before it {_why(before)}",
                )
                break


def _why(before: Placed) -> str:
    if before.verb == "voicemail":
        return "ends the flow unless a `goto` follows"
    return "ends the call" if before.verb == "hangup" else "leaves the flow"


def _check_circles(draft: Draft, graph: _Graph) -> None:
    """A circle of ways that need no key would go round until the caller gives up."""
    done: set[Place] = set()
    for root in graph.places():
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
                _circle(draft, path[path.index(to) :], way)
            elif to not in done:
                path.append(to)
                on_path.add(to)
                trail.append(graph.silent(to))


def _circle(draft: Draft, path: list[Place], way: Way) -> None:
    flows = list(dict.fromkeys(name for name, _ in path))
    round_ = " → ".join([*flows, flows[0]])
    draft.add(way.node, f"this goes round without an end when the caller presses nothing: {round_}")


def _check_answered(draft: Draft, header: model.Header, graph: _Graph) -> None:
    """Before `answer` nobody hears anything, and a way that ends leaves the caller ringing."""
    seen: set[Place] = set()
    waiting: list[Place] = [(header.start, 0)]
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        step = graph.step(place)
        if step.verb == "answer":
            continue
        if step.verb not in ("goto", "language"):
            draft.add(step.key, f"`{step.verb}` before `answer`: the caller only hears ringing here")
            continue
        for to, _ in graph.on(place):
            if to is None:
                draft.add(
                    step.key, f"flow `{place[0]}` can end before `answer`: the caller would ring for ever"
                )
            else:
                waiting.append(to)
