"""The FXO table of a line on which a ring pulse announces what is sent (RP-AS, EN 300 659-1): what differs.

A burst of 200 to 300 ms is no ring: caller ID follows it, and then the ringing, or word of messages that
wait, and nothing. So no call is made of a burst before it has lasted longer, or before its data is known.
A pulse that nothing follows was a caller who gave up within his first ring.

    IDLE --burst--> PULSED --it lasts, caller ID--> ALERTING
      ^--messages wait--+
"""

from __future__ import annotations

from types import MappingProxyType

from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.fxo import TABLE, Do, End, Input, Row, State, Timer
from ctidrv.callcontrol.timers import Start, Stop

_RUNNING = (Stop(Timer.BURST), Stop(Timer.FETCH))

_PULSED: dict[Input, Row] = {
    Input.BURST_OVER: (State.ALERTING, (Do.OPEN_CALL, Start(Timer.RING), Do.COUNT_RING)),
    Input.RING_OFF: (State.PULSED, (Stop(Timer.BURST), Start(Timer.FETCH))),
    Input.RING_ON: (State.PULSED, (Stop(Timer.FETCH), Start(Timer.BURST))),
    Input.CALLER_ID: (State.ALERTING, (*_RUNNING, Do.OPEN_CALL, Start(Timer.RING), Do.TELL_CALLER)),
    Input.MESSAGES: (State.IDLE, (*_RUNNING, Do.TELL_MESSAGES)),
    Input.FETCH_OVER: (State.IDLE, (Do.OPEN_CALL, Do.COUNT_RING, Do.END_RING, End(Cause.CALLER_GAVE_UP))),
    Input.POLARITY: (State.ALERTING, (*_RUNNING, Do.OPEN_CALL, Start(Timer.RING))),
    Input.BATTERY_LOST: (State.PULSED, (Start(Timer.DEAD),)),
    Input.BATTERY_BACK: (State.PULSED, (Stop(Timer.DEAD),)),
    Input.DEAD_OVER: (State.BLOCKED, _RUNNING),
    Input.ALARM: (State.BLOCKED, _RUNNING),
    Input.OFF_HOOK: (State.CLEARING, (*_RUNNING, Do.GO_ON_HOOK, Start(Timer.RELEASE))),
}

PULSE_TABLE = MappingProxyType(
    {
        **TABLE,
        (State.IDLE, Input.RING_ON): (State.PULSED, (Start(Timer.BURST),)),
        **{(State.PULSED, seen): row for seen, row in _PULSED.items()},
    }
)
