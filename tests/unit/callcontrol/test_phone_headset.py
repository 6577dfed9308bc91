"""A headset without a hook: it is lifted by order while it rings, and put down for its user."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.fxs import State
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.phone import Phone, way_of
from ctidrv.clock import SampleClock
from ctidrv.errors import NotCapable
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.regions import load_region
from ctidrv.units import PortId, ms

PORT = PortId("headset/1")


class FakeChannel:
    """A HANDSET port; `orders`: what it was told."""

    def __init__(self, lift: Able) -> None:
        self.info = PortInfo(PORT, Kind.HANDSET, "fake headset", {"lift": lift})
        self.orders: list[str] = []

    def subscribe(self, listener: Any) -> Any:
        self.tell = listener
        return lambda: None

    def listen(self, mask: int) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self.orders.append(name)


class Desk:
    def __init__(self, lift: Able = Able.YES) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, tzinfo=UTC))
        self.channel = FakeChannel(lift)
        self.phone = Phone(
            self.channel,  # type: ignore[arg-type]
            self.clock,
            Journal(self.clock),
            load_region("US"),
            lambda what, detail: None,
        )
        self.phone.start()

    def hook(self, off_hook: bool) -> None:
        self.channel.tell(events.HookChanged(ms(100), PORT, off_hook))


def test_it_is_lifted_by_order_while_it_rings() -> None:
    desk = Desk()
    desk.phone.ring()
    desk.phone.lift(True)
    assert desk.channel.orders[-1] == "lift"
    desk.hook(True)
    assert desk.phone.state is State.TALKING


def test_it_is_not_lifted_where_nothing_rings() -> None:
    with pytest.raises(NotCapable, match="nothing rings at it"):
        Desk().phone.lift(True)


def test_it_is_put_down_when_the_other_side_has_gone() -> None:
    desk = Desk()
    desk.phone.ring()
    desk.hook(True)
    desk.phone.connect()
    assert "put_down" not in desk.channel.orders
    desk.phone.clear()
    assert desk.channel.orders[-1] == "put_down"
    desk.hook(False)
    assert desk.phone.state is State.IDLE


def test_it_is_put_down_when_the_caller_left_before_it_was_up() -> None:
    desk = Desk()
    desk.phone.ring()
    desk.phone.lift(True)
    desk.phone.stop_ring()
    desk.hook(True)
    assert desk.channel.orders[-1] == "put_down"


def test_one_with_a_hook_of_its_own_is_left_to_its_user() -> None:
    desk = Desk(Able.NO)
    desk.phone.ring()
    desk.hook(True)
    desk.phone.connect()
    desk.phone.clear()
    assert not desk.phone.is_lifted_by_order
    assert "put_down" not in desk.channel.orders


@pytest.mark.parametrize(
    ("kind", "onhook_audio", "told"),
    [
        (Kind.FXS, Able.YES, True),
        (Kind.FXS, Able.UNKNOWN, True),
        (Kind.FXS, Able.NO, False),
        (Kind.HANDSET, Able.YES, False),
    ],
)
def test_who_calls_is_sent_to_a_telephone_that_has_sound_on_hook(
    kind: Kind, onhook_audio: Able, told: bool
) -> None:
    channel: Any = FakeChannel(Able.NO)
    channel.info = PortInfo(PORT, kind, "a telephone", {"onhook_audio": onhook_audio})
    assert (way_of(load_region("US"), channel) is not None) is told
