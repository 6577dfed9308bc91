"""Callers who wait in a queue: their legs, and what a kill -9 of the station leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from office_of_seats import ANSWER, HELLO
from office_with_queue import (
    QueueOffice,
    nobody_ready,
    prompt,
    through_the_menu,
)

from ctidrv.units import seconds


def test_legs_of_a_call_that_waits_and_is_answered_add_up_to_it(make_queue_menu) -> None:
    office = make_queue_menu()

    async def scene() -> None:
        await nobody_ready(office)
        ann = await through_the_menu(office)
        await office.clock.sleep(seconds(6))
        await office.operators[0].hang_up()
        await office.operators[0].answer(rings=2)
        await office.until(lambda: office.seat() == "talking")
        await office.operators[0].speak(ANSWER)
        await office.operators[0].hang_up()
        await ann.hears(prompt("goodbye"))
        await ann.hang_up()

    office.play(scene())
    (row,) = office.rig.calls()
    assert [leg["kind"] for leg in row["legs"]] == ["line", "ivr", "queue", "seat", "ivr"]
    line, menu, queue, seat, after = row["legs"]
    spans = [(leg["answered"] or leg["started"], leg["ended"]) for leg in (menu, queue, seat, after)]
    at = [tuple(datetime.fromisoformat(end) for end in span) for span in spans]
    for (_, ended), (began, _) in pairwise(at):
        assert abs((began - ended).total_seconds()) < 0.05
    total = sum((end - begin).total_seconds() for begin, end in at)
    whole = datetime.fromisoformat(line["ended"]) - datetime.fromisoformat(line["started"])
    assert total == pytest.approx(whole.total_seconds(), abs=0.2)
    assert (queue["party"], queue["cause"]) == ("office", "answered")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_kill_9_with_callers_in_the_queue_leaves_idle_lines_and_ended_rows(tmp_path) -> None:
    program = [sys.executable, str(Path(__file__).with_name("office_with_queue.py")), str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    again = QueueOffice(tmp_path, lines=4)
    try:
        calls = again.rig.calls()
        assert again.station.recovered.calls == len(calls) == 4
        for call in calls:
            assert (call["state"], call["cause"]) == ("ended", "station-restart")
            assert all(leg["ended"] and leg["cause"] for leg in call["legs"])
            assert [recording["state"] for recording in call["recordings"]] == ["repaired"]
        legs = [[(leg["kind"], leg["cause"]) for leg in call["legs"]] for call in calls]
        assert legs[0][1:] == [("queue", "answered"), ("seat", "station-restart")]
        assert [each[1:] for each in legs[1:]] == [[("queue", "station-restart")]] * 3

        async def scene() -> None:
            await again.clock.sleep(seconds(3))
            assert {row["state"] for row in again.station.ports()} == {"idle"}
            assert again.places() == []
            ann, operator = await again.talking()
            await ann.speak(HELLO)
            await operator.hears(HELLO)
            await operator.hang_up()
            await ann.hang_up()

        again.play(scene())
    finally:
        again.rig.close()
