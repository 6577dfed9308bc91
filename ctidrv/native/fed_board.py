"""A board that a driver's own threads feed (cti/fed_board.h): neither they nor the tick ever wait.

`FedBoard.native` goes to the engine; each `FedPort` belongs to the thread that serves its device. Audio is
16-bit samples, little-endian (as are the machines), 8,000 a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state
from ctidrv.native.events import GONE_BY
from ctidrv.native.sound_status import SoundStatus, sound_of

HOOK: int = lib.CTI_LINE_HOOK
FLASH: int = lib.CTI_LINE_FLASH
RING: int = lib.CTI_LINE_RING
PULSES: int = lib.CTI_LINE_PULSES
SHOW: int = lib.CTI_LINE_SHOW
"""Commands of the tick (cti/board.h)."""
_MOST_PULL = 4000
_MOST_PUSH = 8000
_GONE_SIGNS = {cause: sign for sign, cause in GONE_BY.items()}


@dataclass(frozen=True, slots=True)
class FedStatus(SoundStatus):
    """Of a port, and what serves it."""

    serves_rx: bool
    serves_tx: bool
    gone: bool


class FedBoard:
    """Of so many ports. It begins gone; `latency` in samples is what its elastic buffers keep each way."""

    def __init__(
        self, ports: int = 1, *, latency: int = 400, clock_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        config = ffi.new("cti_fed_board_config *")
        lib.cti_fed_board_defaults(config)
        config.ports = ports
        for side in (config.rx, config.tx):
            side.target, side.most = latency, latency + max(800, latency)
        size = lib.cti_fed_board_size(config)
        what = f"fed board of {ports} ports, {latency} samples"
        check(size or lib.CTI_ERR_ARG, what)
        self.ptr: Any = state("cti_fed_board", size)
        """The `cti_fed_board *`, for what else the core does with it."""
        check(lib.cti_fed_board_init(self.ptr, size, config), what)
        self.native: Any = ffi.new("cti_board *")
        """The `cti_board *` for the engine; valid as long as this is."""
        check(lib.cti_fed_board_board(self.ptr, self.native), what)
        self.ports = [FedPort(self.ptr, number, clock_ns) for number in range(ports)]

    def gone(self, gone: bool) -> None:
        """The device is away; or there, with every line on hook."""
        check(lib.cti_fed_board_gone(self.ptr, int(gone)), "fed board")


class FedPort:
    """One port, from the thread of its device. Nothing here waits; events that find no room are counted."""

    def __init__(self, board: Any, number: int, clock_ns: Callable[[], int]) -> None:
        self._board = board
        self._number = number
        self._clock = clock_ns
        self._pulled = ffi.new("int16_t[]", _MOST_PULL)
        self._command = ffi.new("cti_fed_command *")
        self._status = ffi.new("cti_fed_status *")

    # Audio.

    def serve(self, *, rx: bool, tx: bool) -> None:
        """Which directions the device serves from now on; the other is silence and no slip."""
        wanted = (lib.CTI_FED_RX if rx else 0) | (lib.CTI_FED_TX if tx else 0)
        check(lib.cti_fed_board_serve(self._board, self._number, wanted), "fed port")

    def push(self, audio: bytes) -> int:
        """What came from the line (at most 1 s); how many samples found room."""
        samples = ffi.from_buffer("int16_t[]", audio) if audio else ffi.NULL
        return check(
            lib.cti_fed_board_push(self._board, self._number, samples, len(audio) // 2, self._clock()),
            f"audio of {len(audio) // 2} samples, at most {_MOST_PUSH}",
        )

    def pull(self, samples: int) -> bytes:
        """What is to be sent, by the device's clock: so many samples (at most half a second's)."""
        got = lib.cti_fed_board_pull(self._board, self._number, self._pulled, samples, self._clock())
        return bytes(ffi.buffer(self._pulled, 2 * check(got, f"{samples} samples, at most {_MOST_PULL}")))

    def take(self) -> bytes:
        """What the ticks have sent since, as it is: for a device whose clock cannot be heard."""
        got = lib.cti_fed_board_take(self._board, self._number, self._pulled, _MOST_PULL)
        return bytes(ffi.buffer(self._pulled, 2 * check(got, "fed port")))

    # Events.

    def _tell(self, kind: int, value: int = 0, length: int = 0, ref: int = 0) -> None:
        lib.cti_fed_board_tell(self._board, self._number, kind, value, length, ref, self._clock())

    def ring_on(self, pattern: int = 0) -> None:
        self._tell(lib.CTI_EV_RING_ON, pattern)

    def ring_off(self) -> None:
        """The end of one burst."""
        self._tell(lib.CTI_EV_RING_OFF)

    def seized(self) -> None:
        """Our port is off hook, and sound goes through."""
        self._tell(lib.CTI_EV_SEIZED)

    def released(self) -> None:
        self._tell(lib.CTI_EV_RELEASED)

    def polarity(self, reversed_: bool) -> None:
        self._tell(lib.CTI_EV_POLARITY, int(reversed_))

    def hook(self, off_hook: bool) -> None:
        """FXS, HANDSET: of the telephone at the port."""
        self._tell(lib.CTI_EV_HOOK, int(off_hook))

    def flash(self, samples: int) -> None:
        """FXS, HANDSET: a short break of so many samples at the telephone, which stays off hook."""
        self._tell(lib.CTI_EV_FLASH, 0, samples)

    def alarm(self, raised: bool) -> None:
        """This port alone cannot be used, or can again with its telephone on hook."""
        self._tell(lib.CTI_EV_ALARM, int(raised))

    def muted(self, muted: bool) -> None:
        """HANDSET: its user has muted the microphone at it, or is heard again."""
        self._tell(lib.CTI_EV_MUTED, int(muted))

    def dialled(self, done: bool) -> None:
        """A FLASH or PULSES that was ordered."""
        self._tell(lib.CTI_EV_DIALLED, int(done))

    def digit_down(self, digit: str) -> None:
        """One that the device has heard, where the core does not hear it too."""
        self._tell(lib.CTI_EV_DIGIT_DOWN, ord(digit), 0, lib.CTI_DIGIT_HARDWARE)

    def digit_up(self, digit: str, samples: int) -> None:
        self._tell(lib.CTI_EV_DIGIT_UP, ord(digit), samples, lib.CTI_DIGIT_HARDWARE)

    def remote_gone(self, cause: str, confidence: float) -> None:
        """The far end has hung up, as the device knows; `cause` is one of `events.GONE_BY`'s."""
        if cause not in _GONE_SIGNS or not 0 <= confidence <= 1:
            raise UsageError(f"{cause!r}, {confidence}: a cause of {', '.join(_GONE_SIGNS)}, and 0 to 1")
        self._tell(lib.CTI_EV_REMOTE_GONE, _GONE_SIGNS[cause], 0, round(100 * confidence))

    def caller_id(self, message: bytes) -> None:
        """A message of GR-30's form (`ctidrv.native.cid`), checksum included, that the device has heard."""
        result = lib.cti_fed_board_caller_id(
            self._board,
            self._number,
            lib.CTI_CID_HARDWARE,
            ffi.from_buffer(message),
            len(message),
            self._clock(),
        )
        if result == lib.CTI_ERR_ARG:
            raise UsageError(f"a caller-ID message of {len(message)} bytes: 1 to 260")

    # Commands.

    def commands(self) -> Iterator[tuple[int, int]]:
        """What the tick has ordered since: (what, value) of cti/board.h."""
        while lib.cti_fed_board_command(self._board, self._number, self._command) == 1:
            yield self._command.what, self._command.value

    # From any thread.

    def status(self) -> FedStatus:
        """Not from two threads at once."""
        told = self._status
        check(lib.cti_fed_board_status_of(self._board, self._number, told), "fed port")
        return FedStatus(
            **sound_of(told),
            serves_rx=bool(told.serves & lib.CTI_FED_RX),
            serves_tx=bool(told.serves & lib.CTI_FED_TX),
            gone=bool(told.gone),
        )
