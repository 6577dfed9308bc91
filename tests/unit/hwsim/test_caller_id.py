"""Caller ID of every kind through the simulated exchange, before and after the first ring."""

from __future__ import annotations

import pytest

from ctidrv.errors import InputError, UsageError
from ctidrv.events import AlertSeen, CallerIdSeen, PolarityChanged, Released, RingOff, RingOn, Seized, ToneOn
from ctidrv.ports.regions import load_region
from ctidrv.units import ms, seconds
from hwsim.caller_id import presentation_of

ALERTS = [[], ["reversal"], ["rp-as"], ["dt-as"], ["reversal", "dt-as"]]


def ring(office, rings=2, **caller):
    """A call that is let ring; the event of its caller ID, and when it came among the rings."""

    async def scene():
        ann = office.board.caller(**({"number": "5551234"} | caller))
        await ann.dial("8001")
        for _ in range(rings):
            await office.event(RingOn)
        await office.clock.sleep(seconds(4))
        await ann.hang_up()
        await office.clock.sleep(seconds(1))

    office.play(scene())
    (seen,) = office.of(CallerIdSeen)
    return seen, sum(rung.at < seen.at for rung in office.of(RingOn))


@pytest.mark.parametrize("alert", ALERTS)
@pytest.mark.parametrize("standard", ["bell202", "v23", "dtmf"])
def test_en_300_659_1_before_the_first_ring(make_office, standard, alert):
    office = make_office(
        phones=1, caller_id_kind=standard, caller_id_when="before-ring", caller_id_alert=alert
    )
    seen, rings = ring(office, name="ANN")
    assert (seen.standard, seen.kind, seen.number) == (standard, "call", "5551234")
    assert seen.name == (None if standard == "dtmf" else "ANN")
    assert rings == ("rp-as" in alert)
    heard = [ms(88) <= event.length <= ms(110) for event in office.of(AlertSeen)]
    assert heard == ([True] if "dt-as" in alert and standard != "dtmf" else [])
    turned = [event.reversed for event in office.of(PolarityChanged)]
    assert turned == ([True, False] if "reversal" in alert else [])
    first = office.of(RingOn)[int("rp-as" in alert)].at
    assert ms(180) <= first - seen.at <= ms(520)


@pytest.mark.parametrize("standard", ["bell202", "v23", "dtmf"])
def test_after_the_first_ring(make_office, standard):
    office = make_office(phones=1, caller_id_kind=standard, caller_id_when="after-first-ring")
    seen, rings = ring(office)
    assert (seen.standard, seen.number, rings) == (standard, "5551234", 1)
    assert seen.start - office.of(RingOff)[0].at >= ms(480)


@pytest.mark.parametrize("form", ["A-C", "A-#", "D-C", "#"])
def test_every_form_of_digits_and_a_withheld_number(make_office, form):
    for withheld in (False, True):
        office = make_office(
            phones=1,
            caller_id_kind="dtmf",
            caller_id_when="before-ring",
            caller_id_form=form,
            loss_db=6.0,
            noise_dbm0=-50.0,
        )
        seen, _ = ring(office, withheld=withheld)
        assert (seen.number, seen.reason) == ((None, "private") if withheld else ("5551234", None))


@pytest.mark.parametrize(
    ("country", "standard", "when", "alert"),
    [
        ("us", "bell202", "after-first-ring", ()),
        ("gb", "v23", "before-ring", ("reversal", "dt-as")),
        ("de", "v23", "before-ring", ("rp-as",)),
        ("nl", "dtmf", "before-ring", ("reversal",)),
        ("cn", "bell202", "after-first-ring", ()),
        ("jp", "jclip", "before-ring", ("reversal",)),
    ],
)
def test_countries_have_their_own_way(country, standard, when, alert):
    way = presentation_of(load_region(country))
    assert (way.standard, way.when, way.alert) == (standard, when, alert)


def fetch(office, after_ms=0, *, hold_ms=1500, put_down=True):
    """A call to a Japanese line whose terminal answers CAR so long after its first burst."""
    line = office.lines[0]

    async def scene():
        ann = office.board.caller("0312345678", "ANN")
        await ann.dial("8001")
        await office.event(RingOff)
        await office.clock.sleep(ms(after_ms))
        line.seize()
        await office.event(Seized)
        await office.clock.sleep(ms(hold_ms))
        if put_down:
            line.release()
            await office.event(Released)
            await office.event(RingOn)
        await ann.hang_up()
        await office.clock.sleep(seconds(1))
        line.release()
        await office.clock.sleep(seconds(1))

    office.play(scene())


def test_jclip_is_sent_to_a_terminal_that_answers_car(make_office):
    office = make_office(phones=1, country="JP")
    fetch(office)
    (seen,) = office.of(CallerIdSeen)
    assert (seen.standard, seen.kind, seen.number, seen.name) == ("jclip", "call", "0312345678", None)
    car, ring = office.of(RingOn)[:2]
    assert car.at - office.of(PolarityChanged)[0].at == ms(300)
    assert [event.reversed for event in office.of(PolarityChanged)] == [True, False]
    assert ms(600) <= ring.at - office.of(Released)[0].at <= ms(660)  # the first 120 it might be a pulse


def test_car_is_half_a_second_on_and_off_and_rings_after_six(make_office):
    office = make_office(phones=1, country="JP")

    async def scene():
        ann = office.board.caller("0312345678")
        await ann.dial("8001")
        for _ in range(8):
            await office.event(RingOff)
        await ann.hang_up()
        await office.clock.sleep(seconds(1))

    office.play(scene())
    rings, ends = office.of(RingOn), office.of(RingOff)
    lengths = [end.at - on.at for on, end in zip(rings, ends, strict=True)]
    assert lengths[:6] == [ms(500)] * 6
    assert lengths[6] == ms(1000)  # the country's own
    assert rings[6].at - rings[0].at == seconds(6)
    assert [event.reversed for event in office.of(PolarityChanged)] == [True, False]


@pytest.mark.parametrize(("after_ms", "told"), [(0, 1), (4800, 1), (6500, 0)])
def test_a_primary_answer_that_is_late_is_the_answer_and_gets_no_data(make_office, after_ms, told):
    office = make_office(phones=1, country="JP")
    fetch(office, after_ms, put_down=False)
    assert len(office.of(CallerIdSeen)) == told


def test_a_terminal_that_stays_off_hook_after_the_data_ends_the_call(make_office):
    office = make_office(phones=1, country="JP")
    fetch(office, hold_ms=12000, put_down=False)
    assert [event.tone for event in office.of(ToneOn)] == ["busy"]
    assert [event.reversed for event in office.of(PolarityChanged)] == [True, False]


@pytest.mark.parametrize(("country", "standard"), [("US", "bell202"), ("JP", "jclip")])
def test_a_fault_damages_the_data_or_leaves_it_out(make_office, country, standard):
    for fault, checksums in (("damaged", [False]), ("missing", [])):
        office = make_office(phones=1, country=country, caller_id_fault=fault)
        if country == "JP":
            fetch(office)
        else:
            office.play(rings_twice(office))
        assert [seen.checksum_ok for seen in office.of(CallerIdSeen)] == checksums
        assert [seen.number for seen in office.of(CallerIdSeen)] == [None] * len(checksums)


async def rings_twice(office):
    ann = office.board.caller("5551234")
    await ann.dial("8001")
    for _ in range(2):
        await office.event(RingOn)
    await ann.hang_up()


def test_chinese_name_is_sent_in_gb_18030_and_read_again(make_office):
    office = make_office(phones=1, country="CN")
    seen, _ = ring(office, name="王小明")
    assert (seen.number, seen.name) == ("5551234", "王小明")
    assert "王小明".encode("gb18030") in seen.raw


def test_answer_before_the_first_ring_ends_the_alert(make_office):
    """The polarity stays until the line is put down; no ring comes any more."""
    office = make_office(phones=1, country="GB")
    line = office.lines[0]

    async def scene():
        ann = office.board.caller("5551234")
        await ann.dial("8001")
        await office.event(PolarityChanged)
        line.seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(3))
        line.release()
        await office.event(Released)
        await office.clock.sleep(seconds(1))

    office.play(scene())
    assert office.of(RingOn) == []
    assert [event.reversed for event in office.of(PolarityChanged)] == [True, False]


def test_dtmf_refuses_a_caller_whose_number_has_no_digits(make_office):
    office = make_office(phones=1, country="NL")
    with pytest.raises(UsageError, match="1 to 20 digits"):
        office.board.caller("+31201234567")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"caller_id_kind": "morse"}, "caller_id_kind: 'morse' is none of bell202, v23, dtmf, jclip"),
        ({"caller_id_fault": "late"}, "caller_id_fault"),
        ({"caller_id_when": "later"}, "caller_id_when"),
        ({"caller_id_alert": ["bell"]}, "caller_id_alert"),
        ({"caller_id_form": "X"}, "caller_id_form"),
    ],
)
def test_wrong_settings_are_named(make_office, settings, words):
    with pytest.raises(InputError, match=words):
        make_office(phones=1, **settings)
