"""What the long runs write: one JSON object with the run's name, seed, commit, time and figures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


def commit() -> str | None:
    """Of the tree that this file is in; None outside a repository."""
    said = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or None


def write(figures: dict[str, Any], out: Path | None, *, without: tuple[str, ...] = ()) -> None:
    """All of it to the file, if there is one, and all but the keys of `without` in a line on the terminal."""
    if out is not None:
        out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({key: value for key, value in figures.items() if key not in without}))
