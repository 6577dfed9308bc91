"""A program of somebody else's: it knows the contract of the PCM line, and nothing of this project.

    strangers_phone.py ADDRESS HEARD.raw WHAT…

WHAT: dial:DIGITS (after dial tone), wait:SECONDS, press:DIGITS, ring (until ringback), stay (until the line
is lost). It prints one line of JSON at its end and writes what it heard, raw 16-bit samples.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import time

import numpy

RATE, FRAME = 8000, 160
ROWS, COLUMNS, KEYS = (697, 770, 852, 941), (1209, 1336, 1477, 1633), "123A456B789C*0#D"


def connect(address: str) -> socket.socket:
    kind, where = address.split(":", 1)
    for _ in range(100):
        made = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
        try:
            made.connect(where if kind == "unix" else ("127.0.0.1", int(where)))
            return made
        except OSError:
            made.close()
            time.sleep(0.1)
    raise SystemExit(f"nobody listens at {address}")


def dtmf(digits: str, level: float = 0.12) -> numpy.ndarray:
    """100 ms on, 100 ms off each."""
    t = numpy.arange(RATE // 10) / RATE
    parts = []
    for digit in digits:
        row, column = divmod(KEYS.index(digit), 4)
        pair = numpy.sin(2 * numpy.pi * ROWS[row] * t) + numpy.sin(2 * numpy.pi * COLUMNS[column] * t)
        parts += [level * pair, numpy.zeros(RATE // 10)]
    return numpy.concatenate(parts)


class Phone:
    def __init__(self, address: str) -> None:
        self.line = connect(address)
        self.heard: list[int] = []
        self.lost = False

    def frame(self, samples: numpy.ndarray) -> None:
        """Writes a frame, then reads one."""
        if self.lost:
            return
        try:
            self.line.sendall(struct.pack(f"<{FRAME}h", *(int(32767 * x) for x in samples)))
            came = b""
            while len(came) < 2 * FRAME:
                part = self.line.recv(2 * FRAME - len(came))
                if not part:
                    self.lost = True
                    return
                came += part
        except OSError:
            self.lost = True
            return
        self.heard += struct.unpack(f"<{FRAME}h", came)

    def say(self, sound: numpy.ndarray) -> None:
        sound = numpy.concatenate([sound, numpy.zeros(-len(sound) % FRAME)])
        for at in range(0, len(sound), FRAME):
            self.frame(sound[at : at + FRAME])

    def hears(self, low: float, high: float) -> bool:
        """Two tones have most of the last 0.4 s."""
        last = numpy.array(self.heard[-3200:], dtype=float)
        if len(last) < 3200 or last.std() < 50:
            return False
        power = numpy.abs(numpy.fft.rfft(last * numpy.hanning(3200))) ** 2
        bins = [round(hz * 3200 / RATE) for hz in (low, high)]
        return float(sum(power[bin - 3 : bin + 4].sum() for bin in bins) / power.sum()) > 0.9

    def until(self, low: float, high: float, seconds: float = 20) -> bool:
        for _ in range(int(seconds * RATE / FRAME)):
            self.frame(numpy.zeros(FRAME))
            if self.hears(low, high):
                return True
        return False


def main() -> None:
    address, file, *deeds = sys.argv[1:]
    phone = Phone(address)
    saw: dict[str, object] = {}
    for deed in deeds:
        what, _, rest = deed.partition(":")
        if what == "dial":
            saw["dial_tone"] = phone.until(350, 440)
            phone.say(dtmf(rest))
        elif what == "ring":
            saw["ringback"] = phone.until(440, 480)
        elif what == "press":
            phone.say(dtmf(rest))
        elif what == "wait":
            phone.say(numpy.zeros(int(float(rest) * RATE)))
        elif what == "stay":
            saw["busy"] = phone.until(480, 620, 300)
            saw["busy_at"] = len(phone.heard) // FRAME
            phone.say(numpy.zeros(60 * RATE))
    phone.line.close()
    numpy.array(phone.heard, dtype="<i2").tofile(file)
    print(json.dumps({**saw, "frames": len(phone.heard) // FRAME, "lost": phone.lost}))


main()
