"""What a voice modem tells of its line (ITU-T V.253), and the countries it can be in. Tables."""

from __future__ import annotations

TONE_CODES = {
    "busy": "b",
    "dial": "d",
    "dial2": "d",
    "stutter": "i",
    "ringback": "r",
    "sit": "J",
    "call_waiting": "w",
}
"""Tones as they are told behind a DLE; congestion is the persona's."""
FAX_CODES = {"cng": "c", "ced": "a", "ansam": "a"}

EVENTS_IDLE = (0, 2, 3)
EVENTS_OFF_HOOK = (4, 6, 9, 10, 11, 13, 14, 15, 18, 19, 20, 21, 23, 25)
"""By their numbers in ``+VLS=?``: caller ID, distinctive ring, ring; digits, CNG, silence, quiet, SIT, loop
break, reversal, call waiting, ringback, busy, dial tone, reorder, underrun, answer tone."""


def event_mask(events: tuple[int, ...]) -> str:
    """Bit 31 is event 0."""
    return f"{sum(1 << (31 - event) for event in events):08X}"


COUNTRIES = {
    "00": "jp",
    "04": "de",
    "09": "au",
    "0A": "at",
    "0F": "be",
    "16": "br",
    "20": "ca",
    "26": "cn",
    "3D": "fr",
    "42": "de",
    "50": "hk",
    "53": "in",
    "59": "it",
    "61": "kr",
    "7B": "nl",
    "7E": "nz",
    "9F": "za",
    "A0": "es",
    "B4": "gb",
    "B5": "us",
    "B8": "ru",
    "FE": "tw",
}
"""``+GCI``: ITU-T T.35's code, and the country whose tones the detectors go by."""
