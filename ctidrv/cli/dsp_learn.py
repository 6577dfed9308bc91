"""``ctidrv dsp learn``: a tone's definition from a recording or from a line, printed or kept with the line.

Before a line is taught a tone, the tone is proved on the line's stored recordings: where it would have
ended each call, and whether somebody still spoke behind that. One that cuts off a caller is not kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctidrv.cli import look
from ctidrv.cli.output import print_json
from ctidrv.config_file import load_config
from ctidrv.errors import InputError, PortError, UsageError
from ctidrv.events import ToneOn, VoiceOff, VoiceOn
from ctidrv.folder import DataFolder, data_folder
from ctidrv.media.learn_tone import check_audible, heard_in, learn
from ctidrv.media.wav import read_wav
from ctidrv.native.ear import VOICE, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.ports.learnt import LearntTone, LineTone, check_tone, heard_row
from ctidrv.units import seconds, to_seconds

_PROVED_SECONDS = 2 * 3600
"""Of recordings, the newest first."""
_ALIVE = seconds(1.0)
"""So much voice behind the tone: the call was not over."""


def learn_tone(args: argparse.Namespace) -> int:
    """Prints TOML, or one JSON line with --json; with --line, keeps it. 1: it would have cut off a caller."""
    if args.line is None and (args.file is None or args.check or args.forget or args.force):
        raise UsageError("dsp learn: which WAV file, or which line (--line PORT)?")
    if args.line is None:
        found = _from_file(args)
        _print_definition(args, found)
        return 0
    folder = data_folder(args.data)
    if args.forget:
        return _forget(args, folder)
    found = _from_file(args) if args.file is not None else _from_line(args, folder)
    taught = LineTone(args.line, args.tone, found, datetime.now(UTC))
    try:
        check_tone(taught.tone, found)
        check_audible(taught)
    except InputError as error:
        raise InputError(f"{args.file or args.line}: {error}") from error
    cut_off = _prove(args, folder, taught)
    if args.check or (cut_off and not args.force):
        _print_outcome(args, taught, cut_off, kept=False)
        return int(cut_off > 0)
    _keep(args, folder, taught)
    _print_outcome(args, taught, cut_off, kept=True)
    return 0


# Where the tone comes from.


def _from_file(args: argparse.Namespace) -> LearntTone:
    audio = read_wav(args.file)
    if args.channel and args.channel > len(audio.channels):
        raise UsageError(f"{args.file} has one channel")
    try:
        # A call's recording has the line in its second channel.
        channel = args.channel or (len(audio.channels) if args.line is not None else 1)
        return learn(audio.channels[channel - 1])
    except InputError as error:
        raise InputError(f"{args.file}: {error}") from error


def _from_line(args: argparse.Namespace, folder: DataFolder) -> LearntTone:
    from ctidrv.service.client import StationClient

    with StationClient.discover(folder) as station:
        if not args.json:
            print(f"listening to {args.line} for ten seconds", flush=True)
        row = station.listen(args.line)
    return LearntTone(tuple(row["hz"]), tuple(row["ms"]), row["level_dbm0"], row["cycles"])


# The proof.


def _prove(args: argparse.Namespace, folder: DataFolder, taught: LineTone) -> int:
    """Says for each stored recording of the line where the tone is heard; how many callers it cuts off."""
    cut_off = 0
    for row, sound in _recordings(folder, taught.port):
        on = next((event for event in heard_in(sound, taught) if isinstance(event, ToneOn)), None)
        if on is None:
            continue
        voice = _voice(sound[on.at :])
        alive = voice >= _ALIVE
        cut_off += alive
        told = {
            "type": "proof",
            "recording": row["id"],
            "call": row["call"],
            "path": row["path"],
            "cause": row["cause"],
            "seconds": row["seconds"],
            "t_report": to_seconds(on.at),
            "saved_s": round(to_seconds(len(sound) - on.at), 3),
            "voice_after_s": round(to_seconds(voice), 3),
            "cut_off": alive,
        }
        if args.json:
            print_json(told)
            continue
        what = (
            f"CUTS OFF {told['voice_after_s']:.1f} s of voice" if alive else f"{told['saved_s']:.1f} s sooner"
        )
        print(
            f"{row['path']}: ends the call at {told['t_report']:.1f} s, {what} (it ended by {row['cause']})"
        )
    return cut_off


def _recordings(folder: DataFolder, port: str) -> Iterator[tuple[dict[str, Any], Pcm]]:
    """What came from the line, of its newest recordings whose files are there."""
    from ctidrv.store import Store

    left = float(_PROVED_SECONDS)
    with Store.read(folder) as store:
        rows = store.recordings_of_line(port)
    for row in rows:
        left -= row["seconds"] or 0.0
        if left < 0:
            return
        if Path(row["path"]).is_file():
            yield row, read_wav(Path(row["path"])).channels[-1]


def _voice(sound: Pcm) -> int:
    """Samples of voice."""
    total, begin = 0, None
    for event in Ear(detectors=VOICE).hear(sound):
        if isinstance(event, VoiceOn):
            begin = event.start
        elif isinstance(event, VoiceOff) and begin is not None:
            total, begin = total + event.start - begin, None
    return total + (len(sound) - begin if begin is not None else 0)


# Keeping and forgetting: by the station where one runs, else straight in its database.


def _keep(args: argparse.Namespace, folder: DataFolder, taught: LineTone) -> None:
    station = look.running_station(folder)
    if station is not None:
        with station:
            station.teach(taught.port, taught.tone, heard_row(taught.heard))
        return
    _known_line(args, folder)
    from ctidrv.store import Store

    with Store.open(folder, inline=True) as store:
        store.put_tone(taught).result()


def _forget(args: argparse.Namespace, folder: DataFolder) -> int:
    station = look.running_station(folder)
    if station is not None:
        with station:
            count = station.forget_tones(args.line)
    else:
        _known_line(args, folder)
        from ctidrv.store import Store

        with Store.read(folder) as read:
            count = len(read.learnt_tones(args.line))
        if count:
            with Store.open(folder, inline=True) as store:
                store.forget_tones(args.line).result()
    if args.json:
        print_json({"line": args.line, "forgotten": count})
    else:
        print(f"{args.line}: {count} learnt tones forgotten")
    return 0


def _known_line(args: argparse.Namespace, folder: DataFolder) -> None:
    known = [line.port for line in load_config(args.config, folder).lines]
    if args.line not in known:
        raise PortError(f"{args.line}: no line is configured there; there are {', '.join(known)}")


# What is printed.


def _hz(found: LearntTone) -> list[float]:
    return [round(each) if abs(each - round(each)) < 0.25 else each for each in found.hz]


def _print_definition(args: argparse.Namespace, found: LearntTone) -> None:
    if args.json:
        print_json({"tone": args.tone, **heard_row(found), "hz": _hz(found)})
        return
    print(f"[tones.{args.tone}]")
    print(f"hz = {_hz(found)}")
    if found.ms:
        print(f"ms = {list(found.ms)}")
    print(f"level_dbm0 = [{found.level_dbm0}]")


def _print_outcome(args: argparse.Namespace, taught: LineTone, cut_off: int, *, kept: bool) -> None:
    found = taught.heard
    if args.json:
        row = {"type": "tone", "line": taught.port, "tone": taught.tone, **heard_row(found), "hz": _hz(found)}
        print_json({**row, "kept": kept, "cut_off": cut_off})
        return
    cadence = "/".join(f"{each / 1000:g}" for each in found.ms) + " s" if found.ms else "steady"
    print(
        f"{taught.tone} tone: {' + '.join(f'{each:g}' for each in _hz(found))} Hz, {cadence},"
        f" {found.level_dbm0:g} dBm0"
    )
    if kept:
        print(f"{taught.port} listens for it")
    elif cut_off and not args.check:
        print("not kept: it would have cut off callers; keep it all the same with --force")
