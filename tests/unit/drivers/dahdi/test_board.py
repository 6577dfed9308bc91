"""A board that cannot be had says why and what to do; one that can says what its ports are."""

from __future__ import annotations

import errno
import logging
import os
import struct
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctidrv.clock import SampleClock
from ctidrv.drivers.dahdi import board as driver
from ctidrv.drivers.dahdi import numbers, settings
from ctidrv.drivers.dahdi.board import DahdiBoard, open_board
from ctidrv.drivers.dahdi.door import CTL
from ctidrv.drivers.dahdi.setup import gains
from ctidrv.errors import PortError
from ctidrv.native import g711
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import CAPABILITIES, Able, DriverContext, Kind
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.dahdi.door import CardDoor

CHANCONFIG = 0x404CDA13


class Refusing(CardDoor):
    """A card that refuses: an errno for each node that is opened (CTL, or a channel)."""

    def __init__(self, there: CardOnLines, nodes: dict[int, int], holder: str | None = None) -> None:
        super().__init__(there.card)
        self._nodes, self._holder = nodes, holder
        self.opened: list[int] = []

    def open(self, channel: int) -> int:
        if channel in self._nodes:
            raise OSError(self._nodes[channel], os.strerror(self._nodes[channel]))
        self.opened.append(super().open(channel))
        return self.opened[-1]

    def close(self, handle: int) -> None:
        self.opened.remove(handle)
        super().close(handle)

    def holder(self, channel: int) -> str | None:
        return self._holder


@pytest.fixture
def there() -> Iterator[Callable[..., CardOnLines]]:
    made: list[CardOnLines] = []

    def make(**card: Any) -> CardOnLines:
        made.append(CardOnLines({}, fxo=1, fxs=1, **card))
        return made[-1]

    yield make
    for each in made:
        each.close()


def _board(door: CardDoor, **given: Any) -> DahdiBoard:
    return DahdiBoard("card", settings.read("card", given), SampleClock(), open_door=lambda: door)


def _configure(there: CardOnLines, channel: int, sig: int) -> None:
    control = there.card.open(CTL)
    wanted = bytearray(struct.pack("=i40s4i16s", channel, b"", sig, 0, 0, 0, b""))
    assert there.card.ioctl(control, CHANCONFIG, wanted) == 0
    there.card.close(control)


def test_its_ports_are_what_they_face_and_say_which_signalling_they_have(
    there: Callable[..., CardOnLines],
) -> None:
    board = _board(CardDoor(there().card))
    assert list(board.ports) == []
    board.open()
    assert [(port.id, port.kind) for port in board.ports] == [("card/1", Kind.FXO), ("card/2", Kind.FXS)]
    assert board.ports[0].label == "channel 1, WCTDM/0/1: FXO port (to the exchange), fxsks"
    assert board.ports[1].label == "channel 2, WCTDM/0/2: FXS port (to a telephone), fxoks"
    assert all(set(port.caps) == set(CAPABILITIES) and port.canceller_ms == 0 for port in board.ports)
    board.close()


def test_channels_are_chosen_and_ordered_by_their_key(there: Callable[..., CardOnLines]) -> None:
    board = _board(CardDoor(there().card), channels=[2, 1])
    board.open()
    assert [port.kind for port in board.ports] == [Kind.FXS, Kind.FXO]
    board.close()


def test_a_channel_that_is_not_there_is_named_with_those_that_are(there: Callable[..., CardOnLines]) -> None:
    with pytest.raises(PortError, match=r"board card: .*channel 9 is no analogue channel; there are 1, 2"):
        _board(CardDoor(there().card), channels="9").open()


def test_of_a_card_that_was_taken_out_it_is_said_that_none_is_there(
    there: Callable[..., CardOnLines],
) -> None:
    made = there()
    made.card.removed(True)
    with pytest.raises(PortError, match=r"board card: .*no analogue channel is there: see dahdi_scan"):
        _board(CardDoor(made.card), channels="1").open()


def test_a_card_that_nobody_configured_says_which_lines_are_missing(
    there: Callable[..., CardOnLines],
) -> None:
    with pytest.raises(PortError, match=r"fxsks=1; fxoks=2 into /etc/dahdi/system.conf .* dahdi_cfg"):
        _board(CardDoor(there(configured=False).card)).open()
    with pytest.raises(PortError, match=r"channel 2 .* fxoks=2 into"):
        _board(CardDoor(there(configured=False).card), channels="2").open()


def test_loop_start_never_tells_of_a_hang_up_and_that_is_said(
    there: Callable[..., CardOnLines], caplog: pytest.LogCaptureFixture
) -> None:
    made = there(configured=False)
    _configure(made, 1, numbers.FXSLS)
    board = _board(CardDoor(made.card))
    with caplog.at_level(logging.WARNING):
        board.open()
    assert board.ports[0].able("loop_break") is Able.NO
    assert "fxsls" in caplog.text
    board.close()


@pytest.mark.parametrize(
    ("nodes", "holder", "said"),
    [
        ({CTL: errno.EACCES}, None, "simulated card/ctl: no permission: .*dialout"),
        ({1: errno.EACCES}, None, "channel 1 .*no permission: .*dialout"),
        ({2: errno.EBUSY}, "asterisk (process 77)", r"channel 2 .*held by asterisk \(process 77\): stop it"),
        ({2: errno.EBUSY}, None, "channel 2 .*held by another program, or another board"),
        ({1: errno.ENXIO}, None, "channel 1 .*not configured.*dahdi_cfg"),
        ({1: errno.EIO}, None, "channel 1 .*Input/output error"),
    ],
)
def test_a_node_that_is_refused_says_why_and_nothing_stays_open(
    there: Callable[..., CardOnLines], nodes: dict[int, int], holder: str | None, said: str
) -> None:
    door = Refusing(there(), nodes, holder)
    with pytest.raises(PortError, match=said):
        _board(door).open()
    assert door.opened == []


def test_a_canceller_that_is_wanted_and_not_there_is_said(there: Callable[..., CardOnLines]) -> None:
    door = Refusing(there(echo_can=False), {})
    with pytest.raises(PortError, match=r"channel 1 .*echocanceller=mg2,1 into"):
        _board(door, echo="card").open()
    assert door.opened == []


def test_without_the_folder_of_nodes_the_kernel_module_is_named(tmp_path: Path) -> None:
    context = DriverContext(SampleClock(), tmp_path, 1, live=True)
    board = open_board("card", {"nodes": str(tmp_path / "dahdi")}, context)
    with pytest.raises(PortError, match=r"board card: .*(kernel module|Linux only)"):
        board.open()
    board.close()


def test_a_folder_that_cannot_be_looked_at_is_said(tmp_path: Path) -> None:
    context = DriverContext(SampleClock(), tmp_path, 1, live=True)
    board = open_board("card", {"nodes": str(tmp_path / ("x" * 300))}, context)
    with pytest.raises(PortError, match=r"board card: .*x/ctl: File name too long"):
        board.open()


def test_nodes_in_which_a_tick_hangs_are_not_closed(
    there: Callable[..., CardOnLines], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    door = Refusing(there(), {})
    board = _board(door)
    board.open()
    monkeypatch.setattr(driver, "_MOST_TICKS", 2)
    monkeypatch.setattr(board._core, "take_back", lambda: False)
    board.close()
    assert len(door.opened) == len(board.channels)
    assert "do not answer" in caplog.text


def test_closed_it_leaves_its_channels_to_others(there: Callable[..., CardOnLines]) -> None:
    door = Refusing(there(), {})
    board = _board(door)
    board.open()
    assert len(door.opened) == 2
    board.close()
    board.close()
    assert door.opened == []


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
@pytest.mark.parametrize("db", [-6.0, 6.0])
def test_a_gain_is_a_table_of_octets(law: str, db: float) -> None:
    table = gains(settings.Wanted(rx_db=db), law)
    assert len(table) == 516
    assert table[4 + 256 :] == bytes(range(256))
    plain = Pcm.from_bytes(array("h", [1000, -4000, 100]).tobytes())
    louder = g711.decode(bytes(table[4 + octet] for octet in g711.encode(plain, law)), law)
    for before, after in zip(array("h", plain.bytes), array("h", louder.bytes), strict=True):
        assert after == pytest.approx(before * 10 ** (db / 20), rel=0.07, abs=20)
