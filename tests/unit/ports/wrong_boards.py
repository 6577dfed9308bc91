"""Boards that are wrong in one thing each, to try the conformance kit with."""

from __future__ import annotations

import os
import threading
from typing import Any

from wrong_board import WrongBoard, tell, without

from ctidrv.events import DigitDown, DigitUp
from ctidrv.native import ffi, lib
from ctidrv.native.cid import encode_mdmf
from ctidrv.native.ear import DTMF, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.ports.conformance.bench import CALLER, NAME
from ctidrv.units import TICK


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
                kind = lib.CTI_EV_DIGIT_DOWN if isinstance(event, DigitDown) else lib.CTI_EV_DIGIT_UP
                tell(ev[count], at, kind, ord(event.digit), lib.CTI_DIGIT_HARDWARE)
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

    keeps_its_hook = True


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
        self._quiet = ffi.new("int16_t[]", 2 * TICK)
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


class SeizesNothing(WrongBoard):
    """It says that it is off hook, and is not."""

    _seized = False

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_HOOK and value:
            self._seized = True
            return 0
        return super()._control(ctx, port, what, value)

    def told(self, at: int, ev: Any, count: int) -> int:
        if self._seized:
            self._seized = False
            tell(ev[count], at, lib.CTI_EV_SEIZED)
            count += 1
        return count


class Chops(WrongBoard):
    """Every second tick of what is sent is silence."""

    _ticks = 0

    def sent(self, tx: Any) -> Any:
        self._ticks += 1
        self._quiet = ffi.new("int16_t[]", TICK)
        return self._quiet if self._ticks % 2 else tx


class SeesNoBreak(WrongBoard):
    """It says that it sees a loop break, and does not."""

    def told(self, at: int, ev: Any, count: int) -> int:
        return without(ev, count, lambda event: event.kind == lib.CTI_EV_BATTERY)


class TurnsItsHook(WrongBoard):
    """To be released is to change over."""

    _off_hook = False

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_HOOK:
            self._off_hook = not self._off_hook
            value = int(self._off_hook)
        return super()._control(ctx, port, what, value)


class AnswersTwice(WrongBoard):
    """Each order to dial."""

    def told(self, at: int, ev: Any, count: int) -> int:
        made = count
        for index in range(count):
            if ev[index].kind == lib.CTI_EV_DIALLED:
                ev[made] = ev[index]
                made += 1
        return made


class HasNoPulses(WrongBoard):
    """And says that it has."""

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_PULSES:
            return int(lib.CTI_ERR_STATE)
        return super()._control(ctx, port, what, value)


class CannotCall(WrongBoard):
    """It is deaf to dial tone: off hook, a quiet far end is all that is heard."""

    def came(self, rx: Any) -> None:
        for index in range(TICK):
            rx[index] = 0


class HidesThatItIsGone(WrongBoard):
    def gone(self, why: int) -> int:
        return 0


class DoesNotStopRinging(WrongBoard):
    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_RING and not value:
            return 0
        return super()._control(ctx, port, what, value)


class RingsInTheEar(WrongBoard):
    """Lifted or not, its bell sounds once it was ordered to."""

    bell_sticks = True


class IsSilentOnHook(WrongBoard):
    """And says that caller ID goes through."""

    _off_hook = False

    def sent(self, tx: Any) -> Any:
        self._quiet = ffi.new("int16_t[]", 2 * TICK)
        return tx if self._off_hook else self._quiet

    def told(self, at: int, ev: Any, count: int) -> int:
        for index in range(count):
            if ev[index].kind == lib.CTI_EV_HOOK:
                self._off_hook = bool(ev[index].value)
        return count


class KeepsItsBattery(WrongBoard):
    """And says that it can be cut."""

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        return 0 if what == lib.CTI_LINE_BATTERY else super()._control(ctx, port, what, value)


class FlashesByItself(WrongBoard):
    """A telephone's port that is ordered what only a line's can do."""

    _flash = False

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_FLASH:
            self._flash = True
            return 0
        return super()._control(ctx, port, what, value)

    def told(self, at: int, ev: Any, count: int) -> int:
        if self._flash:
            self._flash = False
            tell(ev[count], at, lib.CTI_EV_FLASH)
            ev[count].port = 1
            count += 1
        return count


class CountsNonsense(WrongBoard):
    rx_slips, tx_slips = -1, 0

    def status(self, port: int = 0) -> CountsNonsense:
        return self


class SeesNoReversal(WrongBoard):
    """It says that it sees one, and does not."""

    def told(self, at: int, ev: Any, count: int) -> int:
        return without(ev, count, lambda event: event.kind == lib.CTI_EV_POLARITY)


class KeepsItsPolarity(WrongBoard):
    """And says that it can be turned."""

    def _control(self, ctx: Any, port: int, what: int, value: int) -> int:
        if what == lib.CTI_LINE_POLARITY:
            return int(lib.CTI_ERR_STATE)
        return super()._control(ctx, port, what, value)


class HearsKeysItself(DoublesADigit):
    """The core does not, and the board says that it does not either."""

    def came(self, rx: Any) -> None:
        super().came(rx)
        for index in range(TICK):
            rx[index] = 0


class ReadsCallerIdItself(IsDeafOnHook):
    """And says that it does not."""

    def native(self) -> Any:
        made = super().native()
        self._read = ffi.callback("int(void *, int, int32_t, uint8_t *, int)", self._message)
        made.message = self._read
        return made

    def _message(self, ctx: Any, port: int, ref: int, out: Any, most: int) -> int:
        text = encode_mdmf(number=CALLER, name=NAME, when="03081000")
        ffi.memmove(out, text, len(text))
        return len(text)

    def told(self, at: int, ev: Any, count: int) -> int:
        count = super().told(at, ev, count)
        if any(ev[index].kind == lib.CTI_EV_RING_ON for index in range(count)):
            tell(ev[count], at, lib.CTI_EV_CALLER_ID, lib.CTI_CID_HARDWARE, 1)
            count += 1
        return count


class TakesTurns(LiesAboutSound):
    """And is deaf for 100 ms of 200."""

    _ticks = 0

    def came(self, rx: Any) -> None:
        self._ticks += 1
        if self._ticks % 10 < 5:
            super().came(rx)
