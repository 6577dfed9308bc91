"""A telephone at our own port (FXS, HANDSET) as a table: TABLE[state, input] -> (next state, actions).

No I/O and no clock, as fxo.py. Whoever drives it (phone.py) turns port events into inputs and carries the
actions out. A pair that is not in the table changes nothing.

    IDLE --ring--> RINGING --lifted--> TALKING --flash, keys--> its owner
      ^             | gave up            | other side gone
      +--- on hook -+---- on hook --- CLEARED --> FORGOTTEN --> HOWLING --> SILENT
      | lifted                                        ^
      +------> DIAL_TONE --key--> DIALLING -----------+ nobody does anything        any --alarm--> BLOCKED
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from ctidrv.callcontrol.timers import Start, Stop


class State(Enum):
    """What the telephone is doing; the value is the word of ``line.state``."""

    IDLE = "idle"
    RINGING = "ringing"
    DIAL_TONE = "seized"
    DIALLING = "dialling"
    TALKING = "talking"
    CLEARED = "cleared"  # the other side has gone: busy tone
    FORGOTTEN = "off-hook"  # congestion tone
    HOWLING = "howling"
    SILENT = "left-off-hook"
    BLOCKED = "out-of-order"


class Timer(Enum):
    """How long each runs stands in the telephone's profile; one without a length never runs out."""

    DIAL = auto()  # dial tone without a key, a number without a connection
    KEY = auto()  # from one key to the next
    CLEARED = auto()
    FORGOTTEN = auto()
    HOWLING = auto()


class Input(Enum):
    """What can happen to a telephone."""

    # the port
    LIFTED = auto()
    PUT_DOWN = auto()
    FLASH = auto()
    KEY = auto()
    ALARM = auto()
    ALARM_OVER = auto()
    # its owner
    RING = auto()
    STOP_RING = auto()
    CONNECT = auto()  # the owner speaks to it from now on, or joins it to somebody
    CLEAR = auto()  # nobody is there any more
    DIAL = auto()  # dial tone in a talk: its user flashed, and wants somebody else
    # timers that ran out
    DIAL_OVER = auto()
    KEY_OVER = auto()
    CLEARED_OVER = auto()
    FORGOTTEN_OVER = auto()
    HOWLING_OVER = auto()


TIMER_INPUT = MappingProxyType({timer: Input[f"{timer.name}_OVER"] for timer in Timer})


class Do(Enum):
    """Actions without a parameter."""

    RING = auto()
    STOP_RING = auto()
    QUIET = auto()  # the tone that is played ends
    TELL_ANSWERED = auto()
    TELL_LIFTED = auto()
    TELL_KEY = auto()
    TELL_NUMBER = auto()
    TELL_FLASH = auto()
    TELL_PUT_DOWN = auto()
    TELL_LOST = auto()
    TELL_BACK = auto()


@dataclass(frozen=True, slots=True)
class Play:
    """A tone of the country, in the place of the one that is played."""

    tone: str


Action = Do | Start[Timer] | Stop[Timer] | Play
Row = tuple[State, tuple[Action, ...]]

_STOPPED = tuple(Stop(timer) for timer in Timer)
_LOST: Row = (State.BLOCKED, (*_STOPPED, Do.QUIET, Do.TELL_LOST))
_DOWN: Row = (State.IDLE, (*_STOPPED, Do.QUIET, Do.TELL_PUT_DOWN))
_DIAL: Row = (State.DIAL_TONE, (*_STOPPED, Play("dial"), Start(Timer.DIAL)))
_AFRESH: Row = (State.DIAL_TONE, (*_STOPPED, Play("dial"), Start(Timer.DIAL), Do.TELL_FLASH))
_CONNECTED: Row = (State.TALKING, (*_STOPPED, Do.QUIET))
_FORGOTTEN: Row = (State.FORGOTTEN, (*_STOPPED, Play("congestion"), Start(Timer.FORGOTTEN)))
_OFF_HOOK: dict[Input, Row] = {Input.PUT_DOWN: _DOWN, Input.ALARM: _LOST}
_LEFT: dict[Input, Row] = {**_OFF_HOOK, Input.FLASH: _AFRESH, Input.CONNECT: _CONNECTED}
"""Off hook with nobody there: a flash gives dial tone again."""

_ROWS: dict[State, dict[Input, Row]] = {
    State.IDLE: {
        Input.RING: (State.RINGING, (Do.RING,)),
        Input.LIFTED: (State.DIAL_TONE, (Play("dial"), Start(Timer.DIAL), Do.TELL_LIFTED)),
        Input.ALARM: (State.BLOCKED, (Do.TELL_LOST,)),
    },
    State.RINGING: {
        Input.LIFTED: (State.TALKING, (Do.STOP_RING, Do.TELL_ANSWERED)),
        Input.STOP_RING: (State.IDLE, (Do.STOP_RING,)),
        Input.ALARM: (State.BLOCKED, (Do.STOP_RING, Do.TELL_LOST)),
    },
    State.DIAL_TONE: {
        **_LEFT,
        Input.KEY: (State.DIALLING, (Stop(Timer.DIAL), Do.QUIET, Do.TELL_KEY, Start(Timer.KEY))),
        Input.DIAL_OVER: _FORGOTTEN,
    },
    State.DIALLING: {
        **_LEFT,
        Input.KEY: (State.DIALLING, (Stop(Timer.DIAL), Do.TELL_KEY, Start(Timer.KEY))),
        Input.KEY_OVER: (State.DIALLING, (Start(Timer.DIAL), Do.TELL_NUMBER)),
        Input.DIAL_OVER: _FORGOTTEN,
        Input.CLEAR: (State.CLEARED, (*_STOPPED, Play("congestion"), Start(Timer.CLEARED))),
    },
    State.TALKING: {
        **_OFF_HOOK,
        Input.KEY: (State.TALKING, (Do.TELL_KEY,)),
        Input.FLASH: (State.TALKING, (Do.TELL_FLASH,)),
        Input.DIAL: _DIAL,
        Input.CLEAR: (State.CLEARED, (Play("busy"), Start(Timer.CLEARED))),
    },
    State.CLEARED: {**_LEFT, Input.CLEARED_OVER: _FORGOTTEN},
    State.FORGOTTEN: {
        **_LEFT,
        Input.FORGOTTEN_OVER: (State.HOWLING, (Play("howler"), Start(Timer.HOWLING))),
    },
    State.HOWLING: {**_LEFT, Input.HOWLING_OVER: (State.SILENT, (Do.QUIET,))},
    State.SILENT: _LEFT,
    # Whether it is on hook the board tells when it is back.
    State.BLOCKED: {Input.ALARM_OVER: (State.IDLE, (Do.TELL_BACK,))},
}

TABLE = MappingProxyType({(state, seen): row for state, rows in _ROWS.items() for seen, row in rows.items()})


class FxsPhone:
    """One telephone's place in its table."""

    def __init__(self) -> None:
        self.state = State.IDLE

    def feed(self, seen: Input) -> tuple[Action, ...]:
        """Takes the step and returns what is to be done, in order."""
        self.state, actions = TABLE.get((self.state, seen), (self.state, ()))
        return actions
