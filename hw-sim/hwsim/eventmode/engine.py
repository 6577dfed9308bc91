"""`EventEngine`: the engine of `ctidrv.native.engine` over an `EventPlant`: its tick, without samples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, lib
from ctidrv.native.engine import LINE, EngineStats
from ctidrv.units import TICK
from hwsim.eventmode.event import Event
from hwsim.eventmode.plant import EventPlant
from hwsim.eventmode.player import Item

_MESSAGES = 64
_READ_FRAMES = 8000


@dataclass(slots=True)
class _Recorder:
    ref: int = -1
    channels: int = 2
    begun: int = 0
    open: bool = False
    armed: tuple[int, int] | None = None
    """Ref and channels, from the seizure of the line on."""
    left: int = 0
    """Frames that the reader has yet to take."""
    reading: int = -1


class EventEngine:
    """`ctidrv.media.core.Core` for one simulated board whose plant is an `EventPlant`.

    A recording of the line holds one tick of silence, whatever its length; of a message, as much silence as
    the message is long, for its length is a fact of the call.
    """

    drains = False

    def __init__(self, ports: int, boards: int) -> None:
        if boards != 1:
            raise UsageError("without audio a station has one board, a simulated one")
        self._plant: EventPlant | None = None
        self._ports = ports
        self._commands: list[Any] = []
        self._found: list[Event] = []
        self._recorders = {(port, which): _Recorder() for port in range(ports) for which in range(3)}
        self._messages: dict[int, bytes] = {}
        self._refs = 0
        self._ticks = 0
        self._slips: list[tuple[int, int]] = []

    @property
    def plant(self) -> EventPlant:
        assert self._plant is not None
        return self._plant

    def add_board(self, native: Any) -> int:
        if not isinstance(native, EventPlant):
            raise UsageError("without audio every board is a simulated one with `events = true`")
        self._plant = native
        return 0

    def echo_can(self, port: int, taps: int) -> None:
        """Stands in what is measured (hwsim/eventmode/measured.py)."""

    # Commands: each takes effect at the next tick.

    def line(self, port: int, what: int, value: int) -> None:
        self._commands.append(lambda at: self._line(port, what, value, at))

    def _line(self, port: int, what: int, value: int, at: int) -> None:
        plant = self.plant
        if what == lib.CTI_LINE_HOOK:
            plant.set_hook(port, bool(value), at)
            if value:
                for which in range(3):
                    recorder = self._recorders[port, which]
                    if recorder.armed is not None:
                        (ref, channels), recorder.armed = recorder.armed, None
                        self._start(port, which, ref, channels, at)
        elif what in (lib.CTI_LINE_PULSES, lib.CTI_LINE_FLASH) and not plant.dial(port, what, value, at):
            self._found.append(Event(at, at, port, lib.CTI_EV_DIALLED))

    def play(
        self,
        port: int,
        ref: int,
        *,
        pcm: Any = None,
        tone: Any = None,
        samples: int = -1,
        loop: bool = False,
        stop_on: int = 0,
        gain_q12: int = 4096,
        at_once: bool = False,
    ) -> None:
        sounds, length = self.plant.sounds, None if samples < 0 else samples
        if tone is None:
            sound = sounds.of_samples(pcm, max(0, samples))
            length = None if loop else length
        else:
            sound = sounds.of_tone(tone)
            if sound.length is not None:
                length = sound.length if length is None else min(length, sound.length)
        item = Item(ref, sound, length, gain_q12, stop_on, tone is not None and samples < 0)
        player = self.plant.line(port).terminal
        put = player.interrupt if at_once else player.put
        self._commands.append(lambda at: put(item, at))

    def stop(self, port: int, ref: int = -1) -> None:
        self._commands.append(lambda at: self.plant.line(port).terminal.stop(ref, at))

    def record(self, port: int, which: int, channels: int, ref: int, *, at_seizure: bool = False) -> None:
        def do(at: int) -> None:
            recorder = self._recorders[port, which]
            if not at_seizure:
                self._start(port, which, ref, channels, at)
            elif recorder.armed is not None:
                self._found.append(Event(at, at, port, lib.CTI_EV_RECORD_DONE, ref=ref))
            else:
                recorder.armed = (ref, channels)

        self._commands.append(do)

    def _start(self, port: int, which: int, ref: int, channels: int, at: int) -> None:
        recorder = self._recorders[port, which]
        if recorder.open:
            self._found.append(Event(at, at, port, lib.CTI_EV_RECORD_DONE, ref=ref))
            return
        recorder.ref, recorder.channels, recorder.begun, recorder.open = ref, channels, at, True

    def record_stop(self, port: int, which: int, ref: int = -1) -> None:
        def do(at: int) -> None:
            recorder = self._recorders[port, which]
            if recorder.open and ref in (-1, recorder.ref):
                recorder.open = False
                length = at - recorder.begun
                kept = min(TICK, length) if which == LINE else length
                recorder.left, recorder.reading = kept, recorder.ref
                self._found.append(
                    Event(at, recorder.begun, port, lib.CTI_EV_RECORD_DONE, length=kept, ref=recorder.ref)
                )
            if recorder.armed is not None and ref in (-1, recorder.armed[0]):
                armed, recorder.armed = recorder.armed[0], None
                self._found.append(Event(at, at, port, lib.CTI_EV_RECORD_DONE, ref=armed))

        self._commands.append(do)

    def listen(self, port: int, detectors: int) -> None:
        self._commands.append(lambda at: self.plant.line(port).ear.listen(detectors, at))

    def progress(self, port: int, config: Any) -> None:
        check(lib.cti_progress_check(config), "call-progress tones")

        def do(_: int) -> None:
            self.plant.line(port).ear.progress = config

        self._commands.append(do)

    bridges = 0
    """None: what is heard through a bridge is sound over sound, which is not modelled."""

    def join(self, port: int, bridge: int, role: int, *, whisper_to: int = -1, gain_q12: int = 4096) -> None:
        raise UsageError("without audio there are no bridges")

    def leave(self, port: int) -> None:
        """It is on none."""

    def attach(self, port: int, ref: int, terminal: Any) -> None:
        raise UsageError("without audio a line takes no fax machine or modem")

    def detach(self, port: int, ref: int) -> None:
        """There is none."""

    # Time and events.

    def tick(self) -> int:
        """One tick of 160 samples; how many events wait."""
        plant = self.plant
        now = plant.now
        commands, self._commands = self._commands, []
        for do in commands:
            do(now)
        plant.take_commands()
        plant.run(now + TICK)
        self._ticks += 1
        found, plant.found = plant.found, []
        for event, message in found:
            if event.kind == lib.CTI_EV_CALLER_ID:
                self._refs += 1
                event.ref = self._refs
                self._messages[self._refs] = message
                self._messages.pop(self._refs - _MESSAGES, None)
            self._found.append(event)
        self._found.sort(key=lambda event: (event.at, event.port, event.kind))
        return len(self._found)

    def slip(self, ticks: int) -> None:
        """The next tick begins so many ticks late (`NativeEngine.slip`)."""
        now = self.plant.now
        self._slips.append((now, ticks))
        self._found.append(Event(now, now, -1, lib.CTI_EV_SLIP, ticks, ticks * TICK))

    def rest(self, may: bool) -> None:
        """Nothing here is ever at work without need."""

    def idle(self, ticks: int) -> int:
        """So many ticks pass, or fewer where something happens before; how many."""
        plant = self.plant
        if self._commands or self._found or plant.waits:
            return 0
        due = plant.agenda.due()
        if due < math.inf:
            ticks = min(ticks, max(0, -(-(int(due) - plant.now) // TICK) - 1))
        plant.skip(plant.now + ticks * TICK)
        return ticks

    def events(self) -> Iterator[Event]:
        found, self._found = self._found, []
        yield from found

    def message(self, port: int, ref: int) -> bytes:
        return self._messages.get(ref, b"")

    # Recorders.

    def reading(self, port: int, which: int) -> int:
        recorder = self._recorders[port, which]
        return recorder.reading if recorder.left else -1

    def read(self, port: int, which: int, channels: int) -> bytes:
        recorder = self._recorders[port, which]
        frames = min(recorder.left, _READ_FRAMES)
        recorder.left -= frames
        return bytes(2 * channels * frames)

    def frames(self, port: int, which: int, ref: int) -> int:
        recorder = self._recorders[port, which]
        return self.plant.now - recorder.begun if recorder.open and recorder.ref == ref else 0

    def now(self) -> int:
        return self.plant.now

    def stats(self) -> EngineStats:
        slipped = sum(ticks for _, ticks in self._slips) * TICK
        return EngineStats(self._ticks, self.plant.now, 0, len(self._slips), slipped, 0, 0, 0, 0)


def event_core(ports: int, boards: int, record_seconds: int) -> EventEngine:
    """As `ctidrv.media.core.native_core`."""
    return EventEngine(ports, boards)
