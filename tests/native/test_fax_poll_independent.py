"""Polling, turn-around and sub-addresses of a fax call with libspandsp, an implementation that is not ours:
either end calls, with error correction and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import Sheet, T30Config, T30Event
from tests.native import page_set, spandsp_fax
from tests.native.spandsp_machine import SpandspFax
from tests.native.spandsp_terminal import tiff

BLOCK = 160
MOST_BLOCKS = 50 * 120
AFTER = 150
"""Blocks behind our end of the call, in which libspandsp hears of it."""
ROWS = page_set.packed(page_set.text(1728, 300, 3))


@pytest.fixture(scope="module")
def spandsp() -> Any:
    return spandsp_fax.load()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The page as a TIFF, in which a nought is black."""
    page = Image.frombytes("1", (1728, 300), bytes(255 - octet for octet in ROWS))
    return tiff(tmp_path / "document.tif", [page], (204, 98))


def rows_in(path: Path) -> bytes:
    with Image.open(path) as page:
        return bytes(255 - octet for octet in page.convert("1").tobytes())


class Own:
    """Our end, and what it told."""

    def __init__(self, **config: Any) -> None:
        self.machine = FaxMachine(T30Config(**config))
        self.events: list[T30Event] = []

    def run(self, rx: Pcm) -> Pcm:
        tx = self.machine.run(rx)
        for event in self.machine.events():
            self.events.append(event)
            if event.kind == "page-wanted":
                self.machine.page(event.page, ROWS, 1728)
        return tx

    def told(self, kind: str) -> list[str | None]:
        return [event.what for event in self.events if event.kind == kind]

    @property
    def whole(self) -> list[bool]:
        """Of each page that came: it is told as clean, and is what was sent."""
        return [event.clean and event.data == ROWS for event in self.events if event.kind == "page-taken"]


def talk(own: Own, other: SpandspFax) -> None:
    said, after = Pcm.silence(BLOCK), 0
    for _ in range(MOST_BLOCKS):
        said = own.run(other.run(said))
        after += own.machine.is_over
        if after > AFTER:
            break
    other.close()


def tell(lib: Any, fax: SpandspFax, **words: str) -> None:
    """Sub-addresses and passwords of its end."""
    for name, word in words.items():
        getattr(lib, f"t30_set_tx_{name}")(fax.t30, word.encode())


@pytest.mark.parametrize("ecm", [True, False])
def test_we_poll_a_document_of_spandsp(spandsp: Any, document: Path, ecm: bool) -> None:
    own = Own(calling=True, polls=True, ecm=ecm)
    other = SpandspFax(spandsp, calling=False, send=document, ecm=ecm)
    talk(own, other)
    assert (own.told("done"), own.whole, other.ended) == (["ok"], [True], 0)


@pytest.mark.parametrize("ecm", [True, False])
@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        ({}, {}, "ok"),
        ({}, {"selective_polling_address": "77"}, "ok"),
        ({"subaddress": "77"}, {"selective_polling_address": "77"}, "ok"),
        ({"subaddress": "77"}, {"selective_polling_address": "78"}, "no-document"),
        ({"subaddress": "77"}, {}, "no-document"),
        ({"password": "12"}, {"password": "12"}, "ok"),
        ({"password": "12"}, {"password": "13"}, "wrong-password"),
        ({"password": "12"}, {}, "wrong-password"),
    ],
)
def test_spandsp_polls_our_document_by_sub_address_and_password(
    spandsp: Any, tmp_path: Path, ecm: bool, ours: dict[str, str], theirs: dict[str, str], result: str
) -> None:
    own = Own(calling=False, sheets=[Sheet()], ecm=ecm, **ours)
    other = SpandspFax(spandsp, calling=True, receive=tmp_path / "polled.tif", ecm=ecm)
    tell(spandsp, other, **theirs)
    talk(own, other)
    assert own.told("done") == [result]
    assert own.told("page-sent") == (["confirmed"] if result == "ok" else [])
    assert (other.ended == 0) == (result == "ok")
    if result == "ok":
        assert rows_in(tmp_path / "polled.tif") == ROWS


@pytest.mark.parametrize("ecm", [True, False])
def test_turn_around_we_send_to_spandsp_and_poll_it_then(
    spandsp: Any, document: Path, tmp_path: Path, ecm: bool
) -> None:
    own = Own(calling=True, polls=True, sheets=[Sheet()], ecm=ecm)
    other = SpandspFax(spandsp, calling=False, send=document, receive=tmp_path / "sent.tif", ecm=ecm)
    talk(own, other)
    assert (own.told("done"), own.told("page-sent"), own.whole) == (["ok"], ["confirmed"], [True])
    assert other.ended == 0
    assert rows_in(tmp_path / "sent.tif") == ROWS


def test_sub_address_and_identification_of_spandsp_are_told(spandsp: Any, document: Path) -> None:
    own = Own(calling=False)
    other = SpandspFax(spandsp, calling=True, send=document)
    tell(spandsp, other, sub_address="77", sender_ident="12")
    talk(own, other)
    link = own.machine.link
    assert link is not None
    assert (own.told("done"), own.whole, link.subaddress, link.password) == (["ok"], [True], "77", "12")
