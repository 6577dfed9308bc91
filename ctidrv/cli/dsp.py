"""``ctidrv dsp``: what the core hears in a file or at the microphone, and how fast it is."""

from __future__ import annotations

import argparse
from pathlib import Path

from ctidrv.cli.output import add_data, add_json
from ctidrv.ports.region_files import OPTIONAL_TONES, TONES

TONE_NAMES = (*TONES, *OPTIONAL_TONES)

HELP = "what the core hears in a WAV file or at the microphone; throughput of its kernels"


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="dsp", metavar="COMMAND", required=True)
    detect = commands.add_parser(
        "detect",
        help="every digit, tone, voice and caller ID heard, one JSON line each",
        description="Prints one JSON line for each digit, call-progress tone, voice and caller ID, in the"
        " order in which the core reports them. The file is 8,000 Hz; 16-bit PCM, A-law or mu-law.",
    )
    _source(detect)
    detect.add_argument("--country", metavar="CC", help="this country's tones (default: by cadence alone)")
    detect.add_argument("--microphone", action="store_true", help="hear the sound card instead of a file")
    detect.add_argument("--seconds", type=_seconds, metavar="N", help="of the microphone; then stop")
    detect.add_argument("--answer", action="store_true", help="who answered: the audio is of a call we made")
    callerid = commands.add_parser("callerid", help="the caller IDs in a WAV file, one JSON line each")
    _source(callerid)
    learn = commands.add_parser(
        "learn",
        help="a tone's frequencies, cadence and level from a recording of it, as country files have them",
    )
    learn.add_argument("file", nargs="?", type=Path, metavar="FILE.wav")
    learn.add_argument("--channel", type=int, choices=(1, 2), help="which channel of a two-channel file")
    learn.add_argument("--tone", choices=TONE_NAMES, default="busy", help="what it is (busy)")
    learn.add_argument(
        "--line", metavar="PORT", help="keep it with this line; without FILE.wav: hear it there"
    )
    learn.add_argument("--check", action="store_true", help="keep nothing: only prove it on stored calls")
    learn.add_argument("--force", action="store_true", help="keep it though it would have cut off callers")
    learn.add_argument("--forget", action="store_true", help="forget what the line was taught")
    learn.add_argument("--config", metavar="FILE", help="station.toml, for when no station runs")
    add_data(learn)
    add_json(learn)
    bench = commands.add_parser("bench", help="nanoseconds a sample a port of each kernel, one port and 64")
    bench.add_argument("--seconds", type=_seconds, default=10.0, metavar="N", help="audio a kernel (10)")
    bench.add_argument("--kernel", metavar="NAME", help="this one only")
    bench.add_argument(
        "--instructions", action="store_true", help="count them by valgrind, where it is installed (minutes)"
    )
    add_json(bench)


def _source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE.wav")
    parser.add_argument("--channel", type=int, choices=(1, 2), help="which channel of a two-channel file")
    parser.add_argument("--text", action="store_true", help="print plain text instead of JSON lines")
    add_json(parser)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 86,400")
    return value


def run(args: argparse.Namespace) -> int:
    if args.dsp == "bench":
        from ctidrv.cli.dsp_bench import bench

        return bench(args.seconds, as_json=args.json, count=args.instructions, only=args.kernel)
    if args.dsp == "learn":
        from ctidrv.cli.dsp_learn import learn_tone

        return learn_tone(args)
    from ctidrv.cli.dsp_detect import detect_file, detect_microphone

    if args.dsp == "detect" and args.microphone:
        return detect_microphone(args)
    return detect_file(args)
