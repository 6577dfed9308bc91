"""Two T.31 modems on one line, by ear: what one host gives, the other gets (ITU-T T.31, T.30)."""

from __future__ import annotations

import random

import pytest

from ctidrv.modem.dle import shield
from ctidrv.modem.t31.hearing import check_sequence
from ctidrv.modem.t31.modem import T31
from ctidrv.modem.t31.modulations import MODULATIONS
from ctidrv.native.fax_line import FaxLine
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, seconds
from tests.unit.modem.t31.conftest import Hook

END = b"\x10\x03"
DIS, DCS = b"\xff\x13\x80\x00\xee\xf8\x10", b"\xff\x13\x83\x00\x8e\xf8"
CSI = b"\xff\x03\x40" + b"0123456789\x10" + bytes(9)


class Side:
    """A modem and its host; `came`: what the host has not read."""

    def __init__(self) -> None:
        self.came = bytearray()
        self.hook = Hook()
        self.modem = T31(FaxLine(), self.hook, self._take)
        self.heard = self.said = Pcm.silence(TICK)
        self.modem.feed(b"ATE0+FCLASS=1\r")
        self.came.clear()

    def _take(self, data: bytes) -> bool:
        self.came += data
        return True


class Pair:
    """Both on one line, a tick (20 ms) apart."""

    def __init__(self) -> None:
        self.a, self.b = Side(), Side()

    def step(self) -> None:
        self.a.said = self.a.modem.tick(self.a.heard)
        self.b.said = self.b.modem.tick(self.b.heard)
        self.a.heard, self.b.heard = self.b.said, self.a.said

    def until(self, side: Side, *ends: bytes, within: float = 15.0) -> bytes:
        """What comes, up to the first of these."""
        for _ in range(seconds(within) // TICK):
            for end in ends:
                at = side.came.find(end)
                if at >= 0:
                    data = bytes(side.came[: at + len(end)])
                    del side.came[: at + len(end)]
                    return data
            self.step()
        raise AssertionError(f"no {ends!r} within {within:g} s: {bytes(side.came)!r}")

    def call(self) -> None:
        """A dials, B answers; B's first flags are under way."""
        self.a.modem.feed(b"ATD1\r")
        self.b.modem.feed(b"ATA\r")
        self.a.modem.through()
        self.b.modem.through()
        self.until(self.b, b"\r\nCONNECT\r\n")


@pytest.fixture
def pair() -> Pair:
    return Pair()


def frame_of(octets: bytes) -> bytes:
    return shield(octets + check_sequence(octets)) + END + b"\r\nOK\r\n"


def test_dis_is_heard_behind_dialling_frame_by_frame(pair: Pair) -> None:
    pair.call()
    pair.b.modem.feed(shield(CSI) + END)
    pair.until(pair.b, b"\r\nCONNECT\r\n")
    pair.b.modem.feed(shield(DIS) + END)
    assert pair.until(pair.a, b"\r\nCONNECT\r\n", b"OK") == b"\r\nCONNECT\r\n"
    assert pair.until(pair.a, b"OK\r\n") == frame_of(CSI)
    pair.a.modem.feed(b"AT+FRH=3\r")
    assert pair.until(pair.a, b"OK\r\n") == b"\r\nCONNECT\r\n" + frame_of(DIS)
    assert pair.until(pair.b, b"OK\r\n") == b"\r\nOK\r\n"


def _talk(pair: Pair) -> None:
    pair.call()
    pair.b.modem.feed(shield(DIS) + END)
    pair.until(pair.a, b"OK\r\n")
    pair.until(pair.b, b"OK\r\n")


@pytest.mark.parametrize("number", [number for number in MODULATIONS if number != 3])
def test_data_of_every_modulation_arrive_as_they_were_given(pair: Pair, number: int) -> None:
    _talk(pair)
    made = MODULATIONS[number]
    data = random.Random(number).randbytes(made.bit_rate // 8 * 2) + b"\x10\x03\x10\x1a\x00"
    turns = [number - 1, number] if made.short_training else [number]  # first its long training
    for each in turns:
        pair.b.modem.feed(b"AT+FRM=%d\r" % each)
        pair.a.modem.feed(b"AT+FTS=8\r")
        pair.until(pair.a, b"OK\r\n")
        pair.a.modem.feed(b"AT+FTM=%d\r" % each)
        pair.until(pair.a, b"CONNECT\r\n")
        pair.a.modem.feed(shield(data) + END)
        pair.until(pair.b, b"CONNECT\r\n")
        came = pair.until(pair.b, END + b"\r\nNO CARRIER\r\n", within=20)
        pair.until(pair.a, b"OK\r\n")
    assert shield(data) in came


def test_frames_go_by_a_fast_carrier_too(pair: Pair) -> None:
    _talk(pair)
    pair.b.modem.feed(b"AT+FRH=96\r")
    pair.a.modem.feed(b"AT+FTH=96\r")
    pair.until(pair.a, b"CONNECT\r\n")
    pair.a.modem.feed(shield(CSI) + END)
    pair.until(pair.a, b"CONNECT\r\n")
    pair.a.modem.feed(shield(DCS) + END)
    assert pair.until(pair.b, b"OK\r\n").endswith(frame_of(CSI))
    pair.b.modem.feed(b"AT+FRH=96\r")
    assert pair.until(pair.b, b"OK\r\n").endswith(frame_of(DCS))
    pair.until(pair.a, b"OK\r\n")


def test_a_command_instead_of_the_page_is_fcerror_and_then_the_frame(pair: Pair) -> None:
    _talk(pair)
    pair.b.modem.feed(b"AT+FRM=145\r")
    pair.a.modem.feed(b"AT+FTH=3\r")
    pair.until(pair.a, b"CONNECT\r\n")
    pair.a.modem.feed(shield(DCS) + END)
    assert pair.until(pair.b, b"ERROR\r\n") == b"\r\n+FCERROR\r\n"
    pair.b.modem.feed(b"AT+FRH=3\r")
    assert pair.until(pair.b, b"OK\r\n") == b"\r\nCONNECT\r\n" + frame_of(DCS)


def test_frs_ends_behind_the_far_ends_carrier(pair: Pair) -> None:
    _talk(pair)
    pair.a.modem.feed(b"AT+FTH=3\r")
    pair.until(pair.a, b"CONNECT\r\n")
    for _ in range(10):
        pair.step()
    pair.b.modem.feed(b"AT+FRS=7\r")
    pair.a.modem.feed(shield(DCS) + END)
    pair.until(pair.a, b"OK\r\n")
    assert not pair.b.came
    assert pair.until(pair.b, b"OK\r\n", within=0.3) == b"\r\nOK\r\n"
