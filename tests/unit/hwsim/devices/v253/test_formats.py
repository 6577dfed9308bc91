"""Voice formats: levels and values as numpy and soundfile have them."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from hwsim.devices.v253.formats import CODINGS, Format
from hwsim.devices.v253.personas import PERSONAS

SWEEP = Pcm([*range(-32768, 32768, 37), 32767])


@pytest.mark.parametrize(("coding", "middle"), [("signed", 0), ("unsigned", 128)])
def test_eight_bits_are_the_upper_eight_rounded(coding: str, middle: int) -> None:
    samples = np.frombuffer(SWEEP.bytes, dtype="<i2").astype(int)
    expected = np.clip(np.floor(samples / 256 + 0.5), -128, 127).astype(int)
    made = np.frombuffer(CODINGS[coding].encode(SWEEP), dtype=np.uint8 if middle else np.int8).astype(int)
    assert (made - middle == expected).all()
    back = np.frombuffer(CODINGS[coding].decode(CODINGS[coding].encode(SWEEP)).bytes, dtype="<i2")
    assert (back == expected * 256).all()


@pytest.mark.parametrize(("coding", "subtype"), [("ulaw", "ULAW"), ("alaw", "ALAW"), ("linear16", "PCM_16")])
def test_the_octets_are_those_of_libsndfile(coding: str, subtype: str) -> None:
    octets = CODINGS[coding].encode(SWEEP)
    with io.BytesIO(octets) as file:
        read, _ = soundfile.read(
            file, dtype="int16", samplerate=8000, channels=1, format="RAW", subtype=subtype, endian="LITTLE"
        )
    assert (read == np.frombuffer(CODINGS[coding].decode(octets).bytes, dtype="<i2")).all()


@pytest.mark.parametrize("coding", CODINGS)
def test_a_tone_keeps_its_level(coding: str) -> None:
    sound = render(tone([Part((1004.0,), -12.0, 500)]), 4000)
    there = CODINGS[coding].decode(CODINGS[coding].encode(sound))
    assert level(there) == pytest.approx(level(sound), abs=0.1)


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=lambda each: each.name)
def test_a_persona_s_formats_have_codings_and_numbers_of_their_own(persona: object) -> None:
    formats: tuple[Format, ...] = persona.formats  # type: ignore[attr-defined]
    assert len({each.number for each in formats}) == len(formats)
    assert {each.coding for each in formats} <= set(CODINGS)
