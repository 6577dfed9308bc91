"""A board above the simulated one whose subclass is wrong in one thing, and its rig."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from ctidrv.native import ffi, lib
from ctidrv.ports.api import Board, PortInfo
from hwsim.conformance import SimRig

_EXCHANGE = "int(void *, int64_t, const int16_t *, int16_t *, int, cti_event *, int)"
_CONTROL = "int(void *, int, int, int)"


class WrongBoard:
    """As the board beneath; a subclass changes what passes its native side, or a method."""

    bell_sticks = False
    """What it rings is heard to ring for ever."""
    keeps_its_hook = False
    """Pulled out, it says that it is gone, and nothing else."""

    def __init__(self, sound: Any) -> None:
        self.sound = sound
        self.is_gone = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sound, name)

    def native(self) -> Any:
        beneath = self.sound.native()
        self._kept = (
            ffi.callback(_EXCHANGE, self._exchange),
            ffi.callback(_CONTROL, self._control),
            beneath,
        )
        made = ffi.new("cti_board *")
        made.ctx, made.ports = beneath.ctx, beneath.ports
        made.exchange, made.control = self._kept[:2]
        return made

    def _exchange(self, ctx: Any, at: int, tx: Any, rx: Any, samples: int, ev: Any, room: int) -> int:
        count = self._kept[2].exchange(ctx, at, self.sent(tx), rx, samples, ev, room)
        count = int(lib.CTI_ERR_GONE) if self.is_gone else int(count)
        self.came(rx)
        return self.told(at, ev, count) if count >= 0 else self.gone(count)

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        return int(self._kept[2].control(ctx, port, what, value))

    # What a subclass changes.

    def gone(self, why: int) -> int:
        return why

    def sent(self, tx: Any) -> Any:
        return tx

    def came(self, rx: Any) -> None: ...
    def told(self, at: int, ev: Any, count: int) -> int:
        """The events, and how many of them there are then."""
        return count


def tell(ev: Any, at: int, kind: int, value: int = 0, ref: int = 0) -> None:
    """Writes an event of the first port."""
    ev.kind, ev.at, ev.start, ev.port, ev.value, ev.ref = kind, at, at, 0, value, ref


def without(ev: Any, count: int, drop: Callable[[Any], bool]) -> int:
    kept = 0
    for index in range(count):
        if not drop(ev[index]):
            ev[kept] = ev[index]
            kept += 1
    return kept


class StuckBell:
    """Of the telephone whose user `far` is."""

    _stuck: ClassVar[set[int]] = set()

    def __init__(self, far: Any) -> None:
        self._far = far

    def __getattr__(self, name: str) -> Any:
        return getattr(self._far, name)

    @property
    def is_rung(self) -> bool:
        if self._far.is_rung:
            self._stuck.add(id(self._far))
        return id(self._far) in self._stuck


class WrongRig(SimRig):
    """Of one line, or one telephone, and a board that is wrong."""

    def __init__(self, folder: Path, wrong: type[WrongBoard], **settings: Any) -> None:
        super().__init__(folder, **settings)
        self._wrong = wrong
        self._made: WrongBoard | None = None

    def make_board(self) -> Board:
        self._made = self._wrong(super().make_board())
        made: Any = self._made
        board: Board = made
        return board

    def far(self, port: PortInfo) -> Any:
        far = super().far(port)
        if self._made is not None and self._made.bell_sticks:
            return StuckBell(far)
        return far

    def unplug(self) -> None:
        assert self._made is not None
        if self._made.keeps_its_hook:
            self._made.is_gone = True
        else:
            super().unplug()

    def plug_in(self) -> None:
        assert self._made is not None
        self._made.is_gone = False
        super().plug_in()
