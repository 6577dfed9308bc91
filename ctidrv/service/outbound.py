"""Calls that the station makes: on which line, what an answered one is given to, and emergency calls.

Calls go out on the last of the lines that are idle, for exchanges let callers in on the first; so many of
them as the office keeps for callers are left. An emergency call takes those too. Where no line is idle it
ends a call, the least harmful first: one of ours that nobody has answered, one of ours, one that a menu has
answered, one that an operator has, one that rings; of several the oldest. It never ends another emergency
call.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ctidrv.apps.recording import CallRecorder, CallRecording
from ctidrv.callcontrol.answer import FAX
from ctidrv.callcontrol.call import OPERATOR, Call, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.fxo import State
from ctidrv.callcontrol.number_policy import Dialable, NumberPolicy
from ctidrv.callcontrol.outgoing import Order, answered_by
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, CtiError, PortError
from ctidrv.media.dialler import steps
from ctidrv.units import TICK, PortId, Samples, seconds

if TYPE_CHECKING:
    from ctidrv.service.parts import Line

log = logging.getLogger("ctidrv.service")

Then = Callable[[Call], Awaitable[None]]
"""What an answered call is given to."""

WHO_WITHIN = seconds(30)
"""So long it may take until it is known who answered, and until a machine has beeped."""
FREE_WITHIN = seconds(10)
"""A line that clears is idle again by then."""
_ELSEWHERE = frozenset({Cause.GLARE})
_ELSEWHERE_IN_DISTRESS = frozenset(
    {
        *_ELSEWHERE,
        Cause.NO_DIAL_TONE,
        Cause.NOT_DIALLED,
        Cause.SEIZE_FAILED,
        Cause.LINE_LOST,
        Cause.CONGESTION,
        Cause.NO_PROGRESS,
    }
)
_ON_ITS_WAY = (State.SEIZING, State.DIALLING, State.CALLING)


class Outbound:
    """Of one station; all methods belong to the loop's thread."""

    def __init__(
        self,
        lines: Mapping[PortId, Line],
        policy: NumberPolicy,
        reserve: int,
        recorder: CallRecorder,
        clock: SampleClock,
    ) -> None:
        self._lines = lines
        self._policy = policy
        self._reserve = reserve
        self._recorder = recorder
        self._clock = clock

    async def dial(self, text: str, then: Then, *, port: PortId | None = None) -> Call:
        """Makes a call, and returns when it has begun; `then` serves it once somebody has answered.

        InputError for what is no number or cannot be dialled, NotAllowed, PortError where no line is free.
        """
        number = self._policy.judge(text)
        if number.emergency:
            return await self._in_distress(number, then, port, [])
        return self._dial(self._choose(port), number, then, port, [])

    # Lines.

    def _choose(self, port: PortId | None, tried: Sequence[PortId] = ()) -> Line:
        if port is not None and port not in self._lines:
            raise PortError(f"{port}: no line is configured there; there are {', '.join(self._lines)}")
        idle = [line for line in self._lines.values() if line.controller.state is State.IDLE]
        fit = [line for line in idle if port in (None, line.config.port) and line.config.port not in tried]
        if not fit:
            words = (f"{each} is {line.controller.state.word}" for each, line in self._lines.items())
            raise PortError(f"no line is free to dial on: {', '.join(words)}")
        if len(idle) <= self._reserve:
            raise PortError(
                f"{len(idle)} lines are idle, and {self._reserve} are kept for callers ([outbound] reserve)"
            )
        return fit[-1]

    def _dial(
        self, line: Line, number: Dialable, then: Then, port: PortId | None, tried: list[PortId]
    ) -> Call:
        digits = f"W{line.config.outside}{number.digits}"
        steps(digits, line.config.dial)  # UsageError while nothing has happened

        def serve(call: Call) -> Awaitable[None]:
            tried.append(line.config.port)
            recording = self._recorder.start(call)
            return self._serve(call, recording, number, then, port, tried)

        order = Order(
            number=number.number,
            digits=digits,
            how=line.config.dial,
            dialling=line.region.dialling,
            serve=serve,
            emergency=number.emergency,
        )
        return line.controller.dial(order)

    # Serving.

    async def _serve(
        self,
        call: Call,
        recording: CallRecording,
        number: Dialable,
        then: Then,
        port: PortId | None,
        tried: list[PortId],
    ) -> None:
        try:
            try:
                await call.through()
            except CallEnded:
                await self._elsewhere(call, number, then, port, tried)
                return
            if await answered_by(call, WHO_WITHIN) == FAX:
                await call.hang_up(Cause.FAX_ANSWERED)
            elif call.answered_by != OPERATOR:
                await then(call)
            if call.answered_by != OPERATOR and call.state is not CallState.ENDED:
                await call.hang_up(Cause.LOCAL_SCRIPT)
            await call.ended()
        finally:
            await recording.finish()

    async def _elsewhere(
        self, call: Call, number: Dialable, then: Then, port: PortId | None, tried: list[PortId]
    ) -> None:
        """What did not fail because of the number is tried on another line."""
        try:
            if number.emergency and call.cause in _ELSEWHERE_IN_DISTRESS:
                again = await self._in_distress(number, then, None, tried)
            elif call.cause in _ELSEWHERE and port is None:
                again = self._dial(self._choose(None, tried), number, then, None, tried)
            else:
                return
        except CtiError as error:
            log.error("%s: not made on another line: %s", call.id, error)
            return
        call.note("call.moved", to=again.id)

    # Emergency calls.

    async def _in_distress(
        self, number: Dialable, then: Then, port: PortId | None, tried: list[PortId]
    ) -> Call:
        """On a line that is idle, else on one that is made so. PortError when every line has been tried, or
        is out of order, or has an emergency call."""
        able = {each: line for each, line in self._lines.items() if _can_dial(line, number)}
        while left := [line for each, line in able.items() if each not in tried]:
            idle = [line for line in left if line.controller.state is State.IDLE]
            if idle:
                named = [line for line in idle if line.config.port == port]
                return self._dial((named or idle)[-1], number, then, None, tried)
            line = min(left, key=_harm)
            if _harm(line)[0] >= _NEVER or not await self._free(line):
                tried.append(line.config.port)
        raise PortError(f"{number.number}: no line works, or all have emergency calls")

    async def _free(self, line: Line) -> bool:
        """Ends what is on the line; whether it is idle then."""
        controller = line.controller
        call = controller.call
        until = Samples(self._clock.now() + FREE_WITHIN)
        if call is not None:
            log.warning("%s: ended, for an emergency call", call.id)
            if controller.state not in (*_ON_ITS_WAY, State.SEIZED, State.CONNECTED):
                controller.answer(call)  # a line that rings cannot be freed but by answering
                while controller.state not in (State.CONNECTED, State.CLEARING) and self._clock.now() < until:
                    await self._clock.sleep(TICK)
            await call.hang_up(Cause.FREED_FOR_EMERGENCY)
        await self._clock.sleep(TICK)
        while controller.state is State.CLEARING and self._clock.now() < until:
            await self._clock.sleep(TICK)
        # Somebody may have rung meanwhile: he is looked at like the others, if there is a line left to try.
        return controller.state is not State.BLOCKED and self._clock.now() < until


_NEVER = 8


def _harm(line: Line) -> tuple[int, int]:
    """The least is ended first."""
    call, state = line.controller.call, line.controller.state
    if state is State.BLOCKED or (call is not None and call.emergency):
        return _NEVER, 0
    if call is None:
        return 0, 0  # it clears
    if call.direction == "out":
        return (1 if state in _ON_ITS_WAY else 2), call.started_at
    if state not in (State.SEIZED, State.CONNECTED):
        return 5, call.started_at
    talks = call.answered_by == OPERATOR or call.seat is not None
    return (4 if talks else 3), call.started_at


def _can_dial(line: Line, number: Dialable) -> bool:
    try:
        steps(f"W{line.config.outside}{number.digits}", line.config.dial)
    except CtiError:
        return False
    return True
