"""`DahdiStandIn`: an analogue card whose nodes any program opens, in real time, on a thread. Linux, root.

    with DahdiStandIn(Path("nodes"), fxo=2, fxs=1) as card:
        card.order("call 5551234 ANN LEE")        # rings channel 1
        card.order("line 2 call 5551234")

Its lines end at the simulated exchange, a telephone is at each FXS port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ctidrv.errors import InputError
from ctidrv.native.dahdi_card import RED
from ctidrv.native.pcm import Pcm
from hwsim.devices.dahdi.card import CardOnLines
from hwsim.devices.dahdi.fuse_nodes import card_nodes
from hwsim.devices.dahdi.telephones import numbered, use
from hwsim.devices.dahdi.vices import VICES
from hwsim.devices.fuse.folder import FuseFolder
from hwsim.devices.people import People, no_file
from hwsim.devices.real_time import RealTime
from hwsim.devices.told import Journal, Told
from hwsim.devices.vices import TICKS_PER_S, Vices
from hwsim.listener import Note
from hwsim.subscriber import Subscriber

GROUP = "dialout"
"""Whose the nodes are, as udev's rules have it."""
NEON = 22
"""An event that means nothing: message waiting is off."""
HYBRID_MS = 0.375
"""From a port's sound to its echo: of its own hybrid, which fxotune can tune."""
MOST_EVENTS = 1000


class DahdiStandIn:
    """`fxo` channels to the exchange, then `fxs` with a telephone each. `board`: settings of the simulated
    exchange (hwsim/board.py). `vices`: as ``--vice`` has them. `tell`: is called, on the card's thread, with
    whatever happens. `configured`: False: as before dahdi_cfg. InputError, PortError."""

    def __init__(
        self,
        nodes: Path,
        *,
        fxo: int = 1,
        fxs: int = 0,
        country: str = "US",
        board: Mapping[str, Any] | None = None,
        seed: int = 1,
        vices: Iterable[str] = (),
        configured: bool = True,
        tell: Callable[[Told], None] | None = None,
        read: Callable[[str], Pcm] = no_file,
    ) -> None:
        self.journal = Journal(tell)
        """Of "card" and the telephones, by number; those at the card are "telephone N", N the channel."""
        self.vices = Vices(VICES, seed)
        for vice in vices:
            self.vices.turn(vice)
        settings = {"country": country, "echo_ms": HYBRID_MS, "phones": fxo + 1, **(board or {})}
        self.lines = CardOnLines(settings, fxo=fxo, fxs=fxs, seed=seed, configured=configured)
        self._place, self._fxo = nodes, fxo
        self._left: dict[str, int] = {}  # ticks that a thing that has begun still lasts
        self._owed = 0  # ticks to catch up
        self.time = RealTime(self._tick)
        self.time.ppm = self.vices.value("clock")
        self._nodes = FuseFolder(
            self.time.loop, card_nodes(self.lines.card), gid=_group(), ended=self._unmounted
        )
        taken: dict[Subscriber, People] | None = {} if fxo > 1 else None
        self.people = [
            People(self.lines.board, self.lines.number(channel), self._note, read, taken=taken)
            for channel in range(1, fxo + 1)
        ]
        """Of each line, the first channel's first."""
        for channel, operator in enumerate(self.lines.board.operators, fxo + 1):
            operator.on_note = self._noter(f"telephone {channel}")

    # From any thread.

    def __enter__(self) -> DahdiStandIn:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """PortError when the nodes cannot be mounted."""
        self.time.start()
        self.time.do(self._mount)

    def close(self) -> None:
        """Safe twice."""
        if self._nodes.folder is not None:
            self.time.do(self._nodes.take)
        self.time.stop()
        self.lines.close()

    def order(self, text: str, within: float = 150.0) -> None:
        """As `obey`; returns when it is done."""
        self.time.wait(self.obey(text), within)

    async def obey(self, order: str) -> None:
        """A line of text, on the card's thread: an order of `hwsim.devices.people`, of the first line or by
        ``line N`` of another (a ``hangup`` of no line: of all), or

            telephone N lift|hangup|flash|press DIGITS|dial DIGITS|pulse DIGITS      at an FXS port
            battery N off|on                        of a line: its pair is cut, or mended
            red     green     remove     return     of the card
            late                  tells how many ticks it has made late
            vice NAME[=VALUE]     virtue NAME

        InputError, NotHeard.
        """
        word, _, rest = order.strip().partition(" ")
        if word == "line":
            number, _, rest = rest.strip().partition(" ")
            await self.people[numbered("line", number, 1, self._fxo) - 1].do(rest)
        elif word == "telephone":
            await self._telephone(rest)
        elif word == "hangup":
            for people in self.people:
                await people.hang_up()
        elif word in self._orders:
            self._orders[word](self, rest.strip())
        else:
            await self.people[0].do(order, also=["line", "telephone", *self._orders])

    # On the card's thread.

    def _mount(self) -> None:
        self._nodes.place(self._place)
        if self._nodes.note is not None:
            self._tell("notes", self._nodes.note)
        self._tell("is ready", str(self._place))
        for vice in self.vices.names:
            self._tell("has the vice", vice)

    def _unmounted(self) -> None:
        self._tell("is unmounted", str(self._place))

    def _tick(self) -> None:
        self._misbehave()
        if self._left.get("late-ticks", 0) > 0:
            self._owed += 1
            return
        for _ in range(1 + self._owed):
            self.lines.tick()
            self.lines.after()
        self._owed = 0
        self._nodes.changed()

    def _misbehave(self) -> None:
        for name, (begin, end) in self._lasting.items():
            left = self._left.get(name, 0)
            if left == 1:
                end(self)
            if left > 0:
                self._left[name] = left - 1
            elif self.vices.begins(name):
                self._left[name] = max(1, round(self.vices.value(name) * TICKS_PER_S))
                begin(self)
        if self.vices.begins("event-overflow"):
            count = min(MOST_EVENTS, int(self.vices.value("event-overflow")))
            for channel in range(1, self.lines.card.channels + 1):
                self.lines.card.events(channel, NEON, count)
            self._tell("has events", f"{count} on each channel")

    def _red(self, _: str = "") -> None:
        self.lines.card.alarm(RED)
        self._tell("is in red alarm")

    def _green(self, _: str = "") -> None:
        self.lines.card.alarm(0)
        self._tell("is well again")

    def _remove(self, _: str = "") -> None:
        self.lines.card.removed(True)
        self._tell("is taken out")

    def _return(self, _: str = "") -> None:
        self.lines.card.removed(False)
        self._tell("is put back")

    def _stand_still(self) -> None:
        self._tell("stands still")

    def _go_on(self) -> None:
        self._tell("goes on")

    def _late(self, _: str) -> None:
        self._tell("was late", str(self.time.late_ticks))

    def _battery(self, words: str) -> None:
        number, _, how = words.partition(" ")
        channel = numbered("battery", number, 1, self._fxo)
        if how not in ("on", "off"):
            raise InputError(f"battery {words}: N on, or N off")
        exchange = self.lines.board.exchange
        exchange.fault(exchange.lines[channel - 1], "cut" if how == "off" else None)
        self._tell(f"has battery {how}", f"on line {channel}")

    async def _telephone(self, words: str) -> None:
        number, _, rest = words.partition(" ")
        operators = self.lines.board.operators
        place = numbered("telephone", number, self._fxo + 1, self._fxo + len(operators))
        what, _, digits = rest.strip().partition(" ")
        await use(operators[place - self._fxo - 1], what, digits.strip())

    def _turn(self, text: str) -> None:
        self._tell("has the vice", self.vices.turn(text))
        self.time.ppm = self.vices.value("clock")

    def _turn_off(self, name: str) -> None:
        self.vices.off(name)
        self.time.ppm = self.vices.value("clock")

    _lasting: ClassVar[dict[str, tuple[Callable[[DahdiStandIn], None], Callable[[DahdiStandIn], None]]]] = {
        "late-ticks": (_stand_still, _go_on),
        "red": (_red, _green),
        "unplug": (_remove, _return),
    }
    _orders: ClassVar[dict[str, Callable[[DahdiStandIn, str], None]]] = {
        "battery": _battery,
        "late": _late,
        "red": _red,
        "green": _green,
        "remove": _remove,
        "return": _return,
        "vice": _turn,
        "virtue": _turn_off,
    }

    def _tell(self, what: str, detail: str = "") -> None:
        self._note("card", what, detail)

    def _noter(self, who: str) -> Callable[[Note], None]:
        return lambda note: self._note(who, note.what, note.detail)

    def _note(self, who: str, what: str, detail: str = "") -> None:
        self.journal.note(self.lines.clock.now(), who, what, detail)


def _group() -> int | None:
    """None where there is no such group."""
    import grp

    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None
