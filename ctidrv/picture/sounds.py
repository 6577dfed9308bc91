"""The two directions of a recording as waveform and spectrogram."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ctidrv.errors import InputError
from ctidrv.media.wav import read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.picture.raster import picture_of
from ctidrv.picture.spectrum import columns
from ctidrv.picture.svg import LEFT, PLOT, SIZE, Axis, Sheet
from ctidrv.units import RATE

MOST_FRAMES = 30 * 60 * RATE
"""Of a recording at a time;"""
AT_ONCE = 60 * RATE
"""so many of them are read in one go."""
WAVE, SPECTRUM, GAP = 44, 80, 5
COLOURS = ("#1f6fb4", "#2a8a3e")
"""What goes to the line, what comes from it; of a caller what he says, what he hears."""
_KHZ = 4
_LEAST_SCALE = 512


class TooMuch(InputError):
    """A part of it can be drawn."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a recording lies on the axis."""

    begin: int
    directions: tuple[Pcm, ...]
    """Two, or one where both are on the same wires."""

    @property
    def end(self) -> int:
        return self.begin + len(self.directions[0])


def piece_of(path: Path, begin: int, axis: Axis) -> Piece | None:
    """What of a recording that begins at this sample lies on the axis. InputError for one that is damaged,
    has one channel, or of which too much would have to be read."""
    first, last = max(0, axis.begin - begin), max(0, axis.end - begin)
    directions = _read(path, first, min(last - first, MOST_FRAMES + 1))
    if len(directions[0]) > MOST_FRAMES:
        minutes = MOST_FRAMES // RATE // 60
        raise TooMuch(f"{path}: more than {minutes} minutes at once; draw a part of it (from, to)")
    return Piece(begin + first, directions) if len(directions[0]) else None


def _read(path: Path, first: int, frames: int) -> tuple[Pcm, Pcm]:
    """Both directions, piece by piece: nothing takes so long that calls beside it would notice."""
    parts: tuple[list[bytes], list[bytes]] = [], []
    for at in range(first, first + max(frames, 1), AT_ONCE):
        channels = read_wav(path, at, min(AT_ONCE, first + frames - at)).channels
        if len(channels) != 2:
            raise InputError(f"{path}: one channel; a call's recording has two")
        for taken, sound in zip(parts, channels, strict=True):
            taken.append(sound.bytes)
        if len(channels[0]) < AT_ONCE:
            break
    said, heard = (Pcm.from_bytes(b"".join(taken)) for taken in parts)
    return said, heard


def draw_sounds(sheet: Sheet, axis: Axis, pieces: Sequence[Piece], names: Sequence[str]) -> None:
    """For each direction, of which there are as many as names, a waveform and, below it, a spectrogram."""
    loudest = max((sound.peak() for piece in pieces for sound in piece.directions), default=0)
    scale = _LEAST_SCALE
    while scale < loudest:
        scale *= 2
    spectra = [_spectra(axis, piece) for piece in pieces]
    for direction in range(len(names)):
        colour, y = COLOURS[direction], sheet.y
        sheet.text(8, y + WAVE / 2 + 4, names[direction], colour=colour, bold=True)
        sheet.text(LEFT - 6, y + SIZE, f"±{scale}", colour="#888", anchor="end")
        sheet.lines([(LEFT, y + WAVE / 2), (LEFT + PLOT, y + WAVE / 2)], "#dddddd")
        for piece in pieces:
            strokes = _wave(axis, piece.begin, piece.directions[direction], scale)
            sheet.strokes([(x, y + top, y + bottom) for x, top, bottom in strokes], colour)
        y += WAVE + 2
        sheet.box(LEFT, y, PLOT, SPECTRUM, "#f4f4f4")
        for x, width, pictures in spectra:
            sheet.image(x, y, width, SPECTRUM, pictures[direction])
        for khz in range(0, _KHZ + 1, 2):
            at = y + SPECTRUM * (1 - khz / _KHZ)
            sheet.text(
                LEFT - 6,
                min(max(at + 4, y + SIZE - 1), y + SPECTRUM),
                f"{khz} kHz",
                colour="#888",
                anchor="end",
            )
        sheet.y = y + SPECTRUM + GAP


def _values(sound: Pcm) -> array[int]:
    """Its samples, for loops over all of them."""
    values = array("h")
    values.frombytes(sound.bytes)
    return values


def _edges(axis: Axis, begin: int, end: int) -> list[int]:
    """Where the columns of the picture begin that this stretch lies in; samples."""
    first = int((begin - axis.begin) * PLOT / (axis.end - axis.begin))
    last = -int(-(end - axis.begin) * PLOT // (axis.end - axis.begin))
    last = max(first + 1, min(last, PLOT))
    return [axis.begin + column * (axis.end - axis.begin) // PLOT for column in range(first, last + 1)]


def _spectra(axis: Axis, piece: Piece) -> tuple[float, float, list[str]]:
    edges = _edges(axis, piece.begin, piece.end)
    places = [edge - piece.begin for edge in edges]
    x = axis.x(edges[0])
    return x, axis.x(edges[-1]) - x, [picture_of(columns(sound, places)) for sound in piece.directions]


def _wave(axis: Axis, begin: int, sound: Pcm, scale: int) -> list[tuple[float, float, float]]:
    """Of each column the least and the greatest sample, as upright strokes from the top of the row."""
    strokes, values = [], _values(sound)
    edges = _edges(axis, begin, begin + len(sound))
    for first, last in itertools.pairwise(edges):
        part = values[max(0, first - begin) : max(max(0, first - begin) + 1, last - begin)]
        if not part:
            continue
        top, bottom = (WAVE / 2 * (1 - value / scale) for value in (max(part), min(part)))
        strokes.append((axis.x((first + last) / 2), top, max(bottom, top + 0.6)))
    return strokes
