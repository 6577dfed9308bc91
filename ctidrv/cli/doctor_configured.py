"""Doctor's look at what station.toml names: boards and their drivers, lines and their scripts."""

from __future__ import annotations

from collections.abc import Iterator

from ctidrv.cli.examined import Result
from ctidrv.config import StationConfig
from ctidrv.errors import CtiError, InputError
from ctidrv.folder import DataFolder


def examine_boards(config: StationConfig, folder: DataFolder) -> Iterator[Result]:
    """Each is made, and not opened."""
    from ctidrv.clock import SampleClock
    from ctidrv.ports.api import DriverContext
    from ctidrv.ports.registry import open_board

    context = DriverContext(SampleClock(), folder.root, 1, live=True)
    for board in config.boards:
        check = f"board {board.name}"
        try:
            open_board(board.driver, board.name, board.settings, context)
        except CtiError as error:
            advice = "correct that line" if isinstance(error, InputError) else "install what it needs"
            yield Result(check, "finding", f"{board.where}: {error}", advice)
        else:
            yield Result(check, "ok", f"driver {board.driver} loads")


def examine_scripts(config: StationConfig) -> Iterator[Result]:
    """Each line's is read as the station reads it."""
    from ctidrv.apps.ivr import ScriptErrors
    from ctidrv.apps.ivr import check as check_script
    from ctidrv.service.loading import read_script

    for line in config.lines:
        check, path = f"line {line.port}", config.script_path(line)
        try:
            wrong = check_script(path)
        except InputError as error:
            yield Result(check, "finding", str(error), "name a script that is there")
            continue
        fatal = [finding for finding in wrong if finding.fatal]
        if fatal:
            yield Result(check, "finding", str(fatal[0]), f"ctidrv ivr check {path}")
            continue
        try:
            read_script(config, path)
        except ScriptErrors as error:
            yield Result(
                check,
                "finding",
                str(error),
                "correct the script, or add the [[seat]], [[queue]] or [outbound] rule it needs",
            )
            continue
        if wrong:
            yield Result(check, "note", str(wrong[0]), f"ctidrv ivr check {path}")
        else:
            yield Result(check, "ok", f"{line.script}, prompts complete")
