"""``ctidrv doctor``: what is wrong, and what to do about it."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from ctidrv import __version__
from ctidrv.cli.doctor_configured import examine_boards, examine_scripts
from ctidrv.cli.doctor_devices import examine_devices
from ctidrv.cli.doctor_headset import examine_headsets
from ctidrv.cli.doctor_lines import examine_lines
from ctidrv.cli.doctor_station import examine_station, may_run
from ctidrv.cli.examined import Result, guarded, guarded_each
from ctidrv.cli.output import add_data, add_json, print_json
from ctidrv.config_file import load_config
from ctidrv.drivers import system_files
from ctidrv.errors import CtiError, InputError
from ctidrv.folder import DataFolder, data_folder

HELP = "what is wrong and what to do about it"

LEAST_FREE = 500_000_000
BYTES_A_SECOND = 32_000
"""Of a recording: two channels of 8,000 samples of 16 bits."""

_DRAWS = {"pillow": "PIL", "pypdfium2": "pypdfium2"}
"""Packages of ``ctidrv[fax]`` and their modules."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="station.toml (default: that of the data folder)")
    parser.add_argument(
        "--system-files",
        metavar="DIR",
        help="write udev rules and a systemd unit into DIR, say how to install them, and end",
    )
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    folder = data_folder(args.data)
    if args.system_files:
        return _system_files(Path(args.system_files), folder, args.json)
    findings = 0
    for result in examine(folder, args.config):
        findings += result.state == "finding"
        if args.json:
            print_json(asdict(result))
        else:
            mark = {"ok": "ok  ", "note": "note", "finding": "FIND"}[result.state]
            print(f"{mark}  {result.check}: {result.found}")
            if result.advice:
                print(f"      → {result.advice}")
    return int(findings > 0)


def _system_files(into: Path, folder: DataFolder, as_json: bool) -> int:
    import getpass

    try:
        rules, unit = system_files.write(into, getpass.getuser(), folder.root.resolve())
    except OSError as error:
        raise InputError(f"{into}: cannot be written: {error.strerror}") from error
    if as_json:
        print_json({"type": "system_files", "rules": str(rules.resolve()), "unit": str(unit.resolve())})
        return 0
    print(f"sudo cp {rules} /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger")
    print(f"sudo cp {unit} /etc/systemd/system/ && sudo systemctl enable --now {unit.name}")
    return 0


def examine(folder: DataFolder, config_file: str | None) -> Iterator[Result]:
    """All checks, one after the other; none changes anything."""
    yield Result("version", "ok", f"ctidrv {__version__}, Python {sys.version.split()[0]}")
    yield guarded("core", _core)
    yield guarded("data folder", lambda check: _folder(check, folder))
    yield guarded("disk", lambda check: _disk(check, folder))
    yield guarded("database", lambda check: _database(check, folder))
    yield guarded("recordings", lambda check: _recordings(check, folder))
    try:
        config = load_config(config_file, folder)
    except InputError as error:
        yield Result("configuration", "finding", str(error), _to_correct(error))
    else:
        yield Result("configuration", "ok", str(config.path or "none: one simulated line"))
        yield from guarded_each("boards", examine_boards(config, folder))
        yield from guarded_each("lines", examine_scripts(config))
        yield from guarded_each("devices", examine_devices(config.boards))
        yield from guarded_each("headsets", examine_headsets(config.boards))
        yield from guarded_each("calls", examine_lines(config, folder))
    yield from guarded_each("boards: now", examine_station(folder))
    yield guarded("sound", _sound)
    yield guarded("fax", _fax)
    yield guarded("desktop", _desktop)


def _to_correct(error: InputError) -> str:
    if isinstance(error.__cause__, OSError):
        return "give a file that is there and that this user may read"
    return "correct that line" if re.search(r":\d+: ", str(error)) else "correct that file"


def _core(check: str) -> Result:
    try:
        from ctidrv.native.pcm import Pcm
    except ImportError as error:
        return Result(check, "finding", f"the compiled core does not load: {error}", "install ctidrv again")
    return Result(check, "ok", f"loads ({len(Pcm.silence(160))} samples a tick)")


def _standing(path: Path) -> Path:
    """The nearest folder above that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _folder(check: str, folder: DataFolder) -> Result:
    root, standing = folder.root, _standing(folder.root)
    if not standing.is_dir():
        return Result(check, "finding", f"{standing} is a file", "choose another folder with --data")
    if not os.access(standing, os.W_OK | os.X_OK):
        return Result(check, "finding", f"{standing} cannot be written", "change its owner, or use --data")
    return Result(check, "ok", f"{root}" if root.exists() else f"{root}: made by the first station")


def _disk(check: str, folder: DataFolder) -> Result:
    free = shutil.disk_usage(_standing(folder.root)).free
    found = f"{free / 1e9:.1f} GB free: {free / BYTES_A_SECOND / 3600:.0f} hours of recording"
    if free < LEAST_FREE:
        return Result(check, "finding", found, "make room, or move the data folder")
    return Result(check, "ok", found)


def _database(check: str, folder: DataFolder) -> Result:
    from ctidrv.store import Store
    from ctidrv.store.migrate import check_version

    version = check_version(folder.database)
    if version is None:
        return Result(check, "ok", "none yet: made by the first station")
    with Store.read(folder) as store:
        wrong = store.check()
    if wrong:
        more = f" (and {len(wrong) - 1} more: ctidrv db check)" if len(wrong) > 1 else ""
        return Result(check, "finding", wrong[0] + more, "restore the database from a backup")
    return Result(check, "ok", f"version {version}, no findings")


def _recordings(check: str, folder: DataFolder) -> Result:
    """Files a crash left open; whether each is what it was, `recordings verify` tells."""
    if may_run(folder):
        return Result(check, "ok", "a station looks after them")
    # Looked at only: `left_open` of ctidrv.apps.recording also tidies up.
    markers = [root / ".open" for root in (folder.recordings, folder.messages)]
    left = sum(len(list(marker.iterdir())) for marker in markers if marker.is_dir())
    if left:
        return Result(
            check, "finding", f"{left} were left open by a crash", "start the station: it repairs them"
        )
    return Result(check, "ok", "none was left open")


def _sound(check: str) -> Result:
    from ctidrv.drivers import soundcard

    try:
        microphone, loudspeaker = soundcard.devices()
    except CtiError as error:
        return Result(check, "note", str(error), "needed only to listen at this computer")
    return Result(check, "ok", f"{microphone}; {loudspeaker}")


def _fax(check: str) -> Result:
    """What draws pages; faxes are received without it."""
    missing = [package for package, module in _DRAWS.items() if importlib.util.find_spec(module) is None]
    if missing:
        found = f"not installed: {', '.join(missing)}; no document can be sent as a fax"
        return Result(check, "note", found, "pip install 'ctidrv[fax]'")
    return Result(check, "ok", f"{' and '.join(_DRAWS)} are installed")


def _desktop(check: str) -> Result:
    if importlib.util.find_spec("PySide6") is None:
        return Result(check, "note", "Qt is not installed", "pip install 'ctidrv[desktop]'")
    return Result(check, "ok", "Qt is installed")
