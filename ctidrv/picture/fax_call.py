"""A fax call on one time axis: its sound, what each end said, and what there is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ctidrv.native.pcm import Pcm
from ctidrv.picture.draw import draw_axis
from ctidrv.picture.parties import Mark
from ctidrv.picture.sounds import Piece, draw_sounds
from ctidrv.picture.svg import SIZE, WIDTH, Axis, Sheet, cut_to
from ctidrv.picture.tracks import draw_marks


@dataclass(frozen=True, slots=True)
class Track:
    """`what`: caller, called, findings or other; `name`: as it is written."""

    what: str
    name: str
    marks: Sequence[Mark]


def draw_fax(
    title: str, note: str, channels: Sequence[tuple[str, Pcm]], tracks: Sequence[Track], more: str
) -> str:
    """The SVG. `channels`: each with its name; `more`: what marks without room are called."""
    axis = Axis(0, max(1, len(channels[0][1])))
    sheet = Sheet()
    sheet.y += SIZE
    sheet.text(8, sheet.y, cut_to(title, WIDTH / 2), bold=True)
    sheet.text(WIDTH - 30, sheet.y, cut_to(note, WIDTH / 2), anchor="end")
    sheet.y += 8
    draw_axis(sheet, axis)
    top, under = sheet.y, sheet.here()
    piece = Piece(0, tuple(sound for _, sound in channels))
    draw_sounds(sheet, axis, [piece], [name for name, _ in channels])
    for track in tracks:
        draw_marks(sheet, axis, track.what, track.marks, (track.name, more))
    sheet.strokes([(x, top, sheet.y) for x, _ in axis.ticks()], "#e4e4e4", under)
    draw_axis(sheet, axis)
    return sheet.whole()
