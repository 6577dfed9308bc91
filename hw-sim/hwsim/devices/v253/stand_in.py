"""`ModemStandIn`: a voice modem on a pseudo-terminal at a simulated line, in real time, on its own thread.

    with ModemStandIn(Path("ttyACM0"), persona="cx930xx") as modem:
        modem.call("5551234", "ANN LEE")        # rings; the host sees RING and the caller ID
        modem.answered()                        # once the host has taken the call
        modem.press("5")
        modem.hang_up()

POSIX only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ctidrv.errors import InputError
from ctidrv.modem.pty_port import PtyPort
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE, TICK, Samples, seconds, to_seconds
from hwsim.devices.line_end import LineEnd
from hwsim.devices.people import People, no_file
from hwsim.devices.real_time import RealTime
from hwsim.devices.told import Journal, Told
from hwsim.devices.v253.modem import VoiceModem
from hwsim.devices.v253.personas import PERSONAS
from hwsim.devices.v253.vices import ModemVices
from hwsim.subscriber import Subscriber

READY_AFTER = seconds(2)
"""So long after its last command a host has set the modem up."""
LONGEST_S = 3600.0
"""It freezes, or is away."""
_TICKS_PER_S = RATE // TICK


def _seconds(order: str, text: str) -> float:
    try:
        length = float(text)
    except ValueError:
        length = 0
    if not 0 < length <= LONGEST_S:
        raise InputError(f"{order} {text}: a number of seconds up to {LONGEST_S:g}")
    return length


def next_name(link: Path) -> Path:
    """What a device is called that comes back: its number is one higher, ``ttyACM0`` → ``ttyACM1``."""
    match = re.search(r"[0-9]+$", link.name)
    if match is None:
        return link.with_name(f"{link.name}1")
    return link.with_name(f"{link.name[: match.start()]}{int(match[0]) + 1}")


class ModemStandIn:
    """`link`: the name of its port. `board`: settings of the simulated exchange (hwsim/board.py). `vices`: as
    ``--vice`` has them. `tell`: is called, on the modem's thread, with whatever happens. `by_id`: a second
    link, which names the same port each time, as /dev/serial/by-id does.

    InputError, PortError for what will not do.
    """

    def __init__(
        self,
        link: Path,
        *,
        persona: str = "cx930xx",
        country: str = "US",
        board: Mapping[str, Any] | None = None,
        seed: int = 1,
        vices: Iterable[str] = (),
        tell: Callable[[Told], None] | None = None,
        read: Callable[[str], Pcm] = no_file,
        by_id: Path | None = None,
    ) -> None:
        if persona not in PERSONAS:
            raise InputError(f"--persona {persona}: there is none; there are {', '.join(PERSONAS)}")
        self.journal = Journal(tell)
        """Of "modem", "host", and the telephones by number."""
        self.vices = ModemVices(seed)
        for vice in vices:
            self.vices.turn(vice)
        self._first, self._by_id = link, by_id
        self._persona, self._country = PERSONAS[persona], country
        self._frozen = self._away = 0  # ticks left
        self._written: Samples | None = None  # when the host last wrote
        self._next = link
        self.line = LineEnd({"country": country, **(board or {})}, seed=seed)
        self.time = RealTime(self._tick)
        self.port = PtyPort(self.time.loop, self._from_host, self._host_gone)
        self.modem = self._powered()
        self.people = People(self.line.board, self.line.number, self._note, read)
        self._apply(self.modem)

    # From any thread.

    @property
    def link(self) -> Path:
        """Where it is now, or was when it went."""
        return self._first if self.port.link is None else self.port.link

    def __enter__(self) -> ModemStandIn:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        self._place(self._first)
        for vice in self.vices.names:
            self._note("modem", "has the vice", vice)
        self.time.start()

    def close(self) -> None:
        """Safe twice."""
        self.time.stop()
        self.port.take()
        self._unlink_by_id()
        self.line.close()

    def vice(self, text: str) -> None:
        """Turns one on, ``lose-byte=1000``. InputError."""
        self.time.do(lambda: self._turn(text))

    def virtue(self, name: str) -> None:
        """Turns one off."""
        self.time.do(lambda: self._turn_off(name))

    def freeze(self, length: float) -> None:
        """It neither takes nor gives anything for so many seconds."""
        self.time.do(lambda: self._freeze(length))

    def vanish(self, length: float, *, renamed: bool = True) -> None:
        """Unplugged for so many seconds; then under the next name, or the same."""
        self.time.do(lambda: self._vanish(length, renamed))

    def parallel_set(self, lifted: bool) -> None:
        """The telephone beside it on the same line is lifted or put down. It is told so, the line is not."""
        self.time.do(lambda: self.modem.parallel_set(lifted))

    def call(self, number: str, name: str | None = None, *, withheld: bool = False) -> Subscriber:
        """Somebody calls its line; returns when he hears it ring. NotHeard, InputError."""
        return self.time.wait(self.people.call(number, name, withheld=withheld))

    def answered(self, within: float = 30.0) -> Subscriber:
        """Returns when the host has taken the call. NotHeard."""
        return self.time.wait(self.people.answered(seconds(within)), within + 10)

    def press(self, digits: str) -> None:
        """The caller's keys; returns when they were pressed."""
        self.time.wait(self.answered_caller().press(digits))

    def speak(self, sound: Pcm) -> None:
        """The caller says this; returns when he has said it."""
        self.time.wait(self.answered_caller().speak(sound), to_seconds(len(sound)) + 30)

    def hang_up(self) -> None:
        """Whoever is at a telephone of the exchange puts it down."""
        self.time.wait(self.people.hang_up())

    async def obey(self, order: str) -> None:
        """A line of text, on the modem's thread: an order of `hwsim.devices.people`, or

            vice NAME[=VALUE]     virtue NAME     freeze SECONDS     vanish SECONDS     parallel up|down

        InputError, NotHeard.
        """
        word, _, rest = order.strip().partition(" ")
        if word in self._orders:
            self._orders[word](self, rest.strip())
        else:
            await self.people.do(order, also=self._orders)

    def heard(self) -> Pcm:
        """What has reached the caller's ear since he lifted his handset."""

        def collect() -> Pcm:
            caller = self.answered_caller()
            caller.collect()
            return Pcm(caller.heard)

        return self.time.do(collect)

    def answered_caller(self) -> Subscriber:
        """Who rings, or has answered. InputError when nobody does."""
        if self.people.talks is None:
            raise InputError("nobody has called yet")
        return self.people.talks

    @property
    def told(self) -> list[Told]:
        """What happened, the last of it behind."""
        return self.journal.told

    def until(self, who: str, what: str, *, within: float = 30.0, since: int = 0) -> Told:
        """Waits for the first thing told, from the `since`-th on, that is so. PortError."""
        return self.journal.until(who, what, within=within, since=since)

    # On the modem's thread.

    def _powered(self) -> VoiceModem:
        made = VoiceModem(
            self.line,
            self._persona,
            self._to_host,
            lambda what, detail: self._note("modem", what, detail),
            country=self._country,
        )
        self._apply(made)
        return made

    def _apply(self, modem: VoiceModem) -> None:
        vices = self.vices
        modem.names = "no-name" not in vices
        modem.duplicate_ring = "duplicate-ring" in vices
        modem.full_duplex = self._persona.full_duplex and "half-duplex" not in vices
        modem.late = seconds(vices.value("late-ok"))
        self.time.ppm = vices.value("clock")

    def _turn(self, text: str) -> None:
        self._note("modem", "has the vice", self.vices.turn(text))
        self._apply(self.modem)

    def _set_parallel(self, how: str) -> None:
        if how not in ("up", "down"):
            raise InputError(f"parallel {how}: up or down")
        self.modem.parallel_set(how == "up")

    _orders: ClassVar[dict[str, Callable[[ModemStandIn, str], None]]] = {
        "vice": lambda self, text: self._turn(text),
        "virtue": lambda self, name: self._turn_off(name),
        "freeze": lambda self, text: self._freeze(_seconds("freeze", text)),
        "vanish": lambda self, text: self._vanish(_seconds("vanish", text)),
        "parallel": _set_parallel,
    }

    def _turn_off(self, name: str) -> None:
        self.vices.off(name)
        self._apply(self.modem)

    def _tick(self) -> None:
        self.port.tick()
        for name, begin in (("freeze", self._freeze), ("vanish", self._vanish)):
            if not self._away and not self._frozen and self.vices.begins(name):
                begin(self.vices.value(name))
        if self._away or self._frozen:
            self._stand_still()
            return
        nonsense = self.vices.nonsense()
        if nonsense:
            self.port.write(nonsense)
        self.modem.tick()
        self.port.wants(self.modem.takes_more)

    def _stand_still(self) -> None:
        """The line goes on without it."""
        self.line.tick(None)
        self.line.after()
        if self._away:
            self._away -= 1
            if not self._away:
                self._place(self._next)
        else:
            self._frozen -= 1
            if not self._frozen:
                self._note("modem", "goes on")
                self.port.wants(self.modem.takes_more)

    def _freeze(self, length: float) -> None:
        self._frozen = max(1, round(length * _TICKS_PER_S))
        self.port.wants(False)
        self._note("modem", "freezes", f"for {length:g} s")

    def _vanish(self, length: float, renamed: bool = True) -> None:
        link = self.port.link
        if link is None:
            return
        self._away, self._frozen = max(1, round(length * _TICKS_PER_S)), 0
        self._next = next_name(link) if renamed else link
        self.modem.power_off()
        self.port.take()
        self._unlink_by_id()
        self.modem = self._powered()
        self._note("modem", "vanishes", str(link))

    def _place(self, link: Path) -> None:
        self.port.place(link)
        if self._by_id is not None:
            self._unlink_by_id()
            self._by_id.symlink_to(link.absolute())
        self._note("modem", "is ready", str(link))

    def _unlink_by_id(self) -> None:
        if self._by_id is not None and self._by_id.is_symlink():
            self._by_id.unlink()

    def _to_host(self, data: bytes) -> bool:
        return self.port.write(self.vices.to_host(data))

    async def host_is_ready(self) -> None:
        """Waits, on the modem's thread, until a host has written something, and for READY_AFTER no more."""
        clock = self.line.clock
        while self._written is None or clock.now() - self._written < READY_AFTER:
            await clock.sleep(TICK)

    def _from_host(self, data: bytes) -> None:
        self._written = self.line.clock.now()
        self.modem.feed(self.vices.from_host(data))
        self.port.wants(self.modem.takes_more)

    def _host_gone(self) -> None:
        self._note("host", "has closed the port")
        if not self._frozen:
            self.modem.hang_up()

    def _note(self, who: str, what: str, detail: str = "") -> None:
        self.journal.note(self.line.clock.now(), who, what, detail)
