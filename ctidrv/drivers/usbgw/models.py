"""What each model can and how it is asked, as a table; nothing here talks to a device.

Sources: as `packets.py`; for the CM109's key matrices Linux' drivers/input/misc/cm109.c.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ctidrv.drivers.usbgw import packets
from ctidrv.drivers.usbgw.packets import Packet
from ctidrv.ports.api import Kind

LIFT, PUT_DOWN, FLASH = "lift", "put-down", "flash"
"""Keys that are no digits."""


@dataclass(frozen=True, slots=True)
class Bit:
    """Of an answer's data: what it says is so when the bit is `when`."""

    command: int
    byte: int
    mask: int
    when: bool = True

    def read(self, packet: Packet) -> bool | None:
        """None: this answer does not tell."""
        if packet.command != self.command:
            return None
        return bool(packet.data[self.byte] & self.mask) is self.when


@dataclass(frozen=True, slots=True)
class Ring:
    """The orders that make it ring, once and for each burst; `audio`: by sound played on it."""

    on: Packet
    off: Packet
    before: tuple[Packet, ...] = ()
    """Each time before it is switched on."""
    audio: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """`family`: "yealink" or "cm109". `kind`: of its telephone's port."""

    name: str
    label: str
    family: str
    kind: Kind
    keys: Mapping[int, str]
    """By their code: a digit, LIFT, PUT_DOWN, FLASH."""
    generation: int = 1
    versions: tuple[tuple[int, int], ...] = ()
    """From, to."""
    polls: tuple[Packet, ...] = ()
    """In turn."""
    every_s: float = 0.1
    """From one poll to the next."""
    off_hook: Bit | None = None
    """None: it has no hook; LIFT and PUT_DOWN are keys."""
    line_rings: Bit | None = None
    """Of the exchange line at its second socket."""
    ring: Ring | None = None
    begin: tuple[Packet, ...] = ()
    """Orders once it is known."""
    lamps: Mapping[bool, Packet] = field(default_factory=dict)
    """By whether its telephone is in use."""

    @property
    def has_line(self) -> bool:
        """It has a socket for the exchange line, and a relay."""
        return self.line_rings is not None


_WORDS = {"L": LIFT, "E": PUT_DOWN, "F": FLASH}


def _rows(*rows: str) -> dict[int, str]:
    """Keys by row and column, high and low half of their code; `.`: none that is of use."""
    return {
        (high << 4) + low: _WORDS.get(key, key)
        for high, row in enumerate(rows)
        for low, key in enumerate(row)
        if key != "."
    }


def _matrix(*rows: str) -> dict[int, str]:
    """The same of a CM109: a bit for the row, a bit for the column."""
    return {(16 << (code >> 4)) + (1 << (code & 15)): key for code, key in _rows(*rows).items()}


def _notes(*tones: tuple[int, int]) -> tuple[Packet, ...]:
    """P1K: Hz and hundredths of a second, each 16 bits, the first negative; zeros end them."""
    sound = (
        b"".join((-hz & 0xFFFF).to_bytes(2, "big") + long.to_bytes(2, "big") for hz, long in tones) + b"\0\0"
    )
    most = packets.DATA[1]
    return tuple(Packet(packets.NOTES, sound[at : at + most], at) for at in range(0, len(sound), most))


_KEY_POLL = Packet(packets.KEY_NUMBER)
_BOX_KEYS = {**{digit: str(digit) for digit in range(10)}, 0x0B: "*", 0x0C: "#"}
_BOX_RING = Ring(Packet(packets.BELL, b"\1"), Packet(packets.BELL, b"\0"))
_BOX_BEGIN = (Packet(packets.DIAL_TONE, b"\0"), _BOX_RING.off)
_PHONE_LAMPS = {used: Packet(packets.LAMP, bytes([not used])) for used in (False, True)}
_WARBLE = ((1250, 12), (1000, 12)) * 4
_P1KH_NOTES = Packet(packets.NOTES, bytes([-1250 & 0xFF, 12, -1000 & 0xFF, 12, 0, 0]))
_LOUD = Packet(packets.VOLUME, b"\xef")

_YEALINK = (
    Model(
        "p1k",
        "Yealink P1K telephone",
        "yealink",
        Kind.HANDSET,
        _rows("123L", "456E", "789", "*0#"),
        versions=((0x0100, 0x01FF),),
        polls=(_KEY_POLL,),
        ring=Ring(Packet(packets.BUZZER, b"\x24"), Packet(packets.BUZZER, b"\0")),
        begin=(_LOUD, *_notes(*_WARBLE)),
        lamps=_PHONE_LAMPS,
    ),
    Model(
        "p4k",
        "Yealink P4K telephone",
        "yealink",
        Kind.HANDSET,
        _rows(".369#", ".2580F", ".147*"),
        versions=((0x0230, 0x02FF),),
        polls=(_KEY_POLL, Packet(packets.HOOK_STATE)),
        every_s=0.05,
        off_hook=Bit(packets.HOOK_STATE, 0, 0x10, when=False),
        ring=Ring(Packet(packets.SPEAKER, b"\1"), Packet(packets.SPEAKER, b"\0"), audio=True),
        begin=(Packet(packets.DIAL_TONE, b"\0"),),
    ),
    Model(
        "b2k",
        "Yealink B2K box",
        "yealink",
        Kind.FXS,
        _BOX_KEYS,
        versions=((0x0520, 0x053F), (0x0570, 0x058F)),
        polls=(_KEY_POLL, Packet(packets.BOX_STATE)),
        every_s=0.05,
        off_hook=Bit(packets.BOX_STATE, 0, 0x02),
        line_rings=Bit(packets.BOX_STATE, 0, 0x01),
        ring=_BOX_RING,
        begin=_BOX_BEGIN,
    ),
    Model(
        "b3g",
        "Yealink B3G box",
        "yealink",
        Kind.FXS,
        _BOX_KEYS,
        versions=((0x0540, 0x056F),),
        polls=(Packet(packets.KEY_NUMBER, bytes(3)),),
        off_hook=Bit(packets.KEY_NUMBER, 2, 0x01, when=False),
        line_rings=Bit(packets.KEY_NUMBER, 1, 0x01),
        ring=_BOX_RING,
        begin=_BOX_BEGIN,
    ),
    Model(
        "p1kh",
        "Yealink P1KH telephone",
        "yealink",
        Kind.HANDSET,
        _rows("123L.456E.789..*", "0#"),
        generation=2,
        every_s=0.05,
        ring=Ring(Packet(packets.BUZZER, b"\xff"), Packet(packets.BUZZER, b"\0"), before=(_P1KH_NOTES,)),
        begin=(_LOUD,),
        lamps=_PHONE_LAMPS,
    ),
)


def _cm109(name: str, label: str, *matrix: str) -> Model:
    return Model(name, label, "cm109", Kind.HANDSET, _matrix(*matrix), every_s=0.02)


_CM109 = (
    _cm109("kip1000", "Komunikate KIP1000 telephone", "321", "654", "987E", "#0*L"),
    _cm109("g-talk", "Genius G-talk telephone", "048L", "159E", "26#", "37*"),
    _cm109("usbph01", "Corega USBPH01 telephone", "048L", "159E", "26#", "37*"),
    _cm109("au-100", "ATCom AU-100 telephone", "123L", "456E", "789", "*0#"),
)
MODELS = {model.name: model for model in (*_YEALINK, *_CM109)}
FIRST_CM109 = _CM109[0]
"""What one is taken for that nobody has named: its numbers do not tell the matrix."""


def by_version(version: int) -> Model | None:
    """A generation 1's, by what it says; None: none that is known."""
    for model in _YEALINK:
        if any(least <= version <= most for least, most in model.versions):
            return model
    return None
