"""Calls, seats and bridges without audio: the real switchboard, seats and telephones; channels, bridges and
calls that only keep what they were told. One thing happens after the other; `World.wrong` says what is not as
it must be.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from ctidrv import events
from ctidrv.callcontrol import fxs, seat_table
from ctidrv.callcontrol.call import CallState
from ctidrv.callcontrol.destination import Destination
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.pbx import Way
from ctidrv.callcontrol.phone import Phone
from ctidrv.callcontrol.reached import Reached
from ctidrv.callcontrol.seat import Seat
from ctidrv.callcontrol.switchboard import Switchboard, Talk
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, InputError, ServiceError
from ctidrv.media.bridge import Role
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Kind, PortInfo
from ctidrv.ports.regions import load_region
from ctidrv.units import TICK, PortId, Samples, ms, seconds

MUSIC, GREETING, REASON = (Pcm.silence(ms(length)) for length in (1000, 300, 500))
SETTLES = ms(200)
"""After a step: who is joined with whom is so by then."""
US = load_region("US")


class Playing:
    """A sound on a channel."""

    def __init__(self, clock: SampleClock, length: int, *, loop: bool) -> None:
        self._clock = clock
        self._ends = None if loop else Samples(clock.now() + length)
        self._stopped = False

    @property
    def sounds(self) -> bool:
        return not self._stopped and (self._ends is None or self._clock.now() < self._ends)

    def stop(self) -> None:
        self._stopped = True

    async def done(self) -> None:
        while self.sounds:
            await self._clock.sleep(TICK)


class Bridge:
    def __init__(self) -> None:
        self.parties: dict[Wire, Role] = {}
        self.closed = False

    def close(self) -> None:
        self.closed = True
        for wire in list(self.parties):
            wire.leave()


class Wire:
    """A channel: of a telephone, or of a line."""

    def __init__(self, port: str, kind: Kind, clock: SampleClock) -> None:
        self.info = PortInfo(PortId(port), kind, port)
        self.bridge: Bridge | None = None
        self.bell = self.off_hook = self.out = False
        self.playing: list[Playing] = []
        self._clock = clock
        self._listeners: list[Callable[[events.PortEvent], None]] = []

    def subscribe(self, listener: Callable[[events.PortEvent], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tell(self, kind: Callable[..., events.PortEvent], *more: Any) -> None:
        for listener in tuple(self._listeners):
            listener(kind(self._clock.now(), self.info.id, *more))

    def listen(self, mask: int) -> None: ...
    def polarity(self, reversed_: bool) -> None: ...
    def show(self, **lit: bool) -> None: ...

    def ring(self) -> None:
        self.bell = True

    def stop_ring(self) -> None:
        self.bell = False

    def play(self, sound: Any, *, stop_on: str = "", loop: bool = False) -> Playing:
        self.playing.append(Playing(self._clock, len(sound) if isinstance(sound, Pcm) else 1, loop=loop))
        return self.playing[-1]

    def join(self, bridge: Bridge, role: Role = Role.TALK) -> None:
        assert not bridge.closed, f"{self.info.id} joins a bridge that is closed"
        assert self.bridge in (None, bridge), f"{self.info.id} is on another bridge"
        self.bridge = bridge
        bridge.parties[self] = role

    def leave(self) -> None:
        if self.bridge is not None:
            del self.bridge.parties[self]
            self.bridge = None

    def hears_somebody(self) -> bool:
        others = {} if self.bridge is None else self.bridge.parties
        return any(role is Role.TALK for wire, role in others.items() if wire is not self)


class Call:
    """As `callcontrol.call.Call` is to a switchboard."""

    def __init__(self, name: str, wire: Wire, clock: SampleClock) -> None:
        self.id, self.port, self.channel = name, wire.info.id, wire
        self.caller = None
        self.state = CallState.CONNECTED
        self.seat: str | None = None
        self.cause: str | None = None
        self.notes: list[tuple[str, dict[str, Any]]] = []
        self.playing: list[Playing] = []
        self._clock = clock
        self._ended: list[Callable[[], None]] = []

    def note(self, type: str, **data: Any) -> None:
        self.notes.append((type, data))

    @property
    def place(self) -> int:
        """Where it is parked; 0: nowhere."""
        told = [data for type, data in self.notes if type == "call.parked"]
        return int(told[-1]["slot"]) if told and told[-1]["state"] == "parked" else 0

    def when_ended(self, listener: Callable[[], None]) -> None:
        self._ended.append(listener)

    def relays(self, sound: bool) -> None: ...
    def clear_digits(self) -> None: ...

    async def play(
        self, sounds: Sequence[Any], stop_on: str = "", *, label: str = "", loop: bool = False
    ) -> None:
        playing = Playing(self._clock, sum(len(sound) for sound in sounds), loop=loop)
        self.playing.append(playing)
        try:
            while playing.sounds:
                await self.pause(TICK)
        finally:
            playing.stop()

    async def pause(self, length: Samples) -> None:
        until = self._clock.now() + length
        while self._clock.now() < until:
            self._check()
            await self._clock.sleep(TICK)
        self._check()

    def _check(self) -> None:
        if self.cause is not None:
            raise CallEnded(self.cause)  # type: ignore[arg-type]

    def end(self, cause: str) -> None:
        if self.cause is None:
            self.cause = cause
            for listener in self._ended:
                listener()
            self.channel.leave()

    async def hang_up(self, cause: str) -> None:
        self.end(cause)

    async def ended(self) -> str | None:
        return self.cause

    def hears_something(self) -> bool:
        return self.channel.hears_somebody() or any(each.sounds for each in self.playing)


async def _no_box(call: Call, name: str, language: str | None) -> None:
    raise AssertionError(name)


def _not_called(number: str) -> Seat:
    raise InputError(f"{number}: there is no outside")


class World:
    """An office of some lines and seats. What happens takes effect with `wait`; what makes no sense is
    refused, and changes nothing."""

    def __init__(self, lines: int = 2, seats: int = 3) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = SampleClock(datetime(2027, 3, 8, tzinfo=UTC))
        self.journal = Journal(self.clock)
        self.bridges: list[Bridge] = []
        self.wires = [Wire(f"sim/{index + 1}", Kind.FXS, self.clock) for index in range(seats)]
        self.seats = [self._seat(index, wire) for index, wire in enumerate(self.wires)]
        self.calls: list[Call | None] = [None] * lines
        self.ended: list[Call] = []
        self.reached: list[Reached] = []
        self._serving: set[asyncio.Task[None]] = set()
        self.switchboard = Switchboard(
            self.seats,
            self.clock,
            bridge=self._bridge,  # type: ignore[arg-type]
            ringback=lambda port: MUSIC,
            hold=[MUSIC],
            reasons=dict.fromkeys(Reached, REASON),
            outside=_not_called,
            way=lambda port: Way("dtmf", US.dialling, lambda digits: None),
            box=_no_box,
            kinds=lambda call: (),
        )
        for seat in self.seats:
            seat.start()

    def _seat(self, index: int, wire: Wire) -> Seat:
        channel: Any = wire
        name, number = f"seat {index + 1}", f"0{index + 1}"
        greetings = {"": {"en": GREETING}} if index == 1 else {}
        return Seat(
            name,
            number,
            lambda tell: Phone(channel, self.clock, self.journal, US, tell),
            self.clock,
            self.journal,
            groups=("all",),
            wrap_up=seconds(3),
            greetings=greetings,
        )

    def _bridge(self) -> Bridge:
        self.bridges = [bridge for bridge in self.bridges if not bridge.closed]
        self.bridges.append(Bridge())
        return self.bridges[-1]

    # Time.

    def wait(self, length: int = SETTLES) -> None:
        self.loop.run_until_complete(self._wait(length))

    async def _wait(self, length: int) -> None:
        for _ in range(length // TICK):
            await self._all_have_run()
            self.clock.advance(Samples(self.clock.now() + TICK))
        await self._all_have_run()

    async def _all_have_run(self) -> None:
        for _ in range(12):
            await asyncio.sleep(0)

    # What happens.

    def rings_in(self, line: int, to: Sequence[str], ring: int) -> None:
        """An answered call is brought to seats."""
        if self.calls[line] is None:
            wire = Wire(f"line/{line + 1}", Kind.FXO, self.clock)
            call = Call(f"call {len(self.ended)}-{line}", wire, self.clock)
            self.calls[line] = call
            self._serving.add(self.loop.create_task(self._serve(line, call, to, seconds(ring))))

    async def _serve(self, line: int, call: Call, to: Sequence[str], ring: Samples) -> None:
        real: Any = call
        try:
            self.reached.append(await self.switchboard.connect(real, to, ring=ring, music=[MUSIC]))
        except CallEnded:
            self.reached.append(Reached.CALLER_LEFT)
        call.end("local-script")
        self.calls[line] = None
        self.ended.append(call)

    def caller_leaves(self, line: int) -> None:
        if (call := self.calls[line]) is not None:
            call.end("remote-busy-tone")

    def hook(self, seat: int, off: bool) -> None:
        wire = self.wires[seat]
        if wire.off_hook is not off:
            wire.off_hook = off
            if not off:
                wire.leave()  # the core's own
            if not wire.out:
                wire.tell(events.HookChanged, off)

    def keys(self, seat: int, keys: str) -> None:
        wire = self.wires[seat]
        for key in keys if wire.off_hook and not wire.out else "":
            wire.tell(events.DigitDown, key, self.clock.now())

    def flash(self, seat: int) -> None:
        if self.wires[seat].off_hook and not self.wires[seat].out:
            self.wires[seat].tell(events.Flash, ms(200))

    def pull_out(self, seat: int, out: bool) -> None:
        wire = self.wires[seat]
        if wire.out is not out:
            wire.out = out
            if out:
                wire.leave()
                wire.bell = False
            wire.tell(events.Alarm, out, "board")
            if not out and wire.off_hook:
                wire.tell(events.HookChanged, True)

    def order(self, line: int, order: Callable[[Any], object]) -> None:
        """Of the call on the line; refused where it makes no sense."""
        if (call := self.calls[line]) is not None and call.cause is None:
            with contextlib.suppress(InputError, ServiceError):
                order(call)

    def change(self, line: int, talk: Talk) -> None:
        self.order(line, lambda call: self.switchboard.change(call, talk))

    def send_on(self, line: int, to: str, ring: int) -> None:
        self.order(line, lambda call: self.switchboard.send_on(call, to, seconds(ring), {}))

    def give(self, line: int, lasts: int, reached: Reached, ring: int) -> None:
        """To a box that takes so many seconds, and of which this comes."""

        async def errand(call: Any, language: str | None) -> Reached:
            await call.play([Pcm.silence(seconds(lasts))])
            return reached

        box = Destination.of("box:x")
        self.order(line, lambda call: self.switchboard.give(call, box, errand, seconds(ring)))

    def consult(self, line: int, to: str, ring: int) -> None:
        self.order(line, lambda call: self.switchboard.consult(call, to, seconds(ring), {}))

    def swap(self, line: int) -> None:
        self.order(line, self.switchboard.swap)

    def conference(self, line: int) -> None:
        self.order(line, self.switchboard.conference)

    def complete(self, line: int) -> None:
        self.order(line, self.switchboard.complete)

    def park(self, line: int, within: int) -> None:
        self.order(line, lambda call: self.switchboard.park(call, seconds(within)))

    def pick_up(self, line: int, seat: int) -> None:
        self.order(line, lambda call: self.switchboard.pick_up(call, self.seats[seat].name))

    # What must be.

    def wrong(self) -> list[str]:
        """In words; the world has settled."""
        return [*self._seats_wrong(), *self._bridges_wrong(), *self._calls_wrong()]

    def _seats_wrong(self) -> list[str]:
        found: list[str] = []
        running = [call for call in self.calls if call is not None and call.cause is None]
        for seat, wire in zip(self.seats, self.wires, strict=True):
            busy = seat.state in (seat_table.State.RINGING, seat_table.State.TALKING)
            if busy is (seat.call is None):
                found.append(f"{seat.name} is {seat.state.word} for {seat.call}")
            if seat.call is not None and seat.call not in running:
                found.append(f"{seat.name} has a call that is over")
            if (seat.state is seat_table.State.RINGING) is not (seat.phone.state is fxs.State.RINGING):
                found.append(f"{seat.name} is {seat.state.word}, its telephone {seat.phone.state.value}")
            if wire.bell and seat.state is not seat_table.State.RINGING:
                found.append(f"the bell of {seat.name} rings, which is {seat.state.word}")
            if wire.bridge is not None and seat.state is not seat_table.State.TALKING:
                found.append(f"{seat.name} is {seat.state.word} and on a bridge")
        return found

    def _bridges_wrong(self) -> list[str]:
        found: list[str] = []
        of_calls = {call.channel for call in self.calls if call is not None}
        if sum(not bridge.closed for bridge in self.bridges) > len(of_calls):
            found.append("a bridge is left over")
        for bridge in self.bridges:
            callers = [wire for wire in bridge.parties if wire in of_calls]
            if bridge.closed and bridge.parties:
                found.append("somebody is on a bridge that is closed")
            if len(callers) > 1:
                found.append("two callers are on one bridge")
            if bridge.parties and len(bridge.parties) < 2:
                found.append("somebody is alone on a bridge")
        return found

    def _calls_wrong(self) -> list[str]:
        found: list[str] = []
        for call in self.calls:
            if call is None:
                continue
            owners = [
                seat
                for seat, wire in zip(self.seats, self.wires, strict=True)
                if seat.state is seat_table.State.TALKING and seat.call is call and not wire.out
                if not seat.consulted
            ]
            if [seat.name for seat in owners] != ([] if call.seat is None else [call.seat]):
                found.append(f"{call.id} is at {call.seat}, and with {[seat.name for seat in owners]}")
            muted = call.channel.bridge is not None and Role.MUTED in call.channel.bridge.parties.values()
            if not call.hears_something() and not muted:
                found.append(f"{call.id}: the caller hears nothing")
        return found

    def legs_wrong(self) -> list[str]:
        """Of calls that are over: each seat that rang has left, once for each time."""
        found: list[str] = []
        for call in self.ended:
            here: set[str] = set()
            for type, data in call.notes:
                if type != "call.seat":
                    continue
                seat, state = data["seat"], data["state"]
                if (state == "ringing") is (seat in here):
                    found.append(f"{call.id}: {seat} {state}, with {sorted(here)}")
                (here.discard if state == "left" else here.add)(seat)
            if here:
                found.append(f"{call.id}: {sorted(here)} never left")
        return found

    # The end.

    def everybody_goes(self) -> None:
        """Boards are back, callers and operators hang up, and all timers run out."""
        for seat in range(len(self.seats)):
            self.pull_out(seat, False)
        for line in range(len(self.calls)):
            self.caller_leaves(line)
        self.wait()
        for seat in range(len(self.seats)):
            self.hook(seat, False)
        self.wait(seconds(5))

    def close(self) -> None:
        for seat in self.seats:
            seat.stop()
        for task in self._serving:
            task.cancel()
        gathered: Coroutine[Any, Any, Any] = self._gather()
        self.loop.run_until_complete(gathered)
        self.loop.close()

    async def _gather(self) -> None:
        for error in await asyncio.gather(*self._serving, return_exceptions=True):
            if isinstance(error, Exception):
                raise error
