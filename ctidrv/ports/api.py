"""What every driver, real or simulated, offers: boards with ports, and what they can do.

A driver is a module with ``open_board(name, settings, context) -> Board``, registered under the entry-point
group ``ctidrv.drivers``. It refuses settings that will not do (InputError), and names the package that it
cannot do without (PortError), before anything is opened. Line events (ring, seizure, battery, polarity,
hook) do not come through these classes, nor do hook commands: both pass through the board's native side in
the tick, together with the audio they belong to (``native/include/cti/board.h``, `ctidrv.media.channel`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from ctidrv.clock import SampleClock
from ctidrv.units import PortId


class Kind(Enum):
    """What a port is, by what it faces."""

    FXO = "FXO"  # the exchange
    FXS = "FXS"  # a telephone
    HANDSET = "HANDSET"  # an operator's headset, or a set with keys
    TRUNK = "TRUNK"
    MONITOR = "MONITOR"


class Able(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


CAPABILITIES = (
    "full_duplex",
    "onhook_audio",
    "polarity",
    "loop_break",
    "line_voltage",
    "line_in_use",
    "dtmf_hw",
    "ring_cadence",
    "cid_hw",
    "vmwi",
    "flash",
    "pulse_dial",
    "conference",
    "lift",
    "lamps",
)
"""The names a port's `caps` may hold; one that is missing is UNKNOWN."""


@dataclass(frozen=True, slots=True)
class PortInfo:
    id: PortId
    kind: Kind
    label: str
    caps: Mapping[str, Able] = field(default_factory=dict)
    """A driver may change them while the board is open, once its device has been asked."""
    echo_ms: int | None = None
    """How long after we sent it our own signal may come back, by the core's count of samples: its echo
    canceller spans 16 or 32 ms. 0: there is no echo, or the board takes it out. None: by `two_wire`."""

    hook_ms: int = 0
    """How much longer than a card's its hook may take, off and on."""

    @property
    def two_wire(self) -> bool:
        """Both directions share one pair of wires, so part of what is sent comes back."""
        return self.kind in (Kind.FXO, Kind.FXS)

    @property
    def tells_keys(self) -> bool:
        """A telephone whose keys the board tells: who listens for digits too hears each twice."""
        return self.kind in (Kind.FXS, Kind.HANDSET) and self.able("dtmf_hw") is Able.YES

    @property
    def canceller_ms(self) -> int:
        """What the core's echo canceller is to span; 0: it is not wanted."""
        return self.echo_ms if self.echo_ms is not None else 16 if self.two_wire else 0

    def able(self, capability: str) -> Able:
        return self.caps.get(capability, Able.UNKNOWN)


@dataclass(frozen=True, slots=True)
class BoardInfo:
    name: str
    driver: str
    label: str
    device: str | None = None


class Board(Protocol):
    """A card, modem, box or simulation with its ports.

    Made by the driver's function it has opened and changed nothing yet; `ports` may be empty before `open`,
    where the device has to be asked. `native` is the C side the tick exchanges audio with; it is valid
    between open and close.
    `pump` is called on the Python thread after each tick, for what the driver does there; it never
    blocks. `close` is always safe, twice too, leaves every line on hook, and gives back what `open` took;
    then the board may be opened again. To an open board `open` does nothing. A board may have a `trouble`:
    what is wrong with its device now, in words, or None; and a `status(port)`, by the port's place, whose
    `rx_slips` and `tx_slips` count how often sound was lost or repeated; and a `fax(port)`: a fax modem of
    its own there (own_fax.py), or None. `ctidrv.ports.conformance` tries it.
    """

    @property
    def info(self) -> BoardInfo: ...
    @property
    def ports(self) -> Sequence[PortInfo]: ...
    def open(self) -> None: ...
    def close(self) -> None: ...
    def native(self) -> Any: ...  # a cti_board struct (cffi)
    def pump(self) -> None: ...


@dataclass(frozen=True, slots=True)
class DriverContext:
    """What a driver is given besides its settings."""

    clock: SampleClock
    data: Path
    seed: int
    live: bool
    """True: real time; False: virtual time, stepped."""


OpenBoard = Callable[[str, Mapping[str, Any], DriverContext], Board]
