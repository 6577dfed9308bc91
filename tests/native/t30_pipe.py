"""Two procedures of a fax call joined by a pipe of bits in virtual time, that loses what a test says.

A pipe keeps T.30's times (preamble, training, rates) but has no sound. What is sent while the other end
sends, or listens for something else, is not heard.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ctidrv.errors import NativeError
from ctidrv.native import t30_frames
from ctidrv.native.fax_line import FaxTurn
from ctidrv.native.fax_modem import FaxHeard, FaxQuality, Kind, Modem
from ctidrv.native.t30 import T30, T30Config, T30Event

STEP = 160
"""Samples."""
_TRAINING_MS = {"v27ter": 900, "v29": 250, "v17": 1400}
_SHORT_MS = 150
_FLAGS_MS, _PREAMBLE_MS = 200, 800
"""Until a receiver knows V.21's flags, and the rest of them."""
_END_MS = {"v21": 20, "v27ter": 400, "v29": 400, "v17": 400}
"""Until a receiver is sure that a carrier has ended."""

Fate = Literal["whole", "bad", "lost"]
Judge = Callable[["Station", str, bytes], Fate]
"""Who sends; a frame's name, or ``carrier:`` and the turn's kind, or ``octets``; the octets."""


def fair(_sender: Station, _what: str, _octets: bytes) -> Fate:
    return "whole"


def losing(what: str, times: int, by: str | None = None, fate: Fate = "lost") -> Judge:
    """The first so many of one kind are lost, of one station where `by` names it."""
    left = times

    def judge(sender: Station, kind: str, _octets: bytes) -> Fate:
        nonlocal left
        if kind == what and by in (None, sender.name) and left > 0:
            left -= 1
            return fate
        return "whole"

    return judge


def dice(seed: int, share: float, kinds: tuple[str, ...] = ()) -> Judge:
    """Every frame and block of octets (`kinds`: these only) is lost or damaged by chance."""
    random_ = random.Random(seed)

    def judge(_sender: Station, kind: str, _octets: bytes) -> Fate:
        if (kinds and kind not in kinds) or random_.random() >= share:
            return "whole"
        return random_.choice(("bad", "lost"))

    return judge


@dataclass
class Station:
    """An end of the pipe: its procedure, and the modem that does its turns."""

    name: str
    t30: T30
    pages: list[tuple[bytes, int]] = field(default_factory=list)
    """Rows and width that it gives when they are wanted."""
    turn: FaxTurn | None = None
    events: list[T30Event] = field(default_factory=list)
    frames: list[tuple[str, str]] = field(default_factory=list)
    """Which frames it ``sent`` and ``heard``."""
    turns: list[FaxTurn] = field(default_factory=list)
    due: float = 0.0
    part: str = ""
    waiting: bytes = b""
    heard_by_other: bool = True
    ends: tuple[float, Modem] | None = None
    """The carrier that it heard is known to be over then."""
    unheard_ms: float | None = None
    """So long last its pages that the other end does not hear, as those of a sender that fills none."""
    page_ends: float | None = None

    @property
    def sends(self) -> bool:
        return self.part != ""

    @property
    def is_over(self) -> bool:
        return self.turn is not None and self.turn.kind == "hang_up"

    def of_kind(self, kind: str) -> list[T30Event]:
        return [event for event in self.events if event.kind == kind]

    @property
    def result(self) -> str | None:
        return self.of_kind("done")[-1].what if self.of_kind("done") else None

    @property
    def taken(self) -> list[T30Event]:
        return self.of_kind("page-taken")

    @property
    def sent_states(self) -> list[str | None]:
        return [event.what for event in self.of_kind("page-sent")]


class Pipe:
    """A call from `caller` to `answerer`."""

    def __init__(self, caller: Station, answerer: Station, judge: Judge = fair) -> None:
        self.stations = (caller, answerer)
        self.judge = judge
        self.now = 0
        for station in self.stations:
            self._new_turn(station)

    def run(self, seconds: float = 1800.0) -> float:
        """Until both have hung up, or so long; seconds that it took."""
        begin = self.now
        while not all(s.is_over for s in self.stations) and self.now - begin < seconds * 8000:
            self.step()
        return (self.now - begin) / 8000

    def step(self) -> None:
        self.now += STEP
        for at, station in enumerate(self.stations):
            self._listen(station)
            self._send(station, self.stations[1 - at])
        for station in self.stations:
            station.t30.run(STEP)
            self._events(station)
            self._new_turn(station)

    def _new_turn(self, station: Station) -> None:
        turn = station.t30.turn()
        if turn is None:
            return
        station.turn, station.part = turn, ""
        station.turns.append(turn)
        if turn.kind in ("frames", "data", "ced"):
            station.part, station.due = "silence", self.now + turn.silence
        elif turn.kind == "hang_up":
            self._hang_up(station)

    def _hang_up(self, station: Station) -> None:
        """The other end hears nothing of it, but its line's busy tone after a while."""
        self.hung_up_at = self.now

    def _events(self, station: Station) -> None:
        for event in station.t30.events():
            station.events.append(event)
            if event.kind in ("sent-frame", "heard-frame"):
                station.frames.append((event.kind.split("-")[0], str(event.what)))
            if event.kind == "page-wanted" and event.page < len(station.pages):
                rows, width = station.pages[event.page]
                assert width == event.width
                station.t30.page(event.page, rows, width)

    def _hear(
        self, station: Station, modem: Modem, kind: Kind, octets: bytes = b"", *, is_lost: bool = False
    ) -> None:
        turn = station.turn
        if station.sends or turn is None or turn.kind not in ("listen", "cng"):
            return
        if modem != "v21" and modem != turn.modem:
            return
        quality = FaxQuality(-20.0, 35.0, 0.01, 0.0, 0.0, is_lost) if modem != "v21" else None
        station.t30.heard(modem, FaxHeard(kind, self.now, -20.0, octets), quality)
        self._new_turn(station)

    def _listen(self, station: Station) -> None:
        if station.ends is not None and self.now >= station.ends[0]:
            modem, station.ends = station.ends[1], None
            self._hear(station, modem, "end")

    def _send(self, station: Station, other: Station) -> None:
        turn = station.turn
        while station.sends and self.now >= station.due and turn is station.turn and turn is not None:
            if turn.kind == "ced":
                self._send_tone(station, other, turn)
            elif station.part == "silence":
                self._begin(station, other, turn)
            elif station.part == "begin":
                self._flags(station, other, turn)
            elif station.part == "preamble":
                station.part = "body"
            elif turn.kind == "frames" or turn.hdlc:
                self._send_frame(station, other, turn)
            else:
                self._send_octets(station, other, turn)

    def _send_tone(self, station: Station, other: Station, turn: FaxTurn) -> None:
        if station.part == "silence":
            station.part, station.due = "tone", station.due + turn.ms * 8
        else:
            if other.turn is not None and other.turn.kind == "cng":
                other.t30.tone("ced")
            self._end(station)

    def _modem(self, turn: FaxTurn) -> Modem:
        return "v21" if turn.kind == "frames" else turn.modem

    def _begin(self, station: Station, other: Station, turn: FaxTurn) -> None:
        station.part = "begin"
        fast = turn.kind == "data"
        ms = (_SHORT_MS if turn.short_training else _TRAINING_MS[turn.modem]) if fast else _FLAGS_MS
        station.due += ms * 8
        station.heard_by_other = self.judge(station, f"carrier:{turn.kind}", b"") == "whole"
        station.page_ends = None
        if fast and turn.short_training and not station.heard_by_other and station.unheard_ms is not None:
            station.page_ends = station.due + station.unheard_ms * 8
        listens = other.turn
        if fast and station.heard_by_other and not other.sends and listens is not None:
            same = (listens.modem, listens.bit_rate, listens.hdlc, listens.short_training) == (
                turn.modem,
                turn.bit_rate,
                turn.hdlc,
                turn.short_training,
            )
            self._hear(other, turn.modem, "training")
            if not same:
                station.heard_by_other = False
                self._hear(other, turn.modem, "failed")

    def _flags(self, station: Station, other: Station, turn: FaxTurn) -> None:
        station.part = "preamble"
        station.due += _PREAMBLE_MS * 8 if turn.kind == "frames" else 0
        if station.heard_by_other:
            self._hear(other, self._modem(turn), "carrier")
            if turn.kind == "frames" or turn.hdlc:
                self._hear(other, self._modem(turn), "flags")

    def _deliver(self, station: Station, other: Station, what: str, octets: bytes) -> None:
        turn = station.turn
        assert turn is not None
        fate = self.judge(station, what, octets)
        if not station.heard_by_other or (fate == "lost" and what != "octets"):
            return
        if what == "octets":
            heard = {
                "whole": octets,
                "bad": bytes(octet ^ 0x5A for octet in octets),
                "lost": bytes(len(octets)),
            }
            self._hear(other, turn.modem, "octets", heard[fate], is_lost=fate == "lost")
        else:
            self._hear(other, self._modem(turn), "frame" if fate == "whole" else "bad", octets)

    def _send_frame(self, station: Station, other: Station, turn: FaxTurn) -> None:
        if station.waiting:
            octets, station.waiting = station.waiting, b""
            self._deliver(station, other, name_of(octets), octets)
        octets = station.t30.frame()
        if not octets:
            self._carrier_ends(station, other, turn)
            return
        station.waiting = octets
        station.due += 8000 * (len(octets) + 3) * 8 / rate_of(turn)

    def _send_octets(self, station: Station, other: Station, turn: FaxTurn) -> None:
        if station.waiting:
            octets, station.waiting = station.waiting, b""
            self._deliver(station, other, "octets", octets)
        octets = station.t30.data(rate_of(turn) // 400)
        if not octets or (station.page_ends is not None and station.due >= station.page_ends):
            self._carrier_ends(station, other, turn)
            return
        station.waiting = octets
        station.due += 8000 * len(octets) * 8 / rate_of(turn)

    def _carrier_ends(self, station: Station, other: Station, turn: FaxTurn) -> None:
        modem = self._modem(turn)
        if station.heard_by_other:
            other.ends = (self.now + _END_MS[modem] * 8, modem)
        self._end(station)

    def _end(self, station: Station) -> None:
        station.part = ""
        station.t30.sent()
        self._new_turn(station)


def rate_of(turn: FaxTurn) -> int:
    assert turn.bit_rate is not None
    return turn.bit_rate


def name_of(octets: bytes) -> str:
    try:
        return t30_frames.parse(octets).name
    except NativeError:
        return "unknown"


def station(name: str, config: T30Config, pages: list[tuple[bytes, int]] | None = None) -> Station:
    return Station(name, T30(config), pages or [])
