"""A consultation as a table: TABLE[state, input] -> (next state, actions).

The sender has a call and asks another seat first. No I/O and no clock, as seat_table.py; consult.py drives
it. A pair that is not in the table is refused to whoever orders it, and else changes nothing.

    RINGING --answered--> ASIDE <--swap--> WITH_CALLER        ASIDE, WITH_CALLER --complete--> HANDED_OVER
       | nobody              | other gone       | other gone     RINGING --complete--> SENT_ON
       +-----> RETURNED <----+                  +--> BACK        RINGING, ASIDE, WITH_CALLER --back--> BACK

    ASIDE, WITH_CALLER --join--> CONFERENCE --swap--> ASIDE; whoever leaves it leaves the caller to the other
"""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType


class State(Enum):
    """Who is with whom; the last four are its ends."""

    RINGING = "ringing"  # the other seat; the sender hears that, the caller music
    ASIDE = "aside"  # sender and other, while the caller hears music
    WITH_CALLER = "with-caller"  # sender and caller, while the other hears music
    CONFERENCE = "conference"  # all three
    BACK = "back"  # the sender has the caller again
    RETURNED = "returned"  # the same, and is told why
    HANDED_OVER = "handed-over"  # the other has the caller, the sender is free
    SENT_ON = "sent-on"  # the other still rings, the sender is free


OVER = frozenset({State.BACK, State.RETURNED, State.HANDED_OVER, State.SENT_ON})


class Input(Enum):
    """What can happen."""

    # the other seat
    ANSWERED = auto()
    UNANSWERED = auto()
    OTHER_LEFT = auto()
    # the sender
    SENDER_LEFT = auto()
    SWAP = auto()
    JOIN = auto()  # all three
    COMPLETE = auto()
    BACK = auto()


class Do(Enum):
    """Actions without a parameter."""

    STOP_RINGING = auto()
    LET_GO = auto()  # the other, who is told
    FREE_SENDER = auto()
    HAND_OVER = auto()  # and the sender is free
    CLEAR_SENDER = auto()  # he is off hook still, and is told


Row = tuple[State, tuple[Do, ...]]

_BACK: Row = (State.BACK, (Do.LET_GO,))
_GONE: Row = (State.HANDED_OVER, (Do.HAND_OVER,))
_COMPLETE: Row = (State.HANDED_OVER, (Do.HAND_OVER, Do.CLEAR_SENDER))

_ROWS: dict[State, dict[Input, Row]] = {
    State.RINGING: {
        Input.ANSWERED: (State.ASIDE, ()),
        Input.UNANSWERED: (State.RETURNED, (Do.STOP_RINGING,)),
        Input.SENDER_LEFT: (State.SENT_ON, (Do.FREE_SENDER,)),
        Input.COMPLETE: (State.SENT_ON, (Do.FREE_SENDER, Do.CLEAR_SENDER)),
        Input.BACK: (State.BACK, (Do.STOP_RINGING,)),
    },
    State.ASIDE: {
        Input.OTHER_LEFT: (State.RETURNED, ()),
        Input.SENDER_LEFT: _GONE,
        Input.SWAP: (State.WITH_CALLER, ()),
        Input.JOIN: (State.CONFERENCE, ()),
        Input.COMPLETE: _COMPLETE,
        Input.BACK: _BACK,
    },
    State.WITH_CALLER: {
        Input.OTHER_LEFT: (State.BACK, ()),
        Input.SENDER_LEFT: _GONE,
        Input.SWAP: (State.ASIDE, ()),
        Input.JOIN: (State.CONFERENCE, ()),
        Input.COMPLETE: _COMPLETE,
        Input.BACK: _BACK,
    },
    State.CONFERENCE: {
        Input.OTHER_LEFT: (State.BACK, ()),
        Input.SENDER_LEFT: _GONE,
        Input.SWAP: (State.ASIDE, ()),
        Input.COMPLETE: _COMPLETE,
        Input.BACK: _BACK,
    },
}

TABLE = MappingProxyType({(state, seen): row for state, rows in _ROWS.items() for seen, row in rows.items()})


class ConsultState:
    """One consultation's place in its table."""

    def __init__(self) -> None:
        self.state = State.RINGING

    def feed(self, seen: Input) -> tuple[Do, ...] | None:
        """Takes the step and returns what is to be done, in order; None: there is no such step."""
        row = TABLE.get((self.state, seen))
        if row is None:
            return None
        self.state, actions = row
        return actions
