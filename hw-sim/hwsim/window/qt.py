"""Qt, where it is installed: the application, its language and its letters."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ctidrv.errors import UsageError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

NO_QT = 'a window needs Qt: pip install "ctidrv[desktop]"'
NO_SCREEN = "a window needs a screen: DISPLAY and WAYLAND_DISPLAY are not set"
FAMILIES = [
    "Segoe UI",
    "Noto Sans",
    "Microsoft YaHei UI",
    "Noto Sans CJK SC",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "DejaVu Sans",
]


def application() -> QApplication:
    """The one of this process. UsageError where Qt is not installed, or there is no screen."""
    asked = os.environ.get("QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))) and not asked:
        raise UsageError(NO_SCREEN)
    try:
        from PySide6.QtGui import QFont
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise UsageError(f"{NO_QT} ({error})") from error
    known = QApplication.instance()
    app = known if isinstance(known, QApplication) else QApplication(["ctidrv"])
    letters = QFont()
    letters.setFamilies(FAMILIES)
    letters.setPointSizeF(11)
    app.setFont(letters)
    return app


def language_of(chosen: str | None) -> str:
    """The one that is asked for, else the system's where we have it, else English."""
    from PySide6.QtCore import QLocale

    if chosen is not None:
        return chosen
    return "zh" if QLocale.system().name().startswith("zh") else "en"
