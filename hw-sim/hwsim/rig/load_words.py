"""The figures of a run in words: a table of the kinds, bars of the hours; and two runs against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hwsim.rig.load_file import Kind, Load

BAR = 40
_OUTCOMES = ("answered", "abandoned", "refused", "lost", "joined")
_COLUMNS = ("calls", *_OUTCOMES, "gave_up", "unheard", "messages", "recordings")


def summary(load: Load, timezone: str) -> Iterator[str]:
    """Lines of the table, the hours and the rest."""
    width = max(map(len, load.kinds)) + 1
    yield f"{'':<{width}}" + "".join(f"{name.replace('_', ' '):>11}" for name in (*_COLUMNS, "mean s"))
    called = [(name, kind) for name, kind in load.kinds.items() if kind.calls]
    for name, kind in (*called, ("all", load.total)):
        counts = "".join(f"{getattr(kind, column):>11}" for column in _COLUMNS)
        yield f"{name:<{width}}{counts}{_mean(kind):>11.1f}"
    yield ""
    most = max((hour.erlangs for hour in load.hours), default=0.0) or 1.0
    for hour in load.hours:
        begin = datetime.fromisoformat(hour.begin).astimezone(ZoneInfo(timezone))
        bar = "#" * round(BAR * hour.erlangs / most)
        refused = f", {hour.refused} refused" if hour.refused else ""
        yield f"{begin:%a %H:%M}  {bar:<{BAR}}  {hour.erlangs:5.2f} lines, {hour.calls} calls{refused}"
    yield ""
    yield "lines at work: " + "  ".join(
        f"{port} {100 * seconds / load.simulated_s:.0f} %" for port, seconds in load.line_s.items()
    )
    yield "ended by: " + ", ".join(f"{cause} {count}" for cause, count in load.causes.items())
    for name, times in (("from ring to answer", load.waiting), ("from answer to end", load.talk)):
        yield (
            f"{name}: median {times.median:.1f} s, 95 % within {times.p95:.1f} s, "
            f"longest {times.longest:.1f} s"
        )
    yield f"recorded: {load.recorded_s / 3600:.2f} h, files {load.bytes / 1e6:.1f} MB"
    machine = load.machine
    yield (
        f"{load.simulated_s / 3600:.2f} h of {load.lines} lines in {machine.wall_s:.1f} s: "
        f"{machine.line_seconds_per_second:.0f} line-seconds a second, {machine.rss_mib:.0f} MiB"
    )
    yield f"errors: {len(load.errors) or 'none'}"
    yield from (f"  {error}" for error in load.errors[:20])


def _mean(kind: Kind) -> float:
    rang = kind.answered + kind.abandoned
    return kind.held_s / rang if rang else 0.0


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of two runs; `judged`: it has to be the same, within the tolerance where it is no count."""

    name: str
    first: float | str
    second: float | str
    judged: bool
    differs: bool


def compare(first: Load, second: Load, tolerance: float) -> list[Compared]:
    """Every figure of both; counts have to be equal, other figures may differ by `tolerance` percent, and
    what the machine did by anything."""
    pairs = dict(_flat(first)), dict(_flat(second))
    made: list[Compared] = []
    for name in dict.fromkeys((*pairs[0], *pairs[1])):
        one, other = (pair.get(name, "none") for pair in pairs)
        judged = not name.startswith("machine.") and name not in ("file", "version")
        made.append(Compared(name, one, other, judged, _differs(one, other, tolerance)))
    return made


def _differs(one: float | str, other: float | str, tolerance: float) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) > tolerance / 100 * max(abs(one), abs(other)) + 1e-9
    return one != other


def _flat(load: Load) -> Iterator[tuple[str, float | str]]:
    """Counts are ints, other figures floats."""

    def within(name: str, value: object) -> Iterator[tuple[str, float | str]]:
        if isinstance(value, dict):
            for key, part in value.items():
                yield from within(f"{name}.{key}" if name else str(key), part)
        elif isinstance(value, list):
            for number, part in enumerate(value):
                yield from within(f"{name}.{number + 1}", part)
        elif isinstance(value, (int, float, str)):
            yield name, value

    yield from within("", load.model_dump())
