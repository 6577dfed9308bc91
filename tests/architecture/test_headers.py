"""The headers are the binding: every public function is reachable, every error has its words."""

from __future__ import annotations

import re
from pathlib import Path

from ctidrv.native import error_text, lib

INCLUDE = Path(__file__).parents[2] / "native" / "include" / "cti"


def _code(path: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return text


def test_every_public_function_is_reachable_from_python() -> None:
    missing = [
        f"{path.name}: {name}"
        for path in sorted(INCLUDE.glob("*.h"))
        for name in re.findall(r"\b(cti_\w+)\(", _code(path))
        if not hasattr(lib, name)
    ]
    assert missing == []


def test_every_error_of_the_core_has_words() -> None:
    codes = [int(value) for value in re.findall(r"CTI_\w+ = (-\d+)", _code(INCLUDE / "error.h"))]
    texts = [error_text(code) for code in codes]
    assert len(set(texts)) == len(codes) >= 8
    assert "unknown error" not in texts


def test_every_kernel_is_run_where_calls_of_the_heap_are_counted() -> None:
    tests = [path.read_text(encoding="utf-8") for path in (INCLUDE.parents[1] / "tests").glob("test_*.c")]
    counted = "".join(text for text in tests if '#include "heap_count.h"' in text)
    declared = "".join(_code(path) for path in INCLUDE.glob("*.h"))
    kernels = set(re.findall(r"\b(cti_\w+)_init\(", declared))
    asks_the_system = {"cti_live"}
    assert len(kernels) > 20
    assert sorted(name for name in kernels - asks_the_system if f"{name}_init(" not in counted) == []


def test_headers_hold_declarations_only() -> None:
    for path in sorted(INCLUDE.glob("*.h")):
        text = path.read_text(encoding="utf-8")
        directives = set(re.findall(r"^#\s*(\w+)", text, flags=re.MULTILINE))
        assert directives <= {"pragma", "include"}, f"{path.name} has {directives}"
        assert "inline" not in _code(path), path.name
        assert text.startswith("#pragma once\n\n/* " + path.stem), f"{path.name} does not say what it is"
