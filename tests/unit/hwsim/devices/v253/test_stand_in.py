"""The voice modem on its pseudo-terminal, in real time, as pyserial sees it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctidrv.errors import InputError, PortError
from ctidrv.native.levels import level
from ctidrv.native.tones import Part, render, tone

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is POSIX only", allow_module_level=True)

import serial

from ctidrv.modem.dle import shield
from hwsim.devices.v253.formats import CODINGS
from hwsim.devices.v253.stand_in import ModemStandIn, next_name

FAST = {"caller_id_when": "before-ring"}
TONE = render(tone([Part((1004.0,), -12.0, 700)]), 5600)

Make = Callable[..., ModemStandIn]


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[Make]:
    made: list[ModemStandIn] = []

    def make(**settings: object) -> ModemStandIn:
        made.append(ModemStandIn(tmp_path / "ttyACM0", **settings))  # type: ignore[arg-type]
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()
    assert not [each for each in threading.enumerate() if each.name == "hwsim-device"]
    assert not list(tmp_path.iterdir())


def opened(modem: ModemStandIn) -> serial.Serial:
    return serial.Serial(str(modem.link), 115200, timeout=5, write_timeout=5, rtscts=True, exclusive=True)


def send(port: serial.Serial, command: str, end: bytes = b"OK\r\n") -> bytes:
    port.write(command.encode() + b"\r")
    came = bytes(port.read_until(end))
    assert came.endswith(end), came
    return came


def test_a_whole_call_over_the_pseudo_terminal(modem: Make) -> None:
    made = modem(board=FAST)
    with opened(made) as port:
        send(port, "ATE0+FCLASS=8;+VCID=1;+VSM=1,8000")
        made.call("5551234", "ANN LEE")
        came = port.read_until(b"RING\r\n")
        assert b"NMBR = 5551234\r\n" in came
        assert b"NAME = ANN LEE\r\n" in came
        send(port, "AT+VLS=1")
        made.answered()
        send(port, "AT+VTX", b"CONNECT\r\n")
        begun = time.monotonic()
        port.write(shield(CODINGS["unsigned"].encode(TONE)) + b"\x10\x03")
        assert port.read_until(b"OK\r\n") == b"\r\nOK\r\n"
        assert time.monotonic() - begun > 0.65
        heard = made.heard()
        assert level(heard[len(heard) - 4800 : len(heard) - 1600]) == pytest.approx(-18, abs=1)
        send(port, "AT+VRX", b"CONNECT\r\n")
        made.press("5")
        assert port.read_until(b"\x10~").endswith(b"\x10~")
        made.hang_up()
        port.read_until(b"\x10b")  # busy tone, heard in what is recorded
        assert send(port, "\x10!").endswith(b"\x10\x03\r\nOK\r\n")
        send(port, "AT+VLS=0")


def test_a_modem_that_vanishes_comes_back_under_another_name(modem: Make, tmp_path: Path) -> None:
    made = modem(by_id=tmp_path / "by-id")
    with opened(made) as port:
        send(port, "ATE0S0=1")
        made.vanish(0.2)
        with pytest.raises(serial.SerialException):
            port.read(100)
    made.until("modem", "is ready", since=1)
    assert made.link.name == "ttyACM1"
    assert (tmp_path / "by-id").readlink() == made.link
    assert not (tmp_path / "ttyACM0").is_symlink()
    with opened(made) as port:
        assert send(port, "ATS0?").startswith(b"ATS0?\r\r\n000")  # it has lost its settings


def test_a_frozen_modem_says_nothing_and_then_goes_on(modem: Make) -> None:
    made = modem()
    with opened(made) as port:
        send(port, "ATE0")
        made.freeze(0.5)
        port.write(b"ATI0\r")
        port.timeout = 0.2
        assert port.read(10) == b""
        port.timeout = 5
        assert port.read_until(b"OK\r\n").startswith(b"\r\n56000")


def test_a_port_that_is_closed_hangs_up(modem: Make) -> None:
    made = modem()
    with opened(made) as port:
        send(port, "AT+FCLASS=8;+VLS=1")
    made.until("host", "has closed the port")
    made.until("modem", "hangs up")


def test_what_will_not_do_is_told(modem: Make, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there are cx930xx, usr5637"):
        ModemStandIn(tmp_path / "tty", persona="acme")
    with pytest.raises(InputError, match="--vice freeze=x: the value is no number, as in freeze=5,60"):
        ModemStandIn(tmp_path / "tty", vices=["freeze=x"])
    (tmp_path / "tty").write_text("mine")
    made = ModemStandIn(tmp_path / "tty")
    with pytest.raises(PortError, match="there is a file of that name"):
        made.start()
    made.close()
    assert (tmp_path / "tty").read_text() == "mine"
    (tmp_path / "tty").unlink()


@pytest.mark.parametrize(
    ("name", "after"), [("ttyACM0", "ttyACM1"), ("ttyUSB9", "ttyUSB10"), ("modem", "modem1")]
)
def test_a_device_that_returns_has_the_next_number(name: str, after: str) -> None:
    assert next_name(Path("/dev") / name) == Path("/dev") / after
