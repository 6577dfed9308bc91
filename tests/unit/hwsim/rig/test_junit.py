"""The JUnit report: counts, places, and text that XML can hold."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from ctidrv.errors import StoreError
from hwsim.rig.case import Failure, Result
from hwsim.rig.junit import junit, write_junit

PASSED = Result("a/first.scenario.yaml", "first", 1, wall_s=1.25)
FAILED = Result(
    "b.scenario.yaml",
    "second <&>",
    1,
    [Failure(7, "heard \x07 & \ud800 instead")],
    wall_s=0.5,
    drawing="|0 s",
)


def test_passed_failed_and_refused_are_counted_and_told():
    root = ElementTree.fromstring(junit([PASSED, FAILED], [("c.yaml", "c.yaml:1:1: not YAML")]))
    suite = root.find("testsuite")
    assert [suite.get(key) for key in ("tests", "failures", "errors", "time")] == ["3", "1", "1", "1.750"]
    first, second, third = suite.findall("testcase")
    assert (first.get("classname"), first.get("file"), len(first)) == ("first.scenario", PASSED.file, 0)
    assert second.get("name") == "second <&>"
    assert second.find("failure").get("message") == "heard ? & ? instead"
    assert second.find("failure").text == "b.scenario.yaml:7: heard ? & ? instead\n\n|0 s"
    assert third.find("error").get("message") == "c.yaml:1:1: not YAML"


def test_a_report_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        write_junit(tmp_path / "no" / "report.xml", [PASSED], [])
