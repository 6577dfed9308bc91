"""The card stand-in on its own thread: orders, vices, and what it tells."""

from __future__ import annotations

import os
import select
import struct
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("nodes of a device are Linux only", allow_module_level=True)

import fcntl

from ctidrv import cli
from ctidrv.errors import InputError
from hwsim.devices.dahdi.stand_in import DahdiStandIn
from hwsim.devices.dahdi.vices import VICES
from hwsim.devices.vices import example, parse

GETEVENT, HOOK = 0x8004DA08, 0x4004DA07
WITHIN_MS = 20_000


class Port:
    """A node opened by a program, in which things happen."""

    def __init__(self, nodes: Path, channel: int) -> None:
        self.fd = os.open(nodes / str(channel), os.O_RDWR | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self.fd, select.POLLPRI)

    def event(self) -> int:
        """The next one, waited for."""
        while True:
            event = struct.unpack("<i", fcntl.ioctl(self.fd, GETEVENT, bytes(4)))[0]
            if event:
                return int(event)
            assert self._poll.poll(WITHIN_MS), "no event"

    def order(self, request: int, value: int) -> None:
        fcntl.ioctl(self.fd, request, struct.pack("<i", value))


def test_orders_change_lines_telephones_and_the_card_and_programs_see_it(fuse: None, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes"
    with DahdiStandIn(nodes, fxo=2, fxs=1) as card:
        line, phone = Port(nodes, 2), Port(nodes, 3)
        line.order(HOOK, 1)
        card.order("battery 2 off")
        assert line.event() == 1
        card.order("battery 2 on")
        card.order("telephone 3 dial 5")
        assert phone.event() == 2
        card.order("telephone 3 pulse 2")
        assert (phone.event(), phone.event()) == (14, 1 << 16 | ord("2"))
        card.order("telephone 3 flash")
        assert phone.event() == 3
        card.order("telephone 3 hangup")
        assert phone.event() == 1
        card.order("red")
        assert (line.event(), phone.event()) == (4, 4)
        card.order("green")
        assert (line.event(), phone.event()) == (5, 5)
        card.order("remove")
        assert line.event() == 20
        os.close(line.fd)
        os.close(phone.fd)
        with pytest.raises(FileNotFoundError):
            Port(nodes, 2)
        card.order("return")
        os.close(Port(nodes, 2).fd)
        told = [(each.who, each.what) for each in card.journal.told]
        assert told[0] == ("card", "is ready")
        assert ("telephone 3", "flashes") in told
        assert told[-1] == ("card", "is put back")
        for order, words in (
            ("line 3 call 5551234", "line 3: a number from 1 to 2"),
            ("telephone 1 lift", "a number from 3 to 3"),
            ("telephone 3 sing", "no order; there are lift, hangup"),
            ("telephone 3 press 12x", "1 to 64 of"),
            ("battery 1 low", "N on, or N off"),
            ("dance", "no order; there are call, press"),
            ("vice haste", "there is no such vice; there are late-ticks"),
        ):
            with pytest.raises(InputError, match=words):
                card.order(order)
    assert not nodes.exists()


def test_who_hangs_up_on_one_line_leaves_the_callers_of_the_others_alone(fuse: None, tmp_path: Path) -> None:
    with DahdiStandIn(tmp_path / "nodes", fxo=2) as card:
        for done in [card.time.begin(card.obey(f"line {line} call 555000{line}")) for line in (1, 2)]:
            done.result(30)
        card.order("line 1 hangup")
        first, second = (people.talks for people in card.people)
        assert first is not None
        assert second is not None
        assert (first.off_hook, second.off_hook) == (False, True)
        assert (first.number, second.number) == ("5550001", "5550002")


def test_a_vice_comes_and_goes_and_the_events_that_are_too_many_are_lost(fuse: None, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes"
    with DahdiStandIn(nodes, vices=["clock=-200"], seed=3) as card:
        assert card.time.ppm == -200
        line = Port(nodes, 1)
        card.order("vice event-overflow=100,0.1")
        card.journal.until("card", "has events")
        card.order("virtue event-overflow")
        events = [line.event() for _ in range(64)]
        assert set(events) == {22}
        assert card.time.do(lambda: card.lines.card.status(1)).events_lost >= 36
        for vice, goes, comes in (
            ("red=0.1,0.1", "is in red alarm", "is well again"),
            ("late-ticks=0.1,0.1", "stands still", "goes on"),
            ("unplug=0.1,0.1", "is taken out", "is put back"),
        ):
            since = len(card.journal.told)
            card.order(f"vice {vice}")
            card.journal.until("card", goes, since=since)
            card.order(f"virtue {vice.partition('=')[0]}")
            card.journal.until("card", comes, since=since)
        os.close(line.fd)
        at = card.time.do(card.lines.clock.now)
        assert at > 0


def test_each_example_of_a_vice_can_be_read() -> None:
    assert [parse(example(name, VICES), VICES)[1] for name in VICES] == [
        vice.usual for vice in VICES.values()
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fxo", "0"], "one of them to the exchange"),
        (["--fxs", "64"], "1 to 64 ports"),
        (["--vice", "haste"], "there is no such vice"),
        (["--country", "XX"], "no country 'xx'"),
    ],
)
def test_what_will_not_do_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert cli.main(["sim", "dahdi", "--nodes", str(tmp_path / "nodes"), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert said.err.count("\n") == 1


def test_without_the_right_to_mount_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hwsim.devices.fuse.mount.DEVICE", tmp_path / "fuse")
    assert cli.main(["sim", "dahdi", "--nodes", str(tmp_path / "nodes")]) == 1
    assert "modprobe fuse" in (said := capsys.readouterr().err)
    assert said.count("\n") == 1
    assert not (tmp_path / "nodes").exists()
