"""``ctidrv fax send`` and ``ctidrv fax receive`` on a line of the running station: one call."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.cli import given
from ctidrv.cli.fax_result import event_row, pages, result_row, tell_event, tell_result
from ctidrv.cli.naming import naming
from ctidrv.errors import InputError, ServiceError, UsageError
from ctidrv.folder import data_folder

if TYPE_CHECKING:
    from ctidrv.service.client import EventStream, Row, StationClient

BOX = "front-desk"
WHAT = "faxes"
FIRST = 1
"""The priority of a fax for which somebody waits."""
_OVER = ("sent", "failed", "stopped")
_ENDS_OF_PAGES = ("confirmed", "refused", "not-confirmed")


def send(args: argparse.Namespace) -> int:
    """Queues it for one call on that line, and follows it. Ctrl-C stops it."""
    from ctidrv.service.client import StationClient

    if args.number is None:
        raise UsageError("a station's line is dialled on: give --number")
    if len(args.files) > 1:
        raise UsageError("a station's fax is one FILE: put them into one, or send them one by one")
    with StationClient.discover(data_folder(args.data)) as station, station.events() as events:
        with naming(numbers="--number", line="--line", file="FILE"):
            (fax,) = station.send_fax(
                args.files[0].absolute(), [args.number], line=args.line, priority=FIRST, tries=1
            )
        if not args.json:
            print(f"{fax['id']}: {pages(fax['pages'])} to {args.number}, on {args.line} when it is idle")
        try:
            begun, ended = _follow(fax["id"], events, args.json)
        except KeyboardInterrupt:
            begun = ended = 0.0
        return tell_result(_sent(_over(station, fax["id"]), ended - begun), as_json=args.json)


def _follow(fax: str, events: EventStream, as_json: bool) -> tuple[float, float]:
    """Until its one call is over: when it began and ended, in seconds of the station."""
    first = begun = None
    for event in events:
        if event.get("job") != fax:
            continue
        at = float(event["at"])
        first = at if first is None else first
        if event["type"] == "fax.page":
            for row in _of_page(event, at - first):
                tell_event(row, as_json=as_json)
        elif event["state"] == "sending":
            begun = at
        elif event["state"] in _OVER or begun is not None:
            tell_event(event_row(at - first, "done", event["cause"], None), as_json=as_json)
            return (at if begun is None else begun), at
    raise ServiceError("the station has stopped: 'ctidrv fax show' says what it had confirmed by then")


def _of_page(event: Row, t: float) -> Iterator[dict[str, Any]]:
    if event["state"] in _ENDS_OF_PAGES:
        yield event_row(t, "page-sent", event["state"], event["page"])
    elif event.get("percent") is not None:
        yield event_row(t, "page-part", None, event["page"], percent=event["percent"])
    else:
        yield event_row(t, "page-begun", None, event["page"], bit_rate=event["bit_rate"])


def _over(station: StationClient, fax: str) -> Row:
    """The fax, which is called no more: another call is the queue's to make, and was not asked for."""
    row = station.fax(fax)
    if row["state"] not in _OVER:
        station.stop_fax(fax)
    return station.fax(fax)


def _sent(fax: Row, t_end: float) -> dict[str, Any]:
    call = fax["call_rows"][-1] if fax["call_rows"] else {}
    ok = fax["state"] == "sent"
    why = call.get("error") or fax["error"]
    return result_row(
        ok,
        bit_rate=call.get("bit_rate"),
        pages_tx=fax["confirmed"],
        remote_ident=call.get("ident"),
        t_end=round(t_end, 3),
        error=None if ok else f"{why}; {fax['confirmed']} of {fax['pages']} pages were confirmed",
        fax=fax["id"],
        call=call.get("call"),
    )


def receive(args: argparse.Namespace, new_file: Callable[[Path], Path]) -> int:
    """The next call on that line is taken; the fax is filed in a box, and its TIFF written to a folder, which
    is made when the line is ours."""
    from ctidrv.service.client import StationClient

    holder, end = f"ctidrv fax receive (process {os.getpid()})", None
    box = BOX if args.box is None else args.box
    call, begun, came = None, 0.0, 0
    folder = given.check_folder(args.to, WHAT)
    with StationClient.discover(data_folder(args.data)) as station:
        try:
            with naming(box="--box"), station.receive_fax(args.line, box=box, holder=holder) as rows:
                for row in rows:
                    if row["type"] == "waiting":
                        folder = given.make_folder(args.to, WHAT)
                    if row["type"] == "waiting" and not args.json:
                        print(f"{args.line}: waits for a call; Ctrl-C ends it", flush=True)
                    elif row["type"] == "call":
                        call, begun = row["call"], row["t"]
                        _tell_call(row, args.json)
                    elif row["type"] == "page":
                        came, bad = row["page"], row["bad_rows"]
                        what = f"taken, {bad} rows damaged" if bad else "taken"
                        page = event_row(row["t"], "page-taken", what, row["page"], bad_rows=bad)
                        tell_event(page, as_json=args.json)
                    elif row["type"] == "end":
                        end = row
        except KeyboardInterrupt:
            end = None
        if end is None:
            why = _broken_off(call, came, box)
            return tell_result(result_row(False, bad_rows=0, error=why, call=call), as_json=args.json)
        file = None
        if end["fax"] is not None:
            file = new_file(folder)
            _write(file, station.received_document(end["fax"]))
    return tell_result(_received(end, end["t"] - begun, file, call), as_json=args.json)


def _broken_off(call: str | None, came: int, box: str) -> str:
    """By Ctrl-C, or with the station: what is left of the fax."""
    if call is None:
        return "it was broken off before a call came"
    what = f"{pages(came)} had come and" if came else "what had come of its first page, if anything,"
    there = "are" if came > 1 else "is"
    return f"it was broken off: {what} {there} in box {box} ('ctidrv fax boxes --box {box}')"


def _tell_call(row: Row, as_json: bool) -> None:
    if as_json:
        tell_event(event_row(row["t"], "call", row["number"], None, call=row["call"]), as_json=True)
    else:
        print(f"a call from {row['number'] or 'a number that is not shown'}", flush=True)


def _write(file: Path, document: bytes) -> None:
    try:
        with open(file, "xb") as out:
            out.write(document)
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}; the fax is in its box") from error


def _received(end: Row, t_end: float, file: Path | None, call: str | None) -> dict[str, Any]:
    return result_row(
        end["ok"],
        modem=end["modem"],
        bit_rate=end["bit_rate"],
        ecm=end["ecm"],
        pages_rx=end["pages"],
        bad_rows=end["bad_rows"],
        remote_ident=end["ident"],
        t_end=round(t_end, 3),
        file=None if file is None else str(file),
        error=end["error"],
        fax=end["fax"],
        call=call,
    )
