from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctidrv.drivers.v253.formats import CODINGS
from ctidrv.drivers.v253.sound import Sound
from ctidrv.drivers.v253.wire import DLE


class NoPort:
    pass


@given(st.lists(st.sampled_from([DLE, 0, 3]), max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_whether_a_dle_was_cut_from_what_follows_it_is_known_however_it_was_written(
    data: list[int], first: int, second: int
) -> None:
    port: Any = NoPort()
    sound = Sound(port, CODINGS["ulaw"])
    sound.out += bytes(data)
    half = False
    for byte in data[: first + second]:
        half = not half and byte == DLE
    sound.written(first)
    sound.written(second)
    assert sound.half == half
    assert bytes(sound.out) == bytes(data[first + second :])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_nothing_written_changes_nothing(count: int) -> None:
    port: Any = NoPort()
    sound = Sound(port, CODINGS["ulaw"])
    sound.written(count)
    assert not sound.half
