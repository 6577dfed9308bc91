"""People of the simulation as the far ends that the conformance kit asks for (ctidrv.ports.conformance).

They live in virtual time (`Scene`), or on the thread of a device's stand-in (`hwsim.devices.real_time`); from
outside, what they are to do is begun, and what they hear is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from ctidrv.native.pcm import Pcm
from hwsim.board import SimBoard
from hwsim.board_operator import Operator
from hwsim.exchange_table import LineState
from hwsim.subscriber import Subscriber
from hwsim.telephone import Telephone

T = TypeVar("T")


class Began(Protocol):
    """A task, or a future of another thread."""

    def done(self) -> bool: ...
    def cancelled(self) -> bool: ...
    def exception(self) -> BaseException | None: ...


class Runs(Protocol):
    """Where the people live."""

    def do(self, call: Callable[[], T]) -> T: ...
    def begin(self, main: Coroutine[Any, Any, None]) -> Began: ...


class Scene:
    """Virtual time that somebody else steps; behind each tick, `turn` lets go on whose time has come."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def do(self, call: Callable[[], T]) -> T:
        return call()

    def begin(self, main: Coroutine[Any, Any, None]) -> Began:
        return self._loop.create_task(main)

    def turn(self) -> None:
        """Until nobody can go on any more."""
        while self._loop._ready:  # type: ignore[attr-defined]
            self._loop.call_soon(self._loop.stop)
            self._loop.run_forever()

    def close(self) -> None:
        """Whatever goes on is given up."""
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()


class _FarEnd:
    """Of somebody at a telephone. What he could not do is raised when he is asked for anything next."""

    def __init__(self, runs: Runs, loss_db: float) -> None:
        self.loss_db = loss_db
        self._runs = runs
        self._began: list[Began] = []

    def _somebody(self) -> Telephone:
        raise NotImplementedError

    def _begin(self, main: Coroutine[Any, Any, None]) -> None:
        self._look()
        self._began.append(self._runs.begin(main))

    def _look(self) -> None:
        over = [each for each in self._began if each.done()]
        self._began = [each for each in self._began if each not in over]
        for each in over:
            if not each.cancelled() and (error := each.exception()) is not None:
                raise error

    def speak(self, sound: Pcm) -> None:
        self._begin(self._somebody().speak(sound))

    def press(self, digits: str) -> None:
        self._begin(self._somebody().press(digits))

    def heard(self) -> Pcm:
        self._look()

        def collect() -> Pcm:
            somebody = self._somebody()
            somebody.collect()
            return Pcm(somebody.heard)

        return self._runs.do(collect)


class AtLine(_FarEnd):
    """At the exchange of `board`, whose first line is the device's; one telephone calls it, one is called."""

    def __init__(self, runs: Runs, board: SimBoard, *, loss_db: float, clears: Sequence[str]) -> None:
        super().__init__(runs, loss_db)
        self.clears = tuple(clears)
        self._board = board
        self._calls, self._is_called = board.phones[:2]
        self._talks = self._calls

    def _somebody(self) -> Subscriber:
        return self._talks

    @property
    def number(self) -> str:
        return self._is_called.number

    @property
    def _line(self) -> Any:
        return self._board.exchange.lines[0]

    @property
    def talks(self) -> bool:
        self._look()
        return self._talks.line.state is LineState.TALKING

    @property
    def taken(self) -> bool:
        return bool(self._line.seen_closed)

    @property
    def dialled(self) -> str:
        return str(self._line.dialled)

    @property
    def flashes(self) -> int:
        return int(self._line.flashes)

    @property
    def is_rung(self) -> bool:
        self._look()
        return self._is_called.line.state is LineState.RINGING

    def call(self, number: str, name: str | None) -> None:
        self._talks = caller = self._calls

        async def calls() -> None:
            await caller.hang_up()
            caller.identify(number, name)
            await caller.dial(self._line.number)

        self._begin(calls())

    def lift(self) -> None:
        self._talks = self._is_called
        self._begin(self._talks.lift())

    def hang_up(self) -> None:
        for phone in (self._calls, self._is_called):
            self._begin(phone.hang_up())


class AtPort(_FarEnd):
    """At the telephone of an FXS or HANDSET port."""

    def __init__(self, runs: Runs, operator: Operator, *, loss_db: float) -> None:
        super().__init__(runs, loss_db)
        self._operator = operator

    def _somebody(self) -> Telephone:
        return self._operator

    @property
    def talks(self) -> bool:
        self._look()
        return self._operator.off_hook

    @property
    def is_rung(self) -> bool:
        return self._operator.ringing

    @property
    def shown(self) -> Sequence[str]:
        def read() -> list[str]:
            self._operator.collect()
            return [each.number or "" for each in self._operator.shown]

        return self._runs.do(read)

    def lift(self) -> None:
        self._begin(self._operator.lift())

    def hang_up(self) -> None:
        self._begin(self._operator.hang_up())

    def flash(self) -> None:
        self._begin(self._operator.flash())

    def turn_dial(self, digits: str) -> None:
        self._begin(self._operator.turn_dial(digits))
