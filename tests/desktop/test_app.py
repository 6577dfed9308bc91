"""The program's edges: what it imports, and one clear line where it cannot run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ctidesk import app

ROOT = Path(app.__file__).parent


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_desktop_imports_nothing_of_ctidrv_but_the_client_and_the_frame_of_a_picture() -> None:
    found = {name for path in ROOT.rglob("*.py") for name in _imports(path) if name.split(".")[0] == "ctidrv"}
    assert found == {"ctidrv.service.client", "ctidrv.picture.widget"}


def test_view_models_import_no_qt() -> None:
    paths = [*(ROOT / "viewmodels").glob("*.py"), ROOT / "gateway.py", ROOT / "worker.py", ROOT / "sound.py"]
    assert len(paths) > 10
    wrong = {path.name for path in paths for name in _imports(path) if name.startswith("PySide6")}
    assert wrong == set()


@pytest.mark.parametrize(
    ("python", "pyside", "fit"),
    [
        ((3, 11), "6.12.0", False),
        ((3, 12), "6.12.0", True),
        ((3, 11), "6.11.3", True),
        ((3, 11), "6.7.2", True),
    ],
)
def test_qt_that_crashes_on_this_python_is_refused(python: tuple[int, int], pyside: str, fit: bool) -> None:
    assert (app.unfit_qt(python, pyside) is None) == fit


def test_missing_qt_is_one_line_that_says_what_to_install() -> None:
    program = "import sys; sys.modules['PySide6'] = None\nfrom ctidesk.app import main; sys.exit(main([]))"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert 'pip install "ctidrv[desktop]"' in done.stderr


def test_finder_names_the_folder_without_a_station(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no station runs"):
        app.StationFinder(str(tmp_path)).find()


def _desktop(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if "DISPLAY" not in name and "QT_" not in name}
    return subprocess.run(
        [sys.executable, "-P", "-m", "ctidesk", *arguments],
        env={**own, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.usefixtures("qt")
def test_picture_that_has_no_folder_is_refused_before_a_station_is_started(tmp_path: Path) -> None:
    done = _desktop("--data", str(tmp_path), "--screenshot", str(tmp_path / "none" / "x.png"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("qt")
@pytest.mark.skipif(sys.platform != "linux", reason="a screen is always there")
def test_no_screen_is_one_line_and_no_core_dump(tmp_path: Path) -> None:
    done = _desktop("--data", str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "no screen: DISPLAY is not set" in done.stderr
    assert list(tmp_path.iterdir()) == []
