"""The page before a fax: from whom, to whom, how many pages; in English or Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctidrv.apps.fax.drawing import fonts
from ctidrv.apps.fax.drawing.lettering import LINE, wrapped
from ctidrv.apps.fax.drawing.sheet import A4, BOTTOM, LEFT, ROOM, TOP, Canvas
from ctidrv.apps.fax.drawing.source import Drawn, Sheet
from ctidrv.errors import InputError

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "FAX",
        "to": "To",
        "to_number": "Fax",
        "sender": "From",
        "sender_number": "Fax",
        "date": "Date",
        "pages": "Pages",
        "pages_value": "{} with this one",
        "subject": "Subject",
    },
    "zh": {
        "title": "传真",
        "to": "收件人",
        "to_number": "传真",
        "sender": "发件人",
        "sender_number": "传真",
        "date": "日期",
        "pages": "页数",
        "pages_value": "共 {} 页（含本页）",
        "subject": "主题",
    },
}
"""By language; in the order in which they stand on the page."""
_TITLE, _EM, _VALUES = 14.0, 5.0, 32.0
_STEP = _EM * LINE


class Cover:
    """`told`: the facts of `ctidrv.apps.fax.document.Cover`; `pages` counts this one too."""

    turns = False
    sheets: Sequence[Sheet] = (A4,)

    def __init__(self, told: dict[str, Any], pages: int) -> None:
        words = WORDS[told["language"]]
        facts = {**told, "pages": words["pages_value"].format(pages)}
        self._title = words["title"]
        self._rows: list[tuple[str, list[str]]] = [
            (words[name], self._lines(str(facts[name]), ROOM - _VALUES))
            for name in words
            if facts.get(name) and name not in ("title", "pages_value")
        ]
        self._note = self._lines(told["note"], ROOM) if told["note"] else []
        fonts.check(self._title + "".join(word for word, _ in self._rows), "cover page")
        height = sum(max(1, len(lines)) * _STEP + 2 for _, lines in self._rows) + len(self._note) * _STEP
        room = A4.height - TOP - BOTTOM - 2 * _TITLE - _STEP
        if height > room:
            over = int((height - room) / _STEP) + 1
            raise InputError(f"cover page: the note is {over} lines too long: make it a file of its own")

    @staticmethod
    def _lines(text: str, room: float) -> list[str]:
        fonts.check(text, "cover page")
        return [line for part in text.splitlines() for line in wrapped(part.expandtabs(8), room / _EM)]

    def drawn(self, page: int, width: int, height: int) -> Drawn:
        canvas = Canvas(width, height)
        canvas.write(LEFT, TOP, self._title, _TITLE)
        top = TOP + 1.6 * _TITLE
        canvas.rule(LEFT, top, LEFT + ROOM)
        top += 4
        for word, lines in self._rows:
            canvas.write(LEFT, top, word, _EM)
            for line in lines:
                canvas.write(LEFT + _VALUES, top, line, _EM)
                top += _STEP
            top += 2
        canvas.rule(LEFT, top, LEFT + ROOM)
        for number, line in enumerate(self._note):
            canvas.write(LEFT, top + 4 + number * _STEP, line, _EM)
        return canvas.drawn()
