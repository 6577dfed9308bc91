"""`Spread`: a length of time that differs from one time to the next, drawn from a distribution."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, TypeAdapter, ValidationError, WithJsonSchema

from ctidrv.document.words import MAX_DURATION, Duration, shown, wrong
from ctidrv.units import Samples

_duration: TypeAdapter[Samples] = TypeAdapter(Duration)
KINDS = {"uniform": 2, "normal": 2, "exponential": 1}
_FORM = (
    "a duration such as 5s, or one of {uniform: [1s, 3s]}, {normal: [2s, 500ms]} (mean, deviation) "
    "and {exponential: 20s} (mean)"
)


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of durations, in samples; `kind` "fixed" has one."""

    kind: str
    first: Samples
    second: Samples = Samples(0)

    def draw(self, chance: random.Random) -> Samples:
        """Never less than nothing nor more than an hour."""
        if self.kind == "uniform":
            drawn = chance.uniform(self.first, self.second)
        elif self.kind == "normal":
            drawn = chance.gauss(self.first, self.second)
        elif self.kind == "exponential":
            drawn = chance.expovariate(1 / self.first)
        else:
            drawn = self.first
        return Samples(round(min(max(drawn, 0), MAX_DURATION)))


def fixed(length: Samples) -> Spread:
    return Spread("fixed", length)


def _one(value: Any) -> Samples:
    try:
        return _duration.validate_python(value)
    except ValidationError as error:
        raise wrong(str(error.errors()[0]["ctx"]["words"])) from None


def _spread(value: Any) -> Spread:
    if isinstance(value, Spread):
        return value
    if not isinstance(value, dict):
        return fixed(_one(value))
    kind, given = next(iter(value.items())) if len(value) == 1 else ("", None)
    lengths = given if isinstance(given, list) else [given]
    if KINDS.get(kind) != len(lengths):
        raise wrong(f"{shown(value)} is no distribution: write {_FORM}")
    made = Spread(kind, *map(_one, lengths))
    if kind == "uniform" and made.second < made.first:
        raise wrong("uniform: the first duration is the shorter one")
    return made


_PLAIN = {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,3})?(ms|s|m)$"}
_PAIR = {"type": "array", "items": _PLAIN, "minItems": 2, "maxItems": 2}
_SCHEMA = {
    "anyOf": [
        _PLAIN,
        *(
            {
                "type": "object",
                "properties": {kind: _PAIR if count == 2 else _PLAIN},
                "required": [kind],
                "additionalProperties": False,
            }
            for kind, count in KINDS.items()
        ),
    ],
    "examples": ["5s", {"uniform": ["1s", "3s"]}],
}

Drawn = Annotated[Spread, PlainValidator(_spread), WithJsonSchema(_SCHEMA)]
"""``5s``, ``{uniform: [1s, 3s]}``, ``{normal: [2s, 500ms]}``, ``{exponential: 20s}``."""
