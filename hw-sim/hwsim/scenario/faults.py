"""What can go wrong with the station itself, as verbs of a scenario: each a pydantic model.

The docstring of a verb is its line in docs/reference/scenarios.md.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, Field, Tag, model_validator

from ctidrv.document.model import Strict, Verb, verb_of
from ctidrv.document.words import Duration, wrong
from ctidrv.units import Samples, ms, seconds
from hwsim.scenario.spread import KINDS, Drawn, fixed

MOST_FAULTS = 100
MOST_TICKS = seconds(60)
SPREADS = frozenset(KINDS)


class AnyFault(Verb):
    """Something that goes wrong at a time."""

    SHORT: ClassVar[str | None] = "at"
    SHORT_MAPPINGS = SPREADS
    at: Drawn
    """When, counted from the scenario's beginning; one that is drawn comes from the scenario's seed."""


class Lasting(AnyFault):
    """It goes wrong, and is over after a time."""

    lasts: Drawn = fixed(seconds(5))


class BoardOut(Lasting):
    """The board is pulled out, with every line on hook at once, and put back.

    A line that was in use loses its call; while the board is out its lines are out of order.
    """


class DriverStall(Lasting):
    """The board's driver hangs: silence both ways, and what the lines do, or are told to, comes late."""


class Ticks(AnyFault):
    """Of at most a minute."""

    lasts: Drawn = fixed(ms(200))

    @model_validator(mode="after")
    def _short(self) -> Ticks:
        spread = self.lasts
        if spread.kind in ("fixed", "uniform") and max(spread.first, spread.second) > MOST_TICKS:
            raise wrong("ticks are late or lost for a minute at the most")
        return self


class TicksLate(Ticks):
    """The station gets no turn for so long: its ticks come late, all at once, and count as a slip."""


class TicksLost(Ticks):
    """So much of what the lines carry never reaches the station, and what it sends never reaches them."""


class DiskFull(Lasting):
    """The disk has no more room: neither recordings nor the database can grow."""


class DiskSlow(Lasting):
    """The disk takes no sound meanwhile: what is longer than two seconds (live: 30) is lost and told."""


class DatabaseLocked(Lasting):
    """Another program holds the database, and no row can be written."""


class ClockJump(AnyFault):
    """The computer's clock is set forward, or back."""

    SHORT = None
    forward: Duration | None = None
    back: Duration | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ClockJump:
        if (self.forward is None) == (self.back is None):
            raise wrong("the clock jumps either `forward` or `back`, by a duration")
        return self

    @property
    def by(self) -> Samples:
        """Negative: back."""
        return self.forward if self.forward is not None else Samples(-(self.back or 0))


class ProcessKilled(AnyFault):
    """The station is killed (SIGKILL) and started again with the same data folder.

    Whoever is on the telephone is cut off and comes no more; those who begin later find the new station.
    """


FAULTS: dict[str, type[AnyFault]] = {
    "board_out": BoardOut,
    "driver_stall": DriverStall,
    "ticks_late": TicksLate,
    "ticks_lost": TicksLost,
    "disk_full": DiskFull,
    "disk_slow": DiskSlow,
    "database_locked": DatabaseLocked,
    "clock_jump": ClockJump,
    "process_killed": ProcessKilled,
}


class _BoardOut(Strict):
    board_out: BoardOut


class _DriverStall(Strict):
    driver_stall: DriverStall


class _TicksLate(Strict):
    ticks_late: TicksLate


class _TicksLost(Strict):
    ticks_lost: TicksLost


class _DiskFull(Strict):
    disk_full: DiskFull


class _DiskSlow(Strict):
    disk_slow: DiskSlow


class _DatabaseLocked(Strict):
    database_locked: DatabaseLocked


class _ClockJump(Strict):
    clock_jump: ClockJump


class _ProcessKilled(Strict):
    process_killed: ProcessKilled


_One = Annotated[
    Annotated[_BoardOut, Tag("step:board_out")]
    | Annotated[_DriverStall, Tag("step:driver_stall")]
    | Annotated[_TicksLate, Tag("step:ticks_late")]
    | Annotated[_TicksLost, Tag("step:ticks_lost")]
    | Annotated[_DiskFull, Tag("step:disk_full")]
    | Annotated[_DiskSlow, Tag("step:disk_slow")]
    | Annotated[_DatabaseLocked, Tag("step:database_locked")]
    | Annotated[_ClockJump, Tag("step:clock_jump")]
    | Annotated[_ProcessKilled, Tag("step:process_killed")],
    Discriminator(verb_of),
]
FaultList = Annotated[list[_One], Field(min_length=1, max_length=MOST_FAULTS)]


def body_of(fault: Any) -> AnyFault:
    """The verb of one of a `FaultList`."""
    body: AnyFault = next(iter(fault))[1]
    return body
