"""Plain text as fax pages: A4, type of 4 mm, broken at words and between Chinese characters.

UTF-8, or UTF-16 with its mark. A form feed begins a page; a tab goes to the next eighth place.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from ctidrv.apps.fax.drawing import fonts, limits
from ctidrv.apps.fax.drawing.lettering import LINE, wrapped
from ctidrv.apps.fax.drawing.sheet import A4, BOTTOM, LEFT, ROOM, TOP, Canvas
from ctidrv.apps.fax.drawing.source import Drawn, Sheet, called, check_pages
from ctidrv.errors import InputError

_EM = 4.0
_LINES = int((A4.height - TOP - BOTTOM) / (_EM * LINE))
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def decoded(data: bytes, where: str) -> str:
    """InputError: it is no text, and where it stops being one."""
    coding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(coding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{where}, line {line}: is no text in UTF-8: save it as UTF-8, or as PDF") from error
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    strange = _NO_TEXT.search(text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        raise InputError(f"{where}, line {line}: a control character, {strange[0]!r}: save it as plain text")
    return text


def pages_of(text: str, most: float, lines: int) -> list[list[str]]:
    """Broken into lines of `most` em and pages of so many."""
    pages: list[list[str]] = []
    for part in text.removesuffix("\f").split("\f"):
        page: list[str] = []
        for paragraph in part.removesuffix("\n").split("\n"):
            page += wrapped(paragraph.expandtabs(8), most)
        pages += [page[at : at + lines] for at in range(0, len(page), lines)]
        if len(pages) > limits.PAGES:
            break
    return pages


class TextPages:
    """A file of plain text."""

    turns = False

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > limits.TEXT_BYTES:
            raise InputError(f"{called(path)}: more than {limits.TEXT_BYTES >> 20} MiB of text: split it")
        text = decoded(path.read_bytes(), called(path))
        if not text.strip():
            raise InputError(f"{called(path)}: has nothing in it to send")
        fonts.check(text, called(path))
        self._pages = pages_of(text, ROOM / _EM, _LINES)
        check_pages(path, len(self._pages))
        self.sheets: list[Sheet] = [A4] * len(self._pages)

    def drawn(self, page: int, width: int, height: int) -> Drawn:
        canvas = Canvas(width, height)
        for number, line in enumerate(self._pages[page]):
            canvas.write(LEFT, TOP + number * _EM * LINE, line, _EM)
        return canvas.drawn()
