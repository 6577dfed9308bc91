"""The window on a fake station: history, player and waveform. Needs Qt, no screen."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.desktop.in_window import press, texts


def _rows(history: Any) -> list[str]:
    from PySide6.QtCore import Qt

    model = history._list.rows
    return [str(model.index(row).data(Qt.ItemDataRole.DisplayRole)) for row in range(model.rowCount())]


def test_history_tells_kinds_and_filters(shown: Any, until: Any) -> None:
    from PySide6.QtWidgets import QPushButton

    rows = _rows(shown.window.history)
    assert len(rows) == 5
    assert rows[0].startswith("Anna Müller, new message  ·  0:14")
    assert rows[1].startswith("PORTER J, missed")
    assert rows[3].startswith("Number withheld, answered")
    buttons = {button.text(): button for button in shown.window.history.findChildren(QPushButton)}
    buttons["Missed"].click()
    assert [row.split(",")[0] for row in _rows(shown.window.history)] == ["PORTER J"]
    buttons["Messages"].click()
    assert len(_rows(shown.window.history)) == 1
    buttons["All"].click()
    assert len(_rows(shown.window.history)) == 5


def test_ended_call_joins_the_history(shown: Any, station: Any, fake: ModuleType, until: Any) -> None:
    fake.rings(station)
    fake.answered(station)
    fake.over(station)
    until(lambda: len(_rows(shown.window.history)) == 6)
    until(lambda: _rows(shown.window.history)[0].startswith("Anna Müller, answered  ·  0:32"))
    assert any(text == "Ended: the caller hung up (busy tone)" for text in texts(shown.window.pop))


def test_row_keeps_its_selection_when_a_call_arrives(
    shown: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    history = shown.window.history
    history.select("c0-plain")
    fake.rings(station)
    until(lambda: len(_rows(history)) == 6)
    chosen = history._list.rows.row(history._list.currentIndex())
    assert chosen is not None
    assert chosen.key == "c0-plain"


def test_enter_in_the_list_plays_and_shows_the_waveform(shown: Any, station: Any, until: Any) -> None:
    window = shown.window
    window.history.select("c0-plain")
    window.activateWindow()
    window.history.take_focus()
    press(window, "Return")
    until(lambda: shown.player.state == "playing")
    assert station.done == [("listen", "r-c0-plain")]
    assert window.player._play.text() == "Stop"
    assert window.player._title.text() == "Anna Müller"
    shown.player.output.at = 12000
    window.player._tick()
    assert window.player._time.text() == "0:01 / 0:03"
    press(window, "F8")
    assert shown.player.state == "ready"
    until(lambda: window.player._play.text() == "Play")


def test_message_and_whole_call_can_both_be_heard(shown: Any, station: Any, until: Any) -> None:
    other = shown.window.player._other
    assert not other.isVisible()
    shown.window._look("c0-message")
    until(lambda: shown.player.audio is not None)
    until(lambda: other.isVisible())
    assert (shown.player.item, other.text()) == (("message", "m1"), "Whole call")
    other.click()
    until(lambda: shown.player.state == "ready" and other.text() == "Message")
    assert (shown.player.item, shown.player.title) == (("recording", "r-c0-message"), "Anna Müller")
    shown.window._look("c0-plain")
    until(lambda: not other.isVisible())


def _painted(waveform: Any) -> tuple[list[int], list[int]]:
    """Of each lane the columns where its colour is seen."""
    from PySide6.QtGui import QColor

    from ctidesk.views import theme

    image = waveform.grab().toImage()
    t = theme.tokens()
    found = []
    for colour, top, bottom in (
        (t.operator, 0.0, 0.5),
        (t.caller, 0.5, 1.0),
    ):
        wanted = QColor(colour)
        rows = range(int(image.height() * top) + 6, int(image.height() * bottom) - 6)
        columns = [
            x for x in range(image.width()) if sum(_near(image.pixelColor(x, y), wanted) for y in rows) > 10
        ]
        found.append(columns)
    return found[0], found[1]


def _near(one: Any, other: Any) -> bool:
    return all(
        abs(a - b) < 24
        for a, b in ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    )


def test_d21_waveform_shows_the_operator_above_and_the_caller_below(qt: Any, fake: ModuleType) -> None:
    from ctidesk.viewmodels.player import decode
    from ctidesk.views.waveform import Waveform

    waveform = Waveform()
    waveform.resize(400, 120)
    assert _painted(waveform) == ([], [])
    waveform.show_audio(decode(fake.wav(2.0)))
    waveform.show_position(-1.0)
    operator, caller = _painted(waveform)
    assert 0 <= operator[0] <= 4
    assert abs(operator[-1] - 200) <= 3
    assert abs(caller[0] - 200) <= 3
    assert abs(caller[-1] - 398) <= 3


def test_d21_click_and_arrows_seek(shown: Any, until: Any) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    shown.window._look("c0-plain")
    until(lambda: shown.player.audio is not None)
    wave = shown.window.player._wave
    middle = QPoint(wave.width() // 2, 10)
    QTest.mouseClick(wave, Qt.MouseButton.LeftButton, pos=middle)
    assert shown.player.position == pytest.approx(1.5, abs=0.02)
    wave.setFocus()
    QTest.keyClick(wave, Qt.Key.Key_Right)
    assert shown.player.position == pytest.approx(2.5, abs=0.02)
    QTest.keyClick(wave, Qt.Key.Key_Home)
    assert shown.player.position == 0.0
    QTest.keyClick(wave, Qt.Key.Key_End)
    assert shown.player.position == 3.0


def test_missing_sound_is_a_sentence_in_the_window(
    program: Any, station: Any, fake: ModuleType, until: Any
) -> None:
    from ctidesk.sound import NO_LIBRARY
    from ctidesk.viewmodels.player import NoSound

    made = program(fake.FakeFinder(station), output=fake.FakeOutput(NoSound(NO_LIBRARY, "why")))
    until(lambda: made.window._rows)
    made.window._play("c0-plain")
    until(lambda: made.window.player._why.isVisible())
    assert "apt install libportaudio2" in made.window.player._why.text()
    assert made.window.player._why.toolTip() == "In the system's own words: why"
    assert made.window.player._play.isEnabled()
