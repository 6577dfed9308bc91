"""`ctidrv sim view --window`: a kept case, zoomed, moved along, and saved as it is shown."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts=false")

from pathlib import Path
from typing import Any

import pytest

from ctidrv import cli
from hwsim.rig.run_file import read_run

QtCore = pytest.importorskip("PySide6.QtCore")

CASE = """\
scenario: 1
script: hotline.ivr.yaml
name: a call that is looked at
caller: [dial: "8001", hear: {prompt: welcome, first: 1s}, hang_up]
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("view")
    (folder / "look.scenario.yaml").write_text(CASE, encoding="utf-8")
    made = folder / "kept"
    assert (
        cli.main(["sim", "run", str(folder / "look.scenario.yaml"), "--keep", str(made), "--keep-passed"])
        == 0
    )
    return made


@pytest.fixture
def view(kept) -> Any:
    from hwsim.rig.drawn import axis_of
    from hwsim.window.qt import application

    app = application()
    from hwsim.window.view import open_view

    folder, run = read_run(kept)
    windows: list[Any] = []

    def make(language: str = "en") -> Any:
        windows.append(open_view(folder, run, axis_of(run, None, None), party=None, language=language))
        app.processEvents()
        return windows[-1]

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    app.processEvents()


def seconds(window: Any) -> tuple[float, float]:
    return window.axis.begin / 8000, window.axis.end / 8000


def test_keys_and_buttons_zoom_and_move_and_the_whole_comes_back(view):
    from PySide6.QtTest import QTest

    window = view()
    begin, end = seconds(window)
    assert window._stretch.text() == f"{begin:.2f} – {end:.2f} s"
    QTest.keyClicks(window, "++")
    middle, eighth = (begin + end) / 2, (end - begin) / 8
    assert seconds(window) == pytest.approx((middle - eighth, middle + eighth), abs=0.01)
    near = seconds(window)
    QTest.keyClick(window, QtCore.Qt.Key.Key_Right)
    assert seconds(window)[0] == pytest.approx((near[0] + near[1]) / 2, abs=0.01)
    for _ in range(20):
        window.findChild(QtCore.QObject, "on").click()
    assert seconds(window)[1] == pytest.approx(end)  # and no further
    for _ in range(20):
        QTest.keyClicks(window, "+")
    assert seconds(window)[1] - seconds(window)[0] == pytest.approx(0.02)
    window.findChild(QtCore.QObject, "whole").click()
    assert seconds(window) == (begin, end)


def test_ctrl_and_the_wheel_zoom_where_the_mouse_is(view):
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    window = view()
    begin, end = seconds(window)
    place = QPointF(window.picture.width() * (170 + 1200 * 0.25) / 1400, 100)
    wheel = QWheelEvent(
        place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(window.picture, wheel)
    assert seconds(window)[1] - seconds(window)[0] == pytest.approx((end - begin) / 2, abs=0.01)
    quarter = (end - begin) / 4
    assert seconds(window)[0] + quarter / 2 == pytest.approx(begin + quarter, abs=0.05)


def test_what_is_shown_is_saved_and_a_party_is_chosen(view, tmp_path):
    window = view("zh")
    assert window.windowTitle() == "通话: a call that is looked at"
    everybody = window.svg
    assert "来电者" in everybody
    window._party.setCurrentIndex(window._party.findData("sim/1"))
    assert "来电者 " not in window.svg
    assert len(window.svg) < len(everybody)
    window.save(tmp_path / "shown.svg")
    assert (tmp_path / "shown.svg").read_text("utf-8") == window.svg
    window.save(tmp_path / "shown.png")
    assert (tmp_path / "shown.png").read_bytes()[:4] == b"\x89PNG"
    window.save(tmp_path / "nowhere" / "shown.svg")
    assert "nowhere" in window._stretch.text()


def test_the_command_opens_it_and_ends_with_it(kept):
    from hwsim.window.qt import application

    app = application()
    QtCore.QTimer.singleShot(0, app.closeAllWindows)
    assert cli.main(["sim", "view", str(kept), "--window", "--from", "1", "--to", "2", "--lang", "zh"]) == 0


def test_a_window_writes_no_file(kept, capsys):
    assert cli.main(["sim", "view", str(kept), "--window", "--output", "x.png"]) == 2
    assert "leave out --output and --json" in capsys.readouterr().err
    assert cli.main(["sim", "view", str(kept), "--window", "--party", "nobody"]) == 2
