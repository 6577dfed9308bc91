"""D34: the Chinese interface is complete, up to date, and has no English in it."""

from __future__ import annotations

import re
import string
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2] / "desktop" / "ctidesk"
TS = ROOT / "i18n" / "ctidesk_zh_CN.ts"

# What may stand in Latin letters: keys, names of programs and packages that are typed as they are.
LATIN = {
    "F1",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "F11",
    "F12",
    "Ctrl",
    "PortAudio",
    "Debian",
    "Ubuntu",
    "sounddevice",
    "English",
}
LATIN |= {"PDF", "TIFF", "PNG", "JPEG"} | {
    f"*.{end}" for end in ("pdf", "tif", "tiff", "png", "jpg", "jpeg", "txt")
}
LATIN |= {"apt install libportaudio2", 'pip install "ctidrv[soundcard]"'}


def _messages(file: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """(context, source) to (translation, state)."""
    found = {}
    for context in ET.parse(file).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            state = translation.get("type", "finished")
            found[name, message.findtext("source") or ""] = (translation.text or "", state)
    return found


def test_every_text_is_translated_and_finished() -> None:
    wrong = {
        key: value for key, value in _messages(TS).items() if value[1] != "finished" or not value[0].strip()
    }
    assert wrong == {}
    assert len(_messages(TS)) > 100


def test_translations_keep_the_places_of_their_values() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    wrong = [source for (_, source), (text, _) in _messages(TS).items() if places(source) != places(text)]
    assert wrong == []


def _chinese_only(text: str, data: set[str]) -> bool:
    for known in sorted(LATIN | data, key=len, reverse=True):
        text = text.replace(known, "")
    text = re.sub(r"\{\w+\}|\(&[A-Z]\)", "", text)
    return re.search(r"[A-Za-z]{2,}", text) is None


def test_no_translation_has_english_in_it() -> None:
    wrong = [text for text, _ in _messages(TS).values() if not _chinese_only(text, set())]
    assert wrong == []


def test_translation_file_holds_every_text_of_the_sources(tmp_path: Path) -> None:
    PySide6 = pytest.importorskip("PySide6")
    tool = Path(PySide6.__file__).parent / ("lupdate.exe" if sys.platform == "win32" else "lupdate")
    if not tool.exists():
        pytest.skip("this PySide6 has no lupdate")
    fresh = tmp_path / "fresh.ts"
    sources = [str(path) for path in sorted(ROOT.rglob("*.py"))]
    done = subprocess.run(
        [str(tool), "-locations", "none", *sources, "-ts", str(fresh)], capture_output=True, text=True
    )
    if "error while loading shared libraries" in done.stderr:
        pytest.skip(f"Qt's system libraries are missing: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert set(_messages(fresh)) == set(_messages(TS))


def test_compiled_file_is_up_to_date(qt: Any) -> None:
    from PySide6.QtCore import QTranslator

    translator = QTranslator()
    assert translator.load(str(TS.with_suffix(".qm")))
    stale = [
        (context, source)
        for (context, source), (text, _) in _messages(TS).items()
        if translator.translate(context, source) != text
    ]
    assert stale == []


def _shown_texts(window: Any) -> set[str]:
    """Everything a person reads or hears of a window: texts, tooltips, names, menus, list rows."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QAbstractItemView, QWidget

    getters = (
        "text",
        "title",
        "toolTip",
        "statusTip",
        "whatsThis",
        "accessibleName",
        "accessibleDescription",
    )
    getters += ("windowTitle", "placeholderText")
    texts: set[str] = set()
    for thing in (window, *window.findChildren(QWidget), *window.findChildren(QAction)):
        texts |= {str(getattr(thing, name)()) for name in getters if hasattr(thing, name)}
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        for row in range(model.rowCount() if model is not None else 0):
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                texts.add(str(model.index(row, 0).data(role) or ""))
    return texts - {""}


# Names and words of the fake station: data, not interface.
DATA = {
    "Anna Müller",
    "Harbour Bakery",
    "Orders every Friday; ask for the rye.",
    "VIP",
    "bakery",
    "MULLER ANNA",
}
DATA |= {
    "Li Mei",
    "Bob",
    "Carla",
    "Dan",
    "sales",
    "PORTER J",
    "sim",
    "usb",
    "front-desk",
    "main-menu",
    "hotline.ivr.yaml",
    "orders",
    "price-list.pdf",
    "f1",
    "welcome",
    "leave-message",
    "no station runs here",
    "order.pdf",
    "li@example.com",
}


def test_d34_no_english_is_left_in_the_chinese_window(program: Any, fake: ModuleType, until: Any) -> None:
    from PySide6.QtWidgets import QMessageBox

    from ctidesk.sound import NO_LIBRARY
    from ctidesk.viewmodels.player import NoSound
    from ctidesk.views.customer_form import CustomerForm

    station = fake.FakeStation()
    fake.past(station)
    states = ("seized", "clearing", "cleared", "off-hook", "howling", "left-off-hook")
    states += ("out-of-order", "missing", "unused", "who-knows")
    station.port_rows += [{"id": f"usb/{n}", "state": state} for n, state in enumerate(states, 1)]
    fake.seats(station)
    fake.faxes(station)
    finder = fake.FakeFinder(station)
    made = program(finder, language="zh", output=fake.FakeOutput(NoSound(NO_LIBRARY)))
    seen: set[str] = set()

    def walk(so: Any) -> None:
        until(so)
        made.window.render_desk()
        seen.update(_shown_texts(made.window))

    walk(lambda: made.desk.reachable)
    made.window._show_faxes()
    for key, page in ((("came", "r2"), 1), (("sent", "f-failed"), 2), (("sent", "f-busy"), 1)):
        made.gateway.faxes.look(key, page)
        walk(lambda: made.desk.faxes.sheet.state == "ready")
        seen.update(_shown_texts(made.window.faxes))
    made.window.faxes._fill_in()
    seen.update(_shown_texts(made.window.faxes.form))
    made.window.faxes.form.reject()
    made.window.faxes.close()
    station.send("call.offered", 0, call="c2", direction="in")
    walk(lambda: made.desk.answer_door().open)
    station.send("call.caller", 3, call="c2", number="4155550199", name=None, reason=None, checksum_ok=True)
    walk(lambda: made.window.pop._save.isVisible())
    made.window.pop._save.click()
    form = made.window.findChild(CustomerForm)
    seen.update(_shown_texts(form))
    form.reject()
    station.send("call.ended", 5, call="c2", cause="caller-gave-up", outcome="missed")
    fake.rings(station, 10)
    walk(lambda: "(312) 555-0142" in _shown_texts(made.window.pop))
    fake.answered(station, 20, by="script")
    fake.menu(station, 21)
    walk(lambda: len(made.desk.timeline()) > 10)
    station.send("queue.entered", 45, queue="sales", position=2)
    walk(lambda: made.desk.stage(made.desk.current()).queue)
    station.send("queue.left", 46, queue="sales", why="answered")
    fake.at_seat(station, 46)
    walk(lambda: made.desk.call_bar()[0].door.open)
    made.window.orders.give("transfer")
    seen.update(_shown_texts(made.window.orders.choice))
    made.window.orders.close()
    fake.destinations(station)
    for order in ("voicemail", "menu", "take_fax", "give_fax"):
        made.window.orders.give(order)
        until(lambda: made.window.orders.choice.list.count() == 2)
        seen.update(_shown_texts(made.window.orders.choice))
        made.window.orders.close()
    for state in ("held", "muted"):
        station.send("call.seat", 52, seat="Li Mei", state=state)
        walk(lambda state=state: made.desk.stage(made.desk.current()).talk == state)
    station.send("call.seat", 52, seat="Bob", state="ringing", by="Li Mei")
    station.send("call.seat", 52, seat="Li Mei", state="consulting")
    walk(lambda: made.desk.stage(made.desk.current()).consults)
    station.send("call.seat", 52, seat="Bob", state="answered")
    station.send("call.seat", 52, seat="Bob", state="consulted")
    walk(lambda: made.desk.stage(made.desk.current()).guest)
    station.send("call.seat", 52, seat="Li Mei", state="conference")
    walk(lambda: made.desk.stage(made.desk.current()).talk == "conference")
    made.window.orders.give("consult")
    seen.update(_shown_texts(made.window.orders.choice))
    made.window.orders.close()
    station.send("call.seat", 52, seat="Bob", state="left", cause="let-go")
    station.send("call.seat", 53, seat="Li Mei", state="left", cause="parked")
    station.send("call.parked", 53, slot=3, state="parked")
    for by in ("box:sales", "ivr:main-menu", "fax-receive:orders", "fax-send:f1"):
        for state in ("started", "no-answer"):
            station.send("call.served", 53, by=by, state=state)
            walk(lambda by=by: made.desk.stage(made.desk.current()).served in (by, None))
    for direction, result, rows in (
        ("in", "ok", 0),
        ("in", "ok", 3),
        ("out", "ok", None),
        ("in", "no-fax", 0),
    ):
        station.send("call.faxed", 53, direction=direction, result=result, pages=2, bad_rows=rows)
    for place, state in enumerate(("paused", "wrap-up", "in-use", "out-of-order", "who-knows")):
        fake.seat_state(station, ("Bob", "Carla", "Dan", "Li Mei", "Bob")[place], state, 53)
    walk(lambda: made.desk.call_bar()[4].door.open)
    made.gateway.park("c1")
    walk(lambda: made.desk.notice.source)
    station.refuses = "welcome"
    made.gateway.hang_up()
    walk(lambda: made.desk.notice.source)
    station.refuses = None
    fake.over(station, 60)
    walk(lambda: not made.desk.hang_up_door().open)
    made.window._play("c0-plain")
    walk(lambda: made.player.state == "failed")
    made.window._show_keys()
    box = made.window.findChild(QMessageBox)
    seen.update(_shown_texts(box))
    box.close()
    finder.station = None
    station.die()
    walk(lambda: not made.desk.reachable)

    assert len(seen) > 100
    assert [text for text in sorted(seen) if not _chinese_only(text, DATA)] == []


def test_walk_of_the_english_window_would_find_english(program: Any, fake: ModuleType, until: Any) -> None:
    station = fake.FakeStation()
    fake.past(station)
    made = program(fake.FakeFinder(station), language="en")
    until(lambda: made.desk.reachable)
    left = [text for text in _shown_texts(made.window) if not _chinese_only(text, DATA)]
    assert len(left) > 20
