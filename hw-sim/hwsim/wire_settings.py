"""`WireSettings`, the board's key `wire`: cable, hybrids, delay, clocks and disturbances of its lines.

Impedances are a resistance, or one in series with a resistor that has a capacitor across it.
"""

from __future__ import annotations

import itertools
import re
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from ctidrv.document.model import Strict
from ctidrv.document.words import shown, wrong
from ctidrv.native import ffi, lib

IMPEDANCES = MappingProxyType(
    {
        "600": (600.0, 0.0, 0.0),
        "900": (900.0, 0.0, 0.0),
        "us": (900.0, 1e9, 2160.0),  # with 2.16 uF in series
        "eu": (270.0, 750.0, 150.0),  # ETSI ES 203 021, once TBR 21
        "uk": (370.0, 620.0, 310.0),
        "de": (220.0, 820.0, 115.0),
        "au": (220.0, 820.0, 120.0),
        "cn": (200.0, 680.0, 100.0),
    }
)
"""Of terminals and exchanges, by country: ohms, ohms, and nanofarads across the latter."""
POINTS = 64
_TOP_HZ = 4000.0
_AWG = re.compile(r"([0-9]{2}) ?AWG")
_MM = re.compile(r"0\.[0-9]{1,3}|1\.[0-9]{1,2}")

Points = list[tuple[float, float]]


def _impedance(value: Any) -> tuple[float, float, float]:
    if isinstance(value, str) and value in IMPEDANCES:
        return IMPEDANCES[value]
    numbers = isinstance(value, list | tuple) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value
    )
    if (
        numbers
        and len(value) == 3
        and 1 <= value[0] <= 10_000
        and 0 <= value[1] <= 1e9
        and 0 <= value[2] <= 1e9
    ):
        return float(value[0]), float(value[1]), float(value[2])
    names = ", ".join(f'"{name}"' for name in IMPEDANCES)
    raise wrong(f"{shown(value)} is no impedance: {names}, or [ohms, ohms, nF across the latter]")


def _gauge(value: Any) -> float:
    """The copper's diameter in mm."""
    text = value if isinstance(value, str) else ""
    if awg := _AWG.fullmatch(text):
        mm = float(lib.cti_cable_awg(int(awg[1])))
    elif isinstance(value, float) or _MM.fullmatch(text):
        mm = float(value)
    else:
        mm = 0.0
    if not 0.2 <= mm <= 1.5:
        raise wrong(f'{shown(value)} is no gauge: the copper in mm, 0.2 to 1.5, or as "26 AWG"')
    return mm


def _curve(value: Any) -> Points:
    """A number is a level curve."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = [[1000, value]]
    fits = isinstance(value, list) and 1 <= len(value) <= POINTS
    pairs = [each for each in value if isinstance(each, list | tuple) and len(each) == 2] if fits else []
    if not fits or len(pairs) != len(value):
        raise wrong(f"{shown(value)} is no curve: dB, or a list of at most {POINTS} points [Hz, dB]")
    for hz, db in pairs:
        if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (hz, db)):
            raise wrong(f"[{hz}, {db}] is no point [Hz, dB] of a curve")
        if not (0 <= hz <= _TOP_HZ and 0 <= db <= 60):
            raise wrong(f"[{hz}, {db}]: a curve has 0 to 4000 Hz and 0 to 60 dB")
    if any(later[0] <= earlier[0] for earlier, later in itertools.pairwise(pairs)):
        raise wrong("a curve's frequencies go up from point to point")
    return [(float(hz), float(db)) for hz, db in pairs]


Impedance = Annotated[
    tuple[float, float, float],
    PlainValidator(_impedance),
    WithJsonSchema({"anyOf": [{"enum": [*IMPEDANCES]}, {"type": "array", "items": {"type": "number"}}]}),
]
Gauge = Annotated[float, PlainValidator(_gauge), WithJsonSchema({"type": ["string", "number"]})]
Curve = Annotated[
    Points, PlainValidator(_curve), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "array"}]})
]
OftenAtMost = Annotated[float, Field(gt=0, le=6000)]
Rarely = Annotated[float, Field(gt=0, le=600)]
Peak = Annotated[float, Field(ge=-60, le=3)]


class Cable(Strict):
    """A pair of copper between terminal and exchange."""

    gauge: Gauge = 0.4
    """Of the copper: mm, or `"26 AWG"`."""
    km: Annotated[float, Field(ge=0, le=20)]
    nf_per_km: Annotated[float, Field(ge=10, le=200)] = 50.0


class Hum(Strict):
    """Of the mains, with its third and fifth harmonic, 12 and 18 dB below."""

    hz: Annotated[float, Field(ge=40, le=70)] = 50.0
    dbm0: Annotated[float, Field(ge=-90, le=0)]
    """All of it."""


class Bursts(Strict):
    """Impulses (a swing of 1 kHz that dies away in 3 ms) or clicks (one sample), at random."""

    per_minute: OftenAtMost
    dbm0: Peak = -20.0
    """Its peak is that of a sine of this level."""


class Dropouts(Strict):
    """Both directions are gone for a while, at random."""

    per_minute: Rarely
    ms: Annotated[float, Field(ge=1, le=5000)] = 100.0
    db: Annotated[float, Field(ge=0, le=80)] = 20.0


class GainSteps(Strict):
    """Both directions change their level, and with the next step back, at random."""

    per_minute: Rarely
    db: Annotated[float, Field(ge=-20, le=20)] = -3.0


class WireSettings(Strict):
    """The two-wire lines, beyond `loss_db`, `noise_dbm0`, `return_loss_db`, `echo_ms` and `law`."""

    cable: Cable | None = None
    """Loss and slope by length and gauge, on top of `loss_db`."""
    terminal: Impedance = IMPEDANCES["600"]
    """At the cable's one end;"""
    exchange: Impedance = IMPEDANCES["600"]
    """at its other: `"600"` `"900"` `"us"` `"eu"` `"uk"` `"de"` `"au"` `"cn"`, or [ohms, ohms, nF]: one in
    series with one that has a capacitor across it."""
    balance: Impedance | None = None
    """The network in the terminal's hybrid: its own signal returns by the mismatch with the line."""
    exchange_balance: Impedance | None = None
    """That of the hybrid at the telephones' exchange: the far echo comes from the mismatch there."""
    return_loss: Curve | None = None
    """Of the terminal's own signal, as a curve: dB, or points [Hz, dB]."""
    far_return_loss: Curve | None = None
    """Of the far echo, as a curve. It needs `delay_ms` of 20 or more."""
    delay_ms: Annotated[float, Field(ge=0, le=300)] = 0.0
    """One way between the line under test and the telephones."""
    board_ppm: Annotated[float, Field(ge=-500, le=500)] = 0.0
    """How much faster than the exchange's the board's clock runs;"""
    phone_ppm: Annotated[float, Field(ge=-500, le=500)] = 0.0
    """and the telephones'."""
    band: Literal["g712"] | None = None
    """The filters of the exchange's coders (ITU-T G.712): 300 to 3400 Hz."""
    hum: Hum | None = None
    impulses: Bursts | None = None
    clicks: Bursts | None = None
    dropouts: Dropouts | None = None
    gain_steps: GainSteps | None = None

    @model_validator(mode="after")
    def _agrees(self) -> WireSettings:
        for network, curve in (("balance", "return_loss"), ("exchange_balance", "far_return_loss")):
            if getattr(self, network) is not None and getattr(self, curve) is not None:
                raise wrong(f"`{curve}` follows from `{network}`: give one of them")
        if (self.far_return_loss is not None or self.exchange_balance is not None) and self.delay_ms < 20:
            raise wrong("a far echo needs `delay_ms` of 20 or more: a nearer one is that of the own hybrid")
        return self

    def native(self, *, telephone: bool) -> Any:
        """``cti_plant_wire *`` of a telephone's line or of the board's."""
        made = ffi.new("cti_plant_wire *")
        lib.cti_plant_wire_defaults(made)
        if self.cable is not None:
            _fill(made.loss, self.cable_loss())
        back = self.own_return()
        if back is not None:
            _fill(made.return_loss, back)
        if telephone:
            made.delay_ms = self.delay_ms
            far = self.far_return()
            if far is not None:
                _fill(made.far_return, far)
        made.drift_ppm = self.phone_ppm if telephone else self.board_ppm
        made.band = int(self.band is not None)
        if self.hum is not None:
            made.hum_hz, made.hum_dbm0 = self.hum.hz, self.hum.dbm0
        if self.impulses is not None:
            made.impulses_per_minute, made.impulse_dbm0 = self.impulses.per_minute, self.impulses.dbm0
        if self.clicks is not None:
            made.clicks_per_minute, made.click_dbm0 = self.clicks.per_minute, self.clicks.dbm0
        if self.dropouts is not None:
            made.dropouts_per_minute = self.dropouts.per_minute
            made.dropout_ms, made.dropout_db = self.dropouts.ms, self.dropouts.db
        if self.gain_steps is not None:
            made.steps_per_minute, made.step_db = self.gain_steps.per_minute, self.gain_steps.db
        return made

    def _cable(self) -> Any:
        made = ffi.new("cti_cable *")
        lib.cti_cable_defaults(made)
        if self.cable is not None:
            made.diameter_mm, made.km, made.nf_per_km = self.cable.gauge, self.cable.km, self.cable.nf_per_km
        return made

    def cable_loss(self) -> Points:
        """Insertion loss between the impedances of both ends."""
        cable, ends = self._cable(), (_native(self.terminal), _native(self.exchange))
        return [(hz, max(0.0, lib.cti_cable_loss_db(cable, *ends, hz))) for hz in _grid()]

    def own_return(self) -> Points | None:
        """How the terminal's own signal comes back; None: as flat as `return_loss_db`."""
        return self.return_loss or self._mismatch(self.terminal, self.balance, self.exchange)

    def far_return(self) -> Points | None:
        """How the other side's signal comes back from a telephone's exchange."""
        return self.far_return_loss or self._mismatch(self.exchange, self.exchange_balance, self.terminal)

    def _mismatch(self, own: Any, balance: Any, far: Any) -> Points | None:
        if balance is None:
            return None
        cable, ends = self._cable(), (_native(own), _native(balance), _native(far))
        return [(hz, max(0.0, lib.cti_cable_return_loss_db(cable, *ends, hz))) for hz in _grid()]


def _grid() -> list[float]:
    return [_TOP_HZ * number / (POINTS - 1) for number in range(POINTS)]


def _native(impedance: tuple[float, float, float]) -> Any:
    made = ffi.new("cti_impedance *")
    made.ohm, made.parallel_ohm, made.nf = impedance
    return made


def _fill(curve: Any, points: Points) -> None:
    curve.points = len(points)
    for place, (hz, db) in enumerate(points):
        curve.hz[place], curve.db[place] = hz, db
