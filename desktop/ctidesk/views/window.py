"""The main window: lamps of lines and seats above, the call on the left, history and player on the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QColor, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ctidesk.viewmodels.desk import LOST, NOT_STARTED, OWN_WORDS, Desk
from ctidesk.viewmodels.drawing import Answer
from ctidesk.viewmodels.faxes import CAME
from ctidesk.viewmodels.history import HistoryRow
from ctidesk.viewmodels.phrases import Phrase
from ctidesk.viewmodels.player import Player
from ctidesk.views import icons, lamps, orders, theme
from ctidesk.views.customer_form import CustomerForm
from ctidesk.views.drawing import DrawingWindow
from ctidesk.views.faxes import FaxesWindow, FaxHands
from ctidesk.views.history import HistoryPanel
from ctidesk.views.lamps import LampStrip
from ctidesk.views.player import PlayerPanel
from ctidesk.views.pop import PopPanel
from ctidesk.views.timeline import TimelinePanel
from ctidesk.words import LANGUAGES, say

TROUBLE = (LOST, NOT_STARTED)
"""What is told across the whole window."""


class Hands(orders.Hands, Protocol):
    """What the window has done by the gateway."""

    @property
    def faxes(self) -> FaxHands: ...
    def answer(self) -> None: ...
    def hang_up(self) -> None: ...
    def look(self, call: str) -> None: ...
    def fetch(self, item: tuple[str, str], title: str | Phrase, *, play: bool = False) -> None: ...
    def draw(
        self,
        call: str,
        begin: float | None,
        end: float | None,
        language: str,
        answer: Callable[[Answer], None],
    ) -> None: ...
    def save_customer(self, call: str, name: str, number: str, company: str, notes: str) -> None: ...


class MainWindow(QMainWindow):
    """Shows a desk and a player; call `render_desk` after either changed."""

    language_chosen = Signal(str)
    closed = Signal()

    def __init__(
        self,
        desk: Desk,
        player: Player,
        hands: Hands,
        language: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._desk, self._player, self._hands, self._now = desk, player, hands, now
        self._language = language
        self._rang: str | None = None
        self._rows: dict[str, HistoryRow] = {}
        self._holder: QWidget | None = None
        self.drawing: DrawingWindow | None = None
        self.faxes: FaxesWindow | None = None
        self.orders = orders.Orders(self, desk, hands)
        self.resize(1240, 800)
        self.build()
        self._second = QTimer(self)
        self._second.setInterval(250)
        self._second.timeout.connect(self._tick)
        self._second.start()

    def build(self, language: str | None = None) -> None:
        """Makes menus and panels, in the language that is installed; again after it was changed."""
        self._language = language or self._language
        self.setWindowTitle(self.tr("Hot line"))
        self._menus()
        self._banner = QLabel()
        self._banner.setObjectName("banner")
        self._banner.setFont(theme.font(13, bold=True))
        self.lamps = LampStrip(self.tr("Lines"), lamps.LINE, self.tr("No lines yet."))
        self.seats = LampStrip(self.tr("Seats"), lamps.SEAT)
        self.pop, self.timeline = PopPanel(), TimelinePanel()
        self.history, self.player = HistoryPanel(), PlayerPanel(self._player)
        for strip in (self.lamps, self.seats):
            strip.chosen.connect(self._hands.look)
        self.pop.bar.asked.connect(self.orders.give)
        self.pop.answer.connect(self._hands.answer)
        self.pop.hang_up.connect(self._hands.hang_up)
        self.pop.save.connect(self._save_customer)
        self.player.other.connect(self._play_other)
        self.player.drawn.connect(self._draw)
        self.history.filtered.connect(self.render_desk)
        self.history.looked.connect(self._look)
        self.history.played.connect(self._play)
        self.history.faxes.connect(self._show_faxes)
        self.setCentralWidget(self._middle())
        self._bar()
        if self.faxes is not None:
            self.faxes.build()
        self.render_desk()
        self.history.take_focus()

    def _middle(self) -> QWidget:
        left, right = QWidget(), QWidget()
        for side, upper, lower in (
            (left, self.pop, self.timeline),
            (right, self.history, self.player),
        ):
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(10)
            column.addWidget(upper, 0 if side is left else 1)
            column.addWidget(lower, 1 if side is left else 0)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(10)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        halves.setSizes([720, 500])
        middle = QWidget()
        whole = QVBoxLayout(middle)
        whole.setContentsMargins(12, 10, 12, 6)
        whole.setSpacing(10)
        whole.addWidget(self._banner)
        whole.addWidget(self.lamps)
        whole.addWidget(self.seats)
        whole.addWidget(halves, 1)
        return middle

    def _bar(self) -> None:
        bar = self.statusBar()
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 2, 4, 4)
        self._dot, self._connection = QLabel(), QLabel()
        row.addWidget(self._dot)
        row.addWidget(self._connection)
        if self._holder is not None:
            bar.removeWidget(self._holder)
            self._holder.deleteLater()
        self._holder = holder
        bar.addWidget(holder)
        bar.setAccessibleName(self.tr("Connection to the station"))

    def _menus(self) -> None:
        bar = self.menuBar()
        for old in bar.findChildren(QMenu):
            old.deleteLater()
        bar.clear()
        call = bar.addMenu(self.tr("&Call"))
        self.answer_action = self._action(call, self.tr("&Answer"), "F3", self._hands.answer)
        self.hang_up_action = self._action(call, self.tr("&Hang up"), "F4", self._hands.hang_up)
        call.addSeparator()
        press = self.orders.press
        self._action(call, self.tr("&Consult, or complete"), "F2", press("consult", "complete"))
        self._action(call, self.tr("H&old, take back, or swap"), "F5", press("hold", "resume", "swap"))
        self._action(call, self.tr("&Mute, or back to the caller"), "F7", press("mute", "unmute", "back"))
        self._action(call, self.tr("&Transfer, or all three …"), "F9", press("transfer", "conference"))
        self._action(call, self.tr("Pa&rk"), "F11", press("park"))
        self._action(call, self.tr("Pick &up …"), "F12", press("pick_up"))
        call.addSeparator()
        self._action(call, self.tr("To &voicemail …"), "Ctrl+1", press("voicemail"))
        self._action(call, self.tr("To a m&enu …"), "Ctrl+2", press("menu"))
        self._action(call, self.tr("Receive a fa&x …"), "Ctrl+3", press("take_fax"))
        self._action(call, self.tr("&Send a fax …"), "Ctrl+4", press("give_fax"))
        call.addSeparator()
        self._action(call, self.tr("&Play or stop"), "F8", self._player.toggle)
        call.addSeparator()
        self._action(call, self.tr("&Quit"), QKeySequence.StandardKey.Quit, self.close)
        view = bar.addMenu(self.tr("&View"))
        self._action(view, self.tr("&Go to the list of calls"), "F6", self._to_list)
        self._action(view, self.tr("&Faxes …"), "F10", self._show_faxes)
        languages = view.addMenu(self.tr("&Language"))
        group = QActionGroup(languages)
        for code, name in LANGUAGES.items():
            action = QAction(name, languages)
            action.setCheckable(True)
            action.setChecked(code == self._language)
            action.triggered.connect(self._chooser(code))
            group.addAction(action)
            languages.addAction(action)
        self._action(bar.addMenu(self.tr("&Help")), self.tr("&Keys"), "F1", self._show_keys)

    def _action(
        self, menu: QMenu, words: str, key: str | QKeySequence.StandardKey, does: Callable[[], object]
    ) -> QAction:
        action = QAction(words, menu)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        action.triggered.connect(lambda: does())
        menu.addAction(action)
        return action

    def _chooser(self, code: str) -> Callable[[], None]:
        return lambda: self.language_chosen.emit(code)

    def render_desk(self) -> None:
        """Shows what the desk and the player hold now."""
        desk, now = self._desk, self._now()
        card = desk.card()
        self.lamps.show_lines(desk.lines(), now)
        seats = desk.seats()
        self.seats.show_lines(seats, now)
        self.seats.setVisible(bool(seats))
        answer, hang_up = desk.answer_door(), desk.hang_up_door()
        self.pop.show_card(card, answer, hang_up, now, live=desk.reachable)
        self.pop.bar.show_items(desk.call_bar())
        self.orders.follow()
        self.answer_action.setEnabled(answer.open)
        self.hang_up_action.setEnabled(hang_up.open)
        self.timeline.show_entries(card.call if card else None, desk.timeline())
        rows = desk.history(self.history.only)
        self._rows = {row.call: row for row in rows}
        self.history.show_rows(rows, now)
        self.history.show_new_faxes(desk.faxes.new())
        if self.faxes is not None and self.faxes.isVisible():
            self.faxes.render_faxes()
        self.player.show_player(self._other_sound(), call=card is not None)
        self._show_connection()
        if card is not None and card.state == "alerting" and card.call != self._rang:
            # The task bar's entry lights up; no window comes forward, no field loses the keyboard.
            self._rang = card.call
            QApplication.alert(self)

    def _show_connection(self) -> None:
        t = theme.tokens()
        colour = QColor(t.talking if self._desk.reachable else t.alarm)
        self._dot.setPixmap(icons.pixmap("record", 14, colour))
        notice = say(self._desk.notice)
        words = say(self._desk.connection)
        self._connection.setText(f"{words}   ·   {notice}" if notice else words)
        detail = self._desk.detail
        self._connection.setToolTip(say(OWN_WORDS.fill(text=detail)) if detail else "")
        self._banner.setText(words)
        self._banner.setVisible(self._desk.connection in TROUBLE)

    def _tick(self) -> None:
        now = self._now()
        self.lamps.tick(now)
        self.seats.tick(now)
        self.pop.tick(now)

    def _look(self, call: str) -> None:
        self._hands.look(call)
        row = self._rows.get(call)
        if row is not None and row.audio is not None and row.audio != self._player.item:
            self._hands.fetch(row.audio, row.who)

    def _other_sound(self) -> tuple[str, str] | None:
        found = (row.other(self._player.item) for row in self._rows.values())
        return next((other for other in found if other is not None), None)

    def _play_other(self) -> None:
        other = self._other_sound()
        if other is not None:
            self._hands.fetch(other, self._player.title)

    def _play(self, call: str) -> None:
        self._hands.look(call)
        row = self._rows.get(call)
        if row is not None and row.fax is not None:
            self._show_faxes()
            self._hands.faxes.look((CAME, row.fax))
            return
        if row is None or row.audio is None:
            return
        if row.audio == self._player.item and self._player.audio is not None:
            self._player.toggle()
        else:
            self._hands.fetch(row.audio, row.who, play=True)

    def _draw(self) -> None:
        """In a window of its own; one at a time."""
        card = self._desk.card()
        if card is None:
            return
        call, language = card.call, self._language

        def ask(begin: float | None, end: float | None, answer: Callable[[Answer], None]) -> None:
            self._hands.draw(call, begin, end, language, answer)

        if self.drawing is not None:
            self.drawing.close()
        self.drawing = DrawingWindow(f"{say(card.headline)} · {say(card.number)}", ask)
        self.drawing.show()

    def _show_faxes(self) -> None:
        """In a window of its own: a call that comes meanwhile is still seen, and answered by its key."""
        if self.faxes is None:
            self.faxes = FaxesWindow(self._desk, self._hands.faxes, self._now)
        self.faxes.render_faxes()
        self.faxes.show()
        self.faxes.raise_()
        self.faxes.activateWindow()

    def _save_customer(self) -> None:
        card = self._desk.card()
        if card is None or not card.save.open:
            return
        name = card.headline if isinstance(card.headline, str) else ""
        form = CustomerForm(self, say(card.number), name)
        call = card.call
        form.accepted.connect(lambda: self._hands.save_customer(call, *form.texts()))
        # Not modal: a call that comes while a name is being typed can still be answered by its key.
        form.show()

    def _to_list(self) -> None:
        self.history.take_focus()

    def _show_keys(self) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(self.tr("Keys"))
        box.setText(
            "\n".join(
                (
                    self.tr("F2: consult, or complete"),
                    self.tr("F3: answer"),
                    self.tr("F4: hang up"),
                    self.tr("F5: hold, take back, or swap"),
                    self.tr("F6: to the list of calls"),
                    self.tr("F7: mute, unmute, or back to the caller"),
                    self.tr("F8: play or stop"),
                    self.tr("F9: transfer, or all three"),
                    self.tr("F10: faxes"),
                    self.tr("F11: park"),
                    self.tr("F12: pick up a parked call"),
                    self.tr("Ctrl+1, 2, 3, 4: to voicemail, to a menu, receive a fax, send a fax"),
                    self.tr("Enter, in the list: listen"),
                    self.tr("F1: this card"),
                )
            )
        )
        box.addButton(self.tr("Close"), QMessageBox.ButtonRole.AcceptRole)
        box.setModal(False)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.drawing is not None:
            self.drawing.close()
        if self.faxes is not None:
            self.faxes.close()
        self.closed.emit()
        super().closeEvent(event)
