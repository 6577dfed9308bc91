"""Joins the public headers into cffi's declarations: `make_cdef.py INCLUDE_DIR OUT.cdef OUT.csrc`.

The headers are the one truth: each is taken without its preprocessor lines, after the headers it
includes. They hold no macros and no inline code, so what is left is plain C declarations.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_INCLUDE = re.compile(r'#include "(cti/\w+\.h)"')


def ordered(include: Path) -> list[str]:
    """The headers' names (`cti/x.h`), each after those it includes."""
    done: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        for needed in _INCLUDE.findall((include / name).read_text(encoding="utf-8")):
            visit(needed)
        done.append(name)

    for path in sorted((include / "cti").glob("*.h")):
        visit(f"cti/{path.name}")
    return done


def main(include: Path, cdef: Path, csrc: Path) -> None:
    names = ordered(include)
    declarations = [
        line
        for name in names
        for line in (include / name).read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    cdef.write_text("\n".join(declarations) + "\n", encoding="utf-8")
    csrc.write_text("".join(f'#include "{name}"\n' for name in names), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
