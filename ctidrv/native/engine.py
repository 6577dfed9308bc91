"""The engine and its live loop (cti/engine.h, cti/live.h): commands in, events out, recorders read.

Threads: one may tick (or stay in `LiveLoop.run`), one posts commands and takes events, one reads
recorders. No Python value is touched by a tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ctidrv.native import check, ffi, lib, state, uncleared
from ctidrv.units import TICK

BOTH: int = lib.CTI_RECORD_BOTH
RX: int = lib.CTI_RECORD_RX
MOST_BRIDGES = 256
LINE, MESSAGE, SAMPLE = 0, 1, 2
"""A port's recorders."""

_EVENTS = 1024
_READ_FRAMES = 8000
_MESSAGE_BYTES = 512


@dataclass(frozen=True, slots=True)
class EngineStats:
    """What the tick has counted; times in nanoseconds, the live ones 0 in virtual time."""

    ticks: int
    now: int
    """Samples since the start."""
    late_ticks: int
    """Ticks begun more than 20 ms after their deadline."""
    slips: int
    slip_samples: int
    worst_late_ns: int
    busy_ns: int
    """Spent inside ticks."""
    events_lost: int
    commands_refused: int


class NativeEngine:
    """A `cti_engine` for so many ports and boards."""

    drains = True
    """Its recorders are rings: they have to be read while they go on."""

    def __init__(self, ports: int, boards: int, *, record_seconds: int = 30) -> None:
        config = ffi.new("cti_engine_config *")
        lib.cti_engine_defaults(config)
        config.ports, config.boards, config.record_seconds = ports, boards, record_seconds
        config.bridges = self.bridges = min(ports, MOST_BRIDGES)
        size = lib.cti_engine_size(config)
        check(size or lib.CTI_ERR_ARG, f"engine of {ports} ports on {boards} boards")
        # Not cleared: recorder rings cost memory only where they are used.
        self.ptr: Any = uncleared("cti_engine", size)
        check(lib.cti_engine_init(self.ptr, size, config), "engine")
        self._boards: list[Any] = []
        self._command = ffi.new("cti_command *")
        self._events = ffi.new("cti_event[]", _EVENTS)
        self._message = ffi.new("uint8_t[]", _MESSAGE_BYTES)
        self._frames = ffi.new("int16_t[]", 2 * _READ_FRAMES)
        self._stats = ffi.new("cti_engine_stats *")
        self._definitions: list[tuple[int, Any]] = []

    def add_board(self, native: Any) -> int:
        """Adds a `cti_board`, before the first tick; the number of its first port."""
        self._boards.append(native)
        return check(lib.cti_engine_add_board(self.ptr, native), "board")

    def echo_can(self, port: int, taps: int) -> None:
        """Echo canceller of a port: 128 or 256 taps, 0 for none; never while another thread ticks."""
        check(lib.cti_engine_echo_can(self.ptr, port, taps), f"echo canceller of {taps} taps")

    # Commands: each takes effect at the next tick. NativeError when the ring is full.

    def _post(self, kind: int, port: int, what: int = 0, value: int = 0, ref: int = 0, when: int = 0) -> None:
        command = self._command
        command.kind, command.port, command.what = kind, port, what
        command.value, command.ref, command.when = value, ref, when
        check(lib.cti_engine_post(self.ptr, command, 1), "command to the engine")

    def line(self, port: int, what: int, value: int) -> None:
        """A `cti_line_control`."""
        self._post(lib.CTI_CMD_LINE, port, what, value)

    def play(
        self,
        port: int,
        ref: int,
        *,
        pcm: Any = None,
        tone: Any = None,
        samples: int = -1,
        loop: bool = False,
        stop_on: int = 0,
        gain_q12: int = 4096,
        at_once: bool = False,
    ) -> None:
        """Queues PCM (``int16_t *``) or a tone (``cti_tone_spec *``), kept alive until it is done; or plays
        PCM at once, while what plays stands still."""
        item = self._command.item
        item.pcm = ffi.NULL if pcm is None else pcm
        item.tone = ffi.NULL if tone is None else tone
        item.samples, item.ref, item.loop = samples, ref, int(loop)
        item.stop_on, item.gain_q12 = stop_on, gain_q12
        self._post(lib.CTI_CMD_PLAY, port, ref=ref, when=int(at_once))

    def stop(self, port: int, ref: int = -1) -> None:
        self._post(lib.CTI_CMD_STOP, port, ref=ref)

    def record(self, port: int, which: int, channels: int, ref: int, *, at_seizure: bool = False) -> None:
        self._post(lib.CTI_CMD_RECORD, port, which, channels, ref, int(at_seizure))

    def record_stop(self, port: int, which: int, ref: int = -1) -> None:
        self._post(lib.CTI_CMD_RECORD_STOP, port, which, ref=ref)

    def listen(self, port: int, detectors: int) -> None:
        """A mask of `cti_ear_detector`."""
        self._post(lib.CTI_CMD_LISTEN, port, value=detectors)

    def progress(self, port: int, config: Any) -> None:
        """The call-progress tones of a port from the next tick on, a `cti_progress_config *` that stays as it
        is; the detector begins afresh. NativeError for definitions that it does not take."""
        now = self.now()
        # The core reads them in the next tick; that one may be under way already.
        self._definitions = [(at, kept) for at, kept in self._definitions if now <= at + 2 * TICK]
        self._definitions.append((now, config))
        self._command.progress = config
        self._post(lib.CTI_CMD_PROGRESS, port)

    def join(self, port: int, bridge: int, role: int, *, whisper_to: int = -1, gain_q12: int = 4096) -> None:
        """A `cti_role` on a bridge, 0 … `bridges` - 1; of what the port contributes so much."""
        self._command.item.gain_q12 = gain_q12
        self._post(lib.CTI_CMD_JOIN, port, role, whisper_to, bridge)

    def leave(self, port: int) -> None:
        self._post(lib.CTI_CMD_LEAVE, port)

    def attach(self, port: int, ref: int, terminal: Any) -> None:
        """A `cti_terminal`; its ctx is the tick's until CTI_EV_DETACHED."""
        self._command.terminal = terminal
        self._post(lib.CTI_CMD_ATTACH, port, ref=ref)

    def detach(self, port: int, ref: int) -> None:
        self._post(lib.CTI_CMD_DETACH, port, ref=ref)

    # Time and events.

    def tick(self) -> int:
        """One tick of 160 samples; how many events wait."""
        return int(lib.cti_engine_tick(self.ptr))

    def slip(self, ticks: int) -> None:
        """The next tick begins so many ticks late: as the live loop tells it, for who simulates that."""
        lib.cti_engine_slip(self.ptr, ticks * TICK, ticks)

    def rest(self, may: bool) -> None:
        """Whether ports may rest whose lines carry nothing (virtual time); not while another thread ticks."""
        check(lib.cti_engine_rest(self.ptr, int(may)), "rest of the ports")

    def idle(self, ticks: int) -> int:
        """So many ticks pass without being made, if all ports rest and nothing waits; how many: all or 0."""
        return check(lib.cti_engine_idle(self.ptr, ticks), "ticks to pass")

    def events(self) -> Iterator[Any]:
        """Takes what waits: `cti_event` structs, each valid until the next is asked for."""
        buffer = self._events
        while count := lib.cti_engine_events(self.ptr, buffer, _EVENTS):
            for i in range(count):
                yield buffer[i]

    def message(self, port: int, ref: int) -> bytes:
        """The bytes of a caller-ID message; empty when later ones have overwritten it."""
        count = lib.cti_engine_message(self.ptr, port, ref, self._message, _MESSAGE_BYTES)
        return bytes(ffi.buffer(self._message, count)) if count > 0 else b""

    # Recorders.

    def reading(self, port: int, which: int) -> int:
        """The ref of the recording that the next frames belong to, -1 for none."""
        return int(lib.cti_engine_reading(self.ptr, port, which))

    def read(self, port: int, which: int, channels: int) -> bytes:
        """At most a second of frames of that recording, 16-bit interleaved."""
        count = lib.cti_engine_read(self.ptr, port, which, self._frames, _READ_FRAMES)
        return bytes(ffi.buffer(self._frames, 2 * channels * count)) if count > 0 else b""

    def frames(self, port: int, which: int, ref: int) -> int:
        """Frames recorded so far of recording `ref`, from any thread; 0 unless it is the last begun."""
        return int(lib.cti_engine_frames(self.ptr, port, which, ref))

    def now(self) -> int:
        """The sample count; from any thread that also takes `stats`."""
        lib.cti_engine_stats_get(self.ptr, self._stats)
        return int(self._stats.now)

    def stats(self) -> EngineStats:
        lib.cti_engine_stats_get(self.ptr, self._stats)
        counted = self._stats
        return EngineStats(**{name: int(getattr(counted, name)) for name in EngineStats.__slots__})


def lateness_ms(bins: Sequence[int], share: float) -> float | None:
    """Of `LiveLoop.lateness`: this share of the ticks began less late. None: it lies in the last bin, which
    holds whatever is later."""
    left = share * sum(bins)
    for number, count in enumerate(bins):
        left -= count
        if left <= 0:
            last = number + 1 == lib.CTI_LATENESS_BINS
            return None if last else (number + 1) * lib.CTI_LATENESS_BIN_US / 1000
    return 0.0


class LiveLoop:
    """A `cti_live`: ticks an engine in real time from the one thread that stays in `run`."""

    def __init__(self, engine: NativeEngine) -> None:
        self._engine = engine  # outlives the loop
        size = lib.cti_live_size()
        self._live = state("cti_live", size)
        check(lib.cti_live_init(self._live, size, engine.ptr), "live loop")

    def run(self) -> int:
        """Ticks until `stop`, without the interpreter's lock; the ticks made."""
        return check(lib.cti_live_run(self._live), "live loop")

    def stop(self) -> None:
        """Ends `run` within a tick; from any thread."""
        lib.cti_live_stop(self._live)

    def wait(self, after: int, timeout_ms: int) -> int:
        """Sleeps, without the lock, until the sample count is above `after`; the count."""
        return int(lib.cti_live_wait(self._live, after, timeout_ms))

    def lateness(self) -> list[int]:
        """How many ticks began how late: in the n-th bin up to n + 1 tenths of a millisecond;
        without the empty ones at the end."""
        bins = ffi.new("int64_t[]", lib.CTI_LATENESS_BINS)
        check(lib.cti_live_lateness(self._live, bins), "live loop")
        counts = list(bins)
        while counts and counts[-1] == 0:
            counts.pop()
        return counts

    def end(self) -> None:
        """Gives back what the system lent, once `run` and `wait` have returned."""
        lib.cti_live_end(self._live)
