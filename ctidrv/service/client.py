"""The station's client: what the desktop, the command line and other programs use.

Synchronous: REST through httpx, events through a WebSocket. Importing this module loads nothing of
the station itself. Rows are plain dicts, as the API sends them (``/openapi.json``); unknown fields
may come and are to be ignored.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import httpx

from ctidrv.errors import FieldError, InputError, NoStation, NotThere, ServiceError, SoundMissing
from ctidrv.folder import DataFolder, data_folder

if TYPE_CHECKING:
    from ctidrv.drivers.soundcard import Speaker

__all__ = [
    "EventStream",
    "Picture",
    "Row",
    "SoundMissing",
    "StationClient",
    "speaker",
    "start_station_if_none",
]

Row = dict[str, Any]

LISTEN_S = 60.0
"""Ten seconds of the line, and what is learnt from them."""
FLOW_S = 15.0
"""Between two rows of an answer that goes on: there is one each second, behind what the disk takes at the
beginning."""
PICTURE_S = 60.0
"""Half an hour of sound, behind other pictures, on a slow machine."""
DIAL_S = 60.0
"""An emergency call may have to free a line first."""
RING_S = 20.0
"""A seat to which a call is sent on."""
PARKED_S = 120.0
DOCUMENT_S = 60.0
"""A document is made into pages before its faxes are queued."""
PAGE_S = 90.0
"""A page of a document is drawn, behind others."""
ALL_PAGES_S = 600.0
STOP_FAX_S = 30.0
"""A fax that is on its way hangs up first."""
LISTED = 100
"""Rows a list returns unless asked for more."""


class Picture(NamedTuple):
    """An SVG, the stretch of the call that it shows, and how long the call is; seconds from its beginning."""

    svg: str
    begin: float
    end: float
    length: float


class EventStream:
    """The station's events, oldest first; ``for event in stream`` ends with the station or with `close`.

    `close` may be called from another thread. An event is a dict with ``seq type at wall call port`` and
    the fields of its type. To go on after a break, open a new stream with ``since`` = the last ``seq`` seen.
    """

    def __init__(self, url: str, token: str, since: int | None, timeout: float) -> None:
        from websockets.exceptions import InvalidStatus, WebSocketException
        from websockets.sync.client import connect

        address = url.replace("http", "ws", 1) + "/api/v1/events"
        if since is not None:
            address += f"?since={since}"
        try:
            self._socket = connect(
                address,
                additional_headers={"Authorization": f"Bearer {token}"},
                open_timeout=timeout,
                proxy=None,
            ).__enter__()  # as websockets 17.1 wants it; `close` is its other end
        except InvalidStatus as error:
            status = error.response.status_code
            why = "the token is not the station's" if status in (401, 403) else f"answer {status}"
            raise ServiceError(f"the station at {url} refused the event stream: {why}") from error
        except (OSError, WebSocketException) as error:
            raise ServiceError(f"the station at {url} cannot be reached: {error}") from error

    def __iter__(self) -> Iterator[Row]:
        while (event := self.next()) is not None:
            yield event

    def next(self, timeout: float | None = None) -> Row | None:
        """The next event; None when the stream has ended. After `timeout` seconds raises TimeoutError."""
        from websockets.exceptions import ConnectionClosed

        try:
            text = self._socket.recv(timeout)
        except ConnectionClosed:
            return None
        event: Row = json.loads(text)
        return event

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class StationClient:
    """A station at `url`. Every method raises ServiceError, one clear line, when it is gone or refuses."""

    def __init__(self, url: str, token: str, *, timeout: float = 10.0) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._timeout = timeout
        # trust_env=False: a proxy set in the environment must never see what goes to the loopback.
        self._http = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout, trust_env=False
        )

    @classmethod
    def discover(cls, data: str | Path | DataFolder | None = None, *, timeout: float = 10.0) -> StationClient:
        """The station that runs on this data folder. NoStation: none; ServiceError: it cannot be asked."""
        folder = data if isinstance(data, DataFolder) else data_folder(data)
        none = f"no station runs on {folder.root}: start one with 'ctidrv station'"
        try:
            url = json.loads(folder.station.read_text("utf-8"))["url"]
            if not isinstance(url, str):
                raise TypeError("url is no text")
            token = folder.token.read_text("utf-8").strip()
        except OSError as error:
            if folder.root.is_file():
                why = "is a file, no data folder: choose another with --data"
                raise ServiceError(f"{folder.root}: {why}") from error
            if isinstance(error, FileNotFoundError):
                raise NoStation(none) from error
            why = "see whose folder that is, or choose another with --data"
            raise ServiceError(f"{error.filename}: cannot be read: {error.strerror}; {why}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ServiceError(f"{folder.station}: cannot be read ({error}); restart the station") from error
        client = cls(url, token, timeout=timeout)
        try:
            client.station()
        except ServiceError as error:
            client.close()
            if isinstance(error.__cause__, httpx.TransportError):
                raise NoStation(none) from error
            raise
        return client

    def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise ServiceError(f"the station at {self.url} cannot be reached: {error}") from error
        _check(answer)
        return answer

    def _rows(self, path: str, **query: Any) -> list[Row]:
        given = {name: value for name, value in query.items() if value is not None}
        rows: list[Row] = self._request("GET", path, params=given).json()
        return rows

    def _row(self, method: str, path: str, **more: Any) -> Row:
        row: Row = self._request(method, path, **more).json()
        return row

    def station(self) -> Row:
        """``version pid data office engine lateness store``: what runs, and how it is."""
        return self._row("GET", "/api/v1/station")

    def ports(self) -> list[Row]:
        """``id board driver kind label state call script country learnt caps`` of every line."""
        return self._rows("/api/v1/ports")

    def seats(self) -> list[Row]:
        """``name number port groups state pausing seconds call`` of every seat."""
        return self._rows("/api/v1/seats")

    def queues(self) -> list[Row]:
        """``name seats most waiting`` of every queue; waiting: ``call position number seconds rings``."""
        return self._rows("/api/v1/queues")

    def pause_seat(self, seat: str) -> Row:
        """No more calls for a seat (its name or number); its row."""
        return self._row("POST", f"/api/v1/seats/{quote(seat, safe='')}/pause")

    def ready_seat(self, seat: str) -> Row:
        """Ready for calls, at once."""
        return self._row("POST", f"/api/v1/seats/{quote(seat, safe='')}/ready")

    def lift_seat(self, seat: str) -> Row:
        """As if its user lifted its headset: answers what rings for it. Its row."""
        return self._row("POST", f"/api/v1/seats/{quote(seat, safe='')}/lift")

    def put_down_seat(self, seat: str) -> Row:
        """The headset is put down: hangs up."""
        return self._row("POST", f"/api/v1/seats/{quote(seat, safe='')}/put-down")

    def show_messages(self, seat: str, messages: int) -> Row:
        """A seat's telephone shows that so many messages wait, 0 to 255, once it lies on hook."""
        told = {"messages": messages}
        return self._row("POST", f"/api/v1/seats/{quote(seat, safe='')}/messages", json=told)

    def listen(self, port: str) -> Row:
        """``hz ms level_dbm0 cycles`` of the tone that a line hears in the next ten seconds."""
        return self._row("POST", f"/api/v1/ports/{port}/tones/listen", timeout=LISTEN_S)

    def teach(self, port: str, tone: str, heard: Row) -> Row:
        """The line hears this tone (as `listen` gave it) from now on; the port's row."""
        return self._row("PUT", f"/api/v1/ports/{port}/tones", json={"tone": tone, **heard}, timeout=LISTEN_S)

    def forget_tones(self, port: str) -> int:
        """The line hears its country's tones alone; how many of its own there were."""
        return int(self._row("DELETE", f"/api/v1/ports/{port}/tones")["forgotten"])

    @contextlib.contextmanager
    def trace(self, port: str, *, audio: bool = True) -> Iterator[Iterator[Row]]:
        """The rows of a trace of the port, as they come, until the block ends: docs/reference/port-trace.md.
        InputError and ServiceError say why there is none, and the latter that the station has gone."""
        with self._flow(f"/api/v1/ports/{port}/trace", params={"audio": audio}) as rows:
            yield rows

    @contextlib.contextmanager
    def _flow(self, path: str, **more: Any) -> Iterator[Iterator[Row]]:
        try:
            with self._http.stream("POST", path, timeout=FLOW_S, **more) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    _check(answer)
                yield (json.loads(line) for line in answer.iter_lines())
        except httpx.HTTPError as error:
            raise ServiceError(f"the station at {self.url} has gone: {error}") from error

    def calls(
        self,
        *,
        limit: int = LISTED,
        before: str | None = None,
        number: str | None = None,
        customer: int | None = None,
        state: str | None = None,
    ) -> list[Row]:
        """Calls, newest first. `before`: the last id of the page before; `number`: its end is enough."""
        return self._rows(
            "/api/v1/calls", limit=limit, before=before, number=number, customer=customer, state=state
        )

    def call(self, call: str) -> Row:
        """A call with its ``legs events recordings messages``, and ``customer_card`` (a customer or None)."""
        return self._row("GET", f"/api/v1/calls/{call}")

    def call_picture(
        self, call: str, *, begin: float | None = None, end: float | None = None, language: str = "en"
    ) -> Picture:
        """A call drawn on one time axis; `language`: "en" or "zh", of its labels."""
        asked = {"from": begin, "to": end, "lang": language}
        given = {name: value for name, value in asked.items() if value is not None}
        answer = self._request("GET", f"/api/v1/calls/{call}/picture", params=given, timeout=PICTURE_S)
        shown = (float(answer.headers[f"Picture-{name}"]) for name in ("From", "To", "Length"))
        return Picture(answer.text, *shown)

    def dial(
        self, number: str, *, line: str | None = None, script: str | None = None, play: str | None = None
    ) -> Row:
        """Calls a number, on the line of a port; whoever answers is given to a `script`, or hears a WAV file.
        Returns when the call has begun; InputError and ServiceError say why there is none."""
        return self._row(
            "POST",
            "/api/v1/calls",
            json={"number": number, "line": line, "script": script, "play": play},
            timeout=DIAL_S,
        )

    def answer(self, call: str) -> Row:
        """Answers a ringing call in the operator's name."""
        return self._row("POST", f"/api/v1/calls/{call}/answer")

    def hang_up(self, call: str) -> Row:
        return self._row("POST", f"/api/v1/calls/{call}/hangup")

    def hold(self, call: str) -> Row:
        """The caller of a call at a seat hears music."""
        return self._row("POST", f"/api/v1/calls/{call}/hold")

    def mute(self, call: str) -> Row:
        """The operator hears the caller and is not heard."""
        return self._row("POST", f"/api/v1/calls/{call}/mute")

    def resume(self, call: str) -> Row:
        """Caller and operator hear each other again."""
        return self._row("POST", f"/api/v1/calls/{call}/resume")

    def transfer(self, call: str, to: str, *, ring_s: float = RING_S, card: Row | None = None) -> Row:
        """Sends a call at a seat on: `to` is a name, a number or a group. It comes back if nobody answers."""
        body = {"to": to, "ring_s": ring_s, "card": card or {}}
        return self._row("POST", f"/api/v1/calls/{call}/transfer", json=body)

    def destinations(self, call: str) -> list[Row]:
        """Boxes, menus and faxes to which `transfer` gives a call at a seat."""
        return self._rows(f"/api/v1/calls/{call}/destinations")

    def consult(self, call: str, to: str, *, ring_s: float = RING_S, card: Row | None = None) -> Row:
        """The seat of a call asks another, while the caller hears music; `resume` ends that."""
        body = {"to": to, "ring_s": ring_s, "card": card or {}}
        return self._row("POST", f"/api/v1/calls/{call}/consult", json=body)

    def swap(self, call: str) -> Row:
        """The seat talks with the caller instead of the one that it asks, or the other way about."""
        return self._row("POST", f"/api/v1/calls/{call}/swap")

    def conference(self, call: str) -> Row:
        """Caller, seat and the one that it asks hear one another."""
        return self._row("POST", f"/api/v1/calls/{call}/conference")

    def complete(self, call: str) -> Row:
        """The seat that was asked has the call."""
        return self._row("POST", f"/api/v1/calls/{call}/complete")

    def park(self, call: str, *, within_s: float = PARKED_S) -> int:
        """Frees the seat of a call; the place where it waits to be picked up. Then it comes back."""
        row = self._row("POST", f"/api/v1/calls/{call}/park", json={"within_s": within_s})
        return int(row["place"])

    def pick_up(self, call: str, seat: str) -> Row:
        """A parked call, to a seat's name or number."""
        return self._row("POST", f"/api/v1/calls/{call}/pickup", json={"seat": seat})

    def recordings(self, *, limit: int = LISTED, call: str | None = None) -> list[Row]:
        """``id call path sha256 seconds started state``, newest first."""
        return self._rows("/api/v1/recordings", limit=limit, call=call)

    def recording_audio(self, recording: str) -> bytes:
        """The recording's WAV file; the station writes down that it was listened to."""
        return self._request("GET", f"/api/v1/recordings/{recording}/audio").content

    def messages(self, *, limit: int = LISTED, box: str | None = None) -> list[Row]:
        """Voice messages, newest first: ``id box call path started seconds number customer state``."""
        return self._rows("/api/v1/messages", limit=limit, box=box)

    def message_audio(self, message: str) -> bytes:
        """The message's WAV file; the station writes down that it was listened to."""
        return self._request("GET", f"/api/v1/messages/{message}/audio").content

    def send_fax(
        self,
        file: Path | str,
        numbers: Sequence[str],
        *,
        line: str | None = None,
        priority: int | None = None,
        hours: str | None = None,
        tries: int | None = None,
        due: str | None = None,
        cover: Mapping[str, str] | None = None,
        mail_to: str | None = None,
    ) -> list[Row]:
        """Queues a document for every number, or for none of them; the faxes. `hours`: such as 08:00-20:00;
        `due`: not before, RFC 3339; `cover`: a page before it, with ``to sender subject note language`` as
        far as they are given; `mail_to`: an address that is told how it ended. InputError and ServiceError
        say why there are none."""
        asked: dict[str, Any] = {"line": line, "priority": priority, "hours": hours, "tries": tries}
        asked |= {"due": due, "cover": None if cover is None else dict(cover), "mail_to": mail_to}
        given = {name: value for name, value in asked.items() if value is not None}
        body = {"file": str(file), "numbers": list(numbers), **given}
        rows: list[Row] = self._request("POST", "/api/v1/faxes", json=body, timeout=DOCUMENT_S).json()
        return rows

    def faxes(
        self, *, limit: int = LISTED, state: str | None = None, batch: str | None = None, lang: str = "en"
    ) -> list[Row]:
        """Faxes to be sent, newest first; `lang`: "en" or "zh", of ``error``."""
        return self._rows("/api/v1/faxes", limit=limit, state=state, batch=batch, lang=lang)

    def fax(self, fax: str, *, lang: str = "en") -> Row:
        """One with ``page_states``, ``call_rows`` and ``facts``."""
        return self._row("GET", f"/api/v1/faxes/{fax}", params={"lang": lang})

    def stop_fax(self, fax: str) -> Row:
        return self._row("POST", f"/api/v1/faxes/{fax}/stop", timeout=STOP_FAX_S)

    def retry_fax(self, fax: str) -> Row:
        """One that failed or was stopped; its row."""
        return self._row("POST", f"/api/v1/faxes/{fax}/retry")

    def received_faxes(
        self, *, limit: int = LISTED, box: str | None = None, state: str | None = None
    ) -> list[Row]:
        """Faxes that came, newest first."""
        return self._rows("/api/v1/received-faxes", limit=limit, box=box, state=state)

    @contextlib.contextmanager
    def receive_fax(self, port: str, *, box: str, holder: str) -> Iterator[Iterator[Row]]:
        """The next call on the line of a port is taken as a fax, for a box; `holder`: as others are told who
        waits. The rows, as they come, until the block ends: ``waiting``, ``call``, ``page``, ``now``, and at
        last ``end``. InputError and ServiceError say why there is none, and the latter that the station has
        gone."""
        with self._flow(f"/api/v1/ports/{port}/fax", json={"box": box, "holder": holder}) as rows:
            yield rows

    def fax_page(self, fax: str, page: int) -> bytes:
        """A page of a fax that is sent, from 1 on, as a PNG file."""
        return self._request("GET", f"/api/v1/faxes/{fax}/pages/{page}", timeout=PAGE_S).content

    def fax_document(self, fax: str, form: str = "tiff") -> bytes:
        """All pages of a fax that is sent as a file; `form`: "tiff" or "pdf"."""
        path = f"/api/v1/faxes/{fax}/document"
        return self._request("GET", path, params={"form": form}, timeout=ALL_PAGES_S).content

    def received_page(self, fax: str, page: int) -> bytes:
        """A page of a fax that came, as a PNG file; the station writes down that it was read."""
        return self._request("GET", f"/api/v1/received-faxes/{fax}/pages/{page}", timeout=PAGE_S).content

    def received_document(self, fax: str, form: str = "tiff") -> bytes:
        """The file of a fax that came, or its pages as "pdf"; the station writes down that it was read."""
        path = f"/api/v1/received-faxes/{fax}/document"
        return self._request("GET", path, params={"form": form}, timeout=ALL_PAGES_S).content

    def fax_boxes(self) -> list[Row]:
        """``box faxes new latest`` of every box that has faxes."""
        return self._rows("/api/v1/fax-boxes")

    def customers(
        self, *, limit: int = LISTED, number: str | None = None, text: str | None = None
    ) -> list[Row]:
        """Customers by name; `number`: any of their numbers, in any form; `text`: part of name or company."""
        return self._rows("/api/v1/customers", limit=limit, number=number, text=text)

    def add_customer(
        self,
        name: str,
        numbers: Sequence[str] = (),
        *,
        company: str | None = None,
        notes: str | None = None,
        tags: Sequence[str] = (),
    ) -> Row:
        card = {"name": name, "company": company, "notes": notes, "tags": list(tags)}
        return self._row("POST", "/api/v1/customers", json={**card, "numbers": list(numbers)})

    def events(self, since: int | None = None) -> EventStream:
        """The event stream; with `since`, first all events after that ``seq``."""
        return EventStream(self.url, self._token, since, self._timeout)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> StationClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check(answer: httpx.Response) -> None:
    """InputError (FieldError: of one field) or ServiceError (NotThere: nothing is there), in the station's
    words, for an answer that refuses."""
    if answer.status_code < 400:
        return
    field = None
    try:
        told = answer.json()
        message, field = str(told["message"]), told.get("field")
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"answer {answer.status_code}"
    if isinstance(field, str):
        raise FieldError(field, message.removeprefix(f"{field}: "))
    if answer.status_code in (400, 422):
        raise InputError(message)
    if answer.status_code == 404:
        raise NotThere(message)
    raise ServiceError(message)


def start_station_if_none(
    data: str | Path | None = None, *, config: str | Path | None = None, timeout: float = 30.0
) -> StationClient:
    """The station that runs on the data folder; when none does, starts one that outlives this program.

    What the new station prints goes to ``station.log`` in the data folder. ServiceError names the
    station's own last line when it does not come up.
    """
    folder = data_folder(data)
    with contextlib.suppress(ServiceError):
        return StationClient.discover(folder)
    command = [sys.executable, "-P", "-m", "ctidrv.cli", "station", "--data", str(folder.root)]
    if config is not None:
        command += ["--config", str(config)]
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = folder.root / "station.log"
    apart: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        apart = {"creationflags": 0x00000008 | 0x00000200}  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **apart)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with contextlib.suppress(ServiceError):
            return StationClient.discover(folder)
        if process.poll() is not None:
            lines = log.read_text("utf-8", "replace").strip().splitlines()
            why = lines[-1] if lines else f"exit {process.returncode}"
            raise ServiceError(f"the station did not start: {why}")
        time.sleep(0.1)
    raise ServiceError(f"the station did not answer within {timeout:g} s; see {log}")


def speaker() -> Speaker:
    """This computer's loudspeaker, for what `recording_audio` and `message_audio` gave."""
    from ctidrv.drivers.soundcard import Speaker

    return Speaker()
