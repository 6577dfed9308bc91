"""What is wrong with a file, and the error of a file that cannot be run."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctidrv.errors import InputError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. Lines and columns count from 1, columns in characters.

    `fatal` is False where a call can still be served (a warning; a prompt that another language has).
    """

    file: str
    line: int
    column: int
    severity: str  # error | warning
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}"


class DocumentErrors(InputError):
    """A file that cannot be run; `findings` holds everything that is wrong with it."""

    MORE = ""
    """Where the other findings can be seen."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        fatal = [f for f in findings if f.fatal]
        more = f" (and {len(fatal) - 1} more{self.MORE})" if len(fatal) > 1 else ""
        super().__init__(f"{fatal[0]}{more}" if fatal else "the file has errors")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` for the nearest of the known words, or nothing."""
    near = difflib.get_close_matches(word[:64], [k for k in known if k != word], n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""
