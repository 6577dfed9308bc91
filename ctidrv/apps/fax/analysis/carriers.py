"""Which fast carrier lies between two turns of V.21, and what it says: the ways that the frames announce are
tried first, then all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ctidrv.apps.fax.analysis.coding import is_page
from ctidrv.apps.fax.analysis.envelope import Envelope
from ctidrv.apps.fax.analysis.facsimile import Side, parse
from ctidrv.apps.fax.analysis.reading import Reading, Way, read
from ctidrv.native.fax_modem import FaxReceiver, Modem
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, ms

Role = Literal["check", "page", "blocks"]
"""The training check, a page without error correction, frames of a block with it."""

RATES: tuple[tuple[Modem, int], ...] = (
    *(("v17", rate) for rate in (14400, 12000, 9600, 7200)),
    *(("v29", rate) for rate in (9600, 7200)),
    *(("v27ter", rate) for rate in (4800, 2400)),
)
_TRAINING = ms(2000)
"""No training is longer, with what goes before it."""
_ECHO_PAUSE = ms(35)
"""Echo protection's carrier is followed by up to 25 ms of silence, and is a part of the signal."""
_LEAST_SNR = 8.0
_GOOD_SNR = 14.0
_CHECK_ZEROS = 0.9
_A4 = 1728
_LEAST_DATA = ms(250)
"""A carrier that nothing announced has so much data, or is none."""
_LAST = ms(30)
"""Of a carrier: what its sender's end is read as."""


@dataclass(slots=True)
class Carrier:
    """A fast carrier on one channel (from 1). `reading`: None: it could not be read."""

    channel: int
    side: Side | None
    begin: int
    end: int
    is_begin_sure: bool
    is_end_sure: bool
    role: Role
    reading: Reading | None
    cuts: int = 0
    """How often it was away and came back."""

    @property
    def seconds(self) -> float:
        return (self.end - self.begin) / RATE

    @property
    def octets(self) -> bytes:
        """Without what its end was read as."""
        if self.reading is None:
            return b""
        last = self.end - _LAST
        return b"".join(piece.octets for piece in self.reading.pieces if piece.at <= last)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the frames so far announce. `ways`: the likeliest first; `is_sure`: it has to come."""

    role: Role
    ways: Sequence[Way]
    side: Side | None
    is_sure: bool = True


def _zeros(octets: bytes) -> float:
    return octets.count(0) / len(octets) if octets else 0.0


def _role(reading: Reading, expected: Expected | None) -> Role:
    if reading.way.hdlc and any(_is_block(piece.octets) for piece in reading.pieces if piece.is_good):
        return "blocks"
    if expected is not None:
        return expected.role
    return "check" if _zeros(reading.octets) > _CHECK_ZEROS else "page"


def _is_block(octets: bytes) -> bool:
    frame = parse(octets)
    return frame is not None and frame.name in ("FCD", "RCP")


class Listener:
    """Reads the carriers of one channel. It keeps what a receiver has learnt by long training, as V.17's
    short training needs it."""

    def __init__(self, sound: Pcm, envelope: Envelope, channel: int) -> None:
        self._sound, self._envelope, self._channel = sound, envelope, channel
        self._trained: FaxReceiver | None = None

    def loud(self, begin: int, end: int) -> tuple[int, int] | None:
        """The first stretch within that may be a carrier."""
        return self._envelope.loud(begin, end)

    def first(self, begin: int, end: int, expected: Expected | None) -> Carrier | None:
        """The first carrier within, and None where there is none: an expected one that cannot be read is one
        without a reading."""
        loud = self.loud(begin, end)
        if loud is None:
            return None
        for way in expected.ways if expected else ():
            reading = self._try(way, begin, end)
            if reading.is_read and _snr(reading) >= _LEAST_SNR:
                return self._carrier(reading, expected, begin, end)
        best = self._any(begin, end, expected)
        if best is not None:
            return self._carrier(best, expected, begin, end)
        if expected is None or not expected.is_sure:
            return None
        return Carrier(self._channel, expected.side, *loud, False, False, expected.role, None)

    def _try(self, way: Way, begin: int, end: int) -> Reading:
        is_new = self._trained is None or not way.short_training
        if self._trained is None or not way.short_training:
            receiver = FaxReceiver(way.modem, way.bit_rate, hdlc=way.hdlc, short_training=way.short_training)
        else:
            receiver = self._trained.copy()  # a way that is wrong spoils nothing
        reading = read(receiver, way, self._sound, begin, end, afresh=not is_new)
        if reading.is_read and way.modem == "v17" and _snr(reading) >= _LEAST_SNR:
            self._trained = receiver
        return reading

    def _any(self, begin: int, end: int, expected: Expected | None) -> Reading | None:
        """The best of all ways, where one is good."""
        tried = expected.ways if expected else ()
        known = {(way.modem, way.bit_rate, way.short_training) for way in tried}
        is_check = expected is not None and expected.role == "check"
        kept, best, of_best = self._trained, None, None
        for modem, bit_rate in RATES:
            for short in (False, True) if modem == "v17" and not is_check else (False,):
                if (modem, bit_rate, short) in known:
                    continue
                self._trained = kept
                reading = self._try(Way(modem, bit_rate, False, short), begin, end)
                if _is_good(reading, end) and (best is None or _snr(reading) > _snr(best)):
                    best, of_best = reading, self._trained
        self._trained = of_best or kept
        if best is None or _zeros(best.octets) > _CHECK_ZEROS:
            return best
        way = Way(best.way.modem, best.way.bit_rate, True, best.way.short_training)
        framed = self._try(way, begin, end)
        if any(_is_block(piece.octets) for piece in framed.pieces):
            return framed
        return best if expected is not None or is_page(best.octets, _A4) else None

    def _carrier(self, reading: Reading, expected: Expected | None, begin: int, end: int) -> Carrier:
        quality = reading.quality
        level = quality.level if quality else -30.0
        known = reading.trained_at if reading.trained_at is not None else reading.data_at or begin
        first = self._envelope.begin(known, level, min(_TRAINING, known - begin), pause=_ECHO_PAUSE)
        last = self._envelope.last(reading.data_at or known, reading.gone_at or end, level)
        ended = last if last is not None else reading.gone_at or end
        return Carrier(
            self._channel,
            expected.side if expected else None,
            first if first is not None else known,
            ended,
            first is not None,
            last is not None,
            _role(reading, expected),
            reading,
            self._envelope.dips(reading.data_at or known, ended, level),
        )


def _is_good(reading: Reading, end: int) -> bool:
    """Of a carrier that nothing announced: whether it is believed."""
    if reading.data_at is None or (reading.gone_at or end) - reading.data_at < _LEAST_DATA:
        return False
    return _snr(reading) >= _GOOD_SNR


def _snr(reading: Reading) -> float:
    quality = reading.quality
    return quality.snr if quality else 0.0
