"""V.21: the turns in which the two ends tell each other frames (ITU-T T.30, 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ctidrv.apps.fax.analysis.envelope import Envelope
from ctidrv.native.fax_modem import FaxHeard, FaxReceiver
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms

_LATE = ms(150)
"""So much later than it begins, or ends, is a carrier known at the most."""
_LEAST_FLAGS = ms(200)
_ECHO_DB = 3.0


@dataclass(frozen=True, slots=True)
class Octets:
    """A frame as it came; `is_good`: its check sequence is right. `at`: known, in samples."""

    at: int
    octets: bytes
    is_good: bool


@dataclass(slots=True)
class Turn:
    """A stretch of V.21 on one channel (from 1); samples. `is_begin_sure`: a pause lies before it."""

    channel: int
    begin: int
    end: int
    level: float
    is_begin_sure: bool = True
    is_end_sure: bool = True
    frames: list[Octets] = field(default_factory=list)

    @property
    def good(self) -> list[bytes]:
        return [frame.octets for frame in self.frames if frame.is_good]


def turns_of(sound: Pcm, envelope: Envelope, channel: int) -> list[Turn]:
    """Every turn on a channel that has flags or frames in it."""
    turns: list[Turn] = []
    open_at: FaxHeard | None = None
    frames: list[Octets] = []
    has_flags = False
    for heard in [*FaxReceiver("v21").hear(sound), FaxHeard("end", len(sound), 0.0)]:
        if heard.kind == "carrier":
            open_at, frames, has_flags = heard, [], False
        elif heard.kind == "flags":
            has_flags = True
        elif heard.kind in ("frame", "bad"):
            frames.append(Octets(heard.at, heard.octets, heard.kind == "frame"))
        elif heard.kind == "end" and open_at is not None:
            is_long = heard.at - open_at.at >= _LEAST_FLAGS
            if any(frame.is_good for frame in frames) or (has_flags and is_long):
                turns.append(_turn(open_at, heard.at, frames, envelope, channel))
            open_at = None
    return turns


def _turn(carrier: FaxHeard, ended: int, frames: list[Octets], envelope: Envelope, channel: int) -> Turn:
    level = carrier.level
    begin = envelope.begin(carrier.at, level, _LATE)
    end = envelope.end(ended, level, _LATE)
    return Turn(
        channel,
        carrier.at - ms(47) if begin is None else begin,
        ended - ms(15) if end is None else end,
        level,
        begin is not None,
        end is not None,
        frames,
    )


def without_echoes(turns: Sequence[Turn]) -> tuple[list[Turn], list[Turn]]:
    """The turns of a recording of two channels, in order; and those that are the other channel's, heard
    again more faintly."""
    echoes = [turn for turn in turns if any(_is_echo(turn, other) for other in turns)]
    kept = [turn for turn in turns if turn not in echoes]
    return sorted(kept, key=lambda turn: turn.begin), echoes


def _is_echo(turn: Turn, other: Turn) -> bool:
    if turn.channel == other.channel or turn.level > other.level - _ECHO_DB:
        return False
    common = min(turn.end, other.end) - max(turn.begin, other.begin)
    same = set(turn.good) <= set(other.good)
    return common > 0.5 * (turn.end - turn.begin) and same
