"""The store: one data folder's database, as the applications and the service use it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any

from ctidrv.apps.records import CallRow, Customer, EventRow, LegRow, MessageRow, RecordingRow
from ctidrv.callcontrol.numbers import normalise
from ctidrv.clock import SampleClock
from ctidrv.errors import CtiError, InputError, StoreError
from ctidrv.folder import DataFolder
from ctidrv.ports.learnt import LineTone
from ctidrv.store import calls, customers, facts, keeping, recordings, tones
from ctidrv.store.connect import connect, open_reader, open_writer, plain_errors
from ctidrv.store.faxes import Faxes
from ctidrv.store.mails import Mails
from ctidrv.store.writer import Writer

Row = dict[str, Any]

LISTED = 100


class Store:
    """`ctidrv.apps.records.Repository`, and the queries of the API and the commands.

    `put_*` never wait and never raise for the disk's sake in live mode. Queries return JSON rows; they
    see what is committed (live) or all that was put (inline). Use `open` or `read`.
    """

    def __init__(
        self,
        folder: DataFolder,
        connection: sqlite3.Connection,
        writer: Writer | None,
        country: str,
        area: str | None,
        wall: Callable[[], datetime],
    ) -> None:
        self.folder = folder
        self.country = country
        self.area = area
        self._connection = connection
        self._writer = writer
        self._wall = wall
        self.faxes = Faxes(folder.root, self._query, lambda: self.writer, wall)
        self.mails = Mails(self._query, lambda: self.writer)

    @classmethod
    def open(
        cls,
        folder: DataFolder,
        *,
        inline: bool,
        country: str = "US",
        area: str | None = None,
        wall: Callable[[], datetime] | None = None,
        on_error: Callable[[CtiError], None] | None = None,
        clock: SampleClock | None = None,
    ) -> Store:
        """Opens for writing, makes the database where there is none and brings an older one to our version.

        inline: write in the caller's thread (virtual time), else in a thread of its own. country, area:
        how numbers are read (`numbers.parse`). wall: the time that facts carry; the computer's by default.
        on_error hears, from the writing thread, of rows that were lost and of a database that takes none.
        clock: of virtual time, by which an inline store tries again.
        Raises NewerDatabase or StoreError, and has then changed nothing.
        """
        connection = open_writer(folder.database)
        writer = Writer(connection, inline=inline, on_error=on_error or (lambda error: None), clock=clock)
        return cls(folder, connection, writer, country, area, wall or _now)

    @classmethod
    def read(cls, folder: DataFolder, *, country: str = "US", area: str | None = None) -> Store:
        """Opens for queries; without a database all lists are empty, and none is made."""
        return cls(folder, open_reader(folder.database), None, country, area, _now)

    @property
    def writer(self) -> Writer:
        if self._writer is None:
            raise StoreError("the store was opened for reading")
        return self._writer

    def close(self) -> None:
        """Writes what waits; StoreError when the database would not take it."""
        if self._writer is None:
            self._connection.close()
        else:
            self._writer.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _query(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with: our own, or beside the writing thread a new one (WAL: nobody waits)."""
        with plain_errors(self.folder.database):
            if self._writer is None or self._writer.inline:
                yield self._connection
            else:
                with contextlib.closing(connect(self.folder.database)) as connection:
                    yield connection

    # Repository

    def put_call(self, row: CallRow) -> None:
        self.writer.put(lambda connection: calls.put_call(connection, row))

    def put_leg(self, row: LegRow) -> None:
        self.writer.put(lambda connection: calls.put_leg(connection, row))

    def put_event(self, row: EventRow) -> None:
        self.writer.put(lambda connection: calls.put_event(connection, self.folder.root, row))

    def put_recording(self, row: RecordingRow) -> None:
        now = self._wall() if row.state in ("repaired", "missing") else None
        self.writer.put(lambda connection: recordings.put_recording(connection, self.folder.root, row, now))

    def put_message(self, row: MessageRow) -> None:
        self.writer.put(lambda connection: recordings.put_message(connection, self.folder.root, row))

    async def committed(self) -> None:
        await self.writer.committed()

    def customers_by_number(self, e164: str) -> Sequence[Customer]:
        with self._query() as connection:
            return customers.by_number(connection, e164)

    # calls

    def normalise(self, number: str | None) -> str | None:
        """A number in its one form, as the office's country reads it."""
        return normalise(number, self.country, self.area)

    def calls(
        self,
        *,
        limit: int = LISTED,
        before: str | None = None,
        number: str | None = None,
        customer: int | None = None,
        state: str | None = None,
    ) -> list[Row]:
        """Calls, newest first. `number`: any form of it, or at least the last four digits."""
        if number is not None:
            number = self._searched(number)
        with self._query() as connection:
            return calls.list_calls(
                connection, limit=limit, before=before, number=number, customer=customer, state=state
            )

    def call(self, call: str) -> Row | None:
        """A call with ``legs events recordings messages customer_card``."""
        with self._query() as connection:
            row = calls.get_call(connection, self.folder.root, call)
            if row is None:
                return None
            root = self.folder.root
            row["recordings"] = recordings.list_recordings(connection, root, limit=None, call=call)
            row["messages"] = recordings.list_messages(connection, root, limit=LISTED, call=call)
            card = None if row["customer"] is None else customers.get_customer(connection, row["customer"])
            row["customer_card"] = None if card is None else customers.as_row(card)
            return row

    def open_calls(self) -> list[CallRow]:
        with self._query() as connection:
            return calls.open_calls(connection)

    def open_legs(self) -> list[LegRow]:
        with self._query() as connection:
            return calls.open_legs(connection)

    def events_since(self, seq: int, limit: int = 1000) -> list[Row]:
        """Events after `seq`, as the WebSocket sends them."""
        with self._query() as connection:
            return calls.events_since(connection, self.folder.root, seq, limit)

    def last_seq(self) -> int:
        with self._query() as connection:
            return calls.last_seq(connection)

    def _searched(self, number: str) -> str:
        form = self.normalise(number)
        if form is not None and not form.startswith("+") and len(form) < calls.LAST_DIGITS:
            form = None
        if form is None:
            raise InputError(f"number {number!r}: give a telephone number, or at least its last four digits")
        return form

    # recordings and messages

    def recordings(self, *, limit: int | None = LISTED, call: str | None = None) -> list[Row]:
        with self._query() as connection:
            return recordings.list_recordings(connection, self.folder.root, limit=limit, call=call)

    def recording(self, recording: str) -> Row | None:
        """A recording (by its id or its call's) with its ``facts``."""
        with self._query() as connection:
            return recordings.get_recording(connection, self.folder.root, recording)

    def recordings_of_line(self, port: str) -> list[Row]:
        """The finished recordings of the calls on a port, newest first, each with its call's ``cause``."""
        with self._query() as connection:
            return recordings.of_line(connection, self.folder.root, port)

    def open_recordings(self) -> list[RecordingRow]:
        with self._query() as connection:
            return recordings.open_recordings(connection, self.folder.root)

    def messages(self, *, limit: int = LISTED, box: str | None = None) -> list[Row]:
        with self._query() as connection:
            return recordings.list_messages(connection, self.folder.root, limit=limit, box=box)

    def message_boxes(self) -> list[str]:
        """Those that have had messages, by name."""
        with self._query() as connection:
            return recordings.message_boxes(connection)

    def message(self, message: str) -> Row | None:
        """A message with its ``facts``."""
        with self._query() as connection:
            return recordings.get_message(connection, self.folder.root, message)

    def expired(self, before: datetime, limit: int) -> list[Row]:
        """Recordings whose calls ended before, and that may be deleted: ``id call port path``, oldest
        first."""
        with self._query() as connection:
            return keeping.expired(connection, self.folder.root, before, limit)

    def delete_recording(self, recording: str, before: datetime, reason: str) -> Future[bool]:
        """Writes down that its file goes; the file may go when that is on the disk. False: it may not."""
        now = self._wall()
        return self.writer.submit(
            lambda connection: keeping.delete(connection, recording, before=before, now=now, reason=reason)
        )

    def deleted_paths(self) -> list[Path]:
        """The files of all recordings that were deleted."""
        with self._query() as connection:
            return keeping.deleted_paths(connection, self.folder.root)

    def hold_recording(self, recording: str, reason: str | None, actor: str) -> Future[None]:
        """Keeps it from deletion, or with None no longer; InputError for one that is not there."""
        now = self._wall()
        return self.writer.submit(
            lambda connection: keeping.hold(connection, recording, reason=reason, now=now, actor=actor)
        )

    def listened(self, subject: str, actor: str) -> Future[None]:
        """Writes down that somebody listened to ``recording:ID`` or ``message:ID``; wait before playing."""
        at = self._wall()
        return self.writer.submit(
            lambda connection: facts.append(connection, "listened", subject, at=at, actor=actor)
        )

    def traced(self, port: str, actor: str, *, audio: bool) -> Future[None]:
        """Writes down that somebody traces a port; wait before the first of it goes out."""
        at = self._wall()
        data = {"audio": audio}
        return self.writer.submit(
            lambda connection: facts.append(
                connection, "traced", f"port:{port}", at=at, actor=actor, data=data
            )
        )

    # what lines were taught

    def learnt_tones(self, port: str | None = None) -> list[LineTone]:
        """Those of a port, or of all."""
        with self._query() as connection:
            return tones.learnt_tones(connection, port)

    def put_tone(self, row: LineTone) -> Future[None]:
        """In the place of an earlier one of its name."""
        return self.writer.submit(lambda connection: tones.put_tone(connection, row))

    def forget_tones(self, port: str) -> Future[int]:
        """How many there were."""
        return self.writer.submit(lambda connection: tones.forget_tones(connection, port))

    # customers

    def customers(
        self, *, limit: int = LISTED, number: str | None = None, text: str | None = None
    ) -> list[Row]:
        """Customers by name, or those of one number in any form."""
        if number is not None:
            number = self._searched(number)
        with self._query() as connection:
            if number is not None:
                return [customers.as_row(found) for found in customers.by_number(connection, number)[:limit]]
            return [customers.as_row(c) for c in customers.list_customers(connection, limit=limit, text=text)]

    def customer(self, customer: int) -> Row | None:
        with self._query() as connection:
            found = customers.get_customer(connection, customer)
            return None if found is None else customers.as_row(found)

    def customer_forms(self, name: str, numbers: Sequence[str]) -> tuple[str, list[str]]:
        """Name and numbers in the form that is stored; InputError for what is no name or number."""
        if not name.strip():
            raise InputError("a customer needs a name")
        forms = []
        for number in numbers:
            form = self.normalise(number)
            if form is None:
                raise InputError(f"{number!r} is no telephone number")
            forms.append(form)
        return name.strip(), forms

    def add_customer(
        self,
        name: str,
        numbers: Sequence[str] = (),
        *,
        company: str | None = None,
        notes: str | None = None,
        tags: Sequence[str] = (),
    ) -> Future[Row]:
        """The new customer's row, once it is on the disk; InputError for what is no name or number."""
        name, forms = self.customer_forms(name, numbers)
        created = self._wall()
        return self.writer.submit(
            lambda connection: customers.as_row(
                customers.add_customer(
                    connection,
                    name,
                    forms,
                    company=company,
                    notes=notes,
                    tags=tags,
                    created=created,
                )
            )
        )

    # the whole

    def check(self) -> list[str]:
        """What is wrong with the database, a line each: integrity, references, the chain of facts."""
        with self._query() as connection:
            found = [
                f"integrity: {row[0]}"
                for row in connection.execute("PRAGMA integrity_check(20)")
                if row[0] != "ok"
            ]
            found.extend(
                f"reference: a row of {row[0]} points to a row of {row[2]} that is not there"
                for row in connection.execute("PRAGMA foreign_key_check")
            )
            broken = facts.verify(connection)
            if broken is not None:
                found.append(
                    f"facts: line {broken} does not follow from the line before: the chain was altered"
                )
            return found


def _now() -> datetime:
    return SampleClock().wall(0)
