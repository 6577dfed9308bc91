"""What a voice modem answers its host (ITU-T V.250, V.253), by persona."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctidrv.units import ms, seconds
from hwsim.devices.v253.personas import PERSONAS

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("persona", "command", "answer"),
    [
        ("cx930xx", "ATI0", "56000"),  # as callattendant looks for it
        ("usr5637", "ATI0", "5601"),
        ("cx930xx", "AT+FCLASS=?", "0,1,1.0,8"),  # no class 2 in it, so it names none
        ("cx930xx", "AT+FCLASS=8;+FCLASS?", "8"),
        ("usr5637", "AT+VCID=?", "(0-2)"),
        ("cx930xx", "AT-STE=3;-STE?", "3"),
        ("generic", "AT+VCDT?", "0"),
        ("cx930xx", "ATS0=3S0?", "003"),
        ("cx930xx", "AT+GCI?", "B5"),
        ("cx930xx", "AT+FCLASS=8;+VLS?", '0,""'),
        ("cx930xx", "AT+FCLASS=8;+VSM?", "0,8000,0,0"),
        ("cx930xx", "AT+FCLASS=8;+VSM=131,8000;+VSM?", "131,8000,0,0"),
    ],
)
def test_a_modem_says_what_it_is_and_has(host: Make, persona: str, command: str, answer: str) -> None:
    made = host(persona)
    assert made.run(made.send(command)) == f"{answer}\r\n\r\nOK"


@pytest.mark.parametrize(
    ("persona", "command"),
    [
        ("cx930xx", "AT+FCLASS=1.5"),
        ("cx930xx", "AT+FCLASS=2"),
        ("cx930xx", "AT#CLS=8"),
        ("cx930xx", "AT+VLS=1"),  # in class 0
        ("cx930xx", "AT+VSM=?"),
        ("cx930xx", "AT+FCLASS=8;+VSM=128,8000"),  # that is the other's
        ("cx930xx", "AT+FCLASS=8;+VSM=1,11025"),
        ("cx930xx", "AT+FCLASS=8;+VSD=128,0"),
        ("usr5637", "AT+FCLASS=8;+VSM=1,8000"),
        ("usr5637", "AT+FCLASS=8;+VSD=0,0"),
        ("usr5637", "AT-STE=3"),
        ("usr5637", "AT+FCLASS=8;+VLS=1;+VTR"),
        ("cx930xx", "AT+FCLASS=8;+VTX"),  # on hook
        ("cx930xx", "AT+FCLASS=8;+VLS=5"),
        ("cx930xx", "ATS99?"),
        ("cx930xx", "ATS0=999"),
        ("cx930xx", "ATE2"),
        ("cx930xx", "AT+VCID=3"),
        ("cx930xx", "ATDhello"),
        ("cx930xx", "AT+FCLASS=8;+VLS=1;+VTS=[50,50,10]"),
        ("cx930xx", "AT+FCLASS=8;+VLS=1;+VTS=[900,900,99999]"),
    ],
)
def test_what_a_modem_has_not_is_an_error(host: Make, persona: str, command: str) -> None:
    made = host(persona)
    assert made.run(made.send(command)) == "ERROR"


def test_silence_is_turned_off_by_each_persona_s_own_value(host: Make) -> None:
    for persona, value in (("cx930xx", "0,0"), ("usr5637", "128,0"), ("generic", "128,0")):
        made = host(persona)
        assert made.run(made.send(f"AT+FCLASS=8;+VSD={value}")) == "OK"


def test_reset_restores_the_echo_and_loses_caller_id(host: Make) -> None:
    made = host()
    made.modem.feed(b"ATE0\rAT+VCID=1\r")
    made.take()
    made.modem.feed(b"ATZ\rAT+VCID?\r")
    assert made.take() == b"\r\nOK\r\nAT+VCID?\r\r\n0\r\n\r\nOK\r\n"


def test_a_stored_profile_keeps_registers_and_switches(host: Make) -> None:
    made = host("generic")
    made.modem.feed(b"ATE0S0=2&W0\rAT+VCID=1\rATZ\r")
    made.take()
    made.modem.feed(b"ATS0?\rAT+VCID?\rAT&F\rATS0?\r")
    assert re.findall(rb"\r\n(\d+)\r\n", made.take()) == [b"002", b"1", b"000"]  # generic keeps +VCID


def test_v250_5_7_result_codes_are_numbers_or_none_as_v_and_q_have_it(host: Make) -> None:
    made = host()
    made.modem.feed(b"ATE0V0\r")
    assert made.take().endswith(b"0\r")
    made.modem.feed(b"AT?\rATQ1\rAT\r")
    assert made.take() == b"4\r"


def test_a_line_stops_at_what_is_wrong(host: Make) -> None:
    made = host()
    made.modem.feed(b"ATE0\r")
    made.take()
    made.modem.feed(b"AT+VCID=1;+NOSUCH;+VCID=2\rAT+VCID?\r")
    assert made.take() == b"\r\nERROR\r\n\r\n1\r\n\r\nOK\r\n"


def test_characters_are_lost_while_a_command_takes_its_time(host: Make) -> None:
    made = host()

    async def main() -> None:
        await made.send("AT+FCLASS=8;+VLS=1")
        made.modem.feed(b"AT+VTS=[900,900,50]\r\nATI0\r")
        begun = made.clock.now()
        assert await made.until(b"OK\r\n") == b"\r\nOK\r\n"
        assert made.clock.now() - begun >= ms(500)
        await made.clock.sleep(seconds(1))
        assert made.take() == b""

    made.run(main())


@pytest.mark.parametrize("persona", PERSONAS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from([b"AT+FCLASS=8\r", b"AT+VLS=1\r", b"AT+VTX\r", b"AT+VRX\r", b"AT+VTR\r"]),
            st.sampled_from(
                [b"\x10\x03", b"\x10!", b"\x10\x18", b"\x10", b"ATD123\r", b"AT+VTS=1,!\r", b"ATZ\r"]
            ),
        ),
        max_size=12,
    )
)
def test_nothing_that_a_host_writes_breaks_it(host: Make, persona: str, raw: list[bytes]) -> None:
    made = host(persona)

    async def main() -> None:
        for piece in raw:
            made.modem.feed(piece)
            await made.clock.sleep(ms(40))
        made.modem.feed(b"\x10\x10\x10\x03\x10!\r")  # out of whatever it was at
        await made.clock.sleep(seconds(3))
        made.modem.feed(b"\r")
        await made.clock.sleep(ms(400))
        assert "OK" in await made.send("ATQ0V1S3=13S4=10E0")

    made.run(main())
    made.line.close()
