"""A fax modem on a line's audio, one turn at a time (cti/fax_line.h, cti/fax_turn.h)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.events import FAX_TONES
from ctidrv.native.fax_modem import FaxHeard, FaxQuality, Modem, heard_of, modem_number, points_of, quality_of
from ctidrv.native.pcm import Pcm

TurnKind = Literal["listen", "cng", "ced", "frames", "data", "hang_up"]

_TURNS: dict[str, int] = {
    "listen": lib.CTI_FAX_TURN_LISTEN,
    "cng": lib.CTI_FAX_TURN_CNG,
    "ced": lib.CTI_FAX_TURN_CED,
    "frames": lib.CTI_FAX_TURN_FRAMES,
    "data": lib.CTI_FAX_TURN_DATA,
    "hang_up": lib.CTI_FAX_TURN_HANG_UP,
}
_RATES = {"v21": 300, "v27ter": 4800, "v29": 9600, "v17": 14400}
AFTER_CARRIER = 600
"""Samples of silence between two carriers (T.30: 75 ± 20 ms)."""


@dataclass(frozen=True, slots=True)
class FaxTurn:
    """What a fax modem is to do: cti/fax_turn.h says what each field is for.

    `modem` and `bit_rate` (None: its highest) of ``listen`` and ``data``; `silence`: samples; `ms`: of CED.
    """

    kind: TurnKind
    modem: Modem = "v21"
    bit_rate: int | None = None
    hdlc: bool = False
    short_training: bool = False
    hold_ms: int = 0
    silence: int = 0
    ms: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """Something of a fax line. `at`: samples of the line.

    kind ``heard``: `modem` and `heard`; ``tone``: `tone` (cng, ced, ansam); ``sent``: the turn's carrier or
    tone has ended.
    """

    kind: Literal["heard", "tone", "sent"]
    at: int
    modem: Modem | None = None
    heard: FaxHeard | None = None
    tone: str | None = None


class ModemLine(Protocol):
    """A fax modem on a line: `FaxLine`, or one in a port's tick (`ctidrv.native.fax_driven`)."""

    def turn(self, turn: FaxTurn) -> None: ...
    def put(self, octets: bytes) -> int: ...
    def frame(self, octets: bytes) -> None: ...
    def end(self) -> None: ...
    @property
    def room(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    def run(self, rx: Pcm) -> tuple[Pcm, Said | None]: ...


_NAMES: tuple[Modem, ...] = ("v21", "v27ter", "v29", "v17")
_MODEMS = {modem_number(name): name for name in _NAMES}


class FaxLine:
    """A fax modem on audio: `turn`, then `run` again and again.

    `level`: dBm0 of what is sent; `echo_protection`: of the fast carriers; `echo_ms`: the line's round trip.
    """

    def __init__(self, *, level: float = -13.0, echo_protection: bool = False, echo_ms: int = 60) -> None:
        config = ffi.new("cti_fax_line_config *")
        config.level_dbm0, config.echo_protection, config.echo_ms = level, echo_protection, echo_ms
        size = lib.cti_fax_line_size()
        self._line = state("cti_fax_line", size)
        what = f"a fax line sending {level} dBm0, with echo for {echo_ms} ms"
        check(lib.cti_fax_line_init(self._line, size, config), what)

    def turn(self, turn: FaxTurn) -> None:
        """Begins at once. UsageError or NativeError for what no modem does: then nothing has changed."""
        check(lib.cti_fax_line_turn(self._line, native_turn(turn)), what_of(turn))

    def put(self, octets: bytes) -> int:
        """Page data of the turn, least significant bit first; how many octets there was room for."""
        return check(lib.cti_fax_line_put(self._line, octets, len(octets)), "a fax turn's page data")

    def frame(self, octets: bytes) -> None:
        """A frame of the turn, without its check sequence. NativeError where there is no `room`."""
        check(lib.cti_fax_line_frame(self._line, octets, len(octets)), f"a frame of {len(octets)} octets")

    def end(self) -> None:
        """No more comes in this turn."""
        lib.cti_fax_line_end(self._line)

    @property
    def room(self) -> int:
        """Octets of page data, or of the longest frame, that there is room for now."""
        return int(lib.cti_fax_line_room(self._line))

    @property
    def waiting(self) -> int:
        """Octets of page data that wait; of frames 1 or 0."""
        return int(lib.cti_fax_line_waiting(self._line))

    @property
    def quality(self) -> FaxQuality | None:
        """Of the fast carrier that is or was heard last; None before a fast modem was listened to."""
        q = ffi.new("cti_fax_modem_quality *")
        return quality_of(q) if lib.cti_fax_line_quality(self._line, q) >= 0 else None

    @property
    def points(self) -> list[tuple[float, float]]:
        """The last points of the fast carrier, as FaxReceiver.points."""
        xy = ffi.new("float[256]")
        return points_of(xy, max(0, lib.cti_fax_line_points(self._line, xy, 128)))

    def run(self, rx: Pcm) -> tuple[Pcm, Said | None]:
        """Takes samples from the line and gives it as many: all of `rx`, or fewer and what was said then.

        Go on with the rest (which may be none) until nothing is said any more.
        """
        event, tx = ffi.new("cti_fax_line_event *"), ffi.new("int16_t[]", max(1, len(rx)))
        done = check(lib.cti_fax_line_run(self._line, rx.ptr, tx, len(rx), event), "a fax line's audio")
        return Pcm.from_bytes(bytes(ffi.buffer(tx, 2 * done))), said_of(event)


def native_turn(turn: FaxTurn) -> Any:
    """A ``cti_fax_turn *``. UsageError."""
    if turn.kind not in _TURNS:
        raise UsageError(f"{turn.kind!r}: the turns of a fax line are {', '.join(_TURNS)}")
    made = ffi.new("cti_fax_turn *")
    made.kind, made.modem = _TURNS[turn.kind], modem_number(turn.modem)
    made.bit_rate = _rate(turn)
    made.hdlc, made.short_training, made.hold_ms = turn.hdlc, turn.short_training, turn.hold_ms
    made.silence, made.ms = turn.silence, turn.ms
    return made


def _rate(turn: FaxTurn) -> int:
    return _RATES[turn.modem] if turn.bit_rate is None else turn.bit_rate


def what_of(turn: FaxTurn) -> str:
    """For errors."""
    return f"a fax turn, {turn.kind} of {turn.modem} at {_rate(turn)} bit/s"


def said_of(ev: Any) -> Said | None:
    """Of a ``cti_fax_line_event``; None: nothing."""
    if ev.kind == lib.CTI_FAX_LINE_HEARD:
        return Said("heard", ev.at, _MODEMS[ev.modem], heard_of(ev.heard))
    if ev.kind == lib.CTI_FAX_LINE_TONE:
        return Said("tone", ev.at, tone=FAX_TONES[ev.tone])
    return Said("sent", ev.at) if ev.kind == lib.CTI_FAX_LINE_SENT else None
