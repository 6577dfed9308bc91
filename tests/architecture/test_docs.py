"""The documents are true: their commands run, their links lead somewhere, their tables are complete."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv import cli
from ctidrv.apps.fax.keep import write_tiff
from ctidrv.apps.fax.page import PageRows
from ctidrv.errors import ServiceError
from ctidrv.media.trace import load
from ctidrv.media.wav import WavWriter
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf
from ctidrv.service.client import StationClient
from tests.long.fax_wire import Conditions
from tests.scenarios.pcm_joiner import Joiner
from tests.unit.apps.fax.analysis.spoken import opened

ROOT = Path(__file__).parents[2]
DOCS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(ROOT / name for name in ("ivr_scripts/README.md", "desktop/ctidesk/i18n/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
STANDARDS = ROOT / "docs" / "standards.md"
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

SET_UP = r"python3 -m venv "
CTIDRV = (sys.executable, "-P", "-m", "ctidrv.cli")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_document_is_merged_to_its_end(path: Path) -> None:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    assert [number for number, line in lines if re.match("<{7} |={7}$|>{7} ", line)] == []


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """FILE:LINE and command of every line within ```sh blocks."""
    within = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            within = line == "```sh"
        elif within and line.strip():
            yield f"{_name(path)}:{number}", line


def _table(path: Path) -> list[list[str]]:
    """The rows below the first table's head, as cells."""
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert rows[1].startswith("| ---")
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


SHELL = [line for path in DOCS for line in _lines(path)]


# Commands of the documents, each with what runs it.


class Office:
    """What the README's reader has: a data folder, a running station, and a call that was on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        own = {"CTIDRV_DATA": str(self.data), "QT_QPA_PLATFORM": "offscreen"}
        self.environment = {**os.environ, **own, "XDG_CONFIG_HOME": str(folder / "config")}
        self.station: subprocess.Popen[str] | None = None
        self.number = ""

    def run(self, command: str, *more: str) -> str:
        """Runs a documented line as it stands; what it printed."""
        words = shlex.split(command, comments=True)
        assert words[0] == "ctidrv"
        done = subprocess.run(
            [*CTIDRV, *words[1:], *more],
            cwd=self.folder,
            env=self.environment,
            encoding="utf-8",
            capture_output=True,
            check=False,
            timeout=90,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return str(done.stdout)

    def start(self, command: str) -> None:
        words = shlex.split(command, comments=True)
        self.station = subprocess.Popen(
            [*CTIDRV, *words[1:]],
            cwd=self.folder,
            env=self.environment,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.station.stdout is not None
        said = self.station.stdout.readline()
        assert said.startswith("station at http://127.0.0.1:"), said

    def stop(self) -> None:
        if self.station is not None:
            self.station.terminate()
            self.station.communicate(timeout=30)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """The station is started by the first documented line that starts one."""
    with tempfile.TemporaryDirectory() as folder:
        made = Office(Path(folder))
        try:
            yield made
        finally:
            made.stop()


def _station(office: Office, command: str) -> None:
    office.start(command)
    with StationClient.discover(office.data) as client:
        assert [port["state"] for port in client.ports()] == ["idle"]


def _sim_call(office: Office, command: str) -> None:
    """Shorter than the reader's call: she listens less, and the operator does not wait for the busy tone."""
    told = office.run(command, "--wait", "1", "--hold", "1")
    assert "hangs up" in told
    words = shlex.split(command, comments=True)
    office.number = words[words.index("--number") + 1]
    end = time.monotonic() + 30
    with StationClient.discover(office.data) as client:
        with contextlib.suppress(ServiceError):
            client.hang_up(client.calls()[0]["id"])
        while client.calls()[0]["state"] != "ended":
            assert time.monotonic() < end, "the call does not end"
            time.sleep(0.05)


def _calls(office: Office, command: str) -> None:
    assert office.number in office.run(command)


def _verify(office: Office, command: str) -> None:
    assert office.run(command).startswith("1 recordings are as they were made, 0 findings")


def _no_findings(office: Office, command: str) -> None:
    assert office.run(command).endswith(": no findings\n")


def _scenario(office: Office, command: str) -> None:
    assert office.run(command).endswith("1 scenarios, 0 failed\n")


def _office_traffic(office: Office, command: str) -> None:
    assert office.run(command).endswith("errors: none\nkept in monday\n")
    assert (office.folder / "monday" / "load.svg").read_text("utf-8").startswith("<?xml")


def _compared(office: Office, command: str) -> None:
    assert office.run(command).endswith(" figures, 0 differ by more than they may\n")


def _outside_program(office: Office, command: str) -> None:
    """The page's own program rings the line."""
    page = (ROOT / "docs" / "reference" / "pcm-line.md").read_text(encoding="utf-8")
    program = page.split("```python\n")[1].split("```")[0]
    words = shlex.split(command, comments=True)
    with subprocess.Popen(
        [*CTIDRV, *words[1:]], cwd=office.folder, encoding="utf-8", stdout=subprocess.PIPE
    ) as line:
        try:
            assert line.stdout is not None
            assert line.stdout.readline().startswith("listening at unix:line.socket")
            subprocess.run([sys.executable, "-I", "-c", program], cwd=office.folder, check=True, timeout=60)
            told, _ = line.communicate(timeout=60)
        finally:
            line.kill()
    assert "plays 'welcome'" in told
    assert line.returncode == 0
    assert (office.folder / "heard.raw").stat().st_size == 320 * (50 + 40 + 750)


def _telephone(office: Office, command: str) -> None:
    """A hand that lifts the handset and puts it down, by a pipe."""
    words = shlex.split(command, comments=True)
    done = subprocess.run(
        [*CTIDRV, *words[1:]],
        cwd=office.folder,
        encoding="utf-8",
        capture_output=True,
        check=False,
        timeout=90,
        input="h.h",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "hangs up" in done.stdout


@contextlib.contextmanager
def _stand_in(office: Office, command: str, place: str) -> Iterator[Path]:
    """It is ready, and gone when it is stopped."""
    words = shlex.split(command, comments=True)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*CTIDRV, *words[1:]], cwd=office.folder, encoding="utf-8", stdin=pipe, stdout=pipe
    ) as device:
        assert device.stdout is not None
        assert device.stdout.readline() == f"ready at {place}\n"
        yield office.folder / place
        device.send_signal(signal.SIGINT)
    assert device.returncode == 0
    assert not os.path.lexists(office.folder / place)


def _modem(office: Office, command: str) -> None:
    with _stand_in(office, command, "ttyACM0") as port:
        assert port.is_char_device()


def _fax_modem(office: Office, command: str) -> None:
    with _stand_in(office, command, "ttyF0") as port:
        assert port.is_char_device()


def _card(office: Office, command: str) -> None:
    with _stand_in(office, command, "nodes") as nodes:
        assert sorted(os.listdir(nodes)) == ["1", "2", "3", "channel", "ctl", "pseudo", "timer"]


def _says_and_hears(office: Office, command: str) -> None:
    writer = WavWriter(office.folder / "says.wav", 1)
    writer.write((Pcm.silence(8000) + dtmf("8001") + Pcm.silence(80_000)).bytes)
    writer.close()
    assert "plays 'welcome'" in office.run(command)
    assert (office.folder / "hears.wav").exists()


def _selftest(office: Office, command: str) -> None:
    assert "duration: shortest heard ms" in office.run(command)


def _detect(office: Office, command: str) -> None:
    sound = Pcm.silence(800) + dtmf("27#") + Pcm.silence(800)
    writer = WavWriter(office.folder / "FILE.wav", 1)
    writer.write(sound.bytes)
    writer.close()
    assert re.findall(r'"digit": ?"(.)"', office.run(command)) == ["2", "7", "#"]


def _fax_analysed(office: Office, command: str) -> None:
    writer = WavWriter(office.folder / "call.wav", 2)
    frames = zip(*(list(channel) for channel in opened("v29", 9600).quiet(4000).channels), strict=True)
    writer.write(Pcm(value for frame in frames for value in frame).bytes)
    writer.close()
    assert "nobody ended the call in order" in office.run(command)
    assert (office.folder / "analysed" / "call.png").read_bytes().startswith(b"\x89PNG")


def _faxed(office: Office, command: str) -> None:
    """Both commands of the page, at the ends of a line; the one that is asked for as it stands."""
    write_tiff(office.folder / "letter.tif", [PageRows(bytes(216 * 50), 1728, 204, 196)])
    ends = ["left.socket", "right.socket"]
    for each in ends:
        (office.folder / each).unlink(missing_ok=True)
    joiner = Joiner(Conditions(), 1, [office.folder / each for each in ends])
    is_sent = " send " in command
    other = (
        "receive --to faxes --line pcm:unix:right.socket"
        if is_sent
        else "send letter.tif --line pcm:unix:left.socket"
    )
    with subprocess.Popen(
        [*CTIDRV, "fax", *other.split()], cwd=office.folder, encoding="utf-8", stdout=subprocess.PIPE
    ) as far_end:
        said = office.run(command)
        told, _ = far_end.communicate(timeout=60)
    joiner.join()
    assert ("sent: 1 page," in said, "received: 1 page," in told) == (is_sent, is_sent)
    assert far_end.returncode == 0
    assert list((office.folder / "faxes").glob("fax-*.tif"))


def _doctor(office: Office, command: str) -> None:
    assert "station: runs" in office.run(command)


def _devices(office: Office, command: str) -> None:
    assert re.search(r"\bdevices?\b", office.run(command))


def _system_files(office: Office, command: str) -> None:
    said = office.run(command)
    assert "/etc/udev/rules.d/" in said
    assert (office.folder / "system" / "60-ctidrv.rules").exists()
    assert (office.folder / "system" / "ctidrv.service").exists()


def _traced(office: Office, command: str) -> None:
    """Beside whichever station runs."""
    if office.station is None:
        office.start("ctidrv station --port 0")
    assert "theirs.jsonl: " in office.run(command)
    trace = load(office.folder / "theirs.jsonl")
    assert trace.ended == "the time is over"
    assert 2 <= trace.seconds < 3


def _shown(office: Office, command: str) -> None:
    assert "the trace ends: the time is over" in office.run(command)


def _replayed(office: Office, command: str) -> None:
    assert office.run(command).endswith(": the same is told\n")


def _desktop(office: Office, command: str) -> None:
    install, start = command.split(" && ")
    extras = re.search(r"\.\[(.*)\]", install)
    assert extras is not None
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras[1].split(",")) <= set(project["optional-dependencies"])
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        pytest.skip(f"Qt's system libraries are missing: {error}")
    picture = office.folder / "window.png"
    office.run(start, "--screenshot", str(picture), "--after", "1")
    assert picture.read_bytes().startswith(b"\x89PNG")


def _set_up(office: Office, command: str) -> None:
    """CI runs the README's set-up lines by what it greps."""
    assert f"grep -E '^{SET_UP}' README.md" in CI
    assert '[ "${#commands[@]}" = 2 ]' in CI
    assert 'bash -euo pipefail -c "${commands[$i]}"' in CI


def _in_ci(office: Office, command: str) -> None:
    """CI runs the same programs with the same arguments, in folders of its own."""
    ci = (
        CI.replace("\\\n", " ")
        .replace('"', "")
        .replace("$work/lint/bin/", "")
        .replace("$fixed_addresses ", "")
    )
    readme = [line for where, line in SHELL if where.startswith("README") and re.match(SET_UP, line)]
    ran = {line.strip() for line in ci.splitlines()} | set(readme[1].split(" && "))
    for part in command.split(" && "):
        words = shlex.split(part)
        if words[0] == "cmake" and "-S" in words:
            options = {word for word in words if word.startswith("-D")}
            assert {option for option in options if "BUILD_TYPE" not in option} <= set(ci.split()), options
            assert options & {"-DCMAKE_BUILD_TYPE=Debug"}
            assert "Debug -DCTI_SANITIZE=ON" in CI
        elif words[0] in ("cmake", "ctest"):
            assert words[0:2] in [line.split()[0:2] for line in ran], part
        elif words[0].endswith("/pip"):
            assert words[-1] in ci.replace("'", "").split(), part
        elif words[0] != "python3":
            own = part.removeprefix(".venv/bin/")
            assert own in ran or part in ran, part


RUNNERS: list[tuple[str, str, Callable[[Office, str], None]]] = [
    (r"README\.md", SET_UP, _set_up),
    (r"README\.md", r"ctidrv station\b", _station),
    (r"README\.md", r"ctidrv sim call --number \d+", _sim_call),
    (r"README\.md", r"ctidrv calls list\b", _calls),
    (r"README\.md", r"ctidrv recordings verify\b", _verify),
    (r"", r"ctidrv ivr check [\w./]+", _no_findings),
    (r"", r"ctidrv dsp detect FILE\.wav", _detect),
    (r".*reference/fax\.md", r"ctidrv fax (send|receive) ", _faxed),
    (r".*fax-analyse\.md", r"ctidrv fax analyse ", _fax_analysed),
    (r".*commands\.md", r"ctidrv sim phone ", _telephone),
    (r".*pcm-line\.md", r"ctidrv sim line --pcm ", _outside_program),
    (r".*pcm-line\.md", r"ctidrv sim line --wav ", _says_and_hears),
    (r".*modem-stand-in\.md", r"ctidrv sim modem ", _modem),
    (r".*fax-modem\.md", r"ctidrv sim faxmodem ", _fax_modem),
    (r".*dahdi-stand-in\.md", r"ctidrv sim dahdi ", _card),
    (r"README\.md", r"ctidrv selftest\b", _selftest),
    (r".*commands\.md", r"ctidrv sim load ", _office_traffic),
    (r".*commands\.md", r"ctidrv sim compare ", _compared),
    (r".*", r"ctidrv sim check ", _no_findings),
    (r".*", r"ctidrv sim run ", _scenario),
    (r".*devices\.md", r"ctidrv doctor --system-files system", _system_files),
    (r"README\.md", r"ctidrv doctor\b", _doctor),
    (r".*devices\.md", r"ctidrv doctor\b", _devices),
    (r".*port-trace\.md", r"ctidrv ports trace sim/1 ", _traced),
    (r".*port-trace\.md", r"ctidrv ports trace --show ", _shown),
    (r".*port-trace\.md", r"ctidrv ports trace --replay ", _replayed),
    (r"README\.md", r"pip install '\.\[[\w,]+\]' && ctidrv desktop", _desktop),
    (r"CONTRIBUTING\.md", r"python3 -m venv |\.venv/bin/|cmake ", _in_ci),
]


def _runner(where: str, line: str) -> Callable[[Office, str], None]:
    """What runs a documented line."""
    for file, command, run in RUNNERS:
        if re.match(file, where) and re.match(command, line):
            return run
    raise AssertionError(f"{where}: no test runs this: {line}")


@pytest.mark.parametrize(("where", "line"), SHELL, ids=[where for where, _ in SHELL])
def test_documented_command_runs(
    where: str, line: str, office: Office, request: pytest.FixtureRequest
) -> None:
    run = _runner(where, line)
    if run is _card:
        request.getfixturevalue("fuse")
    run(office, line)


@pytest.mark.parametrize("line", ["ctidrv fly", "ctidrv calls lost", "rm -r data"])
def test_documented_command_that_no_test_runs_is_a_fault(line: str) -> None:
    with pytest.raises(AssertionError, match="no test runs this"):
        _runner("README.md:1", line)


def test_readme_has_exactly_two_set_up_commands() -> None:
    lines = [line for where, line in SHELL if where.startswith("README") and re.match(SET_UP, line)]
    assert lines == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ctidrv demo",
        "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest",
    ]
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in readme if re.match(SET_UP, line)] == lines


# Every command is documented, and every command that is documented exists.


def _parser() -> argparse.ArgumentParser:
    return cli._parser(cli.commands(), None)


def _below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    tables = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: below for table in tables for name, below in table.choices.items()}


def _paths(parser: argparse.ArgumentParser, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and sub-command with its parser."""
    for name, below in _below(parser).items():
        yield (*path, name), below
        yield from _paths(below, *path, name)


def _runs(parser: argparse.ArgumentParser) -> bool:
    """It does something itself: it has no sub-commands, or can be without one (`ctidrv ports`)."""
    tables = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return not any(table.required for table in tables)


PATHS = dict(_paths(_parser()))


def _options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings} - {"-h", "--help"}


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_has_help_and_is_documented(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*path, "--help"])
    assert ended.value.code == 0
    assert f"usage: ctidrv {' '.join(path)}" in capsys.readouterr().out
    pages = (ROOT / "README.md").read_text(encoding="utf-8") + COMMANDS.read_text(encoding="utf-8")
    assert re.search(rf"\bctidrv {' '.join(path)}\b", pages)


def test_the_table_of_commands_has_each_with_all_its_options() -> None:
    documented = {}
    for command, options, _ in _table(COMMANDS):
        words = command.strip("`").split()
        named = {option.split()[0] for option in re.findall(r"`([^`]+)`", options)}
        documented[tuple(word for word in words[1:] if word.islower())] = named
    assert documented == {path: _options(parser) for path, parser in PATHS.items() if _runs(parser)}


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_commands_named_in_the_text_exist(path: Path) -> None:
    for code in re.findall(r"`(ctidrv [^`]+)`", path.read_text(encoding="utf-8")):
        parser, words = _parser(), code.split()[1:]
        while words and (below := _below(parser)) and words[0].islower() and words[0][0] != "-":
            assert words[0] in below, f"{_name(path)}: {code}"
            parser = below[words.pop(0)]
        options = {word for word in words if word.startswith("--")}
        assert options <= _options(parser) | {"--help"}, f"{_name(path)}: {code}"


# Files and tests that the documents name.


def _slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("path", DOCS, ids=_name)
def test_every_link_and_every_path_in_the_documents_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\[[^\]]+\]\(([^)\s]+)\)", text):
        if not re.match(r"https?://", target):
            file, _, anchor = target.partition("#")
            leads_to = (path.parent / file) if file else path
            assert leads_to.exists(), f"{_name(path)}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.*)$", leads_to.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in map(_slug, headings), f"{_name(path)}: {target}"
    rooms = r"ctidrv|native|desktop|hw-sim|ivr_scripts|docs|tests|\.ci"
    for named in re.findall(rf"`((?:{rooms})/[\w./-]+\.\w+)(?::[^`]*)?`", text):
        assert (ROOT / named).exists(), f"{_name(path)}: {named}"


def _cases(cell: str) -> Iterator[tuple[str, str]]:
    """File and case of each test a cell names: `FILE: case`, or `case` of the same file."""
    file = ""
    for named in re.findall(r"`([^`]+)`", cell):
        first, _, case = named.rpartition(": ")
        file = first or file
        yield file, case


def test_standards_names_modules_and_tests_that_exist() -> None:
    rows = _table(STANDARDS)
    assert len(rows) > 15
    for modules, clause, _, tests in rows:
        for module in re.findall(r"`([^`]+)`", modules):
            assert (ROOT / module).is_file(), module
        cases = list(_cases(tests))
        assert cases, clause
        for file, case in cases:
            text = (ROOT / file).read_text(encoding="utf-8")
            stands = rf"RUN\({case}\)" if file.endswith(".c") else rf"^def {case}\("
            assert re.search(stands, text, re.MULTILINE), f"{file}: {case}"
