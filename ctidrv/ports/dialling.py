"""How a country's telephones dial: tones (ITU-T Q.23), pulses, flash; and how its exchanges read them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ctidrv.native import pulses
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf

_LONGEST_FLASH = 2
"""Times the flash that a telephone sends: a break that lasts longer is a hang-up."""
_LEAST_FLASH_MS = 200


@dataclass(frozen=True, slots=True)
class Dialling:
    """Times in milliseconds. The defaults are what is used where no source tells."""

    dtmf_ms: tuple[int, int] = (100, 100)
    """A tone pair, and the pause behind it."""
    dtmf_dbm0: tuple[float, float] = (-10.0, -8.0)
    """Of the low and of the high group."""
    pulse_ms: tuple[int, int] = (67, 33)
    """Break and make."""
    between_ms: int = 800
    """Between the pulses of two digits."""
    numbering: str = "usual"
    """One of `ctidrv.native.pulses.NUMBERINGS`."""
    flash_ms: int = 100
    """The break of a hook flash (timed break recall where it is short)."""

    def tones(self, digits: str) -> Pcm:
        """Digits 0-9 * # A-D as audio. UsageError for others."""
        on_ms, off_ms = self.dtmf_ms
        low, high = self.dtmf_dbm0
        return dtmf(digits, on_ms=on_ms, off_ms=off_ms, level=max(low, high), twist=high - low)

    def pulses(self, digit: str) -> int:
        """A digit 0-9 as the value of ``CTI_LINE_PULSES``. UsageError for others."""
        break_ms, make_ms = self.pulse_ms
        return pulses.pulse_value(
            digit, numbering=self.numbering, break_ms=break_ms, make_ms=make_ms, pause_ms=self.between_ms
        )

    def receiver(self, *, flash: bool) -> Any:
        """What faces such a telephone reads its hook by this: a ``cti_pulse_rx_config *``.

        A single break is a digit 1 up to the geometric mean of pulse and flash, and a flash above. With
        `flash`, a service that is ordered, a hang-up is known only when it can be no flash any more;
        without, as soon as it can be no pulse.
        """
        return pulses.receiver(
            numbering=self.numbering,
            one_ms=round(math.sqrt(self.pulse_ms[0] * self.flash_ms)),
            flash_ms=max(_LONGEST_FLASH * self.flash_ms, _LEAST_FLASH_MS) if flash else 0,
        )


USUAL = Dialling()
