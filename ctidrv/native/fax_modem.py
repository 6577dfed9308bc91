"""Fax modems: a turn's carrier as audio and back (cti/fax_modem_tx.h, cti/fax_modem_rx.h; ITU-T V.21,
V.27ter, V.29, V.17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.pcm import Pcm

Modem = Literal["v21", "v27ter", "v29", "v17"]
Kind = Literal["training", "failed", "carrier", "octets", "flags", "frame", "bad", "idle", "end"]

MODEM_NUMBERS: dict[Modem, int] = {
    "v21": lib.CTI_FAX_MODEM_V21,
    "v27ter": lib.CTI_FAX_MODEM_V27TER,
    "v29": lib.CTI_FAX_MODEM_V29,
    "v17": lib.CTI_FAX_MODEM_V17,
}
_KINDS: dict[int, Kind] = {
    lib.CTI_FAX_MODEM_TRAINING: "training",
    lib.CTI_FAX_MODEM_FAILED: "failed",
    lib.CTI_FAX_MODEM_CARRIER: "carrier",
    lib.CTI_FAX_MODEM_OCTETS: "octets",
    lib.CTI_FAX_MODEM_FLAGS: "flags",
    lib.CTI_FAX_MODEM_FRAME: "frame",
    lib.CTI_FAX_MODEM_BAD: "bad",
    lib.CTI_FAX_MODEM_IDLE: "idle",
    lib.CTI_FAX_MODEM_END: "end",
}
KIND_NUMBERS = {name: number for number, name in _KINDS.items()}


def modem_number(modem: str) -> int:
    """enum cti_fax_modem. UsageError for none of them."""
    for name, number in MODEM_NUMBERS.items():
        if name == modem:
            return number
    raise UsageError(f"{modem!r}: the fax modems are {', '.join(MODEM_NUMBERS)}")


class FaxSender:
    """One turn on the line: begins at once, sends what is put into it, ends when told to.

    `bit_rate`: one of the modem's, None: its highest. `hdlc`: frames, or page data as it is; None: frames
    with V.21 only. `level`: dBm0, -60…0. `short_training`: V.17, behind long
    training in the same call; `echo_protection`: the carrier alone first. Raises UsageError or NativeError
    for what the modem has not.
    """

    def __init__(
        self,
        modem: Modem,
        bit_rate: int | None = None,
        *,
        hdlc: bool | None = None,
        level: float = -13.0,
        short_training: bool = False,
        echo_protection: bool = False,
    ) -> None:
        config = ffi.new("cti_fax_modem_tx_config *")
        check(lib.cti_fax_modem_tx_defaults(config, modem_number(modem)), modem)
        config.level_dbm0 = level
        config.short_training, config.echo_protection = short_training, echo_protection
        if bit_rate is not None:
            config.bit_rate = bit_rate
        if hdlc is not None:
            config.hdlc = hdlc
        size = lib.cti_fax_modem_tx_size()
        self._tx = state("cti_fax_modem_tx", size)
        what = f"{modem} sending {config.bit_rate} bit/s at {level} dBm0"
        check(lib.cti_fax_modem_tx_init(self._tx, size, config), what)

    def flags(self, count: int) -> None:
        """At least so many flags before the next frame."""
        check(lib.cti_fax_modem_tx_flags(self._tx, count), f"{count} flags")

    def frame(self, octets: bytes) -> None:
        """A frame without its check sequence. NativeError (CTI_ERR_FULL): too many wait."""
        check(lib.cti_fax_modem_tx_frame(self._tx, octets, len(octets)), f"a frame of {len(octets)} octets")

    def put(self, octets: bytes) -> int:
        """Page data, least significant bit first; how many octets there was room for."""
        return check(lib.cti_fax_modem_tx_put(self._tx, octets, len(octets)), "page data")

    def end(self) -> None:
        """No more comes."""
        lib.cti_fax_modem_tx_end(self._tx)

    def samples(self, count: int) -> Pcm:
        """The next so many samples; fewer when the carrier has ended."""
        out = ffi.new("int16_t[]", max(count, 1))
        made = check(lib.cti_fax_modem_tx_run(self._tx, out, count), "a fax modem's samples")
        return Pcm.from_bytes(bytes(ffi.buffer(out, 2 * made)))


@dataclass(frozen=True, slots=True)
class FaxHeard:
    """What a receiver says. `at`: samples until it was known; `level`: of the carrier, dBm0."""

    kind: Kind
    at: int
    level: float
    octets: bytes = b""


@dataclass(frozen=True, slots=True)
class FaxQuality:
    """How well a carrier is received (cti/fax_modem_rx.h); of V.21 the level alone."""

    level: float
    snr: float
    evm: float
    carrier_hz: float
    clock_ppm: float
    is_lost: bool


def heard_of(event: Any) -> FaxHeard:
    """Of a cti_fax_modem_event; its octets are copied."""
    octets = bytes(ffi.buffer(event.octets, event.length)) if event.length else b""
    return FaxHeard(_KINDS[event.kind], event.at, event.level_dbm0, octets)


def quality_of(q: Any) -> FaxQuality:
    """Of a cti_fax_modem_quality."""
    return FaxQuality(q.level_dbm0, q.snr_db, q.evm, q.carrier_hz, q.clock_ppm, bool(q.is_lost))


def points_of(xy: Any, count: int) -> list[tuple[float, float]]:
    """So many pairs of a float array."""
    return [(xy[2 * i], xy[2 * i + 1]) for i in range(count)]


def _config(
    modem: Modem, bit_rate: int | None, hdlc: bool | None, short_training: bool, hold_ms: int | None
) -> Any:
    config = ffi.new("cti_fax_modem_rx_config *")
    check(lib.cti_fax_modem_rx_defaults(config, modem_number(modem)), modem)
    config.short_training = short_training
    if bit_rate is not None:
        config.bit_rate = bit_rate
    if hdlc is not None:
        config.hdlc = hdlc
    if hold_ms is not None:
        config.hold_ms = hold_ms
    return config


class FaxReceiver:
    """Listens for one modem's carrier, turn after turn; arguments as FaxSender's.

    A carrier that fails is waited for `hold_ms` (20…5000, None: 400), but V.21's.
    """

    def __init__(
        self,
        modem: Modem,
        bit_rate: int | None = None,
        *,
        hdlc: bool | None = None,
        short_training: bool = False,
        hold_ms: int | None = None,
    ) -> None:
        config = _config(modem, bit_rate, hdlc, short_training, hold_ms)
        size = lib.cti_fax_modem_rx_size()
        self._rx = state("cti_fax_modem_rx", size)
        self.heard = 0
        """Samples so far."""
        check(lib.cti_fax_modem_rx_init(self._rx, size, config), f"{modem} receiving {config.bit_rate} bit/s")

    def again(
        self,
        modem: Modem,
        bit_rate: int | None = None,
        *,
        hdlc: bool | None = None,
        short_training: bool = False,
        hold_ms: int | None = None,
    ) -> None:
        """Another turn: with short training of the same modem by what was learnt of the line."""
        config = _config(modem, bit_rate, hdlc, short_training, hold_ms)
        check(lib.cti_fax_modem_rx_again(self._rx, config), f"{modem} receiving {config.bit_rate} bit/s")

    def copy(self) -> FaxReceiver:
        """Another one that has heard the same."""
        made = FaxReceiver.__new__(FaxReceiver)
        size = lib.cti_fax_modem_rx_size()
        made._rx, made.heard = state("cti_fax_modem_rx", size), self.heard
        ffi.memmove(made._rx, self._rx, size)
        return made

    @property
    def quality(self) -> FaxQuality:
        """Of the carrier, as far as it has come."""
        q = ffi.new("cti_fax_modem_quality *")
        check(lib.cti_fax_modem_rx_quality(self._rx, q), "a carrier's quality")
        return quality_of(q)

    @property
    def points(self) -> list[tuple[float, float]]:
        """The last points received, 128 at the most, oldest first; their constellation's mean power is 1."""
        xy = ffi.new("float[256]")
        count = check(lib.cti_fax_modem_rx_points(self._rx, xy, 128), "a carrier's points")
        return points_of(xy, count)

    @property
    def eye(self) -> list[tuple[float, float]]:
        """The last 64 symbols of data as they are decided by, two values each, the last one a symbol's."""
        xy = ffi.new("float[256]")
        count = check(lib.cti_fax_modem_rx_eye(self._rx, xy, 128), "a carrier's eye")
        return [(xy[2 * i], xy[2 * i + 1]) for i in range(count)]

    def hear(self, sound: Pcm) -> list[FaxHeard]:
        """Everything that is said by the end of `sound`."""
        self.heard += len(sound)
        heard: list[FaxHeard] = []
        used, event = ffi.new("int *"), ffi.new("cti_fax_modem_event *")
        at, left = sound.ptr, len(sound)
        while lib.cti_fax_modem_rx_run(self._rx, at, left, used, event):
            at, left = at + used[0], left - used[0]
            heard.append(heard_of(event))
        return heard


def constellation(modem: Modem, bit_rate: int) -> list[tuple[float, float]]:
    """Where a modem's points should lie, their mean power 1; none for V.21. UsageError: no such rate."""
    xy = ffi.new("float[256]")
    count = check(lib.cti_fax_modem_constellation(modem_number(modem), bit_rate, xy, 128), "a constellation")
    if not count and modem != "v21":
        raise UsageError(f"{modem} has no {bit_rate} bit/s")
    return [(xy[2 * i], xy[2 * i + 1]) for i in range(count)]
