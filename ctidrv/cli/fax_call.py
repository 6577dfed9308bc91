"""``ctidrv fax send`` and ``ctidrv fax receive``: one call, by a fax terminal on a PCM line, or on a line of
the running station (fax_line.py)."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ctidrv.apps.fax.document import Document, Header, open_document
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.terminal import Y_DPI, Outcome, Terminal, sheets_of
from ctidrv.cli import fax_line, given
from ctidrv.cli.fax_line import BOX, WHAT
from ctidrv.cli.fax_result import event_row, result_row, tell_event, tell_result
from ctidrv.cli.output import add_data, add_json
from ctidrv.errors import PortError, StoreError, UsageError
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
_PORT = re.compile(r"[^/:\s]+/[0-9]{1,4}")
_OF_PCM = ("modem", "no_ecm", "ident", "resolution", "sender")
"""Options that go with a PCM line; of a station's line station.toml says these things."""
_DIALLED = re.compile("[0-9*#,]{1,64}")
_NUMBER_HELP = "dialled first (on a PCM line by DTMF: digits, * and #, a comma for 2 s of pause)"
_BEFORE_DIALLING = seconds(1.0)
_BEFORE_CLOSING = 10
"""Frames: what we said last is on its way."""
_TOLD = ("negotiated", "rate", "page-begun", "page-sent", "page-taken", "done")


def configure(parser: argparse.ArgumentParser) -> None:
    if parser.prog.endswith(" send"):
        parser.add_argument(
            "files", nargs="+", type=given.path, metavar="FILE", help="PDF, TIFF, PNG, JPEG, text"
        )
        parser.add_argument("--number", metavar="N", help=_NUMBER_HELP)
        parser.add_argument("--resolution", choices=tuple(Y_DPI), help="at the most (fine)")
        parser.add_argument(
            "--sender", type=given.name, metavar="NAME", help="a line above each page: time, NAME, page"
        )
    else:
        parser.add_argument(
            "--to", required=True, type=given.path, metavar="DIR", help="the TIFF's folder; made"
        )
        parser.add_argument("--box", help=f"of a station's line: where it is filed ({BOX})")
    parser.add_argument(
        "--line",
        required=True,
        metavar="LINE",
        help="of the running station, such as sim/1; or pcm:tcp:PORT, pcm:unix:PATH",
    )
    pcm = parser.add_argument_group("of a PCM line")
    pcm.add_argument("--modem", choices=MODEMS[::-1], help="the fastest one (v17)")
    pcm.add_argument("--no-ecm", action="store_true", help="without error correction")
    pcm.add_argument("--ident", metavar="N", help="our number, as the far end is shown it")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: the outcome is ok."""
    if _PORT.fullmatch(args.line):
        return _on_station(args)
    if not args.line.startswith("pcm:"):
        raise UsageError(
            f"{args.line}: no line; there are the station's, such as sim/1 ('ctidrv ports' names them), "
            "and pcm:tcp:PORT and pcm:unix:PATH"
        )
    address_of(args.line)
    if getattr(args, "box", None) is not None:
        raise UsageError(f"--box goes with a station's line; on {args.line} the TIFF in --to is all")
    config = T30Config(
        calling=args.what == "send",
        receives=args.what == "receive",
        ident=args.ident or "",
        modems=frozenset(MODEMS[: MODEMS.index(args.modem or MODEMS[-1]) + 1]),
        ecm=not args.no_ecm,
    )
    return _send(args, config) if args.what == "send" else _receive(args, config)


def _on_station(args: argparse.Namespace) -> int:
    for name in _OF_PCM:
        if getattr(args, name, None):
            option = name.replace("_", "-")
            raise UsageError(f"--{option} goes with a PCM line; of {args.line} station.toml says it ([fax])")
    if args.what == "send":
        return fax_line.send(args)
    return fax_line.receive(args, _new_file)


def _send(args: argparse.Namespace, config: T30Config) -> int:
    if args.number is not None and not _DIALLED.fullmatch(args.number):
        raise UsageError(f"--number {args.number[:70]!r}: digits, * and #, and a comma for 2 s of pause")
    dialled = Pcm.silence(0) if args.number is None else _dialled(args.number)
    header = None if args.sender is None else Header(datetime.now().astimezone(), args.sender)
    with open_document(args.files) as document:
        machine = FaxMachine(replace(config, sheets=sheets_of(document.pages, args.resolution or "fine")))
        call = Call(args, machine, document, header)
        with PcmLine(args.line) as line:
            call.talk(line, dialled)
    return call.tell(None)


def _receive(args: argparse.Namespace, config: T30Config) -> int:
    given.check_folder(args.to, WHAT)
    call = Call(args, FaxMachine(config), None, None)
    with PcmLine(args.line) as line:
        folder = given.make_folder(args.to, WHAT)
        try:
            call.talk(line, Pcm.silence(0))
        finally:  # whatever ends it: pages that were taken are here alone
            file = _write(folder, call)
    return call.tell(file)


def _write(folder: Path, call: Call) -> Path | None:
    if not call.terminal.kept:
        return None
    path = _new_file(folder)
    try:
        write_tiff(path, call.terminal.kept)
    except StoreError as error:
        call.unwritten = str(error)
        return None
    return path


def _new_file(folder: Path) -> Path:
    path = folder / f"fax-{datetime.now():%Y%m%d-%H%M%S}.tif"
    more = 1
    while path.exists():
        more += 1
        path = path.with_name(f"{path.name.split('.')[0]}.{more}.tif")
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
    broken: str | None = None
    """What is wrong with the line."""

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
        try:
            heard = None if self.broken is not None else line.exchange(said)
        except PortError as error:
            self.broken, heard = str(error), None
        self.frames += heard is not None
        return heard

    @property
    def outcome(self) -> Outcome:
        found = self.terminal.outcome
        wrong = self.unwritten or self.broken
        return found if wrong is None else replace(found, ok=False, error=wrong)

    def _note(self, event: T30Event) -> None:
        if event.kind not in _TOLD:
            return
        at = self.before * TICK / 8000 + to_seconds(event.at)
        page = event.page + 1 if event.kind.startswith("page") else None
        more = {"bit_rate": event.value} if event.kind == "rate" else {}
        tell_event(event_row(at, event.kind, event.what, page, **more), as_json=self.args.json)

    def tell(self, file: Path | None) -> int:
        """The last line; the exit code."""
        outcome = self.outcome
        link = outcome.link
        agreed = link is not None and link.modem is not None
        row = result_row(
            outcome.ok,
            modem=link.modem if link is not None else None,
            bit_rate=link.bit_rate if link is not None and agreed else None,
            ecm=link.ecm if link is not None and agreed else None,
            pages_tx=outcome.pages_tx,
            pages_rx=outcome.pages_rx,
            bad_rows=outcome.bad_rows if self.document is None else None,
            remote_ident=(link.ident or None) if link is not None else None,
            t_end=to_seconds(self.frames * TICK),
            file=None if file is None else str(file),
            error=outcome.error,
        )
        return tell_result(row, as_json=self.args.json)


def _dialled(number: str) -> Pcm:
    sound = Pcm.silence(_BEFORE_DIALLING) + dtmf(number)
    return sound + Pcm.silence(-len(sound) % TICK)
