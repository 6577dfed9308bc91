"""What one of doctor's checks has found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.errors import CtiError


@dataclass(frozen=True, slots=True)
class Result:
    """One check. state: ok; note (works without it); finding (exit code 1)."""

    check: str
    state: str
    found: str
    advice: str | None = None


def guarded(check: str, examine_it: Callable[[str], Result]) -> Result:
    """The check's result, or that it failed."""
    try:
        return examine_it(check)
    except CtiError as error:
        return Result(check, "finding", str(error))
    except Exception as error:
        return Result(check, "finding", f"{type(error).__name__}: {error}", "report this")
