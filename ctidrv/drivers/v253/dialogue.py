"""What a modem is asked before it is used: question by question, without I/O.

The first time everything is asked, and each command that sets it up is a line of its own, for a modem may
refuse one. One that comes back, and by ATI0 is what it was, is set up by what it took then, in few lines: it
may answer each of them late.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ctidrv.drivers.class1.carriers import ASKS, carriers, numbers
from ctidrv.drivers.v253.formats import CODINGS, Format, best, parse
from ctidrv.drivers.v253.personas import PERSONAS, Persona, persona_of
from ctidrv.errors import PortError
from ctidrv.native.fax_modem import Modem

MOST_LINES = 64
"""Of one answer that are looked at."""
MOST_AGAIN = 2
"""So often a question is asked again whose OK came without what it asks for: that OK may be a late one, of
what the modem was told before."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`needed`: an ERROR is one."""

    key: str
    command: str
    needed: bool = True

    @property
    def has_lines(self) -> bool:
        """Before its OK."""
        return self.command.endswith("?") or self.key.startswith("I0")


@dataclass(frozen=True, slots=True)
class Identity:
    """What kind of modem it is."""

    persona: Persona
    format: Format
    caller_id: bool
    answers: frozenset[tuple[str, ...]] = frozenset()
    """To ATI0, asked twice: by either it is known again, for of one a byte may have been lost on the way."""
    lines: tuple[str, ...] = ()
    """Of commands that set it up."""
    fax: frozenset[Modem] = frozenset()
    """The carriers that it has for faxes, in class 1 (ITU-T T.31) beside voice; empty: none."""


LINE = 60
"""Characters of a command line at most: no modem is known that takes less."""
_RESET = Ask("reset", "ATZ", needed=False)
_PLAIN = Ask("plain", "ATE0V1Q0")
_NAME = Ask("I0", "ATI0", needed=False)
_NAME_AT_ONCE = Ask("I0", "ATE0V1Q0I0", needed=False)
"""Of one that is known, in one line: it may answer late."""
_NAME_AT_LAST = Ask("I0 at last", "ATI0", needed=False)
_CLASS_1 = (
    Ask("class 1", "AT+FCLASS=1", needed=False),
    Ask("sends", ASKS[0], needed=False),
    Ask("receives", ASKS[1], needed=False),
    Ask("voice again", "AT+FCLASS=8"),
)
_UNTOLD: frozenset[Modem] = frozenset({"v27ter", "v29"})
"""Of a modem that has class 1 and does not say what it sends and receives: what the first ones had."""
_FIRST = (
    Ask("classes", "AT+FCLASS=?", needed=False),
    Ask("voice", "AT+FCLASS=8"),
    Ask("VSM", "AT+VSM=?", needed=False),
    Ask("VCDT", "AT+VCDT=?", needed=False),
)


@dataclass(slots=True)
class Dialogue:
    """`next` gives a question, `answer` takes what came of it. `wanted`: a persona's name or "auto";
    `coding`: a name of CODINGS or "auto"."""

    wanted: str = "auto"
    coding: str = "auto"
    known: Identity | None = None
    found: Identity | None = None
    _asks: list[Ask] = field(default_factory=list)
    _answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _setup: list[str] = field(default_factory=list)
    _stage: int = 0
    _again: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._asks = [_NAME_AT_ONCE] if self.known else [_RESET, _PLAIN, _NAME]

    def next(self) -> Ask | None:
        """None once all has been asked: `found` is set then. PortError for a modem that will not do."""
        while not self._asks and self._stage < 2:
            self._stage += 1
            self._asks += self._first() if self._stage == 1 else self._second()
        if self._asks:
            return self._asks.pop(0)
        if self.found is None:
            self.found = self._made()
        return None

    def answer(self, ask: Ask, ok: bool, lines: list[str]) -> None:
        """PortError where the modem cannot do what is needed."""
        told = tuple(line for line in lines[:MOST_LINES] if not line.upper().startswith("AT"))  # no echo
        if self._again[ask.command] < self._times(ask, ok, told):
            self._again[ask.command] += 1
            self._asks.insert(0, ask)
            return
        self._answers[ask.key] = told
        if ok:
            self._taken.add(ask.key)
            if ask.key in _SETS_UP or ask.key.startswith("cid"):
                self._setup.append(ask.command)
            if ask.key.startswith("cid"):
                self._asks = [each for each in self._asks if not each.key.startswith("cid")]
        elif ask.key == "again":  # another one, which says the same of itself
            self.known, self._stage, self._asks = None, 1, [_RESET, _PLAIN, *_FIRST]
        elif ask.needed:
            raise PortError(f"the modem refuses {ask.command}: {_ADVICE.get(ask.key, 'it has no voice')}")

    def _times(self, ask: Ask, ok: bool, told: tuple[str, ...]) -> int:
        """How often it may be asked again after this: a byte of it, or of its answer, may have been lost."""
        if ok and not told and ask.has_lines:
            return MOST_AGAIN
        unlike = self.known is not None and ask.key == "I0" and told not in self.known.answers
        return int(unlike or (ask.key == "again" and not ok))

    @property
    def _known_again(self) -> bool:
        return self.known is not None and self._answers.get("I0", ()) in self.known.answers

    def _first(self) -> list[Ask]:
        if self.known and self._known_again:
            return [Ask("again", line) for line in self.known.lines]
        return [_RESET, _PLAIN, *_FIRST] if self.known else list(_FIRST)

    def _second(self) -> list[Ask]:
        """Once it is known what it is: how it is set up."""
        if self._known_again:
            return []
        classes = ",".join(self._answers.get("classes", ()))
        if "classes" in self._taken and not re.search(r"(?<!\d)8(?!\d)", classes):
            raise PortError(
                f"this modem has no voice: of its classes, {classes[:60] or 'none'}, 8 is missing"
            )
        persona, chosen = self._persona(), self._format()
        callers = [
            Ask(f"cid{index}", command, needed=False) for index, command in enumerate(persona.caller_id)
        ]
        setup = [Ask("setup", command, needed=False) for command in persona.setup]
        coded = Ask("coded", f"AT+VSM={chosen.number},8000")
        fax = _CLASS_1 if self._names_class_1 else ()
        return [*fax, *callers, *setup, coded, Ask("on hook", persona.drop), _NAME_AT_LAST]

    @property
    def _names_class_1(self) -> bool:
        return re.search(r"(?<![\d.])1(?![\d.])", ",".join(self._answers.get("classes", ()))) is not None

    def _fax(self) -> frozenset[Modem]:
        if "class 1" not in self._taken:
            return frozenset()
        sends, receives = self._answers["sends"], self._answers["receives"]
        return carriers(sends, receives) if numbers(sends) and numbers(receives) else _UNTOLD

    def _persona(self) -> Persona:
        if self.wanted in PERSONAS:
            return PERSONAS[self.wanted]
        return persona_of(self._answers)

    def _format(self) -> Format:
        told = parse(self._answers.get("VSM", ()))
        if not told:
            numbers = self._persona().formats or {}
            named = " ".join(self._answers.get("VSM", ()))
            told = [
                Format(number, CODINGS[name])
                for number, name in numbers.items()
                if re.search(rf"(?<!\d){number}(?!\d)", named)
            ]
        chosen = best(each for each in told if self.coding in ("auto", each.coding.name))
        if chosen is None:
            names = " | ".join(self._answers.get("VSM", ()))[:120] or "none"
            raise PortError(f"no voice format of this modem will do (8,000 Hz, {self._codings()}): {names}")
        return chosen

    def _codings(self) -> str:
        return ", ".join(CODINGS) if self.coding == "auto" else self.coding

    def _made(self) -> Identity:
        if self.known and self._known_again:
            return self.known
        caller_id = any(key.startswith("cid") for key in self._taken)
        lines = joined(self._setup)
        answers = frozenset(self._answers.get(key, ()) for key in ("I0", "I0 at last"))
        return Identity(self._persona(), self._format(), caller_id, answers, lines, self._fax())


def joined(commands: Iterable[str]) -> tuple[str, ...]:
    """In as few lines as hold them (V.250, clause 5.4.5: extended commands are parted by semicolons)."""
    lines: list[str] = []
    for command in commands:
        if lines and len(lines[-1]) + len(command) - 1 <= LINE:
            lines[-1] += ";" + command.removeprefix("AT")
        else:
            lines.append(command)
    return tuple(lines)


_SETS_UP = ("voice", "setup", "coded", "on hook")

_ADVICE = {
    "voice again": "it does not come back from class 1",
    "voice": "it has no voice, or its firmware is too old (a USR 5637 needs the latest)",
    "plain": "it does not take ATE0V1Q0; is it a modem?",
    "coded": "it does not take the voice format that it names",
}
