"""Rings a telephone at one of our own ports, by the country's cadence, and tells it who calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctidrv.clock import SampleClock, Timer
from ctidrv.native.pcm import Pcm
from ctidrv.ports import presentation
from ctidrv.ports.presentation import Presentation
from ctidrv.units import ms

if TYPE_CHECKING:
    from ctidrv.media.channel import Channel, Playback

Step = tuple[int, str]
"""Samples to wait for, and what is done then: on, off, data, reverse, normal."""


def steps(cadence: Sequence[int], way: Presentation | None, data: Pcm) -> Iterator[Step]:
    """The whole ringing, without end: the cadence (ms, on and off by turns), and caller ID (`data`) before
    its first ring or in the first pause that holds it (EN 300 659-1 clause 6, GR-30)."""
    wait = 0
    if way is not None and way.when == "before-ring":
        if "reversal" in way.alert:
            yield 0, "reverse"
            by_digits = way.standard == "dtmf"
            wait = ms(presentation.AFTER_REVERSAL_DTMF if by_digits else presentation.AFTER_REVERSAL)
        if "rp-as" in way.alert:
            yield wait, "on"
            yield ms(presentation.RING_PULSE), "off"
            wait = ms(presentation.AFTER_RING_PULSE)
        yield wait, "data"
        wait = len(data) + ms(presentation.BEFORE_RING)
        if "reversal" in way.alert:
            yield wait, "normal"
            wait = 0
        way = None
    while True:
        for place, length in enumerate(cadence):
            yield wait, "off" if place % 2 else "on"
            wait = ms(length)
            if place % 2 and way is not None and way.fits(length, data):
                yield ms(presentation.AFTER_FIRST_RING), "data"
                wait -= ms(presentation.AFTER_FIRST_RING)
                way = None


class Ringer:
    """One telephone's bell. `start` and `stop` may be called at any time."""

    def __init__(self, channel: Channel, clock: SampleClock, cadence: Sequence[int]) -> None:
        self._channel = channel
        self._clock = clock
        self._cadence = cadence
        self._timer: Timer | None = None
        self._data: Playback | None = None
        self._sound = Pcm.silence(0)
        self._reversed = False

    def start(self, way: Presentation | None, data: Pcm) -> None:
        """Rings until it is stopped; `way` None: without saying who calls."""
        self.stop()
        self._sound = data if way is None or way.when != "before-ring" else way.before_data(data)
        self._go_on(steps(self._cadence, way, self._sound), self._clock.now())

    def stop(self) -> None:
        """Silent, and the polarity as it was."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        self._channel.stop_ring()
        if self._data is not None:
            self._data.stop()
            self._data = None
        self._turn(False)

    def _go_on(self, left: Iterator[Step], due: int) -> None:
        """Does what is due now; the times are counted from the beginning, so that ticks do not add up."""
        wait, what = next(left)
        while due + wait <= self._clock.now():
            due += wait
            self._do(what)
            wait, what = next(left)

        def go_on() -> None:
            self._do(what)
            self._go_on(left, due + wait)

        self._timer = self._clock.call_at(due + wait, go_on)

    def _do(self, what: str) -> None:
        if what == "on":
            self._channel.ring()
        elif what == "off":
            self._channel.stop_ring()
        elif what == "data":
            self._data = self._channel.play(self._sound)
        else:
            self._turn(what == "reverse")

    def _turn(self, reversed_: bool) -> None:
        if reversed_ != self._reversed:
            self._reversed = reversed_
            self._channel.polarity(reversed_)
