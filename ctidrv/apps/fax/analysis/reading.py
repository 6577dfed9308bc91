"""One carrier of a fast modem, read: V.27ter, V.29, V.17, from its training to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ctidrv.native.fax_modem import FaxQuality, FaxReceiver, Modem
from ctidrv.native.pcm import Pcm
from ctidrv.native.spectrogram import spectrogram
from ctidrv.units import ms

Progress = Callable[[FaxReceiver], None]

_STEP = ms(50)
"""So often a carrier's quality is looked at; its points are the last 128, 53 ms at 2,400 baud."""
_MOST_POINTS = 4000
_MOST_EYE = 1200
_SETTLING = ms(100)
_BACK = 3
"""Looks after which a carrier that was lost is known to be back."""
_TONE_BINS, _TONE_SHARE = 8, 0.9
"""Of BINS: so many have nearly all of the power of one or two tones; a carrier fills the band."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a carrier is sent, or may be."""

    modem: Modem
    bit_rate: int
    hdlc: bool = False
    short_training: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """What came of data, and when it was there."""

    at: int
    octets: bytes
    is_good: bool = True


@dataclass(slots=True)
class Reading:
    """What a receiver made of a stretch. Times are samples of the file; `qualities`: every 50 ms."""

    way: Way
    trained_at: int | None = None
    """When the training was known to be one."""
    data_at: int | None = None
    gone_at: int | None = None
    """None: it lasts to the end of the stretch."""
    pieces: list[Piece] = field(default_factory=list)
    """Octets of page data, or frames."""
    qualities: list[tuple[int, FaxQuality]] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    eye: list[list[tuple[float, float]]] = field(default_factory=list)
    """Stretches of the equalised signal, two values a symbol."""

    @property
    def is_read(self) -> bool:
        return self.data_at is not None

    @property
    def octets(self) -> bytes:
        return b"".join(piece.octets for piece in self.pieces)

    @property
    def quality(self) -> FaxQuality | None:
        """The middle one by SNR, of those while it was there."""
        steady = sorted((q for _, q in self.qualities), key=lambda q: q.snr)
        return steady[len(steady) // 2] if steady else None


def read(receiver: FaxReceiver, way: Way, sound: Pcm, begin: int, end: int, *, afresh: bool) -> Reading:
    """The first carrier of this way that lies within the stretch; `afresh`: the receiver listens anew."""
    if afresh:
        receiver.again(way.modem, way.bit_rate, hdlc=way.hdlc, short_training=way.short_training)
    made = Reading(way)
    base = begin - receiver.heard
    lost_at, back = None, 0
    for at in range(begin, end, _STEP):
        for heard in receiver.hear(sound[at : min(at + _STEP, end)]):
            if made.gone_at is not None:
                break
            now = base + heard.at
            if heard.kind == "training" and made.data_at is None:
                made.trained_at = now
            elif heard.kind == "carrier" and made.data_at is None:
                made.data_at = now
            elif heard.kind == "end":
                made.gone_at = now
            elif heard.kind in ("octets", "frame", "bad") and made.data_at is not None:
                made.pieces.append(Piece(now, heard.octets, heard.kind != "bad"))
        if made.gone_at is not None:
            break
        if made.data_at is not None:
            if lost_at is not None and _is_tone(sound, at, min(at + _STEP, end)):
                _end(made, lost_at)
                break
            if receiver.quality.is_lost:
                lost_at, back = (at if lost_at is None else lost_at), 0
            else:
                back += 1
                lost_at = lost_at if back <= _BACK else None
                _look(made, receiver, min(at + _STEP, end))
    return made


def _is_tone(sound: Pcm, begin: int, end: int) -> bool:
    """Whether a few frequencies have it all, as busy tone has: behind a loss that is no carrier come back."""
    if end - begin < _STEP:
        return False
    powers: list[float] = [10 ** (level / 10) for level in spectrogram(sound, (begin, end), 1).tolist()[0]]
    return sum(sorted(powers)[-_TONE_BINS:]) > _TONE_SHARE * sum(powers)


def _end(made: Reading, at: int) -> None:
    """The carrier has ended there: what was read later is none of it."""
    made.gone_at = at
    made.pieces = [piece for piece in made.pieces if piece.at <= at]
    made.qualities = [(when, quality) for when, quality in made.qualities if when <= at]


def _look(made: Reading, receiver: FaxReceiver, now: int) -> None:
    """Takes quality and points."""
    quality = receiver.quality
    if now >= (made.data_at or 0) + _SETTLING or not made.qualities:
        made.qualities.append((now, quality))
        made.points += receiver.points
        if len(made.points) > 2 * _MOST_POINTS:
            del made.points[::2]
        made.eye.append(receiver.eye)
        if len(made.eye) > 2 * _MOST_EYE // 60:
            del made.eye[::2]
