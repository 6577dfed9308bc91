"""Fax modems against libspandsp, both ways."""

from __future__ import annotations

import random
from typing import Any, Literal

import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native import g711
from ctidrv.native.fax_modem import FaxReceiver, FaxSender, Modem
from ctidrv.native.pcm import Pcm
from tests.native import spandsp_fax

QUIET = Pcm.silence(2400)
LONG = bytes(range(250))
FRAMES = [bytes.fromhex("ff138000eef8c48001"), bytes.fromhex("ffc8c1000000"), b"\xff" * 30, LONG]


@pytest.fixture(scope="module")
def spandsp() -> Any:
    return spandsp_fax.load()


def sent_by_v21(frames: list[bytes]) -> Pcm:
    sender = FaxSender("v21")
    sender.flags(38)
    for frame in frames:
        sender.frame(frame)
    sender.end()
    return QUIET + sender.samples(200_000) + QUIET


def through(sound: Pcm, law: Literal["alaw", "ulaw"]) -> Pcm:
    return g711.decode(g711.encode(sound, law), law)


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_t30_frames_of_our_v21_are_heard_by_spandsp(spandsp: Any, law: Literal["alaw", "ulaw"]) -> None:
    assert spandsp_fax.v21_hears(spandsp, through(sent_by_v21(FRAMES), law)) == FRAMES


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_t30_frames_of_spandsp_in_v21_are_heard(spandsp: Any, law: Literal["alaw", "ulaw"]) -> None:
    sound = QUIET + spandsp_fax.v21_sends(spandsp, FRAMES, 110_000) + QUIET
    heard = FaxReceiver("v21").hear(through(sound, law))
    assert [event.octets for event in heard if event.kind == "frame"] == FRAMES
    assert [event.kind for event in heard if event.kind not in ("frame", "flags")] == ["carrier", "end"]


def test_a_turn_of_our_own_v21_is_carrier_flags_frames_end() -> None:
    heard = FaxReceiver("v21").hear(sent_by_v21(FRAMES))
    assert [event.kind for event in heard] == ["carrier", "flags", *["frame"] * len(FRAMES), "end"]
    assert abs(heard[0].level + 13) < 1


def test_what_a_modem_has_not_is_refused() -> None:
    with pytest.raises(UsageError, match="the fax modems are"):
        FaxSender("v34")  # type: ignore[arg-type]
    with pytest.raises(NativeError, match="9600 bit/s"):
        FaxSender("v21", 9600)
    with pytest.raises(NativeError, match="receiving 2400"):
        FaxReceiver("v21", 2400)
    with pytest.raises(NativeError, match="receiving 4800"):
        FaxReceiver("v17").again("v29", 4800)
    with pytest.raises(NativeError, match="a frame of 401 octets"):
        FaxSender("v21").frame(bytes(401))


PAGES: list[tuple[Modem, int]] = [
    ("v27ter", 2400),
    ("v27ter", 4800),
    ("v29", 7200),
    ("v29", 9600),
    ("v17", 7200),
    ("v17", 9600),
    ("v17", 12000),
    ("v17", 14400),
]


def page(seed: int, octets: int = 500) -> bytes:
    return random.Random(seed).randbytes(octets)


def bits_of(octets: bytes) -> list[int]:
    return [octet >> i & 1 for octet in octets for i in range(8)]


def sent(modem: Modem, bit_rate: int, octets: bytes, **options: bool) -> Pcm:
    sender = FaxSender(modem, bit_rate, **options)
    assert sender.put(octets) == len(octets)
    sender.end()
    return QUIET + sender.samples(100_000) + QUIET


def received(receiver: FaxReceiver, sound: Pcm) -> bytes:
    heard = receiver.hear(sound + QUIET)
    assert [event.kind for event in heard if event.kind != "octets"] == ["training", "carrier", "end"]
    return b"".join(event.octets for event in heard)


@pytest.mark.parametrize("echo_protection", [False, True])
@pytest.mark.parametrize(("modem", "bit_rate"), PAGES)
def test_pages_of_spandsp_are_read(spandsp: Any, modem: Modem, bit_rate: int, echo_protection: bool) -> None:
    octets = page(bit_rate)
    sound = spandsp_fax.page_sends(spandsp, modem, bit_rate, bits_of(octets), echo_protection=echo_protection)
    sound = through(QUIET + sound + QUIET, "alaw")
    assert received(FaxReceiver(modem, bit_rate), sound)[: len(octets)] == octets


@pytest.mark.parametrize("echo_protection", [False, True])
@pytest.mark.parametrize(("modem", "bit_rate"), PAGES)
def test_our_pages_are_read_by_spandsp(
    spandsp: Any, modem: Modem, bit_rate: int, echo_protection: bool
) -> None:
    octets = page(bit_rate + 1)
    sound = through(sent(modem, bit_rate, octets, echo_protection=echo_protection), "alaw")
    bits = spandsp_fax.PageReceiver(spandsp, modem, bit_rate).hear(sound)
    assert bits[: 8 * len(octets)] == bits_of(octets)


@pytest.mark.parametrize("bit_rate", [7200, 9600, 12000, 14400])
def test_v17_short_training_of_spandsp_is_enough_behind_long(spandsp: Any, bit_rate: int) -> None:
    receiver = FaxReceiver("v17", bit_rate)
    for turn in range(4):
        octets = page(bit_rate + turn)
        sound = spandsp_fax.page_sends(spandsp, "v17", bit_rate, bits_of(octets), short_training=turn > 0)
        if turn > 0:
            receiver.again("v17", bit_rate, short_training=True)
        sound = through(QUIET + Pcm.silence(turn) + sound + QUIET, "alaw")
        assert received(receiver, sound)[: len(octets)] == octets


@pytest.mark.parametrize("bit_rate", [7200, 9600, 12000, 14400])
def test_v17_our_short_training_is_enough_for_spandsp(spandsp: Any, bit_rate: int) -> None:
    receiver = spandsp_fax.PageReceiver(spandsp, "v17", bit_rate)
    for turn in range(3):
        octets = page(bit_rate + turn)
        if turn > 0:
            receiver.restart(short_training=True)
        bits = receiver.hear(through(sent("v17", bit_rate, octets, short_training=turn > 0), "alaw"))
        assert bits[: 8 * len(octets)] == bits_of(octets)


def test_quality_and_points_of_a_page_are_told() -> None:
    receiver = FaxReceiver("v29")
    receiver.hear(sent("v29", 9600, page(3, 1000))[:9000])
    quality = receiver.quality
    assert abs(quality.level + 13) < 0.5
    assert quality.snr > 28
    assert abs(quality.carrier_hz) < 0.5
    assert abs(quality.clock_ppm) < 20
    assert not quality.is_lost
    grid = {(round(x / 0.2722), round(y / 0.2722)) for x, y in receiver.points}
    assert 8 < len(grid) <= 16
