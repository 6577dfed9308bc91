"""The way to the station: the only place of the desktop that waits for the network.

One thread listens to the event stream and finds the station again when it is lost; one does what
the operator asks. The desk hears of everything on the UI thread, through `post`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from ctidesk.fax_gateway import STATION_ERRORS, FaxGateway, FaxStation
from ctidesk.viewmodels import callbar
from ctidesk.viewmodels import desk as desks
from ctidesk.viewmodels.desk import Desk, Snapshot
from ctidesk.viewmodels.drawing import NOT_DRAWN, Answer, Drawing
from ctidesk.viewmodels.facts import Call, Customer, Event, Message, Port, Recording, Seat, read
from ctidesk.viewmodels.fax_facts import CameFax, SentFax
from ctidesk.viewmodels.numbers import local
from ctidesk.viewmodels.phrases import NOTHING, Phrase
from ctidesk.viewmodels.places import NOT_TOLD, Place
from ctidesk.viewmodels.player import NOT_LOADED, Audio, NotReadable, Player, decode
from ctidesk.worker import Post, Worker

Row = dict[str, Any]
T = TypeVar("T")
LISTED = 500
PATIENCE_S = 6.0
"""So long a lost station is waited for (a restart by hand or by the system) before one is started."""
PAUSE_S = 0.5
REFRESH_AT = frozenset(
    {"call.ended", "call.message", "call.recording", "fax.job", "fax.received", "fax.mail"}
)
"""Events after which the rows of the history are read again."""


class Stream(Protocol):
    def __iter__(self) -> Iterator[Row]: ...
    def close(self) -> None: ...


class Picture(Protocol):
    """What the station draws: an SVG, the stretch that it shows, the call's length; in seconds."""

    @property
    def svg(self) -> str: ...
    @property
    def begin(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def length(self) -> float: ...


class Station(FaxStation, Protocol):
    """What the desktop needs of `ctidrv.service.client.StationClient`."""

    def ports(self) -> list[Row]: ...
    def seats(self) -> list[Row]: ...
    def calls(self, *, limit: int = ...) -> list[Row]: ...
    def call(self, call: str) -> Row: ...
    def recordings(self, *, limit: int = ...) -> list[Row]: ...
    def messages(self, *, limit: int = ...) -> list[Row]: ...
    def customers(self, *, limit: int = ...) -> list[Row]: ...
    def answer(self, call: str) -> Row: ...
    def hang_up(self, call: str) -> Row: ...
    def hold(self, call: str) -> Row: ...
    def mute(self, call: str) -> Row: ...
    def resume(self, call: str) -> Row: ...
    def transfer(self, call: str, to: str, *, ring_s: float = ...) -> Row: ...
    def destinations(self, call: str) -> list[Row]: ...
    def consult(self, call: str, to: str, *, ring_s: float = ...) -> Row: ...
    def swap(self, call: str) -> Row: ...
    def complete(self, call: str) -> Row: ...
    def conference(self, call: str) -> Row: ...
    def park(self, call: str) -> int: ...
    def pick_up(self, call: str, seat: str) -> Row: ...
    def recording_audio(self, recording: str) -> bytes: ...
    def message_audio(self, message: str) -> bytes: ...
    def call_picture(
        self, call: str, *, begin: float | None = ..., end: float | None = ..., language: str = ...
    ) -> Picture: ...
    def add_customer(
        self, name: str, numbers: tuple[str, ...] = ..., *, company: str | None = ..., notes: str | None = ...
    ) -> Row: ...
    def events(self, since: int | None = ...) -> Stream: ...
    def close(self) -> None: ...


class Finder(Protocol):
    """How a station is found; both raise OSError when there is none."""

    def find(self) -> Station:
        """The one that runs."""
        ...

    def start(self) -> Station:
        """The one that runs, else a new one."""
        ...


def rows(station: Station) -> Snapshot:
    """The rows of the history."""
    return Snapshot(
        calls=read(station.calls(limit=LISTED), Call.of),
        recordings=read(station.recordings(limit=LISTED), Recording.of),
        messages=read(station.messages(limit=LISTED), Message.of),
        customers=read(station.customers(limit=LISTED), Customer.of),
        sent_faxes=read(station.faxes(limit=LISTED), SentFax.of),
        came_faxes=read(station.received_faxes(limit=LISTED), CameFax.of),
    )


def snapshot(station: Station) -> Snapshot:
    """Everything, with the events of the running calls."""
    ports = read(station.ports(), Port.of)
    seats = read(station.seats(), partial(Seat.of, now=datetime.now(UTC)))
    found = rows(station)
    countries = {port.id: port.country for port in ports}
    for call in found.calls:  # 0.1 ms each the first time: not on the UI thread
        local(call.e164 or call.number, countries.get(call.port))
    running = [call.id for call in found.calls if call.state != "ended"]
    events = [event for call in running for event in read(station.call(call).get("events"), Event.of)]
    return replace(found, ports=ports, seats=seats, events=tuple(events))


class Gateway:
    """Runs the two threads. The operator's methods return at once; the desk tells how it went."""

    def __init__(
        self,
        finder: Finder,
        desk: Desk,
        player: Player,
        post: Post,
        *,
        pause: float = PAUSE_S,
        patience: float = PATIENCE_S,
    ) -> None:
        self._finder = finder
        self._desk = desk
        self._player = player
        self._post = post
        self._pause = pause
        self._patience = patience
        self._station: Station | None = None
        self._stream: Stream | None = None
        self._stopping = threading.Event()
        self._worker = Worker(post, "gateway-worker")
        self._drawer = Worker(post, "gateway-drawer")
        """Apart: a long call is drawn for seconds, and an answer must not wait for that."""
        self.faxes = FaxGateway(desk.faxes, self._worker, self._drawer, self._use, self.refresh)
        self._listener = threading.Thread(target=self._listen, name="gateway-listener", daemon=True)
        self._refreshing = False

    def start(self) -> None:
        self._listener.start()

    def stop(self) -> None:
        """Ends both threads; a station goes on without us."""
        self._stopping.set()
        stream = self._stream
        if stream is not None:
            stream.close()
        self._worker.stop()
        self._drawer.stop()
        if self._listener.is_alive():
            self._listener.join(2.0)

    # the listening thread

    def _listen(self) -> None:
        waited = self._patience  # at first a station is started at once where none runs
        while not self._stopping.is_set():
            starting = waited >= self._patience
            try:
                station = self._finder.start() if starting else self._finder.find()
            except STATION_ERRORS as error:
                self._tell(desks.NOT_STARTED if starting else desks.LOST, str(error))
                waited = 0.0 if starting else waited + self._pause
            else:
                waited = 0.0
                try:
                    self._watch(station)
                    self._tell(desks.LOST)
                except STATION_ERRORS as error:
                    self._tell(desks.LOST, str(error))
            self._stopping.wait(self._pause)

    def _watch(self, station: Station) -> None:
        """Until the stream ends. The stream is opened before the rows are read: nothing falls between."""
        stream = station.events()
        try:
            self._stream, self._station = stream, station
            found = snapshot(station)
            self._post(lambda: self._desk.set_snapshot(found))
            self._post(lambda: self._desk.set_connection(desks.CONNECTED, reachable=True))
            for row in stream:
                for event in read((row,), Event.of):
                    self._post(partial(self._heard, event))
                if self._stopping.is_set():
                    return
        finally:
            self._stream = self._station = None
            stream.close()
            station.close()

    def _tell(self, words: Phrase, detail: str = "") -> None:
        if not self._stopping.is_set():
            self._post(lambda: self._desk.set_connection(words, detail=detail))

    # on the UI thread

    def _heard(self, event: Event) -> None:
        self._desk.add_event(event)
        if event.type in REFRESH_AT:
            self.refresh()

    def refresh(self) -> None:
        """Reads the rows of the history again; one reading at a time waits."""
        if self._refreshing:
            return
        self._refreshing = True
        found: list[Snapshot] = []

        def job() -> None:
            # Off before the reading: what happens during it asks for one more.
            self._refreshing = False
            found.append(self._use(rows))

        def done(error: Exception | None) -> None:
            if error is not None and not isinstance(error, STATION_ERRORS):
                raise error
            if found:
                self._desk.refresh(found[0])

        self._worker.do(job, done)

    def answer(self) -> None:
        """Answers the call that the answer key means."""
        call = self._desk.to_answer()
        if call is not None and self._desk.answer_door().open:
            self._desk.choose(call.id)
            self._ask(call.id, "answer", desks.ANSWER_FAILED, lambda station: station.answer(call.id))

    def hang_up(self) -> None:
        call = self._desk.current()
        if call is not None and self._desk.hang_up_door().open:
            self._ask(call.id, "hang_up", desks.HANG_UP_FAILED, lambda station: station.hang_up(call.id))

    def hold(self, call: str) -> None:
        self._order(call, "hold", lambda station: station.hold(call))

    def resume(self, call: str) -> None:
        """Also of one that is muted."""
        self._order(call, "resume", lambda station: station.resume(call))

    def mute(self, call: str) -> None:
        self._order(call, "mute", lambda station: station.mute(call))

    def transfer(self, call: str, to: str, ring_s: float) -> None:
        """To a seat or a group, rung for so many seconds."""
        words = callbar.SENT.fill(to=to)
        self._order(call, "transfer", lambda station: station.transfer(call, to, ring_s=ring_s), words)

    def give(self, call: str, order: str, to: str) -> None:
        """To what is no seat; `order`: of the call bar."""
        self._order(call, order, lambda station: station.transfer(call, to), callbar.GIVEN[order])

    def places(self, call: str, answer: Callable[[tuple[Place, ...]], None]) -> None:
        """What the station has to give a call to that is no seat; nothing, and a notice, if it does not."""
        found: list[Place] = []

        def job() -> None:
            found.extend(read(self._use(lambda station: station.destinations(call)), Place.of))

        def done(error: Exception | None) -> None:
            if error is not None and not isinstance(error, STATION_ERRORS):
                raise error
            if error is not None:
                self._desk.tell(NOT_TOLD, str(error))
            answer(tuple(found))

        self._worker.do(job, done)

    def consult(self, call: str, to: str, ring_s: float) -> None:
        """The seat talks with another first."""
        self._order(call, "consult", lambda station: station.consult(call, to, ring_s=ring_s))

    def swap(self, call: str) -> None:
        self._order(call, "swap", lambda station: station.swap(call))

    def complete(self, call: str) -> None:
        self._order(call, "complete", lambda station: station.complete(call))

    def conference(self, call: str) -> None:
        """Of the caller and both seats."""
        self._order(call, "conference", lambda station: station.conference(call))

    def park(self, call: str) -> None:
        places: list[int] = []

        def ask(station: Station) -> None:
            places.append(station.park(call))

        self._order(call, "park", ask, lambda: callbar.IN_PLACE.fill(place=places[0]))

    def pick_up(self, call: str, seat: str) -> None:
        self._order(call, "pick_up", lambda station: station.pick_up(call, seat))

    def _order(
        self,
        call: str,
        what: str,
        ask: Callable[[Station], object],
        words: Phrase | Callable[[], Phrase] = NOTHING,
    ) -> None:
        """An order of the call bar; `words`: for the status bar when it is done."""
        self._desk.asked(call, what)

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                self._desk.failed(call, callbar.FAILED[what], str(error))
            elif error is not None:
                raise error
            else:
                self._desk.done(call, words() if callable(words) else words)

        self._worker.do(lambda: self._use(ask), done)

    def _ask(self, call: str, what: str, failed: Phrase, ask: Callable[[Station], object]) -> None:
        self._desk.asked(call, what)

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                self._desk.failed(call, failed, str(error))
            elif error is not None:
                raise error

        self._worker.do(lambda: self._use(ask), done)

    def _use(self, ask: Callable[[Station], T]) -> T:
        """Asks the station, on the worker; OSError when it is gone, also when it goes meanwhile."""
        station = self._station
        if station is None:
            raise OSError("no station")
        try:
            return ask(station)
        except RuntimeError as error:  # the listener has closed the client under us
            raise OSError(str(error)) from error

    def look(self, call: str) -> None:
        """Shows a call; its stored events are fetched when we have none."""
        self._desk.choose(call)
        if self._desk.has_events(call) or self._station is None:
            return
        found: list[Event] = []

        def done(error: Exception | None) -> None:
            if error is not None and not isinstance(error, STATION_ERRORS):
                raise error
            self._desk.add_events(found)

        def job() -> None:
            row = self._use(lambda station: station.call(call))
            found.extend(read(row.get("events"), Event.of))

        self._worker.do(job, done)

    def fetch(self, item: tuple[str, str], title: str | Phrase, *, play: bool = False) -> None:
        """Loads a recording or a message into the player."""
        kind, key = item
        self._player.expect(item, title)
        got: list[Audio] = []

        def ask(station: Station) -> bytes:
            return station.message_audio(key) if kind == "message" else station.recording_audio(key)

        def job() -> None:
            got.append(decode(self._use(ask)))

        def done(error: Exception | None) -> None:
            if isinstance(error, NotReadable):
                self._player.fail(item, error.words)
            elif isinstance(error, STATION_ERRORS):
                self._player.fail(item, NOT_LOADED, str(error))
            elif error is not None:
                raise error
            else:
                self._player.load(item, got[0])
                if play and self._player.item == item:
                    self._player.play()
                self.refresh()

        self._worker.do(job, done)

    def draw(
        self,
        call: str,
        begin: float | None,
        end: float | None,
        language: str,
        answer: Callable[[Answer], None],
    ) -> None:
        """Has a stretch of a call drawn; seconds from its beginning, None: the whole."""
        got: list[Drawing] = []

        def ask(station: Station) -> Picture:
            return station.call_picture(call, begin=begin, end=end, language=language)

        def job() -> None:
            found = self._use(ask)
            got.append(Drawing(found.svg, found.begin, found.end, found.length))

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                answer(Answer(None, NOT_DRAWN, str(error)))
            elif error is not None:
                raise error
            else:
                answer(Answer(got[0]))

        self._drawer.do(job, done)

    def save_customer(self, call: str, name: str, number: str, company: str, notes: str) -> None:
        made: list[Customer] = []

        def ask(station: Station) -> None:
            row = station.add_customer(name, (number,), company=company or None, notes=notes or None)
            made.extend(read((row,), Customer.of))

        def done(error: Exception | None) -> None:
            if isinstance(error, STATION_ERRORS):
                self._desk.failed(call, desks.SAVE_FAILED, str(error))
            elif error is not None:
                raise error
            elif made:
                self._desk.add_customer(made[0], call)

        self._worker.do(lambda: self._use(ask), done)
