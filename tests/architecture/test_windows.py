"""Windows from the start: everything imports where POSIX-only modules are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

_PROGRAM = """
import asyncio, importlib, logging.handlers, multiprocessing, pkgutil, subprocess, sys, tempfile
import cffi, fastapi, httpx, phonenumbers, platformdirs, pydantic, ruamel.yaml, uvicorn, uvicorn.config
import websockets.sync.client
import websockets.asyncio.server
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
import ctidrv, hwsim
names = []
for package in (ctidrv, hwsim):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith(("__main__", "pytest_plugin")):
            importlib.import_module(found.name)
            names.append(found.name)
print(len(names))
"""


def test_everything_imports_with_posix_modules_hidden() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM],
        capture_output=True,
        text=True,
        cwd=ROOT / "tests",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30
