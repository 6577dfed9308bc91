"""What is heard while the modem listens, kept until the host asks for it: T.31 has frames buffered."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ctidrv.native.fax_modem import FaxHeard
from ctidrv.units import ms

MOST_FRAMES = 64
"""That wait; what comes then is lost, and the last one kept is given as damaged."""
LONGEST_TAIL = ms(250)
"""Of flags that are no turn of the far end: those behind its last frame, or our own as the line returns them.
T.30 asks for 850 ms of them before a frame (5.3.1)."""
_FINAL = 0x10
"""The bit of a frame's control octet that says it is the last of its turn (ITU-T T.30, 5.3.4)."""


def is_final(frame: bytes) -> bool:
    return len(frame) >= 2 and bool(frame[1] & _FINAL)


@dataclass(slots=True)
class Frames:
    """Of one kind of carrier, in one turn of listening."""

    present: bool = False
    """Its flags are heard, and it has not ended."""
    ended: bool = False
    """It has gone, behind the frames that wait."""
    since: int = 0
    """When they began to be heard: samples of the modem."""
    waiting: deque[tuple[bytes, bool]] = field(default_factory=deque)
    """Octets without their check sequence, and whether that was right."""

    def take(self, heard: FaxHeard, now: int) -> None:
        if heard.kind != "end" and not self.present:
            self.present, self.ended, self.since = True, False, now
        match heard.kind:
            case "frame" | "bad":
                self._keep(heard.octets, heard.kind == "frame")
            case "end":
                self.ended = self.begins(now)
                self.present = False

    def _keep(self, octets: bytes, good: bool) -> None:
        if len(self.waiting) < MOST_FRAMES:
            self.waiting.append((octets, good))
        else:
            self.waiting[-1] = self.waiting[-1][0], False

    @property
    def something(self) -> bool:
        """A host that asks now has an answer at once."""
        return self.present or self.ended or bool(self.waiting)

    def begins(self, now: int) -> bool:
        """The far end has begun a turn in them."""
        long = self.present and now - self.since >= LONGEST_TAIL
        return long or self.ended or bool(self.waiting)

    def give(self) -> tuple[bytes, bool]:
        """The first that waits. Behind the last frame of the far end's turn its carrier's end is no news."""
        octets, good = self.waiting.popleft()
        if good and is_final(octets):
            self.present = self.ended = False
            self.waiting.clear()
        return octets, good


def check_sequence(octets: bytes) -> bytes:
    """HDLC's, in the order it is sent (ISO/IEC 13239): T.31 gives it to the host with the frame."""
    crc = 0xFFFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return (crc ^ 0xFFFF).to_bytes(2, "little")
