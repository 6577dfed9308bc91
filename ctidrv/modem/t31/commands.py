"""The commands of a T.31 modem by name: what each does, and what it answers (ITU-T V.250, T.31). Tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ctidrv.modem.at_line import Command, NoCommand, check_number
from ctidrv.modem.settings import SWITCHES
from ctidrv.modem.t31.actions import Action, Answer, Dial, Quiet, Silence
from ctidrv.modem.t31.modulations import MODULATIONS, V21
from ctidrv.modem.t31.receiving import ReceiveData, ReceiveFrames
from ctidrv.modem.t31.sending import SendData, SendFrames
from ctidrv.modem.wording import Result

if TYPE_CHECKING:
    from ctidrv.modem.t31.modem import T31

Told: TypeAlias = "Action | Result | Sequence[str]"
"""What takes its time, a result at once, or lines and the next command."""

CLASSES = ("0", "1", "1.0")
MOST_HUNDREDTHS = 255
TABLE = {
    "+FAE": ("0", "0-1"),  # adaptive answer, in class 1 and 1.0
    "+FAA": ("0", "0-1"),
    "+FAR": ("0", "0-1"),  # V.21 instead of the carrier of +FRM goes on as +FRH=3
    "+FCL": ("0", "0-255"),  # 0.1 s: a carrier that fails is waited for; 0: 0.4 s
    "+FDD": ("0", "0-1"),  # two octets 0x10 as DLE SUB
    "+FIT": ("0,0", "0-255/0-1"),
    "+FLO": ("2", "0-2"),  # 1: XON and XOFF
    "+FPR": ("0", "0-48"),  # the port has no rate
    "+IFC": ("2,2", "0-3/0-2"),
    "+ICF": ("3,3", "0-6/0-3"),
    "+IPR": ("0", "0-230400"),
    "+VCID": ("0", "0-2"),
}
"""Parameters: default, and ranges of each value, by ``/``."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the modem says of itself. `carriers`: those it has, by the numbers of T.31."""

    maker: str
    model: str
    revision: str
    carriers: frozenset[int] = frozenset(MODULATIONS)


NOBODY = Identity("ctidrv", "Class 1 fax modem", "1.0")


def execute(modem: T31, command: Command) -> Told:
    """NoCommand for what this modem does not have."""
    name, settings = command.name, modem.settings
    if name in _COMMANDS:
        return _COMMANDS[name](modem, command)
    if name in _ACTIONS:
        return _action(modem, command)
    if settings.knows(name):
        return settings.parameter(command)
    if re.fullmatch("S[0-9]+", name):
        return settings.register(command)
    if name in SWITCHES:
        settings.switch(command)
        return ()
    if name == "":
        return ()
    raise NoCommand(name)


_TIMES = tuple(range(MOST_HUNDREDTHS + 1))
_DATA = tuple(number for number in MODULATIONS if number != V21)
_ACTIONS: dict[str, tuple[tuple[int, ...], Callable[[T31, int], Action]]] = {
    "+FTS": (_TIMES, Silence),
    "+FRS": (_TIMES, Quiet),
    "+FTM": (_DATA, SendData),
    "+FRM": (_DATA, ReceiveData),
    "+FTH": (tuple(MODULATIONS), SendFrames),
    "+FRH": (tuple(MODULATIONS), ReceiveFrames),
}
"""Numbers that it takes, and what does it."""


def _action(modem: T31, command: Command) -> Told:
    """In class 1, with the line taken."""
    takes, makes = _ACTIONS[command.name]
    if takes is not _TIMES:
        takes = tuple(number for number in takes if number in modem.identity.carriers)
    if command.how == "=?":
        return [f"0-{MOST_HUNDREDTHS}" if takes is _TIMES else ",".join(map(str, takes))]
    number = int(command.value) if re.fullmatch("[0-9]{1,3}", command.value) else -1
    if command.how != "=" or number not in takes or modem.fax_class == "0" or not modem.phone.off_hook:
        raise NoCommand(command.name)
    return makes(modem, number)


def _class(modem: T31, command: Command) -> Told:
    if command.how == "?":
        return [modem.fax_class]
    if command.how == "=?":
        return [",".join(CLASSES)]
    if command.how != "=":
        raise NoCommand(command.value)
    if command.value not in CLASSES:
        if not modem.leaves(command.value):
            raise NoCommand(command.value)
        return Result.OK
    modem.fax_class = command.value
    return ()


def _dial(modem: T31, command: Command) -> Told:
    check_number(command.value)
    if modem.fax_class == "0":
        return Result.NO_CARRIER  # there is no data modem in it
    return Dial(modem, command.value)


def _answer(modem: T31, command: Command) -> Told:
    return Result.NO_CARRIER if modem.fax_class == "0" else Answer(modem)


def _hook(modem: T31, command: Command) -> Told:
    if command.value not in ("", "0"):
        raise NoCommand(command.value)
    modem.phone.hang_up()
    return ()


def _identity(modem: T31, command: Command) -> Told:
    who = modem.identity
    texts = {0: who.model, 1: "000", 2: None, 3: who.revision, 4: who.maker}
    which = int(command.value or 0)
    if which not in texts:
        raise NoCommand(command.name)
    text = texts[which]
    return () if text is None else [text]


def _text(of: Callable[[Identity], str]) -> Callable[[T31, Command], Told]:
    def tell(modem: T31, command: Command) -> Told:
        if command.how not in ("", "?"):
            raise NoCommand(command.name)
        return [of(modem.identity)]

    return tell


def _nothing(does: Callable[[T31], None]) -> Callable[[T31, Command], Told]:
    def do(modem: T31, command: Command) -> Told:
        does(modem)
        return ()

    return do


_COMMANDS: dict[str, Callable[[T31, Command], Told]] = {
    "A": _answer,
    "D": _dial,
    "H": _hook,
    "I": _identity,
    "O": lambda modem, command: Result.NO_CARRIER,
    "Z": _nothing(lambda modem: modem.reset()),
    "&F": _nothing(lambda modem: modem.factory()),
    "&V": lambda modem, command: modem.settings.told(),
    "&W": _nothing(lambda modem: modem.store()),
    "+GMI": _text(lambda who: who.maker),
    "+GMM": _text(lambda who: who.model),
    "+GMR": _text(lambda who: who.revision),
    "+FMI": _text(lambda who: who.maker),
    "+FMM": _text(lambda who: who.model),
    "+FMR": _text(lambda who: who.revision),
    "+GCAP": lambda modem, command: ["+GCAP: +FCLASS"],
    "+FCLASS": _class,
}
