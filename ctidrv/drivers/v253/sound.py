"""Audio between a modem and its port of the fed board: both ways at once, or one after the other.

Full duplex, the modem's own clock is heard by what comes: for each sample that has come one is sent, behind
some silence that the modem holds in advance. Half duplex, a modem that plays is sent what there is, at the
pace of the engine; what it could not be sent while it recorded waits here and is heard late, but whole.
"""

from __future__ import annotations

from collections import deque

from ctidrv.drivers.v253.formats import Coding
from ctidrv.drivers.v253.wire import DLE, shield
from ctidrv.native.fed_board import FedPort
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

LEAD = 800
"""Samples that the modem holds in advance: what its host may be late by."""
MOST_OUT = 2 * RATE
"""Bytes that wait for the modem; one that takes nothing loses the rest."""
AHEAD = 2000
"""Half duplex: so much more than the time that has passed is sent."""
HOLD = 3200
"""Half duplex: after so much silence the modem records again."""
MOST_WAITING = 4 * RATE
_UNDERRUNS_S = 3.0
_QUIET_DBM0 = -45.0


class Sound:
    """`out` is what is to be written to the modem, shielded."""

    def __init__(self, port: FedPort, coding: Coding) -> None:
        self.out = bytearray()
        self.slips = 0
        """Underruns of the modem's own buffer, and what it did not take."""
        self.loud_at = 0.0
        """When what came was last louder than silence."""
        self.half = False
        """The last byte that the modem was written is the first of two."""
        self._port, self._coding = port, coding
        self._part = b""
        self._ahead = 0  # samples sent beyond those that came
        self._underrun = -_UNDERRUNS_S
        self._waits: deque[bytes] = deque()
        self._waiting = 0
        self._begun = 0.0
        self._sent = 0
        self._zeros = 0

    def _send(self, samples: bytes) -> None:
        if len(self.out) > MOST_OUT:
            self.slips += 1
            self.out[:] = self.out[:1] if self.half else b""
        self.out += shield(self._coding.encode(Pcm.from_bytes(samples)))

    def written(self, count: int) -> None:
        """So many bytes of `out` are with the modem."""
        gone = self.out[:count]
        signs = len(gone) - len(gone.rstrip(bytes((DLE,))))  # at its end
        self.half = (signs % 2 == 1) != (self.half and signs == len(gone))
        del self.out[:count]

    def begin(self, now: float) -> None:
        """The modem has said CONNECT."""
        self.half = False
        self._part = b""
        self._ahead = 0
        self._begun, self._sent, self._zeros = now, 0, 0
        self.loud_at = now

    def begin_duplex(self, now: float) -> None:
        self.begin(now)
        self._fill()

    def _fill(self) -> None:
        self._send(bytes(2 * LEAD))
        self._ahead = LEAD

    def came(self, data: bytes, now: float, *, deaf: bool) -> int:
        """From the modem; how many samples. `deaf`: nobody is to hear it, it is silence."""
        data = self._part + data
        whole = len(data) - len(data) % self._coding.width
        self._part = data[whole:]
        if not whole:
            return 0
        samples = self._coding.decode(data[:whole])
        if level(samples) > _QUIET_DBM0:
            self.loud_at = now
        self._port.push(bytes(2 * len(samples)) if deaf else samples.bytes)
        return len(samples)

    def answer(self, samples: int) -> None:
        """Full duplex: as many are sent as have come."""
        self._ahead -= samples
        while samples > 0:
            piece = min(samples, 4000)
            self._send(self._port.pull(piece))
            self._ahead += piece
            samples -= piece

    def underrun(self, now: float) -> None:
        """The modem has run out, it says; a byte that was lost may say so too, but not twice."""
        again, self._underrun = now - self._underrun < _UNDERRUNS_S, now
        if self._ahead < LEAD // 2 or again:
            self.slips += 1
            self._fill()

    # Half duplex.

    def collect(self, *, playing: bool) -> None:
        """Takes what the ticks have sent; silence only counts while it plays."""
        data = self._port.take()
        for at in range(0, len(data), 320):
            frame = data[at : at + 320]
            silent = not any(frame)
            if silent and not playing and not self._waits:
                continue
            self._zeros = self._zeros + 160 if silent else 0
            self._waits.append(frame)
            self._waiting += len(frame) // 2
        while self._waiting > MOST_WAITING:
            self._waiting -= len(self._waits.popleft()) // 2
            self.slips += 1

    @property
    def has_more(self) -> bool:
        return bool(self._waits)

    def play(self, now: float) -> None:
        """As far as the time has come for it."""
        allowed = (now - self._begun) * RATE + AHEAD - self._sent
        while self._waits and allowed > 0:
            frame = self._waits.popleft()
            self._waiting -= len(frame) // 2
            self._send(frame)
            self._sent += len(frame) // 2
            allowed -= len(frame) // 2

    @property
    def is_over(self) -> bool:
        """There was nothing but silence for long."""
        return self._zeros >= HOLD and not self._waits and not self.out

    def drop(self) -> None:
        """Nothing that waits is wanted any more."""
        self._waits.clear()
        self.out.clear()
        self._waiting = self._zeros = 0
        self._part = b""
