"""Caller-ID messages and the sounds that carry them (cti/cid.h).

Telcordia GR-30 and ETSI EN 300 659-3 by FSK, NTT's J-CLIP, EN 300 659-1 annex A by DTMF; the alerting tone
and its answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone
from ctidrv.units import ms as samples_of

_STANDARDS = {"bell202": 1, "v23": 2, "dtmf": 3, "jclip": 4}
_MODEMS = ("bell202", "v23", "jclip")
DTMF_FORMS = {"A-C": 1, "A-#": 2, "D-C": 3, "#": 4}
"""How a number is told by DTMF: what stands before it and behind it."""
ALERT_HZ = (2130, 2750)
_REASONS = {None: 0, "private": 1, "unavailable": 2}
_REASON_NAMES = {number: name for name, number in _REASONS.items()}
_KINDS = {1: "call", 2: "call-waiting", 3: "message-waiting"}
_CODES = {"name": "utf-8"}
_SDMF, _MDMF, _WAITING = 0x04, 0x80, 0x82


@dataclass(frozen=True, slots=True)
class CallerIdMessage:
    """What a message says. With `checksum_ok` false everything but `type` and `raw` is None."""

    type: int
    """The first byte: 0x04, 0x80, 0x06, 0x82; J-CLIP: 0x40; DTMF: the first digit; 0: an empty message."""
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
    checksum_ok: bool | None
    """None: the message has no checksum (DTMF)."""
    raw: bytes
    messages: int | None = None
    """How many messages wait (EN 300 659-3, 0x13)."""
    dialled: str | None = None
    redirecting: str | None = None
    """The number that passed the call on."""
    complementary: str | None = None
    """A second number of the caller (EN 300 659-3, 0x10)."""


_GB2312 = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*")
"""All bytes above 0x7F are in pairs as GB 2312 has them (EUC-CN)."""


def decode_name(data: bytes, country: str | None = None) -> str | None:
    """A name's text; its code page is not said on the line.

    UTF-8 if it is valid UTF-8 (as ASCII is); else, in China (`country` is ``cn``), GB 18030, which has
    GBK and GB 2312 in it; where the country is not known (None), GB 2312 if every byte above 0x7F is half
    of one of its pairs; else Latin-1.
    """
    codes = ["utf-8"]
    if (country or "").lower() == "cn":
        codes.append("gb18030")
    elif country is None and _GB2312.fullmatch(data):
        codes.append("gb2312")
    for code in codes:
        try:
            return data.decode(code) or None
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def parse(raw: bytes, standard: str = "bell202", *, country: str | None = None) -> CallerIdMessage:
    """The message in `raw`: of FSK and J-CLIP its bytes, checksum included, of DTMF its digits in ASCII.

    Never raises for what `raw` holds. `country` (ISO code) helps with the name: see `decode_name`.
    """
    out = ffi.new("cti_cid_message *")
    data = ffi.from_buffer(raw) if raw else ffi.NULL
    lib.cti_cid_parse_as(_STANDARDS.get(standard, 1), data, len(raw), out)

    def text(field: str) -> str | None:
        return ffi.string(getattr(out, field)).decode("ascii") or None

    return CallerIdMessage(
        type=out.type,
        kind=_KINDS.get(out.kind),
        number=text("number"),
        name=decode_name(ffi.string(out.name), country),
        reason=_REASON_NAMES[out.reason],
        name_reason=_REASON_NAMES[out.name_reason],
        datetime=text("datetime"),
        waiting=None if out.waiting < 0 else bool(out.waiting),
        checksum_ok=None if out.checksum_ok < 0 else bool(out.checksum_ok),
        raw=raw,
        messages=None if out.messages < 0 else out.messages,
        dialled=text("dialled"),
        redirecting=text("redirecting"),
        complementary=text("complementary"),
    )


def _message(
    kind: int,
    *,
    number: str | None = None,
    name: str | bytes | None = None,
    when: str | None = None,
    reason: str | None = None,
    name_reason: str | None = None,
    dialled: str | None = None,
    redirecting: str | None = None,
    complementary: str | None = None,
) -> Any:
    """A ``cti_cid_message *``; UsageError for what does not fit."""
    message = ffi.new("cti_cid_message *")
    message.type, message.waiting, message.messages = kind, -1, -1
    for field, text, most in (
        ("number", number, 63),
        ("name", name, 127),
        ("datetime", when, 8),
        ("dialled", dialled, 63),
        ("redirecting", redirecting, 63),
        ("complementary", complementary, 63),
    ):
        try:
            data = text if isinstance(text, bytes) else (text or "").encode(_CODES.get(field, "ascii"))
        except UnicodeEncodeError:
            raise UsageError(f"caller ID: the {field} {text!r} is not ASCII") from None
        if len(data) > most or 0 in data:
            raise UsageError(f"caller ID: the {field} {text!r} is longer than {most} bytes or holds a NUL")
        ffi.memmove(getattr(message, field), data, len(data))
    for field, why in (("reason", reason), ("name_reason", name_reason)):
        if why not in _REASONS:
            raise UsageError(f"caller ID: the reason is private or unavailable, not {why!r}")
        setattr(message, field, _REASONS[why])
    return message


def _encode(message: Any) -> bytes:
    out = ffi.new("uint8_t[258]")
    size = lib.cti_cid_encode(message, out, 258)
    if size == -1:
        when = ffi.string(message.datetime).decode("ascii")
        raise UsageError(f"caller ID: the time {when!r} is not MMDDhhmm")
    return bytes(ffi.buffer(out, check(size, "caller-ID message")))


def encode_mdmf(
    *,
    number: str | None = None,
    name: str | bytes | None = None,
    when: str | None = None,
    reason: str | None = None,
    name_reason: str | None = None,
    dialled: str | None = None,
    redirecting: str | None = None,
    complementary: str | None = None,
) -> bytes:
    """A call set-up message (type 0x80). `when` is MMDDhhmm; `reason` counts where there is no number.

    `name`: text is sent as UTF-8, bytes as they are. Raises UsageError for a text that does not fit or a time
    that is none.
    """
    return _encode(
        _message(
            _MDMF,
            number=number,
            name=name,
            when=when,
            reason=reason,
            name_reason=name_reason,
            dialled=dialled,
            redirecting=redirecting,
            complementary=complementary,
        )
    )


def encode_sdmf(*, when: str, number: str | None = None, reason: str | None = None) -> bytes:
    """A single-data message (type 0x04): `when` is MMDDhhmm, then the number or the reason's letter."""
    return _encode(_message(_SDMF, number=number, when=when, reason=reason))


def encode_waiting(waiting: bool, *, when: str | None = None, messages: int | None = None) -> bytes:
    """A message-waiting indication (type 0x82): lamp on or off, and how many (0 to 255)."""
    if messages is not None and not 0 <= messages <= 255:
        raise UsageError(f"caller ID: {messages} messages waiting: 0 to 255 can be told")
    message = _message(_WAITING, when=when)
    message.waiting = int(waiting)
    message.messages = -1 if messages is None else messages
    return _encode(message)


def encode_jclip(*, number: str | None = None, reason: str | None = None) -> bytes:
    """The frame of Japan's J-CLIP, from DLE SOH to the CRC; send it by ``fsk_burst(standard="jclip")``."""
    out = ffi.new("uint8_t[258]")
    size = lib.cti_cid_jclip_encode(_message(0, number=number, reason=reason), out, 258)
    if size < 0:
        raise UsageError(f"caller ID: {number!r} is no number that J-CLIP can tell")
    return bytes(ffi.buffer(out, size))


def encode_dtmf(
    *,
    number: str | None = None,
    reason: str | None = None,
    redirecting: str | None = None,
    form: str = "A-C",
) -> str:
    """The digits that tell a number (at most 20 digits), or why there is none, in one of `DTMF_FORMS`.

    `redirecting` goes with form ``A-C`` only. UsageError for a form or a number that cannot be.
    """
    if form not in DTMF_FORMS:
        raise UsageError(f"caller ID by DTMF: the form is one of {', '.join(DTMF_FORMS)}, not {form!r}")
    out = ffi.new("uint8_t[64]")
    message = _message(0, number=number, reason=reason, redirecting=redirecting)
    size = lib.cti_cid_dtmf_encode(DTMF_FORMS[form], message, out, 64)
    if size < 0:
        raise UsageError(f"caller ID by DTMF: {redirecting or number!r} is not 1 to 20 digits")
    return bytes(ffi.buffer(out, size)).decode("ascii")


def dtmf_sound(digits: str, *, on_ms: int = 70, off_ms: int = 70, level: float = -10.0) -> Pcm:
    """Caller ID by DTMF as audio: 70 ms on and off (EN 300 659-1 annex A); `level` of the stronger tone."""
    return dtmf(digits, on_ms=on_ms, off_ms=off_ms, level=level)


def alert(*, ms: float = 100, level: float = -15.0) -> Pcm:
    """The alerting tone, 2130 and 2750 Hz, each of `level` dBm0.

    100 ms on hook (DT-AS, EN 300 659-1), 80 ms in a call (CAS, GR-30).
    """
    return render(tone([Part(hz=ALERT_HZ, level=level, ms=ms)]), samples_of(ms))


def acknowledgement() -> Pcm:
    """What a terminal answers a CAS with: digit D for 60 ms (GR-30: 55 to 65 ms), without a pause behind."""
    return dtmf("D", on_ms=60, off_ms=0)


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

    `standard` is ``bell202``, ``v23`` or ``jclip`` (V.23's tones). In a call there is no seizure, and 80
    bits of mark. Raises UsageError for another standard or counts out of range.
    """
    if standard not in _MODEMS:
        raise UsageError(f"caller ID: the standard is {', '.join(_MODEMS)}, not {standard!r}")
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
