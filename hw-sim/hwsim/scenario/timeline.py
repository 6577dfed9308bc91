"""The time line of a case: what each caller heard and did and what the station did, drawn and listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, Samples, to_seconds
from hwsim.scenario.ear import identify, named, other_sounds
from hwsim.scenario.person import Person, Stretch

WIDTH = 100
MOST_ROWS = 8
"""Of a track: what does not fit is in the list below."""
MOST_LETTERS = 28
MOST_REACHED = 12
MOST_LISTED = 400
_STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a time, or from a time to another (`end`); `cut`: it was not there whole."""

    begin: float
    text: str
    end: float | None = None
    cut: bool = False


@dataclass(slots=True)
class Track:
    """A line of the drawing."""

    name: str
    marks: list[Mark] = field(default_factory=list)


def ear_track(person: Person, known: Mapping[str, Pcm]) -> Track:
    """What reached a caller's ear: prompts and tones by name, and whatever else sounded."""
    track = Track(f"{person.name} hears")
    for stretch in person.heard_so_far:
        track.marks.extend(_stretch(stretch, known))
    track.marks.sort(key=lambda mark: mark.begin)
    return track


def _stretch(stretch: Stretch, known: Mapping[str, Pcm]) -> Iterable[Mark]:
    begin = stretch.begin
    length = len(stretch.heard) if stretch.sounds is None else stretch.end - begin
    tones = [
        (max(0, since - begin), length if until is None else until - begin, f"{tone} tone")
        for since, until, tone in stretch.tones
    ]
    prompts = identify(stretch.heard, known) if stretch.sounds is None else named(stretch.sounds, known)
    taken = [(first, last) for first, last, _ in tones] + [(piece.begin, piece.end) for piece in prompts]
    for first, last, name in tones:
        yield Mark((begin + first) / RATE, name, (begin + last) / RATE)
    for piece in [*prompts, *other_sounds(stretch.heard, stretch.said, taken)]:
        yield Mark((begin + piece.begin) / RATE, piece.name, (begin + piece.end) / RATE, not piece.whole)


def reached(ear: Track) -> str:
    """The same in one line."""
    marks = ear.marks
    words = [f"{mark.text}{' (cut short)' if mark.cut else ''} at {mark.begin:.2f} s" for mark in marks]
    return ", ".join(words[-MOST_REACHED:]) or "nothing"


def deed_track(person: Person) -> Track:
    """What a caller did."""
    marks = [
        Mark(to_seconds(note.at), f"{note.what} {note.detail}".strip())
        for note in person.phone.notes
        if note.what not in ("hears", "rings")
    ]
    return Track(f"{person.name} does", marks)


def station_track(told: Iterable[tuple[Samples, str]]) -> Track:
    return Track("station", [Mark(to_seconds(at), words) for at, words in told])


def draw(tracks: Sequence[Track], end: float) -> str:
    """All tracks on one axis from the first thing that happened, about a hundred columns wide."""
    begin = min((mark.begin for track in tracks for mark in track.marks), default=0.0)
    label = max((len(track.name) for track in tracks), default=0) + 2
    columns = WIDTH - label
    span = max(end - begin, 1.0)
    scale = columns / span
    step = next((each for each in _STEPS if each * scale >= 9), _STEPS[-1])
    axis = [" "] * (columns + 8)
    for number in range(int(begin // step), int(end // step) + 1):
        place = round((number * step - begin) * scale)
        if place >= 0:
            _put(axis, place, f"|{number * step}" + (" s" if number * step < step or place == 0 else ""))
    lines = ["".join([" " * label, *axis]).rstrip()]
    for track in tracks:
        for number, row in enumerate(_rows(track.marks, begin, scale, columns)):
            lines.append(f"{track.name if number == 0 else '':<{label}}{row}".rstrip())
    return "\n".join(lines)


def _rows(marks: Sequence[Mark], begin: float, scale: float, columns: int) -> list[str]:
    """Each mark in the first row that has room at its place."""
    rows: list[list[str]] = []
    left_out = 0
    for mark in marks:
        place = min(max(0, round((mark.begin - begin) * scale)), columns - 1)
        text = _bar(mark, scale)
        if place + len(text) > columns and mark.end is None:  # no room to its right
            text = f"{text[1:]}|"
            place = max(0, place - len(text) + 1)
        text = text[: columns - place]
        for row in rows:
            if all(letter == " " for letter in row[max(0, place - 1) : place + len(text) + 1]):
                _put(row, place, text)
                break
        else:
            if len(rows) == MOST_ROWS:
                left_out += 1
                continue
            rows.append([" "] * columns)
            _put(rows[-1], place, text)
    shown = ["".join(row) for row in rows] or [""]
    return [*shown, f"… and {left_out} more"] if left_out else shown


def _bar(mark: Mark, scale: float) -> str:
    """``[welcome-----]``, or ``[welcome-->`` for what was cut short; a moment is ``|text``."""
    if mark.end is None:
        return f"|{mark.text[:MOST_LETTERS]}"
    length = max(2, round((mark.end - mark.begin) * scale))
    return f"[{mark.text.ljust(length - 2, '-')}{'>' if mark.cut else ']'}"


def _put(row: list[str], place: int, text: str) -> None:
    for offset, letter in enumerate(text):
        if place + offset < len(row):
            row[place + offset] = letter


def listing(tracks: Sequence[Track]) -> str:
    """The same in words, in order: seconds, whose track, what."""
    rows = [(mark.begin, track.name, mark) for track in tracks for mark in track.marks]
    rows.sort(key=lambda row: row[0])
    lines = []
    for begin, name, mark in rows[:MOST_LISTED]:
        until = "" if mark.end is None else f" until {mark.end:.2f} s"
        cut = ", cut short" if mark.cut else ""
        lines.append(f"{begin:9.2f} s  {name:<16} {mark.text}{until}{cut}")
    if len(rows) > MOST_LISTED:
        lines.append(f"… and {len(rows) - MOST_LISTED} more")
    return "\n".join(lines)
