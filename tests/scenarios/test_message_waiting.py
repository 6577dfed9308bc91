"""Messages that wait at the exchange: told on hook, whatever announces it, and never a missed call."""

from __future__ import annotations

from typing import Any

import pytest

from ctidrv.events import PolarityChanged, RingOn, ToneOn
from ctidrv.units import TICK, ms, seconds

ALERTS: list[tuple[str, tuple[str, ...]]] = [
    ("DE", ("rp-as",)),
    *((country, alert) for country in ("DE", "FR", "US", "NL") for alert in ((), ("dt-as",))),
]


async def messages(line: Any, *counts: int, alert: tuple[str, ...] | None = None) -> None:
    for count in counts:
        line.board.exchange.tell_messages(line.board.exchange.lines[0], count, alert)
        await line.clock.sleep(seconds(6))


@pytest.mark.parametrize(("country", "alert"), ALERTS)
def test_messages_that_wait_are_told_and_are_no_call(
    managed_line: Any, country: str, alert: tuple[str, ...]
) -> None:
    line = managed_line(country, noise_dbm0=-55.0)
    line.play(messages(line, 3, 0, alert=alert))
    told = [{"waiting": True, "messages": 3}, {"waiting": False, "messages": 0}]
    assert line.said("line.message_waiting") == told
    assert line.line.messages_waiting is False
    assert {entry.type for entry in line.log} == {"line.state", "line.message_waiting"}
    assert line.said("line.state") == [{"state": "idle"}]
    assert len(line.at(RingOn)) == (2 if "rp-as" in alert else 0)


def test_behind_a_reversal_the_call_that_began_with_it_was_none(managed_line: Any) -> None:
    line = managed_line("GB")
    line.play(messages(line, 1))
    assert line.said("line.message_waiting") == [{"waiting": True, "messages": 1}]
    assert [event.reversed for event in line.events if isinstance(event, PolarityChanged)] == [True, False]
    assert line.said("call.ended") == [{"cause": "message-waiting", "outcome": "no-ring"}]


def test_a_damaged_message_tells_nothing(managed_line: Any) -> None:
    line = managed_line("US", caller_id_fault="damaged")
    line.play(messages(line, 2))
    assert line.said("line.message_waiting") == []
    assert line.line.messages_waiting is None


def test_a_line_with_messages_is_called_and_answered_as_any_other(managed_line: Any) -> None:
    """Behind a ring pulse too, which is no ring: the caller ID comes before the first."""
    line = managed_line("DE")

    async def scene() -> None:
        await messages(line, 1)
        ann = line.board.caller("5551234")
        await ann.dial("8001")
        await line.until("call.answered")
        await ann.hang_up()

    line.play(scene())
    assert line.said("call.caller")[0]["number"] == "5551234"
    assert line.said("call.ring") == [{"count": 1}]
    types = [entry.type for entry in line.log]
    assert types.index("call.caller") < types.index("call.ring") < types.index("call.answered")


def test_a_caller_who_gives_up_within_a_ring_pulse_is_a_missed_call(managed_line: Any) -> None:
    line = managed_line("DE", caller_id=False)
    line.serve = lambda call: call.ended()

    async def scene() -> None:
        ann = line.board.caller("5551234")
        await ann.dial("8001")
        while not line.at(RingOn):
            await line.clock.sleep(TICK)
        await ann.clock.sleep(ms(160))
        await ann.hang_up()
        await line.until("call.ended")

    line.play(scene())
    assert line.said("call.ended") == [{"cause": "caller-gave-up", "outcome": "missed"}]
    assert line.said("call.ring") == [{"count": 1}]


@pytest.mark.parametrize(("count", "tone"), [(0, "dial"), (2, "stutter")])
def test_dial_tone_stutters_while_messages_wait(managed_line: Any, count: int, tone: str) -> None:
    line = managed_line("US")
    exchange = line.board.exchange
    sent: list[str] = []
    send = exchange._send

    def note(of: Any, name: str) -> None:
        sent.append(name)
        send(of, name)

    exchange._send = note
    exchange.lines[0].messages = count

    async def scene() -> None:
        line.channel.seize()
        await line.clock.sleep(seconds(3))
        line.channel.release()
        await line.clock.sleep(seconds(3))

    line.play(scene(), idle=False)
    assert sent == [tone]
    assert [event.tone for event in line.events if isinstance(event, ToneOn)] in ([], ["dial"])
