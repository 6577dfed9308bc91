"""The simulated exchange: what each subscriber line hears and when it rings, by the table of
`hwsim.exchange_table`, whose actions are methods of `Exchange`.

All timing is on the sample clock, all sound and signalling is the plant's, digits are those its receivers of
tones and of dial pulses heard.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from ctidrv.clock import SampleClock
from ctidrv.native import lib
from ctidrv.native.pcm import Pcm
from ctidrv.ports.dialling import Dialling
from ctidrv.ports.regions import Region, country_tone
from ctidrv.units import TICK, ms, seconds
from hwsim.announcement import announcement, unobtainable
from hwsim.call_waiting import CallWaiting
from hwsim.exchange_line import CLEARING_TONES, Line, Services
from hwsim.exchange_table import TABLE, Input, LineState
from hwsim.flash_services import RINGING_TIME, FlashServices
from hwsim.line_faults import FAULTS
from hwsim.number_plan import Destination, NumberPlan
from hwsim.plant import AnyPlant, Sound
from hwsim.ringing import Ringing

__all__ = ["TABLE", "Exchange", "Input", "Line", "LineState", "Services"]

EXCHANGE_EVENTS = (lib.CTI_EV_HOOK, lib.CTI_EV_DIGIT_DOWN, lib.CTI_EV_PULSING, lib.CTI_EV_FLASH)
"""What the exchange's own receivers say (cti/lineplant.h)."""

BETWEEN_DIGITS = seconds(4)
SEIZURE = ms(400)
"""From the digit that leads out of a PBX to the second dial tone (ITU-T Q.543: a dial tone's mean delay)."""
ROUNDS = 2
"""Of an announcement; congestion follows."""


class Exchange(Ringing, CallWaiting, FlashServices):
    """Lines of a plant and a number plan. `feed` takes the plant's events."""

    def __init__(
        self, plant: AnyPlant, clock: SampleClock, region: Region, services: Services, numbers: list[str]
    ) -> None:
        self.lines = [Line(index, number) for index, number in enumerate(numbers)]
        self._plant = plant
        self._clock = clock
        self._region = region
        self._services = services
        self._zone = ZoneInfo(services.timezone)
        self._lead = 0
        self._plan = NumberPlan(self.lines, plant.board_lines, region, services.settings)
        names = ("dial", "busy", "ringback", "congestion", "stutter", "dial2", "howler")
        self._tones: dict[str, Any] = {
            name: country_tone(region, name) for name in names if name in region.tones or name == "howler"
        }
        self._not_in_service = announcement(region, services.settings.unobtainable or unobtainable(region))

    def renumber(self, line: Line, number: str, name: str | None, *, withheld: bool) -> None:
        """Gives a telephone another number and name (simulated callers come with their own).

        Calls to it reach him, unless it is the number of a board's line. UsageError for what no caller
        ID can carry.
        """
        self._check_caller(number, name, withheld)
        line.name, line.withheld = name, withheld
        self._plan.renumber(line, number)
        line.number = number

    def feed(self, event: Any) -> None:
        """One of EXCHANGE_EVENTS, of the exchange's receivers."""
        line = self.lines[event.port]
        self._lead = TICK
        if event.kind == lib.CTI_EV_HOOK:
            line.closed = bool(event.value)
            if line.fault is None:
                self._loop(line, line.closed)
        elif line.fault is not None and _of_the_hook(event):
            pass  # the fault holds the loop
        elif event.kind == lib.CTI_EV_PULSING:
            self._input(line, Input.PULSES)
        elif event.kind == lib.CTI_EV_FLASH:
            line.flashes += 1
            self._input(line, self._flash_means(line))
        elif event.kind == lib.CTI_EV_DIGIT_DOWN:
            if line.state in (LineState.DIAL_TONE, LineState.DIALLING):
                line.dialled += chr(event.value)
            by = line.acknowledge_by
            if by is not None and event.start <= by and chr(event.value) == "D":
                self._input(line, Input.ACKNOWLEDGED)
            self._input(line, Input.DIGIT)
        self._lead = 0

    @property
    def tells_before_ring(self) -> bool:
        """So the country's telephones expect it."""
        return self._region.caller_id.when[0] == "before-ring"

    @property
    def dialling(self) -> Dialling:
        """How its telephones are to dial."""
        return self._region.dialling

    def cadence(self, tone: str) -> tuple[int, ...]:
        """Of a tone, on and off in ms; nothing where the country has no such tone, or it is continuous."""
        return tuple(self._region.tones[tone].ms) if tone in self._region.tones else ()

    def line_of(self, number: str) -> Line | None:
        """The line that has this number of its own."""
        return next((line for line in self.lines if line.number == number), None)

    def fault(self, line: Line, what: str | None) -> None:
        """One of FAULTS comes upon a line's pair; None: it is mended."""
        line.fault = None if what is None else FAULTS[what]
        self._battery(line, True)
        self._plant.more_loss(line.index, 0.0 if line.fault is None else line.fault.loss_db)
        self._loop(line, line.closed if line.fault is None else line.fault.loop)

    def cross_talk(self, line: Line, other: Line, down_db: float | None) -> None:
        """On `line` the other one is heard, by so many dB down; None: no more."""
        self._plant.hear(line.index, other.index, down_db)

    def _battery(self, line: Line, present: bool) -> None:
        self._plant.battery(line.index, present and (line.fault is None or line.fault.battery))

    def _loop(self, line: Line, closed: bool) -> None:
        """The exchange sees it close, or open for longer than a flash."""
        if closed == line.seen_closed:
            return
        line.seen_closed = closed
        recalled = line.held is not None and line.state is LineState.IDLE
        lifted = Input.RETURN if recalled else Input.LIFTED
        self._input(line, lifted if closed else self._put_down_means(line))

    def _input(self, line: Line, seen: Input) -> None:
        row = TABLE.get((line.state, seen))
        if row is None:
            return
        line.state, actions = row
        if seen is not Input.DIGIT or actions:
            for timer in line.timers:
                timer.cancel()
            line.timers.clear()
            line.acknowledge_by = None
        for action in actions:
            getattr(self, f"_{action}")(line)
        if line.state is LineState.IDLE:
            line.dialled, line.other, line.outside = "", None, False

    def _after(self, line: Line, samples: int, do: Any) -> None:
        """So long after what is posted now takes effect: at the next tick, which begins at the clock's count
        when a timer posts it, and one tick later while events are handed on (the clock moves after that)."""
        line.timers.append(self._clock.call_after(self._lead + samples, do))

    # Actions.

    def _send(self, line: Line, tone: str) -> None:
        self._quiet(line)
        line.tone = self._plant.exchange_play(line.index, self._tones[tone])

    def _quiet(self, line: Line) -> None:
        if line.tone is not None:
            self._plant.exchange_stop(line.index, line.tone)
            line.tone = None

    def _dial_tone(self, line: Line) -> None:
        self._send(line, "stutter" if line.messages and "stutter" in self._tones else "dial")
        self._time_out(line, self._services.settings.dial_tone)

    def _lead_out(self, line: Line) -> None:
        line.dialled, line.outside = "", True
        self._after(line, SEIZURE, lambda: self._second_dial_tone(line))

    def _second_dial_tone(self, line: Line) -> None:
        self._send(line, "dial2" if "dial2" in self._tones else "dial")
        self._time_out(line, self._services.settings.dial_tone)

    def _time_out(self, line: Line, samples: int) -> None:
        self._after(line, samples, lambda: self._input(line, Input.TIMEOUT))

    def _busy(self, line: Line) -> None:
        self._send(line, "busy")
        self._time_out(line, self._services.settings.congestion)

    def _congestion(self, line: Line) -> None:
        self._send(line, "congestion")
        self._time_out(line, self._services.settings.congestion)

    def _howl(self, line: Line) -> None:
        self._send(line, "howler")
        self._time_out(line, self._services.settings.howler)

    def _unobtainable(self, line: Line) -> None:
        self._say(line, self._not_in_service, ROUNDS)

    def _announce(self, line: Line) -> None:
        found = self._plan.find(line)
        assert found is not None
        assert found.says is not None
        self._say(line, found.says, ROUNDS)

    def _say(self, line: Line, sound: Sound, times: int) -> None:
        """An announcement so many times, then congestion; a tone alone as long as congestion lasts."""
        if times == 0:
            self._congestion(line)
            return
        self._quiet(line)
        line.tone = self._plant.exchange_play(line.index, sound)
        if isinstance(sound, Pcm):
            self._after(line, len(sound), lambda: self._say(line, sound, times - 1))
        else:
            self._time_out(line, self._services.settings.congestion)

    def _digit(self, line: Line) -> None:
        if self._plan.leads_out(line):
            self._input(line, Input.OUTSIDE)
        elif self._plan.find(line) is not None or not (self._services.any_number or self._plan.goes_on(line)):
            self._route(line)
        else:
            self._await_digit(line)

    def _await_digit(self, line: Line) -> None:
        self._after(line, BETWEEN_DIGITS, lambda: self._input(line, Input.TIMEOUT))

    def _forget(self, line: Line) -> None:
        line.dialled, line.outside = "", False

    def _route(self, line: Line) -> None:
        found = self._plan.find(line) or self._attendant()
        if found is None:
            self._input(line, Input.UNKNOWN)
        elif found.says is not None:
            self._input(line, Input.ANNOUNCED)
        else:
            self._ring_up(line, found)

    def _ring_up(self, line: Line, found: Destination) -> None:
        """The first line that is idle; else the first of all is told of the call, or it is busy."""
        idle = (each for each in found.hunt() if each.state is LineState.IDLE and each.waiting is None)
        called = next(idle, found.lines[0])
        found.rang(called)
        called.ring = found.ring
        if self._may_knock(called):
            line.other, called.waiting = called, line
            self._input(called, Input.KNOCK)
            self._input(line, Input.FREE)
        elif called.state is not LineState.IDLE or called.waiting is not None:
            self._input(line, Input.BUSY)
        else:
            self._call(line, called)
            self._input(line, Input.FREE)

    def _attendant(self) -> Destination | None:
        return (
            Destination(tuple(self.lines[: self._plant.board_lines])) if self._services.any_number else None
        )

    def _call(self, line: Line, called: Line) -> None:
        line.other, called.other = called, line
        way = self._services.caller_id
        primary = way is not None and way.by_primary_answer and self._is_boards(called)
        self._input(called, Input.SUMMONS if primary else Input.CALLED)

    def _ringback(self, line: Line) -> None:
        self._send(line, "ringback")
        self._after(line, RINGING_TIME, lambda: self._input(line, Input.TIMEOUT))

    def _stop_ringing(self, line: Line) -> None:
        self._plant.ring(line.index, False)

    def _through_connect(self, line: Line) -> None:
        assert line.other is not None
        self._plant.connect(line.index, line.other.index)
        self._input(line.other, Input.ANSWERED)

    def _is_boards(self, line: Line) -> bool:
        return line.index < self._plant.board_lines

    def _tell_answer(self, line: Line) -> None:
        if self._services.answer_reversal and self._is_boards(line):
            self._reverse(line, True)

    def _part(self, line: Line) -> None:
        self._plant.connect(line.index, None)

    def _clearing_signals(self, line: Line) -> None:
        chosen = self._services.clearing if self._is_boards(line) else ("busy-tone",)
        if "reversal" in chosen:
            self._reverse(line, not line.reversed)
        if "loop-break" in chosen:
            self._battery(line, False)
            back = ms(self._services.loop_break_ms)
            self._after(line, back, lambda: self._battery(line, True))
        for tone in CLEARING_TONES:
            if f"{tone}-tone" in chosen:
                self._send(line, tone)
                self._time_out(line, 2 * self._services.settings.congestion)
                break

    def _reverse(self, line: Line, reversed_: bool) -> None:
        line.reversed = reversed_
        self._plant.polarity(line.index, reversed_)

    def _restore_polarity(self, line: Line) -> None:
        if line.reversed:
            self._reverse(line, False)
        self._battery(line, True)


def _of_the_hook(event: Any) -> bool:
    by_pulses = event.kind == lib.CTI_EV_DIGIT_DOWN and event.ref == lib.CTI_DIGIT_PULSES
    return by_pulses or event.kind in (lib.CTI_EV_PULSING, lib.CTI_EV_FLASH)
