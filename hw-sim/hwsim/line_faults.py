"""Faults of a subscriber's pair: what the exchange and the terminal see of each, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Fault:
    battery: bool
    """Reaches the terminal."""
    loop: bool
    """Is closed, as the exchange sees it, whatever the terminal does."""
    loss_db: float = 0.0
    """Each way, over the line's own."""


FAULTS = MappingProxyType(
    {
        "cut": Fault(battery=False, loop=False),
        "short": Fault(battery=False, loop=True),
        "parallel": Fault(battery=True, loop=True, loss_db=3.5),  # 600 ohms across 600
    }
)
CROSS_TALK = "cross-talk"
MENDED = "mended"
