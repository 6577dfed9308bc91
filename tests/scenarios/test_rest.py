"""Idle lines rest and idle time is passed over; the station's rows, events and recordings do not tell."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ctidrv.folder import DataFolder
from ctidrv.units import seconds, to_seconds
from hwsim.rig.station import Rig, one_board, script_path
from hwsim.subscriber import Subscriber

NUMBERS = ["5550001", "5550002", "5550001", "5550001", "5550003"]
LONG_AFTER = seconds(700)


async def calls(caller: Subscriber, number: str, begin: int, others: list[int]) -> None:
    """A call that begins at a sample and lasts a quarter of a minute; then others."""
    for at in (begin, *others):
        await caller.clock.until(at)
        await caller.dial(number)
        await caller.silence(seconds(9))
        await caller.press("1")
        await caller.silence(seconds(3.3))
        await caller.hang_up()


def played(folder: Path, *, rests: bool, country: str, noise: float) -> dict[str, Any]:
    script = script_path("hotline.ivr.yaml")
    config = one_board(script, lines=3, phones=3, country=country, board={"noise_dbm0": noise})
    rig = Rig(DataFolder(folder), config, seed=4, rests=rests)
    made, journal, step = [0], [], rig.station.engine.step
    rig.station.journal.subscribe(lambda event: journal.append(repr(event).replace(str(folder), "")))

    def counted() -> None:
        made[0] += 1
        step()

    rig.station.engine.step = counted  # type: ignore[method-assign]
    numbers = [line.number for line in rig.board.exchange.lines[:3]]

    async def everybody() -> None:
        async with asyncio.TaskGroup() as group:
            # The third line rests for eleven minutes, the second while the first talks, the first between
            # two calls.
            group.create_task(calls(rig.board.caller(), numbers[0], 4000, [300_077, 900_000]))
            group.create_task(calls(rig.board.caller(), numbers[1], 20_500, []))
            group.create_task(calls(rig.board.caller(name="JO LEE"), numbers[2], LONG_AFTER, []))

    try:
        rig.run(everybody(), LONG_AFTER + seconds(600))
        rig.run(rig.comes_to_rest())
        rows = rig.calls()
    finally:
        rig.close()
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("recordings/**/*.wav"))
    }
    rows = json.loads(json.dumps(rows).replace(str(folder), ""))
    return {
        "rows": rows,
        "journal": journal,
        "files": files,
        "made": made[0],
        "seconds": to_seconds(rig.clock.now()),
    }


@pytest.mark.parametrize(("country", "noise"), [("US", -65.0), ("CN", -90.0)])
def test_rows_events_and_recordings_are_the_same_with_and_without_rest(
    tmp_path: Path, country: str, noise: float
) -> None:
    rested = played(tmp_path / "rested", rests=True, country=country, noise=noise)
    worked = played(tmp_path / "worked", rests=False, country=country, noise=noise)
    assert worked["made"] >= 700 * 50
    assert rested["made"] < 200 * 50
    assert len(rested["rows"]) == len(rested["files"]) == 5
    assert [row["number"] for row in rested["rows"]] == NUMBERS
    for what in ("seconds", "files", "journal", "rows"):
        assert rested[what] == worked[what]
