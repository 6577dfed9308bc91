"""``ctidrv fax analyse``: a recorded fax call, frame by frame, in words and pictures."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ctidrv.cli import given
from ctidrv.cli.output import add_json, print_json

WHAT = "pages and pictures"
HELP = "a recorded fax call: frames, rates, training, pages, and what went wrong"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=given.path, metavar="FILE.wav", help="one channel, or two: what we sent, what came"
    )
    parser.add_argument("--to", type=given.path, metavar="DIR", help="put the pages and pictures here")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="of the words; en by default")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from ctidrv.apps.fax.analysis.heard import analyse
    from ctidrv.apps.fax.analysis.lines import lines_of, summary_of
    from ctidrv.apps.fax.analysis.recording import read_recording
    from ctidrv.apps.fax.analysis.saying import Saying
    from ctidrv.apps.fax.analysis.telling import told

    saying = Saying(args.lang)
    if args.to is not None:
        given.check_folder(args.to, WHAT)
    channels, is_cut = read_recording(args.file)
    heard = replace(analyse(channels), is_cut=is_cut)
    lines = list(lines_of(heard, saying))
    if args.to is not None:
        from ctidrv.cli.fax_pictures import Pictures

        lines += Pictures(heard, saying, args.file.name, given.make_folder(args.to, WHAT)).write(channels)
    if args.json:
        for line in lines:
            print_json(line)
    elif heard.is_fax:
        for text in told(lines, saying):
            print(text)
    else:
        print(f"{args.file}: {saying['no fax']}")
        for text in told([line for line in lines if line.get("code") == "file-cut-off"], saying):
            print(text)
    if args.json:
        print_json(summary_of(heard))
    return 0
