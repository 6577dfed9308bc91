"""Voice modems by V.253, whose stand-in is at the simulated exchange, in real time: one call goes through
many checks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

import pytest

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)

from ctidrv.clock import SampleClock
from ctidrv.drivers.v253.board import open_board
from ctidrv.ports.api import Able, Board, DriverContext, Kind, PortInfo
from ctidrv.ports.conformance import Conformance
from hwsim.conformance import CLEARS, EXCHANGE, LOSS_DB
from hwsim.devices.v253.stand_in import ModemStandIn
from hwsim.far_ends import AtLine

AWAY_S = 1.0
NO_MATTER = "the same code as of a full-duplex modem, which is tried"
OF_ANY_MODEM = (
    "opened_and_closed_twice_it_works",
    "closed_it_leaves_no_thread_and_no_descriptor",
    "fxo_closed_off_hook_its_line_is_on_hook",
    "fxo_released_twice_it_stays_on_hook",
    "fxo_orders_at_the_wrong_time_change_nothing",
    "fxo_a_digit_of_pulses_is_dialled_where_the_port_can",
    "fxo_a_call_that_we_make_is_answered_and_heard",
    "fxo_gone_on_hook_it_is_told_and_comes_back",
    "fxo_gone_while_it_rings_it_comes_back_on_hook",
    "fxo_gone_off_hook_it_comes_back_on_hook_and_can_be_lifted",
)
TAKES_TIME = "takes time that is not stepped, and shows nothing that off hook does not"


class ModemRig:
    """An `ctidrv.ports.conformance.Rig`."""

    def __init__(self, folder: Path, persona: str) -> None:
        self._folder = folder
        board = {**EXCHANGE, "caller_id_when": "before-ring"}
        self._modem = modem = ModemStandIn(folder / "ttyACM0", persona=persona, board=board)
        self._far = AtLine(modem.time, modem.line.board, loss_db=2 * LOSS_DB, clears=CLEARS)
        modem.start()

    def make_board(self) -> Board:
        context = DriverContext(SampleClock(), self._folder, 1, live=True)
        return open_board("modem", {"device": str(self._modem.link)}, context)

    @property
    def late_ticks(self) -> int:
        return self._modem.time.late_ticks

    def tick(self, now: int) -> None:
        """The stand-in has its own time."""

    def tick_alone(self, now: int) -> None:
        """As above."""

    def far(self, port: PortInfo) -> AtLine:
        return self._far

    def unplug(self) -> None:
        self._modem.vanish(AWAY_S, renamed=False)

    def plug_in(self) -> None:
        """It is back by itself."""

    def close(self) -> None:
        self._modem.close()


class _Modem(Conformance):
    kinds = (Kind.FXO,)
    live = True


class TestFullDuplex(_Modem):
    rules_out: ClassVar[dict[str, str]] = {
        "fxo_gone_on_hook_it_is_told_and_comes_back": TAKES_TIME,
        "fxo_gone_while_it_rings_it_comes_back_on_hook": TAKES_TIME,
    }

    def rig(self, folder: Path) -> ModemRig:
        return ModemRig(folder, "cx930xx")

    def test_what_it_can_is_known_with_its_first_call(self) -> None:
        bench = self.bench()
        port = bench.port(Kind.FXO)
        bench.lifted(port)
        assert (port.able("full_duplex"), port.able("cid_hw")) == (Able.YES, Able.YES)


class TestHalfDuplex(_Modem):
    turn_s = 1.2
    rules_out: ClassVar[dict[str, str]] = {name: NO_MATTER for name in OF_ANY_MODEM}

    def rig(self, folder: Path) -> ModemRig:
        return ModemRig(folder, "usr5637")

    def test_what_it_can_is_known_with_its_first_call(self) -> None:
        bench = self.bench()
        port = bench.port(Kind.FXO)
        bench.lifted(port)
        assert (port.able("full_duplex"), port.able("cid_hw")) == (Able.NO, Able.YES)
