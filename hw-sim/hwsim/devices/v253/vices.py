"""What is wrong with a modem."""

from __future__ import annotations

from ctidrv.modem.dle import DLE
from hwsim.devices.vices import TICKS_PER_S, Vice, Vices

VICES = {
    "late-ok": Vice((3.0,), "result codes come {0} s late"),
    "lost-dle": Vice((20.0,), "one in {0} of the bytes 0x10 for the host is lost"),
    "stray-bytes": Vice((5.0,), "a few bytes of nonsense for the host, every {0} s on average"),
    "stray-dle": Vice((500.0,), "a byte 0x10 is put before one in {0} of the bytes for the host"),
    "lose-byte": Vice((1000.0,), "one byte in {0} is lost, both ways"),
    "duplicate-ring": Vice((), "each RING comes twice"),
    "no-name": Vice((), "caller ID without its NAME"),
    "half-duplex": Vice((), "no +VTR"),
    "clock": Vice((200.0,), "its clock is {0} ppm too fast"),
    "freeze": Vice((5.0, 60.0), "neither takes nor gives anything for {0} s, every {1} s on average"),
    "vanish": Vice((2.0, 60.0), "unplugged for {0} s, every {1} s on average; then it has another name"),
    "babble": Vice((1.0, 30.0), "nonsense for the host for {0} s, every {1} s on average"),
}


class ModemVices(Vices):
    """Bytes pass through `to_host` and `from_host`."""

    def __init__(self, seed: int) -> None:
        super().__init__(VICES, seed)
        self._left: dict[str, int] = {}  # ticks that a thing that has begun still lasts

    def to_host(self, data: bytes) -> bytes:
        """With bytes lost, and bytes too many."""
        if not self._on:
            return data
        made = bytearray()
        for byte in data:
            if self.happens("lose-byte") or (byte == DLE and self.happens("lost-dle")):
                continue
            if self.happens("stray-dle"):
                made.append(DLE)
            made.append(byte)
        return bytes(made)

    def from_host(self, data: bytes) -> bytes:
        if "lose-byte" not in self._on:
            return data
        return bytes(byte for byte in data if not self.happens("lose-byte"))

    def nonsense(self) -> bytes:
        """For the host, in this tick."""
        chance, made = self._chance, b""
        if self._left.get("babble", 0) > 0:
            self._left["babble"] -= 1
            made = chance.randbytes(chance.randint(1, 40))
        elif self.begins("babble"):
            self._left["babble"] = round(TICKS_PER_S * self.value("babble"))
        if "stray-bytes" in self._on and chance.random() < 1 / (TICKS_PER_S * self.value("stray-bytes")):
            made += chance.randbytes(chance.randint(1, 3))
        return made
