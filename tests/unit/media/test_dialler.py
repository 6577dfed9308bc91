"""Dial strings, and what of them reaches the board."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ctidrv.errors import DialFailed, NotCapable, UsageError
from ctidrv.events import DigitDown
from ctidrv.media.dialler import steps
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.native import ffi, lib
from ctidrv.native.ear import DTMF, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.ports.dialling import USUAL, Dialling
from ctidrv.units import Samples, ms


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        ("0571-8888 (2)", "dtmf", [("dtmf", "057188882")]),
        ("w9,W123", "dtmf", [("W", ""), ("dtmf", "9"), (",", ""), ("W", ""), ("dtmf", "123")]),
        ("12t#p3", "pulse", [("pulse", "12"), ("dtmf", "#"), ("pulse", "3")]),
        ("1!a,,", "dtmf", [("dtmf", "1"), ("!", ""), ("dtmf", "A"), (",", ""), (",", "")]),
    ],
)
def test_v250_dial_strings(text: str, how: str, expected: list[tuple[str, str]]) -> None:
    assert steps(text, how) == expected


@pytest.mark.parametrize(
    ("text", "how", "words"),
    [
        ("12#", "pulse", "'#' in '12#' cannot be dialled by pulses"),
        ("12é", "dtmf", "cannot be dialled by tones"),
        ("", "dtmf", "has 1 to 128 characters, not 0"),
        ("1" * 129, "dtmf", "not 129"),
        ("1", "morse", "'morse' is no way to dial: dtmf, pulse"),
    ],
)
def test_what_cannot_be_dialled_is_refused(text: str, how: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        steps(text, how)


def test_nothing_is_sent_of_a_string_that_is_wrong_at_its_end(engine: MediaEngine, board: Any) -> None:
    async def scene() -> None:
        channel = engine.channel("py/1")
        with pytest.raises(UsageError):
            await channel.dial("123%")
        with pytest.raises(NotCapable, match="py/1: no flash"):
            await channel.dial("123!")
        await engine.clock.sleep(800)

    run_virtual(scene(), engine, limit=Samples(8000))
    assert not any(board.heard[0])
    assert board.controls == []


def test_pulses_reach_the_board_in_one_number_each(engine: MediaEngine, board: Any) -> None:
    sweden = Dialling(pulse_ms=(60, 40), numbering="sweden", between_ms=700)

    def answer() -> None:
        for _ in itertools.islice(board.controls, len(answered), None):
            answered.append(1)
            board.tell(0, lib.CTI_EV_DIALLED, 1)

    answered: list[int] = []
    board.on_pump = answer

    async def scene() -> None:
        await engine.channel("py/1").dial("09" + "1" * 60, how="pulse", dialling=sweden)

    run_virtual(scene(), engine, limit=Samples(80_000))
    train = ffi.new("cti_pulse_train *")
    made = []
    for _, port, what, value in board.controls:
        assert (port, what) == (0, lib.CTI_LINE_PULSES)
        assert lib.cti_pulse_train_of(value, train) == 0
        made.append((train.pulses, train.break_ms, train.make_ms, train.pause_ms))
    assert made == [(1, 60, 40, 700), (10, 60, 40, 700), *[(2, 60, 40, 700)] * 60]


def test_tones_reach_the_line_with_the_country_s_times(engine: MediaEngine, board: Any) -> None:
    times = Dialling(dtmf_ms=(70, 120))

    async def scene() -> None:
        await engine.channel("py/1").dial("15", dialling=times)

    run_virtual(scene(), engine, limit=Samples(80_000))
    heard = Ear(detectors=DTMF).hear(Pcm.from_bytes(bytes(board.heard[0])))
    one, five = (event for event in heard if isinstance(event, DigitDown))
    assert (one.digit, five.digit) == ("1", "5")
    assert abs(five.start - one.start - ms(190)) < 24


def test_a_board_that_refuses_pulses_ends_the_dialling(engine: MediaEngine, board: Any) -> None:
    async def scene() -> None:
        engine.clock.call_after(ms(100), lambda: board.tell(0, lib.CTI_EV_DIALLED, 0))
        with pytest.raises(DialFailed, match="py/1: the line did not take") as error:
            await engine.channel("py/1").dial("1", how="pulse")
        assert error.value.reason == "refused"

    run_virtual(scene(), engine, limit=Samples(80_000))


def test_tones_that_somebody_stops_end_the_dialling(engine: MediaEngine, board: Any) -> None:
    async def scene() -> None:
        engine.clock.call_after(ms(100), engine.channel("py/1").stop)
        with pytest.raises(DialFailed, match="dialling 12345 was stopped"):
            await engine.channel("py/1").dial("12345", dialling=USUAL)

    run_virtual(scene(), engine, limit=Samples(80_000))
