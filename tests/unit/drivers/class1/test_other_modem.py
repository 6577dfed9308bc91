"""Our Class 1 host on a T.31 modem that is not ours (libspandsp's), over ordinary lines, in virtual time."""

from __future__ import annotations

import functools
import random

import pytest

from ctidrv.native.t30 import Sheet, T30Config
from ctidrv.units import TICK, seconds
from tests.long.fax_wire import Wire, ordinary
from tests.native.spandsp_fax import load
from tests.native.spandsp_t31 import SpandspT31
from tests.native.t30_pipe import station
from tests.unit.drivers.class1.test_host import WIDTH, End, assert_arrived, rows


def call(wire: Wire, a: End, b: End) -> None:
    """Until both are done."""
    for _ in range(seconds(300) // TICK):
        a.step()
        b.step()
        a.heard, b.heard = wire.exchange((a.said, b.said))
        if a.host.done and b.host.done:
            return
    raise AssertionError((a.station.events[-3:], b.station.events[-3:], a.log[-80:], b.log[-80:]))


@pytest.mark.parametrize("sends", [True, False])
@pytest.mark.parametrize("modem", ["v17", "v29", "v27ter"])
@pytest.mark.parametrize("ecm", [True, False])
def test_pages_arrive_through_a_modem_that_is_not_ours(sends: bool, modem: str, ecm: bool) -> None:
    """`sends`: it is the sender's."""
    theirs = functools.partial(SpandspT31, load())
    pages = [(rows(seed), WIDTH) for seed in range(2)]
    config = T30Config(True, sheets=[Sheet(WIDTH)] * 2, modems=frozenset({modem, "v27ter"}), ecm=ecm)
    a = End(station("caller", config, pages), "5550123", makes=theirs if sends else None)
    b = End(station("answerer", T30Config(False)), None, makes=None if sends else theirs)
    call(Wire(ordinary(random.Random(8)), 8), a, b)
    assert_arrived(a, b)
