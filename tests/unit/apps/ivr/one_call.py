"""A real `Call` whose line and channel are played here: time goes in ticks, the caller does as he is told."""

import asyncio
import itertools
from datetime import UTC, datetime

from ctidrv import events
from ctidrv.apps.ivr.run import Services, run
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.callcontrol.call import Call, Caller, CallState
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.clock import SampleClock
from ctidrv.folder import DataFolder
from ctidrv.media.virtual import run_virtual
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Kind, PortInfo
from ctidrv.units import TICK, PortId, Samples, seconds

PORT = PortId("sim/1")
HANGUP = "hang up"


class Playing:
    def __init__(self, ref, sound, stop_on):
        self.ref, self.stop_on = ref, stop_on
        self.left = len(sound) if isinstance(sound, Pcm) else 3200  # the beep is a tone


class Recording:
    """Hears a ramp."""

    def __init__(self, line, sink):
        self.line, self.sink, self.ref, self.frames = line, sink, 99, 0
        self.error = None

    def tick(self):
        self.sink.write(Pcm(range(160)).bytes)
        self.frames += 160

    async def stop(self):
        self.sink.close()
        now, self.line.recording = self.line.clock.now(), None
        for listener in tuple(self.line.listeners):
            listener(events.RecordDone(now, PORT, self.ref, Samples(self.frames)))
        return self.frames


class Kept:
    """A repository that only remembers."""

    def __init__(self):
        self.rows = []

    def put_message(self, row):
        self.rows.append(row)

    put_recording = put_message

    async def committed(self):
        pass


class Line:
    """Channel and line of one call; what the caller does is a list of (prompt, delay, keys).

    Each entry waits for the beginning of that prompt, counted from the entry before, and acts so many
    seconds later.
    """

    def __init__(self, caller, doings):
        self.info = PortInfo(PORT, Kind.FXO, "fake")
        self.clock = SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC))
        self.journal = Journal(self.clock)
        self.log = []
        self.journal.subscribe(self.log.append)
        self.call = Call(
            "call-1", self, self, self.clock, self.journal, LineProfile(), started=self.clock.now()
        )
        self.call.on_caller(caller)
        self.call.on_ring(False, 2)
        self.doings = list(doings)
        self.seen = 0
        self.queue, self.told, self.refs = [], [], itertools.count(1)
        self.recording = None
        self.listeners = []
        self.taken = False
        self.connected, self.reaches = [], []

    # what Call asks of its line and channel

    def answer(self, call):
        call.on_connected(self.clock.now())

    def hang_up(self, call, cause):
        if call.cause is None:
            call.on_ended(self.clock.now(), cause)

    def sounding(self, call, playing):
        pass

    def play(self, sound, *, stop_on="", loop=False):
        self.queue.append(Playing(next(self.refs), sound, stop_on))
        return self.queue[-1]

    def subscribe(self, listener):
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def record_message(self, sink):
        self.recording = Recording(self, sink)
        return self.recording

    def stop(self):
        self.told += [
            events.PlayDone(self.clock.now(), PORT, p.ref, "stopped", Samples(0)) for p in self.queue
        ]
        self.queue.clear()

    # what the switchboard is asked; half a second later it has the next answer

    async def connect(self, call, to, **how):
        self.connected.append((to, how))
        await call.pause(seconds(0.5))
        return self.reaches.pop(0)

    # and what the queue is

    async def enter(self, call, name, served):
        self.connected.append((name, served))
        await call.pause(seconds(0.5))
        return self.reaches.pop(0)

    # and what the station's fax is; it takes half a second for all it is told to

    async def receive(self, call, box):
        self.connected.append((box, None))
        await call.pause(seconds(0.5))
        return self.reaches.pop(0)

    async def send(self, call, file, *, header=None):
        self.connected.append((file.name, header))
        await call.pause(seconds(0.5))
        return self.reaches.pop(0)

    def fax_tone(self, tone="cng"):
        self.call.on_event(events.FaxTone(self.clock.now(), PORT, tone, self.clock.now(), False))

    # what the caller and time do

    def take(self):
        """An operator takes the call."""
        self.taken = True
        self.operator = asyncio.ensure_future(self.call.answer(by="operator"))

    def press(self, keys):
        for key in keys:
            now = self.clock.now()
            while self.queue and key in self.queue[0].stop_on:
                done = self.queue.pop(0)
                self.told.append(events.PlayDone(now, PORT, done.ref, "digit", Samples(0)))
            self.call.on_event(events.DigitDown(now, PORT, key, now))
            self.call.on_event(events.DigitUp(now, PORT, key, Samples(400)))

    def idle(self, until):
        pass

    def step(self):
        self.clock.advance(self.clock.now() + TICK)
        told, self.told = self.told, []
        for event in told:
            self.call.on_event(event)
        if self.queue:
            self.queue[0].left -= TICK
            if self.queue[0].left <= 0:
                done = self.queue.pop(0)
                self.call.on_event(events.PlayDone(self.clock.now(), PORT, done.ref, "end", Samples(0)))
        if self.recording is not None:
            self.recording.tick()
        self._act()

    def _act(self):
        if not self.doings:
            return
        prompt, delay, keys = self.doings[0]
        begun = [e for e in self.log[self.seen :] if e.type == "call.prompt" and e.data["state"] == "started"]
        begun = [e for e in begun if e.data["prompt"] == prompt]
        if begun and self.clock.now() >= begun[0].at + seconds(delay):
            self.doings.pop(0)
            self.seen = self.log.index(begun[0]) + 1
            if callable(keys):
                keys(self)
            elif keys == HANGUP:
                self.call.on_ended(self.clock.now(), Cause.REMOTE_BUSY_TONE)
            else:
                self.press(keys)

    # what a test looks at

    @property
    def prompts(self):
        """(prompt, language) of each that began."""
        return [
            (e.data["prompt"], e.data["lang"])
            for e in self.log
            if e.type == "call.prompt" and e.data["state"] == "started"
        ]

    @property
    def names(self):
        return [prompt for prompt, _ in self.prompts]

    @property
    def choices(self):
        return [(e.data["key"], e.data["result"]) for e in self.log if e.type == "call.choice"]

    @property
    def errors(self):
        return [e.data["error"] for e in self.log if e.type == "call.step" and "error" in e.data]


def speak(length):
    """What a caller does who speaks for so many seconds."""

    def begin(line):
        now = line.clock.now()
        line.call.on_event(events.VoiceOn(now, PORT, now))
        line.clock.call_after(seconds(length), lambda: end(line))

    def end(line):
        now = line.clock.now()
        line.call.on_event(events.VoiceOff(now, PORT, now))

    return begin


def serve(script, *doings, caller=None, folder=None, reaches=(), limit=600.0, fax=True):
    """Runs a script to the end of its call; OutOfTime after `limit` seconds of audio. `reaches`: what comes
    of its transfers and faxes; `fax` False: the station has none."""
    line = Line(caller or Caller("5551234", "ANN"), doings)
    line.reaches = list(reaches)
    services = None
    if folder is not None:
        data, line.kept, ids = DataFolder(folder), Kept(), Ids(7)
        boxes = Mailboxes(data, line.kept, line.clock, ids)
        services = Services(boxes, data, line.kept, line.clock, ids, line, line, line if fax else None)

    run_virtual(run(script, line.call, services), line, limit=seconds(limit))
    assert line.call.state is (CallState.CONNECTED if line.taken else CallState.ENDED)
    return line
