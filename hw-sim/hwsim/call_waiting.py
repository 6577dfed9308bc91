"""A waiting call: the far party is cut off, tone and CAS go out; the data, to whoever answers the CAS; and
the call goes on. Once on hook the line rings for who still waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctidrv.clock import SampleClock
from ctidrv.native import cid
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import render
from ctidrv.ports.regions import Region, tone_spec
from ctidrv.units import ms
from hwsim import caller_id
from hwsim.caller_id import Presentation
from hwsim.exchange_line import Line, Services
from hwsim.exchange_table import Input, LineState
from hwsim.plant import AnyPlant

KNOCK_PAUSE_MS = 2000


class CallWaiting:
    """Part of `Exchange`: the actions of the table that tell a line in a call who else calls it."""

    _plant: AnyPlant
    _clock: SampleClock
    _region: Region
    _services: Services
    _lead: int

    if TYPE_CHECKING:

        def _input(self, line: Line, seen: Input) -> None: ...
        def _after(self, line: Line, samples: int, do: Any) -> None: ...
        def _is_boards(self, line: Line) -> bool: ...
        def _data(self, line: Line, way: Presentation, *, waiting: bool = False) -> Pcm: ...

    def _may_knock(self, called: Line) -> bool:
        other = called.other
        talks = called.state is LineState.TALKING and other is not None and other.other is called
        ordered = self._services.call_waiting and (self._is_boards(called) or self._services.settings.flash)
        return bool(ordered) and talks and called.waiting is None and called.held is None

    def _knock(self, line: Line) -> None:
        tone = render(tone_spec(self._region, "call_waiting"), ms(self._knock_ms()))
        sound = tone + cid.alert(ms=caller_id.CAS, level=caller_id.CAS_LEVEL)
        line.tone = self._plant.exchange_play(line.index, sound)
        line.acknowledge_by = self._clock.now() + self._lead + len(sound) + ms(caller_id.ACK_WITHIN)
        wait = len(sound) + ms(caller_id.ACK_WITHIN + caller_id.ACK_HEARD)
        self._after(line, wait, lambda: self._input(line, Input.TIMEOUT))

    def _knock_ms(self) -> int:
        """How long the call-waiting tone sounds until its first long pause."""
        cadence = self._region.tones["call_waiting"].ms
        pauses = [place for place in range(1, len(cadence), 2) if cadence[place] >= KNOCK_PAUSE_MS]
        return sum(cadence[: pauses[0] if pauses else -1])

    def _tell_waiting(self, line: Line) -> None:
        way = self._services.caller_id
        if way is None or line.waiting is None:
            self._rejoin(line)
            return
        sound = Pcm.silence(ms(caller_id.AFTER_ACK)) + self._data(line.waiting, way, waiting=True)
        line.tone = self._plant.exchange_play(line.index, sound)
        self._after(line, len(sound), lambda: self._input(line, Input.TIMEOUT))

    def _rejoin(self, line: Line) -> None:
        if line.other is not None:
            self._plant.connect(line.index, line.other.index)
