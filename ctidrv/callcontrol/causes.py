"""Why a call ended, and how sure that is."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """As written in journals, rows and side files."""

    REMOTE_LOOP_BREAK = "remote-loop-break"
    REMOTE_REVERSAL = "remote-reversal"
    REMOTE_BUSY_TONE = "remote-busy-tone"
    REMOTE_CONGESTION_TONE = "remote-congestion-tone"
    REMOTE_LEARNT_TONE = "remote-learnt-tone"  # one that this line was taught
    REMOTE_DIAL_TONE = "remote-dial-tone"
    REMOTE_SILENCE = "remote-silence"
    REMOTE_BOARD = "remote-board"  # the board says so and not how it knows
    CALLER_GAVE_UP = "caller-gave-up"  # before anybody answered
    MESSAGE_WAITING = "message-waiting"  # there was no call: the reversal announced that messages wait
    CALLED_BUSY = "called-busy"  # of a call that we made
    CONGESTION = "congestion"  # the exchange, or a line on the way, takes no more
    UNOBTAINABLE = "number-unobtainable"  # special information tone, or the country's tone for it
    NO_ANSWER = "no-answer"
    NO_PROGRESS = "no-progress"  # it was dialled, and nothing was heard
    NO_DIAL_TONE = "no-dial-tone"
    NOT_DIALLED = "not-dialled"  # the board did not take the digits
    GLARE = "glare"  # it rang in the moment in which we seized the line
    FREED_FOR_EMERGENCY = "freed-for-emergency"  # every line was in use, and an emergency number was dialled
    FAX_ANSWERED = "fax-answered"  # by a fax machine or a modem, for which we have nothing
    LOCAL_SCRIPT = "local-script"
    LOCAL_OPERATOR = "local-operator"
    GIVEN_ON = "given-on"  # to another extension, by the PBX that the line is one of
    SEIZE_FAILED = "seize-failed"  # the board did not go off hook
    LINE_LOST = "line-lost"  # unplugged, board gone, or on hook against our will
    STATION_STOP = "station-stop"
    STATION_RESTART = "station-restart"  # the station had crashed
    ERROR = "error"

    @property
    def remote(self) -> bool:
        """The far end, or the line, ended the call."""
        return self.value.startswith("remote-") or self in (Cause.CALLER_GAVE_UP, Cause.LINE_LOST)


CONFIDENCE: dict[Cause, float] = {
    Cause.REMOTE_LOOP_BREAK: 0.95,
    Cause.REMOTE_REVERSAL: 0.9,
    Cause.REMOTE_BUSY_TONE: 0.9,
    Cause.REMOTE_CONGESTION_TONE: 0.85,
    Cause.REMOTE_LEARNT_TONE: 0.9,
    Cause.REMOTE_DIAL_TONE: 0.85,
    Cause.REMOTE_SILENCE: 0.5,
    Cause.CALLER_GAVE_UP: 0.8,
    Cause.CALLED_BUSY: 0.9,
    Cause.CONGESTION: 0.85,
    Cause.UNOBTAINABLE: 0.95,
    Cause.NO_ANSWER: 0.9,
    Cause.NO_PROGRESS: 0.5,
    Cause.NO_DIAL_TONE: 0.9,
    Cause.FAX_ANSWERED: 0.99,
}
"""A cause that is not here is certain."""


SIGNAL_OF: dict[Cause, str] = {
    Cause.REMOTE_LOOP_BREAK: "loop-break",
    Cause.REMOTE_REVERSAL: "reversal",
    Cause.REMOTE_BUSY_TONE: "busy-tone",
    Cause.REMOTE_CONGESTION_TONE: "busy-tone",
    Cause.REMOTE_LEARNT_TONE: "busy-tone",
    Cause.REMOTE_DIAL_TONE: "dial-tone",
    Cause.REMOTE_SILENCE: "silence",
}
"""By which of `ctidrv.ports.regions.SIGNALS` it ends a connected call."""


def ends_call(cause: Cause, signals: frozenset[str]) -> bool:
    """Whether it ends a connected call on a line where these signals do."""
    return SIGNAL_OF.get(cause) in (None, *signals)


def confidence(cause: Cause) -> float:
    """0…1: how sure the cause is."""
    return CONFIDENCE.get(cause, 1.0)


class Outcome(StrEnum):
    """What came of a call, in one word."""

    MISSED = "missed"  # it rang, asked for a primary answer or showed a number; nobody answered
    NO_RING = "no-ring"  # a polarity change that no ring followed: a test, or word of messages that wait
    ANSWERED = "answered"
    MESSAGE = "message"
    INTERRUPTED = "interrupted"  # our own failure, a lost line or an emergency call cut it short
    BUSY = "busy"  # from here on: of a call that we made, and that nobody answered
    NO_ANSWER = "no-answer"
    FAILED = "failed"  # it did not get through
    CANCELLED = "cancelled"  # we hung up before


BROKEN = frozenset(
    {
        Cause.ERROR,
        Cause.LINE_LOST,
        Cause.STATION_STOP,
        Cause.STATION_RESTART,
        Cause.FREED_FOR_EMERGENCY,
    }
)
"""A call that was answered and ended by one of these was interrupted."""
_NOT_THROUGH = {
    Cause.CALLED_BUSY: Outcome.BUSY,
    Cause.NO_ANSWER: Outcome.NO_ANSWER,
    Cause.LOCAL_SCRIPT: Outcome.CANCELLED,
    Cause.LOCAL_OPERATOR: Outcome.CANCELLED,
}


def not_through(cause: Cause | None) -> Outcome:
    """What came of a call that we made and that was not answered."""
    if cause in BROKEN:
        return Outcome.INTERRUPTED
    return Outcome.FAILED if cause is None else _NOT_THROUGH.get(cause, Outcome.FAILED)
