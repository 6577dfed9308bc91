"""Fax calls made by our own senders, as a script says: what no machine of our tests does by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from ctidrv.apps.fax.analysis.facsimile import Side
from ctidrv.apps.fax.analysis.findings import Finding, findings_of
from ctidrv.apps.fax.analysis.heard import Heard, analyse
from ctidrv.errors import NativeError
from ctidrv.native import t4
from ctidrv.native.fax import fax_tone
from ctidrv.native.fax_modem import FaxSender, Modem
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30_frames import NAMES, build
from ctidrv.units import ms

DIS = bytes.fromhex("00ee78")
"""V.17 and all below it, fine, MR, A4, no time for a row; no error correction."""
DIS_ECM = bytes.fromhex("00eef844")
"""With it, and MMR."""
ROW = t4.row_bytes(1728)
_FIXED = ("DIS", "CSI", "NSF", "DTC", "CIG", "NSC", "PWD", "SEP", "PSA", "CIA")
_RATE_BITS = {
    ("v17", 14400): 0x20, ("v17", 12000): 0x28, ("v17", 9600): 0x24, ("v17", 7200): 0x2C,
    ("v29", 9600): 0x04, ("v29", 7200): 0x0C, ("v27ter", 4800): 0x08, ("v27ter", 2400): 0x00,
}  # fmt: skip


def frame(side: Side, name: str, info: bytes = b"", *, is_final: bool = True) -> bytes:
    """T.30's, with the X bit of its side."""
    x = side == "caller" and name not in _FIXED
    return build(name, info, x=x, is_final=is_final)


def dcs(modem: str, bit_rate: int, *, ecm: bool = False, coding: str = "mh") -> bytes:
    """What a DCS orders: A4, fine, no time for a row."""
    second = 0x42 | _RATE_BITS[modem, bit_rate] | 0x80 * (coding == "mr")
    return bytes((0, second, 0xF8, 0x04 | 0x40 * (coding == "mmr"))) if ecm else bytes((0, second, 0x78))


def pps(post: str, block: int, frames: int, *, page: int = 0) -> bytes:
    return bytes((NAMES[post] if post != "NULL" else 0, page, block, frames - 1))


def page(rows: int, *, coding: str = "mh") -> tuple[bytes, bytes]:
    """Rows with something on each, and how they are coded."""
    drawn = b"".join(
        bytes(0 if (place * 7 + row) % 11 else 0x3C for place in range(ROW)) for row in range(rows)
    )
    return drawn, t4.Encoder(coding).page(drawn)


class Spoken:
    """Two channels, the caller's and the called end's, that grow together."""

    def __init__(self) -> None:
        self._caller, self._called = [Pcm.silence(ms(300))], [Pcm.silence(ms(300))]

    def quiet(self, milliseconds: float) -> Spoken:
        return self._both(Pcm.silence(ms(milliseconds)), "caller")

    def _both(self, sound: Pcm, side: Side) -> Spoken:
        nothing = Pcm.silence(len(sound))
        self._caller.append(sound if side == "caller" else nothing)
        self._called.append(sound if side == "called" else nothing)
        return self

    def tone(self, side: Side, name: str, milliseconds: float) -> Spoken:
        return self._both(fax_tone(name, ms=milliseconds), side).quiet(75)

    def say(self, side: Side, *frames: bytes, pause: float = 75) -> Spoken:
        """A turn of V.21, and a pause."""
        sender = FaxSender("v21")
        sender.flags(37)
        for octets in frames:
            sender.frame(octets)
        sender.end()
        return self._both(sender.samples(200_000), side).quiet(pause)

    def fast(
        self,
        modem: Modem,
        bit_rate: int,
        octets: bytes = b"",
        *,
        frames: Sequence[bytes] = (),
        short: bool = False,
        side: Side = "caller",
        level: float = -13.0,
        pause: float = 75,
    ) -> Spoken:
        """A carrier of octets, or of frames, and a pause."""
        sender = FaxSender(modem, bit_rate, hdlc=bool(frames), short_training=short, level=level)
        sound, waiting, left = [], list(frames), octets
        while waiting or left:
            with contextlib.suppress(NativeError):  # as many wait as there is room for
                while waiting:
                    sender.frame(waiting[0])
                    waiting.pop(0)
            left = left[sender.put(left) :] if left else left
            sound.append(sender.samples(160))
        sender.end()
        sound.append(sender.samples(400_000))
        return self._both(Pcm.from_bytes(b"".join(part.bytes for part in sound)), side).quiet(pause)

    def check(self, modem: Modem, bit_rate: int) -> Spoken:
        return self.fast(modem, bit_rate, bytes(int(bit_rate * 1.5 / 8)))

    @property
    def channels(self) -> list[Pcm]:
        return [
            Pcm.from_bytes(b"".join(part.bytes for part in each)) for each in (self._caller, self._called)
        ]

    @property
    def heard(self) -> Heard:
        return analyse(self.quiet(4000).channels)


def opened(modem: Modem, bit_rate: int, **order: Any) -> Spoken:
    """A call up to CFR."""
    offer = DIS_ECM if order.get("ecm") else DIS
    return (
        Spoken()
        .say("called", frame("called", "DIS", offer))
        .say("caller", frame("caller", "DCS", dcs(modem, bit_rate, **order)))
        .check(modem, bit_rate)
        .say("called", frame("called", "CFR"))
    )


def codes(heard: Heard) -> dict[str, Finding]:
    """Findings by their code, the first of each."""
    found: dict[str, Finding] = {}
    for finding in findings_of(heard):
        found.setdefault(finding.code, finding)
    return found
