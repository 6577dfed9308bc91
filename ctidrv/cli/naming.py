"""What the station has against a field of a request, said of the option that gave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ctidrv.errors import FieldError, UsageError


@contextmanager
def naming(options: Mapping[str, str] | None = None, **more: str) -> Iterator[None]:
    """UsageError in the words of the command. `options`: the option of each field, of a part of one by both
    names ("cover.to"); what is not among them is told as the station says it."""
    known = {**(options or {}), **more}
    try:
        yield
    except FieldError as error:
        option = known.get(error.field) or known.get(error.field.partition(".")[0])
        if option is None:
            raise
        raise UsageError(f"{option}: {error.words}") from error
