"""Damaged caller-ID messages: which give a wrong number?

    python tests/long/caller_id_damaged.py [--messages 12000] [--seed N] [--speech FOLDER] [--out FILE]

Each message is damaged in one of the ways of DAMAGES. A number that was not sent is a finding (of a garbled
copy of two bursts: one that neither sent). Beside ours stands libspandsp where it is installed. Exit 1 when
there is more than one wrong number in 10,000 messages. 12,000 take about five minutes.
"""

from __future__ import annotations

import argparse
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
from figures import commit, write

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import caller_id_others as others
import caller_id_sounds as sounds
from caller_id_sounds import Burst

VOICE = Path(__file__).parents[2] / "hw-sim" / "hwsim" / "voices" / "ann-lee.wav"
ALLOWED = 1e-4
Damage = Callable[["Maker", bytes, Burst], Any]


class Maker:
    """The dice, and what is said over a message."""

    def __init__(self, seed: int, talk: Any) -> None:
        self.dice: Any = numpy.random.default_rng(seed)
        self.talk = talk
        self.other = ""
        """The number of a second message, which may be heard, too."""

    def number(self) -> str:
        return sounds.number_of(self.dice)

    def plain(self, data: bytes, burst: Burst) -> Any:
        return sounds.line_of(data, burst, self.dice).astype(float)

    def data_at(self, burst: Burst) -> int:
        """The sample at which the first byte begins."""
        return burst.lead + round((burst.seizure + burst.marks) * 20 / 3)


def noise(make: Maker, data: bytes, burst: Burst) -> Any:
    burst.snr = float(make.dice.uniform(2, 8))
    return make.plain(data, burst)


def bit_errors(make: Maker, data: bytes, burst: Burst) -> Any:
    """Bits turned over whole, start and stop bits among them. What is then a whole message by its framing and
    checksum (two errors that make up for each other) is one that was sent, and is drawn again."""
    bits, lengths = sounds.bits_of(data, burst)
    first = burst.seizure + burst.marks
    while True:
        turned = list(bits)
        for _ in range(int(make.dice.integers(1, 6))):
            turned[int(make.dice.integers(first, len(bits) - 1))] ^= 1
        frames = [turned[at : at + 10] for at in range(first, len(bits) - 1, 10)]
        framed = all(each[0] == 0 and each[9] == 1 for each in frames)
        if not framed or sum(sum(bit << k for k, bit in enumerate(each[1:9])) for each in frames) % 256:
            break
    peak = sounds.RMS_0_DBM0 * 2**0.5 * 10 ** (burst.level / 20)
    return padded(peak * sounds.keyed(turned, lengths, burst))


def turned_pairs(make: Maker, data: bytes, burst: Burst) -> Any:
    """Beside the message, nearly as loud, one with the same checksum: a bit of two bytes is turned over, up
    in one and down in the other. Only the weakest bit's margin can tell."""
    body = bytearray(data)
    for _ in range(200):
        i, k = (int(v) for v in make.dice.integers(12, len(body) - 1, 2))
        at = int(make.dice.integers(0, 4))
        if i != k and body[i] >> at & 1 and not body[k] >> at & 1:
            body[i] ^= 1 << at
            body[k] ^= 1 << at
            break
    good, bad = make.plain(data, burst), make.plain(bytes(body), burst)
    share = float(make.dice.uniform(0.35, 0.5))
    return share * bad + (1 - share) * good


def drop_outs(make: Maker, data: bytes, burst: Burst) -> Any:
    line = make.plain(data, burst)
    for _ in range(int(make.dice.integers(1, 4))):
        at = int(make.dice.integers(make.data_at(burst), len(line) - 4000))
        line[at : at + int(make.dice.integers(4, 200))] = 0
    return line


def slips(make: Maker, data: bytes, burst: Burst) -> Any:
    """Samples lost or said twice, as by a late tick or packet."""
    line = make.plain(data, burst)
    for _ in range(int(make.dice.integers(1, 3))):
        at, n = (
            int(make.dice.integers(make.data_at(burst), len(line) - 4000)),
            int(make.dice.integers(1, 161)),
        )
        cut = at + n if make.dice.random() < 0.5 else at - n
        line = numpy.concatenate([line[:at], line[cut:]])
    return line


def clicks(make: Maker, data: bytes, burst: Burst) -> Any:
    line = make.plain(data, burst)
    for _ in range(int(make.dice.integers(3, 30))):
        at, n = int(make.dice.integers(0, len(line) - 40)), int(make.dice.integers(1, 20))
        line[at : at + n] += make.dice.choice((-1, 1)) * make.dice.uniform(1000, 30000)
    return line


def speech(make: Maker, data: bytes, burst: Burst) -> Any:
    line = make.plain(data, burst)
    at = int(make.dice.integers(0, len(make.talk) - len(line)))
    talk = make.talk[at : at + len(line)]
    rms = float(numpy.sqrt(numpy.mean(talk**2))) + 1
    peak = sounds.RMS_0_DBM0 * 10 ** (burst.level / 20)
    return line + talk * (peak / rms * 10 ** (float(make.dice.uniform(-10, 6)) / 20))


def cut_off(make: Maker, data: bytes, burst: Burst) -> Any:
    """It ends in the middle, or begins there."""
    line = make.plain(data, burst)
    at = int(make.dice.integers(make.data_at(burst), len(line) - 3100))
    if make.dice.random() < 0.7:
        line[at:] = 0
    else:
        line[: int(make.dice.integers(0, at))] = 0
    return line


def two_bursts(make: Maker, data: bytes, burst: Burst) -> Any:
    """A second message begins somewhere in the first, louder or softer."""
    line = make.plain(data, burst)
    make.other = make.number()
    gain = 10 ** (float(make.dice.uniform(-12, 12)) / 20)
    second = gain * make.plain(sounds.message(make.other, "B SMITH"), Burst(burst.standard, lead=0))
    at = int(make.dice.integers(0, len(line)))
    out = numpy.zeros(max(len(line), at + len(second)))
    out[: len(line)] += line
    out[at : at + len(second)] += second
    return out


def bad_line(make: Maker, data: bytes, burst: Burst) -> Any:
    """The hard line, and 4 to 10 dB of SNR."""
    worse = sounds.hard(burst.standard, make.dice)
    worse.snr = float(make.dice.uniform(4, 10))
    worse.clicks += 3
    return sounds.line_of(data, worse, make.dice)


DAMAGES: tuple[Damage, ...] = (
    *(noise, bit_errors, turned_pairs, drop_outs, slips),
    *(clicks, speech, cut_off, two_bursts, bad_line),
)


def padded(sound: Any) -> Any:
    return numpy.concatenate([numpy.zeros(1600), sound, numpy.zeros(3000)])


def talk_of(folder: Path | None) -> Any:
    pieces = []
    for path in sorted(folder.rglob("*.wav")) if folder else [VOICE]:
        with wave.open(str(path)) as file:
            pieces.append(numpy.frombuffer(file.readframes(file.getnframes()), dtype=numpy.int16))
    talk = numpy.concatenate(pieces).astype(float)
    return numpy.concatenate([talk] * (1 + 40000 // len(talk)))


def run(messages: int, seed: int, talk: Any) -> dict[str, Any]:
    """Counts by kind of damage and receiver: right, wrong (some other number), nothing."""
    make = Maker(seed, talk)
    receivers = {"ours": others.ours(), "spandsp": others.spandsp()}
    counts: dict[str, Any] = {}
    wrong: list[dict[str, Any]] = []
    for number in range(messages):
        damage = DAMAGES[number % len(DAMAGES)]
        burst = Burst(str(make.dice.choice(tuple(sounds.TONES))), level=float(make.dice.uniform(-25, -6)))
        sent, make.other = make.number(), ""
        line = sounds.pcm(damage(make, sounds.message(sent, str(make.dice.choice(sounds.NAMES))), burst))
        for who, hear in receivers.items():
            if hear is None:
                continue
            found = hear(line, burst.standard)
            of = counts.setdefault(who, {}).setdefault(
                damage.__name__, {"right": 0, "wrong": 0, "nothing": 0}
            )
            is_wrong = any(each not in (sent, make.other) for each in found)
            of["wrong" if is_wrong else "right" if sent in found else "nothing"] += 1
            if is_wrong and who == "ours":
                wrong.append({"message": number, "damage": damage.__name__, "sent": sent, "found": found})
    totals = {who: sum(each["wrong"] for each in of.values()) for who, of in counts.items()}
    head = {"run": "caller_id_damaged", "seed": seed, "commit": commit(), "messages": messages}
    return {**head, "wrong": totals, "ours_wrong": wrong, "counts": counts}


def main() -> int:
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    read.add_argument("--messages", type=int, default=12000)
    read.add_argument("--seed", type=int, default=1)
    read.add_argument(
        "--speech", type=Path, metavar="FOLDER", help="8 kHz mono WAV; else a voice of the tree"
    )
    read.add_argument("--out", type=Path, metavar="FILE.json")
    args = read.parse_args()
    figures = run(args.messages, args.seed, talk_of(args.speech))
    write(figures, args.out)
    return int(figures["wrong"]["ours"] > ALLOWED * args.messages)


if __name__ == "__main__":
    sys.exit(main())
