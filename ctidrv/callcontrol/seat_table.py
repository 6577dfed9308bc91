"""An operator's seat as a table: TABLE[state, input] -> (next state, actions).

No I/O and no clock, as fxs.py, which is the telephone at the seat. Whoever drives it (seat.py) turns what the
telephone tells and the switchboard asks into inputs. A pair that is not in the table changes nothing.

    READY --ring--> RINGING --answered--> TALKING --put down--> WRAP_UP --time is over--> READY
      |  <-- nobody --+                      +--other side gone--> CLEARED --put down--^
      +--lifted--> IN_USE --put down--> READY          PAUSED in the place of READY     any --lost--> OUT
"""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType


class State(Enum):
    """What the seat is doing."""

    READY = "ready"
    PAUSED = "paused"  # no calls are wanted
    RINGING = "ringing"
    TALKING = "talking"
    CLEARED = "cleared"  # the other side has gone, and the telephone is still off hook
    WRAP_UP = "wrap-up"
    IN_USE = "in-use"  # lifted, and not for a call of ours
    OUT = "out-of-order"

    @property
    def word(self) -> str:
        """As in ``seat.state``: after a talk it is wrap-up, wherever the handset lies."""
        return State.WRAP_UP.value if self is State.CLEARED else self.value


class Input(Enum):
    """What can happen to a seat."""

    # its telephone
    ANSWERED = auto()
    LIFTED = auto()
    PUT_DOWN = auto()
    REFUSED = auto()  # an outside number's: nobody is reached there
    LOST = auto()
    BACK = auto()
    # the switchboard
    RING = auto()
    STOP_RING = auto()
    CLEAR = auto()  # the caller is no longer there
    RECALL = auto()  # one who was sent on comes back
    # the operator
    PAUSE = auto()  # in a call: after it
    RESUME = auto()
    # time
    WRAPPED_UP = auto()


class Do(Enum):
    """Actions without a parameter."""

    RING = auto()
    STOP_RING = auto()
    CLEAR = auto()
    CONNECT = auto()  # the telephone is off hook already
    START_WRAP_UP = auto()
    STOP_WRAP_UP = auto()
    TELL_ANSWERED = auto()
    TELL_LEFT = auto()
    TELL_REFUSED = auto()
    TELL_LOST = auto()


Row = tuple[State, tuple[Do, ...]]

_RECALLED: Row = (State.TALKING, (Do.STOP_WRAP_UP, Do.CONNECT, Do.TELL_ANSWERED))

_ROWS: dict[State, dict[Input, Row]] = {
    State.READY: {
        Input.RING: (State.RINGING, (Do.RING,)),
        Input.RECALL: (State.RINGING, (Do.RING,)),
        Input.LIFTED: (State.IN_USE, ()),
        Input.PAUSE: (State.PAUSED, ()),
        Input.LOST: (State.OUT, ()),
    },
    State.PAUSED: {
        Input.RECALL: (State.RINGING, (Do.RING,)),
        Input.LIFTED: (State.IN_USE, ()),
        Input.RESUME: (State.READY, ()),
        Input.LOST: (State.OUT, ()),
    },
    State.RINGING: {
        Input.ANSWERED: (State.TALKING, (Do.TELL_ANSWERED,)),
        Input.STOP_RING: (State.READY, (Do.STOP_RING,)),
        Input.REFUSED: (State.READY, (Do.TELL_REFUSED,)),
        Input.LOST: (State.OUT, (Do.TELL_LOST,)),
    },
    State.TALKING: {
        Input.PUT_DOWN: (State.WRAP_UP, (Do.START_WRAP_UP, Do.TELL_LEFT)),
        Input.CLEAR: (State.CLEARED, (Do.START_WRAP_UP, Do.CLEAR)),
        Input.LOST: (State.OUT, (Do.TELL_LOST,)),
    },
    State.CLEARED: {
        Input.PUT_DOWN: (State.WRAP_UP, ()),
        Input.RECALL: _RECALLED,
        Input.WRAPPED_UP: (State.IN_USE, ()),
        Input.RESUME: (State.IN_USE, (Do.STOP_WRAP_UP,)),
        Input.PAUSE: (State.IN_USE, (Do.STOP_WRAP_UP,)),
        Input.LOST: (State.OUT, (Do.STOP_WRAP_UP,)),
    },
    State.WRAP_UP: {
        Input.LIFTED: (State.CLEARED, ()),
        Input.RECALL: (State.RINGING, (Do.STOP_WRAP_UP, Do.RING)),
        Input.WRAPPED_UP: (State.READY, ()),
        Input.RESUME: (State.READY, (Do.STOP_WRAP_UP,)),
        Input.PAUSE: (State.PAUSED, (Do.STOP_WRAP_UP,)),
        Input.LOST: (State.OUT, (Do.STOP_WRAP_UP,)),
    },
    State.IN_USE: {
        Input.PUT_DOWN: (State.READY, ()),
        Input.RECALL: _RECALLED,
        Input.LOST: (State.OUT, ()),
    },
    State.OUT: {Input.BACK: (State.READY, ())},
}

TABLE = MappingProxyType({(state, seen): row for state, rows in _ROWS.items() for seen, row in rows.items()})


class SeatState:
    """One seat's place in its table."""

    def __init__(self) -> None:
        self.state = State.READY
        self.pausing = False
        """No call after this one."""

    def feed(self, seen: Input) -> tuple[Do, ...]:
        """Takes the step and returns what is to be done, in order."""
        if seen in (Input.PAUSE, Input.RESUME):
            self.pausing = seen is Input.PAUSE
        state, actions = TABLE.get((self.state, seen), (self.state, ()))
        self.state = State.PAUSED if state is State.READY and self.pausing else state
        return actions
