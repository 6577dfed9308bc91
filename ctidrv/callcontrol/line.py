"""Drives the FXO table on a channel: port events in, hook commands, calls and journal entries out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from ctidrv import events
from ctidrv.callcontrol import fxo
from ctidrv.callcontrol.call import CALLED, Call
from ctidrv.callcontrol.causes import Cause, confidence, ends_call
from ctidrv.callcontrol.far_end import FarEnd
from ctidrv.callcontrol.fxo import TABLE, TIMER_INPUT, Do, FxoLine, Input, State, Timer
from ctidrv.callcontrol.fxo_jclip import JCLIP_TABLE
from ctidrv.callcontrol.fxo_out import OUTBOUND
from ctidrv.callcontrol.fxo_pulse import PULSE_TABLE
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.outgoing import Order, Outgoing
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.callcontrol.serving import Serving
from ctidrv.callcontrol.timers import Start, Stop, Timers
from ctidrv.callcontrol.told import caller_fact, caller_of, messages_fact
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError, PortError
from ctidrv.events import PortEvent
from ctidrv.native import lib
from ctidrv.native.cid import acknowledgement
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able
from ctidrv.units import PortId, Samples, ms

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel, Playback

_log = logging.getLogger(__name__)


def _table(profile: LineProfile) -> Mapping[tuple[State, Input], fxo.Row]:
    table = PULSE_TABLE if profile.ring_pulse else TABLE
    return {**(JCLIP_TABLE if profile.jclip else table), **OUTBOUND}


ON_HOOK_EAR: int = lib.CTI_EAR_CALLER_ID
OFF_HOOK_EAR: int = lib.CTI_EAR_ALL
DIGITLESS_EAR: int = OFF_HOOK_EAR & ~lib.CTI_EAR_DTMF
"""While a waiting call tells who it is, or we dial: the echo of our own digits is nobody's key."""
_TONELESS_EAR: int = OFF_HOOK_EAR & ~(lib.CTI_EAR_PROGRESS | lib.CTI_EAR_PRESENCE)

_OUT_OF_ORDER = {Input.ALARM: "board", Input.DEAD_OVER: "no-battery"}


class LineController:
    """One FXO line at work.

    `on_call` serves a call from its first sign to its end: it answers it, or waits for somebody to. When
    it returns, a call that is still connected is hung up, unless an operator has taken it; CallEnded
    may be let through. After it, and once the call is over, ``call.ended`` is written.
    """

    def __init__(
        self,
        channel: Channel,
        clock: SampleClock,
        journal: Journal,
        ids: Ids,
        profile: LineProfile,
        on_call: Callable[[Call], Awaitable[None]],
    ) -> None:
        self.port: PortId = channel.info.id
        self.call: Call | None = None
        """The call on the line now."""
        self.messages_waiting: bool | None = None
        """At the exchange, as it said last; None: it has not said."""
        self._channel = channel
        self._clock = clock
        self._journal = journal
        self._ids = ids
        self._profile = profile
        self._on_call = on_call
        self._line = FxoLine(profile.signals, _table(profile))
        slower = ms(channel.info.hook_ms)
        lengths = {
            Timer.RING: profile.ring_timeout,
            Timer.BURST: profile.car[1] if profile.jclip else profile.pulse,
            Timer.FETCH: profile.fetch,
            Timer.SEIZE: Samples(profile.seize_timeout + slower),
            Timer.BREAK: profile.min_break,
            Timer.DEAD: profile.dead,
            Timer.DIAL: profile.dial_tone,
            Timer.SILENCE: profile.silence,
            Timer.WAITING: profile.waiting,
            Timer.PROGRESS: profile.progress,
            Timer.CALLED: profile.called,
            Timer.RELEASE: Samples(profile.release_timeout + slower),
            Timer.GUARD: profile.release_guard,
        }
        self._timers = Timers(clock, lengths, lambda timer, due: self._feed(TIMER_INPUT[timer], due))
        self._event: PortEvent | None = None
        self._wanted = Cause.LOCAL_SCRIPT
        self._sure: float | None = None
        self._ring_end: int | None = None
        self._seized_at = Samples(0)
        self._burst_at = Samples(0)
        self._turned_at: Samples | None = None
        self._told_at = Samples(-profile.fetch)
        self._held = self._aside = False
        self._interruption: Playback | None = None
        self._far_end = FarEnd(clock, self._feed, cancelled=channel.info.canceller_ms > 0)
        self._order: Order | None = None
        self._outgoing = Outgoing(channel, clock, self._feed, self._note)
        self._serving = Serving(clock, journal, self.hang_up)
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def state(self) -> State:
        return self._line.state

    def start(self) -> None:
        """Puts the line on hook and listens to it."""
        if self._unsubscribe is None:
            self._unsubscribe = self._channel.subscribe(self.on_event)
            self._channel.release()
            self._channel.listen(ON_HOOK_EAR)
            self._journal.emit("line.state", self.port, state=self.state.word)

    async def stop(self) -> None:
        """Hangs up (a call that rings is let be), waits for what serves calls, and leaves the line."""
        self._wanted = Cause.STATION_STOP
        self._feed(Input.WITHDRAW, self._clock.now())
        await self._serving.done()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._timers.stop_all()

    def tones_changed(self) -> None:
        """The detector of tones has begun afresh: the end of one that it heard is never told."""
        self._far_end.tones_begin_afresh()
        self._feed(Input.DIAL_TONE_OVER, self._clock.now())

    def dial(self, order: Order) -> Call:
        """Makes a call on the line, which must be idle (PortError). It ends like any other; what serves it
        waits with `Call.through` for the answer."""
        if self.state is not State.IDLE or self._unsubscribe is None:
            raise PortError(f"{self.port}: the line is {self.state.word}, so nothing can be dialled on it")
        self._order = order
        self._feed(Input.DIAL, self._clock.now())
        assert self.call is not None
        return self.call

    # What a call asks for (call.Line).

    def answer(self, call: Call) -> None:
        if call is self.call:
            self._feed(Input.ANSWER, self._clock.now())

    def hang_up(self, call: Call, cause: Cause) -> None:
        if call is self.call:
            self._wanted = cause
            self._feed(Input.HANG_UP, self._clock.now())

    def sounding(self, call: Call, playing: bool) -> None:
        if call is self.call and playing != self._far_end.playing:
            self._feed(self._far_end.sounding(playing), self._clock.now())

    def aside(self, call: Call, on: bool) -> None:
        if call is self.call and on != self._aside:
            self._aside = on
            self._far_end.begin()
            if not on:
                self._channel.listen(_TONELESS_EAR)  # so that what has begun meanwhile is told now
            self._channel.listen(DIGITLESS_EAR if on else OFF_HOOK_EAR)
            now = self._clock.now()
            self._feed(Input.DIAL_TONE_OVER, now)
            self._feed(Input.SOUND if on else Input.QUIET, now)

    # What the port tells.

    def on_event(self, event: PortEvent) -> None:
        """Takes an event of the port; those of one tick come in the order of their time."""
        self._timers.run_until(event.at)
        self._event = event
        if self.call is not None and not isinstance(event, events.PlayDone):
            self.call.on_event(event)
        if isinstance(event, events.PlayDone):
            for call in dict.fromkeys([*self._serving.calls, self.call]):
                if call is not None:
                    call.on_event(event)
        for seen in self._inputs(event):
            self._feed(seen, event.at)
        if self.call is not None and self.call.direction == "out":
            self._outgoing.on_event(event)
        self._event = self._sure = None

    def _inputs(self, event: PortEvent) -> tuple[Input, ...]:
        match event:
            case events.RingOn():
                self._burst_at = event.at
                return (Input.RING_ON,)
            case events.RingOff():
                return (Input.CAR if self._is_car(event.at) else Input.RING_OFF,)
            case events.CallerIdSeen(kind="call"):
                late = self.state is State.CONNECTED and (
                    event.start > self._seized_at + self._profile.caller_id_late
                )
                return () if late else (Input.CALLER_ID,)
            case events.CallerIdSeen(kind="message-waiting"):
                return (Input.MESSAGES,) if self._only_messages(event) else ()
            case events.CallerIdSeen(kind="call-waiting"):
                return (Input.CALL_WAITING,)
            case events.AlertSeen():
                return (Input.ALERT,)
            case events.Seized():
                return (Input.OFF_HOOK,)
            case events.Released():
                return (Input.ON_HOOK,)
            case events.BatteryChanged():
                return (Input.BATTERY_BACK if event.present else Input.BATTERY_LOST,)
            case events.PolarityChanged():
                self._turned_at = event.at
                if self.state is State.IDLE and event.at < self._told_at + self._profile.fetch:
                    return ()  # back, after it announced messages
                if self.state is State.CALLING:
                    counts = "reversal" in self._profile.signals
                    return self._outgoing.reversed(event.at) if counts else ()
                settling = self.state is State.CONNECTED and (
                    event.at < self._seized_at + self._profile.reversal_guard
                )
                return () if settling else (Input.POLARITY,)
            case events.RemoteGone():
                known = {cause.value: cause for cause in Cause}
                cause = known.get(event.cause, Cause.REMOTE_BOARD)
                if self.state is State.CONNECTED and not ends_call(cause, self._profile.signals):
                    return ()
                self._wanted = cause
                self._sure = event.confidence
                return (Input.REMOTE_GONE,)
            case events.Alarm():
                return (Input.ALARM if event.raised else Input.ALARM_OVER,)
            case _ if self._aside:
                return ()
            case _:
                way: tuple[Input, ...] = ()
                if self.state in (State.DIALLING, State.CALLING):
                    way = self._outgoing.inputs(event, self.state)
                return (*way, *self._far_end.inputs(event))

    def _only_messages(self, event: events.CallerIdSeen) -> bool:
        """No ringing and no caller went before it, so it is what the signs on the line were for."""
        call = self.call
        alone = call is None or (not call.rings and call.caller.standard is None)
        return alone and event.checksum_ok is not False

    def _is_car(self, end: Samples) -> bool:
        """Does the burst that is over ask for a primary answer? Another short cadence does not: answered, it
        would be a call lost."""
        if self.state is not State.PRELUDE or end - self._burst_at < self._profile.car[0]:
            return False
        if self._channel.info.able("polarity") is not Able.YES:
            return True
        turned = self._turned_at
        return turned is not None and self._burst_at - turned <= self._profile.car_after_reversal

    # The table at work.

    def _feed(self, seen: Input, at: Samples) -> None:
        before = self._line.state
        actions = self._line.feed(seen)
        after = self._line.state
        if after.word != before.word:
            why = {"reason": _OUT_OF_ORDER[seen]} if after is State.BLOCKED else {}
            self._journal.emit("line.state", self.port, at=at, state=after.word, **why)
        for action in actions:
            self._perform(action, at)

    def _perform(self, action: fxo.Action, at: Samples) -> None:
        match action:
            case Start(timer):
                self._timers.start(timer, at)
            case Stop(timer):
                self._timers.stop(timer)
            case fxo.End(cause):
                self._end(cause or self._wanted, at)
            case Do.OPEN_CALL:
                self._open(at)
            case Do.COUNT_RING:
                self._count_ring(at)
            case Do.END_RING:
                self._ring_end = at
                if self.call is not None:
                    self.call.on_ring(False, self.call.rings)
            case Do.TELL_CALLER:
                self._tell_caller(at)
            case Do.HOLD_ANSWER:
                self._held = True
            case Do.ANSWER_HELD:
                if self._held:
                    self._feed(Input.ANSWER, at)
            case Do.FETCH_CALLER:
                if self.call is not None:
                    self.call.summoned = True
                self._command(self._channel.seize)
            case Do.FETCHED:
                self._tell_primary(at)
            case Do.GO_OFF_HOOK:
                if self.call is not None:
                    self._command(self.call.on_answering)
                self._command(self._channel.seize)
                self._channel.listen(0)  # begun at once, detectors share what they have in common (cti/ear.h)
                self._channel.listen(OFF_HOOK_EAR)
            case Do.GO_ON_HOOK:
                self._command(self._channel.release)
                self._channel.listen(ON_HOOK_EAR)
            case Do.CONNECT:
                self._connect(at)
            case Do.TELL_MESSAGES:
                self._tell_messages(at)
            case Do.ACKNOWLEDGE:
                self._command(self._acknowledge)
            case Do.RESUME:
                self._resume()
            case Do.TELL_WAITING:
                self._tell_waiting(at)
            case Do.DIAL:
                if self.call is not None and self._order is not None:
                    self._channel.listen(DIGITLESS_EAR)
                    self._outgoing.dial(self.call, self._order)
            case Do.STOP_DIALLING:
                self._outgoing.stop()
                self._channel.listen(OFF_HOOK_EAR)
            case Do.FOLLOW:
                self._channel.listen(OFF_HOOK_EAR)
                self._outgoing.follow(at)

    def _note(self, type: str, at: Samples, data: dict[str, Any]) -> None:
        if self.call is not None:
            self._journal.emit(type, self.port, self.call.id, at=at, **data)

    def _command(self, command: Callable[[], None]) -> None:
        # A refused command leaves the line to its timers: SEIZE and RELEASE make sure of the outcome.
        try:
            command()
        except CtiError as error:
            _log.error("%s: %s", self.port, error)

    def _open(self, at: Samples) -> None:
        order = self._order if self.state is State.SEIZING else None
        told = ("in", None, False) if order is None else ("out", order.number, order.emergency)
        direction, number, emergency = told
        call = Call(
            self._ids.next("call"),
            self,
            self._channel,
            self._clock,
            self._journal,
            self._profile,
            started=at,
            direction=direction,
            number=number,
            emergency=emergency,
        )
        call.seized = self.state in (State.SEIZED, State.CONNECTED)
        self.call = call
        self._ring_end = None
        self._held = self._aside = False
        self._far_end.begin()
        more = {} if order is None else {"number": number, "emergency": emergency}
        self._journal.emit("call.offered", self.port, call.id, at=at, direction=direction, **more)
        self._serving.begin(call, (self._on_call if order is None else order.serve)(call))

    def _count_ring(self, at: Samples) -> None:
        call = self.call
        if call is None:
            return
        same = self._ring_end is not None and at - self._ring_end < self._profile.ring_gap
        call.on_ring(True, call.rings if same and call.rings else call.rings + 1)
        if not same:
            self._journal.emit("call.ring", self.port, call.id, at=at, count=call.rings)

    def _acknowledge(self) -> None:
        """A digit D within 100 ms, and silence until the data has come: what we play stands still."""
        self._resume()
        self._channel.listen(DIGITLESS_EAR)
        silence = Pcm.silence(self._profile.waiting)
        self._interruption = self._channel.interrupt(acknowledgement() + silence)

    def _resume(self) -> None:
        if self._interruption is not None:
            self._command(self._interruption.stop)
            self._interruption = None
            self._channel.listen(OFF_HOOK_EAR)

    def _tell_messages(self, at: Samples) -> None:
        if not isinstance(self._event, events.CallerIdSeen):
            return
        self._told_at = at
        fact = messages_fact(self._event)
        self.messages_waiting = fact["waiting"]
        self._journal.emit("line.message_waiting", self.port, at=at, **fact)

    def _tell_waiting(self, at: Samples) -> None:
        event, call = self._event, self.call
        if call is not None and isinstance(event, events.CallerIdSeen):
            told = caller_of(event, self._profile.country)
            self._journal.emit("call.waiting", self.port, call.id, at=at, **caller_fact(told, event))

    def _tell_caller(self, at: Samples) -> None:
        event, call = self._event, self.call
        if call is None or not isinstance(event, events.CallerIdSeen):
            return
        if call.caller.standard is not None and call.caller.checksum_ok is not False:
            return  # known, and not damaged: a second message of one call tells nothing new
        told = caller_of(event, self._profile.country)
        call.on_caller(told)
        self._journal.emit("call.caller", self.port, call.id, at=at, **caller_fact(told, event))

    def _tell_primary(self, at: Samples) -> None:
        call = self.call
        if call is not None:
            told = "nothing" if call.caller.standard is None else "number"
            result = "unclear" if call.caller.checksum_ok is False else told
            self._journal.emit("call.primary", self.port, call.id, at=at, result=result)

    def _connect(self, at: Samples) -> None:
        call = self.call
        if call is not None:
            self._seized_at = at
            sure = {}
            if call.direction == "out":
                call.answered_by = CALLED
                sure = {"sign": self._outgoing.sign, "confidence": self._outgoing.confidence}
            call.on_connected(at)
            self._journal.emit("call.answered", self.port, call.id, at=at, by=call.answered_by, **sure)

    def _end(self, cause: Cause, at: Samples) -> None:
        call, self.call = self.call, None
        self._far_end.begin()
        self._outgoing.end()
        if call is None:
            return
        sure = confidence(cause) if self._sure is None else self._sure
        self._journal.emit("call.clearing", self.port, call.id, at=at, cause=cause.value, confidence=sure)
        call.on_ended(at, cause)
