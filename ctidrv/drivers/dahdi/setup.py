"""A channel, opened and made ready for the tick: on hook, linear, blocks of 20 ms, canceller and gains."""

from __future__ import annotations

import errno
from array import array

from ctidrv.drivers.dahdi import numbers
from ctidrv.drivers.dahdi.door import Door
from ctidrv.drivers.dahdi.scan import Channel, refused
from ctidrv.drivers.dahdi.settings import Wanted
from ctidrv.errors import PortError
from ctidrv.native import g711
from ctidrv.native.dahdi_board import FXO, FXS, Port
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK

BUFFERS = 8
ECHO_TAPS = 128
"""16 ms, of the card's canceller or of ours."""


def open_channel(door: Door, channel: Channel, wanted: Wanted) -> int:
    """Its handle. PortError."""
    where = f"channel {channel.number} ({channel.name})"
    try:
        handle = door.open(channel.number)
    except OSError as error:
        raise PortError(_why(door, channel, where, error)) from error
    try:
        _set_up(door, handle, channel, wanted)
    except OSError as error:
        door.close(handle)
        raise PortError(refused(where, error)) from error
    return handle


def _why(door: Door, channel: Channel, where: str, error: OSError) -> str:
    if error.errno == errno.EBUSY:
        holder = door.holder(channel.number) or "another program, or another board of this station"
        return f"{where} is held by {holder}: stop it, or leave the channel out"
    if error.errno == errno.ENXIO:
        return f"{where} is not configured: see /etc/dahdi/system.conf and run sudo dahdi_cfg -vv"
    return refused(where, error)


def _set_up(door: Door, handle: int, channel: Channel, wanted: Wanted) -> None:
    order(door, handle, numbers.HOOK, numbers.ONHOOK)
    if wanted.law != "auto":
        order(door, handle, numbers.SETLAW, numbers.LAWS[wanted.law])
    door.ioctl(handle, numbers.SET_BUFINFO, numbers.buffers(BUFFERS, TICK))
    order(door, handle, numbers.SETLINEAR, 1)
    _try(door, handle, numbers.TONEDETECT, 0)  # each digit once: the core hears them
    if wanted.rx_db or wanted.tx_db:
        door.ioctl(handle, numbers.SETGAINS, gains(wanted, _law(door, handle), channel.number))
    if channel.faces == "FXS":
        _try(door, handle, numbers.VMWI_CONFIG, numbers.LAMPS[wanted.lamp])
    order(door, handle, numbers.FLUSH, numbers.FLUSH_ALL)


def port_of(door: Door, handle: int, channel: Channel, wanted: Wanted) -> Port:
    """What the core has to know of it. PortError."""
    tells_late = _try(door, handle, numbers.BUFFER_EVENTS, 1)
    kind = FXO if channel.faces == "FXO" else FXS
    return Port(kind, _echo_taps(door, handle, channel, wanted), tells_late)


def _echo_taps(door: Door, handle: int, channel: Channel, wanted: Wanted) -> int:
    """Turns the card's or the kernel's canceller on; how many taps ours is to have. PortError: the card's is
    wanted, and there is none."""
    if wanted.echo in ("off", "own"):
        _try(door, handle, numbers.ECHOCANCEL, 0)
        return ECHO_TAPS if wanted.echo == "own" else 0
    if _try(door, handle, numbers.ECHOCANCEL, ECHO_TAPS) and _try(door, handle, numbers.ECHOTRAIN, 0):
        return 0  # of no length: it is refused where there is no canceller
    if wanted.echo == "card":
        raise PortError(
            f"channel {channel.number} ({channel.name}) has no echo canceller: write "
            f"echocanceller=mg2,{channel.number} into /etc/dahdi/system.conf and run sudo dahdi_cfg -vv, "
            'or leave echo = "card" out'
        )
    return ECHO_TAPS


def _law(door: Door, handle: int) -> str:
    params = bytearray(numbers.PARAMS_BYTES)
    door.ioctl(handle, numbers.GET_PARAMS, params)
    return "alaw" if numbers.value(params, numbers.CURLAW_AT) == numbers.LAWS["alaw"] else "ulaw"


def gains(wanted: Wanted, law: str, channel: int = 0) -> bytearray:
    """``dahdi_gains``: of each octet what it becomes, received and sent."""
    octets = bytes(range(256))
    tables = bytearray()
    for db in (wanted.rx_db, wanted.tx_db):
        factor = 10 ** (db / 20)
        plain = array("h", g711.decode(octets, law).bytes)
        louder = array("h", [max(-32768, min(32767, round(sample * factor))) for sample in plain])
        tables += g711.encode(Pcm.from_bytes(louder.tobytes()), law) if db else octets
    return numbers.integer(channel) + tables


def order(door: Door, handle: int, request: int, value: int) -> None:
    """OSError."""
    door.ioctl(handle, request, numbers.integer(value))


def _try(door: Door, handle: int, request: int, value: int) -> bool:
    """What not every card or version has."""
    try:
        order(door, handle, request, value)
    except OSError:
        return False
    return True
