"""A subscriber's line as the exchange keeps it, and what the exchange gives its board lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from ctidrv.clock import Timer
from hwsim.caller_id import Presentation
from hwsim.exchange_settings import ExchangeSettings
from hwsim.exchange_table import LineState
from hwsim.line_faults import Fault

CLEARING_TONES = ("busy", "congestion", "dial")
CLEARING_SIGNALS = (*(f"{tone}-tone" for tone in CLEARING_TONES), "loop-break", "reversal")


@dataclass(slots=True)
class Line:
    """A subscriber's line at the exchange."""

    index: int
    number: str
    name: str | None = None
    withheld: bool = False
    state: LineState = LineState.IDLE
    dialled: str = ""
    other: Line | None = None
    messages: int = 0  # that wait at the exchange
    waiting: Line | None = None  # who else calls it
    acknowledge_by: int | None = None  # it is asked for a digit D, to begin by this sample
    tone: int | None = None  # ref of what the exchange sends
    timers: list[Timer] = field(default_factory=list)
    reversed: bool = False
    closed: bool = False  # the terminal's loop
    seen_closed: bool = False  # and what the exchange sees of it
    fault: Fault | None = None  # of the pair between them
    flashes: int = 0  # that the exchange has seen
    outside: bool = False  # an extension that has dialled its way out of the PBX
    held: Line | None = None  # who is on hold
    placed: bool = False  # the second call was dialled by this line
    joined: bool = False  # the three talk
    ring: tuple[int, ...] | None = None  # the cadence of this call, if not the country's


@dataclass(frozen=True, slots=True)
class Services:
    """What the exchange gives its board lines."""

    caller_id: Presentation | None = None
    clearing: tuple[str, ...] = ("busy-tone",)
    """What a board line gets when the other side has hung up (CLEARING_SIGNALS); none: silence."""
    loop_break_ms: int = 400
    answer_reversal: bool = False
    call_waiting: bool = False
    any_number: bool = False
    """A number that is nobody's rings a board line, the first that is idle."""
    timezone: str = "UTC"
    settings: ExchangeSettings = field(default_factory=ExchangeSettings)
