"""Doctor's look at the running station: how it is, and what is wrong with its boards' devices."""

from __future__ import annotations

from collections.abc import Iterator

from ctidrv.cli.examined import Result, guarded
from ctidrv.cli.look import running_station
from ctidrv.errors import NoStation, ServiceError
from ctidrv.folder import DataFolder


def may_run(folder: DataFolder) -> bool:
    """Whether a station may have this folder: one that was killed has not, one that does not answer may."""
    try:
        station = running_station(folder)
    except ServiceError:
        return True  # `examine_station` says what is wrong with it
    if station is not None:
        station.close()
    return station is not None


def examine_station(folder: DataFolder) -> Iterator[Result]:
    """The station, then each of its boards that cannot be used now."""
    yield guarded("station", lambda check: _station(check, folder))
    yield from _troubles(folder)


def _station(check: str, folder: DataFolder) -> Result:
    from ctidrv.service.client import StationClient

    if not folder.station.exists():
        return Result(check, "note", "not running", "ctidrv station")
    try:
        with StationClient.discover(folder) as client:
            info = client.station()
    except NoStation:
        return Result(check, "finding", "it did not stop cleanly", "start it: it repairs what was left open")
    store, engine = info["store"], info["engine"]
    if store["stalled"]:
        return Result(check, "finding", str(store["errors"][-1]), "see to the disk; rows wait in memory")
    if store["errors"]:
        return Result(check, "finding", str(store["errors"][-1]), "see the station's log")
    late = f", late {engine['slips']} times" if engine["slips"] else ""
    return Result(check, "ok", f"runs (process {info['pid']}, version {info['version']}{late})")


def _troubles(folder: DataFolder) -> Iterator[Result]:
    """In the words of the board's driver, which say what helps too."""
    from ctidrv.service.client import StationClient

    if not folder.station.exists():
        return
    try:
        with StationClient.discover(folder) as client:
            rows = client.ports()
    except ServiceError:
        return  # told already
    for board, what in {row["board"]: row["trouble"] for row in rows}.items():
        if what:
            yield Result(f"board {board}: now", "finding", what)
