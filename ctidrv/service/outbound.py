"""Calls that the station makes: on which line, what an answered one is given to, and emergency calls.

Calls go out on the last of the lines that are idle, for exchanges let callers in on the first; so many of
them as the office keeps for callers are left. An emergency call takes those too. Where no line is idle it
ends a call, the least harmful first: one of ours that nobody has answered, one of ours, one that a menu has
answered, one that an operator has, one that rings; of several the oldest. It never ends another emergency
call.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctidrv.apps.recording import CallRecorder, CallRecording
from ctidrv.callcontrol.answer import FAX
from ctidrv.callcontrol.call import OPERATOR, Call, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.fxo import State
from ctidrv.callcontrol.number_policy import Dialable, NumberPolicy
from ctidrv.callcontrol.outgoing import Order, answered_by
from ctidrv.callcontrol.outside import Asker
from ctidrv.clock import SampleClock
from ctidrv.errors import CallEnded, CtiError, InputError, PortError
from ctidrv.media.dialler import steps
from ctidrv.service.holds import Holder, Holds
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


class _Serves:
    """An asker who wants nothing but to serve what was answered, when it is known by whom."""

    def __init__(self, then: Then) -> None:
        self._then = then

    def begun(self, call: Call) -> None:
        """It is served when it is answered."""

    async def answered(self, call: Call) -> None:
        if await answered_by(call, WHO_WITHIN) == FAX:
            await call.hang_up(Cause.FAX_ANSWERED)
        elif call.answered_by != OPERATOR:
            await self._then(call)

    def failed(self, call: Call) -> None:
        """Its row says why."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A call to be made."""

    number: Dialable
    asker: Asker
    port: PortId | None = None
    """The line that it has to be; None: any."""
    holder: Holder | None = None
    """For whom: it may go on the line that he has."""
    tried: list[PortId] = field(default_factory=list)


class Outbound:
    """Of one station; all methods belong to the loop's thread."""

    def __init__(
        self,
        lines: Mapping[PortId, Line],
        policy: NumberPolicy,
        reserve: int,
        recorder: CallRecorder,
        clock: SampleClock,
        holds: Holds,
    ) -> None:
        self._lines = lines
        self._holds = holds
        self._policy = policy
        self._reserve = reserve
        self._recorder = recorder
        self._clock = clock

    async def dial(self, text: str, then: Then, *, port: PortId | None = None) -> Call:
        """Makes a call, and returns when it has begun; `then` serves it once somebody has answered.

        InputError for what is no number or cannot be dialled, NotAllowed, PortError where no line is free.
        """
        return await self.ask(text, _Serves(then), port=port)

    def check(self, text: str) -> None:
        """InputError for what is no number that may be a seat, NotAllowed."""
        if self._policy.judge(text).emergency:
            raise InputError(f"{text} is an emergency number, and no seat")

    def check_behind_pbx(self, digits: str, outside: str) -> None:
        """InputError, NotAllowed (`NumberPolicy.judge_behind_pbx`)."""
        self._policy.judge_behind_pbx(digits, outside)

    async def ask(
        self, text: str, asker: Asker, *, port: PortId | None = None, holder: Holder | None = None
    ) -> Call:
        """The same for who wants to be told what becomes of it. `holder`: who has the line `port`."""
        job = _Job(self._policy.judge(text), asker, port, holder)
        if job.number.emergency:
            return await self._in_distress(job)
        return self._dial(self._choose(job), job)

    # Lines.

    def free(self, taken: Collection[PortId] = ()) -> list[PortId]:
        """The idle lines on which a call that can wait may be made now; `taken`: those that another is about
        to be made on. None where no more are idle than are kept for callers."""
        left = [line.config.port for line in self._idle(None) if line.config.port not in taken]
        return left if len(left) > self._reserve else []

    def _idle(self, holder: Holder | None) -> list[Line]:
        """Those that somebody else has are not."""
        return [
            line
            for port, line in self._lines.items()
            if line.controller.state is State.IDLE and self._holds.of(port) in (None, holder)
        ]

    def _choose(self, job: _Job) -> Line:
        port = job.port
        if port is not None and port not in self._lines:
            raise PortError(f"{port}: no line is configured there; there are {', '.join(self._lines)}")
        idle = self._idle(job.holder)
        left = [line for line in idle if line.config.port not in job.tried]
        fit = [line for line in left if port in (None, line.config.port)]
        if not fit:
            words = (f"{each} is {self._state(each, job.holder)}" for each in self._lines)
            raise PortError(f"no line is free to dial on: {', '.join(words)}")
        if job.holder is None and len(idle) <= self._reserve:
            raise PortError(
                f"{len(idle)} lines are idle, and {self._reserve} are kept for callers ([outbound] reserve)"
            )
        return fit[-1]

    def _state(self, port: PortId, holder: Holder | None) -> str:
        """In a word, or who else has it."""
        if self._holds.of(port) not in (None, holder):
            return f"in use by {self._holds.who(port)}"
        return self._lines[port].controller.state.word

    def _dial(self, line: Line, job: _Job) -> Call:
        digits = f"W{line.config.outside}{job.number.digits}"
        steps(digits, line.config.dial)  # UsageError while nothing has happened

        def serve(call: Call) -> Awaitable[None]:
            job.tried.append(line.config.port)
            return self._serve(call, self._recorder.start(call), job)

        order = Order(
            number=job.number.number,
            digits=digits,
            how=line.config.dial,
            dialling=line.region.dialling,
            serve=serve,
            emergency=job.number.emergency,
        )
        return line.controller.dial(order)

    # Serving.

    async def _serve(self, call: Call, recording: CallRecording, job: _Job) -> None:
        try:
            job.asker.begun(call)
            try:
                await call.through()
            except CallEnded:
                if not await self._elsewhere(call, job):
                    job.asker.failed(call)
                return
            await job.asker.answered(call)
            if call.answered_by != OPERATOR and call.state is not CallState.ENDED:
                await call.hang_up(Cause.LOCAL_SCRIPT)
            await call.ended()
        finally:
            await recording.finish()

    async def _elsewhere(self, call: Call, job: _Job) -> bool:
        """What did not fail because of the number is tried on another line; whether it is."""
        try:
            if job.number.emergency and call.cause in _ELSEWHERE_IN_DISTRESS:
                again = await self._in_distress(job)
            elif call.cause in _ELSEWHERE and job.port is None:
                again = self._dial(self._choose(job), job)
            else:
                return False
        except CtiError as error:
            log.error("%s: not made on another line: %s", call.id, error)
            return False
        call.note("call.moved", to=again.id)
        return True

    # Emergency calls.

    async def _in_distress(self, job: _Job) -> Call:
        """On a line that is idle, else on one that is made so. PortError when every line has been tried, or
        is out of order, or has an emergency call."""
        able = {each: line for each, line in self._lines.items() if _can_dial(line, job.number)}
        while left := [line for each, line in able.items() if each not in job.tried]:
            idle = [line for line in left if line.controller.state is State.IDLE]
            if idle:
                named = [line for line in idle if line.config.port == job.port]
                return self._dial((named or idle)[-1], job)
            line = min(left, key=_harm)
            if _harm(line)[0] >= _NEVER or not await self._free(line):
                job.tried.append(line.config.port)
        raise PortError(f"{job.number.number}: no line works, or all have emergency calls")

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
