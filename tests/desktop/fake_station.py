"""A station that is made of lists: it answers like `StationClient` and its stream is fed by hand."""

from __future__ import annotations

import io
import math
import queue
import sys
import threading
import wave
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from ctidrv.picture.fax_page import page_png

Row = dict[str, Any]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def wall(seconds: float = 0.0) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat()


@cache
def wav(seconds: float = 2.0, channels: int = 2, rate: int = 8000) -> bytes:
    """First channel: a tone in the first half; second: in the second half."""
    count = int(seconds * rate)
    samples = array("h", bytes(2 * channels * count))
    for place in range(count):
        channel = 0 if place < count // 2 else 1
        if channel < channels:
            samples[place * channels + channel] = int(12000 * math.sin(2 * math.pi * 440 * place / rate))
    if sys.byteorder == "big":
        samples.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


class Picture(NamedTuple):
    svg: str
    begin: float
    end: float
    length: float


def paper(page: int) -> bytes:
    """A sheet of fine A4 as PNG: rows of black bars, as many as the page's number."""
    width, height = 1728, 2292
    white, bar = b"\0" * (width // 8), b"\0" * 20 + b"\xff" * (width // 8 - 40) + b"\0" * 20
    rows = [white] * height
    for place in range(page):
        rows[200 + 160 * place : 260 + 160 * place] = [bar] * 60
    return page_png(b"".join(rows), bytes(height), width, (204, 196))


class FakeStream:
    def __init__(self) -> None:
        self._rows: queue.SimpleQueue[Row | None] = queue.SimpleQueue()
        self.closed = False

    def put(self, row: Row | None) -> None:
        self._rows.put(row)

    def __iter__(self) -> Iterator[Row]:
        while (row := self._rows.get()) is not None:
            yield row

    def close(self) -> None:
        self.closed = True
        self._rows.put(None)


class FakeStation:
    """Rows are lists to be changed by the test; `send` puts an event on every open stream."""

    def __init__(self) -> None:
        self.port_rows: list[Row] = [
            {"id": "sim/1", "board": "sim", "kind": "FXO", "state": "idle", "call": None, "country": "US"}
        ]
        self.seat_rows: list[Row] = []
        self.call_rows: list[Row] = []
        self.recording_rows: list[Row] = []
        self.message_rows: list[Row] = []
        self.customer_rows: list[Row] = []
        self.fax_rows: list[Row] = []
        self.came_rows: list[Row] = []
        self.page_states: dict[str, list[Row]] = {}
        self.stored_events: dict[str, list[Row]] = {}
        self.audio: dict[str, bytes] = {}
        self.destination_rows: list[Row] = []
        self.done: list[tuple[str, ...]] = []
        self.refuses: str | None = None
        self.no_picture: str | None = None
        self.may_draw = threading.Event()
        self.may_draw.set()
        self.streams: list[FakeStream] = []
        self.threads: set[int] = set()
        self._seq = 0

    def _here(self) -> None:
        self.threads.add(threading.get_ident())

    def ports(self) -> list[Row]:
        self._here()
        return list(self.port_rows)

    def seats(self) -> list[Row]:
        self._here()
        return list(self.seat_rows)

    def calls(self, *, limit: int = 100) -> list[Row]:
        self._here()
        return self.call_rows[:limit]

    def call(self, call: str) -> Row:
        self._here()
        row = next(row for row in self.call_rows if row["id"] == call)
        return {**row, "events": self.stored_events.get(call, [])}

    def recordings(self, *, limit: int = 100) -> list[Row]:
        self._here()
        return self.recording_rows[:limit]

    def messages(self, *, limit: int = 100) -> list[Row]:
        self._here()
        return self.message_rows[:limit]

    def customers(self, *, limit: int = 100) -> list[Row]:
        self._here()
        return self.customer_rows[:limit]

    def answer(self, call: str) -> Row:
        return self._do("answer", call)

    def hang_up(self, call: str) -> Row:
        return self._do("hang_up", call)

    def hold(self, call: str) -> Row:
        return self._do("hold", call)

    def mute(self, call: str) -> Row:
        return self._do("mute", call)

    def resume(self, call: str) -> Row:
        return self._do("resume", call)

    def transfer(self, call: str, to: str, *, ring_s: float = 20.0) -> Row:
        return self._do("transfer", call, to, f"{ring_s:g}")

    def destinations(self, call: str) -> list[Row]:
        self._here()
        if self.refuses is not None:
            raise OSError(self.refuses)
        return list(self.destination_rows)

    def consult(self, call: str, to: str, *, ring_s: float = 20.0) -> Row:
        return self._do("consult", call, to, f"{ring_s:g}")

    def swap(self, call: str) -> Row:
        return self._do("swap", call)

    def complete(self, call: str) -> Row:
        return self._do("complete", call)

    def conference(self, call: str) -> Row:
        return self._do("conference", call)

    def park(self, call: str) -> int:
        self._do("park", call)
        return 3

    def pick_up(self, call: str, seat: str) -> Row:
        return self._do("pick_up", call, seat)

    def _do(self, *what: str) -> Row:
        self._here()
        if self.refuses is not None:
            raise OSError(self.refuses)
        self.done.append(what)
        return {}

    def recording_audio(self, recording: str) -> bytes:
        self._do("listen", recording)
        return self.audio[recording]

    def message_audio(self, message: str) -> bytes:
        self._do("listen", message)
        return self.audio[message]

    def call_picture(
        self, call: str, *, begin: float | None = None, end: float | None = None, language: str = "en"
    ) -> Picture:
        """Of 40 s, a white sheet with the stretch written on it."""
        self._do("draw", call, language)
        self.may_draw.wait(5)
        if self.no_picture is not None:
            raise OSError(self.no_picture)
        shown = 0.0 if begin is None else begin, 40.0 if end is None else end
        words = f"<text x='9' y='20'>{shown[0]:.2f} {shown[1]:.2f}</text>"
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='1400' height='700'>{words}</svg>"
        return Picture(svg, *shown, 40.0)

    def faxes(self, *, limit: int = 100) -> list[Row]:
        self._here()
        return self.fax_rows[:limit]

    def fax(self, fax: str) -> Row:
        self._here()
        row = next(row for row in self.fax_rows if row["id"] == fax)
        return {**row, "page_states": self.page_states.get(fax, [])}

    def received_faxes(self, *, limit: int = 100) -> list[Row]:
        self._here()
        return self.came_rows[:limit]

    def fax_page(self, fax: str, page: int) -> bytes:
        return self._page("fax_page", fax, page)

    def received_page(self, fax: str, page: int) -> bytes:
        made = self._page("received_page", fax, page)
        for row in self.came_rows:
            if row["id"] == fax:
                row["state"] = "read"
        return made

    def _page(self, what: str, fax: str, page: int) -> bytes:
        self._do(what, fax, str(page))
        self.may_draw.wait(5)
        if self.no_picture is not None:
            raise OSError(self.no_picture)
        return paper(page)

    def fax_document(self, fax: str, form: str = "tiff") -> bytes:
        self._do("fax_document", fax, form)
        return f"{form} of {fax}".encode()

    def received_document(self, fax: str, form: str = "tiff") -> bytes:
        self._do("received_document", fax, form)
        return f"{form} of {fax}".encode()

    def stop_fax(self, fax: str) -> Row:
        return self._do("stop_fax", fax)

    def retry_fax(self, fax: str) -> Row:
        return self._do("retry_fax", fax)

    def send_fax(self, file: Any, numbers: list[str], **more: Any) -> list[Row]:
        self._do("send_fax", str(file), *numbers)
        self.sent_with = more
        made = [fax_row(f"fax-new-{place}", 0, number=number) for place, number in enumerate(numbers)]
        self.fax_rows[:0] = made
        return made

    def add_customer(
        self,
        name: str,
        numbers: tuple[str, ...] = (),
        *,
        company: str | None = None,
        notes: str | None = None,
    ) -> Row:
        self._do("add_customer", name, *numbers)
        row = {"id": 900, "name": name, "numbers": list(numbers), "company": company, "notes": notes}
        self.customer_rows.append(row)
        return row

    def events(self, since: int | None = None) -> FakeStream:
        self._here()
        stream = FakeStream()
        self.streams.append(stream)
        return stream

    def close(self) -> None:
        pass

    def event(
        self, type: str, at: float = 0.0, call: str | None = "c1", port: str = "sim/1", **data: Any
    ) -> Row:
        """An event as the WebSocket sends it; `at` in seconds."""
        self._seq += 1
        head = {"seq": self._seq, "type": type, "at": int(at * 8000), "wall": wall(at), "call": call}
        return {**head, "port": port, **data}

    def send(self, type: str, at: float = 0.0, **more: Any) -> Row:
        row = self.event(type, at, **more)
        for stream in self.streams:
            stream.put(row)
        return row

    def die(self) -> None:
        """As a kill -9 of the station looks from here: the streams end."""
        for stream in self.streams:
            stream.put(None)
        self.streams.clear()


class FakeFinder:
    """Finds `station`; None is no station. `started` counts those that had to be started."""

    def __init__(self, station: FakeStation | None) -> None:
        self.station = station
        self.started = 0

    def find(self) -> FakeStation:
        if self.station is None:
            raise OSError("no station runs here")
        return self.station

    def start(self) -> FakeStation:
        self.started += 1
        return self.find()


class FakeOutput:
    """Plays nothing, at a place the test sets. `fails` is raised by `start`."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.on = False
        self.at = 0
        self.starts: list[int] = []

    def start(self, audio: Any, frame: int) -> None:
        if self.fails is not None:
            raise self.fails
        self.on, self.at = True, frame
        self.starts.append(frame)

    def stop(self) -> None:
        self.on = False

    def position(self) -> int:
        return self.at

    def playing(self) -> bool:
        return self.on


ANNA = {
    "id": 7,
    "name": "Anna Müller",
    "company": "Harbour Bakery",
    "notes": "Orders every Friday; ask for the rye.",
    "tags": ["VIP", "bakery"],
    "numbers": ["+13125550142", "+13125550143"],
}


def call_row(call: str, start: float, **more: Any) -> Row:
    """A stored call; `start` in seconds from noon."""
    row = {
        "id": call,
        "port": "sim/1",
        "direction": "in",
        "started": wall(start),
        "state": "ended",
        "number": "3125550142",
        "e164": "+13125550142",
        "name": None,
        "withheld": None,
        "customer": None,
        "answered": wall(start + 6),
        "ended": wall(start + 40),
        "cause": "remote-busy-tone",
        "outcome": "answered",
    }
    return {**row, **more}


def fax_row(fax: str, created: float, **more: Any) -> Row:
    """A fax that is to be sent; `created` in seconds from noon."""
    row = {
        "id": fax, "batch": fax, "path": f"/x/{fax}.pdf", "name": "order.pdf", "sha256": "00", "pages": 3,
        "confirmed": 0, "calls": 0, "number": "2065550133", "e164": "+12065550133",
        "created": wall(created), "due": wall(created), "port": None, "priority": 5, "hours": None,
        "tries": 6, "state": "queued", "ended": None, "cause": None, "error": None, "detail": None,
        "cover": None, "mail_to": None, "mail": None,
    }  # fmt: skip
    return {**row, **more}


def came_row(fax: str, started: float, **more: Any) -> Row:
    """A fax that came."""
    row = {
        "id": fax, "box": "office", "port": "sim/1", "started": wall(started), "path": f"/x/{fax}.tif",
        "sha256": "00", "pages": 2, "bad_rows": 0, "call": None, "number": "2065550122",
        "e164": "+12065550122", "ident": "+1 206 555 0122", "customer_name": None, "whole": True,
        "state": "new",
    }  # fmt: skip
    return {**row, **more}


def faxes(station: FakeStation) -> None:
    """A morning's faxes: one of each kind, and the call that brought one."""
    station.call_rows.insert(
        0, call_row("c0-fax", -600, number="2065550122", e164="+12065550122", outcome="answered")
    )
    station.came_rows = [
        came_row("r1", -580, call="c0-fax"),
        came_row(
            "r2",
            -5000,
            state="read",
            customer_name="Anna Müller",
            bad_rows=12,
            mail_to="li@example.com",
            mail={"state": "sent", "tries": 1, "due": wall(-4990), "ended": wall(-4990), "error": None},
        ),
        came_row("r3", -6000, state="read", number=None, e164=None, ident=None, whole=False, pages=1),
    ]
    station.fax_rows = [
        fax_row("f-sending", -60, state="sending", calls=1),
        fax_row("f-busy", -300, cause="busy", error="the number is busy", due=wall(180), calls=1),
        fax_row("f-tonight", -400, due=wall(6 * 3600)),
        fax_row("f-sent", -4000, state="sent", confirmed=3, cause="sent", calls=1),
        fax_row("f-failed", -7000, state="failed", confirmed=1, cause="no-fax", calls=2,
                error="somebody answered, but no fax machine"),
        fax_row("f-stopped", -8000, state="stopped", cause="stopped", calls=0),
    ]  # fmt: skip
    states = ("confirmed", "not-confirmed", "not-sent")
    station.page_states["f-failed"] = [
        {"page": page, "state": state, "bit_rate": 9600, "at": None} for page, state in enumerate(states, 1)
    ]


def seats(station: FakeStation) -> None:
    """Four operators."""
    rows = (("Li Mei", "08", "sales"), ("Bob", "09", "sales"), ("Carla", "10", ""), ("Dan", "11", ""))
    for place, (name, number, group) in enumerate(rows, 11):
        station.seat_rows.append(
            {"name": name, "number": number, "port": f"sim/{place}", "groups": [group] if group else [],
             "state": "ready", "pausing": False, "seconds": 5.0, "call": None, "consulted": False}
        )  # fmt: skip
        station.port_rows.append({"id": f"sim/{place}", "kind": "FXS", "state": "idle", "call": None})


def destinations(station: FakeStation) -> None:
    """Two of each kind."""
    rows = (
        ("box:front-desk", "voicemail", "front-desk"), ("box:sales", "voicemail", "sales"),
        ("ivr:main-menu", "ivr", "main-menu"), ("ivr:hotline.ivr.yaml", "ivr", "hotline.ivr.yaml"),
        ("fax-receive:front-desk", "receive-fax", "front-desk"),
        ("fax-receive:orders", "receive-fax", "orders"),
    )  # fmt: skip
    none: Row = {"number": None, "pages": None, "at": None}
    station.destination_rows = [{"to": to, "kind": kind, "name": name, **none} for to, kind, name in rows]
    station.destination_rows += [
        {"to": "fax-send:f1", "kind": "send-fax", "name": "Harbour Bakery", "number": "3125550142",
         "pages": 2, "at": wall(-600)},
        {"to": "fax-send:f2", "kind": "send-fax", "name": "price-list.pdf", "number": None, "pages": 1,
         "at": wall(-7200)},
    ]  # fmt: skip


def seat_state(station: FakeStation, seat: str, state: str, at: float, call: str | None = None) -> None:
    port = next(row["port"] for row in station.seat_rows if row["name"] == seat)
    station.send("seat.state", at, call=None, port=port, seat=seat, state=state, pausing=False, serves=call)


def at_seat(station: FakeStation, at: float = 10.0, seat: str = "Li Mei") -> None:
    """The menu's call is rung at a seat, which answers and talks."""
    station.send("call.seat", at, seat=seat, number="08", state="ringing", card={})
    seat_state(station, seat, "ringing", at, "c1")
    station.send("call.seat", at + 5, seat=seat, number="08", state="answered")
    seat_state(station, seat, "talking", at + 5, "c1")
    station.send("call.seat", at + 5.1, seat=seat, number="08", state="talking")


def past(station: FakeStation) -> None:
    """A morning's history: one of each kind."""
    station.customer_rows = [ANNA]
    station.call_rows = [
        call_row("c0-message", -900, customer=7, outcome="message"),
        call_row(
            "c0-missed", -3600, number="2065550111", e164="+12065550111", answered=None, outcome="missed",
            cause="caller-gave-up", name="PORTER J",
        ),
        call_row("c0-plain", -7200, customer=7),
        call_row("c0-private", -9000, number=None, e164=None, withheld="private"),
        call_row("c0-old", -90000, number="2065550188", e164="+12065550188", outcome="interrupted",
                 cause="station-restart"),
    ]  # fmt: skip
    station.message_rows = [
        {"id": "m1", "box": "1", "call": "c0-message", "started": wall(-880), "seconds": 14.2,
         "number": "+13125550142", "customer": 7, "state": "new"}
    ]  # fmt: skip
    station.recording_rows = [
        {"id": "r-" + row["id"], "call": row["id"], "path": "/x.wav", "sha256": "00", "seconds": 34.0,
         "started": row["started"], "state": "closed"}
        for row in station.call_rows if row["answered"]
    ]  # fmt: skip
    station.audio = {row["id"]: wav(3.0) for row in station.recording_rows} | {"m1": wav(2.0, channels=1)}


def rings(station: FakeStation, at: float = 0.0) -> None:
    """A known customer rings: twice, with the caller ID between."""
    station.send("call.offered", at, direction="in")
    station.send("line.state", at, call="c1", state="ringing")
    station.send("call.ring", at, count=1)
    station.send("call.caller", at + 3, number="3125550142", name="MULLER ANNA", reason=None,
                 standard="bell202", checksum_ok=True)  # fmt: skip
    station.send(
        "call.customer", at + 3, **{key: ANNA[key] for key in ("id", "name", "company", "notes", "tags")}
    )
    station.send("call.ring", at + 6, count=2)


def answered(station: FakeStation, at: float = 8.0, by: str = "operator") -> None:
    station.send("line.state", at, state="talking")
    station.send("call.answered", at, by=by)
    station.send("call.recording", at, recording="r1", path="/x.wav", state="open")


def menu(station: FakeStation, at: float = 9.0) -> None:
    """She presses a wrong key, then a right one during the announcement, and leaves a message."""
    station.send("call.prompt", at, prompt="welcome", lang="en-US", state="started", reason=None)
    station.send("call.digit", at + 3, digit="9", length_ms=80, during=None)
    station.send("call.choice", at + 3, key="9", result="invalid", target=None)
    station.send("call.digit", at + 6, digit="2", length_ms=80, during="welcome")
    station.send("call.choice", at + 6, key="2", result="match", target="leave-message")
    station.send("call.message", at + 25, message="m2", box="1", seconds=12.5)


def over(station: FakeStation, at: float = 40.0) -> None:
    station.send("line.state", at, state="clearing")
    station.send("call.clearing", at, cause="remote-busy-tone", confidence=0.9)
    station.send("call.recording", at, recording="r1", path="/x.wav", state="closed")
    station.send("call.ended", at, cause="remote-busy-tone", outcome="answered")
    station.send("line.state", at, call=None, state="idle")
