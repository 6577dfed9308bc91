"""Any octets from a host into the parsers of the Class 1 modem, which are no C and have no fuzzer:

    python tests/long/t31_octets.py [--lines 10000000] [--chunks 10000000] [--seed N] [--out FILE]

Lines: pieces of commands and of what is none, and any octets, typed into a command line and parsed. What may
become of one: commands, in capitals and with values out of the line, or `NoCommand`; a value of numbers is
such, or `NoCommand`; the line that is held never grows past its bound, and behind each the modem takes a
command. Chunks: data with many a DLE, cut anyhow, through a shield; they come back as they were, and a stream
of any octets comes to the same however it is cut. Everything else is a finding, and exit 1. Ten minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))

from ctidrv.modem.at_line import MOST, CommandLine, NoCommand, check_number, numbers, parse
from ctidrv.modem.dle import Data, Unshield, shield
from tests.long import figures

_PIECES = [
    *b"E0 E1 V0 Q1 H H0 I3 Z &F &K3 &W S0=1 S7? S99999=1 S S=? D DT5550001 DP*#,;W! A A/ O X4".split(),
    *b"+FCLASS=1 +FCLASS? +FCLASS=1.0 +FTM=146 +FRM=96 +FTH=3 +FRH=3 +FRH=? +FTS=8 +FRS=255".split(),
    *b"+GMI +IFC=2,1 +FIT=0,0 +IPR=230400 +FAR=1; +F +FCLASSFCLASSFCLASS=1 +FTS=99999 ; ;; =?".split(),
    *b'? = + - "a;b" " 0,,0 1,2,3,4,5,6,7,8,9 \\N3 %C1 \\ % * # AT at A/'.split(),
    *(b"\x08", b"\x08" * 40, b"\r", b"\n", b"\x00", b"\xff", b"\xb5", b"\xdf", b"\x10\x03", b"\x13", b"\x11"),
    *(b"1" * 300, b"+" * 20, b"E" * 60, b" " * 9),
]
_NAME = re.compile(r"|D|S[0-9]{1,3}|[&\\%]?[A-Z]|[+\-*#][A-Z0-9!%./:_\-]{1,16}")
_BEHIND = b"\rAT\rATE\r"


def line(dice: random.Random) -> bytes:
    typed = b"".join(dice.choices(_PIECES, k=dice.randrange(1, 6)))
    if dice.random() < 0.3:
        at = dice.randrange(len(typed) + 1)
        typed = typed[:at] + dice.randbytes(dice.randrange(1, 9)) + typed[at:]
    return b"AT" + typed + b"\r"


def typed(text: str) -> str:
    return "".join(char for char in text.upper() if char > " ")


def parsed(text: str) -> str | None:
    """What is wrong with what becomes of a line; None: nothing."""
    try:
        commands = parse(text)
    except NoCommand:
        return None
    bare = typed(text)
    for command in commands:
        if not _NAME.fullmatch(command.name) or command.how not in ("", "?", "=?", "="):
            return f"is {command}"
        if typed(command.value) not in bare:
            return f"has a value that was not typed: {command}"
        for check in (numbers, check_number):
            with contextlib.suppress(NoCommand):
                check(command.value)
    return None


def play_lines(count: int, dice: random.Random) -> list[str]:
    findings, host = [], CommandLine()
    for _ in range(count):
        raw = line(dice)
        try:
            for char in raw:
                text = host.feed(char)
                if text is not None and (wrong := parsed(text)):
                    findings.append(f"{raw!r} {wrong}")
                if host._text is not None and len(host._text) > MOST + 1:
                    findings.append(f"{raw!r} is held with {len(host._text)} characters")
            if [text for char in _BEHIND if (text := host.feed(char)) is not None][-1] != "E":
                findings.append(f"{raw!r}: what is typed behind it is no command")
        except Exception as error:
            findings.append(f"{raw!r}: {type(error).__name__}: {error}")
            host = CommandLine()
    return findings


def cut(stream: bytes, dice: random.Random) -> Iterable[bytes]:
    at = 0
    while at < len(stream):
        end = at + dice.randrange(1, 8)
        yield stream[at:end]
        at = end


def taken(chunks: Iterable[bytes]) -> tuple[bytes, list[int], int]:
    """Data, codes, and how many chunks there were."""
    decoder, data, codes, count = Unshield(), bytearray(), [], 0
    for chunk in chunks:
        count += 1
        for item, left in decoder.feed(chunk):
            if not 0 <= left < len(chunk):
                raise ValueError(f"{left} of {len(chunk)} octets are said to be left")
            if isinstance(item, Data):
                data += item.content
            else:
                codes.append(item.code)
    return bytes(data), codes, count


def play_chunks(count: int, dice: random.Random) -> tuple[list[str], int]:
    findings: list[str] = []
    done = 0
    while done < count:
        stream = bytes(dice.choices(b"\x10\x10\x10\x03\x1a\x18\x00\xff\x1bAR", k=80)) + dice.randbytes(20)
        data = bytes(dice.choices(b"\x10\x10\x03\x1a\x00", k=60)) + dice.randbytes(20)
        pairs = dice.random() < 0.5
        try:
            whole = taken([stream])
            pieces = taken(cut(stream, dice))
            back = taken(cut(shield(data, pairs=pairs), dice))
            if whole[:2] != pieces[:2]:
                findings.append(f"{stream!r} comes to another thing when it is cut")
            if back[:2] != (data, []):
                findings.append(f"{data!r} does not come back, pairs {pairs}")
            done += 1 + pieces[2] + back[2]
        except Exception as error:
            findings.append(f"{stream!r} {data!r}: {type(error).__name__}: {error}")
            done += 1
    return findings, done


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--chunks", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    begun, dice = time.monotonic(), random.Random(args.seed)
    findings = play_lines(args.lines, dice)
    lined = time.monotonic()
    more, chunks = play_chunks(args.chunks, dice)
    findings += more
    figures.write(
        {
            "run": "t31_octets",
            "seed": args.seed,
            "commit": figures.commit(),
            "wall_s": round(time.monotonic() - begun, 1),
            "lines": args.lines,
            "lines_s": round(lined - begun, 1),
            "chunks": chunks,
            "findings": len(findings),
            "first": findings[:20],
        },
        args.out,
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
