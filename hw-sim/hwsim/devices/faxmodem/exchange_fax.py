"""Fax machines at the telephones of the simulated exchange: they answer, and call when they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from ctidrv.errors import InputError
from hwsim.board import SimBoard
from hwsim.devices.people import People, no_file
from hwsim.exchange_table import LineState
from hwsim.fax_telephone import FaxPage, FaxTelephone, FaxTold
from hwsim.subscriber import Subscriber

ROWS, WIDTH = 300, 1728
NUMBER = "5550199"


def chart() -> FaxPage:
    """The page that is sent: bars that grow finer downwards, and a slope across it."""
    rows = bytearray()
    for row in range(ROWS):
        width = 1 << 7 - row * 6 // ROWS
        slope = row * WIDTH // ROWS // 8
        bars = bytes(0xFF if at // width % 2 else 0 for at in range(WIDTH // 8))
        rows += bars[:slope] + b"\x3c" + bars[slope + 1 :]
    return FaxPage(bytes(rows), WIDTH)


class ExchangeFax:
    """`number`: of the line that they call. `note` is told what each does, by its number."""

    def __init__(self, board: SimBoard, number: str, note: Callable[[str, str, str], None]) -> None:
        self._board, self._note = board, note
        self._people = People(board, number, note, no_file)
        self._busy: dict[Subscriber, asyncio.Task[None]] = {}

    def tick(self) -> None:
        """Those that are rung answer."""
        for phone in self._board.phones:
            if phone.line.state is LineState.RINGING and phone not in self._busy:
                self._begin(phone, self._answers(phone))

    async def obey(self, order: str) -> None:
        """``call [NUMBER]``: one calls, and sends a page; ``hangup``: all put down. InputError, NotHeard."""
        word, _, rest = order.strip().partition(" ")
        if word not in self._orders:
            raise InputError(f"{word or 'nothing'}: no order; there are {', '.join(self._orders)}")
        await self._orders[word](self, rest.strip() or NUMBER)

    def _begin(self, phone: Subscriber, talk: Coroutine[Any, Any, None]) -> None:
        self._busy[phone] = task = asyncio.ensure_future(talk)
        task.add_done_callback(lambda _: self._busy.pop(phone, None))

    async def _call(self, number: str) -> None:
        phone = await self._people.call(number)
        self._begin(phone, self._talks(phone, FaxTelephone(phone, calling=True, pages=[chart()])))

    async def _hang_up(self, rest: str) -> None:
        await self._people.hang_up()

    async def _answers(self, phone: Subscriber) -> None:
        await phone.lift()
        await self._talks(phone, FaxTelephone(phone, calling=False))

    async def _talks(self, phone: Subscriber, machine: FaxTelephone) -> None:
        told = await machine.talks()
        await phone.hang_up()
        self._note(phone.number, "has faxed", summary(told))

    _orders: ClassVar = {"call": _call, "hangup": _hang_up}


def summary(told: FaxTold) -> str:
    """How its call ended, and what became of the pages."""
    taken = [f"{event.rows} rows, {event.damaged} damaged" for event in told.taken]
    return "; ".join([str(told.result), *told.sent, *taken])
