"""A kept case as one SVG: a head, the callers with their sounds, the lines, the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ctidrv.errors import InputError
from ctidrv.units import RATE, to_seconds
from hwsim.rig.picture import sounds, tracks
from hwsim.rig.picture.raster import PALETTE
from hwsim.rig.picture.spectrum import FLOOR_DBM0, TOP_DBM0
from hwsim.rig.picture.svg import LEFT, PLOT, SIZE, WIDTH, Axis, Sheet, cut_to, width_of
from hwsim.rig.picture.words import WORDS
from hwsim.rig.run_file import MOST_NAMED, Party, Run, What

MOST_PARTIES = 4
"""Callers, and lines, that are drawn at once."""
MOST_FAILURES = 5
_EVENTS: tuple[What, ...] = ("does", "hears", "detectors", "prompts", "keys", "steps", "call")
_RED, _GREEN = "#b3261e", "#2a8a3e"
_LEGEND = (
    *("hook", "ring", "battery", "polarity", "digit", "tone", "voice", "other"),
    *("prompts", "keys", "steps", "call"),
)


def axis_of(run: Run, begin_s: float | None, end_s: float | None) -> Axis:
    """The stretch that is drawn; without one all from the first thing on. InputError."""
    whole = to_seconds(run.length)
    first = min((m.begin for p in run.parties for marks in p.tracks.values() for m in marks), default=0)
    begin = max(0, first - RATE // 4) if begin_s is None else round(begin_s * RATE)
    end = run.length if end_s is None else min(round(end_s * RATE), run.length)
    if begin >= run.length and begin_s is not None:
        raise InputError(f"--from {begin_s:g}: the case is over after {whole:.2f} s")
    if end - begin < RATE // 100:
        raise InputError(f"--from {begin / RATE:g} --to {end / RATE:g}: at least 10 ms have to be drawn")
    return Axis(begin, end)


def chosen(run: Run, wanted: str | None) -> tuple[list[Party], list[Party]]:
    """The parties that are drawn, and those that have no room. InputError for one that is not there."""
    if wanted is not None:
        found = [party for party in run.parties if party.name == wanted]
        if not found:
            names = ", ".join(party.name for party in run.parties[:MOST_NAMED]) or "nobody"
            raise InputError(f"--party {wanted}: not in this case; there are {names}")
        return found[:1], []
    drawn = [
        party
        for kind in ("caller", "line")
        for party in [each for each in run.parties if each.kind == kind][:MOST_PARTIES]
    ]
    return drawn, [party for party in run.parties if not any(party is each for each in drawn)]


def picture(
    folder: Path,
    run: Run,
    *,
    begin_s: float | None = None,
    end_s: float | None = None,
    party: str | None = None,
    language: str = "en",
) -> str:
    """The SVG. InputError for what cannot be drawn: recordings that are missing or damaged, no such party."""
    axis, words = axis_of(run, begin_s, end_s), WORDS[language]
    drawn, left_out = chosen(run, party)
    pieces = [sounds.read_sounds(folder, each.sounds, axis) for each in drawn]
    sheet = Sheet()
    _head(sheet, run, axis, words)
    _axis(sheet, axis)
    for each, its in zip(drawn, pieces, strict=True):
        _party(sheet, axis, each, its, words)
    if left_out:
        names = ", ".join(each.name for each in left_out[:MOST_NAMED])
        more = " …" if len(left_out) > MOST_NAMED else ""
        sheet.text(8, sheet.y + SIZE, f"{len(left_out)} {words['not drawn']} {names}{more}", colour="#888")
        sheet.y += SIZE + 6
    _axis(sheet, axis)
    _legend(sheet, words)
    return sheet.whole()


def _head(sheet: Sheet, run: Run, axis: Axis, words: Mapping[str, str]) -> None:
    sheet.y += SIZE
    sheet.text(8, sheet.y, cut_to(run.name, WIDTH / 2), bold=True)
    x = 20 + width_of(run.name[:200]) * 1.1
    outcome, colour = (words["failed"], _RED) if run.failures else (words["passed"], _GREEN)
    stretch = f"{to_seconds(axis.begin):.2f} – {to_seconds(axis.end):.2f} s"
    x = min(x, WIDTH / 2 + 30)
    sheet.text(x, sheet.y, outcome, colour=colour, bold=True)
    sheet.text(
        WIDTH - 30, sheet.y, f"{cut_to(Path(run.file).name, 400)} · seed {run.seed} · {stretch}", anchor="end"
    )
    for fault in run.failures[:MOST_FAILURES]:
        where = f"{words['at line']} {fault.line}: " if fault.line else ""
        for part in _wrapped(" ".join(f"{where}{fault.message}".split())):
            sheet.y += SIZE + 4
            sheet.text(8, sheet.y, part, colour=_RED)
    if len(run.failures) > MOST_FAILURES:
        sheet.y += SIZE + 4
        sheet.text(8, sheet.y, f"… {len(run.failures) - MOST_FAILURES} {words['more']}", colour=_RED)
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


def _axis(sheet: Sheet, axis: Axis) -> None:
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
        sounds.draw_sounds(sheet, axis, pieces, (words["says"], words["hears"]))
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


def _legend(sheet: Sheet, words: Mapping[str, str]) -> None:
    sheet.y += 6
    x = 8.0
    colours = [*zip(("says", "hears"), sounds.COLOURS, strict=True)]
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
