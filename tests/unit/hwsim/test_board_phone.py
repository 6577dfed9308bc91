"""The station's side of an operator's telephone: rung, connected, cleared, forgotten."""

import pytest

from ctidrv.callcontrol.call import Caller
from ctidrv.callcontrol.fxs import State
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.phone import Phone, What
from ctidrv.units import TICK, ms, seconds
from hwsim.faulty_board import OUT, WELL

ANN = Caller("5557777", "ANN LEE", standard="bell202")


class Desk:
    """A telephone (or headset), its operator, and what its owner was told."""

    def __init__(self, office, port=0):
        self.office = office
        self.operator = office.board.operators[port]
        self.told = []
        self.states = []
        journal = Journal(office.clock)
        journal.subscribe(lambda event: self.states.append(event.data["state"]))
        channel = office.lines[len(office.lines) - len(office.board.operators) + port]
        self.phone = Phone(
            channel,
            office.clock,
            journal,
            office.region,
            lambda what, detail: self.told.append((what, detail)),
        )
        self.phone.start()

    async def until(self, state, within=60):
        end = self.office.clock.now() + seconds(within)
        while self.phone.state is not state:
            assert self.office.clock.now() < end, (self.phone.state, self.told)
            await self.office.clock.sleep(TICK)


@pytest.fixture
def make_desk(make_office):
    def make(*, headset=False, **settings):
        return Desk(make_office(phones=1, fxs=1, handsets=1, **settings), int(headset))

    return make


def test_operator_reads_who_calls_answers_and_hangs_up(make_desk):
    desk = make_desk()

    async def scene():
        assert desk.phone.ring(ANN)
        assert not desk.phone.ring(ANN)
        await desk.operator.answer(rings=2, after=ms(500))
        await desk.until(State.TALKING)
        await desk.operator.press("7")
        await desk.operator.flash()
        await desk.office.clock.sleep(seconds(1))
        await desk.operator.hang_up()
        await desk.until(State.IDLE)

    desk.office.play(scene())
    (shown,) = desk.operator.shown
    assert (shown.number, shown.name, shown.checksum_ok) == ("5557777", "ANN LEE", True)
    assert [what for what, _ in desk.told] == [What.ANSWERED, What.KEY, What.FLASH, What.PUT_DOWN]
    assert desk.states == ["idle", "ringing", "talking", "idle"]


@pytest.mark.parametrize("country", ["US", "GB", "CN", "DE", "FR", "NL", "DK", "BR", "IN", "TR"])
def test_each_countrys_telephone_is_rung_and_told_its_own_way(make_desk, country):
    desk = make_desk(country=country)

    async def scene():
        desk.phone.ring(ANN)
        await desk.office.clock.sleep(seconds(9))
        desk.phone.stop_ring()
        return await desk.operator.ignore()

    assert desk.office.play(scene()) >= 2
    (shown,) = desk.operator.shown
    assert shown.number == "5557777"
    assert desk.told == []
    assert desk.phone.state is State.IDLE


def test_a_withheld_number_is_told_as_withheld(make_desk):
    desk = make_desk()

    async def scene():
        desk.phone.ring(Caller(None, None, "private"))
        await desk.office.clock.sleep(seconds(7))
        desk.phone.stop_ring()
        await desk.office.clock.sleep(ms(100))

    desk.office.play(scene())
    (shown,) = desk.operator.shown
    assert (shown.number, shown.reason) == (None, "private")


def test_japan_rings_without_number_for_its_telephones_would_have_to_answer_twice(make_desk):
    desk = make_desk(country="JP")

    async def scene():
        desk.phone.ring(ANN)
        await desk.office.clock.sleep(seconds(7))
        desk.phone.stop_ring()

    desk.office.play(scene())
    assert desk.operator.rings >= 2
    assert desk.operator.shown == []


def test_a_number_is_dialled_by_keys_and_by_pulses(make_desk):
    desk = make_desk()

    async def scene():
        await desk.operator.dial("204")
        await desk.office.clock.sleep(seconds(5))
        assert desk.phone.connect()
        await desk.operator.hang_up()
        await desk.until(State.IDLE)
        await desk.operator.lift()
        await desk.operator.hears_tone("dial")
        await desk.operator.turn_dial("17")
        await desk.office.clock.sleep(seconds(5))
        await desk.operator.flash()
        await desk.operator.hears_tone("dial")
        await desk.operator.press("9#")
        await desk.office.clock.sleep(ms(500))

    desk.office.play(scene())
    assert [detail for what, detail in desk.told if what is What.NUMBER] == ["204", "17", "9"]


def test_who_is_left_alone_hears_busy_and_who_forgets_the_handset_the_howler(make_desk):
    desk = make_desk()

    async def scene():
        desk.phone.ring()
        await desk.operator.answer(rings=1)
        await desk.until(State.TALKING)
        desk.phone.clear()
        await desk.operator.hears_tone("busy")
        await desk.until(State.FORGOTTEN)
        await desk.operator.hears_tone("congestion")
        await desk.until(State.HOWLING)
        await desk.operator.hears_tone("howler", within=seconds(20))
        await desk.until(State.SILENT, within=90)
        await desk.operator.hang_up()
        await desk.until(State.IDLE)
        assert desk.phone.ring()
        desk.phone.stop_ring()

    desk.office.play(scene())
    assert desk.states[-1] == "idle"
    assert desk.told[-1] == (What.PUT_DOWN, "")


def test_a_headset_has_no_tones_and_may_be_left_off_hook(make_desk):
    desk = make_desk(headset=True)

    async def scene():
        await desk.operator.lift()
        await desk.office.clock.sleep(seconds(120))
        assert desk.phone.state is State.DIAL_TONE
        assert desk.phone.connect()
        desk.phone.clear()
        await desk.office.clock.sleep(seconds(120))
        desk.operator.collect()
        assert desk.phone.state is State.CLEARED
        await desk.operator.hang_up()
        await desk.until(State.IDLE)

    desk.office.play(scene())
    assert max(abs(sample) for sample in desk.operator.heard) < 50


def test_a_telephone_lifted_as_the_ringing_ends_has_dial_tone(make_desk):
    desk = make_desk()

    async def scene():
        desk.phone.ring()
        await desk.office.clock.sleep(seconds(1))
        desk.phone.stop_ring()
        await desk.operator.lift()
        await desk.operator.hears_tone("dial")

    desk.office.play(scene())
    assert [what for what, _ in desk.told] == [What.LIFTED]


def test_a_board_that_goes_takes_the_call_and_comes_back_ready(make_desk):
    desk = make_desk()

    async def scene():
        desk.phone.ring()
        await desk.operator.answer(rings=1)
        await desk.until(State.TALKING)
        desk.office.board.faults.set(OUT)
        await desk.until(State.BLOCKED)
        desk.office.board.faults.set(WELL)
        await desk.until(State.IDLE)

    desk.office.play(scene())
    assert desk.told[-2:] == [(What.LOST, ""), (What.BACK, "")]
    assert desk.states[-2:] == ["out-of-order", "idle"]


def test_stopping_leaves_neither_bell_nor_tone(make_desk):
    desk = make_desk()

    async def scene():
        desk.phone.ring()
        await desk.office.clock.sleep(seconds(1))
        desk.phone.stop()
        return await desk.operator.ignore()

    assert desk.office.play(scene()) == 1
