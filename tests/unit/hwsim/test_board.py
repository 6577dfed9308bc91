"""The driver ``sim``: its settings, ports and telephones."""

from datetime import UTC, datetime

import pytest

from ctidrv.clock import SampleClock
from ctidrv.errors import InputError, PortError
from ctidrv.events import RingOn, Seized
from ctidrv.native import ffi, lib
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import CAPABILITIES, Able, DriverContext, Kind
from ctidrv.ports.registry import open_board as open_registered
from ctidrv.units import seconds
from hwsim.board import open_board


def _context(folder):
    return DriverContext(SampleClock(datetime(2027, 3, 8, 10, tzinfo=UTC)), folder, 1, live=False)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"lines": 0}, "lines: 0 is not a whole number from 1 to 64"),
        ({"lines": True}, "lines: True is not"),
        ({"phones": "8"}, "phones: '8' is not"),
        ({"fxs": -1}, "fxs: -1 is not a whole number from 0 to 64"),
        ({"handsets": 65}, "handsets: 65 is not"),
        ({"events": True, "fxs": 1}, "fxs: without audio (events) the board has no telephones of its own"),
        ({"events": True, "handsets": 1}, "handsets: without audio (events) the board has"),
        ({"country": "XX"}, "country: no country 'xx'; known are "),
        ({"country": 7}, "country: 7 is no text"),
        ({"loss_db": -1}, "loss_db: -1 is not a number from 0 to 40"),
        ({"loss_db": float("nan")}, "loss_db: nan is not"),
        ({"noise_dbm0": 3}, "noise_dbm0: 3 is not"),
        ({"echo_ms": 33}, "echo_ms: 33 is not"),
        ({"law": "g729"}, "law: 'g729' is none of linear, alaw, ulaw"),
        ({"caller_id": "yes"}, "caller_id: 'yes' is neither true nor false"),
        ({"busy_hz": [520]}, "busy_ms: give busy_hz and busy_ms together"),
        ({"busy_hz": [520], "busy_ms": [170]}, "busy_ms: give busy_hz and busy_ms together"),
        ({"busy_hz": ["a"], "busy_ms": [170, 230]}, "busy_hz: ['a']: at most 2 numbers"),
        ({"clearing": "busy-tone"}, "clearing: 'busy-tone' is no list"),
        ({"clearing": ["howler"]}, "clearing: 'howler' is none of busy-tone, "),
        ({"tone_db": 31}, "tone_db: 31 is not"),
        ({"tone_hz": 0.5}, "tone_hz: 0.5 is not"),
        ({"tone_ms": 3}, "tone_ms: 3 is not"),
        ({"loop_break_ms": 5}, "loop_break_ms: 5 is not"),
        ({"timezone": "Mars/Olympus"}, "timezone: 'Mars/Olympus' is no time zone"),
        ({"timezone": "../../etc/passwd"}, "timezone: "),
        ({"timezone": "America"}, "timezone: "),
        ({"numbers": ["8001", "8002"]}, "numbers: must be at most 1 different numbers"),
        ({"lines": 2, "numbers": ["8001", "8001"]}, "numbers: "),
        ({"numbers": ["\u00b2"]}, "numbers: "),
        ({"numbers": ["1" * 21]}, "numbers: "),
        ({"numbers": [8001]}, "numbers: [8001] is no list of texts"),
        ({"colour": "red"}, "colour: unknown key"),
    ],
)
def test_wrong_settings_are_told_with_board_and_key(tmp_path, settings, words):
    with pytest.raises(InputError) as error:
        open_board("lab", settings, _context(tmp_path))
    assert str(error.value).startswith(f"board lab: {words}")


def test_the_driver_is_found_by_its_name(tmp_path):
    board = open_registered("sim", "lab", {"lines": 3}, _context(tmp_path))
    assert [port.id for port in board.ports] == ["lab/1", "lab/2", "lab/3"]
    for port in board.ports:
        assert port.kind is Kind.FXO
        assert set(port.caps) == set(CAPABILITIES)
        assert port.able("onhook_audio") is Able.YES
        assert port.able("flash") is port.able("pulse_dial") is Able.YES
    board.close()
    board.close()


def test_lines_have_the_numbers_given_and_others_behind(tmp_path):
    board = open_board("lab", {"lines": 3, "numbers": ["8002"], "phones": 0}, _context(tmp_path))
    assert [line.number for line in board.exchange.lines] == ["8002", "8001", "8003"]


def test_a_telephone_serves_one_caller_at_a_time(office):
    ann, _ = office.board.caller(), office.board.caller()
    with pytest.raises(PortError, match="all 2 telephones are in use; set phones higher"):
        office.board.caller()
    office.board.give_back(ann)
    assert office.board.caller("5551234") is ann
    assert ann.number == "5551234"


@pytest.mark.parametrize(("country", "law"), [("US", 2), ("jp", 2), ("CN", 1), ("DE", 1)])
def test_the_exchange_codes_by_the_law_of_the_country(make_office, speech, country, law):
    quiet = {"loss_db": 0.0, "noise_dbm0": -120.0, "return_loss_db": 60.0}
    office = make_office(phones=1, country=country, caller_id=False, **quiet)
    sound = speech(seconds(1))

    async def scene():
        ann = office.board.caller()
        await ann.dial("8001")
        await office.event(RingOn)
        office.lines[0].seize()
        await office.event(Seized)
        await office.clock.sleep(seconds(1))  # ringback fades
        office.lines[0].play(sound)
        match = await ann.hears(sound)
        await office.clock.sleep(seconds(1))
        ann.collect()
        begin = ann._looked - len(sound)
        return match, Pcm(ann.heard[begin : begin + len(sound)])

    match, heard = office.play(scene())
    coded = ffi.new("int16_t[]", list(sound))
    lib.cti_law_through(law, coded, len(sound))
    assert heard == Pcm(coded)
    assert match.snr_db > 35
