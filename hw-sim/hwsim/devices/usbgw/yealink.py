"""The firmware of Yealink's telephones and boxes, by github.com/treitmayr/yealink-module (yealink.h)."""

from __future__ import annotations

from collections import deque

from hwsim.devices.usbgw.vices import Vices

VERSIONS = {"p1k": 0x0110, "p4k": 0x0240, "b2k": 0x0526, "b3g": 0x0548, "p1kh": 0x0120}
KEY_CODES = {
    "p1k": dict(zip("123L456E789*0#", [0, 1, 2, 3, 16, 17, 18, 19, 32, 33, 34, 48, 49, 50], strict=True)),
    "p4k": dict(zip("369#2580F147*", [1, 2, 3, 4, 17, 18, 19, 20, 21, 33, 34, 35, 36], strict=True)),
    "p1kh": dict(zip("123L456E789*0#", [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 15, 16, 17], strict=True)),
}
"""L and E: the green and the red key, F: flash. A box decodes what its telephone dials."""
BOX_CODES = {**{str(digit): digit for digit in range(10)}, "*": 0x0B, "#": 0x0C}
_UP, _REFUSED = 0xFF, 0xFD
_KEYS = 32


class YealinkFirmware:
    """Of a model of VERSIONS. What it was told stands in `bell buzzer relay speaker lamp dial_tone notes`;
    `off_hook` and `line_rings` are told to it. `relay`: its telephone is the exchange line's, as without
    power."""

    def __init__(self, model: str, vices: Vices | None = None) -> None:
        self.model = model
        self.vices = vices or Vices()
        self.generation = 2 if model == "p1kh" else 1
        self.report_size = 8 if self.generation == 2 else 16
        self.version = VERSIONS[model]
        self.serial = bytes(range(0x30, 0x3A))
        self.off_hook = self.line_rings = False
        self.bell = self.buzzer = self.speaker = self.dial_tone = False
        self.relay = True
        self.lamp = bytes(2)
        self.notes = bytearray(64)
        self.volume = 0
        self._codes = [_UP] * _KEYS
        self._count = 0
        self.counts_to = 256
        """Of its keys; nobody has published whether it is that or 32."""
        self._answers: deque[bytes] = deque(maxlen=8)
        self._late: bytes | None = None
        self.refused = 0

    # Its user.

    def press(self, key: str) -> None:
        codes = KEY_CODES.get(self.model, BOX_CODES)
        self._key(codes[key])

    def release(self) -> None:
        self._key(_UP)

    def _key(self, code: int) -> None:
        if self.generation == 2:
            self._answers.append(self._packet(0x81, bytes([code])))
            return
        self._codes[self._count % _KEYS] = code
        self._count = (self._count + 1) % self.counts_to

    # USB.

    def order(self, report: bytes) -> None:
        whole = len(report) == self.report_size and sum(report) & 0xFF == 0
        if not whole or self.vices.strikes("refuses"):
            self.refused += 1
            self._tell(_REFUSED, b"")
            return
        command = report[0]
        data = report[4:15] if self.generation == 1 else report[1:7]
        offset = int.from_bytes(report[2:4], "big") if self.generation == 1 else 0
        size = report[1] if self.generation == 1 else 6
        if not 1 <= size <= len(data):
            self._tell(_REFUSED, b"")
        elif command in self._ANSWERS:
            self._tell(command, self._ANSWERS[command](self, offset))
        elif command in self._TAKES:
            self._TAKES[command](self, data[:size], offset)
        else:
            self._tell(_REFUSED, b"")

    def answer(self) -> bytes | None:
        return self._answers.popleft() if self._answers else None

    def _tell(self, command: int, data: bytes) -> None:
        packet = self._packet(command, data)
        if self.vices.strikes("loses"):
            return
        if self.vices.strikes("bad-checksum"):
            packet = packet[:-1] + bytes([packet[-1] ^ 0x55])
        late, self._late = self._late, None
        if late is not None:
            self._answers.append(late)
        if self.vices.strikes("late"):
            self._late = packet
        else:
            self._answers.append(packet)

    def _packet(self, command: int, data: bytes) -> bytes:
        if self.generation == 1:
            body = bytes([command, max(1, len(data)), 0, 0]) + data.ljust(11, b"\0")
        else:
            body = bytes([command]) + data.ljust(6, b"\0")[:6]
        return body + bytes([-sum(body) & 0xFF])

    # What is answered.

    def _key_number(self, offset: int) -> bytes:
        if self.model == "b3g":
            return bytes([self._count, self.line_rings, not self.off_hook])
        return bytes([self._count])

    def _box_state(self, offset: int) -> bytes:
        return bytes([self.line_rings + 2 * self.off_hook])

    def _hook_state(self, offset: int) -> bytes:
        return bytes([0 if self.off_hook else 0x10])

    _ANSWERS = {  # noqa: RUF012  (never changed)
        0x87: lambda self, offset: self.version.to_bytes(2, "big"),
        0x8E: lambda self, offset: self.serial,
        0x80: _key_number,
        0x81: lambda self, offset: bytes([self._codes[offset % _KEYS]]),
        0x8D: _box_state,
        0x8B: _hook_state,
    }

    # What is done.

    def _bell(self, data: bytes, offset: int) -> None:
        self.bell = bool(data[0])

    def _relay(self, data: bytes, offset: int) -> None:
        if not self.vices.strikes("relay-stuck"):
            self.relay = bool(data[0])

    def _buzzer(self, data: bytes, offset: int) -> None:
        self.buzzer = data[0] in (0x24, 0xFF)

    def _lamp(self, data: bytes, offset: int) -> None:
        self.lamp = bytes(data[:2])

    def _speaker(self, data: bytes, offset: int) -> None:
        self.speaker = bool(data[0])

    def _dial_tone(self, data: bytes, offset: int) -> None:
        self.dial_tone = bool(data[0])

    def _notes(self, data: bytes, offset: int) -> None:
        self.notes[offset : offset + len(data)] = data

    def _volume(self, data: bytes, offset: int) -> None:
        self.volume = data[0]

    _TAKES = {  # noqa: RUF012
        0x01: _bell,
        0x0E: _relay,
        0x03: _buzzer,
        0x05: _lamp,
        0x0C: _speaker,
        0x09: _dial_tone,
        0x02: _notes,
        0x11: _volume,
    }
