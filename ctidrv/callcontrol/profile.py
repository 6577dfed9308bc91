"""A line's habits: which hang-up signals count, and how long everything is waited for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ctidrv.errors import InputError
from ctidrv.ports.regions import SIGNALS, Region
from ctidrv.units import Samples, ms, seconds


@dataclass(frozen=True, slots=True)
class LineProfile:
    """All times in samples. `LineProfile()` suits a plain line; `for_region` adds the country's habits."""

    signals: frozenset[str] = frozenset({"loop-break", "busy-tone", "dial-tone", "silence"})
    """Which of `ctidrv.ports.regions.SIGNALS` count as the far end's hang-up; all may at once."""
    min_break: Samples = ms(60)
    """Shorter losses of battery are the exchange switching (20 to 50 ms occur at answer)."""
    dead: Samples = seconds(5)
    """Battery away for so long: the line is out of order (a loop break lasts 2.5 s at the most)."""
    reversal_guard: Samples = ms(600)
    """A reversal so soon after the seizure is answer supervision, not a hang-up."""
    dial_tone: Samples = seconds(2)
    silence: Samples = seconds(45)
    """Nothing from the line and nothing sent to it for so long: the far end is taken to be gone."""
    ring_gap: Samples = ms(1000)
    """Bursts closer than this belong to one ring (400/200/400/2000)."""
    ring_timeout: Samples = ms(6500)
    """No ring for so long: the caller gave up."""
    caller_id_wait: Samples = ms(3500)
    """After the first ring: caller ID begins 0.5 s later and ends before the second."""
    caller_id_after_ring: bool = True
    ring_pulse: bool = False
    """A ring pulse (200 to 300 ms) announces caller ID and waiting messages: RP-AS (fxo_pulse.py)."""
    pulse: Samples = ms(350)
    """A burst that is longer is ringing."""
    jclip: bool = False
    """Japan's number display: a CAR is answered for the caller's number alone (fxo_jclip.py)."""
    car: tuple[Samples, Samples] = (ms(300), ms(750))
    """How long a burst of CAR (500 ms on, 500 ms off) may be; ringing has 1 s on."""
    car_after_reversal: Samples = seconds(3)
    """CAR follows a reversal of polarity so soon, where the board tells of reversals at all."""
    fetch: Samples = ms(3500)
    """How long the data is waited for after a primary answer or a pulse; it takes a second or two."""
    waiting: Samples = ms(1500)
    """We are silent for so long after the alert of a waiting call, for its data (EN 300 659-2: our digit ends
    within 225 ms and the data begins within 500 ms of that; a number and a name take half a second)."""
    progress: Samples = seconds(30)
    """Behind the last digit of a call that we make nothing was heard for so long: it is given up. Calls
    abroad take some 20 s to ring."""
    called: Samples = seconds(60)
    """So long after the last digit nobody has answered."""
    caller_id_late: Samples = seconds(1)
    """Caller ID that begins later after the answer is not the exchange's: a caller sends what he likes."""
    country: str | None = None
    """ISO code; a caller's name is read by its code page (`ctidrv.native.cid.decode_name`)."""
    seize_timeout: Samples = ms(1000)
    release_timeout: Samples = ms(500)
    release_guard: Samples = seconds(2)
    """On hook for so long before the line is used again: sooner, the exchange reads a flash."""

    @classmethod
    def for_region(cls, region: Region, signals: Iterable[str] | None = None) -> LineProfile:
        """The country's line. Tones, silence and loop break always count (where they do not occur they do no
        harm); a reversal only where the country or `signals`, a line's own setting, names it."""
        if signals is None:
            chosen = cls().signals | set(region.clearing)
        else:
            chosen = frozenset(signals)
            unknown = sorted(chosen - set(SIGNALS))
            if unknown or not chosen:
                raise InputError(f"hang-up signals: {unknown or 'none'}; known are {', '.join(SIGNALS)}")
        longest_gap = max(region.ring[1::2])
        return replace(
            cls(),
            signals=chosen,
            ring_timeout=Samples(max(seconds(6), min(seconds(8), ms(longest_gap + 2500)))),
            caller_id_after_ring="after-first-ring" in region.caller_id.when,
            ring_pulse="rp-as" in (region.caller_id.alert or ()),
            jclip="jclip" in region.caller_id.standards,
            country=region.code,
        )
