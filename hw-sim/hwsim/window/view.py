"""The picture of a kept case in a window: one time axis, to zoom and to move along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ctidrv.errors import CtiError
from ctidrv.picture.png import write_png
from ctidrv.picture.svg import LEFT, PLOT, WIDTH, Axis
from ctidrv.picture.widget import PictureView
from ctidrv.units import RATE, to_seconds
from hwsim.rig.drawn import axis_of, picture
from hwsim.rig.run_file import Run
from hwsim.window.qt import language_of
from hwsim.window.words import WORDS

SHORTEST = RATE // 50
ZOOM, MOVE = 2.0, 0.5
"""By so much at a time; of what is shown."""


class ViewWindow(QWidget):
    """`+` `−` `0` zoom, arrows move; Ctrl and the wheel zoom where the mouse is."""

    def __init__(
        self, folder: Path, run: Run, axis: Axis, *, party: str | None = None, language: str = "en"
    ) -> None:
        super().__init__()
        self._folder, self._run, self._language = folder, run, language
        self._words = WORDS[language]
        self.axis = axis
        self._whole = axis_of(run, None, None)
        self.svg = ""
        self.setWindowTitle(f"{self._words['picture']}: {run.name}")
        self._party = QComboBox()
        self._party.addItem(self._words["everybody"], None)
        for each in run.parties:
            self._party.addItem(each.name, each.name)
        self._party.setCurrentIndex(max(0, self._party.findData(party)))
        self._party.currentIndexChanged.connect(self.draw)
        self._party.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._stretch = QLabel()
        view = PictureView()
        self.picture = view.picture
        self.picture.turned.connect(self._turn)
        deeds: tuple[tuple[str, Callable[[], None]], ...] = (
            ("zoom in", lambda: self.zoom(1 / ZOOM)),
            ("zoom out", lambda: self.zoom(ZOOM)),
            ("whole", self.whole),
            ("back", lambda: self.move_on(-MOVE)),
            ("on", lambda: self.move_on(MOVE)),
            ("save", self._ask_where),
        )
        bar = QHBoxLayout()
        bar.addWidget(self._party)
        for name, deed in deeds:
            button = QPushButton(self._words[name])
            button.setObjectName(name)
            button.clicked.connect(deed)
            bar.addWidget(button)
        bar.addWidget(self._stretch, 1, Qt.AlignmentFlag.AlignRight)
        whole = QVBoxLayout(self)
        whole.addLayout(bar)
        whole.addWidget(view, 1)
        self.resize(1280, 860)
        self.draw()

    def draw(self) -> None:
        begin, end = to_seconds(self.axis.begin), to_seconds(self.axis.end)
        party = self._party.currentData()
        try:
            self.svg = picture(
                self._folder, self._run, begin_s=begin, end_s=end, party=party, language=self._language
            )
        except CtiError as error:
            self._stretch.setText(str(error))
            return
        self.picture.show_svg(self.svg)
        self._stretch.setText(f"{begin:.2f} – {end:.2f} s")

    def zoom(self, factor: float, around: float = 0.5) -> None:
        """`around`: the part of the axis that stays where it is."""
        length = self.axis.end - self.axis.begin
        wanted = round(min(max(length * factor, SHORTEST), self._whole.end - self._whole.begin))
        self._show(round(self.axis.begin + (length - wanted) * around), wanted)

    def _turn(self, more: bool, place: float) -> None:
        on_axis = (place * WIDTH - LEFT) / PLOT
        self.zoom(1 / ZOOM if more else ZOOM, min(1.0, max(0.0, on_axis)))

    def move_on(self, part: float) -> None:
        length = self.axis.end - self.axis.begin
        self._show(round(self.axis.begin + part * length), length)

    def whole(self) -> None:
        self._show(self._whole.begin, self._whole.end - self._whole.begin)

    def _show(self, begin: int, length: int) -> None:
        begin = max(self._whole.begin, min(begin, self._whole.end - length))
        if (begin, begin + length) != (self.axis.begin, self.axis.end):
            self.axis = Axis(begin, begin + length)
            self.draw()

    def _ask_where(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "", str(self._folder / "view.png"), "*.png *.svg")
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> None:
        """What is shown, as PNG or SVG by the name; what is wrong with it stands beside the buttons."""
        try:
            if path.suffix.lower() == ".svg":
                path.write_text(self.svg, encoding="utf-8", newline="\n")
            else:
                write_png(self.svg, path)
        except (CtiError, OSError) as error:
            self._stretch.setText(str(error))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        deeds: dict[str | int, Callable[[], None]] = {
            "+": lambda: self.zoom(1 / ZOOM),
            "=": lambda: self.zoom(1 / ZOOM),
            "-": lambda: self.zoom(ZOOM),
            "0": self.whole,
            Qt.Key.Key_Left: lambda: self.move_on(-MOVE),
            Qt.Key.Key_Right: lambda: self.move_on(MOVE),
        }
        deed = deeds.get(event.text() or event.key()) or deeds.get(event.key())
        if deed is None:
            super().keyPressEvent(event)
        else:
            deed()


def open_view(folder: Path, run: Run, axis: Axis, *, party: str | None, language: str | None) -> ViewWindow:
    """The window, shown; Qt's own loop has to run for it."""
    made = ViewWindow(folder, run, axis, party=party, language=language_of(language))
    made.show()
    return made
