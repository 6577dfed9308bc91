"""How the simulated exchange tells who calls: as `ctidrv.ports.presentation` has it, with faults; and what an
exchange alone does: Japan's number display, a waiting call.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.native.pcm import Pcm
from ctidrv.ports import presentation
from ctidrv.ports.regions import Region

FAULTS = ("none", "damaged", "missing")
"""What is wrong with the data: a bit of it is turned, or it is not sent."""

# NTT's number display (J-CLIP), in milliseconds.
CAR = (500, 500)  # on, off
CAR_TIME = 6000  # without a primary answer the line rings
BEFORE_CAR = 300  # behind the reversal
BEFORE_JCLIP = 250  # behind the primary answer
COMPLETION = 7000  # behind the data: then a terminal that stays off hook has taken the line for itself
AFTER_COMPLETION = 500  # until it rings

# A waiting call (GR-30, EN 300 659-2), in milliseconds.
CAS = 80  # 75 to 85
CAS_LEVEL = -15.0  # dBm0, of each tone
ACK_WITHIN = 160  # of the end of the CAS the digit begins
ACK_HEARD = 110  # and is known: 65 of it, and the receiver's time
AFTER_ACK = 100  # until the data: 50 to 500


@dataclass(frozen=True, slots=True)
class Presentation(presentation.Presentation):
    """What a called line is sent, and when, and what is wrong with it."""

    fault: str = "none"

    def sound(
        self, number: str, name: str | None, when: str, *, withheld: bool = False, waiting: bool = False
    ) -> Pcm:
        made = presentation.Presentation.sound(self, number, name, when, withheld=withheld, waiting=waiting)
        return Pcm.silence(len(made)) if self.fault == "missing" else made

    def _sent(self, message: bytes) -> bytes:
        """With its middle byte changed, where that is the fault: the checksum does not fit any more."""
        if self.fault != "damaged":
            return message
        middle = len(message) // 2
        return message[:middle] + bytes([message[middle] ^ 0x03]) + message[middle + 1 :]


def presentation_of(
    region: Region,
    *,
    standard: str = "",
    when: str = "",
    alert: tuple[str, ...] | None = None,
    form: str = "",
    fault: str = "none",
) -> Presentation | None:
    """The country's usual way, with what is overridden; None where the simulation cannot send it."""
    made = presentation.presentation_of(region, standard=standard, when=when, alert=alert, form=form)
    if made is None:
        return None
    return Presentation(made.standard, made.when, made.alert, made.form, made.code, fault)
