"""A hundredth of the long run over damaged caller-ID messages, with another seed: no wrong number."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LONG = Path(__file__).parents[1] / "long" / "caller_id_damaged.py"


def test_damaged_messages_give_no_wrong_number_and_noisy_ones_are_read(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    command = [sys.executable, str(LONG), "--messages", "120", "--seed", "7", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(out.read_text("utf-8"))
    ours = told["counts"]["ours"]
    assert (told["messages"], told["ours_wrong"]) == (120, [])
    assert sum(sum(each.values()) for each in ours.values()) == 120
    assert ours["noise"]["right"] >= 9  # of 12, at 2 to 8 dB
