"""A fax line from Python: two of them, a sample apart."""

from __future__ import annotations

import pytest

from ctidrv.errors import NativeError, UsageError
from ctidrv.native.fax_line import AFTER_CARRIER, FaxLine, FaxTurn, Said
from ctidrv.native.pcm import Pcm

TICK = 160
DIS = bytes.fromhex("ff138000eef8c48001")


def run(line: FaxLine, rx: Pcm) -> tuple[Pcm, list[Said]]:
    """All of it; nobody changes the turn."""
    tx, said = Pcm.silence(0), []
    while True:
        part, event = line.run(rx[len(tx) :])
        tx += part
        if event is None:
            return tx, said
        said.append(event)


def call(one: FaxLine, other: FaxLine, seconds: float) -> tuple[list[Said], list[Said]]:
    """What each says while they hear each other, a tick later."""
    said: tuple[list[Said], list[Said]] = ([], [])
    for_one = Pcm.silence(TICK)
    for _ in range(int(seconds * 8000) // TICK):
        for_other, events = run(one, for_one)
        said[0].extend(events)
        for_one, events = run(other, for_other)
        said[1].extend(events)
    return said


def test_frames_then_a_page_are_heard_by_the_other_end() -> None:
    one, other = FaxLine(level=-10), FaxLine()
    other.turn(FaxTurn("listen"))
    assert other.quality is None
    assert other.points == []
    one.turn(FaxTurn("frames", silence=AFTER_CARRIER))
    one.frame(DIS)
    one.end()
    sent, heard = call(one, other, 2.5)
    assert [event.kind for event in sent] == ["sent"]
    kinds = [(event.modem, event.heard.kind) for event in heard if event.heard]
    assert kinds == [("v21", "carrier"), ("v21", "flags"), ("v21", "frame"), ("v21", "end")]
    assert heard[2].heard is not None
    assert heard[2].heard.octets == DIS
    assert heard[2].heard.at == heard[2].at

    page = bytes(range(256)) * 2
    other.turn(FaxTurn("listen", "v29", hold_ms=60))
    one.turn(FaxTurn("data", "v29", silence=AFTER_CARRIER))
    assert one.room == 1024
    assert one.put(page) == one.waiting == len(page)
    one.end()
    sent, heard = call(one, other, 2)
    assert [event.kind for event in sent] == ["sent"]
    octets = b"".join(event.heard.octets for event in heard if event.heard and event.heard.kind == "octets")
    assert octets[: len(page)] == page
    assert other.quality is not None
    assert other.quality.snr > 25
    assert len(other.points) == 128


def test_cng_and_ced_are_heard_as_tones() -> None:
    one, other = FaxLine(), FaxLine()
    one.turn(FaxTurn("cng"))
    other.turn(FaxTurn("listen"))
    said, heard = call(one, other, 5)
    assert [(event.kind, event.tone) for event in heard] == [("tone", "cng")]
    assert said == []
    other.turn(FaxTurn("ced", ms=2600))
    said, heard = call(one, other, 3)
    assert [(event.kind, event.tone) for event in said] == [("tone", "ced")]
    assert [event.kind for event in heard] == ["sent"]


def test_what_no_modem_does_is_refused() -> None:
    line = FaxLine()
    with pytest.raises(UsageError, match="turns of a fax line are listen, cng"):
        line.turn(FaxTurn("dance"))  # type: ignore[arg-type]
    with pytest.raises(NativeError, match="data of v29 at 300 bit/s"):
        line.turn(FaxTurn("data", "v29", 300))
    with pytest.raises(NativeError, match="page data"):
        line.put(b"x")
    with pytest.raises(NativeError, match="3 dBm0"):
        FaxLine(level=3)
