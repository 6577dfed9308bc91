"""PNG by Qt (ctidrv/picture/png.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DRAWS_AND_OPENS = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QWidget
from ctidrv.picture.png import write_png
write_png('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>', Path(sys.argv[1]))
QWidget().show()
"""


def test_who_has_drawn_a_picture_can_open_a_window_behind_it(tmp_path: Path) -> None:
    pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError, reason="Qt's system libraries are missing")
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "picture.png"
    run = subprocess.run(
        [sys.executable, "-c", DRAWS_AND_OPENS, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    with image.open(path) as picture:
        assert picture.size == (30, 20)
