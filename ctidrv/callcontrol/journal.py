"""The journal: everything that happens to lines and calls, as one ordered stream of small facts.

What the WebSocket sends, the store keeps and `ctidrv demo` tells are these events. Types and data:

    line.state{state, reason}       idle ringing seized dialling calling talking clearing;
                                    out-of-order: board | no-battery
                                    a telephone's: seized is dial tone; dialling cleared off-hook howling
                                    left-off-hook
    seat.state{seat, state, pausing, serves, consulted}   at its telephone's port: ready paused ringing
                                    talking wrap-up in-use out-of-order; pausing: no call after this one;
                                    serves: the call; consulted: another seat has it, and asks this one
    line.tone{state, tone, hz, ms}  learnt | forgotten: the line's own tones (by the service)
    line.held{holder}               who has the line for a while, null: nobody any more (service/holds.py)
    line.message_waiting{waiting, messages}               at the exchange; how many, or null
    call.offered{direction}         call.ring{count}      call.answered{by}
    call.offered{direction: out, number, emergency}       of a call that we make
    call.dialled{digits, how}       all of them are sent: dtmf | pulse
    call.progress{state, confidence, beep}                ringing; who answered: human machine fax unknown
    call.answered{by: called, sign, confidence}           reversal voice data ringing-ended
    call.moved{to}                  made anew, as that call, on another line
    call.caller{number, name, reason, standard, checksum_ok, raw}   raw: the bytes, if they were damaged
    call.primary{result}                                  J-CLIP, what it brought: number unclear nothing
    call.customer{id, name, company, notes, tags}         (by the service)
    call.waiting{number, name, reason, standard, checksum_ok, raw}  of a second call, during this one
    call.digit{digit, length_ms, during}                  during: the prompt it fell into, or null
    call.prompt{prompt, lang, state, reason}
    call.fax{tone}                  cng ced ansam v21: a fax machine or a modem is on the line
    call.faxed{direction, result, pages, bad_rows}        a fax within the call, in or out: how it ended
    call.step{flow, verb, line, cond, set}                cond: of an `if`; set: names and values
    call.choice{key, result, target}                      match | invalid | noinput
    call.connect{to, state, card}   started; answered busy no-answer caller-left failed
                                    (reached.py) given-on sent-on
    call.seat{seat, number, state, cause, card, back, by}   ringing answered talking held muted consulting
                                    consulted conference left; back: why it comes back; by: which seat
                                    asks it; left:
                                    answered-elsewhere no-answer caller-left operator sent-on handed-over
                                    let-go parked line-lost withdrawn taken
    call.given_on{to, state}        by a PBX, to another extension: started rung busy failed
    call.served{by, state}          by what is no seat, a destination (destination.py): started; answered
                                    no-answer caller-left failed
    call.parked{slot, state}        parked picked-up over
    queue.entered{queue, position}  queue.position{queue, position}   a better one
    queue.said{queue, position}                           the caller hears his place (with call.prompt)
    queue.offered{queue, seat, position}                  a seat is rung for him (then call.seat)
    queue.left{queue, why, position, seconds, seat}       answered left timeout full nobody failed caller-left
                                    taken (waited.py); how long he waited
    call.recording{recording, path, state, reason}        open | closed | lost: why not all of it is there
    call.message{message, box, seconds}
    fax.job{job, state, number, pages, confirmed, tries, cause, again}  queued sending sent failed
                                    stopped; again: when it is called next
    fax.page{job, page, pages, state, bit_rate, percent}  sending confirmed refused not-confirmed
    fax.coming{fax, page, box, number}                    so many of its pages are kept
    fax.received{fax, box, number, ident, pages, bad_rows, whole}
    fax.mail{fax, to, state, tries, error, again}         queued (not taken yet; again: when next) sent failed
    call.clearing{cause, confidence}                      the line is given back
    call.ended{cause, outcome}                            and nothing more follows of this call
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.units import PortId, Samples

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One fact. `seq` rises by one; `at` is a sample count."""

    seq: int
    type: str
    at: Samples
    call: str | None
    port: PortId
    data: Mapping[str, Any] = field(default_factory=dict)


class Journal:
    """Numbers the facts and hands each to every listener, in order, at once."""

    def __init__(self, clock: SampleClock, first: int = 1) -> None:
        self._clock = clock
        self._next = first
        self._listeners: list[Callable[[CallEvent], None]] = []

    def subscribe(self, listener: Callable[[CallEvent], None]) -> Callable[[], None]:
        """`listener` gets every event from now on; the result ends that, twice too.

        A listener that raises is logged and hears the next one all the same.
        """
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def emit(
        self, type: str, port: PortId, call: str | None = None, *, at: int | None = None, **data: Any
    ) -> CallEvent:
        """Writes a fact that became known at sample `at` (now)."""
        moment = self._clock.now() if at is None else at
        event = CallEvent(self._next, type, Samples(moment), call, port, data)
        self._next += 1
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("a listener of the journal failed at %s of %s", type, call or port)
        return event
