"""The pytest plug-in as an integrator has it: the wheel, in an environment and a project of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import sys


def test_nothing_is_loaded_that_is_not_used():
    assert [name for name in sys.modules if name.split(".")[0] in ("ctidrv", "pydantic")] == []


def test_the_code_is_read_back(hwsim):
    hwsim.serve("code.ivr.yaml", country="DE", loss_db=6)
    ann = hwsim.caller("5551234", name="ANN LEE", reaction={"uniform": ["100ms", "300ms"]})
    ann.dial("8001")
    ann.press("*")
    ann.hear("please-enter")
    ann.press("98537#")
    ann.hear(phrase="your-code", values={"code": "98537"})
    ann.hang_up()
    hwsim.rest()
    (call,) = hwsim.calls
    assert (call["number"], call["outcome"], len(call["recordings"])) == ("5551234", "answered", 1)


def test_a_file(hwsim):
    assert hwsim.play("plivo.scenario.yaml").ok


def test_that_waits_for_another_prompt(hwsim):
    hwsim.serve("code.ivr.yaml")
    ann = hwsim.caller()
    ann.dial("8001")
    ann.press("*")
    ann.hear("wrong", within="4s")


def test_whose_own_assertion_is_wrong(hwsim):
    hwsim.serve("code.ivr.yaml")
    hwsim.caller().dial("8001")
    assert hwsim.calls[0]["state"] == "ended"


def test_that_asks_in_the_wrong_words(hwsim):
    hwsim.serve("code.ivr.yaml")
    hwsim.caller().hear("welcome", within=3)


def test_where_it_is_installed():
    import ctidrv
    import hwsim as simulator

    for package in (ctidrv, simulator):
        assert package.__file__.startswith(sys.prefix)
"""


def run(command: list[str], folder: Path, *, code: int = 0) -> str:
    """What it printed; it has to end with this code."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def integrator(tmp_path: Path) -> str:
    """The interpreter of an environment with the wheel, and behind it what ours has (pytest, pydantic …)."""
    pip = [sys.executable, "-m", "pip"]
    offline = ["-q", "--no-deps", "--no-index"]
    build = f"-Cbuild-dir={tmp_path / 'build'}"
    run([*pip, "wheel", *offline, "--no-build-isolation", build, "-w", str(tmp_path), str(ROOT)], tmp_path)
    (wheel,) = tmp_path.glob("ctidrv-*.whl")
    place = tmp_path / "venv"
    run([sys.executable, "-m", "venv", "--without-pip", str(place)], tmp_path)
    paths = sysconfig.get_paths(vars={"base": str(place), "platbase": str(place)})
    python = str(Path(paths["scripts"]) / Path(sys.executable).name)
    run([*pip, "--python", python, "install", *offline, str(wheel)], tmp_path)
    Path(paths["purelib"], "zz_others.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    return python


@pytest.mark.timeout(400)  # the C core is compiled
def test_an_integrator_tests_a_menu_in_a_few_lines(integrator: str, code_project: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    plivo = re.search(r"```yaml\n(scenario: 1\n.*?)```", readme, re.DOTALL)
    assert plivo is not None
    (code_project / "plivo.scenario.yaml").write_text(plivo[1], encoding="utf-8")
    (code_project / "test_door.py").write_text(TESTS, encoding="utf-8")
    report = run([integrator, "-m", "pytest", "-p", "no:cacheprovider", "-v"], code_project, code=1)
    outcomes = dict(re.findall(r"^test_door\.py::(\w+) (PASSED|FAILED|ERROR)", report, re.MULTILINE))
    assert outcomes == {
        "test_nothing_is_loaded_that_is_not_used": "PASSED",
        "test_the_code_is_read_back": "PASSED",
        "test_a_file": "PASSED",
        "test_that_waits_for_another_prompt": "FAILED",
        "test_whose_own_assertion_is_wrong": "FAILED",
        "test_that_asks_in_the_wrong_words": "FAILED",
        "test_where_it_is_installed": "PASSED",
    }, report
    assert "waited 4 s for 'wrong': " in report
    assert "hear: within: a duration needs its unit: write 3s, or 3ms" in report
    assert len(re.findall(r"-- hwsim: the calls of this test --", report)) == 3
    assert re.search(r"^5550001 hears  \[dial tone.*", report, re.MULTILINE)
    assert "hand.py:" not in report  # the reader is shown his own lines only
    (kept,) = re.findall(r"^kept in (.*that_waits.*)$", report, re.MULTILINE)
    assert {path.name for path in Path(kept).iterdir()} == {
        "caller-5550001-1.wav",
        "run.json",
        "timeline.txt",
    }
