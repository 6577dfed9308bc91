"""The packets of Yealink's USB telephones and boxes, without I/O.

Generation 1 (P1K, P4K, B2K, B3G), 16 bytes: command, size (1-11), offset (big-endian), 11 bytes of data,
checksum. Generation 2 (P1KH), 8 bytes: command, 6 bytes of data, checksum. All bytes of a packet sum up to 0
(mod 256). Sources: Linux' Documentation/input/devices/yealink.rst; github.com/treitmayr/yealink-module
(yealink.h) for B2K, B3G and P1KH.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctidrv.errors import UsageError

VERSION, INIT, KEY_NUMBER, KEY_CODE = 0x87, 0x8E, 0x80, 0x81
"""Answered: the version; the serial number; how many keys there were; the code of one of them."""
BOX_STATE, HOOK_STATE = 0x8D, 0x8B
"""Answered: of the B2K; of the P4K."""
BELL, RELAY, LAMP, SPEAKER, DIAL_TONE = 0x01, 0x0E, 0x05, 0x0C, 0x09
"""Not answered. RELAY: 0 the telephone is ours, 1 it is the exchange line's."""
NOTES, BUZZER, VOLUME = 0x02, 0x03, 0x11
"""The ring of P1K and P1KH: what it sounds like, on and off, how loud."""
REFUSED = 0xFD
"""An answer: the packet before was bad, or one too many."""
DATA = {1: 11, 2: 6}
LENGTH = {1: 16, 2: 8}
"""Bytes, by generation."""


class BadPacket(ValueError):
    """What came is no packet."""


@dataclass(frozen=True, slots=True)
class Packet:
    """`data`: of an answer all of it, whatever size it names. `offset`: generation 1 alone."""

    command: int
    data: bytes = b""
    offset: int = 0


def encode(packet: Packet, generation: int) -> bytes:
    """The bytes to be sent; UsageError for what has no room in it. An order without data asks for one
    byte."""
    data, most = packet.data, DATA[generation]
    if not 0 <= packet.command <= 0xFF or not 0 <= packet.offset <= 0xFFFF or len(data) > most:
        raise UsageError(f"{packet}: a byte, at most {most} bytes, an offset of 16 bits")
    body = bytes([packet.command])
    if generation == 1:
        body += bytes([max(1, len(data))]) + packet.offset.to_bytes(2, "big")
    body += data.ljust(most, b"\0")
    return body + bytes([-sum(body) & 0xFF])


def decode(raw: bytes, generation: int) -> Packet:
    """BadPacket says why it is none."""
    if len(raw) != LENGTH[generation]:
        raise BadPacket(f"{len(raw)} bytes, where {LENGTH[generation]} are a packet")
    if sum(raw) & 0xFF:
        raise BadPacket("its checksum is wrong")
    if generation == 1:
        return Packet(raw[0], raw[4:15], int.from_bytes(raw[2:4], "big"))
    return Packet(raw[0], raw[1:7])
