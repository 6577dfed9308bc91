"""One port that hears itself: a board that returns what was sent to it. Two ports: tests/scenarios."""

from __future__ import annotations

from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import PortError
from ctidrv.media.engine import MediaEngine
from ctidrv.media.line_loop import LineLoop
from ctidrv.media.virtual import run_virtual
from ctidrv.native.dtmf_trials import Figures
from ctidrv.native.pcm import Pcm
from ctidrv.units import seconds


def measured(board: Any, gain: float, hum: int = 0) -> dict[str, Figures]:
    """By a line that returns `gain` of it, with a square wave of `hum` at 250 Hz."""

    def returns() -> None:
        sent = memoryview(bytes(board.heard[0][-320:])).cast("h")
        board.say(0, Pcm(round(gain * x) + hum * (1 if i // 16 % 2 else -1) for i, x in enumerate(sent)))

    board.on_pump = returns
    engine = MediaEngine([board], SampleClock(), inline=True)
    port = engine.channel("py/1")
    try:
        return run_virtual(LineLoop(engine, port, port).measure(None, 20, 3), engine, limit=seconds(600))
    finally:
        engine.close()


def test_a_port_alone_hears_its_own_echo_once(board: Any) -> None:
    rows = measured(board, 0.25)
    assert "loss_db" not in rows["line"]
    assert rows["line"]["echo_return_loss_db"] == pytest.approx(12.04, abs=0.1)
    assert rows["line"]["delay_ms"] in (20, 40)
    for name, row in rows.items():
        if name.startswith("digits"):
            assert (row["heard_percent"], row["false"]) == (100, 0), name


def test_digits_that_come_back_too_quietly_are_not_heard(board: Any) -> None:
    rows = measured(board, 0.05)
    assert rows["line"]["echo_return_loss_db"] == pytest.approx(26.0, abs=0.2)
    assert rows["digits of -25 dBm0"]["heard_percent"] == 0


def test_a_line_alone_that_hums_is_not_measured(board: Any) -> None:
    with pytest.raises(PortError, match=r"py/1: hears -2\d dBm0 while nothing is sent"):
        measured(board, 0.25, hum=1000)


def test_a_port_that_returns_nothing_does_not_hear_itself(board: Any) -> None:
    with pytest.raises(PortError, match="py/1 does not hear what py/1 sends: its hybrid returns too little"):
        measured(board, 0.0)
