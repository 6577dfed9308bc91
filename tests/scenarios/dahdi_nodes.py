"""`ctidrv sim dahdi` at /dev/dahdi in a mount namespace of its own, and programs that see it there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")
WITHIN_S = 100
_DEV = """
set -e
mount -t tmpfs dev "$1"
for each in null zero full random urandom fuse; do
  touch "$1/$each"
  mount --bind "/dev/$each" "$1/$each"
done
mkdir "$1/shm" "$1/dahdi"
mount -t tmpfs shm "$1/shm"
mount --rbind "$1" /dev
shift
exec "$@"
"""
"""A /dev whose mounts and folders nobody else sees."""


class DahdiNodes:
    """`rows`: what it has said so far."""

    def __init__(self, folder: Path, *more: str) -> None:
        dev = folder / "dev"
        dev.mkdir()
        self.errors = (folder / "errors").open("w+")
        command = [*CTIDRV, "sim", "dahdi", "--nodes", "/dev/dahdi", "--json", *more]
        pipe = subprocess.PIPE
        self.program = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", _DEV, "sh", str(dev), *command],
            stdin=pipe,
            stdout=pipe,
            stderr=self.errors,
            text=True,
        )
        self.rows: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.program.stdout is not None
        for line in self.program.stdout:
            with self._news:
                self.rows.append(json.loads(line))
                self._news.notify_all()

    def order(self, *orders: str) -> None:
        assert self.program.stdin is not None
        for each in orders:
            self.program.stdin.write(f"{each}\n")
        self.program.stdin.flush()

    def row(self, since: int = 0, within: float = WITHIN_S, **wanted: Any) -> dict[str, Any]:
        """The first that has these members."""

        def found() -> dict[str, Any] | None:
            return next((row for row in self.rows[since:] if wanted.items() <= row.items()), None)

        with self._news:
            assert self._news.wait_for(lambda: found() is not None, within), (wanted, self.rows[-20:])
        row = found()
        assert row is not None
        return row

    def start(self, *command: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """A program that sees the nodes."""
        pipe = subprocess.PIPE
        inside = ["nsenter", f"--mount=/proc/{self.program.pid}/ns/mnt", f"--wd={cwd or os.getcwd()}", "--"]
        return subprocess.Popen([*inside, *command], stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def run(self, *command: str, cwd: Path | None = None, code: int = 0) -> str:
        """As `start`, to its end; what it said."""
        program = self.start(*command, cwd=cwd)
        said, errors = program.communicate(timeout=WITHIN_S)
        assert program.returncode == code, (command, program.returncode, said, errors)
        return said + errors

    def end(self, how: int = signal.SIGINT) -> int:
        self.program.send_signal(how)
        self.program.wait(WITHIN_S)
        self._reader.join()
        for each in (self.program.stdin, self.program.stdout, self.errors):
            assert each is not None
            each.close()
        return self.program.returncode


def port_lines(scan: str) -> Iterator[tuple[int, str]]:
    """``port=1,FXO`` of dahdi_scan."""
    for line in scan.splitlines():
        if line.startswith("port="):
            number, _, kind = line.removeprefix("port=").partition(",")
            yield int(number), kind
