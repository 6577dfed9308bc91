"""A line without an engine: its channel notes commands, and its board obeys in the next tick."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.call import Call, CallState
from ctidrv.callcontrol.fxo import State
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError, StoreError
from ctidrv.events import PortEvent
from ctidrv.media.attachment import Attachment
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Kind, PortInfo
from ctidrv.units import TICK, PortId, Samples, ms

PORT = PortId("sim/1")


class FakePlayback:
    def __init__(self, ref: int, sound: Any, stop_on: str, loop: bool) -> None:
        self.ref = ref
        self.sound = sound
        self.stop_on = stop_on
        self.left = None if loop or not isinstance(sound, Pcm) else len(sound)


class FakeRecording:
    """Writes a ramp of samples, so that a test sees which frames a file holds."""

    def __init__(
        self, channel: FakeChannel, ref: int, sink: Any, *, when_seized: bool, channels: int
    ) -> None:
        self.ref = ref
        self.channels = channels
        self.frames = 0
        self.open = not when_seized
        self._channel = channel
        self._sink = sink
        self._stopping: asyncio.Future[int] | None = None
        self.error: Exception | None = None

    def tick(self) -> None:
        if self.open:
            ramp = range(self.frames, self.frames + TICK)
            self.frames += TICK
            try:
                self._sink.write(Pcm([value % 30000 for value in ramp for _ in range(self.channels)]).bytes)
            except CtiError as error:
                self.error = error

    def finish(self, at: int) -> PortEvent:
        try:
            self._sink.close()
        except CtiError as error:
            self.error = self.error or error
        assert self._stopping is not None
        if not self._stopping.done():
            if self.error is None:
                self._stopping.set_result(self.frames)
            else:
                self._stopping.set_exception(StoreError(str(self.error)))
                self._stopping.exception()
        return events.RecordDone(Samples(at), PORT, self.ref, Samples(self.frames))

    def ask_stop(self) -> None:
        if self._stopping is None:
            self._stopping = asyncio.get_running_loop().create_future()
            self._channel.stopping.append(self)

    async def stop(self) -> int:
        self.ask_stop()
        assert self._stopping is not None
        return await self._stopping


class FakeChannel:
    """`confirm_seize` false: the board never goes off hook."""

    def __init__(self) -> None:
        self.info = PortInfo(PORT, Kind.FXO, "fake line")
        self.commands: list[str] = []
        self.off_hook = False
        self.ear = 0
        self.confirm_seize = True
        self.confirm_release = True
        self.queue: list[FakePlayback] = []
        self.played: list[Any] = []
        self.recordings: list[FakeRecording] = []
        self.stopping: list[FakeRecording] = []
        self._listeners: list[Callable[[PortEvent], None]] = []
        self._hook: bool | None = None
        self._done: list[tuple[FakePlayback, str]] = []
        self._refs = itertools.count(1)

    def subscribe(self, listener: Callable[[PortEvent], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tell(self, event: PortEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def seize(self) -> None:
        self.commands.append("seize")
        self._hook = True

    def release(self) -> None:
        self.commands.append("release")
        self._hook = False

    def listen(self, mask: int) -> None:
        self.ear = mask

    def play(
        self, sound: Any, *, stop_on: str = "", loop: bool = False, gain_db: float = 0.0, samples: int = -1
    ) -> FakePlayback:
        playback = FakePlayback(next(self._refs), sound, stop_on, loop)
        self.queue.append(playback)
        self.played.append(sound)
        return playback

    def interrupt(self, sound: Any) -> FakePlayback:
        self.commands.append("interrupt")
        self.interruption = FakePlayback(next(self._refs), sound, "", False)
        self.interruption.stop = lambda: self.commands.append("resume")  # type: ignore[attr-defined]
        return self.interruption

    def stop(self) -> None:
        self._done += [(playback, "stopped") for playback in self.queue]
        self.queue.clear()

    def record_line(self, sink: Any, *, at_seizure: bool = True) -> FakeRecording:
        return self._record(sink, when_seized=at_seizure, channels=2)

    def record_message(self, sink: Any) -> FakeRecording:
        return self._record(sink, when_seized=False, channels=1)

    def _record(self, sink: Any, *, when_seized: bool, channels: int) -> FakeRecording:
        made = FakeRecording(self, next(self._refs), sink, when_seized=when_seized, channels=channels)
        self.recordings.append(made)
        return made

    def attach(self, terminal: Any) -> Attachment:
        self.attached = Attachment(next(self._refs), terminal)
        self.commands.append("attach")
        return self.attached

    def detach(self, attachment: Attachment) -> None:
        self.commands.append("detach")

    def take_off(self, at: int, reason: str) -> events.Detached:
        """The terminal is off: for `tell`."""
        told = events.Detached(Samples(at), PORT, self.attached.ref, reason)
        self.attached.detached(told)
        return told

    def press(self, digit: str) -> None:
        """The core's part of barge-in."""
        while self.queue and digit in self.queue[0].stop_on:
            self._done.append((self.queue.pop(0), "digit"))

    def tick(self, at: int) -> list[PortEvent]:
        """What one tick from sample `at` on brings: hook events, ends of sounds and recordings."""
        told: list[PortEvent] = []
        now = Samples(at)
        wanted, self._hook = self._hook, None
        for recording in self.stopping:
            self.recordings.remove(recording)
            told.append(recording.finish(at))
        self.stopping.clear()
        if wanted is not None and wanted != self.off_hook:
            if wanted and self.confirm_seize:
                self.off_hook = True
                told.append(events.Seized(now, PORT))
            elif not wanted:
                self.off_hook = False
                if self.confirm_release:
                    told.append(events.Released(now, PORT))
        for recording in self.recordings:
            recording.open = recording.open or self.off_hook
            if recording not in self.stopping:
                recording.tick()
        told += [events.PlayDone(now, PORT, p.ref, why, Samples(0)) for p, why in self._done]
        self._done.clear()
        room = int(TICK)
        while room and self.queue and self.queue[0].left is not None:
            first = self.queue[0]
            step = min(room, first.left)
            first.left -= step
            room -= step
            if first.left:
                break
            told.append(
                events.PlayDone(Samples(at + TICK - room), PORT, self.queue.pop(0).ref, "end", Samples(0))
            )
        return told


class Bench:
    """A line controller on a fake channel, stepped tick by tick. `call` is the latest call."""

    def __init__(self, profile: LineProfile | None = None) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        self.channel = FakeChannel()
        self.journal = Journal(self.clock)
        self.entries: list[CallEvent] = []
        self.journal.subscribe(self.entries.append)
        self.ids = Ids(7)
        self.calls: list[Call] = []
        self.handler: Callable[[Call], Awaitable[None]] = self._wait
        self.due: list[tuple[int, int, PortEvent]] = []
        self._order = itertools.count()
        self.line = LineController(
            self.channel,  # type: ignore[arg-type]
            self.clock,
            self.journal,
            self.ids,
            profile or LineProfile(),
            self._on_call,
        )

    async def _on_call(self, call: Call) -> None:
        self.calls.append(call)
        await self.handler(call)

    async def _wait(self, call: Call) -> None:
        await call.ended()

    @property
    def call(self) -> Call:
        return self.calls[-1]

    def at(self, when_ms: float, make: Callable[[Samples, PortId], PortEvent]) -> None:
        """An event of the line, so many milliseconds from now."""
        when = Samples(self.clock.now() + ms(when_ms))
        self.due.append((when, next(self._order), make(when, PORT)))
        self.due.sort(key=lambda entry: entry[:2])

    def ring(self, start_ms: float, length_ms: float = 2000) -> None:
        self.at(start_ms, events.RingOn)
        self.at(start_ms + length_ms, events.RingOff)

    def caller_id(self, when_ms: float, **changes: Any) -> None:
        seen = events.CallerIdSeen(
            Samples(0), PORT, Samples(0), "bell202", "call", "5551234", "ANN", None, "03081000", True, b""
        )
        self.at(when_ms, lambda at, port: replace(seen, at=at, **changes))

    def digit(self, digit: str, when_ms: float, length_ms: float = 80) -> None:
        """Known 25 ms after it begins."""
        self.at(when_ms + 25, lambda at, port: events.DigitDown(at, port, digit, Samples(at - ms(25))))
        self.at(when_ms + length_ms, lambda at, port: events.DigitUp(at, port, digit, ms(length_ms)))

    def tone(self, tone: str, when_ms: float, after_ms: float) -> None:
        """A tone that begins then and is known so much later."""
        self.at(
            when_ms + after_ms, lambda at, port: events.ToneOn(at, port, tone, Samples(at - ms(after_ms)))
        )

    def voice(self, start_ms: float, end_ms: float, hangover_ms: float = 500) -> None:
        self.at(start_ms + 60, lambda at, port: events.VoiceOn(at, port, Samples(at - ms(60))))
        self.at(
            end_ms + hangover_ms, lambda at, port: events.VoiceOff(at, port, Samples(at - ms(hangover_ms)))
        )

    async def run(self, length_ms: float) -> None:
        """Ticks for so long; all that is ready runs between two ticks."""
        end = self.clock.now() + ms(length_ms)
        await self.settle()
        while self.clock.now() < end:
            begin = self.clock.now()
            told = self.channel.tick(begin)
            while self.due and self.due[0][0] < begin + TICK:
                event = self.due.pop(0)[2]
                told.append(event)
                if isinstance(event, events.DigitDown):
                    self.channel.press(event.digit)
            for event in sorted(told, key=lambda event: event.at):
                self.channel.tell(event)
            self.clock.advance(begin + TICK)
            await self.settle()

    async def settle(self) -> None:
        """Runs what is ready, and what that makes ready."""
        loop: Any = asyncio.get_running_loop()
        await asyncio.sleep(0)
        while loop._ready:  # noqa: ASYNC110 (of tasks, nothing tells when they rest)
            await asyncio.sleep(0)

    def types(self) -> list[str]:
        return [entry.type for entry in self.entries]

    def said(self, type: str) -> list[dict[str, Any]]:
        return [dict(entry.data) for entry in self.entries if entry.type == type]

    def ends(self) -> list[tuple[str, str]]:
        """Cause and outcome of each call that has ended."""
        return [(entry["cause"], entry["outcome"]) for entry in self.said("call.ended")]

    async def answered(self) -> Call:
        """A call that was answered at once."""

        async def answer(call: Call) -> None:
            await call.answer()
            await call.ended()

        self.handler = answer
        self.ring(0)
        await self.run(3000)
        assert self.line.state is State.CONNECTED
        assert self.call.state is CallState.CONNECTED
        made: Call = self.call
        return made

    async def during(self, work: Coroutine[Any, Any, Any], length_ms: float) -> Any:
        """Runs `work` while so much time goes by; it must be done then."""
        task = asyncio.ensure_future(work)
        await self.run(length_ms)
        assert task.done(), "still waiting"
        return task.result()


def inline(
    loop: asyncio.AbstractEventLoop, executor: Any, work: Callable[..., Any], *args: Any
) -> asyncio.Future[Any]:
    """Work for a thread, done here and now, as the loop of virtual time does it."""
    done = loop.create_future()
    try:
        done.set_result(work(*args))
    except Exception as error:
        done.set_exception(error)
    return done


@pytest.fixture
def play_scene() -> Callable[..., Any]:
    """``play_scene(scene, profile=None)`` runs ``async def scene(bench)`` and returns the bench."""

    def run(scene: Callable[[Bench], Coroutine[Any, Any, None]], profile: LineProfile | None = None) -> Bench:
        async def main() -> Bench:
            loop: Any = asyncio.get_running_loop()
            loop.run_in_executor = functools.partial(inline, loop)
            bench = Bench(profile)
            bench.line.start()
            await bench.run(100)
            try:
                await scene(bench)
            finally:
                for task in asyncio.all_tasks() - {asyncio.current_task()}:
                    task.cancel()
                for recording in bench.channel.recordings:
                    recording.ask_stop()
                await bench.run(100)
            return bench

        return asyncio.run(main())

    return run
