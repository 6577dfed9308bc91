"""``ctidrv dsp learn``: the definition of a recorded tone, in the form of the country files."""

from __future__ import annotations

import argparse

from ctidrv.cli.output import print_json
from ctidrv.errors import InputError, UsageError
from ctidrv.media.learn_tone import learn
from ctidrv.media.wav import read_wav


def learn_file(args: argparse.Namespace) -> int:
    """Prints TOML, or one JSON line with --json."""
    audio = read_wav(args.file)
    if args.channel and args.channel > len(audio.channels):
        raise UsageError(f"{args.file} has one channel")
    try:
        found = learn(audio.channels[(args.channel or 1) - 1])
    except InputError as error:
        raise InputError(f"{args.file}: {error}") from error
    hz = [round(each) if abs(each - round(each)) < 0.25 else each for each in found.hz]
    if args.json:
        print_json(
            {
                "tone": args.tone,
                "hz": hz,
                "ms": list(found.ms),
                "level_dbm0": found.level_dbm0,
                "cycles": found.cycles,
            }
        )
        return 0
    print(f"[tones.{args.tone}]")
    print(f"hz = {hz}")
    if found.ms:
        print(f"ms = {list(found.ms)}")
    print(f"level_dbm0 = [{found.level_dbm0}]")
    return 0
