"""`Track`: what sounds at a telephone's ear, from when to when; `hear` looks for a prompt in it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds
from hwsim.eventmode.player import Item
from hwsim.eventmode.sound import Sound

KEPT = seconds(600)


@dataclass(slots=True, eq=False)
class Piece:
    item: Item
    begun: int
    """The sample at which the item's first sample was, or would have been, heard."""
    begin: int
    end: int | None = None


class Track:
    """Pieces in order of their beginning. Samples count from the engine's start."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._places: dict[tuple[Sound, bytes], int] = {}
        self._waiters: list[asyncio.Future[None]] = []

    def sounds(self, items: list[Item], at: int) -> None:
        for piece in self.pieces:
            if piece.end is None and not any(piece.item is item for item in items):
                piece.end = at
        for item in items:
            if not any(piece.item is item and piece.end is None for piece in self.pieces):
                self.pieces.append(Piece(item, item.begun, at))
        self.pieces = [each for each in self.pieces if each.end is None or each.end > at - KEPT]
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def since(self, begin: int, now: int) -> list[tuple[int, int, Pcm]]:
        """What has begun since then but for tones: from, to (`now`, where it goes on), what."""
        return [
            (piece.begin, now if piece.end is None else piece.end, Pcm.from_bytes(piece.item.sound.data))
            for piece in self.pieces
            if piece.begin >= begin and piece.item.sound.tone is None
        ]

    def heard(self, begin: int, end: int) -> Pcm:
        """The samples of what sounds latest, from one sample to another; silence where nothing does."""
        piece = next((each for each in reversed(self.pieces) if each.end is None or each.end > begin), None)
        if piece is None or piece.begin >= end:
            return Pcm.silence(end - begin)
        first, last = max(begin, piece.begin), end if piece.end is None else min(end, piece.end)
        sound = piece.item.sound.part(first - piece.begun, last - piece.begun)
        return Pcm.silence(first - begin) + sound + Pcm.silence(end - first - len(sound))

    def changed(self) -> asyncio.Future[None]:
        """Done when the next sound begins or ends."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def places(self, sounds: Mapping[str, Pcm], after: int) -> list[tuple[int, str]]:
        """Where each of `sounds` stands, or will stand if what sounds now goes on: the sample at which it has
        been heard whole, the earliest first; those that begin at `after` or later."""
        found: list[tuple[int, str]] = []
        for name, audio in sounds.items():
            data = audio.bytes
            for number, piece in enumerate(self.pieces):
                over = self._over(number, piece, data, after)
                if over is not None:
                    found.append((over, name))
                    break
        return sorted(found)

    def _over(self, number: int, piece: Piece, data: bytes, after: int) -> int | None:
        sound = piece.item.sound
        if sound.tone is not None:
            return None
        key = (sound, data)
        if key not in self._places:
            self._places[key] = sound.data.find(data)
        place = self._places[key]
        if place >= 0:
            begin = piece.begun + place // 2
            over = begin + len(data) // 2
            if begin >= max(after, piece.begin) and (piece.end is None or over <= piece.end):
                return over
            return None
        if not sound.data or not data.startswith(sound.data) or piece.begun < max(after, piece.begin):
            return None
        return self._goes_on(number, piece, data)

    def _goes_on(self, number: int, piece: Piece, data: bytes) -> int | None:
        """Of what is said in pieces: the first is heard whole, and the others follow it."""
        at = piece.begun + len(piece.item.sound.data) // 2
        if piece.end is not None and piece.end < at:
            return None
        rest = data[len(piece.item.sound.data) :]
        for nxt in self.pieces[number + 1 :]:
            if nxt.begun != at:
                continue
            said = nxt.item.sound.data
            if said.startswith(rest):
                over = at + len(rest) // 2
                return over if nxt.end is None or nxt.end >= over else None
            if not said or not rest.startswith(said):
                return None
            at += len(said) // 2
            if nxt.end is not None and nxt.end < at:
                return None
            rest = rest[len(said) :]
        return None
