"""A call that we make, beside its line's table (fxo_out.py): the dialling, what is heard of the way, and who
answered.

What is heard behind the last digit: ringback; busy and congestion tone, which `far_end` judges; special
information tone or the country's number unobtainable; and the answer: a reversal where the line has it, else
a voice, a fax machine, or the end of the ringing. Who answered is told a little later (answer.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ctidrv import events
from ctidrv.callcontrol.answer import MACHINE, UNKNOWN, Answer, AnswerJudge
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.fxo import Input, State
from ctidrv.clock import SampleClock, Timer
from ctidrv.errors import CtiError, DialFailed
from ctidrv.events import PortEvent
from ctidrv.media.dialler import DIAL_TONES
from ctidrv.ports.dialling import Dialling
from ctidrv.units import Samples, seconds

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel

_log = logging.getLogger(__name__)

UNOBTAINABLE_TONES = frozenset({"sit", "nu"})
REVERSAL, VOICE, DATA, RINGING_ENDED = "reversal", "voice", "data", "ringing-ended"
"""Signs of the answer."""
_SURE = {REVERSAL: 0.98, VOICE: 0.9, DATA: 0.95, RINGING_ENDED: 0.6}
_NO_RINGBACK = 0.5
"""A voice before any ringback may be an announcement as well."""
_BUSY_COMES = seconds(3)
"""Behind the end of the ringing: so long busy tone, of an exchange that rings no more, takes to be known."""


@dataclass(frozen=True, slots=True)
class Order:
    """A call to be made on one line. `number` is told and kept; `digits` is the dial string
    (`ctidrv.media.dialler`), `how` "dtmf" or "pulse". `serve` is called in the tick that opens the call, and
    what it returns serves it, as `LineController.on_call` does a caller's."""

    number: str
    digits: str
    how: str
    dialling: Dialling
    serve: Callable[[Call], Awaitable[None]]
    emergency: bool = False


class Outgoing:
    """Of one line: `feed` takes inputs of its table, `note` facts for the journal."""

    def __init__(
        self,
        channel: Channel,
        clock: SampleClock,
        feed: Callable[[Input, Samples], None],
        note: Callable[[str, Samples, dict[str, Any]], None],
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._feed = feed
        self._note = note
        self._call: Call | None = None
        self._task: asyncio.Task[None] | None = None
        self._judge: AnswerJudge | None = None
        self._timer: Timer | None = None
        self._late: Timer | None = None
        self._rang = False
        self._toned = False
        """There was dial tone."""
        self._rings_no_more = Samples(0)
        self.sign = ""
        """Of the answer, once there was one."""

    @property
    def confidence(self) -> float:
        """That it was answered."""
        return _NO_RINGBACK if self.sign == VOICE and not self._rang else _SURE.get(self.sign, 0.0)

    # Dialling.

    def dial(self, call: Call, order: Order) -> None:
        """The line is off hook: waits for dial tone and dials."""
        self.end()
        self._call = call
        self._task = asyncio.get_running_loop().create_task(self._dial(order), name=f"dial {call.id}")

    def stop(self) -> None:
        """Dialling is over, or is to be."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _dial(self, order: Order) -> None:
        seen = Input.DIALLED
        try:
            await self._channel.dial(order.digits, how=order.how, dialling=order.dialling)
        except DialFailed as error:
            seen = Input.NO_DIAL_TONE if error.reason == "no-dial-tone" else Input.NOT_DIALLED
            _log.warning("%s", error)
        except CtiError as error:
            seen = Input.NOT_DIALLED
            _log.error("%s: %s", self._channel.info.id, error)
        self._task = None
        now = self._clock.now()
        if seen is Input.DIALLED:
            self._note("call.dialled", now, {"digits": order.digits, "how": order.how})
        self._feed(seen, now)

    # Following.

    def follow(self, at: Samples) -> None:
        """The last digit is sent."""
        self._judge = AnswerJudge(None)
        tone = self._channel.tone
        if tone is not None and tone.tone in DIAL_TONES:
            self._feed(Input.DIAL_TONE, at)

    def end(self) -> None:
        """The call is over, or another begins."""
        self.stop()
        self._judge = None
        self._set_timer(None)
        self._set_late(None)
        self._rang = self._toned = False
        self.sign = ""

    def inputs(self, event: PortEvent, state: State) -> tuple[Input, ...]:
        """What an event is to a call on its way, beside what `far_end` makes of it."""
        tone = getattr(event, "tone", "")
        if isinstance(event, events.ToneOn) and tone in UNOBTAINABLE_TONES:
            return (Input.UNOBTAINABLE_TONE,)
        if state is not State.CALLING:
            self._toned = self._toned or tone in DIAL_TONES
            return (Input.STRANGER,) if isinstance(event, events.VoiceOn) and not self._toned else ()
        match event:
            case events.ToneOn(tone="ringback"):
                if not self._rang:
                    self._note("call.progress", event.at, {"state": "ringing", "confidence": 0.95})
                self._rang = True
                self._set_late(None)
                return (Input.RINGBACK,)
            case events.ToneOff(tone="ringback"):
                self._rings_no_more = event.at
            case events.VoiceOn():
                return self._answered(VOICE)
            case events.FaxTone(tone="ced" | "ansam" | "v21"):
                return self._answered(DATA)
        return ()

    def reversed(self, at: Samples) -> tuple[Input, ...]:
        """The line's sign of the answer."""
        if self._judge is not None and self._judge.first is None:
            self._judge = AnswerJudge(at)
        return self._answered(REVERSAL)

    def _answered(self, sign: str) -> tuple[Input, ...]:
        self.sign = sign
        return (Input.ANSWERED,)

    def on_event(self, event: PortEvent) -> None:
        """Every event of the port from the last digit to the end of the call: who is it?"""
        if self._judge is not None:
            self._told(self._judge.on_event(event))

    def _run_out(self, due: Samples) -> None:
        self._timer = None
        if self._judge is not None:
            self._told(self._judge.advance(due))

    def _told(self, answers: list[Answer]) -> None:
        for answer in answers:
            if not self.sign:  # the ringing has ended, and nothing else came
                self._set_late(Samples(max(answer.at, self._rings_no_more + _BUSY_COMES)))
            if self._call is not None and self._call.cause is None:
                self._call.on_party(answer)
                known = {"state": answer.who, "confidence": answer.confidence}
                beep = {"beep": True} if answer.beep is not None else {}
                self._note("call.progress", answer.at, known | beep)
        self._set_timer(None if self._judge is None else self._judge.due())

    def _set_timer(self, due: Samples | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if due is not None:
            self._timer = self._clock.call_at(due, lambda: self._run_out(due))

    def _set_late(self, due: Samples | None) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = None if due is None else self._clock.call_at(due, lambda: self._lifted(due))

    def _lifted(self, due: Samples) -> None:
        self._late = None
        if not self.sign:
            self._feed(self._answered(RINGING_ENDED)[0], due)


async def answered_by(call: Call, within: Samples) -> str:
    """Waits until it is known who answered a call (`answer.HUMAN` …), at the longest so long; of a machine,
    until it has beeped."""
    party = await call.party_known(within)
    if party is not None and party.who == MACHINE and party.beep is None:
        await call.machine_ready(within)
    return UNKNOWN if party is None else party.who
