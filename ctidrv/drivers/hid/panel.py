"""A headset's keys and lamps as a table: TABLE[state, input] -> (next state, actions). No I/O, and the clock
is given.

    IDLE --a call rings--> RINGING --hook--> TALKING --hook, drop--> IDLE         mute, flash: in TALKING

The host owns the state: a headset lights nothing by itself, and takes back what its user pressed unless the
host tells it so at once. What a headset says in answer to a lamp is no press (`ANSWERS_S`); where its hook
switch then says otherwise than we do, it is told again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from enum import Enum, auto
from types import MappingProxyType

from ctidrv.drivers.hid.reports import Change, Reports
from ctidrv.drivers.hid.usages import Key, Lamp

ANSWERS_S = 0.2
"""How long what comes after a lamp was told may be its answer."""
APART_S = 0.05
"""Between two tellings of lamps, or two presses of one key: a contact that bounces is faster, and a flood."""
HELD_S = 1.0
"""A mute key that says its state absolutely and comes up sooner was pressed; one that comes up later was let
go by its state."""


class State(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"


class Input(Enum):
    """What can happen."""

    # its user
    LIFTED = auto()  # a hook switch that says its state
    PUT_DOWN = auto()
    TURNED = auto()  # a hook switch that says that its state turns
    MUTE = auto()
    FLASH = auto()
    DROP = auto()
    REJECT = auto()
    # the station
    RINGS = auto()
    RINGS_NO_MORE = auto()
    OFF_HOOK = auto()
    ON_HOOK = auto()


class Do(Enum):
    """What is to be done: by the board, but for the last two."""

    ANSWER = auto()
    HANG_UP = auto()
    SILENCE = auto()  # its bell, for this call
    MUTE = auto()
    UNMUTE = auto()
    FLASH = auto()
    DIGIT = auto()
    DIGIT_UP = auto()
    TURN_MUTE = auto()
    AGAIN = auto()  # the headset is told how things are: nothing came of the key


_AGAIN = (State.IDLE, (Do.AGAIN,))
_ANSWERED = (State.TALKING, (Do.ANSWER,))
_SILENCED = (State.RINGING, (Do.SILENCE,))
_HUNG_UP = (State.IDLE, (Do.HANG_UP,))

_ROWS: dict[State, dict[Input, tuple[State, tuple[Do, ...]]]] = {
    State.IDLE: {
        Input.LIFTED: _AGAIN,
        Input.TURNED: _AGAIN,
        Input.MUTE: _AGAIN,
        Input.RINGS: (State.RINGING, ()),
        Input.OFF_HOOK: (State.TALKING, ()),
    },
    State.RINGING: {
        Input.LIFTED: _ANSWERED,
        Input.TURNED: _ANSWERED,
        Input.MUTE: (State.RINGING, (Do.AGAIN,)),
        Input.DROP: _SILENCED,
        Input.REJECT: _SILENCED,
        Input.RINGS_NO_MORE: (State.IDLE, ()),
        Input.OFF_HOOK: (State.TALKING, ()),
        Input.ON_HOOK: (State.IDLE, ()),
    },
    State.TALKING: {
        Input.PUT_DOWN: _HUNG_UP,
        Input.TURNED: _HUNG_UP,
        Input.DROP: _HUNG_UP,
        Input.MUTE: (State.TALKING, (Do.TURN_MUTE,)),
        Input.FLASH: (State.TALKING, (Do.FLASH,)),
        Input.ON_HOOK: (State.IDLE, ()),
    },
}
TABLE = MappingProxyType({(state, seen): row for state, rows in _ROWS.items() for seen, row in rows.items()})
_ANSWERED_BY = {
    Key.HOOK: (Lamp.OFF_HOOK,),
    Key.MUTE: (Lamp.MUTE, Lamp.OFF_HOOK),  # with its hook it may put its mute back, too
}
_PLAIN = {Key.FLASH: Input.FLASH, Key.DROP: Input.DROP, Key.REJECT: Input.REJECT}


class Panel:
    """Of one headset, whatever device is plugged in for it. Not from two threads at once. `clock`:
    seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.state = State.IDLE
        self.muted = False
        self.held = False
        self._clock = clock
        self._silenced = False
        self._reports: Reports | None = None
        self._lit: Set[Lamp] | None = None
        """As the device was told last; None: it has to be told all."""
        self._bytes: dict[int, bytes] = {}
        self._told_at = dict.fromkeys(Lamp, self._clock())
        self._wrote_at = -APART_S
        self._pressed_at: dict[tuple[Key, str], float] = {}
        self._off_hook: bool | None = None
        """As its switch says, where it says its state."""
        self._doubt = False
        """It said something in a time that is not believed."""

    # The device.

    def plugged(self, reports: Reports | None) -> None:
        """Another device, or none; what it says at first is how it was before."""
        now = self._clock()
        self._reports, self._lit, self._bytes = reports, None, {}
        self._told_at = dict.fromkeys(Lamp, now)
        self._wrote_at = now - APART_S
        self._pressed_at.clear()
        self._off_hook, self._doubt = None, False

    def lit(self) -> Set[Lamp]:
        """What is to be lit now."""
        if self.state is State.TALKING:
            more = {Lamp.MUTE: self.muted, Lamp.HOLD: self.held}
            return {Lamp.OFF_HOOK, *(lamp for lamp, on in more.items() if on)}
        return {Lamp.RING} if self.state is State.RINGING and not self._silenced else set()

    def due(self) -> list[bytes]:
        """The reports that are to be written now; who asks writes them."""
        now, reports = self._clock(), self._reports
        if reports is None or now < self._wrote_at + APART_S:
            return []
        if self._doubt and now >= self._told_at[Lamp.OFF_HOOK] + ANSWERS_S:
            self._doubt = False
            if self._off_hook is not (self.state is State.TALKING):
                self._lit, self._bytes = None, {}
        lit = self.lit()
        if lit == self._lit:
            return []
        for lamp in Lamp:
            if self._lit is None or (lamp in lit) != (lamp in self._lit):
                self._told_at[lamp] = now
        was, self._bytes = self._bytes, reports.write(lit)
        self._lit, self._wrote_at = lit, now
        return [data for report, data in self._bytes.items() if was.get(report) != data]

    def put_out(self) -> list[bytes]:
        """The reports that leave all lamps dark, for the end."""
        return [] if self._reports is None else list(self._reports.write(set()).values())

    def report(self, data: bytes) -> Iterable[tuple[Do, str]]:
        """What the board is to do about one of the device's; with the digit, where it is one."""
        if self._reports is None:
            return ()
        changes = list(self._reports.read(data))
        return [step for change in changes if (step := self._change(change)) is not None]

    def _change(self, change: Change) -> tuple[Do, str] | None:
        now = self._clock()
        if change.key is Key.HOOK and not change.relative:
            self._off_hook = change.on
        pressed = self._pressed(change, now)
        if any(now < self._told_at[lamp] + ANSWERS_S for lamp in _ANSWERED_BY.get(change.key, ())):
            self._doubt = self._doubt or (change.key is Key.HOOK and not change.relative)
            return None
        if change.key is Key.DIGIT and self.state is State.TALKING:
            return (Do.DIGIT if change.on else Do.DIGIT_UP), change.digit
        for do in () if pressed is None else self._feed(pressed):
            if do is Do.AGAIN:
                self._lit, self._bytes = None, {}
            elif do is Do.TURN_MUTE:
                self.muted = not self.muted
                self._told_at[Lamp.MUTE] = now
                return (Do.MUTE if self.muted else Do.UNMUTE), ""
            else:
                self._silenced = self._silenced or do is Do.SILENCE
                return do, ""
        return None

    def _pressed(self, change: Change, now: float) -> Input | None:
        which = change.key, change.digit
        last = self._pressed_at.get(which)
        if change.key is Key.HOOK and not change.relative:
            return Input.LIFTED if change.on else Input.PUT_DOWN
        if not change.on:
            by_state = change.key is Key.MUTE and not change.relative and self.muted
            return Input.MUTE if by_state and last is not None and now > last + HELD_S else None
        self._pressed_at[which] = now
        if last is not None and now < last + APART_S:
            return None
        if change.key is Key.HOOK:
            return Input.TURNED
        return Input.MUTE if change.key is Key.MUTE else _PLAIN.get(change.key)

    # The station.

    def rings(self, on: bool) -> None:
        """A call rings, or rings no more."""
        self._feed(Input.RINGS if on else Input.RINGS_NO_MORE)

    def hook(self, off_hook: bool) -> None:
        """The port is off hook, or on hook."""
        self._feed(Input.OFF_HOOK if off_hook else Input.ON_HOOK)

    def talk(self, *, muted: bool, held: bool) -> None:
        """How the talk stands, by order; on hook nothing."""
        if self.state is State.TALKING:
            self.muted, self.held = muted, held

    def _feed(self, seen: Input) -> tuple[Do, ...]:
        state, actions = TABLE.get((self.state, seen), (self.state, ()))
        if state is not self.state:
            if State.TALKING in (state, self.state):
                # From now on, not only from its lamp on, which may have to wait.
                self._told_at[Lamp.OFF_HOOK] = self._clock()
            self.state = state
            self.muted = self.held = self._silenced = False
        return actions
