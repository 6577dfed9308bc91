"""The FXO table of a line with NTT's number display (J-CLIP, Japan): what differs from `fxo.TABLE`.

The exchange reverses the polarity and sends CAR, a ring signal of 0.5 s on and 0.5 s off that no bell
rings for. The terminal goes off hook (primary answer), is sent the data, and goes on hook within 300 ms of
its end (receive completion). Then the line rings as any other and is answered a second time. Without a
primary answer it rings after some six seconds.

    IDLE --reversal, burst--> PRELUDE --CAR--> FETCHING --data, or none--> RETURNING --on hook--> ALERTING
                                 +--a burst that is no CAR--------------------------------------------^

The call exists from PRELUDE on. A primary answer is no answer to it: nobody is connected, nothing is
recorded, and an answer that somebody asks for meanwhile is carried out with the first ring.
"""

from __future__ import annotations

from types import MappingProxyType

from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.fxo import TABLE, Action, Do, End, Input, Row, State, Timer
from ctidrv.callcontrol.timers import Start, Stop

_RUNNING = (Stop(Timer.RING), Stop(Timer.BURST))
_OFF_HOOK = (Stop(Timer.SEIZE), Stop(Timer.FETCH))
_PUT_DOWN = (Do.GO_ON_HOOK, Start(Timer.RELEASE))
_FIRST_BURST = (Do.OPEN_CALL, Start(Timer.RING), Start(Timer.BURST))
_PAUSE_OVER = (Stop(Timer.RELEASE), Stop(Timer.GUARD))


def _lost(*before: Action) -> dict[Input, Row]:
    """The line goes away under a call."""
    row = (State.BLOCKED, (*before, End(Cause.LINE_LOST)))
    return {Input.DEAD_OVER: row, Input.ALARM: row}


def _battery(state: State) -> dict[Input, Row]:
    return {
        Input.BATTERY_LOST: (state, (Start(Timer.DEAD),)),
        Input.BATTERY_BACK: (state, (Stop(Timer.DEAD),)),
    }


_PRELUDE: dict[Input, Row] = {
    Input.RING_ON: (State.PRELUDE, (Start(Timer.RING), Start(Timer.BURST))),
    Input.CAR: (State.FETCHING, (*_RUNNING, Do.FETCH_CALLER, Start(Timer.SEIZE))),
    Input.BURST_OVER: (State.ALERTING, (Do.COUNT_RING, Do.ANSWER_HELD)),
    # Over sooner than ringing, and no CAR: a ring of a cadence of its own.
    Input.RING_OFF: (State.ALERTING, (Stop(Timer.BURST), Do.COUNT_RING, Do.END_RING, Do.ANSWER_HELD)),
    Input.CALLER_ID: (State.PRELUDE, (Start(Timer.RING), Do.TELL_CALLER)),
    Input.MESSAGES: (State.IDLE, (*_RUNNING, Do.TELL_MESSAGES, End(Cause.MESSAGE_WAITING))),
    Input.ANSWER: (State.PRELUDE, (Do.HOLD_ANSWER,)),
    Input.RING_OVER: (State.IDLE, (Stop(Timer.BURST), End(Cause.CALLER_GAVE_UP))),
    Input.WITHDRAW: (State.IDLE, (*_RUNNING, End(None))),
    Input.REMOTE_GONE: (State.IDLE, (*_RUNNING, End(Cause.CALLER_GAVE_UP))),
    Input.OFF_HOOK: (State.CLEARING, (*_RUNNING, *_PUT_DOWN, End(Cause.ERROR))),
    **_battery(State.PRELUDE),
    **_lost(*_RUNNING),
}

_RETURN: Row = (State.RETURNING, (*_OFF_HOOK, *_PUT_DOWN, Do.FETCHED))

_FETCHING: dict[Input, Row] = {
    Input.OFF_HOOK: (State.FETCHING, (Stop(Timer.SEIZE), Start(Timer.FETCH))),
    Input.CALLER_ID: (State.RETURNING, (*_OFF_HOOK, Do.TELL_CALLER, *_PUT_DOWN, Do.FETCHED)),
    Input.FETCH_OVER: _RETURN,
    Input.SEIZE_OVER: _RETURN,
    Input.ON_HOOK: _RETURN,  # by itself; told to as well, it is so even if that was a mistake
    Input.ANSWER: (State.FETCHING, (Do.HOLD_ANSWER,)),
    Input.WITHDRAW: (State.CLEARING, (*_OFF_HOOK, *_PUT_DOWN, End(None))),
    Input.REMOTE_GONE: (State.CLEARING, (*_OFF_HOOK, *_PUT_DOWN, End(Cause.CALLER_GAVE_UP))),
    **_battery(State.FETCHING),
    **_lost(*_OFF_HOOK, Do.GO_ON_HOOK),
}

_RETURNED = (Stop(Timer.RELEASE), Start(Timer.RING))

_RETURNING: dict[Input, Row] = {
    Input.ON_HOOK: (State.ALERTING, _RETURNED),
    # Not confirmed: once more, and then it may ring all the same.
    Input.RELEASE_OVER: (State.ALERTING, (Do.GO_ON_HOOK, Start(Timer.RING))),
    Input.RING_ON: (State.ALERTING, (*_RETURNED, Do.COUNT_RING, Do.ANSWER_HELD)),
    Input.OFF_HOOK: (State.RETURNING, _PUT_DOWN),  # a seizure that was late
    Input.CALLER_ID: (State.RETURNING, (Do.TELL_CALLER,)),
    Input.ANSWER: (State.RETURNING, (Do.HOLD_ANSWER,)),
    Input.WITHDRAW: (State.CLEARING, (*_PUT_DOWN, End(None))),
    Input.REMOTE_GONE: (State.CLEARING, (*_PUT_DOWN, End(Cause.CALLER_GAVE_UP))),
    **_battery(State.RETURNING),
    **_lost(Stop(Timer.RELEASE), Do.GO_ON_HOOK),
}

_ALERTING_RING: Row = (State.ALERTING, (Start(Timer.RING), Do.COUNT_RING, Do.ANSWER_HELD))

JCLIP_TABLE = MappingProxyType(
    {
        **TABLE,
        (State.IDLE, Input.POLARITY): (State.PRELUDE, (Do.OPEN_CALL, Start(Timer.RING))),
        (State.IDLE, Input.RING_ON): (State.PRELUDE, _FIRST_BURST),
        (State.CLEARING, Input.RING_ON): (State.PRELUDE, (*_PAUSE_OVER, *_FIRST_BURST)),
        (State.BLOCKED, Input.RING_ON): (State.PRELUDE, (Stop(Timer.DEAD), *_FIRST_BURST)),
        **{(State.PRELUDE, seen): row for seen, row in _PRELUDE.items()},
        **{(State.FETCHING, seen): row for seen, row in _FETCHING.items()},
        **{(State.RETURNING, seen): row for seen, row in _RETURNING.items()},
        (State.ALERTING, Input.RING_ON): _ALERTING_RING,
    }
)
