"""How the simulated exchange tells who calls: standard, moment, alert and digits, by country.

Operators inside one country differ, so a board's settings may override each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ctidrv.native import cid
from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import CID_ALERTS, CID_TIMES, Region
from ctidrv.units import ms

STANDARDS = ("bell202", "v23", "dtmf", "jclip")
TIMES = CID_TIMES
ALERTS = CID_ALERTS
FORMS = tuple(cid.DTMF_FORMS)
FAULTS = ("none", "damaged", "missing")
"""What is wrong with the data: a bit of it is turned, or it is not sent."""

MOST_NAME = 15  # letters of a name that are sent (GR-30)
MOST_DIGITS = 20  # of a number by DTMF (EN 300 659-1 annex A)

# EN 300 659-1: what follows what, in milliseconds.
AFTER_REVERSAL = 150  # until the dual tone (BT SIN 227: 100 at least)
AFTER_REVERSAL_DTMF = 300  # until the digits (annex A: 200 at least)
RING_PULSE = 250  # 200 to 300
AFTER_RING_PULSE = 650  # 500 to 800
AFTER_TONE = 80  # until the data: 45 to 500
BEFORE_RING = 300  # 200 to 500 behind the data
AFTER_FIRST_RING = 500  # GR-30: 300 to 1500
BEFORE_NEXT_RING = 200

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

# Before the data: bits of seizure and of mark.
BITS = {"bell202": (300, 180), "v23": (300, 180), "jclip": (0, 72)}
WAITING_BITS = (0, 80)

_FORM_OF = {"nl": "#", "dk": "A-#", "tw": "D-C", "kw": "D-C"}
_CODE_OF = {"cn": "gb18030"}


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a called line is sent, and when."""

    standard: str
    when: str
    alert: tuple[str, ...] = ()
    form: str = "A-C"
    code: str = "utf-8"
    fault: str = "none"

    @property
    def by_primary_answer(self) -> bool:
        return self.standard == "jclip"

    def sound(
        self, number: str, name: str | None, when: str, *, withheld: bool = False, waiting: bool = False
    ) -> Pcm:
        """The data alone. UsageError for a number or name that cannot be sent. `waiting`: of a waiting call,
        by FSK wherever it is."""
        told, reason = (None, "private") if withheld else (number, None)
        if self.standard == "dtmf" and not waiting:
            made = cid.dtmf_sound(cid.encode_dtmf(number=told, reason=reason, form=self.form))
        elif self.standard == "jclip":
            made = self._burst(cid.encode_jclip(number=told, reason=reason), waiting)
        elif withheld:
            made = self._burst(cid.encode_mdmf(when=when, reason=reason, name_reason=reason), waiting)
        else:
            shown = (name or "")[:MOST_NAME].encode(self.code, errors="replace")
            made = self._burst(cid.encode_mdmf(number=number, name=shown, when=when), waiting)
        return Pcm.silence(len(made)) if self.fault == "missing" else made

    def messages(self, count: int) -> Pcm:
        """The data that tells how many messages wait."""
        told = replace(self, standard="v23") if self.standard in ("dtmf", "jclip") else self
        return told._burst(cid.encode_waiting(count > 0, messages=count))

    def _burst(self, message: bytes, waiting: bool = False) -> Pcm:
        standard = "v23" if self.standard == "dtmf" else self.standard
        seizure, mark = WAITING_BITS if waiting else BITS[standard]
        return cid.fsk_burst(self._faulty(message), standard=standard, seizure_bits=seizure, mark_bits=mark)

    def _faulty(self, message: bytes) -> bytes:
        """With its middle byte changed, where that is the fault: the checksum does not fit any more."""
        if self.fault != "damaged":
            return message
        middle = len(message) // 2
        return message[:middle] + bytes([message[middle] ^ 0x03]) + message[middle + 1 :]

    def fits(self, pause_ms: int, data: Pcm) -> bool:
        """Does a pause of the ringing hold the data and the silence around it?"""
        return pause_ms > 0 and ms(pause_ms - AFTER_FIRST_RING - BEFORE_NEXT_RING) >= len(data)

    def before_data(self, data: Pcm) -> Pcm:
        """The data behind the dual tone, where that is sent."""
        if "dt-as" not in self.alert:
            return data
        return cid.alert() + Pcm.silence(ms(AFTER_TONE)) + data


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
    usual = next((each for each in region.caller_id.standards if each in STANDARDS), None)
    chosen = standard or usual
    if chosen is None:
        return None
    made = Presentation(
        standard=chosen,
        when=when or region.caller_id.when[0],
        form=form or _FORM_OF.get(region.code, "A-C"),
        code=_CODE_OF.get(region.code, "utf-8"),
        fault=fault,
    )
    if made.by_primary_answer:
        made = replace(made, when="before-ring")
    if alert is None:
        alert = region.caller_id.alert
    if alert is None:
        alert = ("reversal",) if chosen == "dtmf" else ("dt-as",)
    if made.when != "before-ring":  # the ring itself is the alert
        alert = ()
    if chosen == "dtmf":  # the dual tone is of FSK
        alert = tuple(each for each in alert if each != "dt-as")
    if made.by_primary_answer:  # behind it CAR is the alert
        alert = tuple(each for each in alert if each == "reversal")
    return replace(made, alert=alert)
