"""Reads a HID report descriptor (Device Class Definition for HID 1.11, section 6.2.2): which bits of which
report are which usage.

It comes from a device, so it is hostile: its length, its reports' lengths, and how much of it is kept have
bounds, a range of usages is never written out, and what breaks them or the form is an InputError that names
the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ctidrv.errors import InputError

MOST_BYTES = 4096
"""Of a descriptor, as in Linux."""
MOST_BITS = 8 * 1024
"""Of a report."""
MOST_FIELDS = 256
_MOST_DEPTH = 16
_MOST_USAGES = 64
"""Of one main item; a device with more keys has them in a range."""

INPUT, OUTPUT = "input", "output"
_VARIABLE, _RELATIVE = 0x02, 0x04
_LONG = 0xFE
_PLAIN, _SIZE = (1 << 32) - 1, 40
"""Of an item's value as the steps have it: the value itself, and above it how many bytes it had."""


@dataclass(frozen=True, slots=True)
class Usages:
    """A usage, or a range of them: page << 16 | usage."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of a report. `bit`: counted from the report's first byte behind its number.

    A variable has one usage, and its bits are its value; an array's value, less `least`, is the place of the
    one usage that is on, in the order of `usages`. `report` 0: the device does not number its reports.
    """

    direction: str
    report: int
    bit: int
    bits: int
    variable: bool
    relative: bool
    least: int
    usages: tuple[Usages, ...]

    def usage(self, place: int) -> int | None:
        """An array's, of that place."""
        for each in self.usages:
            if 0 <= place < len(each):
                return each.first + place
            place -= len(each)
        return None


@dataclass(frozen=True, slots=True)
class Descriptor:
    """All of a device's. `fields`: those with a usage that was asked for; `lengths`: bytes of each report
    behind its number, by (direction, report); `applications`: the usages of its top collections."""

    fields: tuple[Field, ...]
    lengths: MappingProxyType[tuple[str, int], int]
    applications: tuple[int, ...]


@dataclass(slots=True)
class _Globals:
    page: int = 0
    least: int = 0
    size: int = 0
    count: int = 0
    report: int = 0


@dataclass(slots=True)
class _State:
    wanted: Collection[int]
    now: _Globals = field(default_factory=_Globals)
    pushed: list[_Globals] = field(default_factory=list)
    usages: list[tuple[Usages, bool]] = field(default_factory=list)
    first: int | None = None
    depth: int = 0
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    applications: list[int] = field(default_factory=list)


def parse(data: bytes, wanted: Collection[int]) -> Descriptor:
    """`wanted`: which usages are kept. InputError: what is wrong, and at which byte."""
    if len(data) > MOST_BYTES:
        raise InputError(f"HID descriptor of {len(data)} bytes: at most {MOST_BYTES}")
    state = _State(wanted)
    for at, tag, value, signed in _items(data):
        step = _STEPS.get(tag)
        try:
            if step is not None:
                step(state, value, signed)
        except InputError as error:
            raise InputError(f"HID descriptor, byte {at}: {error}") from None
    lengths = {key: (bits + 7) // 8 for key, bits in state.ends.items()}
    return Descriptor(tuple(state.fields), MappingProxyType(lengths), tuple(state.applications))


def _items(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(byte, tag with type, value with its size, value as a signed one); long items are skipped (6.2.2.3)."""
    at = 0
    while at < len(data):
        prefix = data[at]
        if prefix == _LONG:
            size, head = (data[at + 1] if at + 1 < len(data) else 0), 3
        else:
            size, head = (0, 1, 2, 4)[prefix & 3], 1
        body = data[at + head : at + head + size]
        if at + head + size > len(data):
            raise InputError(f"HID descriptor, byte {at}: ends in the midst of an item")
        if prefix != _LONG:
            value = int.from_bytes(body, "little") | size << _SIZE
            yield at, prefix & 0xFC, value, int.from_bytes(body, "little", signed=True)
        at += head + size


def _usage(state: _State, value: int, signed: int) -> None:
    _keep(state, Usages(value & _PLAIN, value & _PLAIN), value)


def _first(state: _State, value: int, signed: int) -> None:
    state.first = value & _PLAIN


def _last(state: _State, value: int, signed: int) -> None:
    first, state.first = state.first, None
    last = value & _PLAIN
    if first is None or last < first or last >> 16 != first >> 16:
        raise InputError("a range of usages without its beginning, or with its end before it")
    _keep(state, Usages(first, last), value)


def _keep(state: _State, usages: Usages, value: int) -> None:
    if len(state.usages) < _MOST_USAGES:
        state.usages.append((usages, value >> _SIZE == 4))


def _taken(state: _State) -> list[Usages]:
    """The local usages, whole: one of four bytes says its page itself, the others are of the page that holds
    at the main item (6.2.2.7), whatever it was before."""
    page = state.now.page << 16
    return [
        usages if whole else Usages(page | usages.first & 0xFFFF, page | usages.last & 0xFFFF)
        for usages, whole in state.usages
    ]


def _main(direction: str) -> Callable[[_State, int, int], None]:
    def main(state: _State, value: int, signed: int) -> None:
        now, usages = state.now, _taken(state)
        key = direction, now.report
        begin = state.ends.get(key, 0)
        end = begin + now.size * now.count
        if end > MOST_BITS:
            raise InputError(f"a report of {end} bits: at most {MOST_BITS}")
        state.ends[key] = end
        if value & _VARIABLE:
            _variables(state, direction, begin, bool(value & _RELATIVE), usages)
        elif now.size and any(_within(state, each) for each in usages):
            for place in range(min(now.count, MOST_FIELDS)):
                _field(state, direction, begin + place * now.size, False, False, tuple(usages))
        _forget(state)

    return main


def _within(state: _State, usages: Usages) -> list[int]:
    return sorted(usage for usage in state.wanted if usages.first <= usage <= usages.last)


def _variables(state: _State, direction: str, begin: int, relative: bool, usages: list[Usages]) -> None:
    """One usage each, in order. Where there are fewer the last one holds for the rest (6.2.2.8): of one usage
    a device has one key, so its first bits are it. A constant is padding only where it has no usage: real
    headsets call their keys constant."""
    now, place = state.now, 0
    for each in usages:
        for usage in _within(state, each):
            at = place + usage - each.first
            if now.size and at < now.count:
                _field(state, direction, begin + at * now.size, True, relative, (Usages(usage, usage),))
        place += len(each)


def _field(
    state: _State, direction: str, bit: int, variable: bool, relative: bool, usages: tuple[Usages, ...]
) -> None:
    now = state.now
    if now.size > 32:
        return  # no key and no lamp
    if len(state.fields) >= MOST_FIELDS:
        raise InputError(f"more than {MOST_FIELDS} keys and lamps")
    state.fields.append(Field(direction, now.report, bit, now.size, variable, relative, now.least, usages))


def _begin(state: _State, value: int, signed: int) -> None:
    if state.depth == 0 and state.usages and len(state.applications) < MOST_FIELDS:
        state.applications.append(_taken(state)[0].first)
    state.depth += 1
    if state.depth > _MOST_DEPTH:
        raise InputError(f"collections more than {_MOST_DEPTH} deep")
    _forget(state)


def _end(state: _State, value: int, signed: int) -> None:
    if state.depth == 0:
        raise InputError("the end of a collection that has not begun")
    state.depth -= 1
    _forget(state)


def _forget(state: _State) -> None:
    """Local items hold up to the next main item."""
    state.usages = []
    state.first = None


def _global(name: str, least: int, most: int, signed_one: bool = False) -> Callable[[_State, int, int], None]:
    def change(state: _State, value: int, signed: int) -> None:
        given = signed if signed_one else value & _PLAIN
        if not least <= given <= most:
            raise InputError(f"{name}: {given} is not from {least} to {most}")
        setattr(state.now, name, given)

    return change


def _push(state: _State, value: int, signed: int) -> None:
    if len(state.pushed) >= _MOST_DEPTH:
        raise InputError(f"pushed more than {_MOST_DEPTH} deep")
    state.pushed.append(replace(state.now))


def _pop(state: _State, value: int, signed: int) -> None:
    if not state.pushed:
        raise InputError("nothing was pushed that could be popped")
    state.now = state.pushed.pop()


_ANY = 1 << 31
_STEPS: dict[int, Callable[[_State, int, int], None]] = {
    0x80: _main(INPUT),
    0x90: _main(OUTPUT),
    0xB0: lambda state, value, signed: _forget(state),  # feature: nobody presses it
    0xA0: _begin,
    0xC0: _end,
    0x04: _global("page", 0, 0xFFFF),
    0x14: _global("least", -_ANY, _ANY, signed_one=True),
    0x74: _global("size", 0, MOST_BITS),
    0x94: _global("count", 0, MOST_BITS),
    0x84: _global("report", 1, 255),
    0xA4: _push,
    0xB4: _pop,
    0x08: _usage,
    0x18: _first,
    0x28: _last,
}
