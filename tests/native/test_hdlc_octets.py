"""HDLC as octets (ctidrv/native/hdlc.py): what a Class 1 host makes of frames, and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctidrv.native.hdlc import HdlcReceiver, HdlcSender


@given(st.lists(st.binary(min_size=1, max_size=260), min_size=1, max_size=5), st.integers(1, 300))
def test_frames_come_back_and_the_sender_ends(frames: list[bytes], piece: int) -> None:
    sender, sent = HdlcSender(), b""
    sender.flags(3)
    for frame in frames:
        sender.frame(frame)
        while part := sender.octets(piece):
            assert len(part) <= piece
            sent += part
    assert sender.octets(piece) == b""
    assert [octets for kind, octets in HdlcReceiver().hear(sent) if kind == "frame"] == frames


def test_a_turned_bit_makes_a_frame_bad() -> None:
    sender = HdlcSender()
    sender.flags(2)
    sender.frame(bytes(20))
    sent = bytearray(sender.octets(100))
    sent[8] ^= 1
    kinds = [kind for kind, _ in HdlcReceiver().hear(bytes(sent))]
    assert "bad" in kinds
    assert "frame" not in kinds
