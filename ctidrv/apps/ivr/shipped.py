"""Where scripts and music that ship with ctidrv lie: in the installed package, or in the source tree."""

from __future__ import annotations

from pathlib import Path

import ctidrv
from ctidrv.errors import InputError


def shipped_folder() -> Path:
    """The folder of the shipped scripts (``ivr_scripts/``). Raises InputError when there is none."""
    package = Path(ctidrv.__file__).resolve().parent
    for folder in (package / "_shipped", package.parent / "ivr_scripts"):
        if (folder / "hotline.ivr.yaml").is_file():
            return folder
    raise InputError(f"the shipped scripts are missing beside {package}: install ctidrv again")


def shipped_music() -> dict[str, Path]:
    """The pieces for callers who wait, by prompt id (``music/calm``)."""
    folder = shipped_folder() / "music"
    return {f"music/{path.stem}": path for path in sorted(folder.glob("*.wav"))}


def shipped_script(name: str) -> Path:
    """The path of a shipped script, by its file name. Raises InputError when there is none."""
    folder = shipped_folder()
    path = folder / name
    if "/" in name or "\\" in name or not path.is_file():
        known = ", ".join(sorted(p.name for p in folder.glob("*.ivr.yaml")))
        raise InputError(f"no shipped script {name}: there is {known}")
    return path
