"""The words for a call on its way to seats: what came of it, why a seat has it no longer, how it is heard."""

from __future__ import annotations

from enum import Enum


class Reached(Enum):
    """What came of it."""

    ANSWERED = "answered"  # they talked, and the operator hung up first
    BUSY = "busy"  # every seat is
    NO_ANSWER = "no-answer"
    CALLER_LEFT = "caller-left"
    FAILED = "failed"  # there is no such seat, its telephone is out of order, or went so


class Why(Enum):
    """Why a seat has the call no longer."""

    ELSEWHERE = "answered-elsewhere"
    NO_ANSWER = "no-answer"
    NOT_REACHED = "not-reached"  # an outside number: busy, no such number, a machine, no line is free
    CALLER_LEFT = "caller-left"
    OPERATOR = "operator"  # hung up
    SENT_ON = "sent-on"  # to another seat
    HANDED_OVER = "handed-over"  # to another seat, after a word with it
    LET_GO = "let-go"  # was asked only, and the other has the call
    PARKED = "parked"
    LOST = "line-lost"
    WITHDRAWN = "withdrawn"  # the caller waits no longer: he has left the queue
    TAKEN = "taken"  # the call was given to somebody else, or has no room on a bridge


class Talk(Enum):
    """How caller and operator hear each other."""

    TALKING = "talking"
    MUTED = "muted"  # the caller does not hear the operator
    HELD = "held"  # neither hears the other, and the caller music
