"""For all tests: in CI a skip that is not on the list of allowed skips is a failure."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

_ALLOWED = Path(__file__).parents[1] / ".ci" / "allowed-skips.txt"
_skipped: list[tuple[str, str]] = []


_SYS_ADMIN = 1 << 21  # capabilities(7)


@pytest.fixture(scope="session")
def fuse() -> None:
    """For a test that mounts a folder of device nodes."""
    if sys.platform != "win32" and os.access("/dev/fuse", os.R_OK | os.W_OK):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        capable = re.search(r"^CapEff:\s*([0-9a-f]+)$", status, re.MULTILINE)
        if capable and int(capable[1], 16) & _SYS_ADMIN:
            return
    pytest.skip("mounting a folder of device nodes needs Linux, root and /dev/fuse")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped.append((report.nodeid, str(report.longrepr[2]).removeprefix("Skipped: ")))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped.append((report.nodeid, str(report.longrepr[2]).removeprefix("Skipped: ")))


def _refused() -> list[tuple[str, str]]:
    if not os.environ.get("CI"):
        return []
    lines = _ALLOWED.read_text(encoding="utf-8").splitlines()
    allowed = {line.split("#")[0].strip() for line in lines} - {""}
    return [(node, why) for node, why in _skipped if why not in allowed]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for node, why in _refused():
        terminalreporter.write_line(f"skip not allowed in CI: {node}: {why}", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == 0 and _refused():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
