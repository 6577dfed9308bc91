"""`Plant`: the signal side of the simulation (cti/lineplant.h), with what Python must keep alive for it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ctidrv.native import check, ffi, lib, state
from ctidrv.native.pcm import Pcm

if TYPE_CHECKING:
    from ctidrv.native.tones import ToneSpec
    from hwsim.eventmode.plant import EventPlant
    from hwsim.wire_settings import WireSettings

Sound: TypeAlias = "Pcm | ToneSpec"
AnyPlant: TypeAlias = "Plant | EventPlant"
"""With audio or without: exchange and telephones order both in the same words."""

LAWS = {"linear": 0, "alaw": 1, "ulaw": 2}
_EVENTS = 512
_FRAMES = 8000


@dataclass(frozen=True, slots=True)
class LineSettings:
    """The two-wire line between a terminal and the exchange."""

    loss_db: float = 3.0  # one way
    noise_dbm0: float = -65.0  # white, at the terminal
    return_loss_db: float = 14.0  # of the terminal's own signal
    echo_ms: float = 2.0  # delay of that return
    law: str = "alaw"  # the exchange's coding


class Plant:
    """Lines 0 … board_lines-1 end at the board under test, the others, up to `lines`, at the exchange's
    telephones; behind them, up to `ends`, come those at the board's own FXS and HANDSET ports."""

    def __init__(
        self,
        board_lines: int,
        phones: int,
        *,
        seed: int,
        line: LineSettings,
        wire: WireSettings | None = None,
        record_seconds: int = 30,
        fxs: int = 0,
        handsets: int = 0,
        fxs_line: LineSettings | None = None,
    ) -> None:
        """`fxs_line`: of the FXS ports; None: a short one (``cti_plant_fxs_defaults``)."""
        config = ffi.new("cti_plant_config *")
        lib.cti_plant_defaults(config)
        config.board_lines, config.phones, config.seed = board_lines, phones, seed & (2**64 - 1)
        config.record_seconds = record_seconds
        config.wires = int(wire is not None)
        config.fxs, config.handsets = fxs, handsets
        size = lib.cti_plant_size(config)
        check(size or lib.CTI_ERR_ARG, f"plant of {board_lines} lines and {phones} telephones")
        self.board_lines = board_lines
        self.lines = board_lines + phones
        self.ends = self.lines + fxs + handsets
        self.echo_ms = line.echo_ms
        self._plant: Any = state("cti_plant", size)
        check(lib.cti_plant_init(self._plant, size, config), "plant")
        for number in range(self.lines):
            self._set_line(number, line)
            if wire is not None:
                made = wire.native(telephone=number >= board_lines)
                check(lib.cti_plant_wire_line(self._plant, number, made), f"wire of line {number}")
        for number in range(self.lines, self.lines + fxs):
            if fxs_line is not None:
                self._set_line(number, fxs_line)
        self._board = ffi.new("cti_board *")
        check(lib.cti_plant_board(self._plant, self._board), "plant's board")
        self._command = ffi.new("cti_plant_command *")
        self._events = ffi.new("cti_event[]", _EVENTS)
        self._frames = ffi.new("int16_t[]", 2 * _FRAMES)
        self._refs = 0
        self._playing: dict[int, Sound] = {}

    def _set_line(self, number: int, settings: LineSettings) -> None:
        config = ffi.new("cti_plant_line_config *")
        config.loss_db, config.noise_dbm0 = settings.loss_db, settings.noise_dbm0
        config.return_loss_db, config.echo_ms = settings.return_loss_db, settings.echo_ms
        config.law = LAWS[settings.law]
        check(lib.cti_plant_line(self._plant, number, config), f"line {number}")

    def progress(self, config: Any) -> None:
        """The tones that the telephones' ears know (``cti_progress_config *``); before the first tick."""
        check(lib.cti_plant_progress(self._plant, config), "call-progress tones of the telephones")

    def pulses(self, config: Any) -> None:
        """How the exchange reads all hooks (``cti_pulse_rx_config *``); before the first tick."""
        check(lib.cti_plant_pulses(self._plant, config), "dial pulses")

    def board_pulses(self, config: Any) -> None:
        """How the board reads the hooks of its own telephones; as above."""
        check(lib.cti_plant_board_pulses(self._plant, config), "dial pulses of the board's telephones")

    @property
    def board(self) -> Any:
        """The `cti_board *` to exchange audio with."""
        return self._board

    def _post(self, kind: int, line: int, value: int = 0, what: int = 0, ref: int = 0) -> None:
        command = self._command
        command.kind, command.line, command.value = kind, line, value
        command.what, command.ref = what, ref
        check(lib.cti_plant_post(self._plant, command, 1), "command to the plant")

    # The exchange's side.

    def ring(self, line: int, on: bool, after: int = 0) -> None:
        """`after`: so many samples into the tick, 0 … TICK - 1."""
        self._post(lib.CTI_PLANT_RING, line, int(on), ref=after)

    def battery(self, line: int, present: bool) -> None:
        self._post(lib.CTI_PLANT_BATTERY, line, int(present))

    def polarity(self, line: int, reversed_: bool) -> None:
        self._post(lib.CTI_PLANT_POLARITY, line, int(reversed_))

    def connect(self, line: int, other: int | None) -> None:
        """Switches two lines together; None parts the line from its other."""
        self._post(lib.CTI_PLANT_CONNECT, line, -1 if other is None else other)

    def hear(self, line: int, other: int, down_db: float | None) -> None:
        """`line` hears `other` too, by so many dB down; None: no more."""
        self._post(lib.CTI_PLANT_HEAR, line, -1 if down_db is None else round(10 * down_db), other)

    def more_loss(self, line: int, db: float) -> None:
        """Each way, over the line's own."""
        self._post(lib.CTI_PLANT_LOSS, line, round(10 * db))

    def exchange_play(self, line: int, sound: Sound) -> int:
        """The exchange sends a sound to the line's terminal, behind what it sends; its ref."""
        return self._play(lib.CTI_PLANT_EXCHANGE_PLAY, line, sound)

    def exchange_stop(self, line: int, ref: int) -> None:
        self._post(lib.CTI_PLANT_EXCHANGE_STOP, line, ref=ref)

    # The telephone's side.

    def hook(self, line: int, off_hook: bool) -> None:
        self._post(lib.CTI_PLANT_PHONE_HOOK, line, int(off_hook))

    def phone_pulses(self, line: int, value: int) -> None:
        """A digit of dial pulses (`ctidrv.native.pulses`), behind those under way."""
        self._post(lib.CTI_PLANT_PHONE_PULSES, line, value)

    def phone_flash(self, line: int, length: int) -> None:
        """Breaks the loop for so many samples, behind pulses under way."""
        self._post(lib.CTI_PLANT_PHONE_FLASH, line, length)

    def phone_play(self, line: int, sound: Sound) -> int:
        """Into the telephone's mouthpiece; its ref."""
        return self._play(lib.CTI_PLANT_PHONE_PLAY, line, sound)

    def phone_stop(self, line: int, ref: int) -> None:
        self._post(lib.CTI_PLANT_PHONE_STOP, line, ref=ref)

    def phone_record(self, line: int, on: bool) -> None:
        self._post(lib.CTI_PLANT_PHONE_RECORD, line, int(on))

    def phone_listen(self, line: int, detectors: int) -> None:
        """Which detectors the telephone's ear uses (a mask, ctidrv.native.ear)."""
        self._post(lib.CTI_PLANT_PHONE_LISTEN, line, detectors)

    def phone_frames(self, line: int) -> tuple[bytes, bytes]:
        """What a telephone said and heard since the last call, 16-bit samples of each."""
        said, heard = array("h"), array("h")
        while True:
            frames = lib.cti_plant_phone_read(self._plant, line, self._frames, _FRAMES)
            if check(frames, "telephone's recorder") == 0:
                return said.tobytes(), heard.tobytes()
            both = array("h", bytes(ffi.buffer(self._frames, 4 * frames)))
            said += both[0::2]
            heard += both[1::2]

    def track(self, line: int) -> None:
        """There is none: what sounds at a telephone's ear stands in its frames."""

    def _play(self, kind: int, line: int, sound: Sound) -> int:
        self._refs += 1
        command = self._command
        command.kind, command.line, command.value, command.what = kind, line, 0, 0
        command.ref = self._refs
        item = command.item
        if isinstance(sound, Pcm):
            item.pcm, item.tone, item.samples = sound.ptr, ffi.NULL, len(sound)
        else:
            item.pcm, item.tone, item.samples = ffi.NULL, sound.ptr, -1
        item.ref, item.loop, item.stop_on, item.gain_q12 = self._refs, 0, 0, 4096
        self._playing[self._refs] = sound  # the core reads it until it is done
        check(lib.cti_plant_post(self._plant, command, 1), "command to the plant")
        return self._refs

    def events(self) -> Iterator[Any]:
        """What happened in the plant, oldest first, as `cti_event`s (each valid until the next)."""
        while True:
            count = check(lib.cti_plant_events(self._plant, self._events, _EVENTS), "plant's events")
            for index in range(count):
                event = self._events[index]
                if event.kind == lib.CTI_EV_PLAY_DONE:
                    self._playing.pop(event.ref, None)
                yield event
            if count < _EVENTS:
                return
