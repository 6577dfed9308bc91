"""The field's words in the operator's language: line states, causes of a hang-up, outcomes."""

from __future__ import annotations

from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP, Phrase

MISSING = "missing"
"""The state of a line whose board the station lost."""

LINE_STATES: dict[str, Phrase] = {
    "idle": QT_TRANSLATE_NOOP("LineState", "Free"),
    "ringing": QT_TRANSLATE_NOOP("LineState", "Ringing"),
    "seized": QT_TRANSLATE_NOOP("LineState", "Off hook"),
    "dialling": QT_TRANSLATE_NOOP("LineState", "Dialling"),
    "calling": QT_TRANSLATE_NOOP("LineState", "Calling"),
    "talking": QT_TRANSLATE_NOOP("LineState", "In a call"),
    "clearing": QT_TRANSLATE_NOOP("LineState", "Hanging up"),
    "cleared": QT_TRANSLATE_NOOP("LineState", "The other side has hung up"),
    "off-hook": QT_TRANSLATE_NOOP("LineState", "Forgotten off hook"),
    "howling": QT_TRANSLATE_NOOP("LineState", "Forgotten off hook: howler"),
    "left-off-hook": QT_TRANSLATE_NOOP("LineState", "Left off hook"),
    "out-of-order": QT_TRANSLATE_NOOP("LineState", "Out of order"),
    "unused": QT_TRANSLATE_NOOP("LineState", "Not in use"),
    MISSING: QT_TRANSLATE_NOOP("LineState", "Device missing"),
}
UNKNOWN = "unknown"
"""The state of every line while the station is not reachable."""
UNKNOWN_STATE = QT_TRANSLATE_NOOP("LineState", "Not known")

SEAT_STATES: dict[str, Phrase] = {
    "ready": QT_TRANSLATE_NOOP("SeatState", "Ready"),
    "paused": QT_TRANSLATE_NOOP("SeatState", "Paused"),
    "ringing": QT_TRANSLATE_NOOP("SeatState", "Ringing"),
    "talking": QT_TRANSLATE_NOOP("SeatState", "In a call"),
    "wrap-up": QT_TRANSLATE_NOOP("SeatState", "After the call"),
    "in-use": QT_TRANSLATE_NOOP("SeatState", "Off hook"),
    "out-of-order": QT_TRANSLATE_NOOP("SeatState", "Out of order"),
}

CAUSES: dict[str, Phrase] = {
    "remote-loop-break": QT_TRANSLATE_NOOP("Cause", "the caller hung up (loop break)"),
    "remote-reversal": QT_TRANSLATE_NOOP("Cause", "the caller hung up (polarity reversal)"),
    "remote-busy-tone": QT_TRANSLATE_NOOP("Cause", "the caller hung up (busy tone)"),
    "remote-learnt-tone": QT_TRANSLATE_NOOP("Cause", "the caller hung up (a tone this line was taught)"),
    "remote-congestion-tone": QT_TRANSLATE_NOOP("Cause", "the caller hung up (congestion tone)"),
    "remote-dial-tone": QT_TRANSLATE_NOOP("Cause", "the caller hung up (dial tone came back)"),
    "remote-silence": QT_TRANSLATE_NOOP("Cause", "nothing more was heard from the caller"),
    "remote-board": QT_TRANSLATE_NOOP("Cause", "the caller hung up (so says the board)"),
    "message-waiting": QT_TRANSLATE_NOOP("Cause", "no call: the exchange told of messages"),
    "called-busy": QT_TRANSLATE_NOOP("Cause", "the called number was busy"),
    "congestion": QT_TRANSLATE_NOOP("Cause", "the network took no more calls"),
    "number-unobtainable": QT_TRANSLATE_NOOP("Cause", "the number is not in service"),
    "no-answer": QT_TRANSLATE_NOOP("Cause", "nobody answered"),
    "no-progress": QT_TRANSLATE_NOOP("Cause", "nothing was heard after dialling"),
    "no-dial-tone": QT_TRANSLATE_NOOP("Cause", "the line gave no dial tone"),
    "not-dialled": QT_TRANSLATE_NOOP("Cause", "the line did not take the digits"),
    "glare": QT_TRANSLATE_NOOP("Cause", "somebody called in the same moment"),
    "freed-for-emergency": QT_TRANSLATE_NOOP("Cause", "ended for an emergency call"),
    "fax-answered": QT_TRANSLATE_NOOP("Cause", "a fax machine answered"),
    "local-script": QT_TRANSLATE_NOOP("Cause", "the menu ended the call"),
    "local-operator": QT_TRANSLATE_NOOP("Cause", "you hung up"),
    "given-on": QT_TRANSLATE_NOOP("Cause", "given on to another extension"),
    "caller-gave-up": QT_TRANSLATE_NOOP("Cause", "the caller gave up before the answer"),
    "seize-failed": QT_TRANSLATE_NOOP("Cause", "the line did not go off hook"),
    "line-lost": QT_TRANSLATE_NOOP("Cause", "the line was lost"),
    "station-stop": QT_TRANSLATE_NOOP("Cause", "the station was stopped"),
    "station-restart": QT_TRANSLATE_NOOP("Cause", "the station was restarted"),
    "error": QT_TRANSLATE_NOOP("Cause", "an error in the station"),
}
OTHER_CAUSE = QT_TRANSLATE_NOOP("Cause", "another reason ({code})")

LEFT: dict[str, Phrase] = {
    "answered-elsewhere": QT_TRANSLATE_NOOP("Left", "another seat has answered"),
    "no-answer": QT_TRANSLATE_NOOP("Left", "nobody answered"),
    "caller-left": QT_TRANSLATE_NOOP("Left", "the caller has hung up"),
    "operator": QT_TRANSLATE_NOOP("Left", "the operator has hung up"),
    "sent-on": QT_TRANSLATE_NOOP("Left", "the call is sent on"),
    "parked": QT_TRANSLATE_NOOP("Left", "the call is parked"),
    "line-lost": QT_TRANSLATE_NOOP("Left", "its telephone was lost"),
    "taken": QT_TRANSLATE_NOOP("Left", "the call was taken over"),
    "handed-over": QT_TRANSLATE_NOOP("Left", "the other seat has the call"),
    "let-go": QT_TRANSLATE_NOOP("Left", "it was consulted only"),
    "not-reached": QT_TRANSLATE_NOOP("Left", "the outside number was not reached"),
    "withdrawn": QT_TRANSLATE_NOOP("Left", "the caller waits no longer"),
}

QUIT: dict[str, Phrase] = {
    "answered": QT_TRANSLATE_NOOP("Quit", "a seat has answered"),
    "left": QT_TRANSLATE_NOOP("Quit", "the caller has pressed the key that leaves"),
    "timeout": QT_TRANSLATE_NOOP("Quit", "the time is over"),
    "full": QT_TRANSLATE_NOOP("Quit", "it is full"),
    "nobody": QT_TRANSLATE_NOOP("Quit", "no seat takes calls"),
    "failed": QT_TRANSLATE_NOOP("Quit", "none of its telephones works"),
    "caller-left": QT_TRANSLATE_NOOP("Quit", "the caller has hung up"),
    "taken": QT_TRANSLATE_NOOP("Quit", "the call was taken over"),
}
"""Why a caller is in a queue no longer."""

OUTCOMES: dict[str, Phrase] = {
    "answered": QT_TRANSLATE_NOOP("Outcome", "answered"),
    "message": QT_TRANSLATE_NOOP("Outcome", "message left"),
    "missed": QT_TRANSLATE_NOOP("Outcome", "missed"),
    "interrupted": QT_TRANSLATE_NOOP("Outcome", "interrupted"),
    "no-ring": QT_TRANSLATE_NOOP("Outcome", "no ring"),
    "busy": QT_TRANSLATE_NOOP("Outcome", "busy"),
    "no-answer": QT_TRANSLATE_NOOP("Outcome", "no answer"),
    "failed": QT_TRANSLATE_NOOP("Outcome", "not through"),
    "cancelled": QT_TRANSLATE_NOOP("Outcome", "cancelled"),
}
RUNNING = QT_TRANSLATE_NOOP("Outcome", "now")
ENDED = QT_TRANSLATE_NOOP("Outcome", "ended")

PRIVATE = QT_TRANSLATE_NOOP("Caller", "Number withheld")
UNAVAILABLE = QT_TRANSLATE_NOOP("Caller", "Number not available")
NO_NUMBER = QT_TRANSLATE_NOOP("Caller", "No number")
NO_NUMBER_YET = QT_TRANSLATE_NOOP("Caller", "Number not known yet")


def line_state(state: str) -> Phrase:
    return LINE_STATES.get(state, UNKNOWN_STATE)


def seat_state(state: str) -> Phrase:
    return SEAT_STATES.get(state, UNKNOWN_STATE)


def left(why: str | None) -> Phrase:
    """Why a seat has a call no longer."""
    return LEFT.get(why or "") or OTHER_CAUSE.fill(code=why)


def cause(code: str | None) -> Phrase:
    return CAUSES.get(code or "error") or OTHER_CAUSE.fill(code=code)


def no_number(withheld: str | None, *, running: bool = False) -> Phrase:
    """What stands in the place of the number when there is none."""
    if withheld is None:
        return NO_NUMBER_YET if running else NO_NUMBER
    return PRIVATE if withheld == "private" else UNAVAILABLE
