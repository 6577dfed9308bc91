"""What a test sees and does in a window: its words, the call bar's buttons, keys."""

from __future__ import annotations

from typing import Any

GIVE = ["Voicemail …", "Menu …", "Receive fax …", "Send fax …"]
"""The buttons of the call bar that give a caller to no seat."""


def texts(widget: Any) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [
        label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()
    ]


def open_buttons(shown: Any) -> list[str]:
    """Of the call bar."""
    return [button.text() for button in shown.window.pop.bar.buttons if button.isEnabled()]


def click(shown: Any, words: str) -> None:
    """A button of the call bar."""
    next(button for button in shown.window.pop.bar.buttons if button.text() == words).click()


def press(window: Any, key: str) -> None:
    """A key as the keyboard sends it, to whatever has the focus."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    QTest.keyClick(QApplication.focusWidget() or window, getattr(Qt.Key, f"Key_{key}"))
