"""The exchange's number plan: announcements, hunt groups, distinctive ringing, the way out of a PBX."""

from __future__ import annotations

import itertools

import pytest

from ctidrv.errors import InputError
from ctidrv.events import BatteryChanged, CallerIdSeen, PolarityChanged, RingOff, RingOn, Seized, ToneOn
from ctidrv.units import ms, seconds
from hwsim.exchange_settings import DISTINCTIVE


def lengths(office, line=0):
    """Of bursts and pauses of the bell, in samples."""
    edges = [event.at for event in office.of(RingOn, RingOff, line=line)]
    return [after - before for before, after in itertools.pairwise(edges)]


@pytest.mark.parametrize("ring", [2, 3, 4, [500, 250, 250, 1570]])
def test_a_second_number_rings_the_line_in_its_own_way_and_the_first_as_ever(make_office, ring):
    office = make_office(phones=1, exchange={"distinctive": {"8101": {"line": "8001", "ring": ring}}})
    cadence = DISTINCTIVE.get(ring, ring) if isinstance(ring, int) else ring

    async def scene():
        ann = office.board.caller("5551111", "ANN")
        await ann.dial("8101")
        await office.clock.sleep(seconds(15))
        await ann.hang_up()
        distinctive = lengths(office)
        office.told[0].clear()
        await ann.dial("8001")
        await office.clock.sleep(seconds(15))
        return distinctive, lengths(office)

    distinctive, usual = office.play(scene())
    repeated = [ms(each) for each in itertools.islice(itertools.cycle(cadence), 2 * len(cadence) - 1)]
    assert distinctive[: len(repeated)] == repeated  # to the sample
    assert usual[:3] == [ms(2000), ms(4000), ms(2000)]
    assert {seen.number for seen in office.of(CallerIdSeen)} <= {"5551111"}


def test_a_hunt_group_rings_the_first_idle_line_and_is_busy_when_there_is_none(make_office):
    office = make_office(lines=2, phones=3, exchange={"hunt": {"8000": ["8002", "8001"]}})

    async def scene():
        people = [office.board.caller() for _ in range(3)]
        for ann, line in zip(people, (1, 0), strict=False):
            await ann.dial("8000")
            await office.event(RingOn, line=line)
            office.lines[line].seize()
            await office.event(Seized, line=line)
        await people[2].dial("8000")
        await people[2].hears_tone("busy")
        await people[2].hang_up()
        office.lines[1].release()
        await people[0].hang_up()
        await office.clock.sleep(seconds(2))
        await people[2].dial("8000")
        await office.event(RingOn, line=1)

    office.play(scene())


@pytest.mark.parametrize(("hunting", "rung"), [("linear", [0, 0, 0]), ("circular", [0, 1, 0])])
def test_a_circular_hunt_begins_behind_the_line_that_it_last_rang(make_office, hunting, rung):
    exchange = {"hunt": {"8000": ["8001", "8002"]}, "hunting": hunting}
    office = make_office(lines=2, phones=1, exchange=exchange)

    async def scene():
        ann = office.board.caller()
        for line in rung:
            await ann.dial("8000")
            await office.event(RingOn, line=line)
            await ann.hang_up()
            await office.clock.sleep(seconds(2))

    office.play(scene())


def test_an_extension_gets_out_by_its_digit_and_a_second_dial_tone_and_not_without(make_office):
    """GB: busy of the PBX in its own cadence; an extension reaches the other one directly."""
    office = make_office(
        country="GB", lines=2, phones=1, busy_hz=[520], busy_ms=[170, 230], exchange={"outside": "9"}
    )
    line = office.lines[0]

    async def heard(*tones):
        while (seen := await office.event(ToneOn)).tone not in tones:
            pass
        return seen

    async def scene():
        bob = office.board.caller("5550001")
        line.seize()
        await line.dial("W5550001")
        assert (await heard("nu", "sit", "congestion", "ringback")).tone == "nu"
        assert bob.rings == 0
        line.release()
        await office.clock.sleep(seconds(2))
        line.seize()
        await line.dial("W9")
        dialled = office.clock.now()
        while (second := await heard("dial", "dial2")).start < dialled:
            pass
        await line.dial("5550001")
        await bob.is_rung()
        line.release()
        await office.clock.sleep(seconds(2))
        line.seize()
        await line.dial("W8002")
        await office.event(RingOn, line=1)
        office.lines[1].seize()
        await office.clock.sleep(seconds(1))
        await bob.dial("8002")
        await bob.clock.sleep(seconds(4))
        bob.collect()
        return second

    assert office.play(scene()).tone in ("dial", "dial2")


def test_numbers_of_the_plan_give_tones_and_announcements(make_office):
    plan = {"1700": "busy", "1701": ["sit", "goodbye"], "*5": "confirm"}
    office = make_office(phones=1, exchange={"plan": plan})

    async def scene():
        ann = office.board.caller()
        for number, tone in (("1700", "busy"), ("*5", "confirm"), ("1701", "sit")):
            await ann.dial(number)
            await office.clock.sleep(seconds(4))
            assert tone in {name for _, _, name in ann.toned}
            assert ann.voice is (tone == "sit")
            await ann.hang_up()

    office.play(scene())


@pytest.mark.parametrize("break_ms", [20, 600, 12_000])
def test_a_loop_break_lasts_as_long_as_it_was_set(make_office, break_ms):
    office = make_office(phones=1, clearing=["loop-break"], loop_break_ms=break_ms)

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        office.lines[0].seize()
        await office.clock.sleep(seconds(1))
        await ann.hang_up()
        gone = await office.event(BatteryChanged)
        back = await office.event(BatteryChanged)
        return back.at - gone.at

    assert office.play(scene()) == ms(break_ms)


def test_polarity_reverses_on_answer_and_again_when_the_far_end_clears(make_office):
    office = make_office(phones=1, answer_reversal=True, clearing=["reversal"])
    line = office.lines[0]

    async def scene():
        bob = office.board.caller("5550001")
        line.seize()
        await line.dial("W5550001")
        await bob.is_rung()
        assert office.of(PolarityChanged) == []
        await bob.lift()
        await office.clock.sleep(seconds(1))
        await bob.press("5")
        assert [event.reversed for event in office.of(PolarityChanged)] == [True]
        await bob.hang_up()
        await office.clock.sleep(seconds(1))

    office.play(scene())
    assert [event.reversed for event in office.of(PolarityChanged)] == [True, False]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"hunt": {"8000": ["8009"]}}, "8000: no line has the number 8009; there are 8001"),
        ({"hunt": {"8001": ["8001"]}}, "the number 8001 is that of a line already"),
        ({"plan": {"1": "tooth"}}, "no voice `tooth`; there are ann-lee"),
        ({"plan": {"1": ["sit", "nowhere.wav"]}}, "nowhere.wav: cannot be read as an announcement"),
        ({"plan": {"x": "busy"}}, "`x` is not a number to dial"),
        ({"plan": {"1": "dial2"}}, "United States has no tone 'dial2'"),
        ({"distinctive": {"8101": {"line": "8001", "ring": 9}}}, "`9` is no ringing"),
        ({"outside": 9}, "has to be text: write it in quotes"),
        ({"dial_tone": 30}, "a duration needs its unit"),
        ({"plan": {"8000": "busy"}, "hunt": {"8000": ["8001"]}}, "the number 8000 stands in the plan twice"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_plan_that_will_not_do_is_told_in_one_line(make_office, settings, words):
    with pytest.raises(InputError) as error:
        make_office(phones=1, exchange=settings)
    assert str(error.value).startswith("board sim: exchange: ")
    assert words in str(error.value)
    assert "\n" not in str(error.value)
