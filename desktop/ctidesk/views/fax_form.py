"""A fax to be sent: its file, to whom, by which line and when, and the page before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctidesk.viewmodels.card import UNREACHABLE
from ctidesk.viewmodels.desk import OWN_WORDS
from ctidesk.viewmodels.fax_order import PRIORITIES, Answer, FaxOrder, Told
from ctidesk.words import LANGUAGES, say

_LINE = 200
"""Letters of a line of the cover page, as the station takes them."""


class FaxForm(QDialog):
    """Stays open until the station has queued the fax, and says why it has not. `lines`: port to name."""

    def __init__(
        self, parent: QWidget, lines: Mapping[str, str], send: Callable[[FaxOrder, Answer], None]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Send a fax"))
        self._send = send
        self._reachable, self._asked, self._closed = True, False, False
        self.file, self.numbers = QLineEdit(), QPlainTextEdit()
        self.line, self.priority = QComboBox(), QComboBox()
        self.later, self.due = QCheckBox(self.tr("not before")), QDateTimeEdit()
        self.hours, self.mail_to = QLineEdit(), QLineEdit()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "alarm")
        self._choices(lines)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.go = buttons.button(kinds.Ok)
        self.go.setText(self.tr("Send"))
        buttons.button(kinds.Cancel).setText(self.tr("Cancel"))
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        self.finished.connect(self._over)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 18, 18, 14)
        whole.setSpacing(14)
        whole.addLayout(self._main())
        whole.addWidget(self._cover_page())
        whole.addWidget(self.words)
        whole.addWidget(buttons)
        self.setMinimumWidth(520)
        self.file.textChanged.connect(self._check)
        self.numbers.textChanged.connect(self._check)
        self._tell("")
        self._check()

    def _choices(self, lines: Mapping[str, str]) -> None:
        self.line.addItem(self.tr("any free line"), None)
        for port, name in lines.items():
            self.line.addItem(name, port)
        self.priority.addItem(self.tr("as usual"), None)
        for priority in PRIORITIES:
            words = {1: self.tr("1 (first)"), PRIORITIES[-1]: self.tr("9 (last)")}
            self.priority.addItem(words.get(priority, str(priority)), priority)
        self.due.setDateTime(QDateTime.currentDateTime())
        self.due.setCalendarPopup(True)
        self.due.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.due.setEnabled(False)
        self.later.toggled.connect(self.due.setEnabled)

    def _main(self) -> QFormLayout:
        browse = QPushButton(self.tr("Choose …"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        file, time = QHBoxLayout(), QHBoxLayout()
        file.addWidget(self.file, 1)
        file.addWidget(browse)
        time.addWidget(self.later)
        time.addWidget(self.due, 1)
        self.file.setPlaceholderText(self.tr("PDF, TIFF, PNG, JPEG or text"))
        self.numbers.setPlaceholderText(self.tr("one number, or several: one in a line"))
        self.hours.setPlaceholderText("08:00-20:00")
        self.hours.setMaxLength(11)
        self.mail_to.setPlaceholderText(self.tr("nobody"))
        self.mail_to.setMaxLength(254)
        self.numbers.setTabChangesFocus(True)
        self.numbers.setFixedHeight(64)
        form = QFormLayout()
        for words, field, named in (
            (self.tr("File"), file, self.file),
            (self.tr("To the number"), self.numbers, self.numbers),
            (self.tr("Line"), self.line, self.line),
            (self.tr("Priority"), self.priority, self.priority),
            (self.tr("Time"), time, self.due),
            (self.tr("Only from – to"), self.hours, self.hours),
            (self.tr("Tell by e-mail"), self.mail_to, self.mail_to),
        ):
            form.addRow(words, field)
            named.setAccessibleName(words)
        return form

    def _cover_page(self) -> QGroupBox:
        self.cover = QGroupBox(self.tr("With a cover page"))
        self.cover.setCheckable(True)
        self.cover.setChecked(False)
        self.to, self.who, self.subject = QLineEdit(), QLineEdit(), QLineEdit()
        self.note, self.language = QPlainTextEdit(), QComboBox()
        self.language.addItem(self.tr("as the office"), "")
        for code, name in LANGUAGES.items():
            self.language.addItem(name, code)
        for line in (self.to, self.who, self.subject):
            line.setMaxLength(_LINE)
        self.who.setPlaceholderText(self.tr("the office"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(72)
        form = QFormLayout(self.cover)
        for words, field in (
            (self.tr("To"), self.to),
            (self.tr("From"), self.who),
            (self.tr("Subject"), self.subject),
            (self.tr("Note"), self.note),
            (self.tr("Language"), self.language),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words)
        return self.cover

    def _browse(self) -> None:
        kinds = self.tr("What can be faxed (*.pdf *.tif *.tiff *.png *.jpg *.jpeg *.txt)")
        every = self.tr("All files (*)")
        title = self.tr("Choose the document")
        chosen, _ = QFileDialog.getOpenFileName(self, title, self.file.text(), f"{kinds};;{every}")
        if chosen:
            self.file.setText(chosen)

    def order(self) -> FaxOrder:
        """As it is filled in."""
        due = None
        if self.later.isChecked():
            due = datetime.fromtimestamp(self.due.dateTime().toSecsSinceEpoch()).astimezone()
        cover = {
            "to": self.to.text(),
            "sender": self.who.text(),
            "subject": self.subject.text(),
            "note": self.note.toPlainText(),
            "language": str(self.language.currentData()),
        }
        return FaxOrder(
            self.file.text().strip(),
            self.numbers.toPlainText(),
            self.line.currentData(),
            self.priority.currentData(),
            due,
            {name: text.strip() for name, text in cover.items()} if self.cover.isChecked() else None,
            self.hours.text().strip(),
            self.mail_to.text().strip(),
        )

    def show_reachable(self, reachable: bool) -> None:
        self._reachable = reachable
        self._check()

    def _check(self) -> None:
        missing = self.order().missing() if self._reachable else UNREACHABLE
        self.go.setEnabled(missing is None and not self._asked)
        self.go.setToolTip("" if missing is None else say(missing))

    def _ask(self) -> None:
        self._asked = True
        self._tell("")
        self._check()
        self._send(self.order(), self._answered)

    def _answered(self, told: Told) -> None:
        if self._closed:
            return  # the window of faxes says how it went
        self._asked = False
        if told.queued:
            self.accept()
            return
        own = say(OWN_WORDS.fill(text=told.detail)) if told.detail else ""
        self._tell("\n".join(part for part in (say(told.words), own) if part))
        self._check()

    def _over(self) -> None:
        self._closed = True

    def _tell(self, words: str) -> None:
        self.words.setText(words)
        self.words.setVisible(bool(words))
