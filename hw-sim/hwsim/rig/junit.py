"""The report of a run as JUnit XML, the form that CI systems read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ctidrv.errors import StoreError
from ctidrv.picture.parties import xml_text

if TYPE_CHECKING:
    from hwsim.rig.case import Result


def junit(results: Sequence[Result], refused: Sequence[tuple[str, str]]) -> bytes:
    """A test case for each scenario; `refused`: file, and why it could not be played."""
    suite = ElementTree.Element(
        "testsuite",
        name="ctidrv sim run",
        tests=str(len(results) + len(refused)),
        failures=str(sum(not result.ok for result in results)),
        errors=str(len(refused)),
        skipped="0",
        time=f"{sum(result.wall_s for result in results):.3f}",
    )
    for result in results:
        case = _case(suite, result.file, result.name, result.wall_s)
        if not result.ok:
            failure = ElementTree.SubElement(case, "failure", message=xml_text(result.failures[0].message))
            failure.text = xml_text(result.report)
    for file, why in refused:
        ElementTree.SubElement(_case(suite, file, Path(file).name, 0.0), "error", message=xml_text(why))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(suite: ElementTree.Element, file: str, name: str, wall_s: float) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite,
        "testcase",
        classname=xml_text(Path(file).name.removesuffix(".yaml")),
        name=xml_text(name),
        file=xml_text(file),
        time=f"{wall_s:.3f}",
    )


def write_junit(path: Path, results: Sequence[Result], refused: Sequence[tuple[str, str]]) -> None:
    """StoreError where it cannot be written."""
    try:
        path.write_bytes(junit(results, refused))
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error
