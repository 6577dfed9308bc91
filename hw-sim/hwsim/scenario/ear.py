"""What a telephone heard, named: which prompts stand in its sound, where, and how much of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ctidrv.native import compare
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, ms, seconds
from hwsim.listener import GOOD_SNR_DB
from hwsim.ring_ear import SOUND_DBM0

HEAD = seconds(1)
"""By so much of its beginning a prompt is known."""
LEAST = ms(300)
PART = ms(500)
"""The rest is followed in parts of this length, each within so many samples of its place:"""
NEAR = ms(5)
MOST = seconds(240)
BLOCK = ms(100)
OTHER = "other sound"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of what was heard, in samples from its beginning."""

    begin: int
    end: int
    name: str
    whole: bool = True


def identify(heard: Pcm, known: Mapping[str, Pcm]) -> list[Piece]:
    """The prompts of `known` in `heard`, in order; of what is longer than MOST, in the end of it."""
    before = max(0, len(heard) - MOST)
    heard = heard[before:]
    found = [
        (match.snr_db, match.offset, name, audio)
        for name, audio in known.items()
        if len(audio) >= LEAST
        for match in _everywhere(audio[: int(HEAD)], heard, 0)
    ]
    found.sort(key=lambda each: -each[0])
    pieces: list[Piece] = []
    for _, begin, name, audio in found:
        length = _how_much(audio, heard[begin:])
        piece = Piece(before + begin, before + begin + length, name, length == len(audio))
        if not any(piece.begin < other.end and other.begin < piece.end for other in pieces):
            pieces.append(piece)
    pieces.sort(key=lambda piece: piece.begin)
    return pieces


def named(sounds: Sequence[tuple[int, int, Pcm]], known: Mapping[str, Pcm]) -> list[Piece]:
    """The same of what is known to have sounded: from, to, what."""
    names = {audio.bytes: name for name, audio in known.items()}
    return [
        Piece(begin, end, names.get(audio.bytes, OTHER), end - begin >= len(audio))
        for begin, end, audio in sounds
    ]


def _everywhere(needle: Pcm, heard: Pcm, offset: int) -> Iterator[compare.Match]:
    """Each place where it stands; the offset of each is in the whole."""
    if len(heard) < len(needle):
        return
    match = compare.find_over_line(needle, heard)
    if match is None or match.snr_db < GOOD_SNR_DB:
        return
    yield compare.Match(offset + match.offset, match.correlation, match.gain_db, match.snr_db)
    yield from _everywhere(needle, heard[: match.offset], offset)
    after = match.offset + len(needle)
    yield from _everywhere(needle, heard[after:], offset + after)


def _how_much(audio: Pcm, heard: Pcm) -> int:
    """So many samples of the prompt stand at the beginning of `heard`: up to the first part that does not."""
    there = min(int(HEAD), len(audio))
    while there < len(audio):
        end = min(there + PART, len(audio))
        part = audio[end - PART : end]
        if len(heard) < end or (level(part) > SOUND_DBM0 and not _stands(part, heard, end - PART)):
            return there
        there = end
    return there


def _stands(part: Pcm, heard: Pcm, at: int) -> bool:
    match = compare.find_over_line(part, heard[max(0, at - NEAR) : at + len(part) + NEAR])
    return match is not None and match.snr_db >= GOOD_SNR_DB


def other_sounds(heard: Pcm, said: Pcm, taken: Sequence[tuple[int, int]]) -> list[Piece]:
    """Where something sounds that is none of `taken` (stretches of samples) and not what he says himself."""
    pieces: list[Piece] = []
    for begin in range(0, len(heard) - BLOCK + 1, BLOCK):
        end = begin + BLOCK
        if any(begin < other_end and other_begin < end for other_begin, other_end in taken):
            continue
        if level(heard[begin:end]) < SOUND_DBM0 or level(said[begin:end]) > SOUND_DBM0:
            continue
        if pieces and begin - pieces[-1].end <= RATE // 2:
            pieces[-1] = Piece(pieces[-1].begin, end, OTHER)
        else:
            pieces.append(Piece(begin, end, OTHER))
    return pieces
