"""The tracks below the sounds: states as traces, events as bars and flags with their words."""

from __future__ import annotations

from collections.abc import Sequence

from ctidrv.picture.parties import Mark, What
from ctidrv.picture.svg import LEFT, PLOT, SIZE, Axis, Sheet, cut_to, width_of

STATES: tuple[What, ...] = ("hook", "ring", "battery", "polarity")
MOST_ROWS = 8
"""Of a track: what does not fit is counted."""
MOST_TEXT = 460
COLOURS: dict[str, str] = {
    "hook": "#3d5a80",
    "ring": "#c77700",
    "battery": "#b3261e",
    "polarity": "#7b3fa0",
    "does": "#1f6fb4",
    "caller": "#1f6fb4",
    "hears": "#2a8a3e",
    "prompts": "#00838f",
    "keys": "#c2185b",
    "steps": "#5d6b2f",
    "call": "#555555",
    "digit": "#c2185b",
    "tone": "#c77700",
    "voice": "#2a8a3e",
    "other": "#6a4fb3",
    "called": "#2a8a3e",
    "findings": "#b3261e",
}
_TRACE, _ROW, _GAP = 12, 16, 3


def detected(mark: Mark) -> str:
    """Of what kind a detector's event is, by its words."""
    if len(mark.text) == 1:
        return "digit"
    last = mark.text.rsplit(" ", 1)[-1]
    return last if last in ("tone", "voice") else "other"


def draw_state(sheet: Sheet, axis: Axis, what: What, marks: Sequence[Mark], name: str) -> None:
    """A trace that is up for as long as the state stands."""
    top, bottom, colour = sheet.y + 2, sheet.y + 2 + _TRACE, COLOURS[what]
    sheet.text(8, bottom, name)
    points = [(float(LEFT), bottom)]
    for mark in marks:
        if axis.shows(mark.begin, mark.end):
            begin, end = axis.x(mark.begin), axis.x(mark.begin if mark.end is None else mark.end)
            sheet.box(begin, top, end - begin, _TRACE, _pale(colour), what=_named(what, mark))
            points += [(begin, bottom), (begin, top), (end, top), (end, bottom)]
    sheet.lines([*points, (float(LEFT + PLOT), bottom)], colour)
    sheet.y = bottom + _GAP


def draw_marks(sheet: Sheet, axis: Axis, what: str, marks: Sequence[Mark], names: tuple[str, str]) -> None:
    """Each mark in the first row that has room at its place; `names`: the track's, and that of more."""
    top, rows, left_out = sheet.y, [float("-inf")], 0
    sheet.text(8, top + _ROW - 4, names[0])
    for mark in sorted(marks, key=lambda mark: mark.begin):
        if not axis.shows(mark.begin, mark.end):
            continue
        begin, end = axis.x(mark.begin), axis.x(mark.begin if mark.end is None else mark.end)
        words = cut_to(f"{mark.text}{' ✂' if mark.cut else ''}", MOST_TEXT)
        room = width_of(words) + 4
        place = _place(begin, end, room)
        first = min(begin, place)
        row = next((number for number, taken in enumerate(rows) if taken <= first), len(rows))
        if row == MOST_ROWS:
            left_out += 1
            continue
        if row == len(rows):
            rows.append(0.0)
        rows[row] = max(end, place + room) + 2
        colour = COLOURS[detected(mark) if what == "detectors" else what]
        y = top + row * _ROW
        if mark.end is None:
            sheet.box(begin, y + 1, 1.4, _ROW - 2, colour, what=_named(what, mark))
        else:
            sheet.box(
                begin, y + 1, end - begin, _ROW - 2, _pale(colour), edge=colour, what=_named(what, mark)
            )
        sheet.text(place + 3, y + SIZE + 1, words, colour=_dark(colour))
    sheet.y = top + len(rows) * _ROW + _GAP
    if left_out:
        sheet.text(LEFT, sheet.y + SIZE - 3, f"… {left_out} {names[1]}", colour="#888")
        sheet.y += _ROW


def _place(begin: float, end: float, room: float) -> float:
    """Where a mark's words begin: on its bar, else behind it, else before it, else at the plot's end."""
    if end - begin >= room:
        return begin
    if end + room <= LEFT + PLOT:
        return end
    return begin - room if begin - room >= LEFT else LEFT + PLOT - room


def _named(what: str, mark: Mark) -> list[tuple[str, str]]:
    """What the picture's file says of a mark, for programs that read it."""
    end = [] if mark.end is None else [("end", str(mark.end))]
    return [("track", what), ("begin", str(mark.begin)), *end, ("text", mark.text)]


def _pale(colour: str) -> str:
    """Three quarters of the way to white (an opaque one: what lies below does not shine through)."""
    return _mixed(colour, 255, 0.75)


def _dark(colour: str) -> str:
    return _mixed(colour, 0, 0.35)


def _mixed(colour: str, target: int, part: float) -> str:
    channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(value + (target - value) * part):02x}" for value in channels)
