"""`Ear`: the detectors at one end of a line, fed with what begins and ends to sound there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ctidrv.clock import SampleClock, Timer
from ctidrv.units import TICK
from hwsim.eventmode.event import Event
from hwsim.eventmode.measured import BEFORE, BIT, LONGEST_TONE, OVER, Before, Heard, Measured, Report, Stretch
from hwsim.eventmode.player import Item

Key = tuple[int, int]
"""Of a state: (kind of the report that ends it, value)."""


@dataclass(slots=True, eq=False)
class _Sounding:
    """An item as it is heard here."""

    item: Item
    source: str
    begun: int
    """The sample of this ear at which the item's first sample is, or would have been, heard."""
    before: Before | None = None
    heard: Heard | None = None
    timers: list[Timer] = field(default_factory=list)
    holds: dict[Stretch, int] = field(default_factory=dict)
    """What of it is known to last now, and how often its detector had begun afresh then."""


class Ear:
    """`kind`: board, phone, exchange or on-hook, as `Measured.heard` has it. `tell` is given each event."""

    def __init__(
        self, agenda: SampleClock, measured: Measured, port: int, tell: Callable[[Event, bytes], None]
    ) -> None:
        self.mask = 0
        self.kind = "exchange"
        self.progress: Any = None
        """The definitions of call progress, where they are this ear's own."""
        self._agenda = agenda
        self._measured = measured
        self._port = port
        self._tell = tell
        self._here: list[_Sounding] = []
        self._on: dict[Key, int] = {}
        """States that have been told, and by how many sounds each is held."""
        self._last: Before | None = None
        self._last_end = 0
        self._afresh: dict[int, int] = {}
        """How often each detector was switched off."""

    def listen(self, mask: int, at: int) -> None:
        """Those switched on start afresh: what goes on is known to them as late as at its beginning."""
        fresh, off = mask & ~self.mask, self.mask & ~mask
        self.mask = mask
        if off:
            for bit in set(BIT.values()):
                if bit & off:
                    self._afresh[bit] = self._afresh.get(bit, 0) + 1
            self._on = {key: count for key, count in self._on.items() if not BIT[key[0]] & off}
        if fresh:
            for sounding in self._here:
                self._follow(sounding, at, fresh)

    def sounds(self, now: list[tuple[Item, str]], at: int) -> None:
        """From `at` on these items are heard here, each with where it comes from, and nothing else."""
        for sounding in list(self._here):
            if not any(item is sounding.item for item, _ in now):
                self._here.remove(sounding)
                self._cut(sounding, at)
                self._was_heard(sounding, at)
        for item, source in now:
            if not any(item is sounding.item for sounding in self._here):
                sounding = _Sounding(item, source, item.begun, self._before(item, source, at))
                self._here.append(sounding)
                if self.mask:
                    self._follow(sounding, at, self.mask)

    def _was_heard(self, sounding: _Sounding, at: int) -> None:
        item = sounding.item
        if item.sound.tone is None:
            self._last = Before(sounding.source, item.sound, item.gain_q12, max(0, at - sounding.begun), 0)
            self._last_end = at

    def _before(self, item: Item, source: str, at: int) -> Before | None:
        """A tone of the exchange at a board's ear is judged beside what has just been heard."""
        last, gap = self._last, at - self._last_end
        if self.kind != "board" or source != "exchange" or item.sound.tone is None or last is None:
            return None
        return replace(last, gap=-(-gap // TICK) * TICK) if 0 <= gap < BEFORE else None

    def _hear(self, sounding: _Sounding, end: int | None = None) -> Heard:
        item = sounding.item
        if end is None:
            end = None if item.length is None else min(item.length, item.sound.length or item.length)
        of, item_of = sounding.source, (item.sound, item.gain_q12, end)
        return self._measured.heard(of, self.kind, *item_of, self.progress, sounding.before)

    def _follow(self, sounding: _Sounding, at: int, mask: int) -> None:
        if sounding.heard is None:
            sounding.heard = self._hear(sounding)
        begun = sounding.begun
        for stretch in sounding.heard.stretches:
            if BIT[stretch.on.kind] & mask:
                known = begun + stretch.on.at
                over = None if stretch.off is None else begun + stretch.off.at
                if begun + stretch.on.start < at:  # it is heard from its middle on
                    known = at + stretch.on.at - stretch.on.start
                if over is not None and known >= over:
                    continue
                self._later(sounding, known, partial(self._begins, sounding, stretch, known))
                if over is not None:
                    self._later(sounding, over, partial(self._ends, sounding, stretch, over))
        for report in sounding.heard.points:
            if BIT[report.kind] & mask and begun + report.start >= at:
                when = begun + report.at
                self._later(sounding, when, partial(self._point, sounding, report))

    def _later(self, sounding: _Sounding, when: int, do: Callable[[], None]) -> None:
        sounding.timers.append(self._agenda.call_at(when, do))

    def _point(self, sounding: _Sounding, report: Report) -> None:
        if BIT[report.kind] & self.mask:
            self._say(report, sounding.begun)

    def _begins(self, sounding: _Sounding, stretch: Stretch, at: int) -> None:
        on = stretch.on
        if not BIT[on.kind] & self.mask or self._held(sounding, stretch):
            return
        sounding.holds[stretch] = self._afresh.get(BIT[on.kind], 0)
        key = _key(stretch)
        self._on[key] = self._on.get(key, 0) + 1
        if self._on[key] == 1:
            late = at - (sounding.begun + on.at)
            self._say(on, sounding.begun + late)

    def _ends(self, sounding: _Sounding, stretch: Stretch, at: int, start: int | None = None) -> None:
        held = self._held(sounding, stretch)
        sounding.holds.pop(stretch, None)
        if not held:
            return
        key = _key(stretch)
        self._on[key] = self._on.get(key, 1) - 1
        if self._on[key] > 0:
            return
        del self._on[key]
        if stretch.off is not None and start is None:
            self._say(stretch.off, sounding.begun)
        else:
            begin = at if start is None else start
            self._tell(Event(at, begin, self._port, key[0], key[1]), b"")

    def _held(self, sounding: _Sounding, stretch: Stretch) -> bool:
        return sounding.holds.get(stretch) == self._afresh.get(BIT[stretch.on.kind], 0)

    def _say(self, report: Report, begun: int) -> None:
        event = Event(
            begun + report.at,
            begun + report.start,
            self._port,
            report.kind,
            report.value,
            report.length,
            report.ref,
            report.level,
        )
        self._tell(event, report.message)

    def _cut(self, sounding: _Sounding, at: int) -> None:
        """It is heard no more: what it would have brought later is not; what lasts ends as late after it as
        this ear needs."""
        item = sounding.item
        whole = item.length is not None and at >= sounding.begun + item.length
        if whole or sounding.heard is None:
            return  # its own reports go on
        for timer in sounding.timers:
            timer.cancel()
        sounding.timers.clear()
        length = max(0, at - sounding.begun)
        if item.sound.tone is not None:
            self._tone_cut(sounding, length, at)
            return
        for stretch in sounding.heard.stretches:
            if self._held(sounding, stretch):
                hang = 0 if stretch.off is None else max(0, stretch.off.at - stretch.off.start)
                over = at + hang
                self._later(sounding, over, partial(self._ends, sounding, stretch, over, at))
        # Data that is broken off is told too, by what of it was received.
        cut = self._hear(sounding, length) if self.kind == "on-hook" else sounding.heard
        for report in cut.points:
            known = sounding.begun + report.at
            if known >= at and (
                self.kind == "on-hook" or (sounding.begun + report.start < at and not report.length)
            ):
                self._later(sounding, known, partial(self._point, sounding, report))

    def _tone_cut(self, sounding: _Sounding, length: int, at: int) -> None:
        """So much of a tone tells how late its end is known."""
        period = sounding.item.sound.period
        skipped = 0
        if period is not None and length > LONGEST_TONE:
            skipped = -(-(length - LONGEST_TONE) // period) * period
        elif period is None:
            skipped = max(0, length - LONGEST_TONE)
        begun = sounding.begun + skipped
        ended = self._hear(sounding, length - skipped)
        held_now = [stretch for stretch in sounding.holds if self._held(sounding, stretch)]
        for stretch in held_now:
            off = next(
                (each.off for each in reversed(ended.stretches) if _key(each) == _key(stretch) and each.off),
                None,
            )
            over, start = (at, at) if off is None else (max(at, begun + off.at), begun + off.start)
            self._later(sounding, over, partial(self._ends, sounding, stretch, over, start))
        for each in ended.stretches:  # known only after it was over
            if begun + each.on.at >= at and not any(_key(each) == _key(held) for held in held_now):
                known = begun + each.on.at
                self._later(sounding, known, partial(self._begins, sounding, each, known))
                if each.off is not None:
                    over = begun + each.off.at
                    self._later(sounding, over, partial(self._ends, sounding, each, over, over))


def _key(stretch: Stretch) -> Key:
    return OVER[stretch.on.kind], stretch.on.value
