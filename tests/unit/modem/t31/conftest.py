"""A T.31 modem on a line that is written down instead of heard, and a hook that is a flag."""

from __future__ import annotations

import pytest

from ctidrv.modem.t31.modem import T31
from ctidrv.native.fax_line import FaxTurn, Said
from ctidrv.native.fax_modem import FaxHeard, Kind, Modem
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, ms


class PaperLine:
    """Does what a fax_line does, without sound: `turns`, `octets` and `frames` are what it was given."""

    def __init__(self) -> None:
        self.turns: list[FaxTurn] = []
        self.octets = bytearray()
        self.frames: list[bytes] = []
        self.room = 1024
        self.waiting = 0
        self.ended = False
        self.will: list[Said] = []

    def turn(self, turn: FaxTurn) -> None:
        self.turns.append(turn)
        self.ended = False

    def put(self, octets: bytes) -> int:
        taken = octets[: self.room]
        self.octets += taken
        self.room -= len(taken)
        return len(taken)

    def frame(self, octets: bytes) -> None:
        self.frames.append(octets)

    def end(self) -> None:
        self.ended = True

    def run(self, rx: Pcm) -> tuple[Pcm, Said | None]:
        return Pcm.silence(len(rx)), self.will.pop(0) if self.will else None


class Hook:
    """`dialled`: the numbers."""

    def __init__(self) -> None:
        self.off_hook = False
        self.dialled: list[str] = []
        self.answered = 0

    def dial(self, number: str) -> None:
        self.off_hook = True
        self.dialled.append(number)

    def answer(self) -> None:
        self.off_hook = True
        self.answered += 1

    def hang_up(self) -> None:
        self.off_hook = False


class Bench:
    """`came`: what the host has not read yet."""

    def __init__(self) -> None:
        self.line, self.hook = PaperLine(), Hook()
        self.came = bytearray()
        self.modem = T31(self.line, self.hook, self._take)  # type: ignore[arg-type]

    def _take(self, data: bytes) -> bool:
        self.came += data
        return True

    def read(self) -> bytes:
        data = bytes(self.came)
        self.came.clear()
        return data

    def types(self, text: str) -> bytes:
        """A command line; what it is answered at once, without its echo."""
        self.modem.feed(b"AT" + text.encode() + b"\r")
        return self.read().removeprefix(b"AT" + text.encode() + b"\r")

    def passes(self, milliseconds: float, sound: Pcm | None = None) -> bytes:
        """Time; what came."""
        for _ in range(-(-ms(milliseconds) // TICK)):
            self.modem.tick(sound or Pcm.silence(TICK))
        return self.read()

    def hears(self, kind: Kind, octets: bytes = b"", *, modem: Modem = "v21", level: float = -20.0) -> bytes:
        """Its line says this in the next tick; what came of it."""
        heard = FaxHeard(kind, 0, level, octets)
        self.line.will.append(Said("heard", 0, modem, heard))
        return self.passes(20)

    def sent(self) -> bytes:
        """The carrier has ended; what came of it."""
        self.line.will.append(Said("sent", 0))
        return self.passes(20)


@pytest.fixture
def bench() -> Bench:
    """In class 1, on hook, without echo."""
    made = Bench()
    made.types("E0+FCLASS=1")
    made.read()
    return made


@pytest.fixture
def call(bench: Bench) -> Bench:
    """The same with the line taken, and nothing said on it yet."""
    bench.hook.off_hook = True
    bench.modem.through()
    return bench
