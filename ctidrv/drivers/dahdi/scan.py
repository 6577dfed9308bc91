"""Which channels there are, as DAHDI's control node tells: what each faces, and whether it is configured."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctidrv.drivers.dahdi import numbers
from ctidrv.drivers.dahdi.door import CTL, Door
from ctidrv.errors import PortError

_MOST_SPANS, MOST_CHANNELS = 128, 1023
_TOTAL_AT, _SPAN_DESC, _SPAN_DESC_SIZE = 124, 24, 40
_SPANNO, _SIGTYPE, _SIGCAP, _NAME, _ALARMS = 4, 12, 16, 48, 132
DIALOUT = "add this user to the group of the nodes (Debian: sudo usermod -aG dialout USER), then log in again"


@dataclass(frozen=True, slots=True)
class Channel:
    """`signalling`: as system.conf names it; None: none that an analogue port has, or not configured yet."""

    number: int
    name: str
    span: int
    faces: str
    """"FXO" (the exchange) or "FXS" (a telephone): what the port is named by."""
    signalling: str | None
    configured: bool
    red: bool
    """Its line is dead, or nothing is plugged in."""


def scan(door: Door) -> list[Channel]:
    """All analogue channels. PortError."""
    try:
        control = door.open(CTL)
    except OSError as error:
        raise PortError(refused(f"{door.place}/ctl", error)) from error
    try:
        return list(_channels(door, control))
    finally:
        door.close(control)


def refused(what: str, error: OSError) -> str:
    """Why a node is not to be had, and what to do."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{what}: no permission: {DIALOUT}"
    return f"{what}: {error.strerror or error}"


def _spans(door: Door, control: int) -> int:
    """How many channels all spans have together."""
    total = 0
    for span in range(1, _MOST_SPANS):
        told = numbers.integer(span) + bytearray(numbers.SPAN_BYTES - 4)
        try:
            door.ioctl(control, numbers.SPANSTAT, told)
        except OSError:
            continue
        total += max(0, numbers.value(told, _TOTAL_AT))
    return total


def _channels(door: Door, control: int) -> Iterator[Channel]:
    left = _spans(door, control)
    for number in range(1, MOST_CHANNELS + 1):
        if left <= 0:
            return
        told = numbers.integer(number) + bytearray(numbers.PARAMS_BYTES - 4)
        try:
            door.ioctl(control, numbers.GET_PARAMS, told)
        except OSError:
            continue
        left -= 1
        found = _channel(number, told)
        if found is not None:
            yield found


def _channel(number: int, told: bytearray) -> Channel | None:
    sig, cap = numbers.value(told, _SIGTYPE), numbers.value(told, _SIGCAP)
    if sig in numbers.FACES_EXCHANGE or sig in numbers.FACES_TELEPHONE:
        faces = "FXO" if sig in numbers.FACES_EXCHANGE else "FXS"
    else:
        faces = numbers.could_face(cap)
    if not faces:
        return None
    return Channel(
        number,
        numbers.text(told, _NAME, 40),
        numbers.value(told, _SPANNO),
        faces,
        numbers.SIGNALLING.get(sig),
        sig != 0,
        bool(numbers.value(told, _ALARMS) & numbers.RED),
    )


def choose(found: Sequence[Channel], wanted: Sequence[int] | None, place: str) -> list[Channel]:
    """Those that the board is to have; None: all that are configured. PortError."""
    if not found:
        raise PortError(f"{place}: no analogue channel is there: see dahdi_scan and `ctidrv doctor`")
    by_number = {channel.number: channel for channel in found}
    if wanted is None:
        chosen = [channel for channel in found if channel.signalling]
        if not chosen:
            raise PortError(_not_configured(found))
        return chosen
    missing = [number for number in wanted if number not in by_number]
    if missing:
        there = ", ".join(str(number) for number in by_number)
        raise PortError(f"{place}: channel {missing[0]} is no analogue channel; there are {there}")
    chosen = [by_number[number] for number in wanted]
    without = [channel for channel in chosen if not channel.signalling]
    if without:
        raise PortError(_not_configured(without))
    return chosen


def _not_configured(channels: Sequence[Channel]) -> str:
    return (
        f"channel {channels[0].number} ({channels[0].name}) is not configured: write {written(channels)} "
        "and run sudo dahdi_cfg -vv"
    )


def written(channels: Sequence[Channel]) -> str:
    """What system.conf is to say of them."""
    lines = {"FXO": "fxsks", "FXS": "fxoks"}
    says = "; ".join(f"{lines[each.faces]}={each.number}" for each in channels[:4])
    return f"{says} into /etc/dahdi/system.conf"
