"""What a modem sends, item by item: inputs of the table, and what its port is told."""

from __future__ import annotations

from typing import Any

import pytest

from ctidrv.drivers.v253 import watch
from ctidrv.drivers.v253.asking import Asking
from ctidrv.drivers.v253.incoming import Incoming
from ctidrv.drivers.v253.rings import OVER_S
from ctidrv.drivers.v253.table import Input, State
from ctidrv.drivers.v253.voice_modem import VoiceModem, Wanted
from ctidrv.drivers.v253.wire import Code, End, Line
from ctidrv.native.fed_board import FedBoard


class Bench:
    """A modem in a state; `seen`: what went to the table."""

    def __init__(self, state: State = State.IDLE) -> None:
        self.seen: list[Input] = []
        self.changed = 0
        self.modem = VoiceModem("modem", Wanted("COM3"), FedBoard().ports[0], self._changed)
        self.modem.state = state
        self.incoming = Incoming(self.modem, Asking(self.modem, self.seen.append), self.seen.append)

    def _changed(self) -> None:
        self.changed += 1

    def take(self, *items: Any, now: float = 1.0) -> list[Input]:
        self.seen.clear()
        for item in items:
            self.incoming.take(item, now)
        return list(self.seen)

    def order(self, text: str, **more: Any) -> None:
        """One that waits for its result."""
        self.modem.connection.command(text, **more)
        assert self.modem.connection.orders.due(1e9) is not None


@pytest.mark.parametrize(
    ("state", "rings"), [(State.IDLE, 1), (State.CHECKING, 1), (State.RINGING, 1), (State.DUPLEX, 0)]
)
@pytest.mark.parametrize("item", [Line("RING"), Code("R")], ids=["by a line", "by a code"])
def test_a_line_that_rings_is_told_once_and_only_on_hook(state: State, rings: int, item: Any) -> None:
    assert Bench(state).take(item, item) == rings * [Input.RING]


def test_it_rings_no_more_once_it_has_been_silent_for_long() -> None:
    bench = Bench()
    bench.take(Line("RING"), now=1.0)
    bench.modem.state = State.RINGING
    bench.seen.clear()
    bench.incoming.time(0.5 + OVER_S)
    assert bench.seen == []
    bench.incoming.time(1.0 + OVER_S)
    assert bench.seen == [Input.RING_OVER]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("OK", Input.OK),
        ("CONNECT", Input.CONNECT_BOTH),
        ("ERROR", Input.NO_DUPLEX),
        ("NO CARRIER", Input.NO_DUPLEX),
    ],
)
def test_a_result_is_what_its_order_makes_of_it(text: str, seen: Input) -> None:
    bench = Bench(State.OPENING)
    bench.order("AT+VTR", refused=Input.NO_DUPLEX, connected=Input.CONNECT_BOTH)
    assert bench.take(Line(text)) == [seen]


def test_a_result_behind_whose_order_others_wait_is_nobodys() -> None:
    bench = Bench(State.LEAVING)
    bench.order("AT+VRX")
    bench.modem.connection.command("AT+VLS=0")
    assert bench.take(Line("CONNECT")) == []


def test_results_that_no_order_waits_for_and_lines_of_no_kind_are_nonsense() -> None:
    bench = Bench()
    assert bench.take(Line("OK")) == []
    assert bench.modem.watch.amiss(10.0, State.RINGING) is None
    bench.take(*[Line(100 * "x")] * (watch.BABBLE // 100 + 1))
    assert bench.modem.watch.amiss(10.1, State.RINGING) == (Input.BABBLE, "it sends nonsense")


@pytest.mark.parametrize(("state", "ended"), [(State.DUPLEX, 1), (State.RECORD, 1), (State.PLAY, 0)])
def test_audio_that_ends_by_itself_is_told_where_it_came_and_nothing_was_asked(
    state: State, ended: int
) -> None:
    bench = Bench(state)
    assert bench.take(End()) == ended * [Input.AUDIO_ENDED]
    bench.order("AT+VRX")
    assert bench.take(End()) == []


def test_a_telephone_beside_it_is_known_by_its_codes() -> None:
    bench = Bench()
    bench.take(Code("P"))
    assert (bench.modem.parallel, bench.changed) == (True, 1)
    bench.take(Code("p"))
    assert (bench.modem.parallel, bench.changed) == (False, 2)
