"""Whether the rows that a scenario's calls have left read as its `calls:` says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ctidrv.document.shape import locate
from ctidrv.errors import CtiError
from ctidrv.folder import DataFolder
from ctidrv.units import to_seconds
from hwsim.scenario.read import Scenario


def differences(
    scenario: Scenario, calls: Sequence[Mapping[str, Any]], left: Collection[str] = ()
) -> Iterator[tuple[int, str]]:
    """Line, and what is not as it should be: of every call that it ended, was recorded and has a cause, and
    what the scenario asks for. Calls are in the order in which they came; `left`: states that a recording may
    be in besides closed."""
    for call in calls:
        for fault in faults(call, left):
            yield scenario.root.line, fault
    wanted = scenario.document.calls
    if wanted is None:
        return
    where = scenario.root.key("calls") or scenario.root
    if len(wanted) != len(calls):
        yield where.line, f"{len(wanted)} calls are expected, and there were {len(calls)}"
    for number, (expected, call) in enumerate(zip(wanted, calls, strict=False)):
        for key, value in expected.model_dump(exclude_none=True).items():
            found = _found(call, key)
            if found != value:
                node, at = locate(scenario.root, ("calls", number, key))
                yield (at or node).line, f"{key} of call {number + 1}: {value!r} is expected, it is {found!r}"


def faults(call: Mapping[str, Any], left: Collection[str] = ()) -> Iterator[str]:
    """What no call may leave behind, whatever its caller has done."""
    name = call["id"]
    if call["state"] != "ended" or call["ended"] is None or call["cause"] is None:
        yield f"{name} is {call['state']}, ended {call['ended']}, cause {call['cause']}"
    if call["answered"] is not None and not call["recordings"]:
        yield f"{name} was answered, and there is no recording of it"
    for recording in call["recordings"]:
        if recording["state"] not in ("closed", *left):
            yield f"{recording['id']} of {name} is {recording['state']}"
    times = [call[key] for key in ("started", "answered", "ended") if call[key] is not None]
    if times != sorted(times):
        yield f"{name} began {call['started']}, was answered {call['answered']} and ended {call['ended']}"


def files_amiss(calls: Sequence[Mapping[str, Any]], folder: DataFolder) -> Iterator[str]:
    """Recordings and messages whose file does not play as long as its row says, and files of which no row
    tells."""
    from ctidrv.media.wav import read_wav

    nobodys = {path for root in (folder.recordings, folder.messages) for path in root.rglob("*.wav")}
    for call in calls:
        for row in (*call["recordings"], *call["messages"]):
            nobodys.discard(folder.root / row["path"])
            if row.get("state") in ("missing", "deleted"):
                continue
            try:
                seconds = to_seconds(read_wav(folder.root / row["path"]).frames)
            except CtiError as error:
                yield f"{row['id']} of {call['id']} cannot be played: {error}"
                continue
            if seconds != row["seconds"]:
                told = row["seconds"]
                yield f"{row['id']} of {call['id']} lasts {seconds:g} s, and its row says {told:g} s"
    for path in sorted(nobodys):
        yield f"{path.relative_to(folder.root)}: no row tells of it"


def _found(call: Mapping[str, Any], key: str) -> Any:
    if key == "digits":
        return "".join(event["digit"] for event in call["events"] if event["type"] == "call.digit")
    return len(call[key]) if key in ("messages", "recordings") else call[key]
