"""Words for the screen that are chosen here and translated where they are shown.

`QT_TRANSLATE_NOOP` bears the name that lupdate looks for, so every phrase of these modules is in
the translation file; it needs no Qt. `ctidesk.words.say` makes the text in the chosen language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English source text with its context; ``{name}`` in it is filled from `args`.

    A value of `args` may be a `Phrase` itself, translated with it.
    """

    context: str
    source: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def fill(self, **args: Any) -> Phrase:
        return Phrase(self.context, self.source, {**self.args, **args})


def QT_TRANSLATE_NOOP(context: str, source: str) -> Phrase:
    """A phrase to be translated later; both arguments must be literals."""
    return Phrase(context, source)


NOTHING = Phrase("", "")
"""No words at all."""
