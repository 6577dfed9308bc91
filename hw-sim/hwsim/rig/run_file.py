"""`run.json`: what happened in a kept case, on one axis, beside its recordings; for `ctidrv sim view`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from ctidrv.document.model import Strict
from ctidrv.errors import InputError
from ctidrv.picture.parties import At, Party, Text

NAME = "run.json"
MOST_BYTES = 64_000_000
MOST_MESSAGE = 10_000
MOST_NAMED = 8


class Fault(Strict):
    """What failed, and at which line of the scenario (0: in a program)."""

    line: At
    message: Annotated[str, Field(max_length=MOST_MESSAGE)]


class Run(Strict):
    """A case. `length` in samples, as all times."""

    run: Literal[1]
    name: Text
    file: Text
    seed: int
    length: At
    failures: Annotated[list[Fault], Field(max_length=10_000)] = Field(default_factory=list)
    parties: Annotated[list[Party], Field(max_length=1000)] = Field(default_factory=list)


def read_run(given: Path) -> tuple[Path, Run]:
    """The folder of a kept case and what its file says; `given` may hold one case too. InputError."""
    folder = _folder(given)
    path = folder / NAME
    try:
        if not path.is_file():
            raise InputError(f"{path}: is no file; `ctidrv sim run --keep DIR` writes one")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB, the most that a kept case has")
    try:
        return folder, Run.model_validate_json(content)
    except ValidationError as error:
        raise InputError(
            f"{path}: {_first(error)}; keep the case again with `ctidrv sim run --keep`"
        ) from None


def _folder(given: Path) -> Path:
    if (given / NAME).exists():
        return given
    if not given.is_dir():
        raise InputError(f"{given}: there is no such folder; `ctidrv sim run FILE --keep DIR` makes one")
    try:
        below = sorted(each.parent for each in given.glob(f"*/{NAME}"))
    except OSError as error:
        raise InputError(f"{given}: cannot be read: {error.strerror or error}") from error
    if len(below) == 1:
        return below[0]
    if below:
        names = ", ".join(str(each) for each in below[:MOST_NAMED])
        more = f" and {len(below) - MOST_NAMED} more" if len(below) > MOST_NAMED else ""
        raise InputError(f"{given}: holds {len(below)} cases, name one: {names}{more}")
    raise InputError(f"{given}: holds no {NAME}; give the folder that `ctidrv sim run --keep` made")


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part)[:40] for part in first["loc"][:8])
    words = first["msg"].splitlines()[0][:200]
    return f"{place}: {words}" if place else words
