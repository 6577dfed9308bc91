"""Who takes part in a call, with what happened to each: what a picture is drawn from. Times are samples."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctidrv.document.model import Strict

MOST_MARKS = 100_000
MOST_TEXT = 200
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

At = Annotated[int, Field(ge=0, le=2**48)]
"""Samples since the beginning of the case."""
Text = Annotated[str, Field(max_length=1000)]
What = Literal[
    "hook", "ring", "battery", "polarity", "does", "hears", "detectors", "prompts", "keys", "steps", "call"
]


class Mark(Strict):
    """Something at a sample, or from one to another; `cut`: it was not there whole."""

    begin: At
    end: At | None = None
    text: Text = ""
    cut: bool = False

    @model_validator(mode="after")
    def _forwards(self) -> Mark:
        if self.end is not None and self.end < self.begin:
            raise ValueError("ends before it begins")
        return self


class Sound(Strict):
    """A WAV file beside the case's: channel 1 what he said, 2 what he heard, from sample `begin` on."""

    file: Annotated[str, Field(pattern=r"^[\w+-][\w.+-]{0,150}\.wav$")]
    begin: At


class Party(Strict):
    """A caller, or a line of the station."""

    name: Text
    kind: Literal["caller", "line"]
    sounds: Annotated[list[Sound], Field(max_length=10_000)] = Field(default_factory=list)
    tracks: dict[What, Annotated[list[Mark], Field(max_length=MOST_MARKS)]] = Field(default_factory=dict)
    """Of hook, ring, battery and polarity the stretches: off hook, ringing, lost, reversed."""


def xml_text(words: str) -> str:
    """Without what XML cannot hold."""
    return _NOT_XML.sub("?", words)


def words(text: str, most: int = MOST_TEXT) -> str:
    """So much of a text as is kept of it, and nothing that no file may hold."""
    return xml_text(text)[:most]
