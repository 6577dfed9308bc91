"""What happens on a port, as the floors above the boards see it.

An event may come from hardware or from our detectors: those above cannot tell, and must not care.
`at` is the sample count when it was known, `start` the first sample of what is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.units import PortId, Samples


@dataclass(frozen=True, slots=True)
class PortEvent:
    at: Samples
    port: PortId


@dataclass(frozen=True, slots=True)
class RingOn(PortEvent):
    pattern: int = 0


@dataclass(frozen=True, slots=True)
class RingOff(PortEvent):
    """The end of one burst, not of the ringing."""


@dataclass(frozen=True, slots=True)
class Seized(PortEvent):
    """Our port is off hook."""


@dataclass(frozen=True, slots=True)
class Released(PortEvent):
    """Our port is on hook."""


@dataclass(frozen=True, slots=True)
class HookChanged(PortEvent):
    """FXS, HANDSET: the telephone at the port."""

    off_hook: bool


@dataclass(frozen=True, slots=True)
class Flash(PortEvent):
    length: Samples


@dataclass(frozen=True, slots=True)
class Muted(PortEvent):
    """HANDSET: its user has muted the microphone at it, or is heard again."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Dialled(PortEvent):
    """FXO: a digit of pulses or a flash that we ordered, one event for each, in that order."""

    done: bool
    """False: it was refused, or broken off when the line went on hook."""


@dataclass(frozen=True, slots=True)
class BatteryChanged(PortEvent):
    """FXO: battery lost while off hook means the far end is gone."""

    present: bool


@dataclass(frozen=True, slots=True)
class PolarityChanged(PortEvent):
    """Answer, hang-up or caller-ID alert: call control decides."""

    reversed: bool


@dataclass(frozen=True, slots=True)
class CallerIdSeen(PortEvent):
    """A caller-ID message. With `checksum_ok` false, number and name are None."""

    start: Samples
    standard: str  # bell202 | v23 | dtmf | jclip | hardware: heard by the board, which does not say how
    kind: str  # call | call-waiting | message-waiting
    number: str | None
    name: str | None
    reason: str | None  # private | unavailable
    datetime: str | None  # MMDDhhmm
    checksum_ok: bool | None
    """None: the standard has no checksum (DTMF)."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class AlertSeen(PortEvent):
    """The dual tone before a caller ID (DT-AS) or in the middle of a call (CAS) is over."""

    start: Samples
    length: Samples


@dataclass(frozen=True, slots=True)
class DigitDown(PortEvent):
    digit: str
    start: Samples
    source: str = "dtmf"  # dtmf | pulse | hardware


@dataclass(frozen=True, slots=True)
class DigitUp(PortEvent):
    digit: str
    length: Samples


@dataclass(frozen=True, slots=True)
class ToneOn(PortEvent):
    tone: str  # dial | dial2 | stutter | ringback | busy | congestion | …
    start: Samples
    level: float = 0.0
    """dBm0."""
    others: int = -60
    """dBm0, the mean level of what else was heard in its bursts and pauses, steady noise apart: in the
    loudest of them but for one, which may hold a last word."""


@dataclass(frozen=True, slots=True)
class ToneClear(PortEvent):
    """The tone that goes on is heard with less beside it than it was so far."""

    tone: str
    start: Samples
    """Of the bursts that tell so."""
    level: float = 0.0
    others: int = -60


@dataclass(frozen=True, slots=True)
class ToneOff(PortEvent):
    tone: str
    start: Samples
    """The end of the last burst."""


@dataclass(frozen=True, slots=True)
class VoiceOn(PortEvent):
    start: Samples


@dataclass(frozen=True, slots=True)
class VoiceOff(PortEvent):
    start: Samples
    """The first silent sample."""


@dataclass(frozen=True, slots=True)
class SoundOn(PortEvent):
    """Something is heard that no dead line makes: not silence, steady noise, or one tone over and over."""

    start: Samples


@dataclass(frozen=True, slots=True)
class SoundOff(PortEvent):
    start: Samples
    """The sample after the last of it."""


@dataclass(frozen=True, slots=True)
class BeepHeard(PortEvent):
    """After a voice one tone sounded, and ended in silence: an answering machine's, if it is one's."""

    start: Samples
    length: Samples
    hz: int


@dataclass(frozen=True, slots=True)
class FaxTone(PortEvent):
    """A fax machine or a modem is on the line. Told once for as long as the tone lasts."""

    tone: str  # cng | ced | ansam | v21
    start: Samples
    reversals: bool = False
    """The tone turned its phase (ITU-T V.25): echo cancellers are to leave the line alone."""


@dataclass(frozen=True, slots=True)
class PlayDone(PortEvent):
    ref: int
    reason: str  # end | digit | stopped
    position: Samples


@dataclass(frozen=True, slots=True)
class RecordDone(PortEvent):
    ref: int
    length: Samples


@dataclass(frozen=True, slots=True)
class RecordLost(PortEvent):
    """The disk was too slow: so much of the recording is silence."""

    ref: int
    length: Samples


@dataclass(frozen=True, slots=True)
class Bridged(PortEvent):
    """The port's role on a bridge is another now."""

    bridge: int
    role: str  # talk | muted | listen-only | whisper | away


@dataclass(frozen=True, slots=True)
class Detached(PortEvent):
    """A terminal (a fax machine, a modem) is off the port."""

    ref: int
    reason: str  # ended | taken | hung-up | refused


@dataclass(frozen=True, slots=True)
class RemoteGone(PortEvent):
    """A driver that knows of itself that the far end hung up."""

    cause: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Alarm(PortEvent):
    raised: bool
    what: str


@dataclass(frozen=True, slots=True)
class Slip(PortEvent):
    """The engine was late; always counted, never taken for a pause."""

    samples: int
