"""The fonts of drawn text: of a package or of the system, one with Chinese characters first.

On Linux `ctidrv[fax]` brings Noto Sans SC; Windows and macOS have fonts of their own. A character is drawn in
the first font that has it. One that none has is refused where a document is opened: it would be a box, and
whoever sends it would not know.
"""

from __future__ import annotations

import functools
import os
import unicodedata
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from PIL import ImageFont

from ctidrv.errors import InputError

_PACKAGE = "pylopdf_fonts_zh_cn"
_SYSTEM = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
_CHINESE = {
    "msyh.ttc": 0,
    "simsun.ttc": 0,
    "simhei.ttf": 0,
    "Deng.ttf": 0,
    "PingFang.ttc": 0,
    "Hiragino Sans GB.ttc": 0,
    "STHeiti Light.ttc": 0,
    "NotoSansSC-Regular.otf": 0,
    "NotoSansCJK-Regular.ttc": 2,  # 0 is the Japanese one
    "SourceHanSansSC-Regular.otf": 0,
    "SourceHanSansCN-Regular.otf": 0,
    "wqy-microhei.ttc": 0,
    "wqy-zenhei.ttc": 0,
    "DroidSansFallbackFull.ttf": 0,
    "uming.ttc": 0,
}
_OTHERS = {
    "segoeui.ttf": 0,
    "arial.ttf": 0,
    "Arial Unicode.ttf": 0,
    "NotoSans-Regular.ttf": 0,
    "DejaVuSans.ttf": 0,
    "LiberationSans-Regular.ttf": 0,
}
"""Files, the better ones first, and which font of the file."""
_DRAWN_OTHERWISE = ("Mn", "Cf", "Cc", "Zs", "Zl", "Zp")
"""Categories of Unicode that may have no picture of their own."""
_MEASURED = 100
_NOWHERE = "\U0010ffff"

INSTALL = "pip install 'ctidrv[fax]' (Linux: or apt install fonts-noto-cjk fonts-dejavu), or send it as PDF"


def folders() -> list[Path]:
    """Where fonts lie."""
    found = []
    package = find_spec(_PACKAGE)
    if package is not None and package.origin is not None:
        found.append(Path(package.origin).parent)
    windows = os.environ.get("WINDIR")
    if windows:
        found.append(Path(windows) / "Fonts")
    return found + [path for path in (Path(each).expanduser() for each in _SYSTEM) if path.is_dir()]


def _best(names: dict[str, int]) -> Iterator[tuple[str, int]]:
    """The best file of the first folder that has one, and which font of it."""
    order = list(names)
    for folder in folders():
        found = {name: root for root, _, files in os.walk(folder) for name in files if name in names}
        if found:
            name = min(found, key=order.index)
            yield str(Path(found[name]) / name), names[name]
            return


@functools.cache
def _files() -> list[tuple[str, int]]:
    return [*_best(_CHINESE), *_best(_OTHERS)]


@functools.lru_cache(maxsize=32)
def chain(pixels: int) -> list[ImageFont.FreeTypeFont]:
    """Which font is asked first, second …; the last has ASCII only."""
    plain = ImageFont.load_default(pixels)
    assert isinstance(plain, ImageFont.FreeTypeFont)
    basic = ImageFont.Layout.BASIC
    return [
        *(ImageFont.truetype(path, pixels, index, layout_engine=basic) for path, index in _files()),
        plain,
    ]


def _picture(font: ImageFont.FreeTypeFont, character: str) -> tuple[object, bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


@functools.lru_cache(maxsize=65_536)
def number(character: str) -> int | None:
    """Which of the chain has it; None: none has."""
    if unicodedata.category(character) in _DRAWN_OTHERWISE:
        return 0
    for at, font in enumerate(chain(_MEASURED)):
        if _picture(font, character) != _picture(font, _NOWHERE):
            return at
    return None


def runs(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of a line, each with its font's number in the chain."""
    for at, characters in groupby(text, key=lambda each: number(each) or 0):
        yield at, "".join(characters)


@functools.lru_cache(maxsize=65_536)
def advance(character: str) -> float:
    """To the next character, in em."""
    return float(chain(_MEASURED)[number(character) or 0].getlength(character)) / _MEASURED


def check(text: str, where: str) -> None:
    """InputError: no font here has some of its characters."""
    strange = "".join(each for each in dict.fromkeys(text) if number(each) is None)
    if strange:
        raise InputError(f"{where}: no font here has {' '.join(strange[:10])}: {INSTALL}")


def shown(text: str) -> str:
    """With question marks for what no font has."""
    return "".join(each if number(each) is not None else "?" for each in text)
