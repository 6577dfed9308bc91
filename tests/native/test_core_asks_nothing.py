"""The core outside the live loop can reach neither heap, system nor clock: it includes none of their headers.

With -Wimplicit-function-declaration an error (it is, where warnings are) nothing can be called that
no header declares. That the tick really calls no heap is counted by native/tests/test_engine.c.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "native" / "src"
PURE = {"float.h", "limits.h", "math.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "string.h"}
PURE |= {"complex.h"}
PURE |= {"immintrin.h"}  # the processor's own instructions
_INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>", re.MULTILINE)

_BORROWED = re.compile(r'^\s*#\s*include\s*"live/', re.MULTILINE)
_DECLARED = re.compile(r"^\s*extern\b", re.MULTILINE)

files = sorted(path for path in SOURCES.rglob("*.[ch]") if path.parent.name != "live")


@pytest.mark.parametrize("path", files, ids=lambda path: path.name)
def test_source_outside_the_live_loop_includes_pure_headers_only(path: Path) -> None:
    assert set(_INCLUDE.findall(path.read_text(encoding="utf-8"))) <= PURE


@pytest.mark.parametrize("path", files, ids=lambda path: path.name)
def test_source_outside_the_live_loop_borrows_nothing_from_it(path: Path) -> None:
    """Neither its timer's header, which brings the system's along, nor a declaration of its own."""
    text = path.read_text(encoding="utf-8")
    assert not _BORROWED.search(text)
    assert path.suffix == ".h" or not _DECLARED.search(text)


def test_rule_would_find_a_source_that_asks_the_system() -> None:
    live = (SOURCES / "live" / "timer_posix.c").read_text(encoding="utf-8")
    assert not set(_INCLUDE.findall(live)) <= PURE
    assert len(files) > 20
