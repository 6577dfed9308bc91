"""``ctidrv demo``: a whole simulated call through the real parts, from ring to recording, in plain words."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.folder import DataFolder, data_folder
from ctidrv.picture.telling import told
from ctidrv.units import to_seconds
from hwsim.rig.fresh import check_fresh

if TYPE_CHECKING:
    from ctidrv.callcontrol.journal import CallEvent
    from ctidrv.service.daemon import Station
    from hwsim.commands.proof import Proof
    from hwsim.commands.story import Outcome
    from hwsim.listener import Note

HELP = "a whole simulated call, from ring to recording, explained in plain words"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of noise and ids (default: 1)")
    parser.add_argument("--realtime", action="store_true", help="by the clock on the wall (live loop)")
    parser.add_argument("--listen", action="store_true", help="play the recording afterwards")
    parser.add_argument("--desktop", action="store_true", help="show the call in the operator's window")
    add_data(parser, default="a new one for temporary files, so it can be played again")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    folder = _folder(args)
    teller = _Teller(quiet=args.json)
    begun = time.perf_counter()
    if args.realtime or args.desktop:
        from hwsim.commands.live import play_live

        outcome, span, late = play_live(folder, teller.attach, teller.note, desktop=args.desktop)
    else:
        outcome, span, late = *_play_virtual(folder, args.seed, teller), {"slips": 0}
    wall = time.perf_counter() - begun
    proof = _prove(folder, outcome)
    row = {
        "ok": proof.ok,
        "seed": args.seed,
        "simulated_s": to_seconds(span),
        "wall_s": round(wall, 3),
        "ratio": round(to_seconds(span) / wall, 1),
        "call": outcome.call,
        "recording": None if proof.recording is None else proof.recording["path"],
        "message": None if proof.message is None else proof.message["id"],
        "events": [] if proof.call is None else proof.call["events"],
        "checks": [{"what": c.what, "ok": c.ok, "detail": c.detail} for c in proof.checks],
        **late,
        "data": str(folder.root),
    }
    if args.json:
        print_json(row)
    else:
        _print_end(row, proof)
    if args.listen and proof.recording is not None:
        _listen(Path(proof.recording["path"]))
    return 0 if proof.ok else 1


def _folder(args: argparse.Namespace) -> DataFolder:
    """The folder to use; InputError when it already holds the call that this seed makes."""
    if args.data is None:
        return data_folder(tempfile.mkdtemp(prefix="ctidrv-demo-"))
    folder = data_folder(args.data)
    if not (args.realtime or args.desktop):
        check_fresh(folder, args.seed)
    return folder


def _play_virtual(folder: DataFolder, seed: int, teller: _Teller) -> tuple[Outcome, int]:
    from ctidrv.service.lock import no_station_on
    from hwsim.commands.story import add_customer, configuration, play_out
    from hwsim.rig.station import Rig

    with no_station_on(folder):
        rig = Rig(folder, configuration(), seed=seed)
        try:
            add_customer(rig.station)
            teller.attach(rig.station)
            outcome = rig.run(play_out(rig.station, teller.note))
        finally:
            rig.close()
        return outcome, rig.clock.now()


def _prove(folder: DataFolder, outcome: Outcome) -> Proof:
    from ctidrv.store import Store
    from hwsim.commands.proof import prove

    with Store.read(folder) as store:
        return prove(store, outcome)


def _listen(path: Path) -> None:
    from ctidrv.drivers.soundcard import play
    from ctidrv.media.wav import read_wav

    for name, channel in zip(("what we sent", "what came"), read_wav(path).channels, strict=True):
        print(f"playing {name} …", flush=True)
        play(channel)


def _print_end(row: Mapping[str, Any], proof: Proof) -> None:
    print()
    for check in proof.checks:
        print(
            f"  {'ok  ' if check.ok else 'FAIL'}  {check.what}{': ' + check.detail if check.detail else ''}"
        )
    print(f"\n{row['simulated_s']:.1f} s of telephone time in {row['wall_s']:.2f} s ({row['ratio']:g} times)")
    if row.get("slips"):
        print(f"the engine was late {row['slips']} times, at worst by {row['worst_late_ms']} ms")
    print(f"data:      {row['data']}")
    print(f"recording: {row['recording']}")
    if proof.message is not None:
        print(f"message:   {proof.message['path']}")


class _Teller:
    """Prints the time line: what the caller does and hears, and what the station makes of it."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def attach(self, station: Station) -> None:
        def heard(event: CallEvent) -> None:
            words = told({"type": event.type, **event.data})
            if words is not None:
                self._print(event.at, "station", words)

        station.journal.subscribe(heard)

    def note(self, note: Note) -> None:
        self._print(note.at, "caller", f"{note.what} {note.detail}".rstrip())

    def _print(self, at: int, who: str, words: str) -> None:
        if not self._quiet:
            print(f"{to_seconds(at):8.2f} s  {who:8} {words}", flush=True)
