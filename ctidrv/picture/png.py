"""A picture as a file: SVG, or PNG by Qt, without a window or a screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ctidrv.errors import StoreError, UsageError

NO_QT = 'a PNG needs Qt: pip install "ctidrv[desktop]"; or write an SVG, which needs nothing'


FORMS = (".svg", ".png")


def write_picture(svg: str, path: Path) -> None:
    """By the file's name. UsageError for another, and for a PNG without Qt; StoreError where it cannot be
    written."""
    if path.suffix.lower() not in FORMS:
        raise UsageError(f"--output {path}: must end in {' or '.join(FORMS)}")
    if path.suffix.lower() == ".png":
        write_png(svg, path)
        return
    try:
        path.write_text(svg, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error


def write_png(svg: str, path: Path) -> None:
    """UsageError where Qt is not installed, StoreError where the file cannot be written."""
    if sys.platform == "linux":
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts=false")
    try:
        from PySide6.QtCore import QByteArray
        from PySide6.QtGui import QImage, QPainter
        from PySide6.QtSvg import QSvgRenderer
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise UsageError(f"{path}: {NO_QT} ({error})") from error
    # A process has one application object, which stays; who opens windows behind us needs this kind.
    application = QApplication.instance() or QApplication(["ctidrv"])
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    image = QImage(renderer.defaultSize(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    saved = image.save(str(path))
    del renderer, application
    if not saved:
        raise StoreError(f"{path}: cannot be written")
