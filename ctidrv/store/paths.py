"""Paths as the database keeps them, so that the data folder may be moved and rows repeat."""

from __future__ import annotations

from pathlib import Path, PurePosixPath


def stored_path(root: Path, path: str) -> str:
    """Below the data folder, with "/"; a path elsewhere as it is."""
    try:
        return Path(path).relative_to(root).as_posix()
    except ValueError:
        return path


def real_path(root: Path, path: str) -> str:
    return str(root / PurePosixPath(path))
