"""Fax pages as coded bits (cti/t4_encoder.h, cti/t4_decoder.h): ITU-T T.4's MH and MR, T.6's MMR.

Rows are packed pixels, the leftmost in the highest bit, 1 is black. A decoded row is good or damaged; a
page with a damaged row is not clean.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state

CODINGS = {"mh": lib.CTI_T4_MH, "mr": lib.CTI_T4_MR, "mmr": lib.CTI_T4_MMR}
DAMAGES = (
    "good",
    "bad-code",
    "extension",
    "short-row",
    "out-of-row",
    "no-eol",
    "no-row",
    "no-reference",
    "cut-row",
    "odd-code",
)
"""What became of a row, by ``enum cti_t4_damage``."""
ENDS = ("none", "whole", "broken", "missing", "damage", "long")
"""How a page ended, by ``enum cti_t4_end``."""
_ROWS_AT_ONCE = 64
_MOST_BYTES = (2**31 - 1) // 8


def row_bytes(width: int) -> int:
    """Bytes of a row. UsageError for a width outside 1 to 4864 pixels."""
    size = int(lib.cti_t4_row_bytes(width))
    if size < 0:
        raise UsageError(f"a fax row of {width} pixels cannot be coded: 1 to 4864 can")
    return size


def _coding(name: str) -> int:
    if name not in CODINGS:
        raise UsageError(f"the coding of a fax page is {', '.join(CODINGS)}, not {name!r}")
    return int(CODINGS[name])


def _order(msb_first: bool) -> int:
    return int(lib.CTI_T4_MSB_FIRST if msb_first else lib.CTI_T4_LSB_FIRST)


class Encoder:
    """One page at a time: `row` for each row, then `end`, then `reset` for the next page."""

    def __init__(
        self,
        coding: str = "mh",
        width: int = 1728,
        *,
        k: int = 2,
        min_row_bits: int = 0,
        aligned: bool = False,
        msb_first: bool = False,
    ) -> None:
        """`k`: of MR; `min_row_bits`: bit/s times the shortest time of a row; `aligned`: EOL ends a byte."""
        self.row_bytes = row_bytes(width)
        config = ffi.new("cti_t4_encoder_config *")
        config.coding, config.width, config.order = _coding(coding), width, _order(msb_first)
        config.k, config.min_row_bits, config.aligned = k, min_row_bits, int(aligned)
        size = lib.cti_t4_encoder_size()
        self._state = state("cti_t4_encoder", size)
        if lib.cti_t4_encoder_init(self._state, size, config) < 0:
            raise UsageError(
                f"T.4: K is 1 or more, not {k}; a row 0 to 65536 bits at least, not {min_row_bits}"
            )
        self._most = int(lib.cti_t4_encoder_most(self._state))
        self._out = ffi.new("uint8_t[]", self._most)

    def _bytes(self, size: int) -> bytes:
        return bytes(ffi.buffer(self._out, check(size, "fax page")))

    def row(self, row: bytes) -> bytes:
        """The coded bytes that a row completes."""
        if len(row) != self.row_bytes:
            raise UsageError(f"a row of {len(row)} bytes, where the page has {self.row_bytes}")
        data = ffi.from_buffer("uint8_t[]", row)
        return self._bytes(lib.cti_t4_encoder_row(self._state, data, self._out, self._most))

    def end(self) -> bytes:
        """The last bytes, with RTC or EOFB."""
        return self._bytes(lib.cti_t4_encoder_end(self._state, self._out, self._most))

    def page(self, rows: bytes) -> bytes:
        """A whole page, rows behind one another; the next may follow."""
        if len(rows) % self.row_bytes:
            raise UsageError(f"{len(rows)} bytes are no whole rows of {self.row_bytes} bytes")
        lib.cti_t4_encoder_reset(self._state)
        parts = [self.row(rows[at : at + self.row_bytes]) for at in range(0, len(rows), self.row_bytes)]
        return b"".join([*parts, self.end()])

    def reset(self) -> None:
        """A new page."""
        lib.cti_t4_encoder_reset(self._state)


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a page so far."""

    clean: bool
    """It has rows, all are good, and its end is whole."""
    end: str
    """One of `ENDS`."""
    rows: int
    damaged: int
    first_damaged: int | None
    damaged_run: int
    """The most damaged rows on end."""
    kinds: dict[str, int]
    """Rows by `DAMAGES`, those that there are."""
    bits: int


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded page: `damage` has for each row one of `DAMAGES`, by its number."""

    rows: bytes
    damage: bytes
    report: Report


class Decoder:
    """One page at a time: `feed` the bits as they come, then `end`, then `reset` for the next page."""

    def __init__(
        self,
        coding: str = "mh",
        width: int = 1728,
        *,
        rows: int = 20_000,
        strict: bool = True,
        msb_first: bool = False,
    ) -> None:
        """`rows`: the most that a page may have; `strict`: they must be coded as T.4 chooses."""
        self.row_bytes = row_bytes(width)
        config = ffi.new("cti_t4_decoder_config *")
        config.coding, config.width, config.order = _coding(coding), width, _order(msb_first)
        config.rows, config.strict = rows, int(strict)
        size = lib.cti_t4_decoder_size()
        self._state = state("cti_t4_decoder", size)
        if lib.cti_t4_decoder_init(self._state, size, config) < 0:
            raise UsageError(f"a fax page of at most {rows} rows cannot be read: 1 or more can")
        self._rows = ffi.new("uint8_t[]", _ROWS_AT_ONCE * self.row_bytes)
        self._damage = ffi.new("uint8_t[]", _ROWS_AT_ONCE)

    def _take(self, n: int, rows: bytearray, damage: bytearray) -> int:
        check(n, "fax page")
        rows += ffi.buffer(self._rows, n * self.row_bytes)
        damage += ffi.buffer(self._damage, n)
        return n

    def feed(self, data: bytes, *, first: int = 0, bits: int | None = None) -> tuple[bytes, bytes]:
        """Takes `bits` bits (None: all) from bit `first` on; the rows that came of them, and their damage."""
        if len(data) > _MOST_BYTES:
            raise UsageError(f"{len(data)} bytes of a fax page at once: at most {_MOST_BYTES}")
        end = 8 * len(data) if bits is None else first + bits
        if not 0 <= first <= end <= 8 * len(data):
            raise UsageError(f"bits {first} to {end} of {8 * len(data)}")
        rows, damage = bytearray(), bytearray()
        memory = ffi.from_buffer("uint8_t[]", data or b"\0")
        given = ffi.new("cti_t4_bits *", (memory, first, end))
        full = _ROWS_AT_ONCE
        while full == _ROWS_AT_ONCE:
            n = lib.cti_t4_decoder_run(self._state, given, self._rows, self._damage, _ROWS_AT_ONCE)
            full = self._take(n, rows, damage)
        return bytes(rows), bytes(damage)

    def end(self) -> tuple[bytes, bytes]:
        """No more bits come: the rows that are left, and their damage."""
        rows, damage = bytearray(), bytearray()
        n = 1
        while n:
            n = lib.cti_t4_decoder_end(self._state, self._rows, self._damage, _ROWS_AT_ONCE)
            self._take(n, rows, damage)
        return bytes(rows), bytes(damage)

    def page(self, data: bytes) -> Page:
        """A whole page from its bits; the next may follow."""
        self.reset()
        rows, damage = self.feed(data)
        last, of_last = self.end()
        return Page(rows + last, damage + of_last, self.report)

    def reset(self) -> None:
        """A new page."""
        lib.cti_t4_decoder_reset(self._state)

    @property
    def report(self) -> Report:
        out = ffi.new("cti_t4_report *")
        check(lib.cti_t4_decoder_report(self._state, out), "fax page")
        return Report(
            clean=bool(out.clean),
            end=ENDS[out.end],
            rows=out.rows,
            damaged=out.damaged,
            first_damaged=None if out.first_damaged < 0 else out.first_damaged,
            damaged_run=out.damaged_run,
            kinds={name: n for name, n in zip(DAMAGES, out.kinds, strict=True) if n},
            bits=out.bits,
        )
