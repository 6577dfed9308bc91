"""An FXO line (it faces the exchange) as a table: TABLE[state, input] -> (next state, actions).

No I/O and no clock: timers are actions (`Start`, `Stop`) and inputs like any other. Whoever drives it
(line.py) turns port events into inputs and carries the actions out. A pair that is not in the table
is in `IGNORED`: it changes nothing.

    IDLE --ring, caller ID, reversal--> ALERTING --answer--> SEIZED --off hook--> CONNECTED
      ^                                    | gave up           | failed             | far end gone, hang up
      +------------------------------------+      CLEARING <---+--------------------+
      +-------------- guard over, on hook ------------+        any --line dead, alarm--> BLOCKED

Lines with Japan's number display have a table of their own (fxo_jclip.py), with further states; the calls
that we make are rows laid over every table (fxo_out.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from ctidrv.callcontrol.causes import Cause, ends_call
from ctidrv.callcontrol.timers import Start, Stop


class State(Enum):
    """What the line is doing."""

    IDLE = "idle"
    PULSED = "pulsed"  # a ring pulse, which announces something, or the beginning of ringing
    PRELUDE = "prelude"  # J-CLIP: a call, and nothing yet that is ringing for certain
    FETCHING = "fetching"  # J-CLIP: off hook for the caller's number alone (primary answer)
    RETURNING = "returning"  # J-CLIP: on hook asked for (receive completion), the ringing is awaited
    ALERTING = "ringing"
    SEIZED = "seized"  # off hook asked for, not yet confirmed
    SEIZING = "seizing"  # the same, to dial
    DIALLING = "dialling"  # dial tone is awaited, or digits are sent
    CALLING = "calling"  # all is dialled: what the exchange says is followed
    CONNECTED = "talking"
    CLEARING = "clearing"  # on hook asked for; the exchange needs its pause
    BLOCKED = "out-of-order"

    @property
    def word(self) -> str:
        """As in ``line.state``: to those outside a primary answer is ringing, and a pulse is none."""
        return _SEEN_AS.get(self, self).value


_SEEN_AS = {
    State.PULSED: State.IDLE,
    State.PRELUDE: State.ALERTING,
    State.FETCHING: State.ALERTING,
    State.RETURNING: State.ALERTING,
    State.SEIZING: State.DIALLING,
}


class Timer(Enum):
    """How long each runs stands in the line's profile."""

    RING = auto()
    BURST = auto()  # a burst that outlasts it is ringing, no pulse and no CAR
    FETCH = auto()  # for the data behind a pulse or a primary answer
    SEIZE = auto()
    BREAK = auto()
    DEAD = auto()
    DIAL = auto()
    SILENCE = auto()
    WAITING = auto()  # for the data of a waiting call
    PROGRESS = auto()  # for anything from the exchange behind the last digit
    CALLED = auto()  # for the called party's answer
    RELEASE = auto()
    GUARD = auto()


class Input(Enum):
    """What can happen to a line."""

    # the line
    RING_ON = auto()
    RING_OFF = auto()
    CAR = auto()  # J-CLIP: a burst is over that asks for a primary answer
    CALLER_ID = auto()
    MESSAGES = auto()  # of messages that wait at the exchange
    ALERT = auto()  # the dual tone (CAS, DT-AS) is over
    CALL_WAITING = auto()  # who else calls
    POLARITY = auto()
    BATTERY_LOST = auto()
    BATTERY_BACK = auto()
    OFF_HOOK = auto()  # our port is off hook
    ON_HOOK = auto()
    # what is heard
    BUSY_TONE = auto()
    CONGESTION_TONE = auto()
    LEARNT_TONE = auto()  # one that this line was taught
    DIAL_TONE = auto()
    DIAL_TONE_OVER = auto()
    SOUND = auto()  # from the far end, or from us
    QUIET = auto()  # neither sounds
    RINGBACK = auto()
    UNOBTAINABLE_TONE = auto()
    STRANGER = auto()  # a voice instead of dial tone
    ANSWERED = auto()  # the called party, as far as the line or the ear can tell
    # the dialler
    DIALLED = auto()  # to the end
    NO_DIAL_TONE = auto()
    NOT_DIALLED = auto()  # the board refused, or stopped it
    # the board
    REMOTE_GONE = auto()
    ALARM = auto()
    ALARM_OVER = auto()
    # the call's owner
    ANSWER = auto()
    DIAL = auto()
    HANG_UP = auto()
    WITHDRAW = auto()  # the station stops: a call that rings is let be
    # timers that ran out
    RING_OVER = auto()
    BURST_OVER = auto()
    FETCH_OVER = auto()
    SEIZE_OVER = auto()
    BREAK_OVER = auto()
    DEAD_OVER = auto()
    DIAL_OVER = auto()
    SILENCE_OVER = auto()
    WAITING_OVER = auto()
    PROGRESS_OVER = auto()
    CALLED_OVER = auto()
    RELEASE_OVER = auto()
    GUARD_OVER = auto()


TIMER_INPUT = MappingProxyType({timer: Input[f"{timer.name}_OVER"] for timer in Timer})


class Do(Enum):
    """Actions without a parameter."""

    OPEN_CALL = auto()
    COUNT_RING = auto()
    END_RING = auto()
    TELL_CALLER = auto()
    TELL_MESSAGES = auto()
    HOLD_ANSWER = auto()  # J-CLIP: an answer before it rings is carried out when it rings
    ANSWER_HELD = auto()
    FETCH_CALLER = auto()  # J-CLIP: off hook, as no answer to the call
    FETCHED = auto()
    GO_OFF_HOOK = auto()
    GO_ON_HOOK = auto()
    CONNECT = auto()
    ACKNOWLEDGE = auto()  # mute, and a digit D: we can take the data of a waiting call
    TELL_WAITING = auto()
    RESUME = auto()
    DIAL = auto()  # waits for dial tone and sends the digits
    STOP_DIALLING = auto()
    FOLLOW = auto()  # from now on what is heard says how the call goes


@dataclass(frozen=True, slots=True)
class End:
    """Ends the call; None: for the cause that whoever hung up (or the board) gave."""

    cause: Cause | None


Action = Do | Start[Timer] | Stop[Timer] | End
Row = tuple[State, tuple[Action, ...]]

_CALL_TIMERS = (Stop(Timer.SILENCE), Stop(Timer.BREAK), Stop(Timer.DIAL), Stop(Timer.WAITING), Do.RESUME)
_PUT_DOWN = (Do.GO_ON_HOOK, Start(Timer.RELEASE))


def _cleared(cause: Cause | None) -> Row:
    """A connected call ends: the line goes on hook first, then everybody is told."""
    return State.CLEARING, (*_CALL_TIMERS, *_PUT_DOWN, End(cause))


_ALERT = (Do.OPEN_CALL, Start(Timer.RING))
_ALERTED_BY: dict[Input, tuple[Action, ...]] = {
    Input.RING_ON: (*_ALERT, Do.COUNT_RING),
    Input.CALLER_ID: (*_ALERT, Do.TELL_CALLER),
}

_IDLE: dict[Input, Row] = {
    **{seen: (State.ALERTING, actions) for seen, actions in _ALERTED_BY.items()},
    Input.POLARITY: (State.ALERTING, _ALERT),
    Input.MESSAGES: (State.IDLE, (Do.TELL_MESSAGES,)),
    Input.BATTERY_LOST: (State.IDLE, (Start(Timer.DEAD),)),
    Input.BATTERY_BACK: (State.IDLE, (Stop(Timer.DEAD),)),
    Input.DEAD_OVER: (State.BLOCKED, ()),
    Input.ALARM: (State.BLOCKED, ()),
    # Nobody wanted that: a line is never left off hook.
    Input.OFF_HOOK: (State.CLEARING, _PUT_DOWN),
}

_ALERTING: dict[Input, Row] = {
    Input.RING_ON: (State.ALERTING, (Start(Timer.RING), Do.COUNT_RING)),
    Input.RING_OFF: (State.ALERTING, (Start(Timer.RING), Do.END_RING)),
    Input.CALLER_ID: (State.ALERTING, (Start(Timer.RING), Do.TELL_CALLER)),
    Input.ANSWER: (State.SEIZED, (Stop(Timer.RING), Do.GO_OFF_HOOK, Start(Timer.SEIZE))),
    Input.RING_OVER: (State.IDLE, (End(Cause.CALLER_GAVE_UP),)),
    # What seemed a call was a reversal that announced this.
    Input.MESSAGES: (State.IDLE, (Stop(Timer.RING), Do.TELL_MESSAGES, End(Cause.MESSAGE_WAITING))),
    Input.WITHDRAW: (State.IDLE, (Stop(Timer.RING), End(None))),
    Input.REMOTE_GONE: (State.IDLE, (Stop(Timer.RING), End(Cause.CALLER_GAVE_UP))),
    Input.OFF_HOOK: (State.CLEARING, (Stop(Timer.RING), *_PUT_DOWN, End(Cause.ERROR))),
    Input.BATTERY_LOST: (State.ALERTING, (Start(Timer.DEAD),)),
    Input.BATTERY_BACK: (State.ALERTING, (Stop(Timer.DEAD),)),
    Input.DEAD_OVER: (State.BLOCKED, (Stop(Timer.RING), End(Cause.LINE_LOST))),
    Input.ALARM: (State.BLOCKED, (Stop(Timer.RING), End(Cause.LINE_LOST))),
}

_SEIZED: dict[Input, Row] = {
    Input.OFF_HOOK: (State.CONNECTED, (Stop(Timer.SEIZE), Do.CONNECT, Start(Timer.SILENCE))),
    Input.SEIZE_OVER: (State.CLEARING, (*_PUT_DOWN, End(Cause.SEIZE_FAILED))),
    Input.HANG_UP: (State.CLEARING, (Stop(Timer.SEIZE), *_PUT_DOWN, End(None))),
    Input.WITHDRAW: (State.CLEARING, (Stop(Timer.SEIZE), *_PUT_DOWN, End(None))),
    Input.REMOTE_GONE: (State.CLEARING, (Stop(Timer.SEIZE), *_PUT_DOWN, End(None))),
    Input.CALLER_ID: (State.SEIZED, (Do.TELL_CALLER,)),
    Input.BATTERY_LOST: (State.SEIZED, (Start(Timer.DEAD),)),
    Input.BATTERY_BACK: (State.SEIZED, (Stop(Timer.DEAD),)),
    Input.DEAD_OVER: (State.BLOCKED, (Stop(Timer.SEIZE), Do.GO_ON_HOOK, End(Cause.LINE_LOST))),
    Input.ALARM: (State.BLOCKED, (Stop(Timer.SEIZE), Do.GO_ON_HOOK, End(Cause.LINE_LOST))),
}

_CONNECTED: dict[Input, Row] = {
    Input.HANG_UP: _cleared(None),
    Input.WITHDRAW: _cleared(None),
    Input.REMOTE_GONE: _cleared(None),
    Input.POLARITY: _cleared(Cause.REMOTE_REVERSAL),
    Input.BUSY_TONE: _cleared(Cause.REMOTE_BUSY_TONE),
    Input.CONGESTION_TONE: _cleared(Cause.REMOTE_CONGESTION_TONE),
    Input.LEARNT_TONE: _cleared(Cause.REMOTE_LEARNT_TONE),
    Input.BATTERY_LOST: (State.CONNECTED, (Start(Timer.BREAK), Start(Timer.DEAD))),
    Input.BATTERY_BACK: (State.CONNECTED, (Stop(Timer.BREAK), Stop(Timer.DEAD))),
    Input.BREAK_OVER: _cleared(Cause.REMOTE_LOOP_BREAK),
    Input.DIAL_TONE: (State.CONNECTED, (Start(Timer.DIAL),)),
    Input.DIAL_TONE_OVER: (State.CONNECTED, (Stop(Timer.DIAL),)),
    Input.DIAL_OVER: _cleared(Cause.REMOTE_DIAL_TONE),
    Input.SOUND: (State.CONNECTED, (Stop(Timer.SILENCE),)),
    Input.QUIET: (State.CONNECTED, (Start(Timer.SILENCE),)),
    Input.SILENCE_OVER: _cleared(Cause.REMOTE_SILENCE),
    Input.CALLER_ID: (State.CONNECTED, (Do.TELL_CALLER,)),
    # A waiting call only informs: nobody answers it, and the call that runs goes on.
    Input.ALERT: (State.CONNECTED, (Do.ACKNOWLEDGE, Start(Timer.WAITING))),
    Input.CALL_WAITING: (State.CONNECTED, (Stop(Timer.WAITING), Do.RESUME, Do.TELL_WAITING)),
    Input.WAITING_OVER: (State.CONNECTED, (Do.RESUME,)),
    # The board says it has hung up by itself; told to as well, it is so even if that was a mistake.
    Input.ON_HOOK: _cleared(Cause.LINE_LOST),
    Input.DEAD_OVER: (State.BLOCKED, (*_CALL_TIMERS, Do.GO_ON_HOOK, End(Cause.LINE_LOST))),
    Input.ALARM: (State.BLOCKED, (*_CALL_TIMERS, Do.GO_ON_HOOK, End(Cause.LINE_LOST))),
}

_PAUSE_OVER = (Stop(Timer.RELEASE), Stop(Timer.GUARD))

_CLEARING: dict[Input, Row] = {
    Input.ON_HOOK: (State.CLEARING, (Stop(Timer.RELEASE), Start(Timer.GUARD))),
    # Not confirmed: once more, and then the pause all the same.
    Input.RELEASE_OVER: (State.CLEARING, (Do.GO_ON_HOOK, Start(Timer.GUARD))),
    Input.GUARD_OVER: (State.IDLE, ()),
    Input.MESSAGES: (State.CLEARING, (Do.TELL_MESSAGES,)),
    Input.OFF_HOOK: (State.CLEARING, (Stop(Timer.GUARD), *_PUT_DOWN)),
    # Only a line that is on hook rings: the next caller was quick.
    **{seen: (State.ALERTING, (*_PAUSE_OVER, *actions)) for seen, actions in _ALERTED_BY.items()},
    Input.BATTERY_LOST: (State.CLEARING, (Start(Timer.DEAD),)),
    Input.BATTERY_BACK: (State.CLEARING, (Stop(Timer.DEAD),)),
    Input.DEAD_OVER: (State.BLOCKED, (*_PAUSE_OVER, Do.GO_ON_HOOK)),
    Input.ALARM: (State.BLOCKED, (*_PAUSE_OVER, Do.GO_ON_HOOK)),
}

_BLOCKED: dict[Input, Row] = {
    # A line that comes back is put on hook before it is used.
    Input.BATTERY_BACK: (State.CLEARING, (Stop(Timer.DEAD), *_PUT_DOWN)),
    Input.ALARM_OVER: (State.CLEARING, _PUT_DOWN),
    Input.OFF_HOOK: (State.BLOCKED, (Do.GO_ON_HOOK,)),
    Input.RING_ON: (State.ALERTING, (Stop(Timer.DEAD), *_ALERTED_BY[Input.RING_ON])),
}

TABLE = MappingProxyType(
    {
        (state, seen): row
        for state, rows in (
            (State.IDLE, _IDLE),
            (State.ALERTING, _ALERTING),
            (State.SEIZED, _SEIZED),
            (State.CONNECTED, _CONNECTED),
            (State.CLEARING, _CLEARING),
            (State.BLOCKED, _BLOCKED),
        )
        for seen, row in rows.items()
    }
)

IGNORED = frozenset((state, seen) for state in State for seen in Input) - frozenset(TABLE)
"""Pairs that change nothing: timers of another state that were stopped too late, tones on an idle line,
a second hang-up, a refusal of a call that rings (a two-wire line can only answer or let it ring)."""

CAUSE_OF = MappingProxyType(
    {
        Input.BREAK_OVER: Cause.REMOTE_LOOP_BREAK,
        Input.POLARITY: Cause.REMOTE_REVERSAL,
        Input.BUSY_TONE: Cause.REMOTE_BUSY_TONE,
        Input.CONGESTION_TONE: Cause.REMOTE_CONGESTION_TONE,
        Input.LEARNT_TONE: Cause.REMOTE_LEARNT_TONE,
        Input.DIAL_OVER: Cause.REMOTE_DIAL_TONE,
        Input.SILENCE_OVER: Cause.REMOTE_SILENCE,
    }
)
"""Of inputs that end a connected call, where the line has them for that."""


class FxoLine:
    """One line's place in its table. `signals`: the hang-up signals that count on it."""

    def __init__(self, signals: frozenset[str], table: Mapping[tuple[State, Input], Row] = TABLE) -> None:
        self.state = State.IDLE
        self._signals = signals
        self._table = table

    def feed(self, seen: Input) -> tuple[Action, ...]:
        """Takes the step and returns what is to be done, in order."""
        cause = CAUSE_OF.get(seen)
        if self.state is State.CONNECTED and cause is not None and not ends_call(cause, self._signals):
            return ()
        self.state, actions = self._table.get((self.state, seen), (self.state, ()))
        return actions
