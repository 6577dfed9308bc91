"""The guide for authors of drivers (docs/reference/drivers.md): its driver, installed by its entry point as a
package of others is, passes the kit with the test module of the guide; broken, it does not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from ctidrv.ports.conformance.suite import checks

GUIDE = Path(__file__).parents[2] / "docs" / "reference" / "drivers.md"
METADATA = "Metadata-Version: 2.1\nName: can-driver\nVersion: 1.0\n"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def _install(folder: Path) -> None:
    """As pip does: the modules, and what importlib.metadata reads."""
    for source in _blocks("python"):
        name = source.lstrip('"').partition(":")[0]
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    info = folder / "can_driver-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    (group,) = tomllib.loads(_blocks("toml")[0])["project"]["entry-points"].items()
    lines = [f"[{group[0]}]", *(f"{name} = {where}" for name, where in group[1].items())]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )


def test_the_guides_driver_is_found_by_its_entry_point_and_passes_the_kit(tmp_path: Path) -> None:
    _install(tmp_path)
    done = _run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_can.py")
    assert done.returncode == 0, done.stdout + done.stderr
    made = sum("HANDSET" in row[1] and not row[2] for row in _table())
    board = sum(row[1] == "the board" for row in _table())
    assert f"{made + board} passed" in done.stdout


def test_a_fault_in_it_is_told_with_the_clause(tmp_path: Path) -> None:
    _install(tmp_path)
    driver = tmp_path / "can_driver.py"
    source = driver.read_text(encoding="utf-8")
    told = "self._port.hook(self.off_hook)"
    assert told in source
    driver.write_text(source.replace(told, f"{told}; {told}"), encoding="utf-8")
    program = (
        "import test_can; from ctidrv.ports.conformance import outcomes; print(outcomes(test_can.TestCan))"
    )
    said = _run(tmp_path, "-c", program).stdout
    assert "expected HookChanged: off hook, then on hook; there came [True, True, False, False]; " in said
    assert "the contract: event.h: CTI_EV_HOOK: a telephone on this port; each change once" in said
    assert said.count("the contract: ") == 1


def _table() -> list[list[str]]:
    text = GUIDE.read_text(encoding="utf-8").partition("| check | at ports | needs |\n| --- | --- | --- |\n")[
        2
    ]
    return [
        [cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines() if row.startswith("|")
    ]


def test_the_guide_lists_the_checks_that_there_are() -> None:
    assert _table() == [
        [
            check.name.replace("_", " "),
            ", ".join(kind.value for kind in check.kinds) or "the board",
            ", ".join(check.needs),
        ]
        for check in checks()
    ]
