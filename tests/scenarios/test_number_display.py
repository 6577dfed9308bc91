"""Japan's number display on a whole line: a primary answer fetches the number and answers no call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ctidrv.callcontrol.fxo import State
from ctidrv.events import CallerIdSeen, PolarityChanged, Released, RingOff, RingOn, Seized
from ctidrv.media.wav import read_wav
from ctidrv.units import TICK, ms, seconds
from hwsim import caller_id

NUMBER = {"number": "0312345678", "name": None, "reason": None, "standard": "jclip", "checksum_ok": True}


async def call(line: Any, talk: float = 2.0, **caller: Any) -> None:
    """A caller who talks for a while once he is answered."""
    ann = line.board.caller(**({"number": "0312345678"} | caller))
    await ann.dial("8001")
    await line.until("call.answered")
    await line.clock.sleep(seconds(talk))
    await ann.hang_up()


async def gives_up(line: Any, when: Any) -> None:
    ann = line.board.caller("0312345678")
    await ann.dial("8001")
    while not when():
        await line.clock.sleep(TICK)
    await ann.hang_up()


def states(line: Any) -> list[str]:
    return [entry["state"] for entry in line.said("line.state")]


def ends(line: Any) -> list[tuple[str, str]]:
    return [(entry["cause"], entry["outcome"]) for entry in line.said("call.ended")]


def test_the_number_is_fetched_by_a_primary_answer_and_the_call_is_answered_as_any_other(
    managed_line: Any,
) -> None:
    line = managed_line("JP", noise_dbm0=-55.0)
    line.play(call(line))
    types = [entry.type for entry in line.log if entry.type.startswith("call.")]
    wanted = "offered caller primary ring answered recording clearing recording ended"
    assert types == [f"call.{name}" for name in wanted.split()]
    assert line.said("call.caller") == [NUMBER]
    assert line.said("call.primary") == [{"result": "number"}]
    assert line.said("call.ring") == [{"count": 1}]
    assert states(line) == ["idle", "ringing", "seized", "talking", "clearing", "idle"]
    assert ends(line) == [("remote-busy-tone", "answered")]
    lifted, answered = line.at(Seized)
    back, _ = line.at(Released)
    assert lifted - line.at(PolarityChanged)[0] < seconds(6)  # NTT: before CAR is over
    assert 0 < back - line.at(CallerIdSeen)[0] <= ms(300)  # NTT: receive completion
    assert [event.reversed for event in line.events if isinstance(event, PolarityChanged)] == [True, False]
    assert answered > back + ms(500)


def test_only_what_was_said_after_the_answer_is_recorded(managed_line: Any) -> None:
    line = managed_line("JP")
    line.play(call(line, talk=3.0))
    (path,) = {row.path for row in line.recordings}
    length = len(read_wav(path).channels[0])
    _, answered = line.at(Seized)
    assert abs(length - (line.at(Released)[1] - answered)) <= 2 * TICK
    assert read_wav(path).channels[1][: ms(200)].peak() < 4000  # none of the data


@pytest.mark.parametrize(
    ("fault", "result", "told"), [("damaged", "unclear", [False]), ("missing", "nothing", [])]
)
def test_damaged_data_or_none_at_all_leaves_a_call_without_a_number(
    managed_line: Any, fault: str, result: str, told: list[bool]
) -> None:
    line = managed_line("JP", caller_id_fault=fault)
    line.play(call(line))
    assert line.said("call.primary") == [{"result": result}]
    assert [entry["checksum_ok"] for entry in line.said("call.caller")] == told
    for entry in line.said("call.caller"):
        assert entry["number"] is None
        assert entry["raw"].startswith("90")
    assert ends(line) == [("remote-busy-tone", "answered")]
    assert not line.board.exchange.lines[0].reversed


def test_a_withheld_number_is_told_as_such(managed_line: Any) -> None:
    line = managed_line("JP")
    line.play(call(line, withheld=True))
    assert line.said("call.caller") == [{**NUMBER, "number": None, "reason": "private"}]


@pytest.mark.parametrize("after", ["reversal", "car", "lifted", "data", "back", "ring"])
def test_a_caller_who_gives_up_leaves_the_line_on_hook_and_one_honest_row(
    managed_line: Any, after: str
) -> None:
    line = managed_line("JP")
    seen = {
        "reversal": lambda: line.at(PolarityChanged),
        "car": lambda: line.at(RingOn),
        "lifted": lambda: line.at(Seized),
        "data": lambda: line.at(Seized) and line.clock.now() > line.at(Seized)[0] + ms(450),
        "back": lambda: line.at(Released),
        "ring": lambda: line.said("call.ring"),
    }
    line.serve = lambda call: call.ended()
    line.play(gives_up(line, seen[after]))
    outcome = "no-ring" if after == "reversal" else "missed"
    assert ends(line) == [("caller-gave-up", outcome)]
    assert states(line) == ["idle", "ringing", "idle"]
    assert line.said("call.answered") == []
    assert line.recordings == []
    assert len(line.at(Seized)) == len(line.at(Released)) == (after not in ("reversal", "car"))
    assert not line.board.exchange.lines[0].reversed


def test_a_line_without_number_display_is_answered_at_its_first_ring(managed_line: Any) -> None:
    line = managed_line("JP", caller_id=False)
    line.play(call(line))
    assert line.said("call.primary") == line.said("call.caller") == []
    assert line.said("call.ring")[0] == {"count": 1}
    assert len(line.at(Seized)) == 1
    assert ends(line) == [("remote-busy-tone", "answered")]


def test_an_answer_asked_for_during_the_primary_answer_waits_for_the_ring(managed_line: Any) -> None:
    line = managed_line("JP")

    async def serve(call: Any) -> None:
        await call.answer(by="operator")  # at the reversal
        await call.ended()

    line.serve = serve
    line.play(call(line))
    assert line.said("call.caller") == [NUMBER]
    assert line.said("call.answered") == [{"by": "operator"}]
    assert len(line.at(Seized)) == 2


def test_a_station_whose_primary_answer_is_late_is_sent_nothing_and_hangs_up(
    managed_line: Any, monkeypatch: Any
) -> None:
    """The exchange rings already and takes it for the answer: the caller hears it hang up."""
    monkeypatch.setattr(caller_id, "CAR_TIME", 1000)
    line = managed_line("JP")
    seize = line.channel.seize
    monkeypatch.setattr(line.channel, "seize", lambda: line.clock.call_after(ms(800), seize))

    async def scene() -> None:
        ann = line.board.caller("0312345678")
        await ann.dial("8001")
        await ann.hears_tone("busy")
        await ann.hang_up()

    line.play(scene())
    assert line.said("call.primary") == [{"result": "nothing"}]
    assert line.said("call.caller") == line.said("call.answered") == line.recordings == []
    assert ends(line) == [("caller-gave-up", "missed")]


def test_a_board_whose_seizure_fails_ends_on_hook_with_a_row(managed_line: Any) -> None:
    line = managed_line("JP")
    line.channel.seize = lambda: None
    line.serve = lambda call: call.ended()

    async def scene() -> None:
        ann = line.board.caller("0312345678")
        await ann.dial("8001")
        await line.until("call.ring", count=2)
        await ann.hang_up()

    line.play(scene())
    assert line.said("call.primary") == [{"result": "nothing"}]
    assert ends(line) == [("caller-gave-up", "missed")]
    assert line.line.state is State.IDLE


def test_the_station_may_stop_in_the_middle_of_a_primary_answer(managed_line: Any) -> None:
    line = managed_line("JP")

    async def scene() -> None:
        ann = line.board.caller("0312345678")
        await ann.dial("8001")
        while not line.at(Seized):
            await line.clock.sleep(TICK)
        stopping = asyncio.ensure_future(line.line.stop())
        while not line.at(Released):
            await line.clock.sleep(TICK)
        await stopping
        await ann.hang_up()

    line.play(scene(), idle=False)
    assert ends(line) == [("station-stop", "missed")]
    assert line.recordings == []


def test_a_line_that_rings_by_short_bursts_without_a_reversal_is_not_answered_for_a_number(
    managed_line: Any,
) -> None:
    """Distinctive ringing: taken for CAR it would be a call answered and lost."""
    line = managed_line("JP", caller_id_alert=[])
    line.serve = lambda call: call.ended()
    line.play(gives_up(line, lambda: len(line.at(RingOff)) >= 3))
    assert line.at(Seized) == []
    assert line.said("call.ring")[0] == {"count": 1}
    assert ends(line) == [("caller-gave-up", "missed")]
