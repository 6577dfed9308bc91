"""From a plan that was played and the rows it left to the figures of a run."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ctidrv import __version__
from ctidrv.units import to_seconds
from hwsim.rig.load_file import MOST_ERRORS, Hour, Kind, Load, Machine, Spread
from hwsim.rig.traffic import Played, Traffic

Row = Mapping[str, Any]
HOUR = timedelta(hours=1)


def figures(traffic: Traffic, machine: Machine) -> Load:
    """Of a run whose station is still open."""
    store = traffic.rig.station.store
    rows = {row["id"]: row for row in store.calls(limit=10**9)}
    recordings: dict[str, list[Row]] = {}
    for recording in store.recordings(limit=None):
        recordings.setdefault(recording["call"], []).append(recording)
    kinds = {each.kind: Counter[str]() for each in traffic.population.document.subscribers}
    total: Counter[str] = Counter()
    names = list(kinds)
    for call in traffic.due:
        played = traffic.played.get(call.index)
        row = None if played is None or played.row is None else rows.get(played.row)
        made = [] if row is None else recordings.get(row["id"], [])
        counted = _counted(played, row, made)
        kinds[names[call.subscriber]].update(counted)
        total.update(counted)
    ended = [row for row in rows.values() if row["ended"] is not None]
    document = traffic.population.document
    return Load(
        load=1,
        name=traffic.population.name,
        file=traffic.population.path.name,
        seed=document.seed,
        lines=document.board.lines,
        version=__version__,
        simulated_s=to_seconds(traffic.rig.clock.now()),
        total=_kind(total),
        kinds={name: _kind(counted) for name, counted in kinds.items()},
        causes=dict(sorted(Counter(row["cause"] or "none" for row in rows.values()).items())),
        waiting=_spread(_between(row, "started", "answered") for row in ended if row["answered"]),
        talk=_spread(_between(row, "answered", "ended") for row in ended if row["answered"]),
        recorded_s=sum(each["seconds"] or 0.0 for made in recordings.values() for each in made),
        bytes=_bytes(traffic),
        hours=_hours(traffic, ended),
        line_s=_lines(traffic, ended),
        errors=errors(traffic, rows, recordings)[:MOST_ERRORS],
        machine=machine,
    )


def machine(traffic: Traffic, wall_s: float, cpu_s: float) -> Machine:
    """What the run has cost so far."""
    line_s = to_seconds(traffic.rig.clock.now()) * traffic.population.document.board.lines
    return Machine(
        wall_s=wall_s, cpu_s=cpu_s, line_seconds_per_second=line_s / wall_s, rss_mib=peak_memory_mib()
    )


def peak_memory_mib() -> float:
    """The most memory that this process has taken; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _counted(played: Played | None, row: Row | None, made: Sequence[Row]) -> Counter[str]:
    counted: Counter[str] = Counter(calls=1)
    if played is None:
        return counted
    counted["gave_up"] = int(played.gave_up)
    counted["unheard"] = int(played.unheard is not None)
    if row is None:
        counted["joined" if played.joined else "refused" if played.refused else "lost"] = 1
        return counted
    counted["answered" if row["answered"] else "abandoned"] = 1
    counted["messages"] = int(row["message"] is not None)
    counted["recordings"] = len(made)
    counted["held_ms"] = round(1000 * _between(row, "started", "ended"))
    counted["talked_ms"] = round(1000 * _between(row, "answered", "ended"))
    return counted


def _kind(counted: Counter[str]) -> Kind:
    counts = {name: counted[name] for name in Kind.model_fields if not name.endswith("_s")}
    return Kind(**counts, held_s=counted["held_ms"] / 1000, talked_s=counted["talked_ms"] / 1000)


def errors(traffic: Traffic, rows: Mapping[str, Row], recordings: Mapping[str, Sequence[Row]]) -> list[str]:
    """What no run may leave: calls that do not end, rows that are nobody's, recordings that are not there."""
    found = [*traffic.stuck]
    found += [f"{row}: came to the station, and no caller's call is it" for row in traffic.stray]
    found += [
        f"call {call.index} of the plan was not made"
        for call in traffic.due
        if call.index not in traffic.played
    ]
    twice = Counter(played.row for played in traffic.played.values() if played.row is not None)
    for row in rows.values():
        made = recordings.get(row["id"], [])
        if row["state"] != "ended" or row["cause"] is None:
            found.append(f"{row['id']} is {row['state']}, cause {row['cause']}")
        if row["answered"] is not None and len(made) != 1:
            found.append(f"{row['id']} was answered, and there are {len(made)} recordings of it")
        found += [
            f"{each['id']} of {row['id']} is {each['state']}"
            for each in made
            if each["state"] not in ("closed", "deleted") or each["lost_seconds"]
        ]
        if row["id"] not in traffic.stray and twice[row["id"]] != 1:
            found.append(f"{row['id']} belongs to {twice[row['id']]} calls of the plan")
    return found


def _date(row: Row, key: str) -> datetime | None:
    return None if row[key] is None else datetime.fromisoformat(row[key])


def _between(row: Row, begin: str, end: str) -> float:
    first, last = _date(row, begin), _date(row, end)
    return 0.0 if first is None or last is None else max(0.0, (last - first).total_seconds())


def _spread(times: Iterable[float]) -> Spread:
    ordered = sorted(times)
    if not ordered:
        return Spread()
    at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95)]
    return Spread(median=at[0], p95=at[1], longest=ordered[-1])


def _hours(traffic: Traffic, ended: Sequence[Row]) -> list[Hour]:
    """Each hour of the open ones, from opening on."""
    made: list[Hour] = []
    wall = traffic.rig.clock.wall
    held = [(_date(row, "started"), _date(row, "ended")) for row in ended]
    calls = [(wall(call.at), traffic.played.get(call.index)) for call in traffic.due]
    for span in traffic.plan.open:
        begin, close = wall(span.begin), wall(min(span.end, traffic.until))
        while begin < close:
            end = min(begin + HOUR, close)
            within = [played for at, played in calls if begin <= at < end]
            busy = sum(
                max(0.0, (min(last, end) - max(first, begin)).total_seconds())
                for first, last in held
                if first is not None and last is not None
            )
            made.append(
                Hour(
                    begin=begin.isoformat(timespec="seconds"),
                    calls=len(within),
                    refused=sum(played is not None and played.refused for played in within),
                    erlangs=busy / (end - begin).total_seconds(),
                )
            )
            begin = end
    return made


def _lines(traffic: Traffic, ended: Sequence[Row]) -> dict[str, float]:
    held: dict[str, float] = {str(port): 0.0 for port in traffic.rig.station.lines}
    for row in ended:
        held[row["port"]] += _between(row, "started", "ended")
    return {port: round(seconds, 3) for port, seconds in held.items()}


def _bytes(traffic: Traffic) -> int:
    folder = traffic.rig.station.folder
    return sum(
        os.path.getsize(path) for root in (folder.recordings, folder.messages) for path in root.rglob("*.wav")
    )
