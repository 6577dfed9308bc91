"""Colours, sizes and fonts: one calm look, light and dark, readable from a metre away."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour the window uses."""

    window: str
    panel: str
    edge: str
    ink: str
    soft: str
    accent: str
    accent_ink: str
    idle: str
    ringing: str
    talking: str
    busy: str
    alarm: str
    pop_ringing: str
    pop_talking: str
    chip: str
    operator: str
    caller: str


LIGHT = Tokens(
    window="#eef1f5",
    panel="#ffffff",
    edge="#d5dbe3",
    ink="#1b2430",
    soft="#5b6878",
    accent="#1f6feb",
    accent_ink="#ffffff",
    idle="#8592a3",
    ringing="#c77700",
    talking="#12813d",
    busy="#1f6feb",
    alarm="#c62828",
    pop_ringing="#fff5e0",
    pop_talking="#e8f6ec",
    chip="#e4e9f0",
    operator="#1f6feb",
    caller="#12813d",
)
DARK = Tokens(
    window="#14181d",
    panel="#1e242b",
    edge="#333c46",
    ink="#e8edf3",
    soft="#9aa7b5",
    accent="#4d93ff",
    accent_ink="#0b1220",
    idle="#7d8a99",
    ringing="#ffb02e",
    talking="#3ecf72",
    busy="#4d93ff",
    alarm="#ff6b62",
    pop_ringing="#33280f",
    pop_talking="#12301d",
    chip="#303945",
    operator="#4d93ff",
    caller="#3ecf72",
)

FAMILIES = [
    "Segoe UI",
    "Noto Sans",
    "Microsoft YaHei UI",
    "Noto Sans CJK SC",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "DejaVu Sans",
]
BASE_PT = 11


chosen_dark: bool | None = None
"""Light or dark whatever the system says; None follows the system."""


def is_dark() -> bool:
    if chosen_dark is not None:
        return chosen_dark
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def tokens() -> Tokens:
    return DARK if is_dark() else LIGHT


def font(points: float = BASE_PT, *, bold: bool = False) -> QFont:
    made = QFont()
    made.setFamilies(FAMILIES)
    made.setPointSizeF(points)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


def state_colour(state: str) -> QColor:
    """A lamp's colour; words and an icon always stand beside it."""
    t = tokens()
    return QColor(
        {
            "idle": t.idle,
            "unused": t.idle,
            "unknown": t.idle,
            "ringing": t.ringing,
            "seized": t.busy,
            "dialling": t.busy,
            "calling": t.busy,
            "talking": t.talking,
            "clearing": t.busy,
            "ready": t.accent,
            "paused": t.idle,
            "wrap-up": t.idle,
            "in-use": t.idle,
        }.get(state, t.alarm)
    )


def _palette(t: Tokens) -> QPalette:
    made = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, t.window),
        (role.Base, t.panel),
        (role.AlternateBase, t.window),
        (role.Button, t.panel),
        (role.WindowText, t.ink),
        (role.Text, t.ink),
        (role.ButtonText, t.ink),
        (role.ToolTipBase, t.panel),
        (role.ToolTipText, t.ink),
        (role.PlaceholderText, t.soft),
        (role.Highlight, t.accent),
        (role.HighlightedText, t.accent_ink),
    ):
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(t.soft))
    return made


def sheet(t: Tokens) -> str:
    """The style sheet; sizes in points follow the system's scaling."""
    return f"""
QFrame#panel {{ background: {t.panel}; border: 1px solid {t.edge}; border-radius: 10px; }}
QFrame#panel[tone="ringing"] {{ background: {t.pop_ringing}; border: 2px solid {t.ringing}; }}
QFrame#panel[tone="talking"] {{ background: {t.pop_talking}; border: 2px solid {t.talking}; }}
QLabel[role="soft"] {{ color: {t.soft}; }}
QLabel[role="alarm"] {{ color: {t.alarm}; }}
QLabel#banner {{ background: {t.alarm}; color: {t.accent_ink}; border-radius: 8px; padding: 8px 14px; }}
QLabel[role="chip"] {{ background: {t.chip}; border-radius: 9px; padding: 2px 10px; }}
QLabel[role="chip"][alarm="true"] {{ background: {t.alarm}; color: {t.accent_ink}; }}
QPushButton {{ border: 1px solid {t.edge}; border-radius: 8px; padding: 7px 16px; background: {t.panel}; }}
QPushButton:hover:enabled {{ border-color: {t.accent}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: 6px 15px; }}
QPushButton:disabled {{ color: {t.soft}; background: {t.window}; }}
QPushButton[role="answer"]:enabled {{
    background: {t.talking}; color: {t.accent_ink}; border-color: {t.talking}; }}
QPushButton[role="hang_up"]:enabled {{
    background: {t.alarm}; color: {t.accent_ink}; border-color: {t.alarm}; }}
QPushButton[role="answer"]:focus:enabled, QPushButton[role="hang_up"]:focus:enabled {{
    border: 2px solid {t.ink}; }}
QPushButton[role="bar"] {{ padding: 6px 8px; }}
QPushButton[role="bar"]:focus {{ padding: 5px 7px; }}
QPushButton[role="filter"] {{ padding: 4px 14px; border-radius: 14px; }}
QPushButton[role="filter"]:checked {{
    background: {t.accent}; color: {t.accent_ink}; border-color: {t.accent}; }}
QLineEdit, QPlainTextEdit {{ border: 1px solid {t.edge}; border-radius: 6px; padding: 5px 8px;
    background: {t.panel}; selection-background-color: {t.accent}; selection-color: {t.accent_ink}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: 4px 7px; }}
QListView {{ border: none; background: transparent; outline: none; }}
QToolTip {{ border: 1px solid {t.edge}; background: {t.panel}; color: {t.ink}; padding: 4px; }}
QScrollBar:vertical {{ width: 10px; background: transparent; margin: 0; }}
QScrollBar:horizontal {{ height: 10px; background: transparent; margin: 0; }}
QScrollBar::handle {{ background: {t.edge}; border-radius: 4px; margin: 1px; }}
QScrollBar::handle:vertical {{ min-height: 30px; }}
QScrollBar::handle:horizontal {{ min-width: 30px; }}
QScrollBar::handle:hover {{ background: {t.soft}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
QFrame#panel[focused="true"] {{ border: 2px solid {t.accent}; }}
QMenu {{ background: {t.panel}; border: 1px solid {t.edge}; padding: 4px; }}
QMenu::item {{ padding: 6px 30px 6px 26px; border-radius: 5px; }}
QMenu::item:selected {{ background: {t.accent}; color: {t.accent_ink}; }}
QMenu::item:disabled {{ color: {t.soft}; }}
QMenu::separator {{ height: 1px; background: {t.edge}; margin: 4px 8px; }}
QSplitter::handle {{ background: transparent; }}
QStatusBar::item {{ border: none; }}
"""


def apply(app: QApplication) -> None:
    """Dresses the whole application, for the colour scheme of the system."""
    t = tokens()
    app.setStyle("Fusion")
    app.setFont(font())
    app.setPalette(_palette(t))
    app.setStyleSheet(sheet(t))
