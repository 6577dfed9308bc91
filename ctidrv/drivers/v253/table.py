"""A voice modem as a table: TABLE[state, input] -> (next state, actions). No I/O and no clock.

A state is what the modem is doing or what is waited for from it; each that waits has a time (`WAITS_S`), and
its end is LATE. A pair that is not in the table changes nothing.

    AWAY --found--> WAKING --awake--> ASKING --ready--> IDLE <--> RINGING
      ^                                                  | seize    |
      |  late, gone, babble: from anywhere               v          v
      +--------------------------------- LIFTING --ok--> OPENING --connect--> DUPLEX, or RECORD <--> PLAY
                                         hang up: ENDING (the audio), HANGING_UP, and IDLE again
"""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType


class State(Enum):
    AWAY = "away"
    WAKING = "waking"  # AT, until it answers
    ASKING = "asking"  # what it is (dialogue.py)
    IDLE = "idle"
    CHECKING = "checking"  # idle, and asked whether it still is
    RINGING = "ringing"
    LIFTING = "lifting"
    OPENING = "opening"  # audio asked for, the first time in this call
    DUPLEX = "full duplex"
    RECORD = "recording"
    PLAY = "playing"
    RECORD_ENDS = "recording ends"
    PLAY_BEGINS = "play begins"
    PLAY_ENDS = "play ends"
    RECORD_BEGINS = "recording begins"
    FLASH_WAITS = "flash waits"  # for the end of the audio
    FLASHING = "flashing"
    FAX_WAITS = "fax waits"  # for the end of the audio
    FAX = "fax"  # in class 1, until it is over
    VOICE_AGAIN = "voice again"  # behind a fax, on the same call
    FAX_ENDS = "fax ends"  # with its line
    REOPENING = "reopening"
    LEAVING = "leaving"  # the hang-up waits for a reply that is due
    ENDING = "ending"  # the audio, to hang up
    HANGING_UP = "hanging up"


class Input(Enum):
    # the device
    FOUND = auto()
    GONE = auto()
    BABBLE = auto()
    # what it answers
    OK = auto()
    REFUSED = auto()  # ERROR, also when asked again
    NO_DUPLEX = auto()  # REFUSED, asked for audio both ways
    CONNECT = auto()
    CONNECT_BOTH = auto()  # asked for audio both ways
    LATE = auto()  # nothing in its time
    READY = auto()  # all has been asked
    UNFIT = auto()  # it is no voice modem, or not ours
    # what it tells
    RING = auto()
    RING_OVER = auto()  # it has rung no more for long
    AUDIO_ENDED = auto()  # by itself
    # what is wanted of it
    CHECK = auto()
    SEIZE = auto()
    RELEASE = auto()
    FLASH = auto()
    FAX = auto()  # by its own fax class
    FAX_OVER = auto()
    SOUND = auto()  # half duplex: there is something to play
    SILENCE = auto()  # half duplex: there is nothing more


class Do(Enum):
    CLOSE = auto()  # the port; the board is gone
    WAKE = auto()
    ASK = auto()
    BACK = auto()  # the board is there
    CHECK = auto()
    TELL_RING = auto()
    LIFT = auto()
    OPEN = auto()  # both ways, or recording where it is half duplex
    HALF_DUPLEX = auto()  # it is, from now on
    TELL_SEIZED = auto()
    SERVE = auto()  # what the state says
    SERVE_NOTHING = auto()
    RECORD = auto()
    PLAY = auto()
    END_RECORD = auto()
    END_PLAY = auto()
    END_AUDIO = auto()  # whichever there is
    BEGIN_FAX = auto()
    FORGET_FAX = auto()  # it has no line any more
    SET_UP_VOICE = auto()  # on the line
    DROP_FAX = auto()  # on hook, and set up for voice
    FLASH = auto()
    TELL_FLASHED = auto()
    TELL_NOT_FLASHED = auto()
    DROP = auto()  # on hook
    TELL_RELEASED = auto()


Row = tuple[State, tuple[Do, ...]]
_LOST: Row = (State.AWAY, (Do.SERVE_NOTHING, Do.CLOSE))
_HANG_UP: Row = (State.HANGING_UP, (Do.SERVE_NOTHING, Do.DROP))

WAITS_S = MappingProxyType(
    {
        State.WAKING: 4.5,
        State.ASKING: 4.5,
        State.CHECKING: 4.5,
        State.LIFTING: 4.5,
        State.OPENING: 4.5,
        State.RECORD_ENDS: 4.5,
        State.PLAY_BEGINS: 4.5,
        State.PLAY_ENDS: 6.0,  # what it holds is played first
        State.RECORD_BEGINS: 4.5,
        State.FLASH_WAITS: 6.0,
        State.FLASHING: 4.5,
        State.FAX_WAITS: 6.0,
        State.VOICE_AGAIN: 9.0,
        State.FAX_ENDS: 9.0,
        State.REOPENING: 4.5,
        State.LEAVING: 4.5,
        State.ENDING: 6.0,
        State.HANGING_UP: 4.5,
    }
)
"""A modem that answers later is taken for frozen."""

_ON_HOOK: dict[Input, Row] = {
    Input.SEIZE: (State.LIFTING, (Do.LIFT,)),
    Input.RING: (State.RINGING, (Do.TELL_RING,)),
}
_ROWS: dict[State, dict[Input, Row]] = {
    State.AWAY: {Input.FOUND: (State.WAKING, (Do.WAKE,))},
    State.WAKING: {
        Input.OK: (State.ASKING, (Do.ASK,)),
        Input.REFUSED: (State.ASKING, (Do.ASK,)),
        Input.CONNECT: (State.WAKING, (Do.WAKE,)),  # late, of what it was told before
    },
    State.ASKING: {Input.READY: (State.IDLE, (Do.BACK,)), Input.UNFIT: _LOST},
    State.IDLE: {
        **_ON_HOOK,
        Input.CHECK: (State.CHECKING, (Do.CHECK,)),
        Input.RELEASE: (State.IDLE, (Do.TELL_RELEASED,)),
    },
    State.CHECKING: {
        Input.OK: (State.IDLE, ()),
        Input.REFUSED: (State.IDLE, ()),
        Input.RING: (State.RINGING, (Do.TELL_RING,)),
        Input.SEIZE: (State.LIFTING, (Do.LIFT,)),
        Input.RELEASE: (State.CHECKING, (Do.TELL_RELEASED,)),
    },
    State.RINGING: {
        **_ON_HOOK,
        Input.RING_OVER: (State.IDLE, ()),
        Input.RELEASE: (State.RINGING, (Do.TELL_RELEASED,)),
    },
    State.LIFTING: {
        Input.OK: (State.OPENING, (Do.OPEN,)),
        Input.REFUSED: _HANG_UP,
        Input.RELEASE: (State.LEAVING, ()),
    },
    State.OPENING: {
        Input.CONNECT_BOTH: (State.DUPLEX, (Do.SERVE, Do.TELL_SEIZED)),
        Input.CONNECT: (State.RECORD, (Do.SERVE, Do.TELL_SEIZED)),
        Input.NO_DUPLEX: (State.OPENING, (Do.HALF_DUPLEX, Do.OPEN)),
        Input.REFUSED: _HANG_UP,
        Input.RELEASE: (State.LEAVING, ()),
    },
    State.FAX_WAITS: {
        Input.OK: (State.FAX, (Do.BEGIN_FAX,)),
        Input.REFUSED: (State.FAX, (Do.BEGIN_FAX,)),
        Input.RELEASE: (State.ENDING, (Do.FORGET_FAX,)),
    },
    State.FAX: {
        Input.FAX_OVER: (State.VOICE_AGAIN, (Do.SET_UP_VOICE,)),
        Input.RELEASE: (State.FAX_ENDS, (Do.FORGET_FAX, Do.DROP_FAX)),
    },
    State.VOICE_AGAIN: {
        Input.OK: (State.REOPENING, (Do.OPEN,)),
        Input.REFUSED: _LOST,
        Input.RELEASE: (State.LEAVING, ()),
    },
    State.FAX_ENDS: {
        Input.OK: (State.IDLE, (Do.TELL_RELEASED,)),
        Input.REFUSED: _LOST,
    },
    State.DUPLEX: {
        Input.FAX: (State.FAX_WAITS, (Do.SERVE_NOTHING, Do.END_AUDIO)),
        Input.AUDIO_ENDED: (State.REOPENING, (Do.OPEN,)),
        Input.FLASH: (State.FLASH_WAITS, (Do.END_AUDIO,)),
        Input.RELEASE: (State.ENDING, (Do.SERVE_NOTHING, Do.END_AUDIO)),
    },
    State.RECORD: {
        Input.FAX: (State.FAX_WAITS, (Do.SERVE_NOTHING, Do.END_RECORD)),
        Input.AUDIO_ENDED: (State.REOPENING, (Do.OPEN,)),
        Input.SOUND: (State.RECORD_ENDS, (Do.END_RECORD,)),
        Input.FLASH: (State.FLASH_WAITS, (Do.END_RECORD,)),
        Input.RELEASE: (State.ENDING, (Do.SERVE_NOTHING, Do.END_RECORD)),
    },
    State.RECORD_ENDS: {
        Input.OK: (State.PLAY_BEGINS, (Do.PLAY,)),
        Input.REFUSED: (State.PLAY_BEGINS, (Do.PLAY,)),
        Input.RELEASE: (State.ENDING, (Do.SERVE_NOTHING,)),
    },
    State.PLAY_BEGINS: {
        Input.CONNECT: (State.PLAY, (Do.SERVE,)),
        Input.REFUSED: (State.RECORD_BEGINS, (Do.RECORD,)),
        Input.RELEASE: (State.LEAVING, ()),
    },
    State.PLAY: {
        Input.FAX: (State.FAX_WAITS, (Do.SERVE_NOTHING, Do.END_PLAY)),
        Input.SILENCE: (State.PLAY_ENDS, (Do.END_PLAY,)),
        Input.OK: (State.RECORD_BEGINS, (Do.RECORD,)),
        Input.FLASH: (State.FLASH_WAITS, (Do.END_PLAY,)),
        Input.RELEASE: (State.ENDING, (Do.SERVE_NOTHING, Do.END_PLAY)),
    },
    State.PLAY_ENDS: {
        Input.OK: (State.RECORD_BEGINS, (Do.RECORD,)),
        Input.REFUSED: (State.RECORD_BEGINS, (Do.RECORD,)),
        Input.RELEASE: (State.ENDING, (Do.SERVE_NOTHING,)),
    },
    State.RECORD_BEGINS: {
        Input.CONNECT: (State.RECORD, (Do.SERVE,)),
        Input.REFUSED: _LOST,
        Input.RELEASE: (State.LEAVING, ()),
    },
    State.FLASH_WAITS: {
        Input.OK: (State.FLASHING, (Do.SERVE_NOTHING, Do.FLASH)),
        Input.REFUSED: (State.FLASHING, (Do.SERVE_NOTHING, Do.FLASH)),
        Input.RELEASE: (State.ENDING, (Do.SERVE_NOTHING, Do.TELL_NOT_FLASHED)),
    },
    State.FLASHING: {
        Input.OK: (State.REOPENING, (Do.OPEN, Do.TELL_FLASHED)),
        Input.REFUSED: (State.REOPENING, (Do.OPEN, Do.TELL_NOT_FLASHED)),
        Input.RELEASE: (State.LEAVING, (Do.TELL_NOT_FLASHED,)),
    },
    State.REOPENING: {
        Input.CONNECT_BOTH: (State.DUPLEX, (Do.SERVE,)),
        Input.CONNECT: (State.RECORD, (Do.SERVE,)),
        Input.NO_DUPLEX: _LOST,
        Input.REFUSED: _LOST,
        Input.RELEASE: (State.LEAVING, ()),
    },
    State.LEAVING: {
        Input.OK: _HANG_UP,
        Input.REFUSED: _HANG_UP,
        Input.NO_DUPLEX: _HANG_UP,
        **dict.fromkeys(
            (Input.CONNECT, Input.CONNECT_BOTH), (State.ENDING, (Do.SERVE_NOTHING, Do.END_AUDIO))
        ),
    },
    State.ENDING: {Input.OK: _HANG_UP, Input.REFUSED: _HANG_UP},
    State.HANGING_UP: {
        Input.OK: (State.IDLE, (Do.TELL_RELEASED,)),
        Input.REFUSED: _LOST,
    },
}
_NOT_NOW = tuple(
    state
    for state in State
    if Input.FLASH not in _ROWS.get(state, {}) and state not in (State.AWAY, State.WAKING, State.ASKING)
)

TABLE = MappingProxyType(
    {
        **{
            (state, seen): _LOST
            for state in State
            if state is not State.AWAY
            for seen in (Input.GONE, Input.BABBLE, Input.LATE)
        },
        **{(state, Input.FLASH): (state, (Do.TELL_NOT_FLASHED,)) for state in _NOT_NOW},
        **{(state, seen): row for state, rows in _ROWS.items() for seen, row in rows.items()},
    }
)

OFF_HOOK = frozenset(State) - {
    State.AWAY,
    State.WAKING,
    State.ASKING,
    State.IDLE,
    State.CHECKING,
    State.RINGING,
    State.HANGING_UP,
    State.FAX_ENDS,
}
AUDIO = frozenset({State.DUPLEX, State.RECORD, State.RECORD_ENDS})
"""The modem sends audio."""
