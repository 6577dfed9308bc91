"""What a modem is asked before a call: the carriers that it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ctidrv.drivers.class1.asking import modems_of, numbers
from ctidrv.drivers.v253.link import LinkGone
from ctidrv.errors import PortError
from ctidrv.modem.t31.modem import T31
from ctidrv.native.fax_line import FaxLine
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK
from tests.native.spandsp_fax import load
from tests.native.spandsp_t31 import SpandspT31
from tests.unit.drivers.class1.test_host import Hook

ALL = frozenset({"v27ter", "v29", "v17"})


class Scripted:
    """A modem by its answers; what it has none for, it leaves without."""

    def __init__(self, answers: dict[str, bytes], *, echo: bool = False) -> None:
        self._answers, self._echo = answers, echo
        self._typed, self._came = b"", b""

    def write(self, data: bytes) -> int:
        self._typed += data[:5]  # it takes a few at a time
        while b"\r" in self._typed:
            line, _, self._typed = self._typed.partition(b"\r")
            self._came += (line + b"\r" if self._echo else b"") + self._answers.get(line.decode(), b"")
        return len(data[:5])

    def read(self, wait: float) -> bytes:
        came, self._came = self._came, b""
        return came

    def close(self) -> None: ...


class Real:
    """A modem of this process, on hook."""

    def __init__(self, makes: Callable[..., Any]) -> None:
        self._came = b""
        self._modem = makes(Hook(), self._take)

    def _take(self, data: bytes) -> bool:
        self._came += data
        return True

    def write(self, data: bytes) -> int:
        self._modem.feed(data)
        return len(data)

    def read(self, wait: float) -> bytes:
        self._modem.tick(Pcm.silence(TICK))
        came, self._came = self._came, b""
        return came

    def close(self) -> None: ...


OK = b"\r\nOK\r\n"
NINE_SIX = {
    "ATE0V1Q0": OK,
    "AT+FCLASS=1": b"\r\nRING\r\n" + OK,
    "AT+FTM=?": b"\r\n3,24,48,72,96\r\n" + OK,
    "AT+FRM=?": b"\r\n3,24,48,72,96\r\n" + OK,
}


@pytest.mark.parametrize("echo", [False, True])
def test_of_a_modem_without_v17_none_is_offered(echo: bool) -> None:
    assert modems_of(Scripted(NINE_SIX, echo=echo)) == {"v27ter", "v29"}


def test_what_it_only_sends_is_not_offered() -> None:
    all_sent = b"\r\n(3,24,48,72-74,96-98,121,122,145,146)\r\n" + OK
    assert modems_of(Scripted(NINE_SIX | {"AT+FTM=?": all_sent})) == {"v27ter", "v29"}
    assert modems_of(Scripted(NINE_SIX | {"AT+FTM=?": all_sent, "AT+FRM=?": all_sent})) == ALL


def test_a_modem_that_is_none_for_faxes_is_told() -> None:
    with pytest.raises(PortError, match="AT\\+FCLASS=1 with ERROR"):
        modems_of(Scripted(NINE_SIX | {"AT+FCLASS=1": b"\r\nERROR\r\n"}))
    with pytest.raises(PortError, match="no carrier for faxes"):
        modems_of(Scripted(NINE_SIX | {"AT+FRM=?": b"\r\n3\r\n" + OK}))


def test_a_modem_that_is_silent_babbles_or_goes_is_told() -> None:
    with pytest.raises(PortError, match="does not answer ATE0V1Q0"):
        modems_of(Scripted({}), within_s=0.05)
    with pytest.raises(PortError, match="does not answer AT"):
        modems_of(Scripted(NINE_SIX | {"AT+FTM=?": b"24\r\n" * 10_000}), within_s=0.05)

    class Gone(Scripted):
        def read(self, wait: float) -> bytes:
            raise LinkGone("it was unplugged")

    with pytest.raises(PortError, match="it was unplugged"):
        modems_of(Gone(NINE_SIX))


def test_numbers_are_read_as_v250_has_them() -> None:
    assert numbers(["(3,24,48,72-74)", "145"]) == {3, 24, 48, 72, 73, 74, 145}
    assert numbers(["9-3", "1234", "-", ""]) == set()


def test_our_modem_has_them_all() -> None:
    assert modems_of(Real(lambda hook, out: T31(FaxLine(), hook, out))) == ALL


def test_a_modem_that_is_not_ours_has_them_all() -> None:
    assert modems_of(Real(lambda hook, out: SpandspT31(load(), hook, out))) == ALL
