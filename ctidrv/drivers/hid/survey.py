"""Which HID telephones are plugged in, and what each has: opened, read and let go; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.drivers.hid.door import Hidapi, HidInfo
from ctidrv.drivers.hid.reports import Reports
from ctidrv.errors import CtiError


@dataclass(frozen=True, slots=True)
class Found:
    """One. `why`: it is of no use, in words; then it has no keys and lamps."""

    info: HidInfo
    keys: tuple[str, ...] = ()
    lamps: tuple[str, ...] = ()
    why: str | None = None


def survey(door: Hidapi | None = None) -> list[Found]:
    """PortError: the package hidapi is missing, or the system does not say what is plugged in."""
    door = door or Hidapi()
    return [_one(door, info) for info in door.devices()]


def _one(door: Hidapi, info: HidInfo) -> Found:
    try:
        device = door.open(info)
    except CtiError as error:
        return Found(info, why=str(error))
    try:
        reports = Reports(device.descriptor)
    except CtiError as error:
        return Found(info, why=f"{info.name}: {error}")
    finally:
        device.close()
    keys = sorted(key.value for key in reports.keys)
    return Found(info, tuple(keys), tuple(sorted(lamp.value for lamp in reports.lamps)))
