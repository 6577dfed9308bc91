"""The picture of a stored call: its recordings and what the journal has of it, on one time axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.errors import InputError
from ctidrv.picture.draw import GREEN, RED, Subject, axis_of, draw
from ctidrv.picture.journal import tracks_of
from ctidrv.picture.parties import Party
from ctidrv.picture.sounds import MOST_FRAMES, Piece, TooMuch, piece_of
from ctidrv.picture.svg import Axis
from ctidrv.picture.words import WORDS
from ctidrv.units import RATE, seconds, to_seconds

LANGUAGES = tuple(WORDS)
_BAD = ("missed", "interrupted", "failed")


@dataclass(frozen=True, slots=True)
class Drawn:
    """An SVG, the stretch that it shows, and how long the call is; seconds from the call's beginning."""

    svg: str
    begin: float
    end: float
    length: float


def draw_call(
    call: Mapping[str, Any], begin_s: float | None = None, end_s: float | None = None, language: str = "en"
) -> Drawn:
    """A call as `Store.call` gives it; without a stretch the whole, or its first half hour. What of its sound
    is not there is told in the picture. InputError: no such stretch, or more sound than is drawn at once."""
    words = WORDS[language]
    since = datetime.fromisoformat(call["started"])
    events = call["events"]
    first = round(events[0]["at"] * RATE) if events else 0
    length = _length(call, since, first)
    party = Party(name=call["port"], kind="line", tracks=tracks_of(events, first, length, language))
    if end_s is None:
        end_s = min(to_seconds(length), (begin_s or 0.0) + MOST_FRAMES / RATE)
    axis = axis_of(length, [party], begin_s, end_s)
    pieces, faults = _sounds(call, since, axis, words)
    who = " ".join(each for each in (call["number"], call["name"]) if each) or call["id"]
    outcome = str(call["outcome"] or call["state"])
    subject = Subject(
        name=who,
        length=length,
        parties=[party],
        outcome=(words.get(f"outcome {outcome}", outcome), RED if outcome in _BAD else GREEN),
        note=f"{call['id']} · {since.astimezone():%Y-%m-%d %H:%M:%S}",
        failures=faults,
    )
    svg = draw(subject, axis, [pieces], language)
    return Drawn(svg, to_seconds(axis.begin), to_seconds(axis.end), to_seconds(length))


def _since(call: datetime, written: str) -> int:
    """Samples from the call's beginning to a time of a row."""
    return seconds((datetime.fromisoformat(written) - call).total_seconds())


def _length(call: Mapping[str, Any], since: datetime, first: int) -> int:
    ends = [0 if call["ended"] is None else _since(since, call["ended"])]
    ends += [_since(since, each["started"]) + seconds(each["seconds"] or 0.0) for each in call["recordings"]]
    if call["ended"] is None:  # it goes on: as far as is written
        ends += [round(each["at"] * RATE) - first for each in call["events"]]
    return max(ends)


def _sounds(
    call: Mapping[str, Any], since: datetime, axis: Axis, words: Mapping[str, str]
) -> tuple[list[Piece], list[str]]:
    pieces: list[Piece] = []
    faults: list[str] = []
    for each in call["recordings"]:
        path = Path(each["path"])
        if each["deleted"] is not None or not path.is_file():
            what = "deleted" if each["deleted"] is not None else "missing"
            faults.append(f"{words[f'recording {what}']}: {path.name}")
            continue
        try:
            piece = piece_of(path, max(0, _since(since, each["started"])), axis)
        except TooMuch:
            raise
        except InputError as error:
            faults.append(str(error))
            continue
        pieces += [piece] if piece is not None else []
    return pieces, faults
