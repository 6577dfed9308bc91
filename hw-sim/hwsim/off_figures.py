"""An exchange whose hang-up tones are off the country's figures, as real ones are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from ctidrv.ports.regions import Region, Tone

OFF_TONES = ("busy", "congestion")


@dataclass(frozen=True, slots=True)
class OffFigures:
    """How far; the defaults are not at all."""

    db: float = 0.0
    """Levels over the country's."""
    hz: float = 1.0
    """Frequencies over the country's."""
    ms: float = 1.0
    """Times of the cadence over the country's."""

    def region(self, region: Region) -> Region:
        """The country as this exchange sounds in it."""
        off = {name: self._tone(region.tones[name]) for name in OFF_TONES}
        return replace(region, tones=MappingProxyType({**region.tones, **off}))

    def _tone(self, tone: Tone) -> Tone:
        return replace(
            tone,
            hz=tuple(hz * self.hz for hz in tone.hz),
            turns=tuple(tuple(hz * self.hz for hz in turn) for turn in tone.turns),
            ms=tuple(round(length * self.ms) for length in tone.ms),
            level_dbm0=tuple(level + self.db for level in tone.level_dbm0),
        )
