"""Blocks of error correction put together again from their frames (ITU-T T.30, annex A)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ctidrv.apps.fax.analysis.carriers import Carrier
from ctidrv.apps.fax.analysis.facsimile import parse
from ctidrv.native.t30_frames import Frame


@dataclass(slots=True)
class Block:
    """The frames of a block, from as many carriers as it took."""

    page: int | None = None
    number: int | None = None
    """Of the call and of its page, as PPS says."""
    size: int | None = None
    """Frames it has, as its first PPS says; a later one counts those that were sent again."""
    frames: dict[int, bytes] = field(default_factory=dict)
    carriers: list[Carrier] = field(default_factory=list)
    damaged: int = 0
    """Frames whose check sequence was wrong."""
    repeated: int = 0
    """Frames that came again though they were there."""
    requests: list[list[int]] = field(default_factory=list)
    """The numbers that each PPR asked for."""

    def take(self, carrier: Carrier) -> None:
        """What a carrier brought."""
        self.carriers.append(carrier)
        for piece in carrier.reading.pieces if carrier.reading else ():
            frame = parse(piece.octets) if piece.is_good else None
            if not piece.is_good:
                self.damaged += len(piece.octets) > 3
            elif frame is not None and (number := frame.heard.number) is not None:
                self.repeated += number in self.frames
                self.frames[number] = frame.info[1:]

    def announced(self, pps: Frame) -> None:
        """What a PPS says of it."""
        if self.size is None:
            self.page, self.number, self.size = pps.page, pps.block, pps.frames

    def join(self, later: Block) -> None:
        """The same block, sent again."""
        self.repeated += later.repeated + len(self.frames.keys() & later.frames.keys())
        self.damaged += later.damaged
        self.frames.update(later.frames)
        self.carriers += later.carriers

    @property
    def whole(self) -> int:
        """How many frames it has, as far as that is known."""
        return max(self.size or 0, max(self.frames, default=-1) + 1)

    @property
    def asked(self) -> list[list[int]]:
        """The same of those that it has: what is behind its last frame is asked for too."""
        return [[number for number in numbers if number < self.whole] for numbers in self.requests]

    @property
    def missing(self) -> list[int]:
        """Frames that never came whole."""
        return [number for number in range(self.whole) if number not in self.frames]

    def octets(self, frame_octets: int) -> tuple[bytes, int | None]:
        """Its data, zeros for what is missing, and where the first missing frame would be."""
        parts: list[bytes] = []
        first = None
        for number in range(self.whole):
            data = self.frames.get(number)
            if data is None:
                first = sum(map(len, parts)) if first is None else first
                data = bytes(frame_octets)
            parts.append(data)
        return b"".join(parts), first
