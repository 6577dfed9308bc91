"""Fax modems over the line plant: cables, the band of the codec, A-law, echo, noise, drift."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ctidrv.native import check, ffi, lib
from ctidrv.native.fax_modem import FaxReceiver, FaxSender, Modem
from ctidrv.native.pcm import Pcm
from hwsim.plant import LineSettings, Plant
from hwsim.wire_settings import WireSettings
from tests.native import spandsp_fax

RATE, TICK = 8000, 160
BOARD, PHONE = 0, 1
TOP: list[tuple[Modem, int]] = [("v27ter", 4800), ("v29", 9600), ("v17", 14400)]
OCTETS = 600


def ordinary_line(seed: int, *, drift: bool = True) -> tuple[LineSettings, WireSettings]:
    """Both ends' subscriber lines of a call over a digital exchange."""
    dice = random.Random(seed)
    line = LineSettings(
        loss_db=dice.uniform(0, 5), noise_dbm0=-65, return_loss_db=dice.uniform(10, 20), echo_ms=2, law="alaw"
    )
    wire = WireSettings.model_validate(
        {
            "cable": {"km": dice.uniform(0, 3), "gauge": dice.choice([0.4, 0.5, 0.6])},
            "band": "g712",
            "delay_ms": dice.uniform(0, 15),
            "board_ppm": dice.uniform(-50, 50) if drift else 0,
            "phone_ppm": dice.uniform(-50, 50) if drift else 0,
        }
    )
    return line, wire


def over_the_line(sound: Pcm, seed: int, *, drift: bool = True) -> Pcm:
    """What the telephone hears of what the board sends."""
    line, wire = ordinary_line(seed, drift=drift)
    plant = Plant(1, 1, seed=seed, line=line, wire=wire, record_seconds=60)
    check(plant.board.control(plant.board.ctx, BOARD, lib.CTI_LINE_HOOK, 1), "hook")
    plant.hook(PHONE, True)
    plant.connect(BOARD, PHONE)
    plant.phone_record(PHONE, True)
    events, rx = ffi.new("cti_event[]", 64), ffi.new("int16_t[]", TICK)
    sound = Pcm.silence(3200) + sound + Pcm.silence(8000)
    for begin in range(0, len(sound) // TICK * TICK, TICK):
        tx = ffi.from_buffer("int16_t[]", sound[begin : begin + TICK].bytes)
        check(plant.board.exchange(plant.board.ctx, begin, tx, rx, TICK, events, 64), "tick")
        list(plant.events())
    return Pcm.from_bytes(plant.phone_frames(PHONE)[1])


def page(seed: int) -> bytes:
    return random.Random(seed).randbytes(OCTETS)


def bits_of(octets: bytes) -> list[int]:
    return [octet >> i & 1 for octet in octets for i in range(8)]


def sent(modem: Modem, bit_rate: int, octets: bytes) -> Pcm:
    sender = FaxSender(modem, bit_rate)
    sender.put(octets)
    sender.end()
    return sender.samples(100_000)


def received(modem: Modem, bit_rate: int, sound: Pcm) -> bytes:
    return b"".join(event.octets for event in FaxReceiver(modem, bit_rate).hear(sound))[:OCTETS]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("modem", "bit_rate"), TOP)
def test_a_page_over_an_ordinary_line_is_bit_exact(modem: Modem, bit_rate: int, seed: int) -> None:
    octets = page(seed)
    assert received(modem, bit_rate, over_the_line(sent(modem, bit_rate, octets), seed)) == octets


@pytest.fixture(scope="module")
def spandsp() -> Any:
    return spandsp_fax.load()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("modem", "bit_rate"), TOP)
def test_a_page_of_spandsp_over_an_ordinary_line_is_bit_exact(
    spandsp: Any, modem: Modem, bit_rate: int, seed: int
) -> None:
    octets = page(seed)
    sound = spandsp_fax.page_sends(spandsp, modem, bit_rate, bits_of(octets))
    assert received(modem, bit_rate, over_the_line(sound, seed)) == octets


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("modem", "bit_rate"), TOP)
def test_our_page_over_an_ordinary_line_is_read_by_spandsp(
    spandsp: Any, modem: Modem, bit_rate: int, seed: int
) -> None:
    octets = page(seed)
    sound = over_the_line(sent(modem, bit_rate, octets), seed, drift=False)
    bits = spandsp_fax.PageReceiver(spandsp, modem, bit_rate).hear(sound)
    assert bits[: 8 * OCTETS] == bits_of(octets)
