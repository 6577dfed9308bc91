"""A piece of the long run of modems in trouble (tests/long/modem_trouble.py), with another seed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)


def test_modem_that_vanished_is_ready_again_and_no_call_is_lost(tmp_path: Path) -> None:
    pytest.importorskip("soundfile", reason="soundfile is not installed")
    script = Path(__file__).parents[1] / "long" / "modem_trouble.py"
    figures = tmp_path / "figures.json"
    options = ["--vanish", "1", "--modems", "1", "--seed", "206", "--quiet", "0", "--out", str(figures)]
    run = subprocess.run(
        [sys.executable, str(script), *options], capture_output=True, text=True, timeout=200, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(figures.read_text("utf-8"))
    assert (told["did"]["vanish"], told["findings"]) == (1, [])
