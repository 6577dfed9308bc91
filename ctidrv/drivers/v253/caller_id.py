"""Who calls, as modems write it: lines ``NMBR = 5551234``, or a raw ``MESG = 8010…`` (ITU-T V.253, +VCID).

It becomes a message of GR-30's form. Names are often left out, date and time sometimes; the order is the
modem's. A modem says nothing of a message whose checksum is wrong.
"""

from __future__ import annotations

import re

from ctidrv.errors import CtiError
from ctidrv.native.cid import encode_mdmf

WAITS_S = 0.4
"""Behind a line: if none follows, that was all."""
_KEYS = {
    **{key: key for key in ("DATE", "TIME", "NMBR", "NAME", "MESG")},
    **dict.fromkeys(("DDN_NMBR", "NDID", "DDN"), "DIALLED"),
    "NUMBER": "NMBR",
}
_LINE = re.compile(r"^([A-Z_]{3,8})\s*=\s*(.{0,600}?)\s*$")
_MOST = {"NMBR": 32, "NAME": 60, "DIALLED": 32, "DATE": 8, "TIME": 8}
_PRIVATE = re.compile(r"^(P|PRIVATE.*|ANONYMOUS|WITHHELD|BLOCKED.*)$", re.IGNORECASE)
_RAW = frozenset({0x04, 0x06, 0x80, 0x82})
"""First bytes of messages."""


class CallerIdText:
    """Gathers lines; each method gives the message once it is whole."""

    def __init__(self) -> None:
        self._got: dict[str, str] = {}
        self._due: float | None = None

    def line(self, text: str, now: float) -> bytes | None:
        """A line that may be of a caller ID; see `is_one`."""
        match = _LINE.match(text)
        key = None if match is None else _KEYS.get(match[1])
        if match is None or key is None:
            return None
        if key == "MESG":
            return self._raw(match[2])
        self._got[key] = match[2][: _MOST[key]]
        self._due = now + WAITS_S
        return self.ring() if {"NMBR", "NAME"} <= set(self._got) else None

    @staticmethod
    def is_one(text: str) -> bool:
        match = _LINE.match(text)
        return match is not None and match[1] in _KEYS

    def at(self, now: float) -> bytes | None:
        """Time goes on."""
        return self.ring() if self._due is not None and now >= self._due else None

    def ring(self) -> bytes | None:
        """It rings (again): what has come is all."""
        got, self._got, self._due = self._got, {}, None
        return _message(got) if {"NMBR", "NAME"} & set(got) else None

    def _raw(self, text: str) -> bytes | None:
        try:
            message = bytes.fromhex(text)
        except ValueError:
            return None
        if not 3 <= len(message) <= 258 or message[0] not in _RAW or message[1] != len(message) - 3:
            return None
        self._got, self._due = {}, None
        return message


def _message(got: dict[str, str]) -> bytes | None:
    number, reason = _told(got.get("NMBR", ""))
    name: bytes | None = got.get("NAME", "").encode("latin-1", "replace")
    name_reason = None
    if not name or re.fullmatch(rb"[PO]|PRIVATE.*|OUT.OF.AREA|UNAVAILABLE", name, re.IGNORECASE):
        name_reason = "private" if _PRIVATE.match(got.get("NAME", "")) else "unavailable"
        name = None
    when = re.sub(r"\D", "", got.get("DATE", ""))[:4] + re.sub(r"\D", "", got.get("TIME", ""))[:4]
    dialled = re.sub(r"\D", "", got.get("DIALLED", "")) or None
    for moment in (when if len(when) == 8 else None, None):
        try:
            return encode_mdmf(
                number=number,
                name=name,
                when=moment,
                reason=reason,
                name_reason=name_reason if "NAME" in got else None,
                dialled=dialled,
            )
        except CtiError:
            continue
    return None


def _told(text: str) -> tuple[str | None, str | None]:
    """The number, or why there is none."""
    number = re.sub(r"[^0-9*#+]", "", text)
    if number:
        return number, None
    return None, "private" if _PRIVATE.match(text) else "unavailable"
