"""The line never waits for the disk: a call in real time while another program holds the database."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

from ctidrv.config import default_config
from ctidrv.folder import DataFolder
from ctidrv.service.daemon import Station
from ctidrv.store import Store


async def first(log: list[Any], type: str, **data: Any) -> Any:
    for _ in range(1000):
        for event in log:
            if event.type == type and data.items() <= event.data.items():
                return event
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {type} {data}")


def test_call_is_answered_and_recorded_while_the_database_is_locked(tmp_path):
    folder = DataFolder(tmp_path)

    async def story() -> None:
        station = Station(folder, default_config())
        station.open()
        log: list[Any] = []
        station.journal.subscribe(log.append)
        listener = await station.hub.listen()
        station.start()
        caller = asyncio.ensure_future(station.boards["sim"].caller("2125550123").dial("8001"))
        with closing(sqlite3.connect(folder.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            offered = await first(log, "call.offered")
            await station.answer(offered.call)
            await first(log, "line.state", state="talking")
            await first(log, "call.recording", state="open")
            assert station.ports()[0]["call"] == offered.call
            with Store.read(folder) as store:
                assert store.calls() == []  # not a row has come, and the line did not mind
            assert station.store.writer.waiting or station.store.writer.stalled
            assert not listener._rows, "told before it was on the disk"
            other.execute("ROLLBACK")
        await caller
        await station.stop()
        assert (await listener.get())["seq"] == 1
        station.close()
        assert station.engine.stats().events_lost == 0

    asyncio.run(story())
    with Store.read(folder) as store:
        (call,) = store.calls()
        assert (call["state"], call["cause"]) == ("ended", "station-stop")
        assert [row["state"] for row in store.recordings()] == ["closed"]
        seqs = [event["seq"] for event in store.events_since(0)]
        assert seqs == list(range(1, len(seqs) + 1))
        assert store.check() == []
