"""Boards that are wrong in one thing each, above the simulated one, to try the conformance kit with."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctidrv.events import DigitDown, DigitUp
from ctidrv.native import ffi, lib
from ctidrv.native.ear import DTMF, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Board
from ctidrv.units import TICK
from hwsim.conformance import SimRig

_EXCHANGE = "int(void *, int64_t, const int16_t *, int16_t *, int, cti_event *, int)"
_CONTROL = "int(void *, int, int, int)"


class WrongBoard:
    """As the board beneath; a subclass changes what passes its native side, or a method."""

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
        if self.is_gone:
            return int(lib.CTI_ERR_GONE)
        self.came(rx)
        return self.told(at, ev, count) if count >= 0 else int(count)

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        return int(self._kept[2].control(ctx, port, what, value))

    # What a subclass changes.

    def sent(self, tx: Any) -> Any:
        return tx

    def came(self, rx: Any) -> None: ...
    def told(self, at: int, ev: Any, count: int) -> int:
        """The events, and how many of them there are then."""
        return count


def without(ev: Any, count: int, drop: Callable[[Any], bool]) -> int:
    kept = 0
    for index in range(count):
        if not drop(ev[index]):
            ev[kept] = ev[index]
            kept += 1
    return kept


class LosesASample(WrongBoard):
    """Of what comes, each half a second."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        self._kept_back = [0] * 80
        self._ticks = 0

    def came(self, rx: Any) -> None:
        self._kept_back += list(rx[0:TICK])
        self._ticks += 1
        if self._ticks % 25 == 0 and len(self._kept_back) > TICK:
            del self._kept_back[0]
        for index in range(TICK):
            rx[index] = self._kept_back[index] if index < len(self._kept_back) else 0
        del self._kept_back[:TICK]


class DoublesADigit(WrongBoard):
    """It hears keys itself, which the core hears too."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        self._ear = Ear(detectors=DTMF)
        self._heard: list[Any] = []

    def came(self, rx: Any) -> None:
        self._heard += self._ear.hear(Pcm(list(rx[0:TICK])))

    def told(self, at: int, ev: Any, count: int) -> int:
        for event in self._heard:
            if isinstance(event, DigitDown | DigitUp):
                down = isinstance(event, DigitDown)
                ev[count].kind = lib.CTI_EV_DIGIT_DOWN if down else lib.CTI_EV_DIGIT_UP
                ev[count].at = ev[count].start = at
                ev[count].port, ev[count].value, ev[count].ref = 0, ord(event.digit), lib.CTI_DIGIT_HARDWARE
                count += 1
        self._heard = []
        return count


class NeverSaysReleased(WrongBoard):
    def told(self, at: int, ev: Any, count: int) -> int:
        return without(ev, count, lambda event: event.kind == lib.CTI_EV_RELEASED)


class HasNoFlash(WrongBoard):
    """And says that it has one."""

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_FLASH:
            return int(lib.CTI_ERR_STATE)
        return super()._control(ctx, port, what, value)


class SwallowsAnOrder(WrongBoard):
    """A flash on hook is taken, and never answered."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        self._off_hook = False

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_HOOK:
            self._off_hook = bool(value)
        if what == lib.CTI_LINE_FLASH and not self._off_hook:
            return 0
        return super()._control(ctx, port, what, value)


class StaysOffHook(WrongBoard):
    """When it is closed."""

    def close(self) -> None: ...


class LeaksAThread(WrongBoard):
    over = threading.Event()

    def open(self) -> None:
        threading.Thread(target=self.over.wait, name="forgotten", daemon=True).start()
        self.sound.open()


class LeaksADescriptor(WrongBoard):
    def open(self) -> None:
        self.left = os.open(os.devnull, os.O_RDONLY)
        self.sound.open()


class OpensAtOnce(WrongBoard):
    """When it is made."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        self._left: int | None = os.open(os.devnull, os.O_RDONLY)

    def close(self) -> None:
        left, self._left = self._left, None
        if left is not None:
            os.close(left)
        self.sound.close()


class OpensTwice(WrongBoard):
    """An error, the second time."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        self._open = False

    def open(self) -> None:
        if self._open:
            raise OSError("in use by this very program")
        self._open = True

    def close(self) -> None:
        self._open = False
        self.sound.close()


class WaitsInPump(WrongBoard):
    """For the next tick."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        self._ticked = threading.Event()

    def came(self, rx: Any) -> None:
        self._ticked.set()

    def pump(self) -> None:
        self._ticked.wait(10)
        self._ticked.clear()
        self.sound.pump()


class KeepsItsHookWhileGone(WrongBoard):
    """And is back off hook."""


class TellsTomorrow(WrongBoard):
    """An event's time is still to come."""

    def told(self, at: int, ev: Any, count: int) -> int:
        for index in range(count):
            ev[index].at += 1000
        return count


class TellsOthers(WrongBoard):
    """What happens at its first port, at the second too."""

    def told(self, at: int, ev: Any, count: int) -> int:
        for index in range(count):
            ev[count + index] = ev[index]
            ev[count + index].port = 1
        return 2 * count


class IsTooLoud(WrongBoard):
    def sent(self, tx: Any) -> Any:
        self._loud = ffi.new("int16_t[]", [int(1.26 * sample) for sample in tx[0:TICK]])
        return self._loud


class HasGaps(WrongBoard):
    """In what is sent: 20 ms each half a second."""

    _ticks = 0

    def sent(self, tx: Any) -> Any:
        self._ticks += 1
        self._quiet = ffi.new("int16_t[]", TICK)
        return self._quiet if self._ticks % 25 == 0 else tx


class IsTooFaint(WrongBoard):
    def came(self, rx: Any) -> None:
        for index in range(TICK):
            rx[index] = int(0.79 * rx[index])


class IsDeafOnHook(WrongBoard):
    """And says that caller ID comes through."""

    _off_hook = False

    def came(self, rx: Any) -> None:
        if not self._off_hook:
            for index in range(TICK):
                rx[index] = 0

    def told(self, at: int, ev: Any, count: int) -> int:
        for index in range(count):
            if ev[index].kind in (lib.CTI_EV_SEIZED, lib.CTI_EV_RELEASED):
                self._off_hook = ev[index].kind == lib.CTI_EV_SEIZED
        return count


class IsNotDescribed(WrongBoard):
    """One of its capabilities is left out."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        for port in sound.ports:
            object.__setattr__(
                port, "caps", {name: able for name, able in port.caps.items() if name != "vmwi"}
            )


class HasTrouble(WrongBoard):
    """It says so, and is well."""

    trouble = "it rains"


class TellsItsHookTwice(WrongBoard):
    def told(self, at: int, ev: Any, count: int) -> int:
        made = count
        for index in range(count):
            if ev[index].kind == lib.CTI_EV_HOOK:
                ev[made] = ev[index]
                made += 1
        return made


class TakesAFlashForAHangUp(WrongBoard):
    def told(self, at: int, ev: Any, count: int) -> int:
        made = count
        for index in range(count):
            if ev[index].kind == lib.CTI_EV_FLASH:
                ev[made] = ev[index]
                ev[index].kind, ev[index].value = lib.CTI_EV_HOOK, 0
                ev[made].kind, ev[made].value = lib.CTI_EV_HOOK, 1
                made += 1
        return made


class LosesPulses(WrongBoard):
    def told(self, at: int, ev: Any, count: int) -> int:
        return without(ev, count, lambda event: event.kind == lib.CTI_EV_DIGIT_DOWN)


class LiesAboutSound(WrongBoard):
    """It says full_duplex: yes, and is deaf while it plays."""

    def __init__(self, sound: Any) -> None:
        super().__init__(sound)
        self._plays = False

    def sent(self, tx: Any) -> Any:
        self._plays = any(abs(sample) > 500 for sample in tx[0:TICK])
        return tx

    def came(self, rx: Any) -> None:
        if self._plays:
            for index in range(TICK):
                rx[index] = 0


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

    def unplug(self) -> None:
        if isinstance(self._made, KeepsItsHookWhileGone):
            self._made.is_gone = True
        else:
            super().unplug()

    def plug_in(self) -> None:
        assert self._made is not None
        self._made.is_gone = False
        super().plug_in()
