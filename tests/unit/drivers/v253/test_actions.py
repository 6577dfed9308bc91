"""What each action of the table gives the modem to do, with and without audio both ways."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.actions import Actions
from ctidrv.drivers.v253.asking import Asking
from ctidrv.drivers.v253.dialogue import Identity
from ctidrv.drivers.v253.fax import ABORT
from ctidrv.drivers.v253.fax_side import FaxSide
from ctidrv.drivers.v253.finder import Finder
from ctidrv.drivers.v253.formats import CODINGS, Format
from ctidrv.drivers.v253.personas import CX930XX
from ctidrv.drivers.v253.sound import Sound
from ctidrv.drivers.v253.table import Do, Input, State
from ctidrv.drivers.v253.voice_modem import VoiceModem, Wanted
from ctidrv.native.fed_board import FedBoard

LATER = 1e9
IDENTITY = Identity(CX930XX, Format(131, CODINGS["ulaw"]), caller_id=True, lines=("AT+VCID=1;+VLS=0",))


class Wrote:
    """A port that takes all."""

    def __init__(self) -> None:
        self.data = b""

    def read(self, wait: float) -> bytes:
        return b""

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def close(self) -> None: ...


class Bench:
    """A modem that is known and in a call, and its actions."""

    def __init__(self, duplex: str = "auto") -> None:
        fed, search = FedBoard(), _Nowhere()
        self.places = search
        self.changed = 0
        self.modem = modem = VoiceModem("modem", Wanted("COM3", duplex=duplex), fed.ports[0], self._changed)
        modem.identity, modem.sound = IDENTITY, Sound(fed.ports[0], IDENTITY.format.coding)
        modem.connection.link = self.link = Wrote()
        modem.state = State.RECORD
        self.settled = threading.Event()
        self.fed_inputs: list[Input] = []
        asking = Asking(modem, self._feed)
        finder = Finder("COM3", _refuse, search)
        self.actions = Actions(modem, fed, finder, asking, FaxSide(modem, self._feed), self.settled)

    def _changed(self) -> None:
        self.changed += 1

    def _feed(self, seen: Input) -> None:
        self.fed_inputs.append(seen)

    def do(self, action: Do) -> list[bytes]:
        """What was written at once, where anything was, and the orders behind it, each answered."""
        self.actions.do(action)
        orders, given = self.modem.connection.orders, [self.link.data] if self.link.data else []
        while (order := orders.due(LATER)) is not None:
            given.append(order.data)
            orders.answered("OK", 0.0)
        return given


class _Nowhere:
    """Where no modem is; `at`: where one was."""

    def __init__(self) -> None:
        self.at: list[str] = []

    def candidates(self) -> Any:
        return iter(())

    def seen(self, at: str) -> None:
        self.at.append(at)


def _refuse(device: str) -> Any:
    raise AssertionError(device)


ORDERS = {
    Do.WAKE: [wire.HUSH, b"AT\r"],
    Do.ASK: [b"ATE0V1Q0I0\r"],
    Do.CHECK: [b"AT\r"],
    Do.LIFT: [b"AT+VLS=1\r"],
    Do.OPEN: [b"AT+VTR\r"],
    Do.RECORD: [b"AT+VRX\r"],
    Do.PLAY: [b"AT+VTX\r"],
    Do.END_RECORD: [wire.STOP_RECORD],
    Do.END_PLAY: [wire.STOP_PLAY],
    Do.END_AUDIO: [wire.STOP_DUPLEX],
    Do.SET_UP_VOICE: [ABORT, b"AT\r", b"AT+FCLASS=8\r", b"AT+VCID=1\r", b"AT+VLS=1\r"],
    Do.DROP_FAX: [ABORT, b"AT\r", b"ATH\r", b"AT+FCLASS=8\r", b"AT+VCID=1;+VLS=0\r"],
    Do.FLASH: [b"AT+VTS=!\r"],
    Do.DROP: [b"AT+VLS=0\r"],
}
HALF_DUPLEX = {Do.OPEN: [b"AT+VRX\r"], Do.END_AUDIO: [wire.STOP_RECORD + wire.STOP_PLAY]}


@pytest.mark.parametrize("action", Do, ids=lambda each: each.name)
def test_v253_each_action_gives_the_modem_its_order(action: Do) -> None:
    assert Bench().do(action) == ORDERS.get(action, [])


@pytest.mark.parametrize("action", HALF_DUPLEX, ids=lambda each: each.name)
def test_v253_a_half_duplex_modem_gets_the_order_of_its_kind(action: Do) -> None:
    assert Bench("half").do(action) == HALF_DUPLEX[action]


def test_a_modem_that_is_lost_is_closed_and_its_call_and_orders_forgotten() -> None:
    bench = Bench()
    bench.modem.connection.command("AT+VRX")
    assert bench.do(Do.CLOSE) == []
    assert bench.modem.connection.link is None
    assert bench.modem.sound is None
    assert bench.modem.lost == 1
    assert bench.modem.port.status().gone
    assert bench.settled.is_set()


def test_one_that_is_back_is_well_and_its_board_there() -> None:
    bench = Bench()
    bench.modem.at = "COM4"
    bench.do(Do.BACK)
    assert bench.places.at == ["COM4"]
    assert bench.modem.trouble is None
    assert bench.changed == 1
    assert not bench.modem.port.status().gone
    assert bench.settled.is_set()


@pytest.mark.parametrize(
    ("state", "rx"), [(State.DUPLEX, True), (State.RECORD, True), (State.PLAY, False)], ids=lambda x: str(x)
)
def test_the_port_is_served_both_ways_but_for_a_modem_that_plays(state: State, rx: bool) -> None:
    bench = Bench()
    bench.modem.state = state
    bench.do(Do.SERVE)
    status = bench.modem.port.status()
    assert (status.serves_rx, status.serves_tx) == (rx, True)
    assert bench.modem.duplex is (True if state is State.DUPLEX else None)
    bench.do(Do.SERVE_NOTHING)
    status = bench.modem.port.status()
    assert (status.serves_rx, status.serves_tx) == (False, False)
