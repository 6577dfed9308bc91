"""What the bytes of a device's reports say of its keys, and the bytes that light its lamps."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from ctidrv.drivers.hid.descriptor import INPUT, OUTPUT, Descriptor, Field, parse
from ctidrv.drivers.hid.usages import DIGITS, KEYS, LAMPS, Key, Lamp
from ctidrv.errors import InputError


@dataclass(frozen=True, slots=True)
class Change:
    """A key went down (`on`), or up. `relative`: the device says that its state turns, not what it is."""

    key: Key
    on: bool
    relative: bool = False
    digit: str = ""


class Reports:
    """Of one device: its keys as they were last told, and which lamps it has.

    Reports of no known number are not ours, those of a wrong length are of no use: both are counted
    (`strange`).
    """

    def __init__(self, descriptor: bytes) -> None:
        """InputError: the descriptor is malformed, or has neither hook switch nor mute key nor lamp."""
        read = parse(descriptor, {*KEYS, *LAMPS})
        inputs = [(field, _keys_of(field)) for field in read.fields if field.direction == INPUT]
        self._keys = [(field, keys) for field, keys in inputs if keys]
        self._lamps = _lamps_of(read)
        self._lengths = read.lengths
        self._numbered = any(report for _, report in read.lengths)
        self._was: dict[int, int | None] = dict.fromkeys(range(len(self._keys)))
        self.lamps: Set[Lamp] = self._lamps.keys()
        self.keys: Set[Key] = {key for _, keys in self._keys for key, _ in keys.values()}
        self.strange = 0
        if not self.lamps and not self.keys & {Key.HOOK, Key.MUTE}:
            raise InputError("this device has neither a hook switch nor a mute key nor a lamp of a telephone")

    def read(self, data: bytes) -> Iterator[Change]:
        """What has changed by a report, its number in front where the device numbers them. Keys that come up
        are told before those that go down."""
        report, body = (data[:1], data[1:]) if self._numbered else (b"\0", data)
        length = self._lengths.get((INPUT, report[0])) if report else None
        if length is None or len(body) < length:
            self.strange += 1
            return iter(())
        changes: list[Change] = []
        for place, (field, keys) in enumerate(self._keys):
            if field.report == report[0]:
                changes += self._changed(place, field, keys, _bits(body, field))
        return iter(sorted(changes, key=lambda change: change.on))

    def _changed(
        self, place: int, field: Field, keys: dict[int, tuple[Key, str]], value: int
    ) -> Iterator[Change]:
        was, self._was[place] = self._was[place], value
        if field.variable:
            key, digit = next(iter(keys.values()))
            if bool(value) != bool(was):
                yield Change(key, bool(value), field.relative, digit)
        elif was is not None and value != was:  # an array at rest may say anything: the first tells what
            for number, on in ((was, False), (value, True)):
                usage = field.usage(number - field.least)
                if usage in keys:
                    key, digit = keys[usage]
                    yield Change(key, on, field.relative, digit)

    def write(self, lit: Set[Lamp]) -> dict[int, bytes]:
        """The reports in which the lamps are told, by number; the number leads each, 0 where the device does
        not number them (as hidapi has it)."""
        bodies: dict[int, bytearray] = {}
        for lamp, fields in self._lamps.items():
            for field in fields:
                size = self._lengths[OUTPUT, field.report]
                body = bodies.setdefault(field.report, bytearray(size))
                if lamp in lit:
                    body[field.bit // 8] |= 1 << field.bit % 8
        return {report: bytes([report, *body]) for report, body in bodies.items()}


def _keys_of(field: Field) -> dict[int, tuple[Key, str]]:
    """By usage."""
    return {
        usage: (key, DIGITS.get(usage, ""))
        for usage, key in KEYS.items()
        if any(each.first <= usage <= each.last for each in field.usages)
    }


def _lamps_of(read: Descriptor) -> dict[Lamp, list[Field]]:
    lamps: dict[Lamp, list[Field]] = {}
    for field in read.fields:
        lamp = LAMPS.get(field.usages[0].first)
        if field.direction == OUTPUT and field.variable and lamp is not None:
            lamps.setdefault(lamp, []).append(field)
    return lamps


def _bits(body: bytes, field: Field) -> int:
    first = field.bit // 8
    last = (field.bit + field.bits + 7) // 8
    return int.from_bytes(body[first:last], "little") >> field.bit % 8 & ((1 << field.bits) - 1)
