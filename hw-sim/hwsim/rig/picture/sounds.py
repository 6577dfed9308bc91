"""A caller's two directions as waveform and spectrogram."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ctidrv.errors import InputError
from ctidrv.native.pcm import Pcm
from hwsim.rig.picture.raster import picture_of
from hwsim.rig.picture.spectrum import columns
from hwsim.rig.picture.svg import LEFT, PLOT, SIZE, Axis, Sheet
from hwsim.rig.run_file import Sound

MOST_BYTES = 64_000_000
WAVE, SPECTRUM, GAP = 44, 80, 5
COLOURS = ("#1f6fb4", "#2a8a3e")
"""What he says, what he hears."""
_KHZ = 4
_LEAST_SCALE = 512


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a recording lies on the axis."""

    begin: int
    directions: tuple[Pcm, Pcm]

    @property
    def end(self) -> int:
        return self.begin + len(self.directions[0])


def read_sounds(folder: Path, sounds: Sequence[Sound], axis: Axis) -> list[Piece]:
    """InputError for a file that is missing, damaged, or none of a kept case."""
    from ctidrv.media.wav import read_wav

    pieces = []
    for sound in sounds:
        path = folder / sound.file
        if not path.is_file():
            raise InputError(f"{path}: is missing; the case's recordings stand beside its run.json")
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB, the most that is drawn")
        channels = read_wav(path).channels
        if len(channels) != 2:
            raise InputError(f"{path}: one channel; a caller's recording has two")
        first, last = max(0, axis.begin - sound.begin), max(0, axis.end - sound.begin)
        said, heard = channels[0][first:last], channels[1][first:last]
        if len(said):
            pieces.append(Piece(sound.begin + first, (said, heard)))
    return pieces


def draw_sounds(sheet: Sheet, axis: Axis, pieces: Sequence[Piece], names: Sequence[str]) -> None:
    """For each direction a waveform and, below it, a spectrogram."""
    loudest = max((sound.peak() for piece in pieces for sound in piece.directions), default=0)
    scale = _LEAST_SCALE
    while scale < loudest:
        scale *= 2
    spectra = [_spectra(axis, piece) for piece in pieces]
    for direction in (0, 1):
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
    return array("h", memoryview(sound.bytes).cast("h"))


def _edges(axis: Axis, begin: int, end: int) -> list[int]:
    """Where the columns of the picture begin that this stretch lies in; samples."""
    first = int((begin - axis.begin) * PLOT / (axis.end - axis.begin))
    last = -int(-(end - axis.begin) * PLOT // (axis.end - axis.begin))
    last = max(first + 1, min(last, PLOT))
    return [axis.begin + column * (axis.end - axis.begin) // PLOT for column in range(first, last + 1)]


def _spectra(axis: Axis, piece: Piece) -> tuple[float, float, tuple[str, str]]:
    edges = _edges(axis, piece.begin, piece.end)
    places = [edge - piece.begin for edge in edges]
    said, heard = (columns(sound, places) for sound in piece.directions)
    x = axis.x(edges[0])
    return x, axis.x(edges[-1]) - x, (picture_of(said), picture_of(heard))


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
