from __future__ import annotations

from array import array
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import UsageError
from ctidrv.events import Bridged
from ctidrv.media.bridge import MOST_PARTIES, Role
from ctidrv.media.engine import MediaEngine
from ctidrv.native import lib
from ctidrv.native.pcm import Pcm
from ctidrv.units import PortId, Samples

TICK = 160


@pytest.fixture
def four(make_board: Any) -> tuple[Any, MediaEngine]:
    board = make_board(ports=4)
    return board, MediaEngine([board], SampleClock(), inline=True)


def steps(engine: MediaEngine, count: int) -> None:
    for _ in range(count):
        engine.step()


def sent(board: Any, port: int) -> list[int]:
    """In the latest tick."""
    return list(array("h", bytes(board.heard[port][-2 * TICK :])))


def say(board: Any, port: int, value: int, ticks: int) -> None:
    board.say(port, Pcm([value] * (TICK * ticks)))


def test_parties_hear_one_another_and_are_told_of_their_roles(four: tuple[Any, MediaEngine]) -> None:
    board, engine = four
    a, b, c, _ = engine.channels
    told: list[Bridged] = []
    for channel in (a, b, c):
        channel.subscribe(lambda event: told.append(event) if isinstance(event, Bridged) else None)
    bridge = engine.bridge()
    a.join(bridge)
    b.join(bridge)
    c.join(bridge, Role.LISTEN)
    for port, value in enumerate((100, 200, 400)):
        say(board, port, value, 4)
    steps(engine, 4)
    assert [set(sent(board, port)) for port in range(3)] == [{200}, {100}, {300}]
    assert told == [
        Bridged(Samples(0), PortId("py/1"), bridge.number, "talk"),
        Bridged(Samples(0), PortId("py/2"), bridge.number, "talk"),
        Bridged(Samples(0), PortId("py/3"), bridge.number, "listen-only"),
    ]
    assert bridge.parties == {a: Role.TALK, b: Role.TALK, c: Role.LISTEN}


def test_a_whisper_reaches_one_party_and_gain_is_of_what_one_says(four: tuple[Any, MediaEngine]) -> None:
    board, engine = four
    a, b, c, _ = engine.channels
    bridge = engine.bridge()
    a.join(bridge, gain_db=20 * 0.30103)  # twice
    b.join(bridge)
    c.join(bridge, Role.WHISPER, whisper_to=b)
    for port, value in enumerate((100, 0, 400)):
        say(board, port, value, 4)
    steps(engine, 4)
    assert set(sent(board, 0)) == {0}
    assert set(sent(board, 1)) == {600}


def test_a_released_line_and_a_closed_bridge_leave_nobody_on_it(four: tuple[Any, MediaEngine]) -> None:
    _, engine = four
    a, b, *_ = engine.channels
    bridge = engine.bridge()
    a.join(bridge)
    b.join(bridge)
    steps(engine, 1)
    a.release()
    steps(engine, 1)
    assert a.bridge is None
    assert bridge.parties == {b: Role.TALK}
    bridge.close()
    bridge.close()
    steps(engine, 1)
    assert bridge.parties == {}
    assert b.bridge is None
    with pytest.raises(UsageError, match="py/1: the bridge is closed"):
        a.join(bridge)


def test_who_moves_to_another_bridge_is_not_taken_off_it_when_the_first_closes(
    four: tuple[Any, MediaEngine],
) -> None:
    board, engine = four
    a, b, c, _ = engine.channels
    first, second = engine.bridge(), engine.bridge()
    a.join(first)
    b.join(first)
    steps(engine, 1)
    a.join(second)
    c.join(second)
    first.close()
    say(board, 2, 50, 4)
    steps(engine, 4)
    assert second.parties == {a: Role.TALK, c: Role.TALK}
    assert set(sent(board, 0)) == {50}
    assert b.bridge is None


def test_a_bridge_closed_before_the_core_has_answered_takes_its_parties_along(
    four: tuple[Any, MediaEngine],
) -> None:
    board, engine = four
    a, b, *_ = engine.channels
    bridge = engine.bridge()
    a.join(bridge)
    b.join(bridge)
    bridge.close()
    say(board, 0, 50, 4)
    steps(engine, 4)
    assert set(sent(board, 1)) == {0}
    assert bridge.parties == {}


def test_numbers_of_bridges_are_used_again_and_run_out_with_a_clear_word(
    four: tuple[Any, MediaEngine],
) -> None:
    _, engine = four
    bridges = [engine.bridge() for _ in range(4)]
    with pytest.raises(UsageError, match="all 4 bridges are in use"):
        engine.bridge()
    bridges[2].close()
    assert engine.bridge().number == 2


def test_a_role_that_makes_no_sense_is_refused(four: tuple[Any, MediaEngine]) -> None:
    _, engine = four
    a, b, c, _ = engine.channels
    bridge = engine.bridge()
    for role, target in ((Role.AWAY, None), (Role.WHISPER, None), (Role.TALK, b)):
        with pytest.raises(UsageError, match="py/1: join"):
            a.join(bridge, role, whisper_to=target)
    a.join(bridge, Role.MUTED)
    steps(engine, 1)
    a.join(bridge, Role.WHISPER, whisper_to=c)  # who is not there: the core refuses it
    steps(engine, 1)
    assert bridge.parties == {a: Role.MUTED}
    assert a.bridge is bridge


def test_a_move_that_is_refused_leaves_a_party_where_it_was(four: tuple[Any, MediaEngine]) -> None:
    board, engine = four
    a, b, c, _ = engine.channels
    first, second = engine.bridge(), engine.bridge()
    a.join(first)
    b.join(first)
    steps(engine, 1)
    a.join(second, Role.WHISPER, whisper_to=c)  # who is on neither
    say(board, 1, 50, 4)
    steps(engine, 4)
    assert a.bridge is first
    assert first.parties == {a: Role.TALK, b: Role.TALK}
    assert set(sent(board, 0)) == {50}
    assert second.parties == {}


def test_a_full_bridge_refuses_one_more(make_board: Any) -> None:
    engine = MediaEngine([make_board(ports=MOST_PARTIES + 1)], SampleClock(), inline=True)
    bridge = engine.bridge()
    for channel in engine.channels:
        channel.join(bridge, Role.LISTEN)
    steps(engine, 1)
    assert len(bridge.parties) == MOST_PARTIES
    assert engine.channels[-1].bridge is None
    bridge.close()
    steps(engine, 1)
    assert engine.bridge().number == bridge.number


def test_a_telephone_that_hangs_up_is_off_its_bridge(four: tuple[Any, MediaEngine]) -> None:
    board, engine = four
    a, *_ = engine.channels
    bridge = engine.bridge()
    a.join(bridge)
    steps(engine, 1)
    board.tell(0, lib.CTI_EV_HOOK, 0)
    steps(engine, 1)
    assert bridge.parties == {}
