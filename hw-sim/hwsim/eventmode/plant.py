"""`EventPlant`: the lines of `hwsim.plant.Plant`, with their hooks, sounds and ears, as events.

Hooks, dial pulses and flash are read by the core's own receivers, which look at no sound. What sounds is a
queue of items with a beginning and an end; what an ear makes of it is `hwsim.eventmode.measured`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ctidrv.clock import SampleClock
from ctidrv.native import check, ffi, lib, state
from ctidrv.units import TICK, ms
from hwsim.eventmode.ear import Ear
from hwsim.eventmode.event import Event
from hwsim.eventmode.measured import Measured
from hwsim.eventmode.player import Item, Player
from hwsim.eventmode.sound import Sounds
from hwsim.eventmode.track import Track
from hwsim.plant import LineSettings, Sound
from hwsim.wire_settings import WireSettings

_CHANGES = 16
_EVENTS = 16
_SHORT_ECHO_MS = 15.5
_HEARD_DB = 40.0
"""Cross-talk that is further down is below what an ear takes for a sound."""
_RESTLESS = ms(40)
"""So long a contact may bounce (native/src/line/pulse_rx.c)."""


class _Line:
    """A line, its players, and the ears at both of its ends."""

    def __init__(self, index: int, plant: EventPlant) -> None:
        self.index = index
        self.off_hook = False
        self.taken = False
        self.ringing = False
        self.battery = True
        self.reversed = False
        self.other: int | None = None
        self.hears: dict[int, float] = {}
        self.board = index < plant.board_lines
        agenda = plant.agenda

        def changed(at: int) -> None:
            plant.sounds_change(index, at)

        self.exchange = Player(agenda, changed, lambda *done: plant.tell_played(index, 0, *done))
        end = 2 if self.board else 1
        self.terminal = Player(agenda, changed, lambda *done: plant.tell_played(index, end, *done))
        self.ear = Ear(
            agenda, plant.measured, index, lambda event, message: plant.tell_heard(self, event, message)
        )
        self.receiver = Ear(agenda, plant.measured, index, lambda event, _: plant.tell_received(event))
        self.receiver.listen(lib.CTI_EAR_DTMF, 0)
        self.track: Track | None = None if self.board else Track()
        self.pulse_tx: Any = state("cti_pulse_tx", lib.cti_pulse_tx_size())
        check(lib.cti_pulse_tx_init(self.pulse_tx, lib.cti_pulse_tx_size()), "pulses")
        self.pulse_rx: Any = state("cti_pulse_rx", lib.cti_pulse_rx_size())
        check(lib.cti_pulse_rx_init(self.pulse_rx, lib.cti_pulse_rx_size(), ffi.NULL), "pulses")
        self.closed = False
        self.run_at: set[int] = set()
        """Ends of ticks in which the hook is to be looked at."""


class EventPlant:
    """As `Plant`; what is ordered takes effect at the next tick, as there."""

    def __init__(
        self, board_lines: int, phones: int, *, line: LineSettings, wire: WireSettings | None = None
    ) -> None:
        self.board_lines = board_lines
        self.lines = board_lines + phones
        self.echo_ms = line.echo_ms
        self.agenda = SampleClock()
        """What happens between the ticks, on the sample count."""
        self.now = 0
        """The beginning of the next tick."""
        self.found: list[tuple[Event, bytes]] = []
        """What the board is told in this tick: with the bytes of a caller-ID message."""
        self._flash = 0
        self._digit_gap = 0
        self.measured = Measured(line, wire, 128 if line.echo_ms < _SHORT_ECHO_MS else 256)
        self.sounds = Sounds()
        self._lines = [_Line(index, self) for index in range(self.lines)]
        self._posted: list[Callable[[int], None]] = []
        self._told: list[tuple[int, Event]] = []
        self._refs = 0
        self._changes = ffi.new("cti_hook_change[]", _CHANGES)
        self._events = ffi.new("cti_event[]", _EVENTS)
        self._done = ffi.new("int *")

    def progress(self, config: Any) -> None:
        """As `Plant.progress`."""
        self.measured.progress(config)

    def pulses(self, config: Any) -> None:
        """As `Plant.pulses`."""
        for line in self._lines:
            size = lib.cti_pulse_rx_size()
            check(lib.cti_pulse_rx_init(line.pulse_rx, size, config), "dial pulses")
        self._flash = ms(config.flash_ms)
        self._digit_gap = ms(config.digit_ms)

    @property
    def board(self) -> EventPlant:
        """What `EventEngine.add_board` takes."""
        return self

    # Time, by the engine.

    def line(self, index: int) -> _Line:
        return self._lines[index]

    @property
    def waits(self) -> bool:
        """Something is to be done in the next tick."""
        return bool(self._posted or self.found or self._told)

    def take_commands(self) -> None:
        """At the beginning of a tick."""
        posted, self._posted = self._posted, []
        for do in posted:
            do(self.now)

    def run(self, until: int) -> None:
        """Everything that happens up to and with a sample."""
        self.agenda.advance(until)
        self.now = until

    def skip(self, to: int) -> None:
        """Nothing happens until then."""
        self.now = to

    def _post(self, do: Callable[[int], None]) -> None:
        self._posted.append(do)

    def _tell(self, event: Event) -> None:
        self._told.append((self.now, event))

    def events(self) -> Iterator[Event]:
        """What happened in the plant, oldest first."""
        told, self._told = self._told, []
        for stamp, event in sorted(told, key=lambda each: each[1].at):
            if stamp >= self.now:  # ordered meanwhile: it belongs to the next tick
                self._told.append((stamp, event))
            else:
                yield event

    # The exchange's side.

    def ring(self, line: int, on: bool, after: int = 0) -> None:
        self._post(lambda at: self._ring(self._lines[line], on, at + after))

    def _ring(self, line: _Line, on: bool, at: int) -> None:
        if on == line.ringing or (on and (line.taken or line.off_hook or not line.battery)):
            return
        line.ringing = on
        self._line_event(line, at, lib.CTI_EV_RING_ON if on else lib.CTI_EV_RING_OFF)

    def battery(self, line: int, present: bool) -> None:
        def do(at: int) -> None:
            it = self._lines[line]
            if it.battery != present:
                it.battery = present
                if not present:
                    self._ring(it, False, at)
                self._line_event(it, at, lib.CTI_EV_BATTERY, int(present))
                self.sounds_change(line, at)

        self._post(do)

    def polarity(self, line: int, reversed_: bool) -> None:
        def do(at: int) -> None:
            it = self._lines[line]
            if it.reversed != reversed_:
                it.reversed = reversed_
                self._line_event(it, at, lib.CTI_EV_POLARITY, int(reversed_))

        self._post(do)

    def connect(self, line: int, other: int | None) -> None:
        self._post(lambda at: self._connect(line, other, at))

    def _connect(self, line: int, other: int | None, at: int) -> None:
        for each in (line, other):
            if each is not None and (parted := self._lines[each].other) is not None:
                self._lines[each].other = self._lines[parted].other = None
                self.sounds_change(each, at)
                self.sounds_change(parted, at)
        if other is not None:
            self._lines[line].other, self._lines[other].other = other, line
            self.sounds_change(line, at)
            self.sounds_change(other, at)

    def hear(self, line: int, other: int, down_db: float | None) -> None:
        """What is 40 dB down and more is not heard."""

        def do(at: int) -> None:
            self._lines[line].hears.pop(other, None)
            if down_db is not None:
                self._lines[line].hears[other] = down_db
            self._listen_again(self._lines[line], at)

        self._post(do)

    def more_loss(self, line: int, db: float) -> None:
        """Changes nothing that is told here: 3.5 dB keep every sound within what the ears take."""

    def exchange_play(self, line: int, sound: Sound) -> int:
        return self._play(self._lines[line].exchange, sound)

    def exchange_stop(self, line: int, ref: int) -> None:
        self._post(lambda at: self._lines[line].exchange.stop(ref, at))

    # The telephone's side.

    def hook(self, line: int, off_hook: bool) -> None:
        self._post(lambda at: self.set_hook(line, off_hook, at))

    def phone_pulses(self, line: int, value: int) -> None:
        self._post(lambda at: self._phone_dials(line, lib.CTI_LINE_PULSES, value, at))

    def phone_flash(self, line: int, length: int) -> None:
        self._post(lambda at: self._phone_dials(line, lib.CTI_LINE_FLASH, length, at))

    def _phone_dials(self, line: int, what: int, value: int, at: int) -> None:
        if not self.dial(line, what, value, at):
            self._line_event(self._lines[line], at, lib.CTI_EV_DIALLED, 0)

    def phone_play(self, line: int, sound: Sound) -> int:
        return self._play(self._lines[line].terminal, sound)

    def phone_stop(self, line: int, ref: int) -> None:
        self._post(lambda at: self._lines[line].terminal.stop(ref, at))

    def phone_record(self, line: int, on: bool) -> None:
        """There is nothing to record; `track` says what sounded."""

    def phone_listen(self, line: int, detectors: int) -> None:
        self._post(lambda at: self._lines[line].ear.listen(detectors, at))

    def phone_frames(self, line: int) -> tuple[bytes, bytes]:
        """None, ever."""
        return b"", b""

    def track(self, line: int) -> Track | None:
        """What sounds at a telephone's ear."""
        return self._lines[line].track

    def _play(self, player: Player, sound: Sound) -> int:
        self._refs += 1
        ref, it = self._refs, self.sounds.of(sound)
        self._post(lambda at: player.put(Item(ref, it, it.length, own_end=it.tone is not None), at))
        return ref

    # The hook (native/src/lineplant/lineplant_hook.c).

    def set_hook(self, index: int, off_hook: bool, at: int) -> None:
        line = self._lines[index]
        if line.off_hook == off_hook:
            return
        if off_hook:
            self._ring(line, False, at)
        line.off_hook = off_hook
        for _ in range(lib.cti_pulse_tx_stop(line.pulse_tx)):
            self._line_event(line, at, lib.CTI_EV_DIALLED, 0)
        if line.board:
            self._line_event(line, at, lib.CTI_EV_SEIZED if off_hook else lib.CTI_EV_RELEASED)
        self._changes[0].at, self._changes[0].off_hook = at, int(off_hook)
        self._read_hook(line, 1, at)
        line.closed = off_hook
        self.sounds_change(index, at)
        for wait in (0, _RESTLESS, self._flash + 2, self._flash + _RESTLESS + self._digit_gap):
            self._look_at(line, at + wait)

    def dial(self, index: int, what: int, value: int, at: int) -> bool:
        """A digit of pulses, or a flash; whether it is sent."""
        line = self._lines[index]
        if not line.off_hook:
            return False
        put = lib.cti_pulse_tx_flash if what == lib.CTI_LINE_FLASH else lib.cti_pulse_tx_put
        if put(line.pulse_tx, value) < 0:
            return False
        self._look_at(line, at)
        return True

    def _look_at(self, line: _Line, when: int) -> None:
        """At the end of the tick that holds `when`."""
        end = (when // TICK + 1) * TICK
        if end not in line.run_at:
            line.run_at.add(end)
            self.agenda.call_at(end, lambda: self._look(line, end))

    def _look(self, line: _Line, end: int) -> None:
        line.run_at.discard(end)
        begin = end - TICK
        changes = 0
        if lib.cti_pulse_tx_busy(line.pulse_tx):
            self._done[0] = 0
            changes = lib.cti_pulse_tx_run(line.pulse_tx, begin, TICK, self._changes, _CHANGES, self._done)
            for _ in range(self._done[0]):
                self._line_event(line, end, lib.CTI_EV_DIALLED, 1)
            for wait in (TICK, self._digit_gap + _RESTLESS, self._flash + _RESTLESS):
                self._look_at(line, begin + wait)
        self._read_hook(line, changes, end)
        if changes:
            line.closed = bool(self._changes[changes - 1].off_hook)
            self.sounds_change(line.index, int(self._changes[changes - 1].at))

    def _read_hook(self, line: _Line, changes: int, until: int) -> None:
        count = lib.cti_pulse_rx_run(line.pulse_rx, self._changes, changes, until, self._events, _EVENTS)
        for event in self._events[0 : check(count, "hook")]:
            made = Event(
                event.at,
                event.start,
                line.index,
                event.kind,
                event.value,
                event.length,
                event.ref,
                event.level,
            )
            self._tell(made)
            if event.kind == lib.CTI_EV_HOOK:
                line.taken = bool(event.value)
                self.sounds_change(line.index, event.at)

    # What sounds where.

    def sounds_change(self, index: int, at: int) -> None:
        """Something begins, ends or is switched at this line: whoever may hear it listens again."""
        line = self._lines[index]
        self._listen_again(line, at)
        if line.other is not None:
            self._listen_again(self._lines[line.other], at)
        for each in self._lines:
            if index in each.hears:
                self._listen_again(each, at)

    def _sent(self, line: _Line) -> Item | None:
        """What its terminal sends into the line."""
        return line.terminal.sounding if line.closed and line.battery else None

    def _listen_again(self, line: _Line, at: int) -> None:
        heard: list[tuple[Item, str]] = []
        if line.battery:
            if (item := line.exchange.sounding) is not None:
                heard.append((item, "exchange"))
            others = [each for each, down in line.hears.items() if down < _HEARD_DB]
            if line.other is not None and line.closed:
                others.insert(0, line.other)
            sent_by = [self._lines[other] for other in others]
            heard += [
                (item, "board" if other.board else "phone")
                for other in sent_by
                if (item := self._sent(other)) is not None
            ]
        if line.board:
            line.ear.kind = "board" if line.closed else "on-hook"
        else:
            line.ear.kind = "phone"
        line.ear.sounds(heard, at)
        if line.track is not None:
            line.track.sounds([item for item, _ in heard], at)
        sent = self._sent(line) if line.taken and line.other is None else None
        source = "board" if line.board else "phone"
        line.receiver.sounds([] if sent is None else [(sent, source)], at)

    # What is told.

    def _line_event(self, line: _Line, at: int, kind: int, value: int = 0) -> None:
        event = Event(at, at, line.index, kind, value)
        if line.board:
            self.found.append((event, b""))
        else:
            self._tell(event)

    def tell_played(self, index: int, end: int, ref: int, why: int, at: int, length: int) -> None:
        """`end`: 0 the exchange's player, 1 a telephone's, 2 the board's."""
        event = Event(at, at - length, index, lib.CTI_EV_PLAY_DONE, why, length, ref)
        if end == 2:
            self.found.append((event, b""))
        else:
            self._tell(event)

    def tell_heard(self, line: _Line, event: Event, message: bytes) -> None:
        """Of a terminal's ear."""
        if not line.board:
            event.ref = 1
            self._tell(event)
            return
        self.found.append((event, message))
        if event.kind == lib.CTI_EV_DIGIT_DOWN:
            end = -(-event.at // TICK) * TICK
            digit = event.value
            self.agenda.call_at(end, lambda: line.terminal.digit(digit, end))

    def tell_received(self, event: Event) -> None:
        """Of the exchange's receiver of tones."""
        if event.kind in (lib.CTI_EV_DIGIT_DOWN, lib.CTI_EV_DIGIT_UP):
            event.ref = 0
            self._tell(event)
