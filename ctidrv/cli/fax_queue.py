"""``ctidrv fax queue``: the faxes to be sent, newest first; with a document, one more for every number."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ctidrv.cli import given, look
from ctidrv.cli.naming import naming
from ctidrv.cli.output import add_data, add_json
from ctidrv.errors import UsageError

HELP = "faxes to be sent; with FILE and --number: queue a document"

COLUMNS = (
    ("id", 0),
    ("created", 19),
    ("number", 14),
    ("state", 7),
    ("pages", 5),
    ("calls", 2),
    ("name", 16),
    ("error", 0),
)
STATES = ("queued", "sending", "sent", "failed", "stopped")
_OF_A_NEW_ONE = ("number", "line", "priority", "hours", "tries", "due", "mail_to", "cover")
_OF_THE_LIST = ("state", "batch", "limit")
_OF_ITS_COVER = {
    "cover_from": "sender",
    "cover_subject": "subject",
    "cover_note": "note",
    "cover_lang": "language",
}
FIELDS = {
    "file": "FILE",
    "numbers": "--number",
    "line": "--line",
    "priority": "--priority",
    "hours": "--hours",
    "tries": "--tries",
    "due": "--due",
    "mail_to": "--mail-to",
    "cover": "--cover",
    "cover.to": "--cover",
    "cover.sender": "--cover-from",
    "cover.subject": "--cover-subject",
    "cover.note": "--cover-note",
    "cover.language": "--cover-lang",
}
"""Of the API's request: the option that gives them."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=given.path, metavar="FILE", help="PDF, TIFF, PNG, JPEG or text"
    )
    new = parser.add_argument_group("a new one")
    new.add_argument("--number", action="append", metavar="N", help="to whom; again for each further one")
    new.add_argument("--line", metavar="PORT", help="such as sim/1; else the station chooses")
    new.add_argument("--priority", type=int, metavar="1-9", help="1 goes first; 5, and 7 to many numbers")
    new.add_argument("--hours", metavar="HH:MM-HH:MM", help="only then, of the office's day")
    new.add_argument("--tries", type=int, metavar="N", help="calls at most (6)")
    new.add_argument("--due", metavar="TIME", help="not before: RFC 3339, such as 2027-03-08T18:00:00+08:00")
    new.add_argument("--mail-to", metavar="ADDRESS", help="is told by e-mail how it ended")
    cover = parser.add_argument_group("its cover page")
    cover.add_argument("--cover", type=given.name, metavar="NAME", help="a page before it, to NAME")
    cover.add_argument("--cover-from", metavar="NAME", help="from whom; the office's name by default")
    cover.add_argument("--cover-subject", metavar="TEXT", help="what it is about")
    cover.add_argument("--cover-note", metavar="TEXT", help="what else stands there")
    cover.add_argument("--cover-lang", choices=("en", "zh"), help="of its words; the office's by default")
    rows = parser.add_argument_group("the list")
    rows.add_argument("--state", choices=STATES)
    rows.add_argument("--batch", metavar="ID", help="those that were queued together")
    rows.add_argument("--limit", type=look.count, metavar="N", help=f"at most ({look.LISTED})")
    add_lang(parser)
    add_data(parser)
    add_json(parser)


def add_lang(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="of the reasons; en by default")


def run(args: argparse.Namespace) -> int:
    wrong = _OF_A_NEW_ONE if args.file is None else _OF_THE_LIST
    for option in (_option(name) for name in wrong if getattr(args, name) is not None):
        raise UsageError(
            f"{option} goes with a FILE that is to be sent"
            if args.file is None
            else f"{option} goes with the list, and FILE is a new fax: ask one by one"
        )
    on_cover = {name: getattr(args, name) for name in _OF_ITS_COVER if getattr(args, name) is not None}
    if args.cover is None and on_cover:
        raise UsageError(f"{_option(next(iter(on_cover)))} goes with --cover NAME: to whom")
    rows = _listed(args) if args.file is None else _queued(args)
    look.show_rows(rows if args.json else [short(row) for row in rows], COLUMNS, args, "no faxes")
    return 0


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _listed(args: argparse.Namespace) -> Sequence[look.Row]:
    with look.open_store(args) as store:
        return store.faxes.jobs(
            limit=args.limit or look.LISTED, state=args.state, batch=args.batch, language=args.lang
        )


def short(row: look.Row) -> look.Row:
    """A line of the table: confirmed pages of all."""
    return {**row, "pages": f"{row['confirmed']}/{row['pages']}"}


def _queued(args: argparse.Namespace) -> Sequence[look.Row]:
    from ctidrv.service.client import StationClient

    if not args.number:
        raise UsageError("give a --number for each one to whom it is to be sent")
    more = {name: getattr(args, name) for name in _OF_A_NEW_ONE if name not in ("number", "cover")}
    if args.cover is not None:
        told = {field: getattr(args, name) for name, field in _OF_ITS_COVER.items()}
        more["cover"] = {"to": args.cover, **{name: text for name, text in told.items() if text is not None}}
    with naming(FIELDS), StationClient.discover(args.data) as station:
        return station.send_fax(args.file.absolute(), args.number, **more)
