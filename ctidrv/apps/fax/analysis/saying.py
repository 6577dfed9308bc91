"""What was found, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ctidrv.apps.fax.analysis import words_en, words_zh
from ctidrv.apps.fax.analysis.facsimile import MODEMS, Frame
from ctidrv.apps.fax.analysis.findings import Finding
from ctidrv.native.t30_frames import Field

_SIDED = ("by", "side")
_NAMED = ("modem", "was_modem")
_ROLES = ("role", "before", "behind")


class Saying:
    """One language: en or zh."""

    def __init__(self, language: str = "en") -> None:
        is_zh = language == "zh"
        self._words = words_zh.LINES if is_zh else words_en.LINES
        self._findings = words_zh.FINDINGS if is_zh else words_en.FINDINGS
        self._frames = words_zh.FRAMES if is_zh else {}
        self._values = words_zh.VALUES if is_zh else {}
        self._fields = words_zh.FIELDS if is_zh else {}

    def __getitem__(self, key: str) -> str:
        return self._words[key]

    def modem(self, name: str) -> str:
        return MODEMS.get(name, name)

    def side(self, side: str | None) -> str:
        return self._words[side or "side"]

    def role(self, name: str) -> str:
        """Of a carrier; frames and tones have their own names."""
        return self._words.get(f"role {name}", name)

    def frame(self, frame: Frame) -> str:
        """What a frame means."""
        return self._frames.get(frame.heard.name, frame.heard.words)

    def field(self, field: Field) -> str:
        """What a bit of DIS, DTC or DCS means."""
        return self._fields.get(field.first_bit, field.words)

    def value(self, field: Field) -> str | None:
        """What its value says."""
        return None if field.says is None else self._values.get(field.says, field.says)

    def finding(self, finding: Finding) -> str:
        return self._findings[finding.code].format_map(self._said(finding.data))

    def _said(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of a sentence: sides, modems and carriers by their names."""
        said = {key: "–" if value is None and key not in _SIDED else value for key, value in data.items()}
        for key in _SIDED:
            if key in said:
                said[key] = self.side(said[key])
        for key in _NAMED:
            if key in said:
                said[key] = self.modem(said[key])
        for key in _ROLES:
            if key in said:
                said[key] = self.role(said[key])
        if "end" in said:
            said["end"] = self._words[f"end {said['end']}"]
        return said
