"""Somebody from outside at a telephone of the exchange: what he says and hears passes frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ctidrv.errors import CtiError, InputError
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples
from hwsim.exchange_table import LineState
from hwsim.lockstep import Stalled, Stop, Stopped
from hwsim.subscriber import Subscriber

if TYPE_CHECKING:
    from ctidrv.media.wav import WavWriter

MOST_AFTER_CLEARING = 250
"""Frames of busy tone that a terminal gets to hear once the far end has gone."""
_DIALS = (LineState.DIAL_TONE, LineState.DIALLING)


class Terminal(Protocol):
    """What he has in his hand: frames of TICK 16-bit little-endian samples."""

    def read(self) -> bytes | None:
        """What he says next; None: he has hung up."""
        ...

    def write(self, frame: bytes) -> bool:
        """What he hears; False: he has hung up."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Passed:
    """What became of his call."""

    begun: Samples = Samples(0)
    frames: int = 0
    """That went both ways."""
    reason: str = "limit"
    """What ended it: "terminal", "far-end", "person", "stalled", "stopped", "error", "limit"."""
    error: str | None = None


async def pass_frames(phone: Subscriber, terminal: Terminal, passed: Passed) -> None:
    """Off hook, frame by frame, and on hook again; `passed` tells of it, also when it is cut short."""
    phone.notes.clear()
    try:
        await phone.lift()
        passed.begun = phone.clock.now()
        passed.reason = await _frames(phone, terminal, passed)
    except Stalled as error:
        passed.reason, passed.error = "stalled", str(error)
    except Stopped:
        passed.reason = "stopped"
    except CtiError as error:
        passed.reason, passed.error = "error", str(error)
    finally:
        terminal.close()
        await phone.hang_up()


async def _frames(phone: Subscriber, terminal: Terminal, passed: Passed) -> str:
    cleared, dialled = 0, ""
    while cleared < MOST_AFTER_CLEARING:
        said = terminal.read()
        if said is None or not terminal.write(await phone.exchanges(Pcm.from_bytes(said))):
            return "terminal"
        passed.frames += 1
        line = phone.line
        cleared = cleared + 1 if line.state is LineState.CLEARED else 0
        if line.state not in _DIALS and line.dialled != dialled:
            dialled = line.dialled
            phone.note("has dialled", dialled)
    return "far-end"


class WavTerminal:
    """Says one file of sound, and writes what he hears to another. InputError, StoreError."""

    def __init__(self, says: Path, hears: Path, stop: Stop) -> None:
        from ctidrv.media.wav import read_wav

        channels = read_wav(says).channels
        if len(channels) != 1:
            raise InputError(f"{says}: has {len(channels)} channels; a subscriber speaks on one")
        if hears.exists():
            raise InputError(f"{hears}: is there already; what is heard goes to a new file")
        self._says = channels[0]
        self._at = 0
        self._path = hears
        self._stop = stop
        self._hears: WavWriter | None = None

    def read(self) -> bytes | None:
        """Stopped."""
        if self._stop.asked:
            raise Stopped
        frame = self._says[self._at : self._at + TICK]
        self._at += TICK
        return (frame + Pcm.silence(TICK - len(frame))).bytes if len(frame) else None

    def write(self, frame: bytes) -> bool:
        from ctidrv.media.wav import WavWriter

        if self._hears is None:
            self._hears = WavWriter(self._path, 1, sync=False)
        self._hears.write(frame)
        return True

    def close(self) -> None:
        if self._hears is not None:
            self._hears.close()
