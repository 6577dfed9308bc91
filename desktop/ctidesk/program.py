"""Qt's side of the program: the application, the language, and the window on the gateway."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, QTranslator, Signal, Slot
from PySide6.QtWidgets import QApplication

from ctidesk import words
from ctidesk.gateway import Finder, Gateway
from ctidesk.sound import Speaker
from ctidesk.viewmodels.desk import Desk
from ctidesk.viewmodels.player import Output, Player
from ctidesk.views import theme
from ctidesk.views.window import MainWindow
from ctidesk.worker import Worker


class UiPost(QObject):
    """Calls functions on the UI thread, in the order they were posted from any thread."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def __call__(self, function: Callable[[], None]) -> None:
        self._posted.emit(function)

    @Slot(object)
    def _call(self, function: Callable[[], None]) -> None:
        function()


class Program:
    """One window on one station. `settings` remembers language and place; `finder` reaches the station."""

    def __init__(
        self,
        finder: Finder,
        *,
        language: str | None = None,
        output: Output | None = None,
        settings: QSettings | None = None,
    ) -> None:
        known = QApplication.instance()
        self.app = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
        self.app.setApplicationName("ctidesk")
        self.app.setOrganizationName("ctidrv")
        theme.apply(self.app)
        self.settings = settings or QSettings("ctidrv", "ctidesk")
        self._translators: list[QTranslator] = []
        self._failed = 0
        """The exit code where Qt's own is 0."""
        self._post = UiPost()
        self._sound = Worker(self._post, "sound")
        self.desk = Desk()
        self.player = Player(output or Speaker(), self._sound.do)
        self.gateway = Gateway(finder, self.desk, self.player, self._post)
        remembered = self.settings.value("language")
        chosen = language or (str(remembered) if remembered in words.LANGUAGES else words.system_language())
        self._install(chosen)
        self.window = MainWindow(self.desk, self.player, self.gateway, chosen)
        self._waiting = QTimer()
        self._waiting.setSingleShot(True)
        self._waiting.timeout.connect(self.window.render_desk)
        self.desk.changed = self.player.changed = self.desk.faxes.changed = self._changed
        self.window.language_chosen.connect(self.set_language)
        self.window.closed.connect(self.stop)
        self.app.styleHints().colorSchemeChanged.connect(self._redress)

    def _changed(self) -> None:
        # A burst of events is painted once.
        if not self._waiting.isActive():
            self._waiting.start(0)

    def _install(self, language: str) -> None:
        self._translators = words.install(language, self._translators)
        self.settings.setValue("language", language)

    def set_language(self, language: str) -> None:
        self._install(language)
        self.window.build(language)

    def _redress(self) -> None:
        theme.apply(self.app)
        self.window.build()

    def run(self) -> int:
        """Until the window is closed."""
        place = self.settings.value("geometry")
        if place is not None:
            self.window.restoreGeometry(place)
        self.window.show()
        self.gateway.start()
        return self.app.exec() or self._failed

    def stop(self) -> None:
        self.settings.setValue("geometry", self.window.saveGeometry())
        self.player.stop()
        self.gateway.stop()
        self._sound.stop()
        self._translators = words.install("en", self._translators)

    def save_picture(self, file: str, *, after: float) -> None:
        """Saves the window as it is after so many seconds, then closes it."""

        def save() -> None:
            if not self.window.grab().save(file):
                sys.stderr.write(f"ctidesk: {file}: the picture could not be written\n")
                self._failed = 1
            self.window.close()

        QTimer.singleShot(round(after * 1000), save)
