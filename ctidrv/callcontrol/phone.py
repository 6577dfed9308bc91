"""Drives the table of a telephone (fxs.py) on its channel: hook, keys and alarms in; bell and tones out.

Whoever owns it (a seat) rings it, connects it, clears it, and is told what its user does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ctidrv import events
from ctidrv.callcontrol import fxs
from ctidrv.callcontrol.call import Caller
from ctidrv.callcontrol.fxs import TIMER_INPUT, Do, FxsPhone, Input, Play, State, Timer
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.ringer import Ringer
from ctidrv.callcontrol.timers import Start, Stop, Timers
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError, NotCapable
from ctidrv.native.ear import DTMF, VOICE
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, Kind
from ctidrv.ports.presentation import Presentation, presentation_of
from ctidrv.ports.regions import Region, country_tone
from ctidrv.units import PortId, Samples, seconds

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel, Playback

_log = logging.getLogger(__name__)

KEYS = "0123456789*#ABCD"
NUMBER_ENDS = "#"
_FORGOTTEN = (State.FORGOTTEN, State.HOWLING, State.SILENT)
MOST_KEYS = 40
"""Of a number that is dialled; what is more is not kept."""


class What(Enum):
    """What the owner is told."""

    ANSWERED = "answered"  # it rang, and was lifted
    LIFTED = "lifted"  # by itself: there is dial tone
    KEY = "key"  # with the digit
    NUMBER = "number"  # complete, with its digits
    FLASH = "flash"  # off hook; where nobody is there any more it has given dial tone
    MUTED = "muted"  # by a key of the headset, in a talk
    UNMUTED = "unmuted"
    PUT_DOWN = "put-down"
    REFUSED = "refused"  # an outside number: it cannot be called, or no person answers there
    LOST = "lost"  # the board is gone
    BACK = "back"  # the board is there again


Tell = Callable[[What, str], None]


@dataclass(frozen=True, slots=True)
class PhoneProfile:
    """How long what is waited for; a timer that is not named never runs out."""

    lengths: Mapping[Timer, Samples] = field(
        default_factory=lambda: MappingProxyType(
            {
                Timer.DIAL: seconds(30),
                Timer.KEY: seconds(4),
                Timer.CLEARED: seconds(30),
                Timer.FORGOTTEN: seconds(30),
                Timer.HOWLING: seconds(60),
            }
        )
    )
    tones: bool = True
    """It is told by tones what is asked of it."""

    @classmethod
    def of(cls, kind: Kind) -> PhoneProfile:
        """A headset that is left off hook is no mistake, and its user sees what a tone would tell."""
        if kind is Kind.HANDSET:
            return cls(MappingProxyType({Timer.KEY: seconds(4)}), tones=False)
        return cls()


def way_of(region: Region, channel: Channel) -> Presentation | None:
    """How a telephone at this port is told who calls; None: not at all (a headset; Japan's number display,
    which asks a telephone to answer twice; a port without sound on hook)."""
    way = presentation_of(region)
    info = channel.info
    if info.kind is not Kind.FXS or info.able("onhook_audio") is Able.NO:
        return None
    if way is None or way.by_primary_answer:
        return None
    if channel.info.able("polarity") is Able.YES:
        return way
    without = tuple(each for each in way.alert if each != "reversal")
    return presentation_of(region, alert=without)


_SETTLED = seconds(1)
"""Behind a hang-up a telephone listens again."""

_NOBODY = (State.CLEARED, State.DIAL_TONE)
"""A headset without a hook is put down there: nobody is at the other end, or is any more."""


class Phone:
    """One telephone or headset. All methods belong to the loop's thread."""

    def __init__(
        self,
        channel: Channel,
        clock: SampleClock,
        journal: Journal,
        region: Region,
        tell: Tell,
        *,
        profile: PhoneProfile | None = None,
        zone: ZoneInfo | None = None,
    ) -> None:
        self.port: PortId = channel.info.id
        self.channel = channel
        self.keys = ""
        """Since dial tone was given."""
        self._clock = clock
        self._journal = journal
        self._region = region
        self._tell = tell
        self._profile = profile or PhoneProfile.of(channel.info.kind)
        self._zone = zone or ZoneInfo("UTC")
        self._way = way_of(region, channel)
        self._phone = FxsPhone()
        self._ringer = Ringer(channel, clock, region.ring)
        self._caller: Caller | None = None
        self._tone: Playback | None = None
        self._key = ""
        self._messages: int | None = None  # that it has not been told of yet
        self._timers = Timers(
            clock, self._profile.lengths, lambda timer, due: self._feed(TIMER_INPUT[timer], due)
        )
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def state(self) -> State:
        return self._phone.state

    def start(self) -> None:
        if self._unsubscribe is None:
            self._unsubscribe = self.channel.subscribe(self._on_event)
            self._journal.emit("line.state", self.port, state=self.state.value)

    def stop(self) -> None:
        """Nothing rings or sounds any more, and nobody is told."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._command(self._ringer.stop)
        self._quiet()
        self._timers.stop_all()

    # What the owner asks for.

    def ring(self, caller: Caller | None = None) -> bool:
        """Rings, by the country's cadence, saying who calls; False when it is not on hook and idle."""
        if self.state is not State.IDLE:
            return False
        self._caller = caller
        self._feed(Input.RING, self._clock.now())
        return True

    def stop_ring(self) -> None:
        self._feed(Input.STOP_RING, self._clock.now())

    def connect(self) -> bool:
        """The owner has somebody for it: no more dial tone or keys of a number. False: it is on hook."""
        self._feed(Input.CONNECT, self._clock.now())
        return self.state is State.TALKING

    def dial_tone(self) -> None:
        """In a talk: whom its user keys next is told as a number, and `connect` ends it."""
        self._feed(Input.DIAL, self._clock.now())

    def clear(self) -> None:
        """Nobody is there any more: busy tone, or congestion for a number that leads nowhere."""
        self._feed(Input.CLEAR, self._clock.now())

    @property
    def word(self) -> str:
        """What it is doing; ``idle``: it lies on hook and nothing rings."""
        return self.state.value

    @property
    def forgotten(self) -> bool:
        """It was left off hook: nobody is at it."""
        return self.state in _FORGOTTEN

    @property
    def is_lifted_by_order(self) -> bool:
        """A headset that has no hook of its own."""
        return self.channel.info.kind is Kind.HANDSET and self.channel.info.able("lift") is Able.YES

    def lift(self, off_hook: bool) -> None:
        """Lifts a headset for its user, or puts it down; the port tells when it is. NotCapable: it has a hook
        of its own, or nothing rings at it."""
        if off_hook and self.state is not State.RINGING:
            raise NotCapable(f"{self.port}: nothing rings at it")
        if off_hook:
            self.channel.lift()
        else:
            self.channel.put_down()

    def show_messages(self, count: int) -> None:
        """Tells the telephone how many messages wait, 0 to MOST_MESSAGES, once it lies on hook: by its port's
        own lamp, else as it is told who calls. NotCapable: it can be told neither way."""
        if self.channel.info.able("vmwi") is not Able.YES and self._way is None:
            raise NotCapable(f"{self.port}: it cannot be told of messages")
        self._messages = count
        self._tell_messages()

    def relays(self, sound: bool) -> None:
        """Whether somebody is heard by it; a telephone of the house is not hung up for silence."""

    def shows(self, *, muted: bool, held: bool) -> None:
        """How its user's talk stands, on the lamps of a headset."""
        self._command(lambda: self.channel.show(muted=muted, held=held))

    # What the port tells.

    def _on_event(self, event: events.PortEvent) -> None:
        self._timers.run_until(event.at)
        match event:
            case events.HookChanged():
                self.channel.listen(DTMF | VOICE if event.off_hook else 0)
                seen = Input.LIFTED if event.off_hook else Input.PUT_DOWN
            case events.Flash():
                seen = Input.FLASH
            case events.DigitDown():
                self._key = event.digit
                seen = Input.KEY
            case events.Muted():
                if self.state is State.TALKING:
                    self._tell(What.MUTED if event.muted else What.UNMUTED, "")
                return
            case events.Alarm():
                seen = Input.ALARM if event.raised else Input.ALARM_OVER
            case _:
                return
        self._feed(seen, event.at)
        if seen is Input.KEY and self.state is State.DIALLING and ends_number(self._key):
            self._feed(Input.KEY_OVER, event.at)

    def _tell_messages(self) -> None:
        if self._messages is None or self.state is not State.IDLE:
            return
        count, self._messages = self._messages, None
        if self.channel.info.able("vmwi") is Able.YES:
            self._command(lambda: self.channel.lamp(count))
        elif self._way is not None:
            self.channel.play(self._way.before_data(self._way.messages(count)))

    # The table at work.

    def _feed(self, seen: Input, at: Samples) -> None:
        before = self._phone.state
        actions = self._phone.feed(seen)
        if self.state is not before:
            if self.state is State.DIAL_TONE:
                self.keys = ""
            why = {"reason": "board"} if self.state is State.BLOCKED else {}
            self._journal.emit("line.state", self.port, at=at, state=self.state.value, **why)
        for action in actions:
            self._perform(action, at)
        if self.state is State.IDLE and self._messages is not None:
            self._clock.call_after(_SETTLED, self._tell_messages)
        if self.state in _NOBODY and self.is_lifted_by_order:
            self._command(self.channel.put_down)

    def _perform(self, action: fxs.Action, at: Samples) -> None:
        match action:
            case Start(timer):
                self._timers.start(timer, at)
            case Stop(timer):
                self._timers.stop(timer)
            case Play(tone):
                self._play(tone)
            case Do.QUIET:
                self._quiet()
            case Do.RING:
                self._command(lambda: self.channel.show(rings=True))
                self._command(self._ring)
            case Do.STOP_RING:
                self._command(self._ringer.stop)
                self._command(self.channel.show)
            case Do.TELL_KEY:
                if self.state is State.DIALLING and not ends_number(self._key):
                    self.keys = (self.keys + self._key)[:MOST_KEYS]
                self._tell(What.KEY, self._key)
            case Do.TELL_NUMBER:
                self._tell(What.NUMBER, self.keys)
            case told:
                self._tell(_TOLD[told], "")

    def _command(self, command: Callable[[], None]) -> None:
        # A refused command is no reason to leave the table's step half done.
        try:
            command()
        except CtiError as error:
            _log.error("%s: %s", self.port, error)

    def _ring(self) -> None:
        way, caller = self._way, self._caller
        if way is None or caller is None:
            self._ringer.start(None, Pcm.silence(0))
            return
        wall: datetime = self._clock.wall(self._clock.now()).astimezone(self._zone)
        try:
            data = way.sound(
                caller.number or "", caller.name, f"{wall:%m%d%H%M}", withheld=caller.number is None
            )
        except CtiError as error:  # what came cannot be sent on: it rings all the same
            _log.warning("%s: %s", self.port, error)
            self._ringer.start(None, Pcm.silence(0))
            return
        self._ringer.start(way, data)

    def _play(self, tone: str) -> None:
        self._quiet()
        if self._profile.tones:
            sound = country_tone(self._region, tone)
            self._tone = self.channel.play(sound, stop_on=KEYS if tone == "dial" else "")

    def _quiet(self) -> None:
        tone, self._tone = self._tone, None
        if tone is not None:
            self._command(tone.stop)


def ends_number(key: str) -> bool:
    """A number's end, keyed."""
    return key in NUMBER_ENDS


_TOLD = {
    Do.TELL_ANSWERED: What.ANSWERED,
    Do.TELL_LIFTED: What.LIFTED,
    Do.TELL_FLASH: What.FLASH,
    Do.TELL_PUT_DOWN: What.PUT_DOWN,
    Do.TELL_LOST: What.LOST,
    Do.TELL_BACK: What.BACK,
}
