"""Whole fax calls of libspandsp with itself, an implementation that is not ours, by ctypes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from ctidrv.native.pcm import Pcm
from tests.native.spandsp_fax import load
from tests.native.spandsp_machine import SpandspFax

__all__ = ["BLOCK", "V17", "V27TER", "V29", "Call", "Terminal", "call", "load", "tiff", "wire"]

V27TER, V29, V17 = 1, 2, 4
BLOCK = 160
_QUIET = 4 * 50
"""Blocks in which neither says anything: the call is over."""

Samples = Any
Wire = Callable[[Samples], Samples]


def tiff(path: Path, pages: Sequence[Image.Image], dpi: tuple[int, int] = (204, 196)) -> Path:
    """What a terminal sends."""
    first, *others = (page.convert("1") for page in pages)
    first.save(path, save_all=True, append_images=others, compression="group4", dpi=dpi)
    return path


class Terminal:
    """A fax machine, block by block; `send`: a TIFF, `receive`: where one is written."""

    def __init__(
        self,
        lib: Any,
        calling: bool,
        *,
        modems: int = V17 | V29 | V27TER,
        ecm: bool = True,
        codings: Sequence[str] = ("mh", "mr", "mmr"),
        ident: str = "",
        send: Path | None = None,
        receive: Path | None = None,
    ) -> None:
        self._fax = SpandspFax(
            lib,
            calling=calling,
            send=send,
            receive=receive,
            modems=modems,
            ecm=ecm,
            codings=codings,
            ident=ident,
        )
        self.protect_from_echo = self._fax.protect_from_echo
        self.close = self._fax.close

    def run(self, heard: Samples) -> Samples:
        """Takes a block of the line and gives one to it."""
        said = self._fax.run(Pcm.from_bytes(heard.astype("<i2").tobytes()))
        return numpy.frombuffer(said.bytes, "<i2")


def wire(seed: int, *, loss_db: float = 8.0, noise: float = 2.0) -> Wire:
    """One direction of a line: fainter, with white noise of so many units' deviation."""
    dice, gain = numpy.random.default_rng(seed), 10 ** (-loss_db / 20)

    def through(block: Samples) -> Samples:
        return (gain * block + dice.normal(0.0, noise, BLOCK)).clip(-32768, 32767).round()

    return through


@dataclass(frozen=True)
class Call:
    """Each end's sound, where it is sent and where it comes in."""

    caller: Samples
    at_called: Samples
    called: Samples
    at_caller: Samples

    def recorded(self, at: str = "caller") -> list[Pcm]:
        """As a line's recording at this end: what it sent, what came."""
        if at == "caller":
            return [_pcm(self.caller), _pcm(self.at_caller)]
        return [_pcm(self.called), _pcm(self.at_called)]

    def mixed(self, at: str = "caller") -> list[Pcm]:
        """As on one pair of wires there."""
        own, far = (self.caller, self.at_caller) if at == "caller" else (self.called, self.at_called)
        return [_pcm((own + far).clip(-32768, 32767))]


def _pcm(samples: Samples) -> Pcm:
    return Pcm.from_bytes(samples.astype("<i2").tobytes())


def call(caller: Terminal, called: Terminal, to: Wire, back: Wire, *, most_s: float = 400.0) -> Call:
    """Until neither says anything any more."""
    sent, came, answers, heard = [], [], [], [numpy.zeros(BLOCK)]
    quiet = 0
    while quiet < _QUIET and len(sent) < most_s * 50:
        said = caller.run(heard[-1])
        came.append(to(said))
        answer = called.run(came[-1])
        heard.append(back(answer))
        sent.append(said)
        answers.append(answer)
        quiet = 0 if said.any() or answer.any() else quiet + 1
    caller.close()
    called.close()
    return Call(*(numpy.concatenate(parts) for parts in (sent, came, answers, heard[1:])))
