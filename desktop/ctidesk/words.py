"""Phrases in the chosen language, and the languages there are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from ctidesk.viewmodels.phrases import Phrase

LANGUAGES = {"en": "English", "zh": "简体中文"}
"""Code to its name in itself."""

_FILES = {"zh": "zh_CN"}
I18N = Path(__file__).parent / "i18n"


def say(what: str | Phrase) -> str:
    """The text of a phrase in the language that is installed; text stays as it is."""
    if isinstance(what, str):
        return what
    if not what.source:
        return ""
    text = QCoreApplication.translate(what.context, what.source) if what.context else what.source
    if not what.args:
        return text
    return text.format(
        **{name: say(value) if isinstance(value, Phrase) else value for name, value in what.args.items()}
    )


def system_language() -> str:
    """The computer's language when we have it, else English."""
    code = QLocale.system().name().split("_")[0]
    return code if code in LANGUAGES else "en"


def install(language: str, before: list[QTranslator]) -> list[QTranslator]:
    """Puts a language in use in place of what `before` holds; returns what to hand in the next time.

    English is the language of the sources: it only takes away what `before` holds.

    Qt's own words (menus of text fields, buttons of dialogs) come from Qt's file.
    """
    for old in before:
        QCoreApplication.removeTranslator(old)
    QLocale.setDefault(QLocale(_FILES.get(language, "en_US")))
    if language not in _FILES:
        return []
    name = _FILES[language]
    own, qt = QTranslator(), QTranslator()
    if not own.load(str(I18N / f"ctidesk_{name}.qm")):
        return []
    qt.load(f"qtbase_{name}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    installed = [qt, own]
    for translator in installed:
        QCoreApplication.installTranslator(translator)
    return installed
