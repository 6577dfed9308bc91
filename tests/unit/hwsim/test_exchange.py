"""The simulated exchange: its table, the country's tones and cadences, caller ID, clearing."""

import itertools
from pathlib import Path

import numpy
import pytest

from ctidrv.events import (
    AlertSeen,
    BatteryChanged,
    CallerIdSeen,
    PolarityChanged,
    Released,
    RingOff,
    RingOn,
    Seized,
    ToneOn,
)
from ctidrv.media.wav import read_wav
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import dtmf
from ctidrv.ports.presentation import MOST_NAME
from ctidrv.ports.regions import known_regions, load_region
from ctidrv.units import TICK, ms, seconds
from hwsim.exchange import TABLE, Exchange, Input, LineState


def test_every_action_of_the_table_exists():
    for _, actions in TABLE.values():
        for action in actions:
            assert callable(getattr(Exchange, f"_{action}")), action


VOICES = Path(__file__).parents[3] / "hw-sim/hwsim/voices"
NOT_IDLE = (LineState.RINGING, LineState.SUMMONED, LineState.TOLD)


@pytest.mark.parametrize("state", [state for state in LineState if state not in NOT_IDLE])
def test_putting_down_the_handset_ends_every_state(state):
    """But where it is down already, and where a terminal is told who calls (J-CLIP): it rings then."""
    assert TABLE[state, Input.PUT_DOWN][0] is LineState.IDLE


def test_every_state_is_reached_from_idle():
    reached, found = set(), {LineState.IDLE}
    while found:
        state = found.pop()
        reached.add(state)
        found |= {row[0] for (at, _), row in TABLE.items() if at is state} - reached
    assert reached == set(LineState)


@pytest.mark.parametrize("country", known_regions())
def test_every_country_rings_with_its_cadence_and_its_tones_are_heard(make_office, country):
    # Japan's caller ID needs a terminal that answers for it: test_caller_id.py.
    unobtainable = {"unobtainable": "congestion"}
    office = make_office(phones=2, country=country, caller_id=country != "jp", exchange=unobtainable)
    cadence = load_region(country).ring
    bursts = len(cadence) // 2 * 2 + 1

    async def scene():
        ann, bob = office.board.caller("5551111"), office.board.caller("5552222")
        await ann.dial("8001")
        for _ in range(bursts):
            await office.event(RingOn)
        await ann.hears_tone("ringback", within=seconds(15))
        await bob.dial("8001")
        await bob.hears_tone("busy", within=seconds(12))
        await bob.hang_up()
        await bob.lift()
        await bob.hears_tone("dial")
        await bob.press("99")
        await bob.clock.sleep(seconds(8))
        return bob

    bob = office.play(scene())
    assert [seen.number for seen in office.of(CallerIdSeen)] == ([] if country == "jp" else ["5551111"])
    pulses = 2 if country == "de" else 0  # the ring pulse that announces caller ID
    edges = [event.at for event in office.of(RingOn, RingOff)][pulses:]
    lengths = [after - before for before, after in itertools.pairwise(edges)]
    for length, wanted in zip(lengths[: 2 * bursts - 2 - pulses], cadence * 4, strict=False):
        assert abs(length - ms(wanted)) < TICK
    busy, congestion = (load_region(country).tones[name] for name in ("busy", "congestion"))
    alike = (busy.hz, busy.ms) == (congestion.hz, congestion.ms)
    refused = {note.detail for note in bob.notes[-2:]}
    assert ("busy tone" if alike else "congestion tone") in refused


@pytest.mark.parametrize(
    ("country", "tone"), [("US", "sit"), ("GB", "nu"), ("DE", "sit"), ("AR", "congestion")]
)
def test_a_number_that_nobody_has_gives_the_countrys_tone_and_an_announcement(make_office, country, tone):
    """Twice; then congestion, and in the end the howler and silence."""
    voice = read_wav(VOICES / "not-in-service.wav").channels[0]
    times = {"exchange": {"congestion": "15s", "howler": "10s"}}
    office = make_office(phones=1, country=country, **times)

    async def scene():
        ann = office.board.caller()
        await ann.dial("4711", within=seconds(12))
        await ann.hears_tone(tone, within=seconds(12))
        if tone != "congestion":
            await ann.hears(voice, within=seconds(20))
            await ann.hears(voice, within=seconds(30))
            await ann.hears_tone("congestion", within=seconds(30))
        await office.clock.sleep(seconds(40))
        ann.collect()
        return office.board.exchange.lines[1].state, level(Pcm(ann.heard[-8000:]))

    state, end = office.play(scene())
    assert state is LineState.LOCKED_OUT
    assert end < -60
    assert office.told[0] == []


def test_a_number_that_begins_another_is_reached_at_once(make_office):
    office = make_office(lines=2, phones=1, numbers=["80", "8001"])

    async def scene():
        ann = office.board.caller()
        await ann.dial("80")
        before = office.clock.now()
        await office.event(RingOn)
        return office.clock.now() - before

    assert office.play(scene()) < ms(200)


def test_half_a_number_times_out(office):
    async def scene():
        ann = office.board.caller()
        await ann.dial("80")
        begin = office.clock.now()
        await ann.hears_tone("sit")
        return office.clock.now() - begin

    assert seconds(4) < office.play(scene()) < seconds(7)


@pytest.mark.parametrize("country", ["US", "GB"])
def test_who_never_dials_hears_congestion_then_the_howler_and_then_nothing(make_office, country):
    """GB has no howler that is known: North America's, by which its telephones' ears do not go."""
    office = make_office(phones=1, country=country)

    async def scene():
        ann = office.board.caller()
        await ann.lift()
        await ann.hears_tone("dial")
        await ann.hears_tone("congestion", within=seconds(40))
        await office.clock.sleep(seconds(35))
        ann.collect()
        howl, heard = Pcm(ann.heard[-8000:]), "howler" in ann.tones
        await office.clock.sleep(seconds(60))
        ann.collect()
        silence = Pcm(ann.heard[-8000:])
        await ann.hang_up()
        await ann.lift()
        await ann.hears_tone("dial")
        return heard, howl, silence

    heard, howl, silence = office.play(scene())
    assert heard is (country == "US")
    assert level(howl) > -20
    spectrum = abs(numpy.fft.rfft(numpy.frombuffer(howl.bytes, dtype="<i2")))
    loudest = {int(hz) for hz in numpy.argsort(spectrum)[-40:]}
    assert {1400, 2060, 2450, 2600} <= loudest
    assert level(silence) < -60


def test_dial_tone_ends_with_the_first_digit(office):
    async def scene():
        ann = office.board.caller()
        await ann.lift()
        await ann.hears_tone("dial")
        await ann.press("8")
        await office.clock.sleep(ms(300))
        return ann.tones

    assert office.play(scene()) == set()


def test_the_bell_stops_when_the_caller_gives_up(office):
    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        ring = await office.event(RingOn)
        await office.clock.sleep(ms(500))
        await ann.hang_up()
        stop = await office.event(RingOff)
        await office.clock.sleep(seconds(10))
        return stop.at - ring.at

    assert office.play(scene()) < ms(800)
    assert len(office.of(RingOn)) == 1


def test_nobody_answers_and_the_exchange_gives_up(office):
    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        await ann.hears_tone("busy", within=seconds(200))

    office.play(scene())
    rings = office.of(RingOn)
    assert rings[-1].at - rings[0].at <= seconds(180)
    assert len(rings) == 30


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"number": "5551234", "name": "ANN"}, ("5551234", "ANN", None)),
        ({"number": "5551234"}, ("5551234", None, None)),
        ({"number": "5551234", "name": "ANN", "withheld": True}, (None, None, "private")),
        ({"number": "5551234", "name": "x" * 60}, ("5551234", "x" * MOST_NAME, None)),
        ({"number": "5551234", "name": "王小明"}, ("5551234", "王小明", None)),
    ],
)
def test_caller_id_says_who_rings(office, settings, words):
    async def scene():
        ann = office.board.caller(**settings)
        await ann.dial("8001")
        return await office.event(CallerIdSeen)

    seen = office.play(scene())
    assert (seen.number, seen.name, seen.reason) == words
    assert seen.datetime == "03081000"


def test_caller_id_is_sent_once_and_only_where_it_is_ordered(make_office):
    async def scene(office):
        ann = office.board.caller()
        await ann.dial("8001")
        for _ in range(4):
            await office.event(RingOn)

    ordered, not_ordered = make_office(phones=1), make_office(phones=1, caller_id=False)
    ordered.play(scene(ordered))
    not_ordered.play(scene(not_ordered))
    assert len(ordered.of(CallerIdSeen)) == 1
    assert not_ordered.of(CallerIdSeen) == []


def test_an_answer_in_the_middle_of_the_caller_id_ends_it(office):
    line = office.lines[0]

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOff)
        await office.clock.sleep(ms(700))  # the burst has begun
        line.seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))

    office.play(scene())
    assert [seen for seen in office.of(CallerIdSeen) if seen.checksum_ok] == []
    assert office.board.exchange.lines[0].state is LineState.TALKING


@pytest.mark.parametrize(
    ("digit", "after_ms", "told"), [("D", 40, 1), ("D", 140, 1), ("D", 230, 0), ("A", 40, 0), ("", 0, 0)]
)
def test_a_waiting_call_is_told_to_a_line_that_answers_the_cas_in_time(make_office, digit, after_ms, told):
    """GR-30: a digit D that begins within 160 ms. The talk is cut meanwhile, and then goes on."""
    office = make_office(phones=2, call_waiting=True, noise_dbm0=-120.0)
    line = office.lines[0]

    async def scene():
        ann, bob = office.board.caller("5551111"), office.board.caller("5552222", "BOB")
        await ann.dial("8001")
        await office.event(RingOn)
        line.seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))
        await bob.dial("8001")
        alert = await office.event(AlertSeen)
        assert office.board.exchange.lines[0].state is LineState.TALKING
        await office.clock.sleep(alert.start + alert.length + ms(after_ms) - office.clock.now() - TICK)
        if digit:
            line.play(dtmf(digit, on_ms=60, off_ms=0))
        await bob.hears_tone("ringback")
        await office.clock.sleep(seconds(2))
        ann.tones.clear()
        line.play(dtmf("5", on_ms=200, off_ms=0))
        await ann.hears(dtmf("5", on_ms=200, off_ms=0))
        line.release()
        await office.event(RingOn)  # for bob, who waits
        await bob.hang_up()
        await ann.hang_up()
        await office.clock.sleep(seconds(1))

    office.play(scene())
    waiting = [seen for seen in office.of(CallerIdSeen) if seen.kind == "call-waiting"]
    assert [(seen.number, seen.name) for seen in waiting] == [("5552222", "BOB")] * told
    assert office.board.exchange.lines[0].waiting is None


def _clear(office):
    line = office.lines[0]

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        line.seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))
        await ann.hang_up()
        gone = office.clock.now()
        await office.clock.sleep(seconds(6))
        line.release()
        await office.event(Released)
        await office.clock.sleep(seconds(1))
        return gone

    return office.play(scene())


def test_clearing_by_loop_break_takes_the_battery_away_for_its_time(make_office):
    office = make_office(phones=1, clearing=["loop-break", "busy-tone"], loop_break_ms=300)
    gone = _clear(office)
    away, back = office.of(BatteryChanged)
    assert (away.present, back.present) == (False, True)
    assert back.at - away.at == ms(300)
    assert away.at - gone < ms(180)  # for 120 it might have been a pulse
    assert "busy" in [event.tone for event in office.of(ToneOn)]


def test_clearing_by_reversal_reverses_and_restores_it_on_hook(make_office):
    office = make_office(phones=1, clearing=["reversal"])
    _clear(office)
    away, back = office.of(PolarityChanged)
    assert (away.reversed, back.reversed) == (True, False)
    assert back.at > office.of(Released)[0].at
    assert [event.tone for event in office.of(ToneOn)] == []


def test_clearing_by_dial_tone_and_by_nothing_at_all(make_office):
    tone, nothing = make_office(phones=1, clearing=["dial-tone"]), make_office(phones=1, clearing=[])
    _clear(tone)
    _clear(nothing)
    assert [event.tone for event in tone.of(ToneOn)] == ["dial"]
    assert nothing.of(ToneOn, BatteryChanged, PolarityChanged) == []


def test_clearing_by_congestion_tone(make_office):
    office = make_office(phones=1, country="DE", clearing=["congestion-tone"])
    _clear(office)
    assert [event.tone for event in office.of(ToneOn)] == ["congestion"]


def test_answer_reversal_is_seen_by_the_line_that_has_dialled(make_office):
    office = make_office(phones=1, answer_reversal=True)
    line = office.lines[0]

    async def scene():
        bob = office.board.caller("5550002")
        line.seize()
        await office.event(ToneOn)
        line.play(dtmf("5550002"))
        await bob.is_rung()
        assert office.of(PolarityChanged) == []
        await bob.lift()
        answered = await office.event(PolarityChanged)
        await bob.hang_up()
        line.release()
        restored = await office.event(PolarityChanged)
        return answered.reversed, restored.reversed

    assert office.play(scene()) == (True, False)


def test_a_line_without_battery_is_not_rung_and_comes_back(office):
    async def scene():
        ann = office.board.caller()
        office.board.exchange.fault(office.board.exchange.lines[0], "cut")
        await ann.dial("8001")
        await ann.hears_tone("ringback")
        assert office.of(RingOn) == []
        office.board.exchange.fault(office.board.exchange.lines[0], None)
        await office.event(RingOn)

    office.play(scene())
    assert [event.present for event in office.of(BatteryChanged)] == [False, True]
