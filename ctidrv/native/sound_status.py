"""How sound gets on that comes by a board's own elastic buffers (cti/fed_board.h, cti/dahdi_board.h)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class SoundStatus:
    """Of one port. Slips are underruns, overruns and what found no room; latencies in samples; ppm: the
    device's clock against the engine's."""

    rx_slips: int
    tx_slips: int
    events_lost: int
    rx_latency: float
    tx_latency: float
    rx_ppm: int
    tx_ppm: int


def sound_of(told: Any) -> dict[str, Any]:
    """These fields of a status struct of the core."""
    return {field.name: getattr(told, field.name) for field in fields(SoundStatus)}
