"""``ctidrv ivr``: the script tools."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ctidrv.cli.output import add_json, print_json

HELP = "check voice-menu scripts; print their JSON Schema"


def configure(parser: argparse.ArgumentParser) -> None:
    tools = parser.add_subparsers(dest="tool", metavar="TOOL", required=True)
    check = tools.add_parser("check", help="name everything that is wrong with scripts, with file and line")
    check.add_argument("files", nargs="+", metavar="FILE", help="a script; one that ships by its name")
    add_json(check)
    schema = tools.add_parser("schema", help="print the JSON Schema of scripts, for editors")
    schema.add_argument("--output", metavar="FILE", help="write it to a file instead")


def run(args: argparse.Namespace) -> int:
    if args.tool == "schema":
        return _schema(args.output)
    return _check(args.files, args.json)


def _check(files: list[str], as_json: bool) -> int:
    from ctidrv.apps.ivr import check
    from ctidrv.errors import InputError

    failed = unreadable = False
    for file in files:
        try:
            if not Path(file).exists():
                file = _shipped(file)
            findings = check(file)
        except InputError as error:
            print(f"ctidrv: {error}", file=sys.stderr)
            unreadable = True
            continue
        failed = failed or any(finding.severity == "error" for finding in findings)
        for finding in findings:
            if as_json:
                row = ("file", "line", "column", "severity", "message")
                print_json({name: getattr(finding, name) for name in row})
            else:
                print(finding)
        if not findings and not as_json:
            print(f"{file}: no findings")
    return 2 if unreadable else int(failed)


def _shipped(file: str) -> str:
    """The path of a script that ships under this bare name; else the name as it is."""
    from ctidrv.apps.ivr import shipped_script
    from ctidrv.errors import InputError

    try:
        return str(shipped_script(file))
    except InputError:
        return file


def _schema(output: str | None) -> int:
    from ctidrv.apps.ivr.schema import schema_text
    from ctidrv.errors import InputError

    if output is None:
        print(schema_text(), end="")
        return 0
    try:
        Path(output).write_text(schema_text(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {error.strerror}") from error
    return 0
