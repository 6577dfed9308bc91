"""Lines of text: where they break, and how they are drawn. Lengths are in em, the height of the type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PIL import ImageDraw

from ctidrv.apps.fax.drawing import fonts

LINE = 1.4
"""From one line to the next."""
_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_OPEN, _CLOSE = "「『（《〈【〔“‘", "、。，．：；！？）」』》〉】〕”’…"
_CHUNKS = re.compile(
    rf" +|[{_OPEN}]*(?:[{_CJK}]|[^ {_CJK}{_OPEN}{_CLOSE}]+|(?=[{_CLOSE}]))[{_CLOSE}]*|[{_OPEN}]+"
)
"""What stays together: a word, or a Chinese character with the signs that may not end or begin a line."""


def length(text: str) -> float:
    """Of a line."""
    return sum(map(fonts.advance, text))


def _pieces(line: str, most: float) -> Iterator[tuple[str, float]]:
    """Chunks that fit a line, the long ones cut, and their lengths."""
    for chunk in _CHUNKS.findall(line):
        whole = length(chunk)
        if whole <= most:
            yield chunk, whole
            continue
        for character in chunk:
            yield character, fonts.advance(character)


def wrapped(paragraph: str, most: float) -> list[str]:
    """The lines of a paragraph, none longer than `most` unless a single character is."""
    lines, now, used = [], "", 0.0
    for piece, size in _pieces(paragraph, most):
        if now and used + size > most:
            lines.append(now.rstrip(" "))
            now, used = "", 0.0
            if not piece.strip(" "):
                continue
        now, used = now + piece, used + size
    return [*lines, now.rstrip(" ")]


def shortened(text: str, most: float) -> str:
    """Its beginning, with dots for what had no room."""
    if length(text) <= most:
        return text
    while text and length(text) + length("...") > most:
        text = text[:-1]
    return text + "..."


def write(draw: ImageDraw.ImageDraw, left: float, top: float, text: str, em: float) -> None:
    """Black, in pixels; the line that the type stands on is `em` below `top`."""
    size = max(4, round(em))
    for number, run in fonts.runs(text):
        font = fonts.chain(size)[number]
        draw.text((round(left), round(top + em)), run, fill=0, font=font, anchor="ls")
        left += font.getlength(run)
