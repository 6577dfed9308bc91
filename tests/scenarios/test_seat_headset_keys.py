"""What an operator does by the keys of a headset in a talk, and what its lamps are told: a whole station in
virtual time. The keys' events are put in by hand; how they come about is in tests/unit/drivers.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

from office_of_seats import ANSWER, HELLO, Office

from ctidrv import events
from ctidrv.native.compare import find
from ctidrv.ports.api import Able
from ctidrv.units import PortId, Samples, ms, seconds


class Keys:
    """Of one seat's headset; `lit`: the orders to its lamps since the last look."""

    def __init__(self, office: Office, seat: int = 0) -> None:
        self._office = office
        channel = list(office.station.seats.values())[seat].channel
        caps = {**channel.info.caps, "lift": Able.YES, "lamps": Able.YES}
        channel.info = replace(channel.info, caps=caps)
        self.port: PortId = channel.info.id
        self._orders: list[set[str]] = []
        channel.show = self._lamps
        self._engine = office.station.engine

    def _lamps(self, **lit: bool) -> None:
        lamps = {lamp for lamp, on in lit.items() if on}
        if not self._orders or lamps != self._orders[-1]:
            self._orders.append(lamps)

    @property
    def lit(self) -> set[str]:
        return self._orders[-1]

    async def mute(self, on: bool) -> None:
        self._engine.inject(events.Muted(self._office.clock.now(), self.port, on))
        await self._office.clock.sleep(ms(500))

    async def flash(self) -> None:
        self._engine.inject(events.Flash(self._office.clock.now(), self.port, Samples(1600)))
        await self._office.clock.sleep(ms(500))


def states(office: Office) -> list[str]:
    return [state for _, state, _ in office.seat_events()]


def test_the_ring_lamp_is_lit_between_the_bursts_and_dark_in_the_talk(make_seats: Any) -> None:
    office = make_seats(headset=True)
    keys = Keys(office)

    async def scene() -> None:
        ann = await office.caller()
        await office.until(lambda: office.seat() == "ringing")
        for _ in range(50):
            assert keys.lit == {"rings"}
            await office.clock.sleep(ms(100))
        await office.operators[0].answer()
        await office.until(lambda: office.seat() == "talking")
        assert keys.lit == set()
        await office.operators[0].hang_up()
        await ann.hang_up()

    office.play(scene())


def test_muted_by_its_key_he_is_not_heard_and_the_desktop_sees_it(make_seats: Any) -> None:
    office = make_seats(headset=True)
    keys = Keys(office)

    async def scene() -> None:
        ann, operator = await office.talking()
        await keys.mute(True)
        assert keys.lit == {"muted"}
        await operator.speak(HELLO)
        await keys.mute(False)
        assert keys.lit == set()
        await operator.speak(ANSWER)
        await ann.hears(ANSWER)
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert states(office) == ["ringing", "answered", "talking", "muted", "talking", "left"]
    sent, _ = office.recording()
    assert find(HELLO, sent) is None
    assert find(ANSWER, sent).snr_db > 20


def test_muted_by_the_desktop_its_lamp_says_so_and_its_key_ends_it(make_seats: Any) -> None:
    office = make_seats(headset=True)
    keys = Keys(office)

    async def scene() -> None:
        ann, operator = await office.talking()
        await office.station.change_talk(office.connected[0].id, "muted")
        await office.clock.sleep(ms(500))
        assert keys.lit == {"muted"}
        await keys.mute(False)
        assert keys.lit == set()
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert states(office) == ["ringing", "answered", "talking", "muted", "talking", "left"]


def test_flash_holds_the_call_and_has_it_back_and_mute_does_not_end_the_hold(make_seats: Any) -> None:
    office = make_seats(headset=True)
    keys = Keys(office)

    async def scene() -> None:
        ann, operator = await office.talking()
        await keys.flash()
        assert keys.lit == {"held"}
        await keys.mute(True)
        await keys.mute(False)
        assert keys.lit == {"held"}
        await keys.flash()
        assert keys.lit == set()
        await operator.speak(ANSWER)
        await ann.hears(ANSWER)
        await operator.hang_up()
        await ann.hang_up()

    office.play(scene())
    assert states(office) == ["ringing", "answered", "talking", "held", "talking", "left"]


def test_a_key_of_one_who_is_in_no_talk_changes_nothing(make_seats: Any) -> None:
    office = make_seats(headset=True, seats=2)
    keys = Keys(office, 1)

    async def scene() -> None:
        ann, operator = await office.talking()
        await keys.mute(True)
        await keys.flash()
        await office.clock.sleep(seconds(1))
        await operator.hang_up()
        await ann.hang_up()

    office.to = ("01",)
    office.play(scene())
    assert states(office) == ["ringing", "answered", "talking", "left"]
