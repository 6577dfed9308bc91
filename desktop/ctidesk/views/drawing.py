"""A window with a call drawn on one time axis, to zoom and to move along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ctidesk.viewmodels.desk import OWN_WORDS
from ctidesk.viewmodels.drawing import DRAWING, Answer, Ask, Drawing
from ctidesk.words import say
from ctidrv.picture.widget import PictureView

ZOOM, MOVE = 2.0, 0.5
"""By so much at a time; of what is shown."""

Stretch = Callable[[Drawing], tuple[float, float]]


class DrawingWindow(QWidget):
    """`+` `-` `0` zoom, arrows move, Ctrl and the wheel zoom; each stretch is drawn anew by the station."""

    def __init__(self, title: str, ask: Ask) -> None:
        super().__init__()
        self._ask = ask
        self._asked = 0
        self.drawing: Drawing | None = None
        self.setWindowTitle(title)
        self.words = QLabel()
        self.words.setWordWrap(True)
        view = PictureView()
        self.picture = view.picture
        self.picture.turned.connect(lambda more, _place: self.go(_zoom_in if more else _zoom_out))
        bar = QHBoxLayout()
        self.buttons: list[QPushButton] = []
        for text, stretch in (
            (self.tr("Zoom in (+)"), _zoom_in),
            (self.tr("Zoom out (−)"), _zoom_out),
            (self.tr("Whole call (0)"), Drawing.whole),
            (self.tr("Earlier (←)"), _earlier),
            (self.tr("Later (→)"), _later),
        ):
            button = QPushButton(text)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setEnabled(False)
            button.clicked.connect(partial(self.go, stretch))
            self.buttons.append(button)
            bar.addWidget(button)
        bar.addWidget(self.words, 1)
        whole = QVBoxLayout(self)
        whole.addLayout(bar)
        whole.addWidget(view, 1)
        self.resize(1200, 800)
        self._fetch(None, None)

    def go(self, stretch: Stretch, *_: object) -> None:
        """Shows another stretch."""
        if self.drawing is not None:
            begin, end = stretch(self.drawing)
            if (round(begin, 3), round(end, 3)) != (round(self.drawing.begin, 3), round(self.drawing.end, 3)):
                self._fetch(begin, end)

    def _fetch(self, begin: float | None, end: float | None) -> None:
        self._asked += 1
        self._tell(say(DRAWING))
        self._ask(begin, end, partial(self._show, self._asked))

    def _show(self, asked: int, answer: Answer) -> None:
        if asked != self._asked:
            return  # another stretch has been asked for meanwhile
        if answer.drawing is None:
            self._tell(say(answer.words), say(OWN_WORDS.fill(text=answer.detail)), alarm=True)
            return
        self.drawing = answer.drawing
        for button in self.buttons:
            button.setEnabled(True)
        self._tell(f"{self.drawing.begin:.2f} – {self.drawing.end:.2f} s / {self.drawing.length:.2f} s")
        self.picture.show_svg(self.drawing.svg)

    def _tell(self, words: str, tip: str = "", *, alarm: bool = False) -> None:
        self.words.setText(words)
        self.words.setToolTip(tip)
        self.words.setProperty("role", "alarm" if alarm else "soft")
        self.words.style().polish(self.words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        deed = _BY_TEXT.get(event.text()) or _BY_KEY.get(event.key())
        if deed is None:
            super().keyPressEvent(event)
        else:
            self.go(deed)


def _zoom_in(drawing: Drawing) -> tuple[float, float]:
    return drawing.zoomed(1 / ZOOM)


def _zoom_out(drawing: Drawing) -> tuple[float, float]:
    return drawing.zoomed(ZOOM)


def _earlier(drawing: Drawing) -> tuple[float, float]:
    return drawing.moved(-MOVE)


def _later(drawing: Drawing) -> tuple[float, float]:
    return drawing.moved(MOVE)


_BY_TEXT: dict[str, Stretch] = {"+": _zoom_in, "=": _zoom_in, "-": _zoom_out, "0": Drawing.whole}
_BY_KEY: dict[int, Stretch] = {Qt.Key.Key_Left: _earlier, Qt.Key.Key_Right: _later}
