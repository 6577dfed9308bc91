"""What one of doctor's checks has found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    except Exception as error:
        return _failed(check, error)


def guarded_each(check: str, results: Iterable[Result]) -> Iterator[Result]:
    """Results as they come; where looking on fails, that it did, as a last one by the name `check`."""
    try:
        yield from results
    except Exception as error:
        yield _failed(check, error)


def _failed(check: str, error: Exception) -> Result:
    if isinstance(error, CtiError):
        return Result(check, "finding", str(error))
    return Result(check, "finding", f"{type(error).__name__}: {error}", "report this")
