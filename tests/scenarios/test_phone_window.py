"""`ctidrv sim phone --window`: somebody clicks and types at the window, with and without a sound card."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts=false")

import math
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ctidrv import cli
from ctidrv.media.wav import read_wav
from ctidrv.native.levels import level
from ctidrv.native.pcm import Pcm
from ctidrv.picture.telling import _WORDS as TOLD
from hwsim.rig.desk import Shown
from hwsim.window.words import WORDS

WITHIN_S = 200
pytestmark = pytest.mark.timeout(400)

QtCore = pytest.importorskip("PySide6.QtCore")
Script = Callable[[Any], Iterator[Callable[[], bool]]]


class Person:
    """Does what a generator says, at the window, once what it waits for is so."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._steps: Any = None
        self._so: Callable[[], bool] = lambda: True
        self.error: BaseException | None = None
        self.done = False
        self._timer = QtCore.QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(20)
        self._end = time.monotonic() + WITHIN_S

    def _look(self) -> None:
        from PySide6.QtWidgets import QApplication

        from hwsim.window.phone import PhoneWindow

        found = [each for each in QApplication.topLevelWidgets() if isinstance(each, PhoneWindow)]
        window = next((each for each in found if each.isVisible()), None)
        if window is None or self.done:
            return
        if self._steps is None:
            self._steps = self._script(window)
        try:
            assert time.monotonic() < self._end, f"waited in vain; {window._story.toPlainText()[:1500]}"
            while self._so():
                self._so = next(self._steps)
        except StopIteration:
            self.done = True
            window.close()
        except BaseException as error:  # Qt would swallow it
            self.error, self.done = error, True
            window.close()


def click(window: Any, key: str) -> None:
    window.findChild(QtCore.QObject, f"key-{key}").click()


def types(window: Any, text: str) -> None:
    from PySide6.QtTest import QTest

    QTest.keyClicks(window, text)


def at_the_window(script: Script, *arguments: str) -> None:
    from hwsim.window.qt import application

    application()
    person = Person(script)
    code = cli.main(["sim", "phone", "--window", *arguments])
    if person.error is not None:
        raise person.error
    assert person.done
    assert code == 0


def test_he_lifts_dials_with_the_mouse_hears_the_menu_and_hangs_up(tmp_path, capsys):
    def script(window):
        assert window._hook.text() == "On hook"
        click(window, "h")
        yield lambda: window._hears.text() == "dial tone"
        assert window._hook_key.text() == "Hang up (H)"
        for key in "8001":
            click(window, key)
        yield lambda: "the line rings: a call is opened" in window._story.toPlainText()
        assert window._pressed.text() == "8001"
        yield lambda: window._hears.text() == "a voice"
        assert window._meter.figure().endswith("dBm0")
        yield lambda: window._prompt.text() == "welcome"
        types(window, "1")
        yield lambda: "key 1 heard in the middle of 'welcome'" in window._story.toPlainText()
        types(window, "h")
        yield lambda: window._hook.text() == "On hook"

    at_the_window(script, "--number", "5551234", "--lang", "en", "--data", str(tmp_path / "data"))
    capsys.readouterr()
    assert cli.main(["calls", "list", "--json", "--data", str(tmp_path / "data")]) == 0
    assert '"5551234"' in capsys.readouterr().out


class Card:
    """A sound card: once he `hums` that is at the microphone; what the loudspeaker had is kept."""

    PortAudioError = OSError

    def __init__(self) -> None:
        self.heard = array("h")
        self.hums = False
        self._said = 0

    def query_devices(self, kind: str) -> dict[str, str]:
        return {"name": kind}

    def RawStream(self, *, blocksize: int, callback: Any, **_: Any) -> Any:
        timer = QtCore.QTimer()

        def frame() -> None:
            places = range(self._said, self._said + blocksize)
            peak, turn = 6000 * self.hums, 2 * math.pi * 440 / 8000
            said = array("h", (round(peak * math.sin(turn * n)) for n in places))
            self._said += blocksize
            heard = bytearray(2 * blocksize)
            callback(said.tobytes(), heard, blocksize, None, None)
            self.heard.frombytes(bytes(heard))

        timer.timeout.connect(frame)

        class Stream:
            def __enter__(self) -> None:
                timer.start(20)

            def __exit__(self, *_: object) -> None:
                timer.stop()

        return Stream()


def test_with_a_sound_card_he_hears_and_speaks_and_reads_chinese(tmp_path, monkeypatch):
    card = Card()
    monkeypatch.setitem(sys.modules, "sounddevice", card)

    def script(window):
        assert window.windowTitle() == "电话机 5550001"
        types(window, "r")
        yield lambda: window._hook.text() == "正在振铃"
        types(window, " ")
        yield lambda: window._hears.text() == "语音"
        types(window, "h")
        yield lambda: window._hook.text() == "已挂机"
        types(window, "h8001")
        yield lambda: "在 'welcome' 播放" in (text := window._story.toPlainText()) or "播放 'welcome'" in text
        card.hums = True
        enough = time.monotonic() + 3
        yield lambda: time.monotonic() > enough
        types(window, "h")
        yield lambda: "通话结束" in window._story.toPlainText()

    at_the_window(script, "--lang", "zh", "--sound", "--data", str(tmp_path / "data"))
    assert level(Pcm(card.heard)) > -40
    recording = next((tmp_path / "data").rglob("call-*.wav"))
    assert level(read_wav(recording).channels[1]) > -30  # what came from the line: he hums


def test_without_a_sound_card_one_line_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert cli.main(["sim", "phone", "--window", "--sound", "--data", str(tmp_path / "data")]) == 1
    assert "pip install 'ctidrv[soundcard]'" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_every_word_is_there_in_both_languages():
    assert set(WORDS["en"]) == set(WORDS["zh"])
    assert set(TOLD["en"]) == set(TOLD["zh"])


def test_tones_have_chinese_names_and_nothing_is_heard_on_hook():
    from hwsim.window.phone import PhoneWindow
    from hwsim.window.qt import application

    application()
    window = PhoneWindow("zh")
    window.show_phone(Shown(True, False, -14.0, "busy tone", "1", ("busy",)))
    assert (window._hears.text(), window._meter.figure()) == ("忙音", "-14 dBm0")
    window.show_phone(Shown(False, True, -100.0, "", "1", ("busy",)))
    assert (window._hears.text(), window._meter.figure()) == ("", "")
    window.deleteLater()


def test_qt_that_is_missing_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    assert cli.main(["sim", "phone", "--window", "--data", str(tmp_path / "data")]) == 2
    assert 'a window needs Qt: pip install "ctidrv[desktop]"' in capsys.readouterr().err
