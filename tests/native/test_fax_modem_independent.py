"""Fax modems against libspandsp, both ways."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native import g711
from ctidrv.native.fax_modem import FaxReceiver, FaxSender
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
    with pytest.raises(NativeError, match="a frame of 401 octets"):
        FaxSender("v21").frame(bytes(401))
