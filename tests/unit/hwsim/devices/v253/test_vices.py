"""What a modem does wrong: drawn from the seed, and as often as it is asked for."""

from __future__ import annotations

import pytest

from ctidrv.errors import InputError
from hwsim.devices.v253.vices import VICES, ModemVices
from hwsim.devices.vices import example, parse

DATA = bytes(range(256)) * 400


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("no-name", ()),
        ("late-ok", (3.0,)),
        ("clock=-200", (-200.0,)),
        ("freeze", (5.0, 60.0)),
        ("freeze=2", (2.0, 60.0)),
        ("freeze=2,10", (2.0, 10.0)),
    ],
)
def test_values_that_are_left_out_are_the_usual_ones(text: str, values: tuple[float, ...]) -> None:
    assert parse(text, VICES) == (text.partition("=")[0], values)


@pytest.mark.parametrize(
    "text", ["", "nothing", "no-name=1", "freeze=1,2,3", "freeze=0", "clock=1e9", "clock=-1e6", "late-ok=nan"]
)
def test_what_is_no_vice_is_told(text: str) -> None:
    with pytest.raises(InputError):
        parse(text, VICES)


def test_each_example_can_be_read() -> None:
    assert [parse(example(name, VICES), VICES)[1] for name in VICES] == [
        vice.usual for vice in VICES.values()
    ]


def test_without_vices_nothing_is_changed() -> None:
    vices = ModemVices(1)
    assert vices.to_host(DATA) == DATA
    assert vices.from_host(DATA) == DATA
    assert not any(vices.nonsense() for _ in range(10_000))
    assert not vices.begins("freeze")


@pytest.mark.parametrize(("text", "change"), [("lose-byte=1000", -102.4), ("stray-dle=500", 204.8)])
def test_bytes_are_lost_or_added_as_often_as_asked_for(text: str, change: float) -> None:
    vices = ModemVices(5)
    vices.turn(text)
    assert len(vices.to_host(DATA)) - len(DATA) == pytest.approx(change, rel=0.35)


def test_a_lost_dle_is_no_other_byte() -> None:
    vices = ModemVices(5)
    vices.turn("lost-dle=4")
    left = vices.to_host(DATA)
    assert len(DATA) - len(left) == pytest.approx(100, rel=0.35)
    assert left.replace(b"\x10", b"") == DATA.replace(b"\x10", b"")


def test_the_same_seed_does_the_same() -> None:
    def run(seed: int) -> list[bytes]:
        vices = ModemVices(seed)
        vices.turn("babble=1,2")
        vices.turn("stray-bytes=1")
        return [vices.nonsense() for _ in range(1000)]

    assert run(3) == run(3)
    assert run(3) != run(4)


def test_things_that_happen_every_so_often_do() -> None:
    vices = ModemVices(2)
    vices.turn("freeze=1,10")
    assert sum(vices.begins("freeze") for _ in range(50 * 1000)) == pytest.approx(100, rel=0.3)
    vices.off("freeze")
    assert not any(vices.begins("freeze") for _ in range(5000))
