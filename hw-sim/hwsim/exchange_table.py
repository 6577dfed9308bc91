"""What the simulated exchange does with a subscriber's line, as a table: TABLE[state, input] -> (next state,
actions); an action is a method of `hwsim.exchange.Exchange`.

    IDLE --lifted--> DIAL_TONE --digit--> DIALLING --free--> RINGBACK --answered--> TALKING
    IDLE --called--> RINGING --lifted--> TALKING --other gone--> CLEARED      any --put down--> IDLE
    DIAL_TONE, REFUSED, CLEARED --time--> … --time--> HOWLING --time--> LOCKED_OUT
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType


class LineState(Enum):
    IDLE = auto()
    DIAL_TONE = auto()
    DIALLING = auto()
    RINGBACK = auto()
    SUMMONED = auto()  # J-CLIP: CAR asks for a primary answer
    TOLD = auto()  # J-CLIP: off hook for the data
    RINGING = auto()
    TALKING = auto()
    CLEARED = auto()  # the other side went; this one is still off hook
    REFUSED = auto()  # hears a tone or an announcement
    HOWLING = auto()  # left off hook
    LOCKED_OUT = auto()  # and for too long: nothing is heard any more


class Input(Enum):
    LIFTED = auto()
    PUT_DOWN = auto()
    DIGIT = auto()
    PULSES = auto()  # the first pulse of a digit
    FLASH = auto()
    FREE = auto()
    BUSY = auto()
    UNKNOWN = auto()
    OUTSIDE = auto()  # the digit that leads out of a PBX
    CONSULT = auto()  # a flash: hold, and dial tone for a second call
    GIVE = auto()  # put down: who is on hold and who was called second have one another
    GIVEN = auto()  # he is told so, while the other rings
    RETURN = auto()  # back to who is on hold
    TAKE = auto()  # the waiting call is fetched
    SWAP = auto()  # changes over
    JOIN = auto()  # a call of three
    DROP = auto()  # without the last of them
    FALL_BACK = auto()  # the one he talked to went, and another is on hold
    ANNOUNCED = auto()  # the number gives a tone or an announcement
    CALLED = auto()
    SUMMONS = auto()
    ANSWERED = auto()
    KNOCK = auto()  # a second call, to a line that talks
    ACKNOWLEDGED = auto()  # it can take the data of that
    OTHER_GONE = auto()
    TIMEOUT = auto()


S, IN = LineState, Input
TABLE: Mapping[tuple[LineState, Input], tuple[LineState, tuple[str, ...]]] = MappingProxyType(
    {
        (S.IDLE, IN.LIFTED): (S.DIAL_TONE, ("dial_tone",)),
        (S.IDLE, IN.CALLED): (S.RINGING, ("begin_ringing",)),
        (S.DIAL_TONE, IN.DIGIT): (S.DIALLING, ("quiet", "digit")),
        (S.DIAL_TONE, IN.PULSES): (S.DIALLING, ("quiet", "await_digit")),
        (S.DIAL_TONE, IN.TIMEOUT): (S.REFUSED, ("congestion",)),
        (S.DIALLING, IN.DIGIT): (S.DIALLING, ("digit",)),
        (S.DIALLING, IN.PULSES): (S.DIALLING, ("await_digit",)),
        (S.DIALLING, IN.FLASH): (S.DIAL_TONE, ("forget", "dial_tone")),
        (S.REFUSED, IN.FLASH): (S.DIAL_TONE, ("forget", "dial_tone")),
        (S.DIALLING, IN.TIMEOUT): (S.DIALLING, ("route",)),
        (S.DIALLING, IN.FREE): (S.RINGBACK, ("ringback",)),
        (S.DIALLING, IN.BUSY): (S.REFUSED, ("busy",)),
        (S.DIALLING, IN.UNKNOWN): (S.REFUSED, ("unobtainable",)),
        (S.DIALLING, IN.ANNOUNCED): (S.REFUSED, ("announce",)),
        (S.DIALLING, IN.OUTSIDE): (S.DIAL_TONE, ("lead_out",)),
        (S.REFUSED, IN.TIMEOUT): (S.HOWLING, ("howl",)),
        (S.CLEARED, IN.TIMEOUT): (S.HOWLING, ("howl",)),
        (S.HOWLING, IN.TIMEOUT): (S.LOCKED_OUT, ("quiet",)),
        (S.RINGBACK, IN.ANSWERED): (S.TALKING, ("quiet", "tell_answer")),
        (S.RINGBACK, IN.TIMEOUT): (S.REFUSED, ("leave_other", "busy")),
        (S.RINGBACK, IN.OTHER_GONE): (S.REFUSED, ("busy",)),
        (S.IDLE, IN.SUMMONS): (S.SUMMONED, ("begin_car",)),
        (S.SUMMONED, IN.LIFTED): (S.TOLD, ("stop_ringing", "tell_lifted")),
        (S.SUMMONED, IN.TIMEOUT): (S.RINGING, ("stop_ringing", "end_alert", "ring")),
        (S.SUMMONED, IN.OTHER_GONE): (S.IDLE, ("stop_ringing", "end_alert")),
        (S.TOLD, IN.PUT_DOWN): (S.RINGING, ("quiet", "end_alert", "ring_soon")),
        (S.TOLD, IN.TIMEOUT): (S.REFUSED, ("quiet", "leave_other", "busy")),
        (S.TOLD, IN.OTHER_GONE): (S.CLEARED, ("quiet",)),
        (S.RINGING, IN.LIFTED): (S.TALKING, ("stop_ringing", "quiet", "through_connect")),
        (S.RINGING, IN.OTHER_GONE): (S.IDLE, ("stop_ringing", "quiet", "end_alert")),
        (S.TALKING, IN.OTHER_GONE): (S.CLEARED, ("part", "clearing_signals")),
        (S.TALKING, IN.KNOCK): (S.TALKING, ("part", "knock")),
        (S.TALKING, IN.ACKNOWLEDGED): (S.TALKING, ("tell_waiting",)),
        (S.TALKING, IN.TIMEOUT): (S.TALKING, ("quiet", "rejoin")),
        (S.TALKING, IN.CONSULT): (S.DIAL_TONE, ("quiet", "hold", "forget", "dial_tone")),
        (S.DIAL_TONE, IN.RETURN): (S.TALKING, ("quiet", "take_back")),
        (S.DIALLING, IN.RETURN): (S.TALKING, ("quiet", "take_back")),
        (S.RINGBACK, IN.RETURN): (S.TALKING, ("quiet", "leave_other", "take_back")),
        (S.REFUSED, IN.RETURN): (S.TALKING, ("quiet", "take_back")),
        (S.IDLE, IN.RETURN): (S.TALKING, ("take_back",)),
        (S.TALKING, IN.TAKE): (S.TALKING, ("quiet", "take_waiting")),
        (S.CLEARED, IN.TAKE): (S.TALKING, ("quiet", "restore_polarity", "take_waiting")),
        (S.TALKING, IN.SWAP): (S.TALKING, ("swap",)),
        (S.TALKING, IN.JOIN): (S.TALKING, ("join",)),
        (S.TALKING, IN.DROP): (S.TALKING, ("drop_last", "take_back")),
        (S.TALKING, IN.FALL_BACK): (S.TALKING, ("quiet", "take_back")),
        (S.RINGING, IN.TIMEOUT): (S.IDLE, ("stop_ringing", "quiet", "end_alert", "leave_other")),
        (S.IDLE, IN.PUT_DOWN): (S.IDLE, ()),
        (S.DIAL_TONE, IN.PUT_DOWN): (S.IDLE, ("quiet", "recall")),
        (S.DIALLING, IN.PUT_DOWN): (S.IDLE, ("quiet", "recall")),
        (S.RINGBACK, IN.GIVE): (S.IDLE, ("quiet", "give")),
        (S.TALKING, IN.GIVE): (S.IDLE, ("quiet", "part", "give")),
        (S.TALKING, IN.GIVEN): (S.RINGBACK, ("ringback",)),
        (S.RINGBACK, IN.PUT_DOWN): (S.IDLE, ("quiet", "leave_other", "recall")),
        (S.TALKING, IN.PUT_DOWN): (S.IDLE, ("quiet", "part", "leave_other", "restore_polarity", "recall")),
        (S.CLEARED, IN.PUT_DOWN): (S.IDLE, ("quiet", "restore_polarity", "recall")),
        (S.REFUSED, IN.PUT_DOWN): (S.IDLE, ("quiet", "restore_polarity", "recall")),
        (S.HOWLING, IN.PUT_DOWN): (S.IDLE, ("quiet", "restore_polarity", "recall")),
        (S.LOCKED_OUT, IN.PUT_DOWN): (S.IDLE, ("restore_polarity", "recall")),
    }
)
"""What is not here changes nothing: a digit or a flash in the call, a second call to a line in use (BUSY)."""
