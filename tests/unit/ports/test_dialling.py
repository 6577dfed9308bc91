"""The countries' figures of dialling: whole, within the standards, and read back by the exchange's own."""

from __future__ import annotations

import pytest

from ctidrv.errors import UsageError
from ctidrv.native.pulses import NUMBERINGS
from ctidrv.ports.dialling import USUAL, Dialling
from ctidrv.ports.regions import known_regions, load_region

REGIONS = [load_region(code) for code in known_regions()]


def test_most_large_countries_have_figures_of_their_own() -> None:
    guesses = [region.code for region in REGIONS if "dialling" in region.not_documented]
    assert len(REGIONS) - len(guesses) >= 60
    assert not {"us", "ca", "gb", "de", "fr", "cn", "jp", "in", "ru", "br", "au", "nz", "se"} & set(guesses)
    assert all(load_region(code).dialling == USUAL for code in guesses)


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.code)
def test_figures_are_within_what_the_standards_ask(region) -> None:
    it: Dialling = region.dialling
    on, off = it.dtmf_ms
    assert on >= 65  # ES 201 235-2, 4.2.4.1 and 4.2.4.2
    assert off >= 65
    low, high = it.dtmf_dbm0
    assert 1 <= high - low <= 3  # ES 201 235-2: the high group 1 to 4 dB above, for what lines lose
    break_ms, make_ms = it.pulse_ms
    assert 9 <= 1000 / (break_ms + make_ms) <= 11  # EN 300 001, clause 5: ten a second
    assert 0.58 <= break_ms / (break_ms + make_ms) <= 0.68
    assert it.between_ms >= 500
    config = it.receiver(flash=True)
    assert break_ms < config.one_ms
    assert config.one_ms < it.flash_ms <= config.flash_ms
    assert it.receiver(flash=False).flash_ms == config.pulse_ms


def test_numbering_of_sweden_and_new_zealand() -> None:
    usual = {region.code for region in REGIONS if region.dialling.numbering == "usual"}
    assert {region.code for region in REGIONS} - usual == {"se", "nz"}
    assert set(NUMBERINGS) == {"usual", "sweden", "new-zealand"}


def test_what_has_no_pulses_is_refused() -> None:
    for digit in ("#", "A", "", "12", "é"):
        with pytest.raises(UsageError, match="cannot be dialled by pulses"):
            USUAL.pulses(digit)
    with pytest.raises(UsageError, match="pulses of 5/33 ms with 800 ms between digits cannot be sent"):
        Dialling(pulse_ms=(5, 33)).pulses("1")
