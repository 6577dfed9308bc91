"""What became of faxes and their pages, in an operator's words."""

from __future__ import annotations

from ctidesk.viewmodels.phrases import QT_TRANSLATE_NOOP, Phrase

CAUSES: dict[str, Phrase] = {
    "busy": QT_TRANSLATE_NOOP("FaxCause", "the number was busy"),
    "no-answer": QT_TRANSLATE_NOOP("FaxCause", "nobody answered"),
    "no-fax": QT_TRANSLATE_NOOP("FaxCause", "somebody answered, but no fax machine"),
    "congestion": QT_TRANSLATE_NOOP("FaxCause", "the network took no more calls"),
    "wrong-number": QT_TRANSLATE_NOOP("FaxCause", "the number is not in service: check it"),
    "not-allowed": QT_TRANSLATE_NOOP("FaxCause", "the station may not call this number any more"),
    "line-trouble": QT_TRANSLATE_NOOP("FaxCause", "the line did not dial: check the line"),
    "line-taken": QT_TRANSLATE_NOOP("FaxCause", "the line was needed for a call"),
    "broken-off": QT_TRANSLATE_NOOP("FaxCause", "the connection was lost during the fax"),
    "refused": QT_TRANSLATE_NOOP("FaxCause", "the other machine could not read a page"),
    "incompatible": QT_TRANSLATE_NOOP("FaxCause", "the other machine cannot take this fax"),
    "document": QT_TRANSLATE_NOOP("FaxCause", "the document could not be made into pages"),
    "stopped": QT_TRANSLATE_NOOP("FaxCause", "it was stopped"),
    "station-restart": QT_TRANSLATE_NOOP("FaxCause", "the station was restarted during the fax"),
    "error": QT_TRANSLATE_NOOP("FaxCause", "an error in the station"),
}
OTHER_CAUSE = QT_TRANSLATE_NOOP("FaxCause", "another reason ({code})")

WAITS = QT_TRANSLATE_NOOP("FaxState", "waits for a line")
WAITS_UNTIL = QT_TRANSLATE_NOOP("FaxState", "waits until {time}")
AGAIN = QT_TRANSLATE_NOOP("FaxState", "{cause}; again at {time}")
CALLS = QT_TRANSLATE_NOOP("FaxState", "calls")
SENDS = QT_TRANSLATE_NOOP("FaxState", "sends page {page} of {pages}")
SENDS_PART = QT_TRANSLATE_NOOP("FaxState", "sends page {page} of {pages}: {percent} %")
SENT = QT_TRANSLATE_NOOP("FaxState", "sent, every page confirmed ({pages})")
FAILED = QT_TRANSLATE_NOOP("FaxState", "not sent: {cause}; {confirmed} of {pages} pages confirmed")
STOPPED = QT_TRANSLATE_NOOP("FaxState", "stopped; {confirmed} of {pages} pages confirmed")
COMING = QT_TRANSLATE_NOOP("FaxState", "is coming: page {page} is here")
CAME = QT_TRANSLATE_NOOP("FaxState", "fax, pages: {pages}")
CAME_NEW = QT_TRANSLATE_NOOP("FaxState", "new fax, pages: {pages}")
DAMAGED = QT_TRANSLATE_NOOP("FaxState", "{words}, damaged rows: {rows}")
CUT_OFF = QT_TRANSLATE_NOOP("FaxState", "{words}; the connection was lost: pages may be missing")

WITHIN = QT_TRANSLATE_NOOP("FaxState", "{words}; only within {hours}")

MAILS: dict[str, Phrase] = {
    "": QT_TRANSLATE_NOOP("FaxMail", "{words}; e-mail to {to} when it is over"),
    "queued": QT_TRANSLATE_NOOP("FaxMail", "{words}; e-mail to {to} waits for the server"),
    "sent": QT_TRANSLATE_NOOP("FaxMail", "{words}; e-mail to {to} is sent"),
    "failed": QT_TRANSLATE_NOOP("FaxMail", "{words}; e-mail to {to} was NOT sent"),
}

PAGES: dict[str, Phrase] = {
    "not-sent": QT_TRANSLATE_NOOP("FaxPage", "not sent yet"),
    "sending": QT_TRANSLATE_NOOP("FaxPage", "being sent"),
    "confirmed": QT_TRANSLATE_NOOP("FaxPage", "confirmed by the other machine"),
    "refused": QT_TRANSLATE_NOOP("FaxPage", "the other machine could not read it"),
    "not-confirmed": QT_TRANSLATE_NOOP("FaxPage", "sent, but not confirmed"),
}
PAGE = QT_TRANSLATE_NOOP("FaxPage", "Page {page} of {pages}")
PAGE_STATE = QT_TRANSLATE_NOOP("FaxPage", "Page {page} of {pages}: {state}")
DRAWING = QT_TRANSLATE_NOOP("FaxPage", "Drawing the page …")
NO_PAGE = QT_TRANSLATE_NOOP("FaxPage", "The page could not be drawn: the station refused or is gone.")
NOT_A_PICTURE = QT_TRANSLATE_NOOP("FaxPage", "The page could not be drawn: the station sent no picture.")
NO_FAX = QT_TRANSLATE_NOOP("FaxPage", "Choose a fax in the list to look at it.")

SAVED = QT_TRANSLATE_NOOP("FaxNotice", "Saved: {name}")
NOT_SAVED = QT_TRANSLATE_NOOP("FaxNotice", "The fax was not saved.")
QUEUED = QT_TRANSLATE_NOOP("FaxNotice", "Queued, faxes: {count}")
NOT_QUEUED = QT_TRANSLATE_NOOP("FaxNotice", "The fax was not queued: the station refused.")
NOT_STOPPED = QT_TRANSLATE_NOOP("FaxNotice", "The fax was not stopped: the station refused.")
NOT_AGAIN = QT_TRANSLATE_NOOP("FaxNotice", "The fax was not sent again: the station refused.")

NONE_CHOSEN = QT_TRANSLATE_NOOP("FaxDoor", "No fax is chosen.")
CAME_HERE = QT_TRANSLATE_NOOP("FaxDoor", "This fax came here.")
IS_OVER = QT_TRANSLATE_NOOP("FaxDoor", "This fax is over: there is nothing to stop.")
GOES_ON = QT_TRANSLATE_NOOP("FaxDoor", "This fax has neither failed nor been stopped.")
UNREACHABLE = QT_TRANSLATE_NOOP("FaxDoor", "The station is not reachable.")
ASKED = QT_TRANSLATE_NOOP("FaxDoor", "The station has been asked; one moment.")


def cause(code: str | None) -> Phrase:
    return CAUSES.get(code or "error") or OTHER_CAUSE.fill(code=code)
