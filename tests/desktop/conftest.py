"""Desktop tests: a fake station, scenes, and Qt without a screen.

Where Qt's system libraries are missing, tests that need widgets skip with that reason; the
view-models are tested all the same.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts=false")

import importlib.util
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.desktop.in_window import open_buttons


def _helper(name: str) -> ModuleType:
    """A module of this folder, under a name that no other folder's helper has."""
    known = f"ctidesk_tests_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """`fake_station.py`: FakeStation, FakeFinder, FakeOutput, rows and events."""
    return _helper("fake_station")


@pytest.fixture(scope="session")
def qt() -> Any:
    """The one QApplication."""
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        pytest.skip(f"Qt's system libraries are missing: {error}")
    return QApplication.instance() or QApplication(["test"])


@pytest.fixture
def program(qt: Any, fake: ModuleType, tmp_path: Path) -> Iterator[Any]:
    """Makes a running `Program` on a fake station: ``program(finder, language="en")``."""
    from PySide6.QtCore import QEvent, QSettings

    from ctidesk.program import Program

    made: list[Any] = []

    def make(finder: Any, language: str = "en", output: Any = None) -> Any:
        settings = QSettings(str(tmp_path / f"settings{len(made)}.ini"), QSettings.Format.IniFormat)
        new = Program(finder, language=language, output=output or fake.FakeOutput(), settings=settings)
        new.gateway._pause = 0.02
        new.window._now = lambda: fake.NOON + timedelta(seconds=10)
        new.window.show()
        new.gateway.start()
        made.append(new)
        return new

    yield make
    for one in made:
        one.window.close()
        one.window.deleteLater()
    qt.processEvents()
    # Outside of Qt's own loop nothing is deleted by itself, and each style change restyles what is left.
    qt.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def until(qt: Any) -> Any:
    """``until(lambda: …)``: lets Qt work until something is so; fails after five seconds."""
    import time

    def wait(so: Any, what: str = "") -> None:
        end = time.monotonic() + 5
        while not so():
            assert time.monotonic() < end, f"this did not happen: {what or so}"
            qt.processEvents()
            time.sleep(0.002)
        qt.processEvents()

    return wait


@pytest.fixture
def station(fake: ModuleType) -> Any:
    made = fake.FakeStation()
    fake.past(made)
    return made


@pytest.fixture
def shown(program: Any, station: Any, fake: ModuleType, until: Any) -> Any:
    """A program that is connected."""
    made = program(fake.FakeFinder(station))
    until(lambda: made.desk.reachable and made.window._rows)
    return made


@pytest.fixture
def at_seat(program: Any, station: Any, fake: ModuleType, until: Any) -> Any:
    """A program that shows a call at Li Mei's seat."""
    fake.seats(station)
    made = program(fake.FakeFinder(station))
    until(lambda: made.desk.reachable)
    fake.rings(station)
    fake.answered(station, by="script")
    fake.at_seat(station)
    until(lambda: "Hold" in open_buttons(made))
    return made
