"""Frames of ITU-T T.30 as an analysis follows them: who says what, and what a DCS orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ctidrv.errors import NativeError
from ctidrv.native import t30_frames
from ctidrv.native.fax_modem import Modem

Side = Literal["caller", "called"]

MODEMS: dict[str, str] = {"v27ter": "V.27ter", "v29": "V.29", "v17": "V.17"}
"""As the recommendations are called."""
_RATES: dict[int, tuple[Modem, int]] = {
    0x00: ("v27ter", 2400), 0x08: ("v27ter", 4800), 0x04: ("v29", 9600), 0x0C: ("v29", 7200),
    0x20: ("v17", 14400), 0x28: ("v17", 12000), 0x24: ("v17", 9600), 0x2C: ("v17", 7200),
}  # fmt: skip
"""By bits 11 to 14 of a DCS, or of a CTC, the first the lowest."""
_RATE_BITS = 0x3C
_DOTS = {42: (300.0, 300.0, 3), 43: (408.0, 391.0, 4), 41: (204.0, 391.0, 2), 15: (204.0, 196.0, 2)}
"""By the bit of a DCS that orders it: dots an inch across and down, and how many halves of a row of 204."""
OTHER_CODINGS = {78: "jbig", 79: "jbig", 68: "jpeg", 36: "t43"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame. `name`: T.30's, that of PPS and EOR with what follows ("PPS-EOP"); `side`: by its X bit."""

    name: str
    side: Side
    heard: t30_frames.Frame

    @property
    def info(self) -> bytes:
        return self.heard.fif


def parse(octets: bytes) -> Frame | None:
    """None: no frame of T.30's."""
    try:
        heard = t30_frames.parse(octets)
    except NativeError:
        return None
    name = heard.name if heard.post is None else f"{heard.name}-{heard.post}"
    return Frame(name, "caller" if octets[2] & 1 else "called", heard)


@dataclass(frozen=True, slots=True)
class Session:
    """What a DCS orders."""

    modem: Modem
    bit_rate: int
    ecm: bool
    frame_octets: int
    coding: str
    """mh, mr or mmr; one of `OTHER_CODINGS` is not read."""
    width: int
    dots: tuple[float, float]
    """To an inch, across and down."""


def rate_of(info: bytes) -> tuple[Modem, int] | None:
    """What a DCS or a CTC orders; None: no modem of T.30's that we have."""
    return _RATES.get(info[1] & _RATE_BITS) if len(info) > 1 else None


def session_of(frame: Frame) -> Session | None:
    """Of a DCS; None for one that orders no modem that we have."""
    rate, chosen = rate_of(frame.info), frame.heard.ability
    if rate is None or chosen is None:
        return None
    bits = {field.first_bit for field in frame.heard.fields if field.value}
    across, down, halves = next((dots for bit, dots in _DOTS.items() if bit in bits), (204.0, 98.0, 2))
    width = max(chosen.widths, default=1728)
    coding = next((name for bit, name in OTHER_CODINGS.items() if bit in bits), None)
    return Session(
        *rate,
        chosen.ecm,
        chosen.frame_octets,
        coding or ("mmr" if chosen.mmr else "mr" if chosen.mr else "mh"),
        width * halves // 2,
        (across, down),
    )
