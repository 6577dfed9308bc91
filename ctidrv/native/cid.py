"""Caller-ID messages and their FSK bursts (cti/cid.h; Telcordia GR-30, ETSI EN 300 659-3)."""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm

_STANDARDS = {"bell202": 1, "v23": 2}
_REASONS = {None: 0, "private": 1, "unavailable": 2}
_REASON_NAMES = {number: name for name, number in _REASONS.items()}
_KINDS = {1: "call", 2: "call-waiting", 3: "message-waiting"}
_SDMF, _MDMF, _WAITING = 0x04, 0x80, 0x82


@dataclass(frozen=True, slots=True)
class CallerIdMessage:
    """What a message says. With `checksum_ok` false everything but `type` and `raw` is None."""

    type: int
    """The first byte: 0x04, 0x80, 0x06 or 0x82; 0 of an empty message."""
    kind: str | None
    """call | call-waiting | message-waiting"""
    number: str | None
    name: str | None
    reason: str | None
    """Why there is no number: private | unavailable."""
    name_reason: str | None
    datetime: str | None
    """MMDDhhmm"""
    waiting: bool | None
    """Messages waiting, in a message-waiting message."""
    checksum_ok: bool
    raw: bytes


def _text(data: bytes) -> str | None:
    """A name's code page is not said: UTF-8 if it is that, else Latin-1."""
    try:
        return data.decode("utf-8") or None
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parse(raw: bytes) -> CallerIdMessage:
    """The message in `raw` (type, length, body, checksum). Never raises for what `raw` holds."""
    out = ffi.new("cti_cid_message *")
    lib.cti_cid_parse(ffi.from_buffer(raw) if raw else ffi.NULL, len(raw), out)
    return CallerIdMessage(
        type=out.type,
        kind=_KINDS.get(out.kind),
        number=ffi.string(out.number).decode("ascii") or None,
        name=_text(ffi.string(out.name)),
        reason=_REASON_NAMES[out.reason],
        name_reason=_REASON_NAMES[out.name_reason],
        datetime=ffi.string(out.datetime).decode("ascii") or None,
        waiting=None if out.waiting < 0 else bool(out.waiting),
        checksum_ok=bool(out.checksum_ok),
        raw=raw,
    )


def _encode(
    kind: int,
    number: str | None,
    name: str | None,
    when: str | None,
    reason: str | None,
    name_reason: str | None = None,
    waiting: bool = False,
) -> bytes:
    message = ffi.new("cti_cid_message *")
    message.type = kind
    message.waiting = int(waiting)
    for field, text, most in (("number", number, 63), ("name", name, 127), ("datetime", when, 8)):
        try:
            data = (text or "").encode("utf-8" if field == "name" else "ascii")
        except UnicodeEncodeError:
            raise UsageError(f"caller ID: the {field} {text!r} is not ASCII") from None
        if len(data) > most or 0 in data:
            raise UsageError(f"caller ID: the {field} {text!r} is longer than {most} bytes or holds a NUL")
        ffi.memmove(getattr(message, field), data, len(data))
    for field, why in (("reason", reason), ("name_reason", name_reason)):
        if why not in _REASONS:
            raise UsageError(f"caller ID: the reason is private or unavailable, not {why!r}")
        setattr(message, field, _REASONS[why])
    out = ffi.new("uint8_t[258]")
    size = lib.cti_cid_encode(message, out, 258)
    if size == -1:
        raise UsageError(f"caller ID: the time {when!r} is not MMDDhhmm")
    return bytes(ffi.buffer(out, check(size, "caller-ID message")))


def encode_mdmf(
    *,
    number: str | None = None,
    name: str | None = None,
    when: str | None = None,
    reason: str | None = None,
    name_reason: str | None = None,
) -> bytes:
    """A call set-up message (type 0x80). `when` is MMDDhhmm; `reason` counts where there is no number.

    Raises UsageError for a text that does not fit or a time that is none.
    """
    return _encode(_MDMF, number, name, when, reason, name_reason)


def encode_sdmf(*, when: str, number: str | None = None, reason: str | None = None) -> bytes:
    """A single-data message (type 0x04): `when` is MMDDhhmm, then the number or the reason's letter."""
    return _encode(_SDMF, number, None, when, reason)


def encode_waiting(waiting: bool, *, when: str | None = None) -> bytes:
    """A message-waiting indication (type 0x82): lamp on or off."""
    return _encode(_WAITING, None, None, when, None, waiting=waiting)


def fsk_burst(
    message: bytes,
    *,
    standard: str = "bell202",
    level: float = -13.5,
    seizure_bits: int = 300,
    mark_bits: int = 180,
    stuffing_bits: int = 0,
) -> Pcm:
    """The burst that carries `message`: seizure, mark, bytes. `level` in dBm0; on-hook timing by default.

    `standard` is ``bell202`` or ``v23``. Raises UsageError for another one or counts out of range.
    """
    if standard not in _STANDARDS:
        raise UsageError(f"caller ID: the standard is bell202 or v23, not {standard!r}")
    config = ffi.new("cti_cid_burst_config *")
    lib.cti_cid_burst_defaults(config)
    config.standard = _STANDARDS[standard]
    config.level_dbm0 = level
    config.seizure_bits = seizure_bits
    config.mark_bits = mark_bits
    config.stuffing_bits = stuffing_bits
    room = lib.cti_cid_burst_samples(config, len(message))
    if room < 0:
        raise UsageError("caller ID: at most 4,000 seizure or mark bits, 20 stuffing bits, 1,024 bytes")
    out = ffi.new("int16_t[]", room)
    data = ffi.from_buffer(message) if message else ffi.NULL
    size = check(lib.cti_cid_burst(config, data, len(message), out, room), "caller-ID burst")
    return Pcm.from_bytes(bytes(ffi.buffer(out, 2 * size)))
