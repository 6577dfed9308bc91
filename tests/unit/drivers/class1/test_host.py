"""Our Class 1 host on our T.31 modem: whole fax calls by ear, in virtual time; and modems that misbehave."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from ctidrv.drivers.class1.host import Class1Host
from ctidrv.modem.t31.modem import T31
from ctidrv.native.fax_line import FaxLine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import Sheet, T30Config
from ctidrv.units import TICK, ms, seconds
from tests.native import page_set
from tests.native.t30_pipe import Station, station

WIDTH = 1728


@functools.cache
def rows(seed: int, count: int = 200) -> bytes:
    return page_set.packed(page_set.text(WIDTH, count, seed))


class Hook:
    """The line is through at once."""

    def __init__(self) -> None:
        self.off_hook = False
        self.modem: T31 | None = None

    def dial(self, number: str) -> None:
        self.answer()

    def answer(self) -> None:
        self.off_hook = True
        assert self.modem is not None
        self.modem.through()

    def hang_up(self) -> None:
        self.off_hook = False


class End:
    """Procedure, host, modem. `late`: samples by which what the modem says reaches its host late; `makes`
    another modem than ours."""

    def __init__(
        self, station: Station, number: str | None, late: int = 0, makes: Callable[..., Any] | None = None
    ) -> None:
        self.station, self.late = station, late
        self.came: list[tuple[int, bytes]] = []
        self.log = bytearray()
        self.now = 0
        self.hook = Hook()
        made = makes(self.hook, self._take) if makes else T31(FaxLine(), self.hook, self._take)
        self.modem: T31 = made
        self.hook.modem = self.modem
        self.heard = self.said = Pcm.silence(TICK)
        self.host = Class1Host(station.t30, number, self._give)

    def _take(self, data: bytes) -> bool:
        self.came.append((self.now + self.late, data))
        return True

    def _give(self, data: bytes) -> int:
        if not self.modem.takes_more:
            return 0
        self.modem.feed(data[:256])
        self.log += data[:256]
        return len(data[:256])

    def step(self) -> None:
        self.now += TICK
        self.said = self.modem.tick(self.heard)
        while self.came and self.came[0][0] <= self.now:
            self.host.feed(self.came.pop(0)[1])
        self.host.tick(TICK)
        for event in self.station.t30.events():
            self.station.events.append(event)
            if event.kind == "page-wanted":
                self.station.t30.page(event.page, *self.station.pages[event.page])


Noise = Callable[[Pcm, int], Pcm]


def call(a: End, b: End, within: float = 300.0, spoil: Noise = lambda sound, now: sound) -> float:
    """Until both are done; seconds."""
    for tick in range(seconds(within) // TICK):
        a.step()
        b.step()
        a.heard, b.heard = spoil(b.said, tick * TICK), spoil(a.said, tick * TICK)
        if a.host.done and b.host.done:
            return tick * TICK / 8000
    raise AssertionError(
        (a.station.events[-3:], b.station.events[-3:], bytes(a.log[-80:]), bytes(b.log[-80:]))
    )


def ends(pages: int = 2, *, late: float = 0.0, **config: object) -> tuple[End, End]:
    letter = [(rows(seed), WIDTH) for seed in range(pages)]
    sheets = [Sheet(WIDTH)] * pages
    a = station("caller", T30Config(True, sheets=sheets, **config), letter)  # type: ignore[arg-type]
    b = station("answerer", T30Config(False, ident="555 0123"))
    return End(a, "5550123", ms(late)), End(b, None, ms(late))


def assert_arrived(a: End, b: End) -> None:
    assert (a.station.result, b.station.result) == ("ok", "ok")
    assert a.station.sent_states == ["confirmed"] * len(a.station.pages)
    assert [event.data for event in b.station.taken] == [data for data, _ in a.station.pages]
    assert all(event.clean for event in b.station.taken)
    assert (a.host.trouble, b.host.trouble) == (None, None)
    assert not a.hook.off_hook
    assert not b.hook.off_hook


@pytest.mark.parametrize("modem", ["v17", "v29", "v27ter"])
@pytest.mark.parametrize("ecm", [True, False])
def test_pages_arrive_bit_exact_through_two_class_1_modems(modem: str, ecm: bool) -> None:
    a, b = ends(modems=frozenset({modem, "v27ter"}), ecm=ecm)
    call(a, b)
    assert_arrived(a, b)
    assert a.station.t30.link.ident == "555 0123"


def test_a_modem_that_answers_a_tenth_of_a_second_late_still_does() -> None:
    a, b = ends(late=100)
    call(a, b)
    assert_arrived(a, b)


@pytest.mark.parametrize("ecm", [True, False])
def test_a_cut_line_is_repaired_or_told_and_never_called_good(ecm: bool) -> None:
    a, b = ends(ecm=ecm)

    def cut(sound: Pcm, now: int) -> Pcm:
        return Pcm.silence(len(sound)) if now % seconds(13) < ms(300) else sound

    call(a, b, spoil=cut)
    for taken in b.station.taken:
        if taken.clean:
            assert taken.data in [data for data, _ in a.station.pages]
    if ecm:
        assert_arrived(a, b)


def test_nobody_answers_and_the_call_ends_honestly() -> None:
    a, _ = ends()
    silence = End(station("answerer", T30Config(False)), None)
    for _ in range(seconds(150) // TICK):
        a.step()
        if a.host.done:
            break
    assert a.host.done
    assert a.station.result in ("no-fax", "line-lost")
    assert not a.hook.off_hook
    assert silence.host.done is False


class Script:
    """A modem of a few words: what it says to each line, by its beginning; None: nothing ever."""

    def __init__(self, answers: dict[str, bytes | None]) -> None:
        self.answers, self.given = answers, bytearray()
        self.t30 = station("caller", T30Config(True, sheets=[Sheet(WIDTH)])).t30
        self.said: list[bytes] = []
        self.host = Class1Host(self.t30, "1", self._take)

    def _take(self, data: bytes) -> int:
        self.given += data
        while (at := self.given.find(b"\r")) >= 0:
            line = bytes(self.given[:at]).decode("latin-1").lstrip("\x18")
            del self.given[: at + 1]
            answer = next(
                (self.answers[each] for each in self.answers if line.startswith(each)), b"\r\nOK\r\n"
            )
            if answer is not None:
                self.said.append(answer)
        return len(data)

    def passes(self, length: float) -> None:
        for _ in range(seconds(length) // TICK):
            while self.said:
                self.host.feed(self.said.pop(0))
            self.host.tick(TICK)

    @property
    def result(self) -> str | None:
        return self.t30.link.result


@pytest.mark.parametrize(
    ("answers", "trouble"),
    [
        ({"AT+FCLASS=1": b"\r\nERROR\r\n"}, "the modem refuses AT+FCLASS=1: it is no Class 1 fax modem"),
        ({"ATE0": None}, "the modem does not answer"),
        ({"ATD": b"\r\nBUSY\r\n"}, "the modem says BUSY"),
        ({"ATD": b"\r\nNO DIAL TONE\r\n"}, "the modem says NO DIALTONE"),
        ({"ATD": b"\r\nNO CARRIER\r\n"}, "the modem says NO CARRIER"),
    ],
)
def test_a_modem_that_will_not_ends_the_call_and_says_why(
    answers: dict[str, bytes | None], trouble: str
) -> None:
    script = Script(answers)
    script.passes(10)
    assert script.host.done
    assert script.host.trouble == trouble
    assert script.result == "line-lost"


def test_a_modem_that_dies_in_the_call_ends_it_in_time() -> None:
    dis = b"\xff\x13\x80\x00\xee\xf8\x00\x00"
    script = Script({"ATD": b"\r\nCONNECT\r\n" + dis + b"\x10\x03\r\nOK\r\n", "AT+FTH": None})
    script.passes(20)
    assert script.host.done
    assert script.host.trouble == "the modem does not answer"
    assert script.result == "line-lost"


def test_a_modem_that_is_unplugged_ends_the_call_at_once() -> None:
    script = Script({"ATD": None})
    script.passes(1)
    script.host.gone("ttyACM0: it was unplugged")
    assert script.host.done
    assert script.host.trouble == "ttyACM0: it was unplugged"


@pytest.mark.parametrize(
    "babble", [b"\x00\xff" * 5000, b"OK\r\n" * 500, b"CONNECT\r\n" * 200, b"\x10\x03" * 900]
)
def test_whatever_a_modem_babbles_the_call_ends(babble: bytes) -> None:
    script = Script({"ATD": b"\r\nCONNECT\r\n" + babble, "AT+F": babble})
    script.passes(400)
    assert script.host.done
    assert script.result not in (None, "ok")
