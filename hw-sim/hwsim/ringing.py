"""How a called line is rung and told of its caller: the cadence, caller ID before or between the rings, NTT's
number display (J-CLIP), and messages that wait.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ctidrv.clock import SampleClock
from ctidrv.native.pcm import Pcm
from ctidrv.ports import presentation
from ctidrv.ports.regions import Region
from ctidrv.units import TICK, ms
from hwsim import caller_id
from hwsim.caller_id import Presentation
from hwsim.exchange_line import Line, Services
from hwsim.exchange_table import Input, LineState
from hwsim.plant import AnyPlant


class Ringing:
    """Part of `Exchange`: the actions of the table that ring a line and say who calls."""

    _plant: AnyPlant
    _clock: SampleClock
    _region: Region
    _services: Services
    _zone: ZoneInfo

    if TYPE_CHECKING:

        def _input(self, line: Line, seen: Input) -> None: ...
        def _after(self, line: Line, samples: int, do: Any) -> None: ...
        def _is_boards(self, line: Line) -> bool: ...
        def _reverse(self, line: Line, reversed_: bool) -> None: ...

    def tell_messages(self, line: Line, count: int, alert: tuple[str, ...] | None = None) -> None:
        """So many messages wait for the line: told at once, by FSK, if it is on hook, and by its dial tone,
        which stutters. `alert`: CID_ALERTS; by default as before caller ID."""
        line.messages = count
        way = self._services.caller_id
        if way is None or line.state is not LineState.IDLE:
            return
        chosen = way if alert is None else replace(way, alert=alert)
        self._alert(line, chosen, chosen.messages(count), lambda: self._end_alert(line))

    def _check_caller(self, number: str, name: str | None, withheld: bool) -> None:
        usual = Presentation("bell202", "after-first-ring")
        for way in (usual, self._services.caller_id or usual):
            way.sound(number, name, "01010000", withheld=withheld)

    def _begin_ringing(self, line: Line) -> None:
        way = self._services.caller_id
        if way is not None and way.by_primary_answer:
            self._ring_step(line, 0, None)
        elif way is not None and way.when == "before-ring":
            self._tell_before_ring(line, way)
        else:
            self._ring_step(line, 0, way)

    def _tell_before_ring(self, line: Line, way: Presentation) -> None:
        self._alert(line, way, self._data(line, way), lambda: self._ring_step(line, 0, None))

    def _alert(self, line: Line, way: Presentation, data: Pcm, then: Any) -> None:
        """Reversal, ring pulse, dual tone (what of it is in use), the data, and what follows it."""
        wait = 0
        if "reversal" in way.alert:
            self._reverse(line, True)
            by_digits = way.standard == "dtmf"
            wait = ms(presentation.AFTER_REVERSAL_DTMF if by_digits else presentation.AFTER_REVERSAL)
        if "rp-as" in way.alert:
            pulse = ms(presentation.RING_PULSE)
            self._after(line, wait, lambda: self._plant.ring(line.index, True))
            self._after(line, wait + pulse, lambda: self._plant.ring(line.index, False))
            wait += pulse + ms(presentation.AFTER_RING_PULSE)

        def tell() -> None:
            sound = way.before_data(data)
            line.tone = self._plant.exchange_play(line.index, sound)
            self._after(line, len(sound) + ms(presentation.BEFORE_RING), then)

        self._after(line, wait, tell)

    # J-CLIP: CAR, the data to a terminal that has answered it, and the ringing when it is on hook again.

    def _begin_car(self, line: Line) -> None:
        way = self._services.caller_id
        wait = 0
        if way is not None and "reversal" in way.alert:
            self._reverse(line, True)
            wait = ms(caller_id.BEFORE_CAR)
        self._after(line, wait, lambda: self._car_step(line, 0))
        self._after(line, wait + ms(caller_id.CAR_TIME), lambda: self._input(line, Input.TIMEOUT))

    def _car_step(self, line: Line, step: int) -> None:
        self._plant.ring(line.index, step % 2 == 0)
        self._after(line, ms(caller_id.CAR[step % 2]), lambda: self._car_step(line, step + 1))

    def _tell_lifted(self, line: Line) -> None:
        way = self._services.caller_id
        assert way is not None
        sound = self._data(line, way)
        before = ms(caller_id.BEFORE_JCLIP)
        self._after(line, before, lambda: self._tell(line, way))
        wait = before + len(sound) + ms(caller_id.COMPLETION)
        self._after(line, wait, lambda: self._input(line, Input.TIMEOUT))

    def _ring(self, line: Line) -> None:
        self._ring_step(line, 0, None)

    def _ring_soon(self, line: Line) -> None:
        self._after(line, ms(caller_id.AFTER_COMPLETION), lambda: self._ring(line))

    def _ring_step(self, line: Line, step: int, way: Presentation | None, late: int = 0) -> None:
        """One step of the cadence, `late` samples into the tick; caller ID, in this `way`, goes into the
        first pause that holds it."""
        cadence = line.ring or self._region.ring
        on = step % 2 == 0
        length = cadence[step % len(cadence)]
        self._plant.ring(line.index, on, late)
        if way is not None and not on and way.fits(length, self._data(line, way)):
            chosen = way
            self._after(line, ms(presentation.AFTER_FIRST_RING), lambda: self._tell(line, chosen))
            way = None
        ticks, late = divmod(late + ms(length), TICK)
        self._after(line, ticks * TICK, lambda: self._ring_step(line, step + 1, way, late))

    def _tell(self, line: Line, way: Presentation) -> None:
        line.tone = self._plant.exchange_play(line.index, self._data(line, way))

    def _data(self, line: Line, way: Presentation, *, waiting: bool = False) -> Pcm:
        """What `line` is told of its caller; `waiting`: who `line` itself is, to a line that talks."""
        caller = line if waiting else line.other
        if caller is None:
            return Pcm.silence(0)
        wall = self._clock.wall(self._clock.now()).astimezone(self._zone)
        return way.sound(
            caller.number, caller.name, f"{wall:%m%d%H%M}", withheld=caller.withheld, waiting=waiting
        )

    def _end_alert(self, line: Line) -> None:
        if line.reversed:
            self._reverse(line, False)
