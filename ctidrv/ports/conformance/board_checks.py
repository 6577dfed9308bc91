"""Of the board as a whole: what it says of itself, and how it is opened and closed."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from ctidrv.ports.api import CAPABILITIES, Able, Board, Kind, PortInfo
from ctidrv.ports.conformance.bench import Bench
from ctidrv.ports.conformance.case import TALKS, of_board, of_port
from ctidrv.ports.conformance.judge import expect
from ctidrv.ports.conformance.raw import RawTicks
from ctidrv.units import seconds

_PATIENCE_S = 2.0
"""A thread may take so long to end, and a call that is never to block to return."""
_DESCRIPTORS = Path("/proc/self/fd")


class Held:
    """The threads and descriptors that there are now."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._files = self._open_files()

    @staticmethod
    def _open_files() -> dict[str, str]:
        """Where the system tells: number and what it is."""
        found: dict[str, str] = {}
        if _DESCRIPTORS.is_dir():
            for name in os.listdir(_DESCRIPTORS):
                try:
                    found[name] = os.readlink(_DESCRIPTORS / name)
                except OSError:  # the one of this very list
                    continue
        return found

    def more(self) -> list[str]:
        """What there is besides, once threads that end have had their time."""
        for thread in set(threading.enumerate()) - self._threads:
            thread.join(_PATIENCE_S)
        threads = [f"the thread {each.name}" for each in threading.enumerate() if each not in self._threads]
        files = [
            f"descriptor {number} ({what})"
            for number, what in self._open_files().items()
            if self._files.get(number) != what
        ]
        return sorted(threads) + sorted(files)


def _ids(board: Board) -> list[str]:
    return [str(port.id) for port in board.ports]


@of_board("api.py: Board: made by the driver's function it has opened and changed nothing yet", alone=True)
def made_and_not_opened_it_holds_nothing(bench: Bench) -> None:
    held = Held()
    board = bench.rig.make_board()
    more = held.more()
    board.close()
    expect(not more, "a board that is made and holds nothing", ", ".join(more))


@of_board(
    "api.py: Board: open does nothing to an open board, close is safe twice, and then it may be opened again",
    alone=True,
)
def opened_and_closed_twice_it_works(bench: Bench) -> None:
    board = bench.board
    board.close()
    bench.open()
    board.open()
    bench.wait(0.1)
    bench.shut()
    board.close()
    bench.open()
    bench.wait(0.2)
    told = [event for event in bench.events if type(event).__name__ == "Alarm"]
    expect(not told, "a board that is there once it is opened again", told)


@of_board("api.py: Board.close gives back what open took", alone=True)
def closed_it_leaves_no_thread_and_no_descriptor(bench: Bench) -> None:
    held = Held()
    bench.board.open()
    bench.board.close()
    more = held.more()
    expect(not more, "nothing held by a closed board", ", ".join(more))


@of_port("api.py: Board.close leaves every line on hook", Kind.FXO, alone=True)
def closed_off_hook_its_line_is_on_hook(bench: Bench, port: PortInfo) -> None:
    bench.lifted(port)
    exchange = bench.exchange(port)
    bench.until(lambda: exchange.taken, "the line off hook, as the exchange sees it")
    bench.stop()
    bench.board.close()
    ticks = RawTicks(None, now=bench.engine.now(), live=bench.live)
    while exchange.taken and ticks.now < bench.engine.now() + seconds(_PATIENCE_S):
        ticks.exchange()
        bench.rig.tick_alone(ticks.now)
    expect(not exchange.taken, "the line on hook once the board is closed", "it is off hook still")


@of_port(
    "board.h: exchange: what happened, up to the end of its tick, at its ports, of the kinds a board tells",
    *TALKS,
    alone=True,
    stepped=True,
)
def what_it_tells_has_happened_at_its_ports(bench: Bench, port: PortInfo) -> None:
    bench.stop()
    ticks = RawTicks(bench.board.native(), now=bench.engine.now())
    number = [each.id for each in bench.board.ports].index(port.id)
    begun = False
    for _ in range(500):
        ticks.exchange()
        bench.board.pump()
        bench.rig.tick(ticks.now)
        if not begun:
            begun = True
            if port.kind is Kind.FXO:
                bench.exchange(port).call("5551234", None)
            elif port.able("lift") is Able.YES:
                ticks.hook(number)
            else:
                bench.telephone(port).lift()
        if any(event.port == number for event in ticks.told):
            break
    expect(bool(ticks.told), "an event of the port", "none")
    for fault in ticks.faults:
        expect(False, "events up to the end of their tick, of its own ports, of a board's kinds", fault)


@of_board("api.py: PortInfo, Kind, CAPABILITIES; units.py: PortId")
def its_ports_are_described(bench: Bench) -> None:
    name = bench.board.info.name
    wanted = [f"{name}/{index + 1}" for index in range(len(bench.board.ports))]
    expect(_ids(bench.board) == wanted, f"ports {', '.join(wanted)}", _ids(bench.board))
    expect(bool(bench.board.info.driver and bench.board.info.label), "driver and label", bench.board.info)
    for port in bench.board.ports:
        expect(isinstance(port.kind, Kind) and bool(port.label), "a kind and a label", port)
        missing = sorted(set(CAPABILITIES) - set(port.caps))
        expect(not missing, f"yes, no or unknown for each capability of {port.id}", f"nothing for {missing}")
        strange = sorted(set(port.caps) - set(CAPABILITIES))
        expect(not strange, f"capabilities of {port.id} that there are", strange)
        expect(all(isinstance(each, Able) for each in port.caps.values()), "an Able for each", port.caps)
        expect(port.canceller_ms in (0, 16, 32), "echo_ms 0, 16 or 32 (or None)", port.echo_ms)
        expect(port.hook_ms >= 0, "hook_ms of 0 or more", port.hook_ms)


@of_board("api.py: Board.trouble: what is wrong with its device now, in words, or None")
def a_board_that_is_well_has_no_trouble(bench: Bench) -> None:
    trouble = getattr(bench.board, "trouble", None)
    expect(trouble is None, "no trouble while the device is there and well", trouble)


@of_board(
    "api.py: Board.status(port), by the port's place: rx_slips and tx_slips count sound lost or repeated"
)
def what_it_counts_is_told_where_it_counts(bench: Bench) -> None:
    status: Any = getattr(bench.board, "status", None)
    for place in range(len(bench.board.ports) if status is not None else 0):
        told = status(place)
        counts = (told.rx_slips, told.tx_slips)
        expect(all(isinstance(count, int) and count >= 0 for count in counts), "counts of 0 or more", counts)


@of_board("api.py: Board.pump never blocks")
def pump_returns_at_once(bench: Bench) -> None:
    done = threading.Thread(target=bench.board.pump, name="conformance-pump", daemon=True)
    done.start()
    done.join(_PATIENCE_S)
    expect(not done.is_alive(), "pump to return", f"no return within {_PATIENCE_S:g} s")
