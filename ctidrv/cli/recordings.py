"""``ctidrv recordings``: list, show, and verify that each file is the one that was made."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.cli import look
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.folder import data_folder

if TYPE_CHECKING:
    from ctidrv.store import Store

HELP = "recordings of calls: list, show, verify, hold"

ACTOR = "command"
COLUMNS = (("id", 0), ("started", 19), ("seconds", 8), ("state", 8), ("call", 0), ("path", 0))


def configure(parser: argparse.ArgumentParser) -> None:
    table = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = look.add_list(table, "recordings")
    rows.add_argument("--call", metavar="ID", help="those of one call")
    look.add_show(table, "recording")
    hold = table.add_parser("hold", help="keep a recording from being deleted by age")
    hold.add_argument("id", metavar="ID")
    hold.add_argument("--reason", required=True, help="why; kept as a fact")
    release = table.add_parser("release", help="let a recording that is held be deleted by age again")
    release.add_argument("id", metavar="ID")
    for each in (hold, release):
        add_data(each)
        add_json(each)
    verify = table.add_parser("verify", help="compare every file with its hash, and the hash with the facts")
    add_data(verify)
    add_json(verify)


def run(args: argparse.Namespace) -> int:
    if args.what in ("hold", "release"):
        _hold(args)
    with look.open_store(args) as store:
        if args.what == "verify":
            return _verify(store, args)
        if args.what == "list":
            rows = store.recordings(limit=args.limit, call=args.call)
            look.show_rows(rows, COLUMNS, args, "no recordings")
            return 0
        row = look.found(store.recording(args.id), "recording", args.id)
    if args.json:
        print_json(row)
        return 0
    look.show_fields(row, skip=("facts",))
    look.show_facts(row["facts"])
    return 0


def _hold(args: argparse.Namespace) -> None:
    from ctidrv.store import Store

    reason = args.reason if args.what == "hold" else None
    with look.open_store(args) as store:  # no database is made for what is not there
        row = look.found(store.recording(args.id), "recording", args.id)
    with Store.open(data_folder(args.data), inline=True) as store:
        store.hold_recording(row["id"], reason, ACTOR).result()


def _verify(store: Store, args: argparse.Namespace) -> int:
    """Prints a line for each recording; 1 when one is not what it was, or the facts were altered."""
    findings = good = lost = gone = 0
    for row, finding in _judged(store, _station_runs(args)):
        good += finding is None and row["state"] not in ("missing", "deleted")
        gone += finding is None and row["state"] == "deleted"
        lost += finding is None and row["state"] == "missing"
        findings += finding is not None
        if args.json:
            told = {"recording": row["id"], "call": row["call"], "path": row["path"]}
            print_json({**told, "ok": finding is None, "finding": finding})
        elif finding is not None:
            print(f"{row['path']}: {finding}")
    altered = [line for line in store.check() if line.startswith("facts:")]
    for line in altered:
        if args.json:
            print_json({"recording": None, "call": None, "path": None, "ok": False, "finding": line})
        else:
            print(line)
    if not args.json:
        never = f", {lost} never came to the disk, as was told at the time" if lost else ""
        by_age = f", {gone} were deleted, as a fact of each says" if gone else ""
        print(f"{good} recordings are as they were made{never}{by_age}, {findings + len(altered)} findings")
    return int(findings + len(altered) > 0)


def _station_runs(args: argparse.Namespace) -> bool:
    return data_folder(args.data).station.exists()


def _judged(store: Store, running: bool) -> Iterator[tuple[dict[str, Any], str | None]]:
    for row in store.recordings(limit=None):
        if row["state"] == "open" and running:
            continue  # being made
        yield row, _finding(store, row)


def _finding(store: Store, row: dict[str, Any]) -> str | None:
    if row["state"] == "open":
        return "was left open by a crash: start the station, it repairs the file"
    path = Path(row["path"])
    full = store.recording(row["id"]) or {"facts": []}
    kinds = [fact["kind"] for fact in full["facts"] if fact["kind"] not in ("listened", "held", "released")]
    if row["state"] == "deleted":
        return None if kinds[-1:] == ["deleted"] else "no fact says why it was deleted"
    if not path.is_file():
        # Killed before the first sound, or no room on the disk: nothing was made that could be missing.
        return None if row["state"] == "missing" and set(kinds) == {"missing"} else "the file is missing"
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"
    if digest != row["sha256"]:
        return (
            f"the file was changed: its hash begins {digest[:12]}, it was made as {str(row['sha256'])[:12]}"
        )
    told = [fact["data"]["sha256"] for fact in full["facts"] if fact["kind"] in ("made", "repaired")]
    if not told or told[-1] != digest:
        return "the hash is not the one in the chain of facts"
    return None
