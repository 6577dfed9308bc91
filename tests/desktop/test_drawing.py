"""The picture of a call: asked of the station in stretches, shown in a window. Needs Qt, no screen."""

from __future__ import annotations

from typing import Any

import pytest

from ctidesk.viewmodels.drawing import LONGEST_S, SHORTEST_S, Drawing


def drawing(begin: float, end: float, length: float = 40.0) -> Drawing:
    return Drawing("", begin, end, length)


@pytest.mark.parametrize(
    ("stretch", "expected"),
    [
        (drawing(0, 40).zoomed(0.5), (10, 30)),
        (drawing(10, 30).zoomed(2), (0, 40)),
        (drawing(0, 10).zoomed(2), (0, 20)),
        (drawing(36, 40).zoomed(2), (32, 40)),
        (drawing(0, 40).zoomed(2), (0, 40)),
        (drawing(0, 10).moved(0.5), (5, 15)),
        (drawing(0, 10).moved(-0.5), (0, 10)),
        (drawing(28, 38).moved(0.5), (30, 40)),
        (drawing(20, 30).whole(), (0, 40)),
        (drawing(0, 1000, 9000).zoomed(4), (0, LONGEST_S)),
        (drawing(0, 1000, 9000).whole(), (0, LONGEST_S)),
    ],
)
def test_a_stretch_stays_within_the_call_and_what_is_drawn_at_once(
    stretch: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert stretch == pytest.approx(expected)


def test_zooming_in_comes_to_an_end() -> None:
    begin, end = drawing(5, 5 + SHORTEST_S).zoomed(0.5)
    assert end - begin == pytest.approx(SHORTEST_S)


def _opened(shown: Any, until: Any, call: str = "c0-plain") -> Any:
    shown.window._look(call)
    until(lambda: shown.window.player.draw.isEnabled())
    shown.window.player.draw.click()
    return shown.window.drawing


def test_the_button_beside_the_player_draws_the_call_that_is_shown(
    shown: Any, station: Any, until: Any
) -> None:
    button = shown.window.player.draw
    assert not button.isEnabled()
    assert button.toolTip() == "No call is chosen."
    window = _opened(shown, until)
    until(lambda: window.drawing is not None)
    assert ("draw", "c0-plain", "en") in station.done
    assert window.windowTitle() == "Anna Müller · (312) 555-0142"
    assert window.words.text() == "0.00 – 40.00 s / 40.00 s"
    assert window.picture._renderer.isValid()
    ink = window.picture.grab().toImage()
    assert any(ink.pixelColor(x, y).lightness() < 128 for x in range(9, 90) for y in range(5, 24))


@pytest.mark.parametrize(
    ("keys", "stretch"),
    [
        ("+", "10.00 – 30.00 s"),
        ("++", "15.00 – 25.00 s"),
        ("+-", "0.00 – 40.00 s"),
        ("++0", "0.00 – 40.00 s"),
    ],
)
def test_keys_zoom_and_each_stretch_is_drawn_anew(shown: Any, until: Any, keys: str, stretch: str) -> None:
    from PySide6.QtTest import QTest

    window = _opened(shown, until)
    for key in keys:
        until(lambda: window.words.text().endswith("/ 40.00 s"))
        QTest.keyClicks(window, key)
    until(lambda: window.words.text() == f"{stretch} / 40.00 s")
    assert f"{window.drawing.begin:.2f}" in window.drawing.svg


def test_the_wheel_zooms_with_ctrl_and_scrolls_without(shown: Any, until: Any) -> None:
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    window = _opened(shown, until)
    until(lambda: window.words.text() == "0.00 – 40.00 s / 40.00 s")
    place = QPointF(window.picture.width() / 2, 10)
    for ctrl, angle, text in (
        (False, 120, "0.00 – 40.00 s / 40.00 s"),
        (True, 120, "10.00 – 30.00 s / 40.00 s"),
        (True, -120, "0.00 – 40.00 s / 40.00 s"),
    ):
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        wheel = QWheelEvent(
            place, place, QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton, held,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(window.picture, wheel)
        assert wheel.isAccepted() == ctrl
        until(lambda text=text: window.words.text() == text)


def test_the_picture_is_as_wide_as_the_window_and_keeps_its_form(shown: Any, until: Any) -> None:
    window = _opened(shown, until)
    until(lambda: window.drawing is not None)
    before = window.picture.size()
    window.resize(window.width() + 200, window.height())
    until(lambda: window.picture.width() > before.width())
    form = window.picture.height() / window.picture.width()
    assert form == pytest.approx(before.height() / before.width(), rel=0.02)


def test_arrows_and_buttons_move_along(shown: Any, until: Any) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    window = _opened(shown, until)
    for step, text in (
        (lambda: window.buttons[0].click(), "10.00 – 30.00 s / 40.00 s"),
        (lambda: QTest.keyClick(window, Qt.Key.Key_Right), "20.00 – 40.00 s / 40.00 s"),
        (lambda: QTest.keyClick(window, Qt.Key.Key_Left), "10.00 – 30.00 s / 40.00 s"),
        (lambda: window.buttons[2].click(), "0.00 – 40.00 s / 40.00 s"),
    ):
        until(lambda: window.drawing is not None and window.words.text().endswith("/ 40.00 s"))
        step()
        until(lambda text=text: window.words.text() == text)


def test_a_station_that_refuses_is_told_in_plain_words(shown: Any, station: Any, until: Any) -> None:
    station.no_picture = "the database is gone"
    window = _opened(shown, until)
    until(lambda: window.words.text().startswith("The call could not be drawn: the station refused"))
    assert "the database is gone" in window.words.toolTip()
    assert not any(button.isEnabled() for button in window.buttons)


def test_a_call_is_answered_while_another_is_being_drawn(
    shown: Any, station: Any, fake: Any, until: Any
) -> None:
    station.may_draw.clear()
    window = _opened(shown, until)
    until(lambda: window.words.text() == "Drawing the call …" and ("draw", "c0-plain", "en") in station.done)
    fake.rings(station)
    until(lambda: shown.window.answer_action.isEnabled())
    shown.window.answer_action.trigger()
    until(lambda: ("answer", "c1") in station.done)
    assert window.drawing is None
    station.may_draw.set()
    until(lambda: window.drawing is not None)


def test_in_chinese_too(program: Any, station: Any, fake: Any, until: Any) -> None:
    shown = program(fake.FakeFinder(station), language="zh")
    until(lambda: shown.desk.reachable and shown.window._rows)
    window = _opened(shown, until)
    assert shown.window.player.draw.text() == "图示"
    assert [button.text() for button in window.buttons] == [
        "放大 (+)",
        "缩小 (−)",
        "全部 (0)",
        "向前 (←)",
        "向后 (→)",
    ]
    until(lambda: ("draw", "c0-plain", "zh") in station.done)
    station.no_picture = "x"
    until(lambda: window.drawing is not None)
    window.buttons[0].click()
    until(lambda: window.words.text().startswith("无法绘制这次通话"))


def test_the_window_goes_with_the_main_window(shown: Any, until: Any) -> None:
    window = _opened(shown, until)
    shown.window.close()
    assert not window.isVisible()
