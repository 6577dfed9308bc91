"""The carriers that a Class 1 modem says it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ctidrv.drivers.class1.carriers import ASKS, carriers, numbers
from ctidrv.modem.t31.modem import T31
from ctidrv.native.fax_line import FaxLine
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK
from tests.native.spandsp_fax import load
from tests.native.spandsp_t31 import SpandspT31
from tests.unit.drivers.class1.test_host import Hook

ALL = {"v27ter", "v29", "v17"}
NINE_SIX = ["3,24,48,72,96"]
V17_TOO = ["(3,24,48,72-74,96-98,121,122,145,146)"]


def test_of_a_modem_without_v17_none_is_offered() -> None:
    assert carriers(NINE_SIX, NINE_SIX) == {"v27ter", "v29"}


def test_what_it_only_sends_is_not_offered() -> None:
    assert carriers(V17_TOO, NINE_SIX) == {"v27ter", "v29"}
    assert carriers(V17_TOO, V17_TOO) == ALL


def test_a_modem_without_a_carrier_has_none() -> None:
    assert carriers(["3"], ["3"]) == carriers([], V17_TOO) == set()


def test_t30_a_modem_without_v27ter_is_none_for_faxes() -> None:
    assert carriers(["72,96"], ["72,96"]) == set()


def test_numbers_are_read_as_v250_has_them() -> None:
    assert numbers(["(3,24,48,72-74)", "145"]) == {3, 24, 48, 72, 73, 74, 145}
    assert numbers(["9-3", "1234", "-", ""]) == set()


def told(makes: Callable[..., Any]) -> list[list[str]]:
    """By a modem of this process, on hook, in class 1."""
    came = bytearray()

    def take(data: bytes) -> bool:
        came.extend(data)
        return True

    modem, answers = makes(Hook(), take), []
    for command in ("ATE0", "AT+FCLASS=1", *ASKS):
        came.clear()
        modem.feed(command.encode() + b"\r")
        for _ in range(10):
            modem.tick(Pcm.silence(TICK))
        answers.append(came.decode().split())
    assert all(lines[-1] == "OK" for lines in answers), answers
    return [lines[:-1] for lines in answers[2:]]


def test_our_modem_has_them_all() -> None:
    assert carriers(*told(lambda hook, out: T31(FaxLine(), hook, out))) == ALL


def test_a_modem_that_is_not_ours_has_them_all() -> None:
    assert carriers(*told(lambda hook, out: SpandspT31(load(), hook, out))) == ALL
