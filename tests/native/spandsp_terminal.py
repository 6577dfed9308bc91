"""Whole fax calls of libspandsp with itself, an implementation that is not ours, by ctypes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from ctidrv.native.pcm import Pcm
from tests.native import spandsp_fax

V27TER, V29, V17 = 1, 2, 4
BLOCK = 160
_QUIET = 4 * 50
"""Blocks in which neither says anything: the call is over."""
_CODINGS = {"mh": 2, "mr": 4, "mmr": 8}
"""spandsp, t30.h."""

Samples = Any
Wire = Callable[[Samples], Samples]


def load() -> Any:
    """The library; the test that asks is skipped where there is none."""
    lib = spandsp_fax.load()
    lib.fax_init.restype = ctypes.c_void_p
    lib.fax_get_t30_state.restype = ctypes.c_void_p
    return lib


def tiff(path: Path, pages: Sequence[Image.Image], dpi: tuple[int, int] = (204, 196)) -> Path:
    """What a terminal sends."""
    first, *others = (page.convert("1") for page in pages)
    first.save(path, save_all=True, append_images=others, compression="group4", dpi=dpi)
    return path


class Terminal:
    """A fax machine; `send`: a TIFF, `receive`: where one is written."""

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
        self._lib = lib
        self._fax = ctypes.c_void_p(lib.fax_init(None, int(calling)))
        t30 = ctypes.c_void_p(lib.fax_get_t30_state(self._fax))
        lib.fax_set_transmit_on_idle(self._fax, 1)
        lib.t30_set_supported_modems(t30, modems)
        lib.t30_set_ecm_capability(t30, int(ecm))
        lib.t30_set_supported_compressions(t30, sum(_CODINGS[each] for each in codings))
        lib.t30_set_tx_ident(t30, ident.encode())
        if send is not None:
            lib.t30_set_tx_file(t30, str(send).encode(), -1, -1)
        if receive is not None:
            lib.t30_set_rx_file(t30, str(receive).encode(), -1)

    def run(self, heard: Samples) -> Samples:
        """Takes a block of the line and gives one to it."""
        block = heard.astype(numpy.int16)
        self._lib.fax_rx(self._fax, ctypes.c_void_p(block.ctypes.data), BLOCK)
        out = numpy.zeros(BLOCK, numpy.int16)
        self._lib.fax_tx(self._fax, ctypes.c_void_p(out.ctypes.data), BLOCK)
        return out

    def protect_from_echo(self) -> None:
        """The carrier alone comes before each training."""
        self._lib.fax_set_tep_mode(self._fax, 1)

    def close(self) -> None:
        self._lib.fax_free(self._fax)


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
