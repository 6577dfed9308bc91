"""Caller-ID bursts as lines deliver them, made by numpy alone, not by the code that is measured.

0 dBm0 is rms 16,140; the level is that of the stronger tone; SNR is against white noise over 0 to 4 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy

from ctidrv.native import g711
from ctidrv.native.pcm import Pcm

RMS_0_DBM0 = 16140.0
TONES = {"bell202": (2200.0, 1200.0), "v23": (2100.0, 1300.0)}
"""space, mark"""
NAMES = ("ALICE WONG", "B SMITH", "WANG XIAOMING", "")


@dataclass
class Burst:
    """What is sent, and by what line."""

    standard: str = "bell202"
    level: float = -13.5
    twist: float = 0.0
    """dB that space is above mark."""
    rate: float = 0.0
    """Off 1200 bit/s, as a fraction."""
    seizure: int = 300
    marks: int = 180
    stuffing: float = 0.0
    """Marks between bytes, in bits, whole or not."""
    snr: float | None = None
    echo: tuple[float, float] | None = None
    """ms later, dB down."""
    hum: float | None = None
    """dBm0, 50 Hz and its odd harmonics."""
    clicks: int = 0
    law: str | None = None
    lead: int = field(default=1600)
    """Samples of line before it."""


def message(number: str, name: str = "", when: str = "11221430") -> bytes:
    """An MDMF call set-up message with its checksum (Telcordia GR-30)."""
    body = b"".join(
        bytes((kind, len(text))) + text.encode() for kind, text in ((1, when), (2, number), (7, name)) if text
    )
    head = bytes((0x80, len(body))) + body
    return head + bytes((-sum(head) % 256,))


def bits_of(data: bytes, burst: Burst) -> tuple[list[int], list[float]]:
    """The bits on the line, and how long each is in bits."""
    bits = [k & 1 for k in range(burst.seizure)] + [1] * burst.marks
    lengths = [1.0] * len(bits)
    for each in data:
        bits += [0] + [each >> k & 1 for k in range(8)] + [1]
        lengths += [1.0] * 9 + [1.0 + burst.stuffing]
    return [*bits, 1], [*lengths, 8.0]


def keyed(bits: list[int], lengths: list[float], burst: Burst) -> Any:
    """The modulated samples, phase continuous, edges wherever they fall between samples."""
    space, mark = TONES[burst.standard]
    seconds = numpy.array(lengths) / (1200.0 * (1.0 + burst.rate))
    edges = numpy.concatenate([[0.0], numpy.cumsum(seconds)])
    hertz = numpy.where(numpy.array(bits) == 1, mark, space)
    cycles = numpy.concatenate([[0.0], numpy.cumsum(hertz * seconds)])
    times = numpy.arange(int(edges[-1] * 8000)) / 8000
    phase = numpy.interp(times, edges, cycles)
    weak = 10 ** (-abs(burst.twist) / 20)
    gains = (1.0 if burst.twist >= 0 else weak, weak if burst.twist > 0 else 1.0)  # space, mark
    sent = numpy.array(bits)[numpy.searchsorted(edges, times, side="right") - 1]
    return numpy.where(sent == 1, gains[1], gains[0]) * numpy.sin(2 * numpy.pi * phase)


def line_of(data: bytes, burst: Burst, dice: Any) -> Any:
    """The whole line's samples, 16-bit."""
    bits, lengths = bits_of(data, burst)
    peak = RMS_0_DBM0 * 2**0.5 * 10 ** (burst.level / 20)
    tone = peak * keyed(bits, lengths, burst)
    out = numpy.zeros(burst.lead + len(tone) + 3000)
    out[burst.lead : burst.lead + len(tone)] = tone
    power = float(numpy.mean(tone**2))
    if burst.echo:
        delay, down = round(burst.echo[0] * 8), 10 ** (-burst.echo[1] / 20)
        out[delay:] += down * out[:-delay].copy()
    if burst.hum is not None:
        at = numpy.arange(len(out)) / 8000
        turn = dice.uniform(0, 2 * numpy.pi, 3)
        for k, (harmonic, share) in enumerate(((1, 1.0), (3, 0.4), (5, 0.2))):
            rms = RMS_0_DBM0 * 10 ** (burst.hum / 20) * share
            out += rms * 2**0.5 * numpy.sin(2 * numpy.pi * 50 * harmonic * at + turn[k])
    if burst.snr is not None:
        out += dice.normal(0, (power / 10 ** (burst.snr / 10)) ** 0.5, len(out))
    for _ in range(burst.clicks):
        where, length = int(dice.integers(0, len(out) - 16)), int(dice.integers(1, 9))
        out[where : where + length] += dice.choice((-1, 1)) * peak * dice.uniform(0.2, 1.0)
    return companded(numpy.clip(numpy.rint(out), -32768, 32767).astype(numpy.int16), burst.law)


def companded(samples: Any, law: str | None) -> Any:
    if law is None:
        return samples
    return numpy.frombuffer(g711.decode(g711.encode(pcm(samples), law), law).bytes, dtype=numpy.int16)


def pcm(samples: Any) -> Pcm:
    return Pcm.from_bytes(numpy.clip(numpy.rint(samples), -32768, 32767).astype(numpy.int16).tobytes())


def number_of(dice: Any) -> str:
    return "".join(str(d) for d in dice.integers(0, 10, int(dice.integers(7, 12))))


def easy(standard: str, dice: Any) -> Burst:
    """A realistic line: −25…−4 dBm0, twist −8…+4 dB, ±1.5 %, SNR 20–35 dB."""
    return _mixed(standard, dice, -25, (20, 35))


def hard(standard: str, dice: Any) -> Burst:
    """A hard line: −32…−4 dBm0, SNR 12–20 dB."""
    return _mixed(standard, dice, -32, (12, 20))


def _mixed(standard: str, dice: Any, lowest: float, snr: tuple[float, float]) -> Burst:
    level = float(dice.uniform(lowest, -4))
    return Burst(
        standard=standard,
        level=level,
        twist=float(dice.uniform(-8, 4)),
        rate=float(dice.uniform(-0.015, 0.015)),
        seizure=int(dice.choice((300, 300, 300, 0))),
        marks=int(dice.choice((180, 80, 70))),
        stuffing=float(dice.choice((0, 0, 0, 1, 2.5, 10))),
        snr=float(dice.uniform(*snr)),
        echo=(float(dice.uniform(2, 20)), float(dice.uniform(12, 25))),
        hum=level - float(dice.uniform(10, 30)),
        clicks=int(dice.integers(0, 3)),
        law=str(dice.choice(("ulaw", "alaw"))),
        lead=int(dice.integers(1600, 2400)),
    )
