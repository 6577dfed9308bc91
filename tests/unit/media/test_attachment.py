from __future__ import annotations

from typing import Any

import pytest

from ctidrv.events import Detached, PortEvent
from ctidrv.media.attachment import Attachment
from ctidrv.media.engine import MediaEngine
from ctidrv.media.virtual import run_virtual
from ctidrv.native import ffi
from ctidrv.native.pcm import Pcm

TICK = 160


class Counter:
    """A terminal made in Python: writes one number a tick, and ends behind so many."""

    def __init__(self, first: int = 1, ticks: int = 1000) -> None:
        self.next, self.left = first, ticks
        self.heard: list[int] = []
        self.pumped = 0
        self.reasons: list[str] = []
        self._run = ffi.callback("int(void *, const int16_t *, int16_t *, int)", self._runs)
        self.native = ffi.new("cti_terminal *", (ffi.NULL, self._run))[0]

    def _runs(self, _: Any, rx: Any, tx: Any, count: int) -> int:
        self.heard.append(rx[0])
        for i in range(count):
            tx[i] = self.next
        self.next, self.left = self.next + 1, self.left - 1
        return int(self.left > 0)

    def pump(self) -> None:
        self.pumped += 1

    def off(self, reason: str) -> None:
        self.reasons.append(reason)


def steps(engine: MediaEngine, count: int) -> None:
    for _ in range(count):
        engine.step()


def sent(board: Any) -> list[int]:
    return [
        int.from_bytes(board.heard[0][at : at + 2], "little", signed=True)
        for at in range(0, len(board.heard[0]), 2 * TICK)
    ]


def test_a_terminal_has_the_ports_sound_until_it_ends(engine: MediaEngine, board: Any) -> None:
    channel, terminal = engine.channel("py/1"), Counter(ticks=3)
    seen: list[PortEvent] = []
    channel.subscribe(seen.append)
    board.say(0, Pcm([50] * TICK + [60] * TICK))
    engine.step()
    attachment = channel.attach(terminal)
    steps(engine, 5)
    assert sent(board) == [0, 1, 2, 3, 0, 0]
    assert terminal.heard == [50, 60, 0]
    assert seen == [Detached(3 * TICK, "py/1", attachment.ref, "ended")]
    pumped = terminal.pumped
    assert pumped == 2
    assert terminal.reasons == ["ended"]
    steps(engine, 3)
    assert terminal.pumped == pumped


@pytest.mark.parametrize("how", ["detach", "another", "release"])
def test_why_it_is_off_is_told(engine: MediaEngine, board: Any, how: str) -> None:
    channel = engine.channel("py/1")
    channel.seize()
    attachment = channel.attach(Counter())
    steps(engine, 3)
    assert attachment.end is None
    if how == "detach":
        channel.detach(attachment)
    elif how == "another":
        channel.attach(Counter(first=100))
    else:
        channel.release()
    steps(engine, 2)
    assert attachment.end is not None
    assert attachment.end.reason == ("hung-up" if how == "release" else "taken")
    assert sent(board)[-1] == (101 if how == "another" else 0)


def test_its_end_is_waited_for(engine: MediaEngine) -> None:
    async def main() -> list[Detached]:
        attachment: Attachment = engine.channel("py/1").attach(Counter(ticks=2))
        return [await attachment.done(), await attachment.done()]

    first, again = run_virtual(main(), engine, limit=8000)
    assert first is again
    assert first.reason == "ended"


def test_one_that_was_taken_off_leaves_the_line_to_what_plays(engine: MediaEngine, board: Any) -> None:
    channel = engine.channel("py/1")
    channel.play(Pcm([7] * 10 * TICK))
    attachment = channel.attach(Counter(first=100))
    steps(engine, 2)
    channel.detach(attachment)
    steps(engine, 2)
    assert sent(board) == [100, 101, 7, 7]
