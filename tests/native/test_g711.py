"""G.711 against formulas of our own: the companding curves of the standard, in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from ctidrv.errors import UsageError
from ctidrv.native import g711
from ctidrv.native.pcm import Pcm

EVERY_SAMPLE = np.arange(-32768, 32768)


def alaw_values() -> np.ndarray:
    """The 256 values by G.711 table 1: chords of 16 steps, the first two of equal steps."""
    codes = np.arange(256) ^ 0x55
    chord, step = (codes >> 4) & 7, codes & 15
    value = np.where(chord == 0, 2 * step + 1, (2 * step + 33) * 2.0 ** (chord - 1)) * 8
    return np.where(codes & 0x80, value, -value).astype(int)


def ulaw_values() -> np.ndarray:
    """The 256 values by G.711 table 2: the curve moved by 33, in 14 bits."""
    codes = ~np.arange(256) & 0xFF
    chord, step = (codes >> 4) & 7, codes & 15
    value = ((2 * step + 33) * 2**chord - 33) * 4
    return np.where(np.arange(256) & 0x80, value, -value).astype(int)


def decoded(law: str) -> np.ndarray:
    return np.frombuffer(g711.decode(bytes(range(256)), law).bytes, dtype="<i2").astype(int)


def test_every_alaw_octet_decodes_to_table_1() -> None:
    assert (decoded("alaw") == alaw_values()).all()


def test_every_ulaw_octet_decodes_to_table_2() -> None:
    assert (decoded("ulaw") == ulaw_values()).all()


@pytest.mark.parametrize(("law", "values", "grain"), [("alaw", alaw_values(), 8), ("ulaw", ulaw_values(), 4)])
def test_every_sample_is_coded_within_half_a_step(law: str, values: np.ndarray, grain: int) -> None:
    octets = np.frombuffer(g711.encode(Pcm(EVERY_SAMPLE.tolist()), law), dtype=np.uint8)
    error = np.abs(values[octets] - EVERY_SAMPLE)
    magnitude = np.sort(np.unique(np.abs(values)))
    step = np.maximum.reduce([np.diff(magnitude, append=magnitude[-1] + 1024)])
    index = np.searchsorted(magnitude, np.abs(values[octets]))
    clipped = np.abs(EVERY_SAMPLE) > magnitude[-1]
    assert (error[~clipped] <= step[index][~clipped] / 2 + grain).all()
    assert (np.abs(values[octets])[clipped] == magnitude[-1]).all()


@pytest.mark.parametrize("law", g711.LAWS)
def test_signal_to_distortion_of_a_sine_meets_g712(law: str) -> None:
    # G.712 clause 13: 33 dB or better from 0 to -30 dBm0.
    n = np.arange(8000)
    for level in (0, -10, -20, -30):
        sine = 16140 * np.sqrt(2) * 10 ** (level / 20) * np.sin(2 * np.pi * 1013.7 * n / 8000)
        heard = np.frombuffer(
            g711.decode(g711.encode(Pcm(np.round(sine).astype(int).tolist()), law), law).bytes, "<i2"
        )
        assert 10 * np.log10(np.mean(sine**2) / np.mean((heard - sine) ** 2)) > 33


def test_an_unknown_law_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="alaw or ulaw"):
        g711.encode(Pcm([1, 2]), "zlaw")


def test_nothing_codes_to_nothing() -> None:
    assert g711.encode(Pcm(), "alaw") == b""
    assert len(g711.decode(b"", "ulaw")) == 0
