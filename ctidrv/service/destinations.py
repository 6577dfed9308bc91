"""Where a call at a seat can be given that is no seat, for a person to choose from: the boxes, menus and
faxes that the station knows of. A box that is not among them is made by its first message or fax."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ctidrv.apps import ivr
from ctidrv.apps.fax.boxes import JUNK
from ctidrv.apps.ivr import model
from ctidrv.callcontrol.destination import Destination, Kind
from ctidrv.config import StationConfig
from ctidrv.store import Store

FAXES = 50
"""The newest of those that came, and of those that were queued for sending."""
_KINDS = {
    Kind.BOX: "voicemail",
    Kind.SCRIPT: "ivr",
    Kind.FAX_IN: "receive-fax",
    Kind.FAX_OUT: "send-fax",
}

Row = dict[str, Any]


def destinations(
    config: StationConfig, own: ivr.Script, scripts: Iterable[ivr.Script], store: Store
) -> list[Row]:
    """``to kind name number pages at`` of each; `own`: the script of the call's line, `scripts`: those of all
    lines. For a thread: it asks the database."""
    every = list(scripts)
    return [
        *(_row(Kind.BOX, box) for box in _boxes(every, model.Voicemail, store.message_boxes())),
        *(_row(Kind.SCRIPT, flow) for flow in own.flows),
        *(_row(Kind.SCRIPT, name) for name in config.script_names()),
        *(_row(Kind.FAX_IN, box) for box in _fax_boxes(every, store)),
        *_faxes(store),
    ]


def _row(kind: Kind, word: str, **more: Any) -> Row:
    usual = {"name": word, "number": None, "pages": None, "at": None}
    return {"to": str(Destination(kind, word)), "kind": _KINDS[kind], **usual, **more}


def _boxes(
    scripts: Iterable[ivr.Script], verb: type[model.Voicemail | model.FaxReceive], known: Iterable[str]
) -> list[str]:
    steps = (step for script in scripts for flow in script.flows.values() for step in flow.every())
    return sorted({*known, *(step.body.box for step in steps if isinstance(step.body, verb))})


def _fax_boxes(scripts: Iterable[ivr.Script], store: Store) -> list[str]:
    known = (row["box"] for row in store.faxes.boxes())
    return [box for box in _boxes(scripts, model.FaxReceive, known) if box != JUNK]


def _faxes(store: Store) -> Iterator[Row]:
    """Those that came by who sent them, those to be sent by their document's name."""
    for row in store.faxes.received(limit=FAXES):
        if row["box"] == JUNK:
            continue
        who = row["customer_name"] or row["ident"] or row["number"] or row["box"]
        yield _row(
            Kind.FAX_OUT, row["id"], name=who, number=row["number"], pages=row["pages"], at=row["started"]
        )
    for row in store.faxes.jobs(limit=FAXES):
        yield _row(
            Kind.FAX_OUT,
            row["id"],
            name=row["name"],
            number=row["number"],
            pages=row["pages"],
            at=row["created"],
        )
