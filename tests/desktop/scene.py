"""Pictures of the window in a given state, to be looked at:

    QT_QPA_PLATFORM=offscreen python tests/desktop/scene.py SCENE en|zh FILE.png [light|dark] [WIDTHxHEIGHT]

SCENE: idle, ringing, unknown, talking, menu, seat, held, consult, parked, choice, place, document, ended,
lost, nosound, faxes, faxform. Needs no station.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import fake_station as fake

AT_SEATS = ("seat", "held", "consult", "parked", "choice", "place", "document")
FAXES = ("faxes", "faxform")
SCENES = ("idle", "ringing", "unknown", "talking", "menu", *AT_SEATS, "ended", "lost", "nosound", *FAXES)


def _lines(station: fake.FakeStation) -> None:
    more = (("sim/2", "idle"), ("sim/3", "talking"), ("usb/1", "missing"))
    for port, state in more:
        call = "c7" if state == "talking" else None
        station.port_rows.append(
            {"id": port, "state": state, "call": call, "country": "US", "since": fake.wall(-70)}
        )
    station.call_rows.insert(
        0,
        fake.call_row("c7", -75, port="sim/3", state="connected", answered=fake.wall(-70), ended=None,
                      number="2065550111", e164="+12065550111", name="PORTER J", cause=None, outcome=None),
    )  # fmt: skip


def play(scene: str, station: fake.FakeStation) -> float:
    """Sends a scene's events; returns its moment in seconds from noon."""
    if scene == "unknown":
        station.send("call.offered", 0, direction="in")
        station.send("line.state", 0, call="c1", state="ringing")
        station.send("call.caller", 3, number="4155550199", name=None, reason=None, checksum_ok=True)
        return 5.0
    if scene in ("ringing", "talking", "menu", "ended"):
        fake.rings(station)
    if scene in ("talking", "menu", "ended"):
        fake.answered(station, by="script" if scene == "menu" else "operator")
    if scene in ("menu", "ended"):
        fake.menu(station)
    if scene == "ended":
        fake.over(station)
    if scene in AT_SEATS:
        fake.rings(station)
        fake.answered(station, by="script")
        fake.at_seat(station)
        fake.seat_state(station, "Bob", "wrap-up", 20)
        fake.seat_state(station, "Carla", "paused", -600)
        fake.seat_state(station, "Dan", "out-of-order", -60)
    if scene == "held":
        station.send("call.seat", 30, seat="Li Mei", number="08", state="held")
    if scene == "consult":
        station.send("call.seat", 20, seat="Carla", number="10", state="ringing", by="Li Mei")
        station.send("call.seat", 20, seat="Li Mei", number="08", state="consulting")
        station.send("call.seat", 25, seat="Carla", number="10", state="answered")
        station.send("call.seat", 25, seat="Carla", number="10", state="consulted")
        fake.seat_state(station, "Carla", "talking", 25, "c1")
    if scene == "parked":
        station.send("call.seat", 30, seat="Li Mei", number="08", state="left", cause="parked")
        station.send("call.parked", 30, slot=3, state="parked")
        fake.seat_state(station, "Li Mei", "wrap-up", 30)
    moments = {"ringing": 7.0, "talking": 63.0, "menu": 36.0, "ended": 45.0}
    return 42.0 if scene in AT_SEATS else moments.get(scene, 0.0)


def main(scene: str, language: str, file: str, look: str = "light", size: str = "1240x800") -> int:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from ctidesk.program import Program
    from ctidesk.sound import NO_LIBRARY
    from ctidesk.viewmodels.player import NoSound
    from ctidesk.views import theme

    app = QApplication([])
    theme.chosen_dark = look == "dark"
    station = fake.FakeStation()
    fake.past(station)
    if scene not in ("idle", "ended", "nosound"):
        _lines(station)
    if scene in (*AT_SEATS, "lost"):
        fake.seats(station)
    if scene in FAXES or scene == "idle":
        fake.faxes(station)
    finder = fake.FakeFinder(station)
    settings = QSettings(str(Path(tempfile.mkdtemp()) / "scene.ini"), QSettings.Format.IniFormat)
    output = fake.FakeOutput(NoSound(NO_LIBRARY) if scene == "nosound" else None)
    program = Program(finder, language=language, output=output, settings=settings)
    moment = [0.0]
    program.window._now = lambda: fake.NOON + timedelta(seconds=moment[0])
    width, height = (int(part) for part in size.split("x"))
    program.window.resize(width, height)
    program.window.show()
    program.gateway.start()

    def work(so: Callable[[], Any], seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not so():
            app.processEvents()
            time.sleep(0.005)

    work(lambda: program.window._rows)
    moment[0] = play(scene, station)
    if scene == "lost":
        finder.station = None
        station.die()
        work(lambda: not program.desk.reachable)
    if scene in ("talking", "ended", "nosound"):
        program.window._look("c0-message" if scene == "nosound" else "c0-plain")
        work(lambda: program.player.audio is not None)
        program.desk.choose("c1")
        program.player.seek(1.2)
        program.player.play()
    work(lambda: False, 0.4)
    program.window._tick()
    shown: Any = program.window
    orders = {"choice": "transfer", "place": "take_fax", "document": "give_fax"}
    if scene in orders:
        fake.destinations(station)
        program.window.orders.give(orders[scene])
        work(lambda: False, 0.2)
        shown = program.window.orders.choice
    if scene in FAXES:
        program.window._show_faxes()
        shown = program.window.faxes
        program.gateway.faxes.look(("came", "r2"), 2)
        station.send("fax.page", 0, call=None, job="f-sending", page=2, pages=3, state="sending", percent=50)
        work(lambda: program.desk.faxes.sheet.state == "ready")
        work(lambda: False, 0.3)
    if scene == "faxform":
        shown._fill_in()
        shown = shown.form
        shown.cover.setChecked(True)
        work(lambda: False, 0.2)
    saved = shown.grab().save(file)
    program.window.close()
    return 0 if saved else 1


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in SCENES:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
