"""What `ctidrv fax send` and `ctidrv fax receive` tell, on whichever line: events, and at last the result."""

from __future__ import annotations

from typing import Any

from ctidrv.cli.output import print_json

_EMPTY: dict[str, Any] = {
    "modem": None,
    "bit_rate": None,
    "ecm": None,
    "pages_tx": 0,
    "pages_rx": 0,
    "bad_rows": None,
    "remote_ident": None,
    "t_end": None,
    "file": None,
    "error": None,
}


def pages(count: int) -> str:
    """So many, as one says it."""
    return f"{count} page{'' if count == 1 else 's'}"


def event_row(t: float, event: str, what: str | None, page: int | None, **more: Any) -> dict[str, Any]:
    """`t`: seconds since connecting, or since the station was asked; `page`: from 1."""
    return {"type": "fax_event", "t": round(t, 3), "event": event, "what": what, "page": page, **more}


def tell_event(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(row)
    elif row["event"] in ("page-sent", "page-taken"):
        print(f"page {row['page']}: {row['what']}", flush=True)


def result_row(ok: bool, **found: Any) -> dict[str, Any]:
    """`bad_rows`: None when sending."""
    return {"type": "fax_result", "ok": ok, **_EMPTY, **found}


def tell_result(row: dict[str, Any], *, as_json: bool) -> int:
    """The last line; the exit code."""
    if as_json:
        print_json(row)
    else:
        print(_plain(row))
    return 0 if row["ok"] else 1


def _plain(row: dict[str, Any]) -> str:
    sends = row["bad_rows"] is None
    what = f"sent: {pages(row['pages_tx'])}" if sends else f"received: {pages(row['pages_rx'])}"
    if row["bit_rate"] is not None:
        modem = "" if row["modem"] is None else f"{row['modem']} at "
        ecm = "" if row["ecm"] is None else f", {'with' if row['ecm'] else 'without'} error correction"
        what += f", {modem}{row['bit_rate']} bit/s{ecm}"
    if row["file"] is not None:
        what += f", {row['file']}"
    return what if row["error"] is None else f"{what}: {row['error']}"
