"""How commands print: JSON lines with ``--json``, plain text without."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON lines and nothing else")


def add_data(parser: argparse.ArgumentParser, *, default: str = "CTIDRV_DATA, or the platform's") -> None:
    """``--data``; `default`: what the command does without it, in words."""
    parser.add_argument("--data", metavar="DIR", help=f"data folder (default: {default})")


def print_json(row: Mapping[str, Any]) -> None:
    """One line of UTF-8 JSON, flushed."""
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.flush()
