"""A telephone at work: what happens within one tick comes in the order of its time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ctidrv import events
from ctidrv.callcontrol.fxs import State
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.phone import Phone, What
from ctidrv.clock import SampleClock
from ctidrv.errors import NotCapable
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.regions import load_region
from ctidrv.units import PortId, Samples, ms, seconds

PORT = PortId("sim/p1")
LIFTED = ms(1000)
KEYED = ms(2000) + 37
"""Within a tick: no timer of it is due at a tick's edge."""
OVER = KEYED + seconds(4)
"""Nobody has keyed anything since: the number is complete."""


class Tone:
    def stop(self) -> None:
        pass


class FakeChannel:
    def __init__(self) -> None:
        self.info = PortInfo(PORT, Kind.FXS, "fake telephone")

    def subscribe(self, listener: Any) -> Any:
        self.tell = listener
        return lambda: None

    def listen(self, mask: int) -> None:
        pass

    def play(self, sound: Any, *, stop_on: str = "") -> Tone:
        return Tone()


class Desk:
    def __init__(self) -> None:
        self.clock = SampleClock(datetime(2027, 3, 8, tzinfo=UTC))
        self.told: list[tuple[What, str]] = []
        self.channel = FakeChannel()
        self.phone = Phone(
            self.channel,  # type: ignore[arg-type]
            self.clock,
            Journal(self.clock),
            load_region("US"),
            lambda what, detail: self.told.append((what, detail)),
        )
        self.phone.start()
        self.tick(events.HookChanged(LIFTED, PORT, True))
        self.key("7", KEYED)
        self.told.clear()

    def tick(self, event: events.PortEvent) -> None:
        """The tick that holds the event: its events first, then the clock moves on and timers run out."""
        begin = event.at - event.at % 160
        self.clock.advance(begin)
        self.channel.tell(event)
        self.clock.advance(begin + 160)

    def key(self, digit: str, at: int) -> None:
        self.tick(events.DigitDown(Samples(at), PORT, digit, Samples(at - ms(25))))


def test_a_key_right_behind_the_numbers_end_comes_behind_it_though_in_the_same_tick() -> None:
    desk = Desk()
    assert OVER % 160 + 5 < 160
    desk.key("8", OVER + 5)
    assert desk.told == [(What.NUMBER, "7"), (What.KEY, "8")]


@pytest.mark.parametrize("before", [0, 1, 30])
def test_a_key_at_the_numbers_end_or_before_it_belongs_to_the_number(before: int) -> None:
    desk = Desk()
    desk.key("8", OVER - before)
    assert desk.told == [(What.KEY, "8")]
    desk.clock.advance(OVER - before + seconds(4))
    assert desk.told == [(What.KEY, "8"), (What.NUMBER, "78")]


def test_a_wait_is_counted_from_the_key_and_not_from_its_tick() -> None:
    desk = Desk()
    desk.clock.advance(OVER - 1)
    assert desk.told == []
    desk.clock.advance(OVER)
    assert desk.told == [(What.NUMBER, "7")]


def test_put_down_behind_a_wait_that_has_run_out_is_put_down_all_the_same() -> None:
    desk = Desk()
    desk.tick(events.HookChanged(Samples(OVER + 5), PORT, False))
    assert desk.told == [(What.NUMBER, "7"), (What.PUT_DOWN, "")]
    assert desk.phone.state is State.IDLE


class LampChannel(FakeChannel):
    def __init__(self, vmwi: Able) -> None:
        super().__init__()
        self.info = PortInfo(PORT, Kind.FXS, "fake telephone", {"vmwi": vmwi})
        self.lamps: list[int] = []
        self.played: list[Any] = []

    def lamp(self, messages: int) -> None:
        self.lamps.append(messages)

    def play(self, sound: Any, **more: Any) -> Tone:
        self.played.append(sound)
        return Tone()


def phone_at(channel: FakeChannel, country: str = "US") -> tuple[Phone, SampleClock]:
    clock = SampleClock(datetime(2026, 3, 2, tzinfo=UTC))
    made: Any = channel
    phone = Phone(made, clock, Journal(clock), load_region(country), lambda *_: None)
    phone.start()
    return phone, clock


def test_messages_light_the_boards_lamp_where_it_has_one() -> None:
    channel = LampChannel(Able.YES)
    phone, _ = phone_at(channel)
    phone.show_messages(4)
    assert (channel.lamps, channel.played) == ([4], [])


def test_messages_of_a_telephone_that_is_off_hook_are_told_a_moment_after_it_was_put_down() -> None:
    channel = LampChannel(Able.NO)
    phone, clock = phone_at(channel)
    channel.tell(events.HookChanged(LIFTED, PORT, True))
    tones = len(channel.played)
    phone.show_messages(1)
    phone.show_messages(2)
    assert len(channel.played) == tones
    channel.tell(events.HookChanged(KEYED, PORT, False))
    assert len(channel.played) == tones
    clock.advance(KEYED + seconds(2))
    assert len(channel.played) == tones + 1
    assert channel.lamps == []
    clock.advance(KEYED + seconds(9))
    assert len(channel.played) == tones + 1


def test_a_country_that_has_no_way_and_a_board_without_a_lamp_say_so() -> None:
    phone, _ = phone_at(LampChannel(Able.NO), "JP")
    with pytest.raises(NotCapable, match="cannot be told of messages"):
        phone.show_messages(1)
