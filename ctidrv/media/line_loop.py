"""Measures a looped line: what goes out on one port is heard at another, or at itself by what its hybrid
returns, through the whole engine.

Levels are dBm0 at our ports' samples; the echo cancellers of both ports are off.
"""

from __future__ import annotations

import cmath
import math
import statistics
from typing import TypeVar

from ctidrv.errors import PortError
from ctidrv.events import DigitDown, PlayDone, PortEvent, RecordDone, RingOn, Seized
from ctidrv.media.channel import Channel
from ctidrv.media.engine import MediaEngine
from ctidrv.media.recorder import Kept
from ctidrv.native import dtmf_signals as signals
from ctidrv.native import lib
from ctidrv.native.compare import find
from ctidrv.native.dtmf_trials import Figures, Heard, keyed, score
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, dtmf, render, tone
from ctidrv.units import RATE, TICK, Samples, ms, seconds

E = TypeVar("E", bound=PortEvent)

_SEIZE, _DIAL_TONE, _RING, _SETTLE = seconds(2), seconds(2), seconds(20), seconds(1)
_ANSWER, _IDLE = seconds(10), seconds(8)
_TONE_HZ, _TONE_DBM0, _PROBE_DBM0 = 1004.0, -10.0, -15.0
_TONE_FROM = ms(1500)
_QUIET_FROM = ms(3000)
_EDGE = ms(100)
_LENGTH = seconds(4.5)
_LATEST = ms(300)
"""A line later than that is none."""
_LOUD_DBM0 = -35.0
"""What sounds on an idle line that is louder than any line's noise is the exchange's."""
_ROWS: tuple[tuple[str, dict[str, float]], ...] = (
    ("digits", {}),
    ("digits of -25 dBm0", {"level": -25.0}),
    ("digits of 40 ms", {"ms": 40.0, "pause": 40.0}),
    ("digits, high tone 4 dB up", {"twist": 4.0}),
    ("digits, high tone 8 dB down", {"twist": -8.0}),
)


class LineLoop:
    """`send` and `hear` are ports of an engine that ticks, or the same port."""

    def __init__(self, engine: MediaEngine, send: Channel, hear: Channel) -> None:
        self._engine = engine
        self._send, self._hear = send, hear
        self._alone = send is hear
        self._events: list[PortEvent] = []
        for channel in {send, hear}:
            channel.subscribe(self._events.append)
        self._delay = 0

    async def measure(self, number: str | None, digits: int, seed: int) -> dict[str, Figures]:
        """The rows, once the ports are connected: by dialling `number` from the one that sends, without it
        by both going off hook. PortError when they do not hear each other, or the exchange sounds on a line
        alone."""
        try:
            await self._connect(number)
            rows = {"line": await self._line(seed)}
            self._hear.listen(lib.CTI_EAR_DTMF)
            for name, more in _ROWS:
                rows[name] = await self._digits(digits, seed, more)
            return rows
        finally:
            for channel in {self._hear, self._send}:
                channel.release()
            await self._engine.clock.sleep(_SETTLE)

    async def _wait(self, channel: Channel, kind: type[E], within: Samples, what: str) -> E:
        end = self._engine.clock.now() + within
        while self._engine.clock.now() <= end:
            for event in self._events:
                if isinstance(event, kind) and event.port == channel.info.id:
                    return event
            await self._engine.clock.sleep(TICK)
        raise PortError(f"{channel.info.id}: {what} within {within / RATE:g} s")

    async def _connect(self, number: str | None) -> None:
        self._send.seize()
        await self._wait(self._send, Seized, _SEIZE, "did not go off hook")
        if number is not None:
            await self._engine.clock.sleep(_DIAL_TONE)
            await self._send.play(dtmf(number)).done()
            if self._alone:
                await self._engine.clock.sleep(_ANSWER)
            else:
                await self._wait(self._hear, RingOn, _RING, f"did not ring after {number} was dialled")
        if not self._alone:
            self._hear.seize()
            await self._wait(self._hear, Seized, _SEIZE, "did not go off hook")
        await self._engine.clock.sleep(_SETTLE)
        if self._alone:
            await self._quiet()
        self._events.clear()

    async def _quiet(self) -> None:
        """Digits would be dialled, and everything else measured with the exchange's tones in it."""
        idle, _ = await self._through(Pcm.silence(_IDLE))
        if (loud := level(idle)) > _LOUD_DBM0:
            raise PortError(
                f"{self._hear.info.id}: hears {loud:.0f} dBm0 while nothing is sent: "
                "a line alone must be silent (--dial a number that answers and is)"
            )

    async def _through(self, sound: Pcm) -> tuple[Pcm, Pcm]:
        """Sends a sound; what came at the far port and at the sending one, from its first sample on."""
        recordings = []
        for channel in (self._hear,) if self._alone else (self._hear, self._send):
            kept = Kept()
            recordings.append((channel.record_sample(kept), kept))
        played = self._send.play(sound)
        await played.done()
        await self._engine.clock.sleep(_LATEST)
        came = []
        begin = self._begin(played.ref)
        for recording, kept in recordings:
            await recording.stop()
            await self._engine.clock.sleep(TICK)
            lead = begin - self._recorded_from(recording.ref)
            came.append(Pcm.from_bytes(bytes(kept.data))[max(0, lead) :])
        return came[0], came[-1]

    def _begin(self, ref: int) -> int:
        return next(
            event.at - event.position
            for event in self._events
            if isinstance(event, PlayDone) and event.ref == ref
        )

    def _recorded_from(self, ref: int) -> int:
        return next(
            event.at - event.length
            for event in self._events
            if isinstance(event, RecordDone) and event.ref == ref
        )

    async def _line(self, seed: int) -> Figures:
        dice = signals.Dice(seed)
        probe = signals.Signal(dice, signals.speech_like(dice, seconds(1), _PROBE_DBM0)).pcm(-90)
        steady = render(tone([Part((_TONE_HZ,), _TONE_DBM0, 1000)]), seconds(1))
        sent = _padded(_padded(probe, _TONE_FROM) + steady, _LENGTH)
        far, near = await self._through(sent)
        match = find(probe, far[: len(probe) + _LATEST])
        if match is None or match.correlation < 0.5:
            hear, send = self._hear.info.id, self._send.info.id
            why = "its hybrid returns too little" if self._alone else "are the two connected?"
            raise PortError(f"{hear} does not hear what {send} sends: {why}")
        self._delay = match.offset
        heard = _stretch(far, _TONE_FROM + self._delay, seconds(1))
        loss = {} if self._alone else {"loss_db": _TONE_DBM0 - _tone_level(heard)}
        returned = _TONE_FROM + (self._delay if self._alone else 0)
        return {
            **loss,
            "delay_ms": self._delay * 1000 / RATE,
            "noise_dbm0": level(_stretch(far, _QUIET_FROM + self._delay, seconds(1))),
            "speech_to_distortion_db": match.snr_db,
            "echo_return_loss_db": _TONE_DBM0 - _tone_level(_stretch(near, returned, seconds(1))),
        }

    async def _digits(self, count: int, seed: int, more: dict[str, float]) -> Figures:
        self._events.clear()
        signal = keyed(signals.Dice(seed), count, **more)
        played = self._send.play(signal.pcm(-90))
        await played.done()
        await self._engine.clock.sleep(_LATEST)
        arrived = self._begin(played.ref) + self._delay
        downs = [event for event in self._events if isinstance(event, DigitDown)]
        heard = [
            Heard(event.digit, event.at - arrived) for event in downs if event.port == self._hear.info.id
        ]
        result = score(signal.sent, heard)
        late = sorted(result.late or [])
        return {
            "heard_percent": result.percent,
            "false": float(result.extra),
            "latency_median_ms": statistics.median(late) / 8 if late else None,
        }


def _tone_level(sound: Pcm) -> float:
    """Of the test tone alone, whatever noise is with it."""
    turn = -2j * math.pi * _TONE_HZ / RATE
    whole = sum(
        value * cmath.exp(turn * index) for index, value in enumerate(memoryview(sound.bytes).cast("h"))
    )
    return 20 * math.log10(max(abs(whole) / len(sound) * math.sqrt(2), 1e-3) / signals.RMS_0_DBM0)


def _padded(sound: Pcm, length: int) -> Pcm:
    return sound + Pcm.silence(length - len(sound))


def _stretch(sound: Pcm, begin: int, length: int) -> Pcm:
    """Its inside, without what is near its edges."""
    return sound[begin + _EDGE : begin + length - _EDGE]
