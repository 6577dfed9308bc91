"""A piece of the long run of a card of 24 ports (tests/long/dahdi_ports.py), with another seed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("DAHDI's nodes are Linux only", allow_module_level=True)


def test_card_in_another_process_serves_calls_beside_others_and_loses_none(
    fuse: None, tmp_path: Path
) -> None:
    pytest.importorskip("soundfile", reason="soundfile is not installed")
    script = Path(__file__).parents[1] / "long" / "dahdi_ports.py"
    figures = tmp_path / "figures.json"
    options = ["--minutes", "0.1", "--ports", "3", "--rows", "2000", "--seed", "3", "--out", str(figures)]
    run = subprocess.run(
        [sys.executable, str(script), *options], capture_output=True, text=True, timeout=250, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(figures.read_text("utf-8"))
    assert (told["ports"], told["findings"]) == (3, [])
    assert told["calls"]["answered"] >= 1
    assert told["beside_others"]["others"]["calls list"] >= 1
