"""``ctidrv fax send`` and ``ctidrv fax receive``: a fax terminal on a PCM line, one call."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.apps.fax.document import Document, Header, open_document
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.terminal import Y_DPI, Outcome, Terminal, sheets_of
from ctidrv.cli.output import add_json, print_json
from ctidrv.errors import InputError, StoreError
from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import T30Config, T30Event
from ctidrv.native.tones import dtmf
from ctidrv.ports.pcm_line import PcmLine, address_of
from ctidrv.units import TICK, seconds, to_seconds

HELP = {
    "send": "sends files as a fax, in one call",
    "receive": "takes one fax call and writes a TIFF",
}
MODEMS = ("v27ter", "v29", "v17")
_BEFORE_DIALLING = seconds(1.0)
_BEFORE_CLOSING = 10
"""Frames: what we said last is on its way."""
_TOLD = ("negotiated", "rate", "page-begun", "page-sent", "page-taken", "done")


def configure(parser: argparse.ArgumentParser) -> None:
    if parser.prog.endswith(" send"):
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="PDF, TIFF, PNG, JPEG, text")
        parser.add_argument("--number", metavar="N", help="dialled first, by DTMF")
        parser.add_argument("--resolution", choices=tuple(Y_DPI), default="fine", help="at the most (fine)")
        parser.add_argument("--sender", metavar="NAME", help="a line above each page: time, NAME, page")
    else:
        parser.add_argument("--to", required=True, type=Path, metavar="DIR", help="the TIFF's folder; made")
    parser.add_argument("--line", required=True, metavar="LINE", help="pcm:tcp:PORT or pcm:unix:PATH")
    parser.add_argument("--modem", choices=MODEMS[::-1], default="v17", help="the fastest one (v17)")
    parser.add_argument("--no-ecm", action="store_true", help="without error correction")
    parser.add_argument("--ident", default="", metavar="N", help="our number, as the far end is shown it")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: the outcome is ok."""
    address_of(args.line)
    config = T30Config(
        calling=args.what == "send",
        receives=args.what == "receive",
        ident=args.ident,
        modems=frozenset(MODEMS[: MODEMS.index(args.modem) + 1]),
        ecm=not args.no_ecm,
    )
    return _send(args, config) if args.what == "send" else _receive(args, config)


def _send(args: argparse.Namespace, config: T30Config) -> int:
    dialled = Pcm.silence(0) if args.number is None else _dialled(args.number)
    header = None if args.sender is None else Header(datetime.now().astimezone(), args.sender)
    with open_document(args.files) as document:
        machine = FaxMachine(replace(config, sheets=sheets_of(document.pages, args.resolution)))
        call = Call(args, machine, document, header)
        with PcmLine(args.line) as line:
            call.talk(line, dialled)
    call.tell(None)
    return 0 if call.outcome.ok else 1


def _receive(args: argparse.Namespace, config: T30Config) -> int:
    folder = args.to.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{args.to}: no folder for faxes can be made there: {error.strerror}") from error
    call = Call(args, FaxMachine(config), None, None)
    with PcmLine(args.line) as line:
        call.talk(line, Pcm.silence(0))
    call.tell(_write(folder, call))
    return 0 if call.outcome.ok else 1


def _write(folder: Path, call: Call) -> Path | None:
    if not call.terminal.kept:
        return None
    path = folder / f"fax-{datetime.now():%Y%m%d-%H%M%S}.tif"
    more = 1
    while path.exists():
        more += 1
        path = path.with_name(f"{path.name.split('.')[0]}.{more}.tif")
    try:
        write_tiff(path, call.terminal.kept)
    except StoreError as error:
        call.unwritten = str(error)
        return None
    return path


@dataclass
class Call:
    """A machine on a line, and what is told of it."""

    args: argparse.Namespace
    machine: FaxMachine
    document: Document | None
    header: Header | None
    terminal: Terminal = field(init=False)
    frames: int = 0
    before: int = 0
    """Frames before the machine began."""
    unwritten: str | None = None

    def __post_init__(self) -> None:
        self.terminal = Terminal(self.machine, self.document, header=self.header, note=self._note)

    def talk(self, line: PcmLine, said: Pcm) -> None:
        """Says whole frames; then the call, to hanging up. Ctrl-C ends it in order, a second one at once."""
        for at in range(0, len(said) - TICK + 1, TICK):
            self._exchange(line, said[at : at + TICK])
        self.before = self.frames
        try:
            self._fax(line)
        except KeyboardInterrupt:
            self.machine.cancel()
            self._fax(line)
        for _ in range(_BEFORE_CLOSING):
            if self._exchange(line, Pcm.silence(TICK)) is None:
                return

    def _fax(self, line: PcmLine) -> None:
        heard: Pcm | None = Pcm.silence(TICK)
        while not self.machine.is_over:
            if heard is None:
                self.machine.gone()
            said = self.machine.run(Pcm.silence(TICK) if heard is None else heard)
            self.terminal.attend()
            heard = None if heard is None else self._exchange(line, said)
        self.terminal.attend()

    def _exchange(self, line: PcmLine, said: Pcm) -> Pcm | None:
        heard = line.exchange(said)
        self.frames += heard is not None
        return heard

    @property
    def outcome(self) -> Outcome:
        found = self.terminal.outcome
        return found if self.unwritten is None else replace(found, ok=False, error=self.unwritten)

    def _note(self, event: T30Event) -> None:
        if event.kind not in _TOLD:
            return
        at = self.before * TICK / 8000 + to_seconds(event.at)
        row = {"type": "fax_event", "t": round(at, 3), "event": event.kind, "what": event.what}
        row |= {"page": event.page + 1 if event.kind.startswith("page") else None}
        if event.kind == "rate":
            row["bit_rate"] = event.value
        if self.args.json:
            print_json(row)
        elif event.kind in ("page-sent", "page-taken"):
            print(f"page {event.page + 1}: {event.what}")

    def tell(self, file: Path | None) -> None:
        """The last line."""
        outcome = self.outcome
        link = outcome.link
        agreed = link is not None and link.modem is not None
        row: dict[str, Any] = {
            "type": "fax_result",
            "ok": outcome.ok,
            "modem": link.modem if link is not None else None,
            "bit_rate": link.bit_rate if link is not None and agreed else None,
            "ecm": link.ecm if link is not None and agreed else None,
            "pages_tx": outcome.pages_tx,
            "pages_rx": outcome.pages_rx,
            "bad_rows": outcome.bad_rows if self.document is None else None,
            "remote_ident": (link.ident or None) if link is not None else None,
            "t_end": to_seconds(self.frames * TICK),
            "file": None if file is None else str(file),
            "error": outcome.error,
        }
        if self.args.json:
            print_json(row)
            return
        print(_plain(outcome, row))


def _plain(outcome: Outcome, row: dict[str, Any]) -> str:
    """The last line for a person."""
    what = (
        f"sent: {outcome.pages_tx} pages"
        if row["bad_rows"] is None
        else f"received: {outcome.pages_rx} pages"
    )
    if row["bit_rate"] is not None:
        ecm = "with" if row["ecm"] else "without"
        what += f", {row['modem']} at {row['bit_rate']} bit/s, {ecm} error correction"
    if row["file"] is not None:
        what += f", {row['file']}"
    return what if outcome.error is None else f"{what}: {outcome.error}"


def _dialled(number: str) -> Pcm:
    sound = Pcm.silence(_BEFORE_DIALLING) + dtmf(number)
    return sound + Pcm.silence(-len(sound) % TICK)
