"""The octets of pages in what a fax modem and its host said to each other (`ctidrv sim faxmodem --trace`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctidrv.drivers.class1.wire import Line, Parser
from ctidrv.modem.dle import Data, Unshield
from ctidrv.native.t4 import Decoder, Page

_SENDS, _TAKES = "AT+FTM=", "AT+FRM="


@dataclass(frozen=True)
class Carrier:
    """Data of one ``+FTM`` (`sent`) or ``+FRM``."""

    sent: bool
    octets: bytes

    @property
    def is_page(self) -> bool:
        """A training check is zeros alone; what came of one has some other octets at its ends."""
        return self.octets.count(0) < 0.9 * len(self.octets)


def carriers(trace: Path) -> list[Carrier]:
    """Of a call, in order."""
    said = _Conversation()
    for line in trace.read_text().splitlines():
        row = json.loads(line)
        said.take(row["from"], bytes.fromhex(row["octets"]))
    return said.carriers


class _Conversation:
    """Command lines and data of the host; result codes and data of the modem."""

    def __init__(self) -> None:
        self.carriers: list[Carrier] = []
        self._typed = ""
        self._command = ""
        self._sends: Unshield | None = None  # data of the host are under way
        self._modem = Parser()
        self._octets = bytearray()

    def take(self, who: str, octets: bytes) -> None:
        if who == "host":
            while octets:
                octets = self._data(octets) if self._sends is not None else self._text(octets)
        else:
            for item in self._modem.feed(octets):
                self._answer(item)

    def _text(self, octets: bytes) -> bytes:
        line, end, rest = octets.partition(b"\r")
        self._typed += line.decode("latin-1")
        if end:  # frames of +FTH, which end without a line, stand before it
            self._command, self._typed = "AT" + self._typed.upper().rpartition("AT")[2], ""
            self._octets.clear()
            self._modem.expect_data(self._command.startswith(_TAKES))
        return rest

    def _answer(self, item: object) -> None:
        if isinstance(item, Data):
            self._octets += item.content
        elif isinstance(item, Line) and item.result == "CONNECT" and self._command.startswith(_SENDS):
            self._sends = Unshield()
        elif isinstance(item, Line) and item.result and self._command.startswith(_TAKES) and self._octets:
            self._keep(sent=False)

    def _data(self, octets: bytes) -> bytes:
        assert self._sends is not None
        for item, left in self._sends.feed(octets):
            if isinstance(item, Data):
                self._octets += item.content
            else:
                self._sends = None
                self._keep(sent=True)
                return octets[len(octets) - left :]
        return b""

    def _keep(self, *, sent: bool) -> None:
        self.carriers.append(Carrier(sent, bytes(self._octets)))
        self._octets.clear()


def bits(octets: bytes) -> str:
    """In the order of the line: the lowest of each octet first."""
    return "".join(f"{octet:08b}"[::-1] for octet in octets)


def arrived(sent: bytes, taken: bytes) -> bool:
    """Every bit given to one modem is among those that the other gave, one behind the other."""
    return bits(sent) in bits(taken)


def page_of(octets: bytes, width: int) -> Page:
    """What a program has written as MH, with its damage."""
    return Decoder("mh", width).page(octets)


def pages(found: list[Carrier], *, sent: bool) -> Iterator[bytes]:
    for carrier in found:
        if carrier.sent is sent and carrier.is_page:
            yield carrier.octets
