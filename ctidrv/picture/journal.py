"""Tracks from a call's journal: prompts, keys, steps, and everything else in words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ctidrv.picture.parties import MOST_MARKS, Mark, What, words
from ctidrv.picture.telling import told
from ctidrv.picture.words import WORDS
from ctidrv.units import RATE

_ELSEWHERE = ("call.prompt", "call.digit", "call.step", "call.ring", "call.recording")
"""Entries that have a track of their own, or none."""
_SIGNALS: Mapping[str, What] = {"remote-loop-break": "battery", "remote-reversal": "polarity"}
"""By which a far end has gone, and the track that shows it."""


class Tracks:
    """Of one line, as its journal comes: what begins is open until its end comes. Times in samples."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._made: list[tuple[What, Mark]] = []
        self._open: dict[tuple[What, str], tuple[int, str]] = {}

    def mark(self, track: What, begin: int, text: str, end: int | None = None, cut: bool = False) -> None:
        until = None if end is None else max(0, begin, end)
        self._made.append((track, Mark(begin=max(0, begin), end=until, text=words(text), cut=cut)))

    def begins(self, track: What, key: str, at: int, text: str = "") -> None:
        self.ends(track, key, at)
        self._open[track, key] = at, text

    def ends(self, track: What, key: str, at: int, cut: bool = False) -> None:
        if (begun := self._open.pop((track, key), None)) is not None:
            self.mark(track, begun[0], begun[1], at, cut)

    def tracks(self, end: int) -> dict[What, list[Mark]]:
        """All, the latest MOST_MARKS of them; what has not ended ends here."""
        for track, key in list(self._open):
            self.ends(track, key, end)
        tracks: dict[What, list[Mark]] = {}
        for track, mark in self._made[-MOST_MARKS:]:
            tracks.setdefault(track, []).append(mark)
        for marks in tracks.values():
            marks.sort(key=lambda mark: mark.begin)
        return tracks

    def entry(self, type: str, at: int, data: Mapping[str, Any]) -> None:
        """One of the journal's."""
        if type == "call.prompt":
            key = f"{data['prompt']}/{data['lang']}"
            if data["state"] == "started":
                self.begins("prompts", key, at, f"{data['prompt']} ({data['lang']})")
            else:
                self.ends("prompts", key, at, cut=data["reason"] != "end")
        elif type == "call.digit":
            self.mark("keys", at, str(data["digit"]))
        elif type == "call.step":
            self.begins("steps", "", at, WORDS[self._language]["step"].format_map(data))
        elif type == "call.ended":
            self.ends("steps", "", at)
        if type not in _ELSEWHERE and (line := told({**data, "type": type}, self._language)) is not None:
            self.mark("call", at, line)


def tracks_of(
    rows: Sequence[Mapping[str, Any]], begin: int, end: int, language: str = "en"
) -> dict[What, list[Mark]]:
    """Of a call's stored events (``type at`` in seconds, and their data), counted from sample `begin`; what a
    journal does not have, the line's own events, is told as far as it follows from it."""
    made = Tracks(language)
    for row in rows:
        at = round(row["at"] * RATE) - begin
        if not 0 <= at <= end:
            continue  # added after a restart, whose samples begin anew
        with contextlib.suppress(KeyError, ValueError, TypeError):  # an older version's row
            made.entry(row["type"], at, row)
            if (also := _ALSO.get(row["type"])) is not None:
                also(made, at, row, WORDS[language])
    return made.tracks(end)


def _caller(made: Tracks, at: int, row: Mapping[str, Any], say: Mapping[str, str]) -> None:
    who = " ".join(str(row[key]) for key in ("number", "name", "reason") if row.get(key))
    made.mark("detectors", at, f"{say['caller ID'].format_map(row)} {who}".strip())


def _clearing(made: Tracks, at: int, row: Mapping[str, Any], say: Mapping[str, str]) -> None:
    if (track := _SIGNALS.get(str(row.get("cause")))) is not None:
        made.mark(track, at, "")


_ALSO: Mapping[str, Callable[[Tracks, int, Mapping[str, Any], Mapping[str, str]], None]] = {
    "call.ring": lambda made, at, row, say: made.mark("ring", at, ""),
    "call.answered": lambda made, at, row, say: made.begins("hook", "", at),
    "call.ended": lambda made, at, row, say: made.ends("hook", "", at),
    "call.caller": _caller,
    "call.fax": lambda made, at, row, say: made.mark("detectors", at, f"fax {row.get('tone')}"),
    "call.clearing": _clearing,
}
