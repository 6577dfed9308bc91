"""The import contract: imports point down only (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = {
    "errors",
    "events",
    "units",
    "clock",
    "folder",
    "config",
    "config_agree",
    "config_file",
    "config_table",
}

# What each room of ctidrv may import of ctidrv, besides itself and the words everybody may use.
MAY = {
    **{word: set() for word in WORDS},
    "native": set(),
    "document": set(),
    "modem": {"native"},
    "ports": {"native"},
    "drivers": {"native", "modem", "ports"},
    "media": {"native", "ports"},
    "callcontrol": {"native", "ports", "media"},
    "picture": {"document", "native", "ports", "media"},
    "apps": {"document", "native", "ports", "media", "callcontrol"},
    "ivr": {"document", "native", "ports", "media", "callcontrol", "apps"},
    "store": {"native", "ports", "media", "callcontrol", "apps"},
    "service": {"native", "modem", "ports", "drivers", "media", "callcontrol", "picture", "apps", "store"},
    "cli": {
        *("document", "native", "ports", "drivers", "media", "callcontrol", "picture", "apps", "store"),
        "service",
    },
}


def _modules() -> Iterator[tuple[str, Path]]:
    for base, package in (("", "ctidrv"), ("hw-sim", "hwsim"), ("desktop", "ctidesk")):
        for path in sorted((ROOT / base / package).rglob("*.py")):
            parts = path.relative_to(ROOT / base).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _imports(tree: ast.AST, inside: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Each imported module: name, line, and whether it is not imported at start-up."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, inside
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide what a room reaches"
            yield node.module or "", node.lineno, inside
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno, inside
        else:
            for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(node, inside or function or for_types)


def _fault(module: str, imported: str, lazily: bool) -> str | None:
    """Why `module` may not import `imported`; None when it may."""
    parts, target = module.split("."), imported.split(".")
    if target[0] == "sqlite3" and parts[:2] != ["ctidrv", "store"]:
        return "only ctidrv/store touches sqlite3"
    if "_cti" in target and parts[:2] != ["ctidrv", "native"]:
        return "only ctidrv/native touches the compiled module"
    if target[0] not in ("ctidrv", "hwsim", "ctidesk"):
        return None
    if parts[0] == "ctidrv":
        if target[0] != "ctidrv":
            return "ctidrv reaches other packages only through entry points"
        if len(parts) < 2 or len(target) < 2 or target[1] in WORDS or target[1] == "__version__":
            return None
        room, wanted = parts[1], target[1]
        if room == wanted or wanted in MAY[room]:
            return None
        return f"{room} may not import {wanted}: imports point down"
    if target[0] == parts[0] or (target[0] == "ctidrv" and len(target) == 1):
        return None
    if parts[0] == "hwsim" and target[0] == "ctidrv":
        if target[1] in WORDS | {"document", "native", "modem", "ports", "picture", "__version__"}:
            return None
        if parts[1] in ("commands", "rig", "pytest_plugin"):
            if lazily or (target[1] == "cli" and parts[1] == "commands"):
                return None
            return "hwsim's commands and its rig import the floors above only within functions"
        return f"hwsim may not import {target[1]}"
    if parts[0] == "ctidesk" and ".".join(target[:3]) in ("ctidrv.service.client", "ctidrv.picture.widget"):
        return None
    if parts[0] == "ctidesk" and imported == "ctidrv.service":
        return None  # the first half of `from ctidrv.service import client`; the second is judged itself
    return f"{parts[0]} may not import {imported}"


def _faults() -> list[str]:
    found = []
    for module, path in _modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for imported, line, lazily in _imports(tree):
            fault = _fault(module, imported, lazily)
            if fault:
                found.append(f"{path.relative_to(ROOT)}:{line}: {imported}: {fault}")
    return found


def test_the_tree_imports_downward_only() -> None:
    assert _faults() == []


@pytest.mark.parametrize(
    ("module", "imported", "allowed"),
    [
        ("ctidrv.media.engine", "ctidrv.ports.api", True),
        ("ctidrv.media.engine", "ctidrv.apps.records", False),
        ("ctidrv.ports.api", "ctidrv.media.engine", False),
        ("ctidrv.media.engine", "ctidrv.drivers.soundcard", False),
        ("ctidrv.apps.ivr.run", "sqlite3", False),
        ("ctidrv.store.db", "sqlite3", True),
        ("ctidrv.media.engine", "ctidrv.native._cti", False),
        ("ctidrv.service.daemon", "hwsim.board", False),
        ("hwsim.exchange", "ctidrv.media.engine", False),
        ("hwsim.exchange", "ctidrv.native.tones", True),
        ("ctidrv.modem.at_line", "ctidrv.ports.api", False),
        ("ctidesk.app", "ctidrv.service.client", True),
        ("ctidesk.app", "ctidrv.store.db", False),
        ("ctidesk.views.drawing", "ctidrv.picture.widget", True),
        ("ctidesk.views.drawing", "ctidrv.picture.draw", False),
    ],
)
def test_an_upward_import_is_a_fault(module: str, imported: str, allowed: bool) -> None:
    assert (_fault(module, imported, lazily=False) is None) == allowed


def test_commands_of_the_simulator_reach_the_service_within_functions_only() -> None:
    assert _fault("hwsim.commands.demo", "ctidrv.service.daemon", lazily=True) is None
    assert _fault("hwsim.commands.demo", "ctidrv.service.daemon", lazily=False) is not None
