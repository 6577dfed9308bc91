"""What a station is made of, before anything is opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ctidrv.clock import SampleClock
from ctidrv.config import BoardConfig, default_config
from ctidrv.errors import PortError
from ctidrv.ports.api import DriverContext
from ctidrv.service.loading import load


def test_two_boards_cannot_have_one_device_whatever_it_is_called(tmp_path: Path) -> None:
    port, name = tmp_path / "ttyACM0", tmp_path / "by-id-modem"
    port.touch()
    name.symlink_to(port)
    boards = (
        BoardConfig("left", "v253", {"device": str(port)}, "station.toml:1"),
        BoardConfig("right", "v253", {"device": str(name)}, "station.toml:5"),
    )
    context = DriverContext(SampleClock(), tmp_path, 1, live=True)
    with pytest.raises(PortError, match=r"station\.toml:5: .*ttyACM0 is in use by board left$"):
        load(replace(default_config(), boards=boards, lines=()), context)
