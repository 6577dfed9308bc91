"""A kept case (`run_file`) as a picture, for `ctidrv sim view`."""

from __future__ import annotations

from pathlib import Path

from ctidrv.errors import InputError
from ctidrv.picture import draw
from ctidrv.picture.parties import Party, Sound
from ctidrv.picture.sounds import Piece, piece_of
from ctidrv.picture.svg import Axis, cut_to
from ctidrv.picture.words import WORDS
from hwsim.rig.run_file import Run

MOST_PARTIES = 4
"""Callers, and lines, that are drawn at once."""


def axis_of(run: Run, begin_s: float | None, end_s: float | None) -> Axis:
    """The stretch that is drawn; without one all from the first thing on. InputError."""
    return draw.axis_of(run.length, run.parties, begin_s, end_s)


def chosen(run: Run, wanted: str | None) -> tuple[list[Party], list[Party]]:
    """The parties that are drawn, and those that have no room. InputError for one that is not there."""
    if wanted is not None:
        found = [party for party in run.parties if party.name == wanted]
        if not found:
            names = ", ".join(party.name for party in run.parties[: draw.MOST_NAMED]) or "nobody"
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
    places = [f"{words['at line']} {fault.line}: " if fault.line else "" for fault in run.failures]
    subject = draw.Subject(
        name=run.name,
        length=run.length,
        parties=drawn,
        outcome=(words["failed"], draw.RED) if run.failures else (words["passed"], draw.GREEN),
        note=f"{cut_to(Path(run.file).name, 400)} · seed {run.seed}",
        failures=[
            " ".join(f"{place}{fault.message}".split())
            for place, fault in zip(places, run.failures, strict=True)
        ],
        left_out=[each.name for each in left_out],
    )
    sounds = [[piece for each in party.sounds if (piece := _piece(folder, each, axis))] for party in drawn]
    return draw.draw(subject, axis, sounds, language)


def _piece(folder: Path, sound: Sound, axis: Axis) -> Piece | None:
    path = folder / sound.file
    if not path.is_file():
        raise InputError(f"{path}: is missing; the case's recordings stand beside its run.json")
    return piece_of(path, sound.begin, axis)
