"""Yealink's packets, against what the kernel's documentation and driver have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.drivers.usbgw.packets import DATA, LENGTH, BadPacket, Packet, decode, encode
from ctidrv.errors import UsageError


@pytest.mark.parametrize(
    ("packet", "generation", "raw"),
    [
        # size 10, as the kernel's CMD_INIT
        (Packet(0x8E, bytes(10)), 1, "8e0a0000 0000000000000000000000 68"),
        (Packet(0x87, bytes(2)), 1, "87020000 0000000000000000000000 77"),
        (Packet(0x80), 1, "80010000 0000000000000000000000 7f"),
        (Packet(0x81, b"\0", 0x1F), 1, "8101001f 0000000000000000000000 5f"),
        (Packet(0x0E, b"\1"), 1, "0e010000 0100000000000000000000 f0"),
        (Packet(0x03, b"\xff"), 2, "03 ff0000000000 fe"),
    ],
)
def test_an_order_has_the_bytes_that_the_device_knows(packet: Packet, generation: int, raw: str) -> None:
    assert encode(packet, generation).hex() == raw.replace(" ", "")


@pytest.mark.parametrize("generation", [1, 2])
def test_what_is_encoded_sums_up_to_nothing_and_is_read_back(generation: int) -> None:
    packet = Packet(0x81, bytes(range(1, 1 + DATA[generation])), 0x0102 if generation == 1 else 0)
    raw = encode(packet, generation)
    assert len(raw) == LENGTH[generation]
    assert sum(raw) % 256 == 0
    assert decode(raw, generation) == packet


@pytest.mark.parametrize(
    "packet", [Packet(0x04, bytes(12)), Packet(0x100), Packet(1, offset=0x10000), Packet(-1)]
)
def test_what_has_no_room_is_refused(packet: Packet) -> None:
    with pytest.raises(UsageError):
        encode(packet, 1)


@pytest.mark.parametrize("raw", [b"", bytes(15), bytes(17), bytes(64), b"\x01" + bytes(15)])
def test_what_is_no_packet_is_refused(raw: bytes) -> None:
    with pytest.raises(BadPacket):
        decode(raw, 1)


@given(raw=st.binary(max_size=40), generation=st.sampled_from([1, 2]))
def test_any_bytes_are_a_packet_or_refused(raw: bytes, generation: int) -> None:
    try:
        packet = decode(raw, generation)
    except BadPacket:
        assert len(raw) != LENGTH[generation] or sum(raw) % 256
    else:
        assert 0 <= packet.command <= 255
        assert len(packet.data) == DATA[generation]


@given(raw=st.binary(min_size=15, max_size=15), at=st.integers(0, 15), change=st.integers(1, 255))
def test_one_byte_that_is_wrong_is_always_noticed(raw: bytes, at: int, change: int) -> None:
    whole = bytearray(raw + bytes([-sum(raw) & 0xFF]))
    whole[at] = (whole[at] + change) & 0xFF
    with pytest.raises(BadPacket):
        decode(bytes(whole), 1)
