"""Coded rows whose coding may not be known: the one by which they have the most good rows is believed."""

from __future__ import annotations

from ctidrv.native import t4

CODINGS = ("mh", "mr", "mmr")
_ROWS = 20_000
_LEAST_ROWS = 8


def decoded(
    octets: bytes, coding: str | None, width: int, *, strict: bool, first_gap: int | None = None
) -> tuple[str, t4.Page] | None:
    """The coding and the page; `first_gap`: where octets are missing, behind which MMR cannot be read. None:
    there is nothing, or the coding is none of T.4's."""
    best: tuple[str, t4.Page] | None = None
    for name in CODINGS if coding is None else (coding,):
        if name in CODINGS and octets:
            whole = octets[:first_gap] if name == "mmr" and first_gap is not None else octets
            made = t4.Decoder(name, width, rows=_ROWS, strict=strict).page(whole)
            if best is None or _good(made) > _good(best[1]):
                best = name, made
    return best


def _good(page: t4.Page) -> int:
    return page.report.rows - page.report.damaged


def is_page(octets: bytes, width: int) -> bool:
    """Whether these may be coded rows: what is none has hardly a good one."""
    found = decoded(octets, None, width, strict=False)
    return found is not None and 2 * _good(found[1]) > max(found[1].report.rows, 2 * _LEAST_ROWS)
