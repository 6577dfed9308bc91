"""`.ci/run` says how it ended, and leaves nothing behind."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"


@pytest.mark.skipif(sys.platform == "win32", reason="a script for bash")
@pytest.mark.parametrize("jobs", ["", "(true) & wait $!; ", "sleep 60 & "])
@pytest.mark.parametrize("ends", [0, 1, 3])
def test_what_is_cleared_away_at_the_end_does_not_change_how_it_ended(
    tmp_path: Path, jobs: str, ends: int
) -> None:
    found = re.search("^trap .* EXIT$", RUN.read_text(encoding="utf-8"), re.MULTILINE)
    bash = shutil.which("bash")
    assert found is not None
    assert bash is not None
    work = tmp_path / "work"
    work.mkdir()
    script = f"set -euo pipefail\nwork={work}\n{found[0]}\n{jobs}exit {ends}"
    assert subprocess.run([bash, "-c", script], timeout=30, check=False).returncode == ends
    assert not work.exists()
