"""A spectrogram's range, and its columns for the picture, by the core's transform."""

from __future__ import annotations

from collections.abc import Sequence

from ctidrv.native.pcm import Pcm
from ctidrv.native.spectrogram import spectrogram

MOST_FRAMES = 6
"""In a column, spread over it; the loudest of each frequency is drawn."""
FLOOR_DBM0, TOP_DBM0 = -70.0, 0.0


def columns(sound: Pcm, edges: Sequence[int]) -> list[list[float]]:
    """For each column from an edge (a sample's place) to the next the level of each frequency."""
    made: list[list[float]] = spectrogram(sound, edges, MOST_FRAMES).tolist()
    return made
