"""What a caller hears who waits and for whom no script has chosen anything else."""

from __future__ import annotations

import functools

from ctidrv.apps.ivr.prompts import read_prompt
from ctidrv.apps.ivr.shipped import shipped_folder
from ctidrv.native.pcm import Pcm

HOLD_MUSIC = "music/calm"
"""The prompt id of the station's own, which scripts may name too."""


@functools.cache
def hold_music() -> Pcm:
    """A piece without a seam: it is played over and over (`loop`). Read once."""
    return read_prompt(shipped_folder() / f"{HOLD_MUSIC}.wav")
