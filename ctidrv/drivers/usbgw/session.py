"""One USB telephone at work: looked for, asked again and again, and its port fed with what it tells.

`turn` is to be called often, each 10 to 20 ms, by one thread; nothing else of the program waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from ctidrv.drivers.usbgw.digits import Digits
from ctidrv.drivers.usbgw.door import Gone, Stalled
from ctidrv.drivers.usbgw.exchange_line import ExchangeLine
from ctidrv.drivers.usbgw.finding import AUTO, Finder, Present
from ctidrv.drivers.usbgw.hook import Hook, Told
from ctidrv.drivers.usbgw.models import FLASH
from ctidrv.drivers.usbgw.seen import HookIs, KeyDown, KeyUp, LineRings, Seen
from ctidrv.drivers.usbgw.sound import Sounds, sound_name
from ctidrv.drivers.usbgw.talk import Levels, Talk
from ctidrv.errors import PortError
from ctidrv.native.fed_board import RING, FedBoard
from ctidrv.units import RATE

_log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between two looks for one that is not there."""
ON_THE_LINE = "its telephone has the exchange's line"
_KEY_FLASH_S = 0.1
_DIGITS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the configuration asks for; `microphone` and `earpiece` "auto": the telephone's own."""

    device: str = AUTO
    model: str = AUTO
    microphone: str = AUTO
    earpiece: str = AUTO
    levels: Levels = field(default_factory=Levels)
    line_gets_telephone: bool = True


class Session:
    """`fed`: port 0 its telephone, port 1 the exchange line of a model that has one. `now`: seconds.
    `trouble`: why it cannot be used now, in words."""

    def __init__(
        self,
        name: str,
        wanted: Wanted,
        finder: Finder,
        fed: FedBoard,
        sounds: Sounds,
        now: Callable[[], float],
    ) -> None:
        self.trouble: str | None = None
        self._name, self._wanted, self._finder = name, wanted, finder
        self._fed, self._port, self._now = fed, fed.ports[0], now
        self._digits = Digits(self._port)
        self._talk = Talk(fed, sounds, wanted.levels)
        self._present: Present | None = None
        self._next_look = self._next_poll = 0.0
        self._works = False
        self._lamps: tuple[bool, bool] | None = None

    def take(self, present: Present | None, why: str) -> None:
        """What was found before, or why nothing was; then as `turn`."""
        if present is None:
            self._lost(why, self._now())
            return
        self._present = present
        self.turn()

    def turn(self) -> None:
        """Never raises."""
        now = self._now()
        try:
            self._turn(now)
        except (Gone, Stalled, TimeoutError, PortError) as error:
            self._lost(str(error), now)
        except Exception as error:
            _log.exception("board %s", self._name)
            self._lost(f"{type(error).__name__}: {error}", now)

    def close(self) -> None:
        """Silent, on hook, and its telephone the exchange line's. Safe twice."""
        self._works = False
        self._fed.gone(True)
        self._talk.end()
        self._leave()

    # Within a turn.

    def _turn(self, now: float) -> None:
        if self._present is None:
            if now < self._next_look:
                return
            self._present = self._finder.find()
        if not self._works:
            self._begin(now)
        self._serve(now)

    def _begin(self, now: float) -> None:
        present = self._there()
        own = sound_name(present.found)
        names = (own if name == AUTO else name for name in (self._wanted.microphone, self._wanted.earpiece))
        self._talk.look_again()
        self._talk.found(*names)
        present.telephone.begin()
        present.telephone.relay(False)
        self._hook, self._line = Hook(), ExchangeLine(self._wanted.line_gets_telephone)
        self._off_hook = self._is_rung = self._away = False
        self._lamps, self._next_poll = None, now
        for port in self._fed.ports:
            for _ in port.commands():
                pass  # of the time before it was there
        self._works = True
        self.trouble = None
        self._fed.gone(False)

    def _there(self) -> Present:
        assert self._present is not None
        return self._present

    def _serve(self, now: float) -> None:
        telephone = self._there().telephone
        for what, value in self._port.commands():
            if what == RING:
                self._ring(bool(value))
        if now >= self._next_poll:
            self._next_poll = now + telephone.model.every_s
            for seen in telephone.poll():
                self._see(seen, now)
        self._digits.look(now)
        self._talk.look(now)
        if telephone.model.has_line:
            self._line.look(self._off_hook, now)
            if self._line.has_telephone != self._away:
                self._give_away(self._line.has_telephone)
        lamps = self._hook.off or self._is_rung, self._away or self._line.rings
        if lamps != self._lamps:
            self._lamps = lamps
            telephone.lamps(*lamps)

    def _ring(self, on: bool) -> None:
        on = on and not self._hook.off and not self._away
        if on != self._is_rung:
            self._is_rung = on
            model = self._there().telephone.model
            self._there().telephone.ring(on)
            self._talk.ring(on, by_sound=model.ring is not None and model.ring.audio)

    def _see(self, seen: Seen, now: float) -> None:
        match seen:
            case KeyDown(key) if key in _DIGITS:
                if self._hook.off:
                    self._digits.down(key, now)
            case KeyDown(key):
                if key == FLASH or self._there().telephone.model.off_hook is None:
                    self._told(self._hook.key(key), now)
            case KeyUp():
                self._digits.up(now)
            case HookIs(off):
                self._off_hook = off
                if not self._away:
                    self._told(self._hook.switch(off, now), now)
            case LineRings(on):
                self._line.ring(on, now, free=not self._hook.off and not self._is_rung)
                if on:
                    self._fed.ports[1].ring_on()
                else:
                    self._fed.ports[1].ring_off()

    def _told(self, told: Told | None, now: float) -> None:
        match told:
            case Told.LIFTED:
                self._ring(False)
                self._talk.begin(now)
                self._port.hook(True)
            case Told.PUT_DOWN:
                self._digits.up(now)
                self._port.hook(False)
                self._talk.end()
            case Told.FLASHED:
                self._port.flash(round(RATE * (self._hook.flashed_s or _KEY_FLASH_S)))
            case _:
                pass

    def _give_away(self, to_line: bool) -> None:
        """Its relay falls, or is drawn again. Meanwhile the port cannot be used."""
        self._away = to_line
        self._there().telephone.relay(to_line)
        self._port.alarm(to_line)
        self.trouble = ON_THE_LINE if to_line else None

    def _lost(self, why: str, now: float) -> None:
        self._next_look = now + LOOK_S
        self._works = False
        self._fed.gone(True)
        self._talk.end()
        self._leave()
        if why != self.trouble:
            _log.warning("board %s: %s", self._name, why)
        self.trouble = why

    def _leave(self) -> None:
        """As it is to be without us."""
        present, self._present = self._present, None
        if present is None:
            return
        try:
            present.telephone.ring(False)
            present.telephone.lamps(False, False)
            present.telephone.relay(True)
        except (Gone, Stalled, TimeoutError) as error:
            _log.debug("board %s: %s", self._name, error)
        finally:
            present.door.close()
