"""A call as one SVG: a head, those who take part with their sounds and tracks, the legend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ctidrv.errors import InputError
from ctidrv.picture import sounds, tracks
from ctidrv.picture.parties import Party, What
from ctidrv.picture.raster import PALETTE
from ctidrv.picture.spectrum import FLOOR_DBM0, TOP_DBM0
from ctidrv.picture.svg import LEFT, PLOT, SIZE, WIDTH, Axis, Sheet, cut_to, width_of
from ctidrv.picture.words import WORDS
from ctidrv.units import RATE, to_seconds

MOST_NAMED = 8
MOST_FAILURES = 5
RED, GREEN = "#b3261e", "#2a8a3e"
_EVENTS: tuple[What, ...] = ("does", "hears", "detectors", "prompts", "keys", "steps", "call")
_LEGEND = (
    *("hook", "ring", "battery", "polarity", "digit", "tone", "voice", "other"),
    *("prompts", "keys", "steps", "call"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is drawn. `outcome`: words and their colour; `note`: beside the stretch; `failures`: in red."""

    name: str
    length: int
    parties: Sequence[Party]
    outcome: tuple[str, str] = ("", GREEN)
    note: str = ""
    failures: Sequence[str] = ()
    left_out: Sequence[str] = ()
    """Names of those that have no room."""


def axis_of(
    length: int, parties: Iterable[Party], begin_s: float | None = None, end_s: float | None = None
) -> Axis:
    """The stretch that is drawn, of so many samples; without one all from the first thing on. InputError."""
    first = min((m.begin for p in parties for marks in p.tracks.values() for m in marks), default=0)
    begin = max(0, first - RATE // 4) if begin_s is None else round(begin_s * RATE)
    end = length if end_s is None else min(round(end_s * RATE), length)
    if begin >= length and begin_s is not None:
        raise InputError(f"from {begin_s:g}: it is over after {to_seconds(length):.2f} s")
    if end - begin < RATE // 100:
        raise InputError(f"from {begin / RATE:g} to {end / RATE:g}: at least 10 ms have to be drawn")
    return Axis(begin, end)


def draw(subject: Subject, axis: Axis, pieces: Sequence[Sequence[sounds.Piece]], language: str = "en") -> str:
    """The SVG; `pieces`: the sounds of each party."""
    words = WORDS[language]
    sheet = Sheet()
    _head(sheet, subject, axis, words)
    draw_axis(sheet, axis)
    for each, its in zip(subject.parties, pieces, strict=True):
        _party(sheet, axis, each, its, words)
    if subject.left_out:
        names = ", ".join(subject.left_out[:MOST_NAMED])
        more = " …" if len(subject.left_out) > MOST_NAMED else ""
        text = f"{len(subject.left_out)} {words['not drawn']} {names}{more}"
        sheet.text(8, sheet.y + SIZE, text, colour="#888")
        sheet.y += SIZE + 6
    draw_axis(sheet, axis)
    _legend(sheet, words, _directions(subject.parties))
    return sheet.whole()


def _directions(parties: Sequence[Party]) -> tuple[str, str]:
    """What the two directions of their sounds are called."""
    return ("says", "hears") if any(each.kind == "caller" for each in parties) else ("sends", "receives")


def _head(sheet: Sheet, subject: Subject, axis: Axis, words: Mapping[str, str]) -> None:
    sheet.y += SIZE
    sheet.text(8, sheet.y, cut_to(subject.name, WIDTH / 2), bold=True)
    x = min(20 + width_of(subject.name[:200]) * 1.1, WIDTH / 2 + 30)
    outcome, colour = subject.outcome
    sheet.text(x, sheet.y, outcome, colour=colour, bold=True)
    stretch = f"{to_seconds(axis.begin):.2f} – {to_seconds(axis.end):.2f} s"
    sheet.text(WIDTH - 30, sheet.y, f"{cut_to(subject.note, 500)} · {stretch}", anchor="end")
    for failure in subject.failures[:MOST_FAILURES]:
        for part in _wrapped(failure):
            sheet.y += SIZE + 4
            sheet.text(8, sheet.y, part, colour=RED)
    if len(subject.failures) > MOST_FAILURES:
        sheet.y += SIZE + 4
        sheet.text(8, sheet.y, f"… {len(subject.failures) - MOST_FAILURES} {words['more']}", colour=RED)
    sheet.y += 8


def _wrapped(text: str, most: int = 3) -> list[str]:
    """In lines as wide as the picture."""
    lines: list[str] = []
    room = WIDTH - 40
    while text and len(lines) < most:
        part = cut_to(text, room)
        if len(lines) == most - 1 or part == text:
            lines.append(part)
            break
        fits = len(part) - 1
        space = text.rfind(" ", fits // 2, fits)
        fits = space if space > 0 else fits
        lines.append(text[:fits])
        text = text[fits:].lstrip()
    return lines


def draw_axis(sheet: Sheet, axis: Axis) -> None:
    """Its line, its marks and their names."""
    y = sheet.y + SIZE + 6
    ticks = axis.ticks()
    for x, label in ticks:
        sheet.text(x, y - 6, label, colour="#555", anchor="middle")
    sheet.lines([(LEFT, y), (LEFT + PLOT, y)], "#555555")
    sheet.strokes([(x, y - 4, y + 3) for x, _ in ticks], "#555555")
    sheet.y = y + 6


def _party(
    sheet: Sheet, axis: Axis, party: Party, pieces: Sequence[sounds.Piece], words: Mapping[str, str]
) -> None:
    top, under = sheet.y, sheet.here()
    sheet.text(8, top + SIZE, cut_to(f"{words[party.kind]} {party.name}", LEFT - 16), bold=True)
    sheet.y += SIZE + 6
    if pieces:
        first, second = _directions([party])
        sounds.draw_sounds(sheet, axis, pieces, (words[first], words[second]))
    states: tuple[What, ...] = tracks.STATES if party.kind == "line" else ("hook", "ring")
    for what in states:
        tracks.draw_state(sheet, axis, what, party.tracks.get(what, []), words[what])
    for what in _EVENTS:
        if what in party.tracks:
            name = words["hearing" if what == "hears" else what]
            tracks.draw_marks(sheet, axis, what, party.tracks[what], (name, words["more"]))
    sheet.strokes([(x, top, sheet.y) for x, _ in axis.ticks()], "#e4e4e4", under)
    sheet.lines([(8, sheet.y + 1), (LEFT + PLOT, sheet.y + 1)], "#bbbbbb")
    sheet.y += 6


def _legend(sheet: Sheet, words: Mapping[str, str], directions: tuple[str, str]) -> None:
    sheet.y += 6
    x = 8.0
    colours = [*zip(directions, sounds.COLOURS, strict=True)]
    colours += [(name, tracks.COLOURS[name]) for name in _LEGEND]
    for name, colour in colours:
        room = 18 + width_of(words[name]) + 14
        if x + room > WIDTH - 20:
            x, sheet.y = 8.0, sheet.y + SIZE + 8
        sheet.box(x, sheet.y, 12, SIZE, colour)
        sheet.text(x + 16, sheet.y + SIZE - 1, words[name])
        x += room
    sheet.y += SIZE + 8
    for number, (red, green, blue) in enumerate(PALETTE):
        sheet.box(8 + 4 * number, sheet.y, 4.2, SIZE, f"#{red:02x}{green:02x}{blue:02x}")
    scale = f"{FLOOR_DBM0:g} … {TOP_DBM0:g}  {words['level']}"
    sheet.text(8 + 4 * len(PALETTE) + 8, sheet.y + SIZE - 1, scale)
    sheet.y += SIZE
