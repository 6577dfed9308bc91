"""The call as it went: turns of V.21 and the fast carriers between them, in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from ctidrv.apps.fax.analysis.carriers import Carrier, Expected, Listener, Role
from ctidrv.apps.fax.analysis.envelope import Envelope
from ctidrv.apps.fax.analysis.facsimile import Frame, Session, Side, parse, rate_of, session_of
from ctidrv.apps.fax.analysis.low_speed import Turn, turns_of, without_echoes
from ctidrv.apps.fax.analysis.reading import Way
from ctidrv.native.pcm import Pcm
from ctidrv.units import ms

CHECK, DATA_SHORT, DATA_LONG = "check", "data", "data, long training"
_ANNOUNCED = {
    "DCS": CHECK,
    "CFR": DATA_SHORT,
    "MCF": DATA_SHORT,
    "PPR": DATA_SHORT,
    "ERR": DATA_SHORT,
    "PIP": DATA_SHORT,
    "CTR": DATA_LONG,
}
"""By the last frame of a turn: what comes on a fast carrier next."""
_ASKING = ("PPS", "MPS", "RR")
"""Frames behind whose answer the same end goes on with data."""
_APART = ms(60)
"""Between the end of a carrier and the search for the next one."""


@dataclass(frozen=True, slots=True)
class Message:
    """A frame of V.21. `frame`: None for a damaged one, or none of T.30's."""

    at: int
    channel: int
    octets: bytes
    is_good: bool
    frame: Frame | None
    turn: int
    """Its turn's place among the call's."""
    is_x_wrong: bool = False
    """It has another X bit than its end's other frames."""


@dataclass(slots=True)
class Call:
    """What was heard, in order of time; samples."""

    length: int
    channels: int
    envelopes: list[Envelope]
    turns: list[Turn]
    echoes: list[Turn]
    messages: list[Message] = field(default_factory=list)
    carriers: list[Carrier] = field(default_factory=list)
    sessions: list[tuple[int, Session]] = field(default_factory=list)
    """What each DCS ordered, and when; CTC too."""

    def side_of(self, turn: int) -> Side | None:
        """Who sends this turn: by its frames' X bits, most of them."""
        return _most([m.frame.side for m in self.messages if m.turn == turn and m.frame is not None])

    def session_at(self, at: int) -> Session | None:
        """The one that holds then."""
        return next((session for begin, session in reversed(self.sessions) if begin <= at), None)


def _most(sides: Sequence[Side]) -> Side | None:
    if not sides:
        return None
    return "caller" if 2 * sides.count("caller") > len(sides) else "called"


def follow(channels: Sequence[Pcm]) -> Call:
    """Reads a recording of one channel or two."""
    envelopes = [Envelope(sound) for sound in channels]
    found = [
        turn
        for number, (sound, envelope) in enumerate(zip(channels, envelopes, strict=True), 1)
        for turn in turns_of(sound, envelope, number)
    ]
    turns, echoes = without_echoes(found)
    call = Call(len(channels[0]), len(channels), envelopes, turns, echoes)
    sides = _sides(turns) if len(channels) == 2 else {}
    listeners = [
        Listener(sound, envelope, number)
        for number, (sound, envelope) in enumerate(zip(channels, envelopes, strict=True), 1)
    ]
    _gap(call, listeners, 0, turns[0].begin if turns else call.length, None)
    expected: _Announced | None = None
    for number, turn in sorted(enumerate(turns), key=lambda pair: pair[1].end):
        expected = _take(call, number, turn, expected, sides.get(turn.channel))
        later = [other.begin for other in turns if other.end > turn.end]
        _gap(call, listeners, turn.end, min(later, default=call.length), expected)
    return call


@dataclass(frozen=True, slots=True)
class _Announced:
    what: str
    side: Side | None
    channel: int | None
    is_sure: bool = True


def _sides(turns: Sequence[Turn]) -> dict[int, Side]:
    """Whose each channel is: by its frames' X bits, most of them."""
    sides: dict[int, Side] = {}
    for channel in (1, 2):
        frames = [parse(octets) for turn in turns if turn.channel == channel for octets in turn.good]
        most = _most([frame.side for frame in frames if frame is not None])
        if most is not None:
            sides[channel] = most
    return sides if len(set(sides.values())) == len(sides) else {}


def _take(
    call: Call, number: int, turn: Turn, before: _Announced | None, side: Side | None
) -> _Announced | None:
    """The frames of a turn; what they announce. `side`: whose its channel is."""
    announced = None
    for octets in turn.frames:
        frame = parse(octets.octets) if octets.is_good else None
        is_x_wrong = frame is not None and side is not None and frame.side != side
        if frame is not None and side is not None:
            frame = dataclasses.replace(frame, side=side)
        call.messages.append(
            Message(octets.at, turn.channel, octets.octets, octets.is_good, frame, number, is_x_wrong)
        )
        if frame is None:
            continue
        if frame.name == "DCS" and (session := session_of(frame)) is not None:
            call.sessions.append((octets.at, session))
            announced = _Announced(CHECK, frame.side, turn.channel)
        elif frame.name == "CTC" and (rate := rate_of(frame.info)) and (held := call.session_at(octets.at)):
            modem, bit_rate = rate
            call.sessions.append((octets.at, dataclasses.replace(held, modem=modem, bit_rate=bit_rate)))
        elif (what := _ANNOUNCED.get(frame.name)) is not None:
            sender = _sender(call)
            announced = _Announced(what, *(sender or (_other(frame.side), None)))
        elif frame.heard.name in _ASKING:  # the answer may be on a channel that is not there
            announced = _Announced(DATA_SHORT, frame.side, turn.channel, is_sure=False)
    if announced is None and before is not None and not turn.good:
        return dataclasses.replace(before, is_sure=False)  # not understood: it may still come
    return announced


def _other(side: Side) -> Side:
    return "called" if side == "caller" else "caller"


def _sender(call: Call) -> tuple[Side, int] | None:
    """Who sent the last DCS, and on which channel."""
    for message in reversed(call.messages):
        if message.frame is not None and message.frame.name == "DCS":
            return message.frame.side, message.channel
    return None


def _gap(
    call: Call, listeners: Sequence[Listener], begin: int, end: int, announced: _Announced | None
) -> None:
    """All carriers between two turns."""
    while end - begin > _APART:
        carrier = _next(call, listeners, begin, end, announced)
        if carrier is None:
            return
        call.carriers.append(carrier)
        begin = max(carrier.end, begin) + _APART
        if announced is not None and carrier.role == "check":
            announced = dataclasses.replace(announced, what=DATA_SHORT, is_sure=False)
        elif carrier.reading is None:
            return


def _next(
    call: Call, listeners: Sequence[Listener], begin: int, end: int, announced: _Announced | None
) -> Carrier | None:
    session = call.session_at(begin)
    expected = _expected(session, announced)
    chosen = [announced.channel] if announced and announced.channel else [1, 2]
    for number, listener in enumerate(listeners, 1):
        if number in chosen:
            carrier = listener.first(begin, end, expected)
            if carrier is not None:
                return carrier
    return None


def _expected(session: Session | None, announced: _Announced | None) -> Expected | None:
    if announced is None:
        return None
    ecm = session is not None and session.ecm
    role: Role = "check" if announced.what == CHECK else "blocks" if ecm else "page"
    if session is None:
        return Expected(role, (), announced.side, announced.is_sure)
    hdlc = role == "blocks"
    long = Way(session.modem, session.bit_rate, hdlc, False)
    short = Way(session.modem, session.bit_rate, hdlc, True)
    ways = [long] if role == "check" or session.modem != "v17" else [short, long]
    if announced.what == DATA_LONG:
        ways.reverse()
    return Expected(role, ways, announced.side, announced.is_sure)
