"""What a flash calls up in a call: hold and a second call, the waiting call, changing over, a call of three.

The first flash in a call holds the other side and gives dial tone for a second call. A flash before that is
answered goes back to the first; then it joins the three, where three-way is ordered, and the next drops the
last who came; else it changes over between the two. With a call waiting it fetches that one, and then changes
over. Whoever hangs up with somebody on hold is rung for him; where transfer is ordered, he has given him to
the second that he called, who rings or talks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ctidrv.units import ms
from hwsim.exchange_table import Input, LineState
from hwsim.plant import AnyPlant

if TYPE_CHECKING:
    from hwsim.exchange_line import Line, Services

RECALL = ms(500)
"""After a line is on hook: it rings for who is on hold, or waits."""
RINGING_TIME = ms(180_000)
S = LineState
SECOND_CALL = (LineState.DIAL_TONE, LineState.DIALLING, LineState.RINGBACK, LineState.REFUSED)


class FlashServices:
    """Part of `Exchange`: the actions of the table that have to do with more than one other line."""

    _plant: AnyPlant
    _services: Services

    if TYPE_CHECKING:

        def _input(self, line: Line, seen: Input) -> None: ...
        def _after(self, line: Line, samples: int, do: Any) -> None: ...
        def _call(self, line: Line, called: Line) -> None: ...
        def _time_out(self, line: Line, samples: int) -> None: ...

    def _flash_means(self, line: Line) -> Input:
        """What it calls up in the state that the line is in."""
        ordered = self._services.settings.flash
        if not ordered:
            return Input.FLASH
        if line.waiting is not None and line.held is None and line.state in (S.TALKING, S.CLEARED):
            return Input.TAKE
        if line.held is not None and line.state in SECOND_CALL:
            return Input.RETURN
        if line.state is not S.TALKING:
            return Input.FLASH
        if line.held is None:
            return Input.CONSULT if _talks_to(line) else Input.FLASH
        if line.joined:
            return Input.DROP
        return Input.JOIN if line.placed and "three-way" in ordered else Input.SWAP

    def _put_down_means(self, line: Line) -> Input:
        given = line.held is not None and line.placed and not line.joined
        able = "transfer" in self._services.settings.flash and line.state in (S.RINGBACK, S.TALKING)
        return Input.GIVE if given and able else Input.PUT_DOWN

    def _give(self, line: Line) -> None:
        """The two whom it called, or was called by, have one another."""
        held, other = line.held, line.other
        assert held is not None
        assert other is not None
        line.held, line.other = None, None
        held.other, other.other = other, held
        if other.state is S.TALKING:
            self._plant.connect(held.index, other.index)
        else:
            self._input(held, Input.GIVEN)

    def _hold(self, line: Line) -> None:
        self._plant.connect(line.index, None)
        line.held, line.other, line.placed = line.other, None, True

    def _take_back(self, line: Line) -> None:
        line.other, line.held = line.held, None
        assert line.other is not None
        self._plant.connect(line.index, line.other.index)

    def _take_waiting(self, line: Line) -> None:
        line.held, line.other, line.placed = line.other, line.waiting, False
        line.waiting = None
        assert line.other is not None
        self._plant.connect(line.index, line.other.index)
        self._input(line.other, Input.ANSWERED)

    def _swap(self, line: Line) -> None:
        line.held, line.other = line.other, line.held
        assert line.other is not None
        self._plant.connect(line.index, line.other.index)

    def _join(self, line: Line) -> None:
        self._conference(line, True)

    def _drop_last(self, line: Line) -> None:
        self._conference(line, False)
        self._leave_other(line)

    def _conference(self, line: Line, on: bool) -> None:
        """The one on hold and the two who talk hear each other; the exchange adds them up."""
        line.joined = on
        held = line.held
        assert held is not None
        for each in (line, line.other):
            if each is not None:
                self._plant.hear(each.index, held.index, 0.0 if on else None)
                self._plant.hear(held.index, each.index, 0.0 if on else None)

    def _leave_other(self, line: Line) -> None:
        if line.joined:  # who called the three together goes, and so do they
            self._conference(line, False)
            held, line.held = line.held, None
            assert held is not None
            held.other = None
            self._input(held, Input.OTHER_GONE)
        other, line.other = line.other, None
        if other is None:
            return
        if other.waiting is line:
            other.waiting = None
            return
        if other.joined:
            self._conference(other, False)
        if other.held is line:
            other.held = None
            return
        other.other = None
        falls_back = other.held is not None and other.state is S.TALKING
        self._input(other, Input.FALL_BACK if falls_back else Input.OTHER_GONE)

    def _recall(self, line: Line) -> None:
        if line.held is not None or line.waiting is not None:
            self._after(line, RECALL, lambda: self._ring_back(line))

    def _ring_back(self, line: Line) -> None:
        """For who is on hold; else for who waits."""
        if line.held is not None:
            line.other, line.held = line.held, None
            self._input(line, Input.CALLED)
            self._time_out(line, RINGING_TIME)
        elif line.waiting is not None:
            waiting, line.waiting = line.waiting, None
            self._call(waiting, line)


def _talks_to(line: Line) -> bool:
    """To somebody who has nobody else."""
    other = line.other
    return other is not None and other.other is line and other.held is None
