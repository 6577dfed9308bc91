"""`Channel`: one port's sound and hook, as call control uses them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from ctidrv.errors import CtiError, NotCapable, UsageError
from ctidrv.events import (
    Alarm,
    Bridged,
    Detached,
    Dialled,
    DigitDown,
    DigitUp,
    HookChanged,
    PlayDone,
    PortEvent,
    Released,
    ToneOff,
    ToneOn,
)
from ctidrv.media.attachment import Attachment, FaxByBoard, Terminal
from ctidrv.media.bridge import CODES, Bridge, Role
from ctidrv.media.dialler import Dialler, steps
from ctidrv.media.recorder import Recording, Sink
from ctidrv.native import lib
from ctidrv.native.ear import DTMF, PROGRESS
from ctidrv.native.engine import BOTH, LINE, MESSAGE, RX, SAMPLE
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.dialling import USUAL, Dialling
from ctidrv.units import Samples, seconds

if TYPE_CHECKING:
    from ctidrv.media.engine import MediaEngine
    from ctidrv.native.tones import ToneSpec

__all__ = ["Channel", "Playback", "Recording", "Sink", "Sound"]

Sound: TypeAlias = "Pcm | ToneSpec"
"""What can be played: samples, or a tone that the core makes."""

_DIGITS = "0123456789*#ABCD"
_QUEUE = 16
"""Items that the core's player takes; what is more waits here."""
_LOUDEST_DB = 24.0
MOST_MESSAGES = 255
"""That a telephone can be told of."""
_UNITY_Q12 = 4096


class Playback:
    """A sound that plays or waits for its turn."""

    def __init__(self, ref: int, channel: Channel, sound: Sound, item: dict[str, Any]) -> None:
        self.ref = ref
        self.sound = sound  # the core reads it until it is done
        self.item = item
        self._channel = channel
        self._done: PlayDone | None = None
        self._waiters: list[asyncio.Future[PlayDone]] = []

    async def done(self) -> PlayDone:
        """Waits for its end: `reason` (end, digit, stopped) and the samples played."""
        if self._done is not None:
            return self._done
        waiter: asyncio.Future[PlayDone] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return await waiter

    def stop(self) -> None:
        """Stops it at the next tick, fading over 5 ms; what waits behind it goes on."""
        if self._done is None:
            self._channel.stop_one(self)

    def ended(self, event: PlayDone) -> None:
        self._done = event
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(event)


def digit_mask(digits: str) -> int:
    """The core's mask for a set of digits; UsageError for what is no digit."""
    mask = 0
    for digit in digits:
        place = _DIGITS.find(digit)
        if place < 0:
            raise UsageError(f"{digit!r} is no digit; the digits are {_DIGITS}")
        mask |= 1 << place
    return mask


def _gain_q12(gain_db: float) -> int:
    if not gain_db <= _LOUDEST_DB:
        raise UsageError(f"a gain of {gain_db} dB: at most {_LOUDEST_DB:g} dB")
    return round(_UNITY_Q12 * 10 ** (gain_db / 20))


class Channel:
    """Made by the engine, one for each port; belongs to the loop's thread.

    Commands take effect at the next tick, in the order they were given.
    """

    def __init__(self, info: PortInfo, number: int, engine: MediaEngine) -> None:
        self.info = info
        self.number = number
        """The core's number of the port."""
        self.tone: ToneOn | None = None
        """The call-progress tone that stands now, as the last one that began."""
        self.ear = 0
        """The detectors that listen, as last chosen (``cti_ear_detector``)."""
        self.ordered = 0
        """Digits of pulses and flashes whose `Dialled` has not come."""
        self.bridge: Bridge | None = None
        """Where it has been ordered to be a party."""
        self._engine = engine
        self._native = engine.native
        self._listeners: tuple[Callable[[PortEvent], None], ...] = ()
        self._ear_watchers: tuple[Callable[[int], None], ...] = ()
        self._plays: dict[int, Playback] = {}
        self._backlog: deque[Playback] = deque()
        self._attached: dict[int, Attachment] = {}
        self._lit = 0

    # Events.

    def subscribe(self, listener: Callable[[PortEvent], None]) -> Callable[[], None]:
        """Calls `listener` with every event of the port, in order; returns what ends that."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def dispatch(self, event: PortEvent) -> None:
        """The engine's: an event of this port. Another party's key, heard as an echo, is none of its own."""
        bridge = self.bridge
        if bridge is not None and isinstance(event, DigitDown | DigitUp) and bridge.keys.is_echo(self, event):
            return
        if isinstance(event, PlayDone):
            self._play_ended(event)
        elif isinstance(event, DigitDown):
            self._digit(event.digit)
        elif isinstance(event, Dialled):
            self.ordered -= 1
        elif isinstance(event, Bridged):
            self._bridged(event)
        elif isinstance(event, Detached):
            attachment = self._attached.pop(event.ref)
            self._engine.forget_attachment(attachment)
            attachment.detached(event)
        elif isinstance(event, ToneOn):
            self.tone = event
        elif isinstance(event, ToneOff | Released):
            self.tone = None
        elif isinstance(event, Alarm) or (isinstance(event, HookChanged) and not event.off_hook):
            self._lit = 0
        for listener in self._listeners:
            listener(event)

    # The line.

    def seize(self) -> None:
        """Goes off hook; the answer is `Seized`. NotCapable for a port that faces no exchange."""
        self._needs_exchange("seize")
        self._native.line(self.number, lib.CTI_LINE_HOOK, 1)

    def release(self) -> None:
        """Goes on hook; the answer is `Released`."""
        self._needs_exchange("release")
        self._native.line(self.number, lib.CTI_LINE_HOOK, 0)

    def flash(self, length: Samples) -> None:
        """Breaks the loop for so long (10 ms to 3 s); the answer is `Dialled`. NotCapable where the port says
        it cannot."""
        self._needs_exchange("flash")
        if self.info.able("flash") is Able.NO:
            raise NotCapable(f"{self.info.id}: cannot flash (see `ctidrv ports`)")
        self._native.line(self.number, lib.CTI_LINE_FLASH, length)
        self.ordered += 1

    def pulses(self, value: int) -> None:
        """A digit of dial pulses (`ctidrv.native.pulses.pulse_value`), behind those under way; the answer is
        `Dialled`. NotCapable as above."""
        self._needs_exchange("dial")
        if self.info.able("pulse_dial") is Able.NO:
            raise NotCapable(f"{self.info.id}: cannot dial by pulses (see `ctidrv ports`)")
        self._native.line(self.number, lib.CTI_LINE_PULSES, value)
        self.ordered += 1

    async def dial(
        self,
        digits: str,
        *,
        how: str = "dtmf",
        dialling: Dialling = USUAL,
        tone_within: Samples = seconds(10),
    ) -> None:
        """Dials a string (`ctidrv.media.dialler`) on the seized line, by "dtmf" or "pulse", with the times of
        `dialling`; returns when it is through.

        `tone_within`: how long `W` waits for dial tone. DialFailed when there was none, or the line was
        released or refused; UsageError for what cannot be dialled, NotCapable as above: nothing is then sent.
        """
        self._needs_exchange("dial")
        parts = steps(digits, how)
        for what, capability in (("pulse", "pulse_dial"), ("!", "flash")):
            if any(part == what for part, _ in parts) and self.info.able(capability) is Able.NO:
                raise NotCapable(f"{self.info.id}: no {capability} (see `ctidrv ports`)")
        await Dialler(self, self._engine.clock, dialling, tone_within).run(parts)

    def lift(self) -> None:
        """HANDSET: as if its user had lifted it; the answer is `HookChanged`. NotCapable elsewhere, and where
        the port has a hook of its own alone."""
        self._lifts("be lifted by order", 1)

    def put_down(self) -> None:
        """HANDSET: on hook again; as `lift`."""
        self._lifts("be put down by order", 0)

    def _lifts(self, what: str, off_hook: int) -> None:
        self._needs(what, Kind.HANDSET)
        if self.info.able("lift") is not Able.YES:
            raise NotCapable(f"{self.info.id}: cannot {what}: it has a hook of its own")
        self._native.line(self.number, lib.CTI_LINE_HOOK, off_hook)

    def show(self, *, rings: bool = False, muted: bool = False, held: bool = False) -> None:
        """HANDSET: what its user is to see, until it is hung up. A port without lamps shows nothing."""
        lit = rings * lib.CTI_SHOW_RINGS | muted * lib.CTI_SHOW_MUTED | held * lib.CTI_SHOW_HELD
        if lit != self._lit and self.info.able("lamps") is Able.YES:
            self._native.line(self.number, lib.CTI_LINE_SHOW, lit)
            self._lit = lit

    def ring(self) -> None:
        """FXS, HANDSET: the telephone rings until `stop_ring`, or until it is lifted (`HookChanged`).

        One burst: who calls this makes the cadence. Off hook nothing rings. NotCapable elsewhere.
        """
        self._needs_telephone("ring")
        self._native.line(self.number, lib.CTI_LINE_RING, 1)

    def stop_ring(self) -> None:
        """Ends the burst, if one sounds."""
        self._needs_telephone("ring")
        self._native.line(self.number, lib.CTI_LINE_RING, 0)

    def lamp(self, messages: int) -> None:
        """FXS: the board lights its lamp while messages wait (0 to 255), or puts it out. NotCapable
        elsewhere, and where the board has no way of its own (`vmwi`)."""
        self._needs("light a lamp", Kind.FXS)
        if self.info.able("vmwi") is not Able.YES:
            raise NotCapable(f"{self.info.id}: the board lights no lamp (see `ctidrv ports`)")
        self._native.line(self.number, lib.CTI_LINE_LAMP, max(0, min(MOST_MESSAGES, messages)))

    def battery(self, present: bool) -> None:
        """FXS: feeds the telephone's line, or cuts it. NotCapable elsewhere, and where the port cannot."""
        self._feeds("cut its battery", "loop_break")
        self._native.line(self.number, lib.CTI_LINE_BATTERY, int(present))

    def polarity(self, reversed_: bool) -> None:
        """FXS: as above, which way round it is fed."""
        self._feeds("reverse its polarity", "polarity")
        self._native.line(self.number, lib.CTI_LINE_POLARITY, int(reversed_))

    def _feeds(self, what: str, capability: str) -> None:
        self._needs(what, Kind.FXS)
        if self.info.able(capability) is Able.NO:
            raise NotCapable(f"{self.info.id}: cannot {what} (see `ctidrv ports`)")

    def _needs_exchange(self, what: str) -> None:
        self._needs(what, Kind.FXO, Kind.TRUNK)

    def _needs_telephone(self, what: str) -> None:
        self._needs(what, Kind.FXS, Kind.HANDSET)

    def _needs(self, what: str, *kinds: Kind) -> None:
        if self.info.kind not in kinds:
            raise NotCapable(f"{self.info.id}: a port of kind {self.info.kind.value} cannot {what}")

    # Playing.

    def play(
        self,
        sound: Sound,
        *,
        stop_on: str = "",
        loop: bool = False,
        gain_db: float = 0.0,
        samples: int = -1,
    ) -> Playback:
        """Plays a sound behind those that play or wait, without a gap.

        `stop_on`: digits that end it, within the tick in which they are heard. `loop`: over and over
        (`Pcm`; a tone's table says itself whether it goes round). `samples`: no more than so many.
        """
        item: dict[str, Any] = {
            "stop_on": digit_mask(stop_on),
            "gain_q12": _gain_q12(gain_db),
            "loop": loop,
        }
        if samples < -1 or (loop and samples >= 0):
            raise UsageError(f"{self.info.id}: play: samples={samples}, loop={loop} do not go together")
        if isinstance(sound, Pcm):
            item["pcm"] = sound.ptr
            item["samples"] = len(sound) if samples < 0 else min(samples, len(sound))
            item["loop"] = loop and len(sound) > 0
        else:
            item["tone"] = sound.ptr
            item["samples"] = samples
        playback = Playback(self._engine.next_ref(), self, sound, item)
        if self._backlog or len(self._plays) >= _QUEUE:
            self._backlog.append(playback)
        else:
            self._post(playback)
        return playback

    def interrupt(self, sound: Pcm) -> Playback:
        """Plays a sound at once, while all that plays and waits stands still; then that goes on where it was.

        Digits and `stop` do not end it, `Playback.stop` does. One at a time: a second is ``stopped``.
        """
        item: dict[str, Any] = {"pcm": sound.ptr, "samples": len(sound), "stop_on": 0, "at_once": True}
        playback = Playback(self._engine.next_ref(), self, sound, item)
        self._post(playback)
        return playback

    def _post(self, playback: Playback) -> None:
        self._native.play(self.number, playback.ref, **playback.item)
        self._plays[playback.ref] = playback

    def stop(self) -> None:
        """Stops what plays and what waits."""
        if self._plays:
            self._native.stop(self.number)
        waiting, self._backlog = self._backlog, deque()
        for playback in waiting:
            self._drop(playback)

    def stop_one(self, playback: Playback) -> None:
        """What `Playback.stop` does."""
        if playback.ref in self._plays:
            self._native.stop(self.number, playback.ref)
        elif playback in self._backlog:
            self._backlog.remove(playback)
            self._drop(playback)

    def _drop(self, playback: Playback, reason: str = "stopped") -> None:
        """Ends one that never reached the core, with the next tick's events, as if it had."""
        self._plays[playback.ref] = playback
        self._engine.inject(
            PlayDone(self._engine.clock.now(), self.info.id, playback.ref, reason, Samples(0))
        )

    def _digit(self, digit: str) -> None:
        """What a digit has done to the core's queue goes on in what waits here: it stops what it may stop,
        up to the first that it may not."""
        mask = digit_mask(digit)
        if self._backlog and all(playback.item["stop_on"] & mask for playback in self._plays.values()):
            while self._backlog and self._backlog[0].item["stop_on"] & mask:
                self._drop(self._backlog.popleft(), "digit")

    def _play_ended(self, event: PlayDone) -> None:
        playback = self._plays.pop(event.ref, None)
        if playback is not None:
            playback.ended(event)
        while self._backlog and len(self._plays) < _QUEUE:
            waiting = self._backlog.popleft()
            try:
                self._post(waiting)
            except CtiError:  # no room for a command: refused, as the core refuses
                self._drop(waiting)

    # Bridges.

    def join(
        self,
        bridge: Bridge,
        role: Role = Role.TALK,
        *,
        whisper_to: Channel | None = None,
        gain_db: float = 0.0,
    ) -> None:
        """Becomes a party of the bridge, or takes another role there; it leaves the one it was on.

        The answer is `Bridged`, with the role of before where the core refuses it: a bridge has room for
        MOST_PARTIES, and who is whispered to must be there. UsageError for a whisper to nobody, and once the
        bridge is closed.
        """
        if role is Role.AWAY or (role is Role.WHISPER) != (whisper_to is not None):
            raise UsageError(f"{self.info.id}: join: a role, and whom it whispers to if it is that")
        bridge.enter(self)
        target = -1 if whisper_to is None else whisper_to.number
        gain = _gain_q12(gain_db)
        self._native.join(self.number, bridge.number, CODES[role], whisper_to=target, gain_q12=gain)
        self.bridge = bridge

    def leave(self) -> None:
        """Leaves its bridge; the answer is `Bridged`, away, if it was on one."""
        self._native.leave(self.number)
        self.bridge = None

    def _bridged(self, event: Bridged) -> None:
        bridge = self._engine.bridge_numbered(event.bridge)
        if bridge is None:
            return
        if event.role != Role.AWAY.value:
            self.bridge = self.bridge or bridge
        elif self.bridge is bridge:  # a move that is refused leaves it where it was
            self.bridge = self._engine.bridge_with(self, besides=bridge)
        bridge.told(self, event)

    # Terminals.

    def attach(self, terminal: Terminal) -> Attachment:
        """The port's sound is a fax machine's or modem's from the next tick on, until it ends, is taken off,
        or the line is put down (`Detached`). Another that is there is taken off. A fax where the board has a
        modem of its own is done by that."""
        own = self._engine.own_fax(self.info.id) if isinstance(terminal, FaxByBoard) else None
        attachment = Attachment(self._engine.next_ref(), terminal, own)
        if own is not None and isinstance(terminal, FaxByBoard):
            own.begin(terminal.by_board(own.modems), lambda: self._own_fax_over(attachment))
        else:
            self._native.attach(self.number, attachment.ref, terminal.native)
        self._attached[attachment.ref] = attachment
        self._engine.add_attachment(attachment)
        return attachment

    def detach(self, attachment: Attachment) -> None:
        """Takes it off with the next tick, or as soon as the board can, if it is still there."""
        if attachment.own is not None:
            attachment.own.end()
        else:
            self._native.detach(self.number, attachment.ref)

    def _own_fax_over(self, attachment: Attachment) -> None:
        if attachment.ref in self._attached:
            at = self._engine.clock.now()
            self._engine.inject(Detached(at, self.info.id, attachment.ref, "ended"))

    # Recording.

    def record_line(self, sink: Sink, *, at_seizure: bool = True) -> Recording:
        """Records the line from its next seizure on, or from when the telephone at it is lifted, or at once
        (from the next tick): channel 1 what we sent, 2 what came from it."""
        return self._record(LINE, BOTH, sink, at_seizure=at_seizure)

    def record_message(self, sink: Sink) -> Recording:
        """Records what comes from the line, mono, from the next tick on."""
        return self._record(MESSAGE, RX, sink, at_seizure=False)

    def record_sample(self, sink: Sink) -> Recording:
        """What comes from the line, mono, from the next tick on, beside whatever else is recorded."""
        return self._record(SAMPLE, RX, sink, at_seizure=False)

    def _record(self, which: int, channels: int, sink: Sink, *, at_seizure: bool) -> Recording:
        native, number = self._native, self.number
        ref = self._engine.next_ref()
        recording = Recording(ref, self.info.id, (number, which), channels, sink, native)
        self._engine.add_recording(recording)
        try:
            native.record(number, which, channels, ref, at_seizure=at_seizure)
        except CtiError:
            self._engine.forget_recording(recording)
            raise
        return recording

    # Hearing.

    def listen(self, mask: int) -> None:
        """Chooses the detectors (``cti_ear_detector``); those switched on start afresh. Digits
        are not listened for where the board tells them."""
        if not mask & PROGRESS:
            self.tone = None
        if self.info.tells_keys:
            mask &= ~DTMF
        self.ear = mask
        self._native.listen(self.number, mask)
        for watcher in self._ear_watchers:
            watcher(mask)

    def watch_ear(self, watcher: Callable[[int], None]) -> Callable[[], None]:
        """Calls `watcher` with every mask that is chosen; returns what ends that."""
        self._ear_watchers = (*self._ear_watchers, watcher)

        def end() -> None:
            self._ear_watchers = tuple(other for other in self._ear_watchers if other is not watcher)

        return end
