"""The frames of a fax call (cti/t30_frames.h; ITU-T T.30, 5.3 and annex A), in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib


def _word(text: Any) -> str | None:
    return None if text == ffi.NULL else str(ffi.string(text).decode())


def frame_name(kind: int) -> str:
    """T.30's abbreviation for an ``enum cti_t30_fcf``; "unknown"."""
    return str(_word(lib.cti_t30_frame_name(kind)))


NAMES: dict[str, int] = {frame_name(kind): kind for kind in range(256) if frame_name(kind) != "unknown"}
"""The control fields without X, by T.30's abbreviation."""
IDENTITIES = ("CSI", "TSI", "CIG", "SUB", "SEP", "PWD", "SID", "PSA")
"""Frames whose information is twenty characters."""
ABILITIES = ("DIS", "DTC", "DCS")
"""Frames whose information is the bits of table 2."""
WIDTHS: dict[int, int] = {lib.CTI_T30_A4: 1728, lib.CTI_T30_B4: 2048, lib.CTI_T30_A3: 2432}
"""Pixels of a row, by ``enum cti_t30_width``."""
RESOLUTIONS: dict[int, str] = {
    lib.CTI_T30_STANDARD: "standard",
    lib.CTI_T30_FINE: "fine",
    lib.CTI_T30_SUPERFINE: "superfine",
}
"""By ``enum cti_t30_resolution``: 3.85, 7.7 and 15.4 rows a mm."""
_MODEMS: dict[int, str] = {
    lib.CTI_FAX_MODEM_V27TER: "v27ter",
    lib.CTI_FAX_MODEM_V29: "v29",
    lib.CTI_FAX_MODEM_V17: "v17",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of DIS, DTC or DCS. `value`: its bits, the first the highest; `says`: in words."""

    first_bit: int
    words: str
    value: int
    says: str | None


@dataclass(frozen=True, slots=True)
class Ability:
    """What DIS and DTC offer, what DCS has chosen (cti_t30_ability)."""

    can_receive: bool
    has_document: bool
    modems: frozenset[str]
    bit_rate: int
    ecm: bool
    frame_octets: int
    mr: bool
    mmr: bool
    widths: tuple[int, ...]
    """Pixels."""
    resolutions: tuple[str, ...]
    row_ms: tuple[int, int, int]
    subaddress: bool
    password: bool
    selective_poll: bool
    foreign: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it was heard or sent, without its check sequence."""

    name: str
    """T.30's abbreviation; "unknown"."""
    words: str
    is_final: bool
    x: bool
    fif: bytes
    text: str | None
    """What an identity says; None: the frame is none."""
    post: str | None
    """PPS, EOR: "EOP"…; "NULL": more blocks of the page follow. None: another frame."""
    page: int | None
    block: int | None
    frames: int | None
    number: int | None
    """FCD: of the frame in its block."""

    @property
    def fields(self) -> list[Field]:
        """DIS, DTC, DCS: what is said, in the order of the bits; 0 is left out where it says nothing."""
        if self.name not in ABILITIES:
            return []
        found = [_field(field, self.fif, self.name == "DCS") for field in range(lib.CTI_T30_FIELDS)]
        return sorted((f for f in found if f.value or f.says), key=lambda f: f.first_bit)

    @property
    def ability(self) -> Ability | None:
        """DIS, DTC, DCS: as numbers."""
        return parse_ability(self.fif, is_dcs=self.name == "DCS") if self.name in ABILITIES else None

    @property
    def again(self) -> list[int]:
        """PPR: the frames of the block that are to be sent again."""
        bits = self.fif[: lib.CTI_T30_BITMAP_OCTETS] if self.name == "PPR" else b""
        return [8 * at + bit for at, octet in enumerate(bits) for bit in range(8) if octet >> bit & 1]


def _field(field: int, fif: bytes, is_dcs: bool) -> Field:
    first, bits, words = ffi.new("int32_t *"), ffi.new("int32_t *"), ffi.new("const char **")
    check(lib.cti_t30_field_about(field, first, bits, words), "a field of DIS")
    value = check(lib.cti_t30_field_get(fif, len(fif), field), "a field of DIS")
    says = _word(lib.cti_t30_field_value(field, value, int(is_dcs)))
    return Field(int(first[0]), str(_word(words[0])), value, says)


def _masked(mask: int, names: dict[int, Any]) -> tuple[Any, ...]:
    return tuple(name for bit, name in names.items() if mask & bit)


def parse_ability(fif: bytes, *, is_dcs: bool) -> Ability:
    """The information of DIS and DTC, or of DCS; any octets."""
    out = ffi.new("cti_t30_ability *")
    lib.cti_t30_ability_parse(fif, len(fif), int(is_dcs), out)
    return ability_of(out)


def ability_of(out: Any) -> Ability:
    """A ``cti_t30_ability`` as Python has it."""
    return Ability(
        can_receive=bool(out.can_receive),
        has_document=bool(out.has_document),
        modems=frozenset(name for number, name in _MODEMS.items() if out.modems >> number & 1),
        bit_rate=out.bit_rate,
        ecm=bool(out.ecm),
        frame_octets=out.frame_octets,
        mr=bool(out.mr),
        mmr=bool(out.mmr),
        widths=_masked(out.widths, WIDTHS),
        resolutions=_masked(out.resolutions, RESOLUTIONS),
        row_ms=(out.row_ms[0], out.row_ms[1], out.row_ms[2]),
        subaddress=bool(out.subaddress),
        password=bool(out.password),
        selective_poll=bool(out.selective_poll),
        foreign=bool(out.foreign),
    )


def _count(number: int) -> int | None:
    return None if number < 0 else number


def parse(octets: bytes) -> Frame:
    """Reads a frame of any octets. NativeError (CTI_ERR_FORMAT): it is none of T.30."""
    out = ffi.new("cti_t30_frame_view *")
    data = ffi.from_buffer("uint8_t[]", octets or b"\0")
    check(lib.cti_t30_frame_parse(data, len(octets), out), f"fax frame {octets[:8].hex(' ')}")
    name, fif = frame_name(out.type), bytes(octets[lib.CTI_T30_FRAME_HEAD :])
    text = None
    if name in IDENTITIES:
        memory = ffi.new("char[]", lib.CTI_T30_ID_CHARS + 1)
        check(lib.cti_t30_id_parse(fif, len(fif), memory), name)
        text = str(_word(memory))
    return Frame(
        name=name,
        words=str(_word(lib.cti_t30_frame_words(out.type))),
        is_final=bool(out.is_final),
        x=bool(out.x),
        fif=fif,
        text=text,
        post=None if out.post < 0 else frame_name(out.post) if out.post else "NULL",
        page=_count(out.page),
        block=_count(out.block),
        frames=_count(out.frames),
        number=_count(out.number),
    )


def build(name: str, fif: bytes = b"", *, x: bool = False, is_final: bool = True) -> bytes:
    """A frame without its check sequence. UsageError: T.30 has no frame of that name."""
    if name not in NAMES:
        raise UsageError(f"T.30 has no frame {name!r}; {', '.join(NAMES)} it has")
    size = lib.CTI_T30_FRAME_HEAD + len(fif)
    out = ffi.new("uint8_t[]", size)
    made = lib.cti_t30_frame_build(NAMES[name], int(x), int(is_final), fif, len(fif), out, size)
    return bytes(ffi.buffer(out, check(made, f"fax frame {name}")))


def identity(text: str) -> bytes:
    """The information of CSI, TSI and so on. UsageError: over 20, or other than digits, blank, + * #."""
    out = ffi.new("uint8_t[]", lib.CTI_T30_ID_CHARS)
    if not text.isascii() or lib.cti_t30_id_build(text.encode(), out) < 0:
        raise UsageError(f"{text!r} is no fax identity: up to 20 digits, blanks, +, * and #")
    return bytes(ffi.buffer(out))
