"""How who calls is told to a telephone: standard, moment, alert and digits, by country (GR-30, EN 300 659-1).

Operators inside one country differ; what a line or a port needs otherwise overrides each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ctidrv.native import cid
from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import Region
from ctidrv.units import ms

STANDARDS = ("bell202", "v23", "dtmf", "jclip")
FORMS = tuple(cid.DTMF_FORMS)

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

# Before the data: bits of seizure and of mark.
BITS = {"bell202": (300, 180), "v23": (300, 180), "jclip": (0, 72)}
WAITING_BITS = (0, 80)

_FORM_OF = {"nl": "#", "dk": "A-#", "tw": "D-C", "kw": "D-C"}
_CODE_OF = {"cn": "gb18030"}


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a called telephone is sent, and when."""

    standard: str
    when: str
    alert: tuple[str, ...] = ()
    form: str = "A-C"
    code: str = "utf-8"

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
        return made

    def messages(self, count: int) -> Pcm:
        """The data that tells how many messages wait."""
        told = replace(self, standard="v23") if self.standard in ("dtmf", "jclip") else self
        return told._burst(cid.encode_waiting(count > 0, messages=count))

    def _burst(self, message: bytes, waiting: bool = False) -> Pcm:
        standard = "v23" if self.standard == "dtmf" else self.standard
        seizure, mark = WAITING_BITS if waiting else BITS[standard]
        return cid.fsk_burst(self._sent(message), standard=standard, seizure_bits=seizure, mark_bits=mark)

    def _sent(self, message: bytes) -> bytes:
        """The bytes that go out for a message."""
        return message

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
) -> Presentation | None:
    """The country's usual way, with what is overridden; None where the core has no sender for it."""
    usual = next((each for each in region.caller_id.standards if each in STANDARDS), None)
    chosen = standard or usual
    if chosen is None:
        return None
    made = Presentation(
        standard=chosen,
        when=when or region.caller_id.when[0],
        form=form or _FORM_OF.get(region.code, "A-C"),
        code=_CODE_OF.get(region.code, "utf-8"),
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
