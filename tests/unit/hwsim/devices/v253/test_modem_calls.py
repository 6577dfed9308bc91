"""A voice modem in calls: what its host is told it has heard on the line itself, and what the line hears."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ctidrv.modem.dle import Data, Unshield, shield
from ctidrv.native.compare import find_over_line
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.native.tones import Part, render, tone
from ctidrv.units import RATE, TICK, ms, seconds
from hwsim.devices.v253.formats import CODINGS

Make = Callable[..., Any]
TUNE = render(tone([Part((hz,), -12.0, 90) for hz in (500, 700, 900, 1100, 600, 800, 1000, 1300)]), 5760)
"""No two stretches of it are alike."""
LINE_DB = 6.0
"""From the modem to the caller's ear: twice the line's 3 dB."""


def unshielded(stream: bytes) -> tuple[bytes, list[str]]:
    """The data and the codes."""
    items = [item for item, _ in Unshield().feed(stream)]
    data = b"".join(item.content for item in items if isinstance(item, Data))
    return data, [chr(item.code) for item in items if not isinstance(item, Data)]


@pytest.mark.parametrize(
    ("persona", "report"),
    [
        ("cx930xx", "DATE = 0308|TIME = 1030|NMBR = 5551234|NAME = ANN LEE"),
        ("usr5637", "DATE=0308|TIME=1030|NMBR=5551234|NAME=ANN LEE"),
    ],
)
def test_a_call_is_ring_and_then_who_calls(host: Make, persona: str, report: str) -> None:
    made = host(persona)

    async def main() -> None:
        await made.send("AT+VCID=1")
        await made.people.call("5551234", "ANN LEE")
        assert await made.until(b"RING\r\n") == b"\r\nRING\r\n"
        lines = (await made.until(b"RING\r\n")).decode().split("\r\n")
        assert "|".join(line for line in lines if line) == f"{report}|RING"

    made.run(main())


@pytest.mark.parametrize(
    ("settings", "caller", "report"),
    [
        ({}, {"name": None}, ["NMBR = 5551234"]),
        ({}, {"name": None, "withheld": True}, ["NMBR = P"]),
        ({"caller_id_fault": "damaged"}, {"name": "ANN LEE"}, []),
        ({"caller_id": False}, {"name": "ANN LEE"}, []),
        ({"caller_id_kind": "dtmf", "caller_id_when": "before-ring"}, {"name": None}, ["NMBR = 5551234"]),
    ],
)
def test_caller_id_is_what_came_over_the_line(
    host: Make, settings: dict[str, Any], caller: dict[str, Any], report: list[str]
) -> None:
    made = host(**settings)

    async def main() -> None:
        await made.send("AT+VCID=1")
        await made.people.call("5551234", **caller)
        await made.clock.sleep(seconds(8))
        lines = made.take().decode().split("\r\n")
        assert [line for line in lines if line.startswith(("NMBR", "NAME"))] == report

    made.run(main())


def test_caller_id_comes_before_the_first_ring_where_the_country_has_it_so(host: Make) -> None:
    made = host(country="GB")

    async def main() -> None:
        await made.send("AT+VCID=1")
        await made.people.call("2079460000")
        assert b"NMBR = 2079460000\r\n" in await made.until(b"RING\r\n")

    made.run(main())


def test_unformatted_caller_id_is_the_message_itself(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.send("AT+VCID=2")
        await made.people.call("5551234", "ANN LEE")
        await made.until(b"MESG = ")
        message = bytes.fromhex((await made.until(b"\r\n")).decode().strip())
        assert message[0] == 0x80
        assert message[1] == len(message) - 3
        assert sum(message) % 256 == 0
        assert b"5551234" in message
        assert (await made.send("AT+VRID=0")).splitlines()[4] == "NMBR = 5551234"

    made.run(main())


def test_a_double_ring_is_one_and_a_distinctive_ring_is_measured(host: Make) -> None:
    made = host(country="GB", caller_id=False)

    async def main() -> None:
        await made.send("AT+FCLASS=8;+VDR=1,0")
        await made.people.call("2079460000")
        await made.clock.sleep(seconds(5.5))
        once = ["RING", "DRON=4", "DROF=2", "DRON=4"]
        assert made.take().decode().split() == [*once, "DROF=20", *once]

    made.run(main())


def test_s0_answers_after_so_many_rings(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.send("AT+FCLASS=8;S0=2")
        await made.people.call("5551234")
        await made.until(b"RING\r\n")
        await made.until(b"RING\r\n\r\nOK\r\n")
        await made.people.answered()

    made.run(main())


@pytest.mark.parametrize(
    ("persona", "told"),
    [("cx930xx", b"\x10/\x105\x10~\x10/\x10#\x10~"), ("generic", b"\x105\x10#")],
)
def test_keys_of_the_caller_are_told_as_they_are_heard(host: Make, persona: str, told: bytes) -> None:
    made = host(persona)

    async def main() -> None:
        caller = await made.takes_a_call()
        await made.clock.sleep(ms(200))
        made.take()
        await caller.press("5#")
        await made.clock.sleep(ms(100))
        assert made.take() == told

    made.run(main())


@pytest.mark.parametrize(
    ("persona", "number", "coding"),
    [
        ("cx930xx", 0, "signed"),
        ("cx930xx", 1, "unsigned"),
        ("cx930xx", 131, "ulaw"),
        ("usr5637", 130, "alaw"),
        ("usr5637", 129, "linear16"),
    ],
)
def test_what_is_played_reaches_the_caller_whole_and_at_its_level(
    host: Make, persona: str, number: int, coding: str
) -> None:
    made = host(persona)

    async def main() -> None:
        caller = await made.takes_a_call()
        assert await made.send(f"AT+VSM={number},8000") == "OK"
        assert await made.send("AT+VTX") == "CONNECT"
        begun = made.clock.now()
        made.modem.feed(shield(CODINGS[coding].encode(TUNE)) + b"\x10\x03")
        assert await made.until(b"OK\r\n") == b"\r\nOK\r\n"
        assert made.clock.now() - begun >= len(TUNE)  # not before the last sample has left
        caller.collect()
        match = find_over_line(TUNE, Pcm(caller.heard))
        assert match is not None
        assert match.gain_db == pytest.approx(-LINE_DB, abs=0.5)

    made.run(main())


def test_play_takes_no_more_than_its_buffer_and_goes_at_the_speed_of_the_line(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.takes_a_call()
        await made.send("AT+VTX")
        assert made.modem.takes_more
        made.modem.feed(bytes(4000))
        assert not made.modem.takes_more
        await made.clock.sleep(ms(100))
        assert made.modem.takes_more
        await made.clock.sleep(seconds(1))
        assert made.take() == b"\x10u"  # an underrun is told once
        made.modem.feed(bytes(4000) + b"\x10\x18\x10\x03")  # cleared
        assert await made.until(b"OK\r\n", ms(100)) == b"\r\nOK\r\n"

    made.run(main())


def test_what_the_caller_says_is_recorded_whole_at_its_level_and_shielded(host: Make) -> None:
    made = host("usr5637")

    async def main() -> None:
        caller = await made.takes_a_call()
        await made.send("AT+VSM=129")
        assert await made.send("AT+VRX") == "CONNECT"
        begun = made.clock.now()
        await caller.press("1")
        await caller.speak(TUNE)
        await made.clock.sleep(ms(500))
        made.modem.feed(b"\x10!")
        length = made.clock.now() - begun
        data, codes = unshielded(made.take().removesuffix(b"\r\nOK\r\n"))
        assert codes == ["/", "1", "~", "\x03"]
        assert abs(len(data) // 2 - length) <= 2 * TICK  # without a gap
        match = find_over_line(TUNE, Pcm.from_bytes(data))
        assert match is not None
        assert match.gain_db == pytest.approx(-LINE_DB, abs=0.5)

    made.run(main())


def test_sound_waits_for_a_late_connect(host: Make) -> None:
    made = host("generic")

    async def main() -> None:
        await made.takes_a_call()
        made.modem.late = seconds(1.5)
        made.modem.feed(b"AT+VTR\r")
        await made.clock.sleep(seconds(1.4))
        assert made.take() == b""
        await made.until(b"\r\nCONNECT\r\n")
        await made.clock.sleep(seconds(0.5))
        assert len(unshielded(made.take())[0]) >= 0.4 * RATE

    made.run(main())


def test_both_ways_at_once_the_modem_does_not_hear_itself(host: Make) -> None:
    made = host("generic")

    async def main() -> None:
        caller = await made.takes_a_call()
        await made.send("AT+VSM=16")
        assert await made.send("AT+VTR") == "CONNECT"
        noise = Pcm(value * 29 % 6007 - 3003 for value in range(24_000))
        made.modem.feed(shield(noise.bytes))
        await made.clock.sleep(seconds(1))
        made.take()
        await made.clock.sleep(seconds(1))
        own, _ = unshielded(made.take())
        caller.collect()
        assert level(Pcm(caller.heard[-4000:])) > -30
        assert level(Pcm.from_bytes(own[-8000:])) < level(noise) - 25
        await caller.press("7")
        assert "7" in unshielded(made.take())[1]
        made.modem.feed(b"\x10^")
        assert made.take().endswith(b"\x10\x03\r\nOK\r\n")

    made.run(main())


@pytest.mark.parametrize(
    ("settings", "letter"),
    [
        ({}, "b"),
        ({"clearing": ["congestion-tone"]}, "b"),
        ({"clearing": ["dial-tone"]}, "d"),
        ({"clearing": ["loop-break"]}, "l"),
        ({"clearing": ["reversal"]}, "L"),
        ({"clearing": []}, "q"),
    ],
)
def test_a_caller_who_hangs_up_is_known_by_what_the_line_then_does(
    host: Make, settings: dict[str, Any], letter: str
) -> None:
    made = host(**settings)

    async def main() -> None:
        caller = await made.takes_a_call()
        await made.send("AT+VSD=0,50;+VRX")
        await caller.speak(TUNE)
        await caller.hang_up()
        await made.clock.sleep(seconds(12))
        codes = unshielded(made.take())[1]
        assert codes[0] == letter
        if letter != "q":
            assert "s" not in codes

    made.run(main())


def test_somebody_who_never_says_a_word_is_silence(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.takes_a_call()
        await made.send("AT+VSD=0,30;+VRX")
        await made.clock.sleep(seconds(5))
        assert unshielded(made.take())[1] == ["s"]

    made.run(main())


def test_a_number_is_dialled_into_the_exchange_and_its_answer_heard(host: Make) -> None:
    made = host()

    async def main() -> None:
        phone = made.line.board.phones[0]
        await made.send("AT+FCLASS=8;+VRA=40")
        made.modem.feed(b"ATDT5550001\r")
        await phone.is_rung(within=seconds(20))
        assert made.line.board.exchange.lines[0].dialled == "5550001"
        await made.clock.sleep(seconds(5))
        await phone.lift()
        answered = made.clock.now()
        assert await made.until(b"OK\r\n") == b"\r\nOK\r\n"
        assert made.clock.now() - answered < seconds(9)
        assert made.line.off_hook

    made.run(main())


@pytest.mark.parametrize(
    ("command", "result"),
    [
        ("ATDT8001", "BUSY"),  # its own number
        ("ATX3DT8001", "BUSY"),  # without waiting for dial tone
        ("ATDP8001", "BUSY"),
        ("ATDT5550002", "NO ANSWER"),
        ("ATD5550002;", "OK"),
    ],
)
def test_v250_6_3_1_what_comes_of_a_call_is_heard(host: Make, command: str, result: str) -> None:
    made = host()

    async def main() -> None:
        await made.send("AT+FCLASS=8;+VRN=255;S7=20")
        assert await made.send(command) == result
        assert made.line.off_hook == (result == "OK")

    made.run(main())


def test_a_dead_line_has_no_dial_tone(host: Make) -> None:
    made = host()
    exchange = made.line.board.exchange
    exchange.fault(exchange.lines[0], "cut")
    assert made.run(made.send("AT+FCLASS=8;D5550001")) == "NO DIALTONE"


def test_v250_5_6_1_a_key_breaks_dialling_off_but_no_line_feed(host: Make) -> None:
    made = host()

    async def main() -> None:
        made.modem.feed(b"ATE0DT5550001\r\n")
        await made.clock.sleep(seconds(4))
        made.take()
        made.modem.feed(b"x")
        assert (await made.until(b"NO CARRIER\r\n", ms(100))).strip() == b"NO CARRIER"
        assert not made.line.off_hook

    made.run(main())


def test_a_hook_flash_is_one_at_the_exchange(host: Make) -> None:
    made = host(flash=True)

    async def main() -> None:
        await made.takes_a_call()
        assert await made.send("AT+VTS=!") == "OK"
        await made.clock.sleep(seconds(2))
        assert made.line.board.exchange.lines[0].flashes == 1
        assert made.line.off_hook

    made.run(main())


def test_an_answer_without_voice_is_a_data_modem_s_and_finds_no_carrier(host: Make) -> None:
    made = host()

    async def main() -> None:
        caller = await made.people.call("5551234")
        made.modem.feed(b"ATE0A\r\n")
        await made.people.answered()
        await made.clock.sleep(seconds(4))
        caller.collect()
        assert level(Pcm(caller.heard[-8000:])) > -25  # 2100 Hz
        made.modem.feed(b"A")
        assert (await made.until(b"NO CARRIER\r\n", ms(100))).endswith(b"\r\nNO CARRIER\r\n")
        assert not made.line.off_hook

    made.run(main())


def test_who_closes_the_port_hangs_up(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.takes_a_call()
        await made.send("AT+VRX")
        made.modem.hang_up()
        assert not made.line.off_hook
        assert await made.send("AT+FCLASS?") == "8\r\n\r\nOK"

    made.run(main())


def test_a_host_that_does_not_read_is_told_what_it_has_missed(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.takes_a_call()
        await made.send("AT+VRX")
        made.room = False
        await made.clock.sleep(seconds(1))
        made.room = True
        made.take()
        await made.clock.sleep(ms(100))
        assert unshielded(made.take())[1] == ["o"]

    made.run(main())


def test_a_parallel_set_is_told_when_it_is_asked_for(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.takes_a_call()
        made.take()
        made.modem.parallel_set(True)
        assert made.take() == b""
        await made.send("AT-STE=2")
        made.modem.parallel_set(True)
        made.modem.parallel_set(False)
        assert made.take() == b"\x10P\x10p"

    made.run(main())
