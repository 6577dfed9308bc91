"""The driver of USB telephones and boxes on simulated ones, in virtual time."""

from __future__ import annotations

from pathlib import Path

from ctidrv.clock import SampleClock
from ctidrv.drivers.usbgw.board import GatewayBoard
from ctidrv.drivers.usbgw.session import Wanted
from ctidrv.ports.api import Board, Kind, PortInfo
from ctidrv.ports.conformance import AtTelephone, Conformance
from ctidrv.units import RATE
from hwsim.conformance import TELEPHONE_LOSS_DB
from hwsim.devices.usbgw.stand_in import GatewayStandIn
from hwsim.devices.usbgw.user import User
from hwsim.far_ends import AtPort, Scene


class UsbRig:
    """Of a model: a box with a telephone at it, or a telephone and its user."""

    def __init__(self, model: str) -> None:
        self._clock = SampleClock()
        self._scene = Scene()
        self._device = GatewayStandIn(model, clock=self._clock)
        self._wanted = Wanted(model=model)
        self._user = User(self._device)
        self._far: AtTelephone = self._user
        if self._device.sockets is not None:
            self._far = AtPort(self._scene, self._device.telephone, loss_db=TELEPHONE_LOSS_DB)

    def make_board(self) -> Board:
        return GatewayBoard(
            "box",
            self._wanted,
            backend=self._device.backend,
            sounds=self._device.sounds,
            now=lambda: self._clock.now() / RATE,
            threaded=False,
        )

    def tick(self, now: int) -> None:
        self._clock.advance(now)
        self._user.turn()
        self._device.tick()
        self._scene.turn()

    tick_alone = tick

    def far(self, port: PortInfo) -> AtTelephone:
        return self._far

    def unplug(self) -> None:
        self._device.unplug()

    def plug_in(self) -> None:
        self._device.plug()

    def close(self) -> None:
        self._scene.close()
        self._device.close()


class _Usb:
    model = ""

    def rig(self, folder: Path) -> UsbRig:
        return UsbRig(self.model)


class TestB2k(_Usb, Conformance):
    model = "b2k"
    kinds = (Kind.FXS,)


class TestB3g(_Usb, Conformance):
    model = "b3g"
    kinds = (Kind.FXS,)


_KEYS_ALONE = {"dial": "it has keys alone"}


class TestP1k(_Usb, Conformance):
    model = "p1k"
    kinds = (Kind.HANDSET,)
    without = _KEYS_ALONE


class TestP1kh(_Usb, Conformance):
    model = "p1kh"
    kinds = (Kind.HANDSET,)
    without = _KEYS_ALONE


class TestCm109(_Usb, Conformance):
    model = "kip1000"
    kinds = (Kind.HANDSET,)
    without = _KEYS_ALONE
