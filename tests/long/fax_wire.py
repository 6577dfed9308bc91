"""Two terminals at the ends of an ordinary line, with what goes wrong on it; all of it follows from the seed.

The subscribers' lines are the simulator's (cti/lineplant.h): cable, loss, hybrids, noise, the codec's band
and A-law, delay, clocks, interruptions. Lost packets are added here, as silence of 20 ms.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ctidrv.native import check, ffi, lib
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK
from hwsim.plant import LineSettings, Plant
from hwsim.wire_settings import Cable, Dropouts, WireSettings

LEVEL = -13.0
"""dBm0 that both ends send."""
EVENTS = 64


@dataclass(frozen=True)
class Conditions:
    """Of one call. Loss is that of the whole way, noise white (0 to 4 kHz) at both ends."""

    loss_db: float = 8.0
    delay_ms: float = 10.0
    noise_dbm0: float = -65.0
    return_loss_db: float = 14.0
    km: tuple[float, float] = (1.0, 1.0)
    gauge: float = 0.4
    ppm: float = 0.0
    """By how much the caller's clock is faster than the answerer's."""
    cut_ms: float = 0.0
    cuts_per_minute: float = 0.0
    lost_packets: float = 0.0
    """Share of 20 ms, each way."""

    @property
    def received_dbm0(self) -> float:
        """Level of what arrives."""
        return LEVEL - self.loss_db


def ordinary(dice: random.Random) -> Conditions:
    """Loss 4–16 dB, delay 5–30 ms, noise -65 dBm0."""
    return Conditions(
        loss_db=dice.uniform(4, 16),
        delay_ms=dice.uniform(5, 30),
        return_loss_db=dice.uniform(10, 20),
        km=(dice.uniform(0, 1.5), dice.uniform(0, 1.5)),
        gauge=dice.choice([0.4, 0.5, 0.6]),
    )


def with_snr(line: Conditions, snr_db: float) -> Conditions:
    """The same line with so much more noise."""
    return replace(line, noise_dbm0=line.received_dbm0 - snr_db)


@dataclass
class Wire:
    """`exchange` for each 20 ms of both."""

    conditions: Conditions
    seed: int
    _at: int = 0
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        c = self.conditions
        self._dice = random.Random(self.seed ^ 0x5EED)
        wires = [self._wire(end) for end in range(2)]
        cable_db = [_at_1_khz(wire) for wire in wires]
        flat = max(0.0, c.loss_db - sum(cable_db)) / 2
        line = LineSettings(
            loss_db=flat, noise_dbm0=c.noise_dbm0, return_loss_db=c.return_loss_db, law="alaw"
        )
        self._plant = Plant(2, 1, seed=self.seed, line=line, wire=wires[0])
        for end, wire in enumerate(wires):
            made = wire.native(telephone=False)
            made.delay_ms = c.delay_ms / 2
            check(lib.cti_plant_wire_line(self._plant._plant, end, made), f"line {end}")
        self._board = self._plant.board
        for end in range(2):
            check(self._board.control(self._board.ctx, end, lib.CTI_LINE_HOOK, 1), "hook")
        self._plant.connect(0, 1)
        self._events, self._rx = ffi.new("cti_event[]", EVENTS), ffi.new("int16_t[]", 2 * TICK)

    def _wire(self, end: int) -> WireSettings:
        c = self.conditions
        return WireSettings(
            cable=Cable(km=c.km[end], gauge=c.gauge) if c.km[end] > 0 else None,
            band="g712",
            board_ppm=c.ppm / 2 if end == 0 else -c.ppm / 2,
            dropouts=Dropouts(per_minute=c.cuts_per_minute / 2, ms=c.cut_ms, db=80)
            if c.cuts_per_minute
            else None,
        )

    def exchange(self, said: tuple[Pcm, Pcm]) -> tuple[Pcm, Pcm]:
        """What each hears."""
        tx = ffi.from_buffer("int16_t[]", said[0].bytes + said[1].bytes)
        done = self._board.exchange(self._board.ctx, self._at, tx, self._rx, TICK, self._events, EVENTS)
        check(done, "tick")
        self._at += TICK
        for _ in self._plant.events():
            pass
        both = bytes(ffi.buffer(self._rx, 4 * TICK))
        heard = [both[: 2 * TICK], both[2 * TICK :]]
        for end in range(2):
            if self.conditions.lost_packets and self._dice.random() < self.conditions.lost_packets:
                heard[end] = bytes(2 * TICK)
        return Pcm.from_bytes(heard[0]), Pcm.from_bytes(heard[1])


def _at_1_khz(wire: WireSettings) -> float:
    if wire.cable is None:
        return 0.0
    return min(wire.cable_loss(), key=lambda point: abs(point[0] - 1000.0))[1]


Step = Callable[[Pcm], Pcm]


def talk(
    wire: Wire, caller: Step, answerer: Step, over: Callable[[], bool], most_s: float, hangs: int = 50
) -> float:
    """Seconds until `over`, `most_s` at the most; then `hangs` ticks more for the other end's events."""
    said = (Pcm.silence(TICK), Pcm.silence(TICK))
    ticks, after = 0, 0
    while ticks < most_s * 50 and after < hangs:
        heard = wire.exchange(said)
        said = (caller(heard[0]), answerer(heard[1]))
        ticks += 1
        after += over()
    return (ticks - after) / 50
