"""The calls that we make on an FXO line: rows laid over every table of `fxo`, again without I/O or clock.

    IDLE --dial--> SEIZING --off hook--> DIALLING --dialled--> CALLING --answered--> CONNECTED
                      |                     |                     | busy, congestion, unobtainable,
                      +---- failed, hang up, line dead -----------+ no answer, nothing heard
                      |                     |                     v
                      +--ring--> SEIZED     +--ring--> CONNECTED  CLEARING

Glare: it rings in the moment of the seizure, so going off hook has answered somebody. A ring tells so, or a
voice where dial tone should be. He is served as every caller is, and the call that was to be made ends with
that cause; whoever ordered it tries another line.
"""

from __future__ import annotations

from types import MappingProxyType

from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.fxo import Action, Do, End, Input, Row, State, Timer
from ctidrv.callcontrol.timers import Start, Stop

_PUT_DOWN = (Do.GO_ON_HOOK, Start(Timer.RELEASE))
_FOLLOWING = (Stop(Timer.PROGRESS), Stop(Timer.CALLED), Stop(Timer.DIAL))


def _ended(cause: Cause | None, *before: Action) -> Row:
    """The line goes on hook first, then everybody is told."""
    return State.CLEARING, (*before, *_PUT_DOWN, End(cause))


def _always(state: State, *before: Action) -> dict[Input, Row]:
    """What ends a call of ours in any of its states, and a line that goes away under it."""
    lost = (State.BLOCKED, (*before, Do.GO_ON_HOOK, End(Cause.LINE_LOST)))
    return {
        Input.HANG_UP: _ended(None, *before),
        Input.WITHDRAW: _ended(None, *before),
        Input.REMOTE_GONE: _ended(None, *before),
        Input.BATTERY_LOST: (state, (Start(Timer.DEAD),)),
        Input.BATTERY_BACK: (state, (Stop(Timer.DEAD),)),
        Input.DEAD_OVER: lost,
        Input.ALARM: lost,
    }


_SEIZING: dict[Input, Row] = {
    Input.OFF_HOOK: (State.DIALLING, (Stop(Timer.SEIZE), Do.DIAL)),
    Input.SEIZE_OVER: _ended(Cause.SEIZE_FAILED),
    Input.RING_ON: (State.SEIZED, (End(Cause.GLARE), Do.OPEN_CALL, Do.COUNT_RING)),
    Input.CALLER_ID: (State.SEIZED, (End(Cause.GLARE), Do.OPEN_CALL, Do.TELL_CALLER)),
    **_always(State.SEIZING, Stop(Timer.SEIZE)),
}


def _taken(*seen: Action) -> Row:
    opened = (Do.STOP_DIALLING, End(Cause.GLARE), Do.OPEN_CALL, *seen)
    return State.CONNECTED, (*opened, Do.CONNECT, Start(Timer.SILENCE))


_DIALLING: dict[Input, Row] = {
    Input.DIALLED: (State.CALLING, (Start(Timer.PROGRESS), Start(Timer.CALLED), Do.FOLLOW)),
    Input.NO_DIAL_TONE: _ended(Cause.NO_DIAL_TONE),
    Input.NOT_DIALLED: _ended(Cause.NOT_DIALLED),
    # A board tells of the ring a little after it was.
    Input.RING_ON: _taken(Do.COUNT_RING),
    Input.STRANGER: _taken(),
    # Instead of dial tone, or of the second one.
    Input.BUSY_TONE: _ended(Cause.CONGESTION, Do.STOP_DIALLING),
    Input.CONGESTION_TONE: _ended(Cause.CONGESTION, Do.STOP_DIALLING),
    Input.UNOBTAINABLE_TONE: _ended(Cause.UNOBTAINABLE, Do.STOP_DIALLING),
    Input.ON_HOOK: _ended(Cause.LINE_LOST, Do.STOP_DIALLING),
    **_always(State.DIALLING, Do.STOP_DIALLING),
}

_CALLING: dict[Input, Row] = {
    Input.RINGBACK: (State.CALLING, (Stop(Timer.PROGRESS),)),
    Input.ANSWERED: (State.CONNECTED, (*_FOLLOWING, Do.CONNECT, Start(Timer.SILENCE))),
    Input.BUSY_TONE: _ended(Cause.CALLED_BUSY, *_FOLLOWING),
    Input.CONGESTION_TONE: _ended(Cause.CONGESTION, *_FOLLOWING),
    Input.UNOBTAINABLE_TONE: _ended(Cause.UNOBTAINABLE, *_FOLLOWING),
    Input.LEARNT_TONE: _ended(Cause.REMOTE_LEARNT_TONE, *_FOLLOWING),
    # Dial tone again, or still: what we sent was not taken.
    Input.DIAL_TONE: (State.CALLING, (Start(Timer.DIAL),)),
    Input.DIAL_TONE_OVER: (State.CALLING, (Stop(Timer.DIAL),)),
    Input.DIAL_OVER: _ended(Cause.REMOTE_DIAL_TONE, *_FOLLOWING),
    Input.PROGRESS_OVER: _ended(Cause.NO_PROGRESS, *_FOLLOWING),
    Input.CALLED_OVER: _ended(Cause.NO_ANSWER, *_FOLLOWING),
    Input.ON_HOOK: _ended(Cause.LINE_LOST, *_FOLLOWING),
    **_always(State.CALLING, *_FOLLOWING),
}

OUTBOUND = MappingProxyType(
    {
        (State.IDLE, Input.DIAL): (State.SEIZING, (Do.OPEN_CALL, Do.GO_OFF_HOOK, Start(Timer.SEIZE))),
        **{(State.SEIZING, seen): row for seen, row in _SEIZING.items()},
        **{(State.DIALLING, seen): row for seen, row in _DIALLING.items()},
        **{(State.CALLING, seen): row for seen, row in _CALLING.items()},
    }
)
