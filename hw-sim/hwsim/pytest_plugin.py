"""The pytest plug-in: the fixture ``hwsim``, with which a test of yours lets callers ring your script, and
``port_trace``, with which a port's trace is a test (docs/reference/port-trace.md).

    def test_the_menu_answers(hwsim):
        hwsim.serve("door.ivr.yaml")          # beside the test, or one that ships
        ann = hwsim.caller("5551234")
        ann.dial("8001")
        ann.hear("welcome")
        ann.hang_up()

What it gives is `hwsim.rig.hand.Hand`. After the test every line has to come to rest, with every call ended
and recorded. A test that fails shows the time line of its calls, and keeps what the callers said and heard
in its `tmp_path`. Nothing is imported here but pytest: it costs nothing where it is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hwsim.rig.hand import Hand
    from hwsim.rig.replayed import ReplayedCalls

_FAILED = pytest.StashKey[bool]()


@pytest.fixture
def hwsim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hand]:
    """A simulated exchange in virtual time, and your script behind it: `serve`, `caller`, `play`, `calls`."""
    from hwsim.rig.hand import Hand

    hand = Hand([request.path.parent, request.config.rootpath], tmp_path / "hwsim")
    try:
        yield hand
        if not request.node.stash.get(_FAILED, False):
            hand.finish()
    finally:
        hand.close()


@pytest.fixture
def port_trace(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., ReplayedCalls]:
    """``port_trace("theirs.jsonl", script="door.ivr.yaml")``: the calls that a station makes of the trace,
    which is beside the test or in the root folder. More: `hwsim.rig.replayed.replay_calls`."""
    from hwsim.rig.replayed import replay_calls

    def replayed(
        file: str | Path,
        script: str = "hotline.ivr.yaml",
        *,
        strict: bool = False,
        country: str | None = None,
    ) -> ReplayedCalls:
        places = [folder / file for folder in (request.path.parent, request.config.rootpath)]
        found = next((path for path in places if path.is_file()), places[0])
        data = tmp_path / f"port_trace_{len(list(tmp_path.glob('port_trace_*')))}"
        return replay_calls(found, script, data, strict=strict, country=country)

    return replayed


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    hand: Any = getattr(item, "funcargs", {}).get("hwsim")
    if report.when == "call" and report.failed and hand is not None and hasattr(hand, "timeline"):
        item.stash[_FAILED] = True
        if timeline := hand.timeline():
            kept = hand.keep(item.name, str(call.excinfo.value) if call.excinfo else "failed")
            report.sections.append(("hwsim: the calls of this test", f"{timeline}\n\nkept in {kept}"))
    return report
