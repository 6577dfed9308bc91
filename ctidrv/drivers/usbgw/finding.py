"""Finds the telephone that is meant, opens it, and asks which model it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ctidrv.drivers.usbgw.cm109 import Cm109
from ctidrv.drivers.usbgw.door import DoorUsb, Found, Gone, find
from ctidrv.drivers.usbgw.models import FIRST_CM109, MODELS, Model
from ctidrv.drivers.usbgw.seen import Telephone
from ctidrv.drivers.usbgw.yealink import Yealink
from ctidrv.errors import PortError

AUTO = "auto"
_CMEDIA = 0x0D8C
"""Vendor."""


@dataclass(frozen=True, slots=True)
class Present:
    """One that is open."""

    found: Found
    door: DoorUsb
    telephone: Telephone


class Finder:
    """`device`: as `door.find` has it; `model`: a name of MODELS, or "auto": the first that is found is the
    model from then on. `pause`: waits so many seconds."""

    def __init__(self, device: str, model: str, backend: Any, pause: Callable[[float], object]) -> None:
        self.model: Model | None = MODELS.get(model)
        self._device, self._backend, self._pause = device, backend, pause

    def find(self) -> Present:
        """The first that is meant, can be had, and is of the model. PortError tells of all that cannot, or
        that there is none."""
        why = []
        # Sound sticks have a CM109's numbers, too: what can be asked comes first.
        for found in sorted(find(self._device, self._backend), key=lambda each: each.vendor == _CMEDIA):
            try:
                present = self._open(found)
            except PortError as error:
                why.append(str(error))
            else:
                self.model = present.telephone.model
                return present
        if not why:
            which = "no USB telephone" if self._device == AUTO else f"no USB telephone {self._device}"
            why = [f"{which} is plugged in: plug one in, or correct `device` (ctidrv doctor)"]
        raise PortError("; ".join(why))

    def _open(self, found: Found) -> Present:
        wanted = self.model
        family = "cm109" if found.vendor == _CMEDIA else "yealink"
        if wanted is not None and wanted.family != family:
            raise PortError(f"{found.name}: it is no {wanted.label}")
        door = DoorUsb(found)
        try:
            telephone = self._telephone(door, family)
        except BaseException as error:
            door.close()
            if isinstance(error, Gone | PortError):
                raise PortError(f"{found.name}: {error}") from None
            raise
        return Present(found, door, telephone)

    def _telephone(self, door: DoorUsb, family: str) -> Telephone:
        wanted = self.model
        if family == "cm109":
            return Cm109(door, wanted or FIRST_CM109)
        telephone = Yealink(door, self._pause)
        if wanted is not None and telephone.model is not wanted:
            raise PortError(f"it is a {telephone.model.label}, not a {wanted.label}: correct `model`")
        return telephone
