"""Is a page that came the one that was refused before it, sent again?

RTN asks for no more than training (ITU-T T.30, 5.3.6.1.7): a sender may send the page again, and many do,
or go on with the next one. Nothing in a page without error correction says which it is; so the rows are
compared.
"""

from __future__ import annotations

from ctidrv.apps.fax.page import PageRows
from ctidrv.native import t4

LEAST_ROWS = 8
"""With something on them and undamaged: fewer tell nothing."""
SHARE = 0.5
"""Of them, that the same page has too; of another one, but for lines and borders, next to none."""


def is_again(refused: PageRows, page: PageRows) -> bool:
    """False too where it cannot be told."""
    if refused.width != page.width:
        return False
    rows = [
        row
        for row, damage in zip(_rows(refused), refused.damage or bytes(refused.count), strict=True)
        if not damage
    ]
    written = {row for row in rows if any(row)}
    found = written & set(_rows(page))
    return len(written) >= LEAST_ROWS and len(found) >= SHARE * len(written)


def _rows(page: PageRows) -> list[bytes]:
    size = t4.row_bytes(page.width)
    return [page.rows[at : at + size] for at in range(0, len(page.rows), size)]
