"""What a board's lines are connected to, by name: an exchange of the country, or a PBX."""

from __future__ import annotations

import contextlib

import pytest

from ctidrv.errors import DialFailed, InputError
from ctidrv.events import Dialled, ToneOn
from ctidrv.units import ms, seconds
from hwsim.exchange import LineState
from hwsim.profiles import with_profile

COUNTRIES = ["CN", "US", "GB", "SE"]
"""Of long flash (500 ms) and of timed break recall, of the usual numbering and of another."""


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("length", [100, 300, 600])
def test_hl_5_a_pbx_understands_a_flash_of_any_usual_length(make_office, country, length):
    """In a call it puts the other on hold and gives dial tone; another brings him back."""
    office = make_office(phones=1, country=country, profile="pbx-extension")
    line, seen = office.lines[0], office.board.exchange.lines[0]

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.clock.sleep(seconds(1))
        line.seize()
        await office.clock.sleep(seconds(1))
        states = []
        for _ in range(2):
            line.flash(ms(length))
            assert (await office.event(Dialled)).done
            await office.clock.sleep(seconds(4))
            states.append((seen.state, seen.held is not None))
        return states

    assert office.play(scene()) == [(LineState.DIAL_TONE, True), (LineState.TALKING, False)]
    assert seen.flashes == 2
    assert [event.tone for event in office.of(ToneOn)][-1] == "dial"


@pytest.mark.parametrize("country", COUNTRIES)
def test_hl_5_a_pbx_takes_pulses_for_digits_still(make_office, country):
    office = make_office(phones=1, country=country, profile="pbx-extension", numbers=["8111"])

    async def scene():
        ann = office.board.caller()
        await ann.dial("8111", how="pulse")
        await ann.clock.sleep(seconds(1))
        return office.board.exchange.lines[0].state

    assert office.play(scene()) is LineState.RINGING
    assert office.board.exchange.lines[1].flashes == 0


@pytest.mark.parametrize("country", ["CN", "US"])
def test_hl_5_the_dial_tone_stutters_while_messages_wait_and_can_be_dialled_into(make_office, country):
    office = make_office(phones=1, country=country, profile="pbx-extension")
    line, exchange = office.lines[0], office.board.exchange

    async def scene():
        bob = office.board.caller("5550001")
        exchange.tell_messages(exchange.lines[0], 2)
        await office.clock.sleep(seconds(6))
        line.seize()
        await line.dial("W9W5550001")
        await bob.is_rung()

    office.play(scene())
    tones = [event.tone for event in office.of(ToneOn)]
    assert tones[0] == "stutter"
    assert "dial" in tones[1:]  # the second, beyond the PBX


@pytest.mark.parametrize(
    ("profile", "exchange", "number", "comes"),
    [
        ("outside-line", {}, "W5550001", True),
        ("pbx-extension", {}, "W5550001", False),
        ("pbx-extension", {}, "W9W5550001", True),
        ("pbx-extension", {"outside": "0"}, "W0W5550001", True),
        ("pbx-extension", {"outside": "0"}, "W9W5550001", False),
    ],
)
@pytest.mark.parametrize("country", ["CN", "GB"])
def test_hl_5_an_extension_dials_out_behind_the_second_dial_tone(
    make_office, country, profile, exchange, number, comes
):
    office = make_office(phones=1, country=country, profile=profile, exchange=exchange)
    line = office.lines[0]

    async def scene():
        bob = office.board.caller("5550001")
        line.seize()
        with contextlib.nullcontext() if comes else contextlib.suppress(DialFailed):
            await line.dial(number)
        await office.clock.sleep(seconds(6))
        return bob.rings > 0

    assert office.play(scene()) is comes


def test_hl_5_on_an_outside_line_all_is_as_the_country_has_it(make_office):
    plain, named = make_office(country="CN"), make_office(country="CN", profile="outside-line")
    assert plain.board.exchange.cadence("busy") == named.board.exchange.cadence("busy") == (350, 350)


def test_own_keys_override_those_of_the_profile_each_by_itself():
    made = with_profile({"profile": "pbx-extension", "busy_ms": [200, 200], "exchange": {"outside": "0"}})
    assert (made["busy_hz"], made["busy_ms"]) == ([450], [200, 200])
    assert (made["exchange"].outside, made["exchange"].flash) == ("0", ["hold", "three-way", "transfer"])
    assert "profile" not in made


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"profile": "pbx"}, "profile: 'pbx' is none of outside-line, pbx-extension"),
        ({"flash_ms": [80]}, "flash_ms: give two lengths"),
        ({"flash_ms": [130, 600]}, "flash_ms: give two lengths"),
        ({"flash_ms": ["a", 600]}, "flash_ms: ['a', 600]: at most 2 numbers"),
        ({"profile": "pbx-extension", "exchange": {"outside": 9}}, "exchange: outside: "),
    ],
)
def test_what_no_profile_can_be_is_told_with_board_and_key(make_office, settings, words):
    with pytest.raises(InputError) as refused:
        make_office(**settings)
    assert str(refused.value).startswith(f"board sim: {words}")
