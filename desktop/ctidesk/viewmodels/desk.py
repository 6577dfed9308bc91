"""The desk: everything the window knows of the station, kept by snapshots and events.

A snapshot is taken after the event stream is open, so events may repeat what it holds: applying an
event twice changes nothing, and a call never goes back from ended or connected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ctidesk.viewmodels import callbar, history, lines, seats, stage, terms, timeline
from ctidesk.viewmodels import card as cards
from ctidesk.viewmodels.facts import Call, Customer, Event, Message, Port, Recording, Seat, read
from ctidesk.viewmodels.fax_facts import CameFax, SentFax
from ctidesk.viewmodels.faxes import Faxes
from ctidesk.viewmodels.lines import LineView
from ctidesk.viewmodels.phrases import NOTHING, QT_TRANSLATE_NOOP, Phrase

CONNECTING = QT_TRANSLATE_NOOP("Connection", "Looking for the station …")
STARTING = QT_TRANSLATE_NOOP("Connection", "Starting the station …")
CONNECTED = QT_TRANSLATE_NOOP("Connection", "Connected to the station")
LOST = QT_TRANSLATE_NOOP("Connection", "The station is not reachable. Trying again …")
OWN_WORDS = QT_TRANSLATE_NOOP("Connection", "In the system's own words: {text}")
NOT_STARTED = QT_TRANSLATE_NOOP("Connection", "The station could not be started. Trying again …")

ANSWER_FAILED = QT_TRANSLATE_NOOP("Notice", "The call was not answered: the station refused.")
HANG_UP_FAILED = QT_TRANSLATE_NOOP("Notice", "The call was not ended: the station refused.")
SAVE_FAILED = QT_TRANSLATE_NOOP("Notice", "The customer was not saved: the station refused.")
SAVED = QT_TRANSLATE_NOOP("Notice", "Saved: {name}")

EVENTS_KEPT = 400
"""Events held of one call; a call that makes more loses its oldest lines on the screen only."""

_TAKES_LINE = frozenset({"call.offered", "call.ring", "call.caller", "call.answered"})
_ORDER = {"alerting": 0, "connected": 1, "ended": 2}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The station's rows at one moment. `events` are those of the running calls."""

    ports: tuple[Port, ...] = ()
    calls: tuple[Call, ...] = ()
    recordings: tuple[Recording, ...] = ()
    messages: tuple[Message, ...] = ()
    customers: tuple[Customer, ...] = ()
    events: tuple[Event, ...] = ()
    seats: tuple[Seat, ...] = ()
    sent_faxes: tuple[SentFax, ...] = ()
    came_faxes: tuple[CameFax, ...] = ()


@dataclass(slots=True)
class Desk:
    """What the window shows. `changed` is called after each change, on the thread that made it."""

    reachable: bool = False
    connection: Phrase = CONNECTING
    detail: str = ""
    """The station's or the system's own words for a failure; for a tooltip."""
    notice: Phrase = NOTHING
    faxes: Faxes = field(default_factory=Faxes)
    changed: Callable[[], None] = lambda: None
    _ports: dict[str, Port] = field(default_factory=dict)
    _seats: dict[str, Seat] = field(default_factory=dict)
    _calls: dict[str, Call] = field(default_factory=dict)
    _customers: dict[int, Customer] = field(default_factory=dict)
    _recordings: tuple[Recording, ...] = ()
    _messages: tuple[Message, ...] = ()
    _events: dict[str, list[Event]] = field(default_factory=dict)
    _chosen: str | None = None
    _recent: str | None = None
    _asked: dict[str, str] = field(default_factory=dict)

    # what the gateway tells

    def set_connection(self, words: Phrase, *, reachable: bool = False, detail: str = "") -> None:
        self.connection, self.reachable, self.detail = words, reachable, detail
        if not reachable:
            self._asked.clear()
        self.faxes.set_reachable(reachable)
        self.changed()

    def set_snapshot(self, found: Snapshot) -> None:
        """The station's rows replace ours; what an event told of a call is not taken back."""
        self._ports = {port.id: port for port in found.ports}
        self._seats = {seat.name: seat for seat in found.seats}
        self._merge(found)
        self._events = {call: kept for call, kept in self._events.items() if call in self._calls}
        for event in found.events:
            self._keep(event)
        self.changed()

    def refresh(self, found: Snapshot) -> None:
        """As `set_snapshot` for the rows of the history; the lines stay as the events left them."""
        self._merge(found)
        self.changed()

    def _merge(self, found: Snapshot) -> None:
        before, self._calls = self._calls, {}
        for call in found.calls:
            known = before.get(call.id)
            self._calls[call.id] = _newer(known, call) if known is not None else call
        on_lines = {port.call for port in self._ports.values()}
        for call_id, call in before.items():
            if call_id not in self._calls and (call.state == "ended" or call_id in on_lines):
                self._calls[call_id] = call
        self._recordings, self._messages = found.recordings, found.messages
        self.faxes.set_rows(found.sent_faxes, found.came_faxes)
        self._customers |= {customer.id: customer for customer in found.customers}

    def add_event(self, event: Event) -> None:
        if event.type == "line.state":
            self._line(event)
        elif event.type == "seat.state":
            self._seat(event)
        elif event.type.startswith("fax."):
            self.faxes.add_event(event)
        elif event.call is not None and event.type.startswith(("call.", "queue.")):
            self._keep(event)
            self._call(event, event.call)
        self.changed()

    def _keep(self, event: Event) -> None:
        if event.call is None:
            return
        kept = self._events.setdefault(event.call, [])
        if any(other.seq == event.seq for other in kept):
            return
        kept.append(event)
        kept.sort(key=lambda other: other.seq)
        if len(kept) > EVENTS_KEPT:
            kept.remove(next((each for each in kept if each.type not in stage.TELLING), kept[0]))

    def _line(self, event: Event) -> None:
        state = event.word("state") or "idle"
        port = self._ports.get(event.port) or Port(event.port)
        same = port.state == state
        call = None if state in ("idle", "out-of-order", terms.MISSING) else event.call or port.call
        since = port.since if same and port.since else event.wall
        self._ports[event.port] = replace(port, state=state, call=call, since=since)

    def _seat(self, event: Event) -> None:
        name, state = event.word("seat"), event.word("state") or "ready"
        if name is None:
            return
        seat = self._seats.get(name) or Seat(name, port=event.port)
        since = seat.since if seat.state == state and seat.since else event.wall
        pausing = event.data.get("pausing") is True
        self._seats[name] = replace(
            seat, state=state, pausing=pausing, call=event.word("serves"), since=since
        )

    def _call(self, event: Event, call_id: str) -> None:
        call = self._calls.get(call_id) or Call(call_id, event.port, started=event.wall)
        port = self._ports.get(event.port)
        if port is not None and event.type in _TAKES_LINE and call.state != "ended" and port.call != call_id:
            self._ports[event.port] = replace(port, call=call_id)
        if event.type == "call.offered":
            direction = event.word("direction") or "in"
            call = replace(call, direction=direction, started=call.started or event.wall)
        elif event.type == "call.caller" and event.data.get("checksum_ok") is not False:
            call = replace(
                call,
                number=event.word("number") or call.number,
                e164=event.word("e164") or call.e164,
                name=event.word("name") or call.name,
                withheld=event.word("reason") or call.withheld,
            )
        elif event.type == "call.customer":
            call = self._customer(event, call)
        elif event.type == "call.answered":
            if call.state == "alerting":
                call = replace(call, state="connected", answered=event.wall)
            if self._asked.get(call_id) == "answer":
                del self._asked[call_id]
        elif event.type == "call.clearing":
            call = replace(call, cause=event.word("cause") or call.cause)
        elif event.type == "call.ended":
            call = replace(
                call,
                state="ended",
                ended=event.wall,
                cause=event.word("cause") or call.cause,
                outcome=event.word("outcome") or call.outcome,
            )
            self._asked.pop(call_id, None)
            self.faxes.end_call(call_id)
            self._recent, self._chosen = call_id, None
        self._calls[call_id] = call

    def _customer(self, event: Event, call: Call) -> Call:
        key = event.data.get("id")
        if not isinstance(key, int):
            return call
        self._customers[key] = Customer.of(event.data)
        return replace(call, customer=key)

    # what the operator does

    def choose(self, call: str | None) -> None:
        """Shows a certain call: a running one until it ends, one of the past while no call runs."""
        self._chosen = call
        self.changed()

    def asked(self, call: str, what: str) -> None:
        """`what` (answer, hang_up, or of the call bar) was asked of the station; its door stays shut until it
        is done."""
        self._asked[call] = what
        self.changed()

    def done(self, call: str, words: Phrase = NOTHING) -> None:
        """The station has done what was asked of it."""
        self._asked.pop(call, None)
        self.tell(words)

    def failed(self, call: str, words: Phrase, detail: str = "") -> None:
        self._asked.pop(call, None)
        self.tell(words, detail)

    def tell(self, words: Phrase, detail: str = "") -> None:
        """A small message for the status bar."""
        self.notice, self.detail = words, detail
        self.changed()

    def add_customer(self, customer: Customer, call: str) -> None:
        """A card that was saved from the pop of a call."""
        self._customers[customer.id] = customer
        if call in self._calls:
            self._calls[call] = replace(self._calls[call], customer=customer.id)
        self.tell(SAVED.fill(name=customer.name))

    # what is shown

    def country(self, port: str) -> str | None:
        found = self._ports.get(port)
        return found.country if found else None

    def customer(self, call: Call) -> Customer | None:
        return self._customers.get(call.customer) if call.customer is not None else None

    def current(self) -> Call | None:
        """The call of the pop: the chosen one while it runs, the one that rings longest, the newest running
        one, else the last that ended."""
        chosen = self._calls.get(self._chosen or "")
        if chosen is not None and chosen.state != "ended":
            return chosen
        waiting = self._alerting()
        running = [call for call in self._calls.values() if call.state == "connected"]
        if waiting:
            return waiting[0]
        if running:
            return max(running, key=_started)
        return chosen or self._calls.get(self._recent or "")

    def _alerting(self) -> list[Call]:
        waiting = [c for c in self._calls.values() if c.state == "alerting" and c.direction == "in"]
        return sorted(waiting, key=_started)

    def to_answer(self) -> Call | None:
        """The call that the answer key means: the one that is shown when it rings, else the one that rings
        longest, else the one that is shown (to take it over from a menu)."""
        shown, waiting = self.current(), self._alerting()
        return shown if shown in waiting else waiting[0] if waiting else shown

    def card(self) -> cards.Card | None:
        call = self.current()
        if call is None:
            return None
        made = cards.card(
            call,
            self.customer(call),
            country=self.country(call.port),
            earlier=self._calls.values(),
            reachable=self.reachable,
            asked=self._asked.get(call.id),
            menu=self.in_menu(call),
            at=self.stage(call),
            others=self._others(call),
        )
        return replace(made, answer=self.answer_door())

    def answer_door(self) -> cards.Door:
        call = self.to_answer()
        asked = call is not None and self._asked.get(call.id) == "answer"
        menu = call is not None and self.in_menu(call)
        return cards.answer_door(call, reachable=self.reachable, asked=asked, menu=menu)

    def in_menu(self, call: Call) -> bool:
        """A menu has answered and no operator has taken over, or talks at a seat; nor do fax machines speak
        with one another, which a person would break off."""
        at = self.stage(call)
        if call.state != "connected" or at.seat is not None or (at.served or "").startswith("fax-"):
            return False
        by = [event.word("by") for event in self._events.get(call.id, ()) if event.type == "call.answered"]
        return bool(by) and by[-1] in (None, "script")

    def hang_up_door(self) -> cards.Door:
        call = self.current()
        asked = call is not None and self._asked.get(call.id) == "hang_up"
        return cards.hang_up_door(call, reachable=self.reachable, asked=asked)

    def stage(self, call: Call) -> stage.Stage:
        """Where it is among the seats."""
        return stage.stage(self._events.get(call.id, ()))

    def call_bar(self) -> list[callbar.Item]:
        """Of the call that is shown; empty where the station has no seats."""
        if not self._seats:
            return []
        call = self.current()
        at = stage.NOWHERE if call is None else self.stage(call)
        asked = None if call is None else self._asked.get(call.id)
        port = None if call is None else self._ports.get(call.port)
        fax = port is None or port.fax
        return callbar.items(call, at, reachable=self.reachable, asked=asked, fax=fax)

    def targets(self) -> list[callbar.Choice]:
        """Where the call that is shown can be sent."""
        call = self.current()
        return callbar.targets(self._seats.values(), None if call is None else self.stage(call).seat)

    def takers(self) -> list[callbar.Choice]:
        """Who can pick a parked call up."""
        return callbar.takers(self._seats.values())

    def _others(self, call: Call) -> tuple[str, ...]:
        found = [event for event in self._events.get(call.id, ()) if event.type == "call.customer"]
        return tuple(one.name for one in read(found[-1].data.get("others"), Customer.of)) if found else ()

    def lines(self) -> list[LineView]:
        """The telephones of seats are shown as seats."""
        telephones = {seat.port for seat in self._seats.values()}
        ports = [port for port in self._ports.values() if port.id not in telephones]
        return lines.views(ports, self._calls, self._parties(), reachable=self.reachable)

    def seats(self) -> list[LineView]:
        return seats.views(self._seats.values(), self._calls, self._parties(), reachable=self.reachable)

    def _parties(self) -> dict[str, str | Phrase]:
        """Who is on the running calls."""
        return {
            call.id: cards.who(call, self.customer(call), self.country(call.port))
            for call in self._calls.values()
            if call.state != "ended"
        }

    def timeline(self) -> list[timeline.Entry]:
        call = self.current()
        if call is None:
            return []
        return timeline.entries(self._events.get(call.id, ()), self.country(call.port))

    def has_events(self, call: str) -> bool:
        return call in self._events

    def add_events(self, events: Iterable[Event]) -> None:
        """The stored events of a call that is looked at; its row is not changed."""
        for event in events:
            self._keep(event)
        self.changed()

    def history(self, only: str = history.ALL) -> list[history.HistoryRow]:
        return history.rows(
            self._calls.values(),
            self._messages,
            self._recordings,
            self._customers,
            self.countries(),
            only,
            faxes=self.faxes.by_call(),
        )

    def line_names(self) -> dict[str, str]:
        """By which a fax may go: each port and what it is called."""
        telephones = {seat.port for seat in self._seats.values()}
        ports = (port for port in self._ports.values() if port.id not in telephones)
        return {port.id: f"{port.label} ({port.id})" if port.label else port.id for port in ports}

    def countries(self) -> dict[str, str | None]:
        """Of the lines."""
        return {port.id: port.country for port in self._ports.values()}


def _started(call: Call) -> datetime:
    return call.started or datetime.min.replace(tzinfo=UTC)


def _newer(known: Call, row: Call) -> Call:
    """The row, unless events told more of the call than the store has written yet."""
    if _ORDER.get(row.state, 0) >= _ORDER.get(known.state, 0):
        return replace(row, customer=row.customer if row.customer is not None else known.customer)
    return known
