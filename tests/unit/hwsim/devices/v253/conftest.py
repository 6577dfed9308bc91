"""A voice modem on its line in virtual time: its host is the test, bytes in and bytes out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from ctidrv.clock import SampleClock
from ctidrv.media.virtual import run_virtual
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, seconds
from hwsim.devices.line_end import LineEnd
from hwsim.devices.people import People
from hwsim.devices.v253.modem import VoiceModem
from hwsim.devices.v253.personas import PERSONAS
from hwsim.subscriber import Subscriber

T = TypeVar("T")
LIMIT = seconds(300)
ENDS = (
    b"OK\r\n",
    b"ERROR\r\n",
    b"CONNECT\r\n",
    b"BUSY\r\n",
    b"NO CARRIER\r\n",
    b"NO DIALTONE\r\n",
    b"NO ANSWER\r\n",
)


class Host:
    """`came`: the bytes from the modem that have not been taken yet."""

    def __init__(self, persona: str, country: str, settings: dict[str, Any]) -> None:
        clock = SampleClock(datetime(2027, 3, 8, 10, 30, tzinfo=UTC))
        self.line = LineEnd({"country": country, **settings}, seed=3, clock=clock)
        self.came = bytearray()
        self.room = True
        self.notes: list[tuple[str, str]] = []
        self.modem = VoiceModem(
            self.line, PERSONAS[persona], self._take, lambda *note: self.notes.append(note), country=country
        )
        self.people = People(self.line.board, self.line.number, lambda *_: None, lambda name: Pcm())

    def _take(self, data: bytes) -> bool:
        if self.room:
            self.came += data
        return self.room

    # Virtual time.

    @property
    def clock(self) -> SampleClock:
        return self.line.clock

    def step(self) -> None:
        self.modem.tick()

    def idle(self, until: float) -> None:
        """Every tick is made."""

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        return run_virtual(main, self, limit=LIMIT)

    # What a host does.

    def take(self) -> bytes:
        """What has come since."""
        came, self.came = bytes(self.came), bytearray()
        return came

    async def send(self, command: str, within: Samples = seconds(90)) -> str:
        """A command line; what comes back, up to the result code, its echo apart."""
        self.take()
        self.modem.feed(b"ATE0\r")
        self.take()
        self.modem.feed(command.encode("latin-1") + b"\r")
        until = self.clock.now() + within
        while not self.came.endswith(ENDS):
            assert self.clock.now() < until, f"{command}: {bytes(self.came)!r}"
            await self.clock.sleep(TICK)
        return self.take().decode("latin-1").strip()

    async def until(self, what: bytes, within: Samples = seconds(30)) -> bytes:
        """What has come, up to and with these bytes."""
        until = self.clock.now() + within
        while what not in self.came:
            assert self.clock.now() < until, f"{what!r} has not come: {bytes(self.came)[-80:]!r}"
            await self.clock.sleep(TICK)
        end = self.came.index(what) + len(what)
        found = bytes(self.came[:end])
        del self.came[:end]
        return found

    async def takes_a_call(self, number: str = "5551234", name: str | None = "ANN LEE") -> Subscriber:
        """Somebody calls, and it answers in class 8."""
        await self.send("AT+FCLASS=8")
        caller = await self.people.call(number, name)
        await self.until(b"RING\r\n")
        assert await self.send("AT+VLS=1") == "OK"
        await self.people.answered()
        return caller


@pytest.fixture
def host() -> Iterator[Callable[..., Host]]:
    """Makes one: the persona, the country, and settings of the simulated board."""
    made: list[Host] = []

    def make(persona: str = "cx930xx", country: str = "US", **settings: Any) -> Host:
        made.append(Host(persona, country, settings))
        return made[-1]

    yield make
    for each in made:
        each.line.close()
