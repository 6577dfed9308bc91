"""Reads station.toml (`ctidrv.config`) strictly: what is not known is an error with its line."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ctidrv.config import (
    BOX_NAME,
    FAX_FORMS,
    FIRST,
    FORMATS,
    HOW,
    MAIL_ADDRESS,
    MAIL_TLS,
    MOST_LINES,
    NUMBER_CLASSES,
    USUAL_LINE,
    USUAL_NUMBERS,
    USUAL_QUEUE,
    USUAL_WRAP_UP,
    BoardConfig,
    FaxBoxConfig,
    FaxConfig,
    FaxModemConfig,
    LineConfig,
    MailConfig,
    Office,
    OutboundConfig,
    QueueConfig,
    RecordingConfig,
    SeatConfig,
    StationConfig,
    default_config,
)
from ctidrv.config_agree import (
    fax_agrees,
    fax_boxes_agree,
    fax_modems_agree,
    first_agrees,
    lines_agree,
    queues_agree,
    seats_agree,
)
from ctidrv.config_table import Source, Table
from ctidrv.errors import InputError
from ctidrv.folder import DataFolder
from ctidrv.units import PortId

MAX_BYTES = 262_144
NAME = "station.toml"
_PORT = r"[^/\s]+/[1-9][0-9]{0,2}"
_HOURS = r"(?P<begin>([01]\d|2[0-3]):[0-5]\d)-(?!(?P=begin))([01]\d|2[0-3]):[0-5]\d"
_NAMED = r"[^\s/](?:[^/\x00-\x1f]*[^\s/])?"
_TABLES = ("office", "station", "recording", "outbound", "fax", "mail")
_LISTS = ("board", "line", "seat", "queue", "fax_modem", "fax_box")
_MINUTES = {"m": 1, "h": 60, "d": 1440}


def load_config(chosen: str | Path | None, folder: DataFolder) -> StationConfig:
    """The file named, else ``station.toml`` of the data folder, else the default."""
    if chosen is not None:
        return read_config(Path(chosen))
    own = folder.root / NAME
    return read_config(own) if own.exists() else default_config()


def read_config(path: Path) -> StationConfig:
    """Reads a station.toml; InputError ``FILE:LINE: what`` for anything that is not in order."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: {len(data)} bytes, and {MAX_BYTES} is the most")
    try:
        text = data.decode("utf-8-sig")
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: not UTF-8: save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        words = str(error)[: place.start()] if place else str(error).removesuffix(" (at end of document)")
        raise InputError(f"{path}:{line}: {words}") from error
    except RecursionError as error:
        raise InputError(f"{path}: nested too deeply") from error
    return _Reader(path, text).config(tables)


class _Reader(Source):
    def config(self, tables: dict[str, Any]) -> StationConfig:
        for name in tables:
            if name not in (known := (*_TABLES, *_LISTS)):
                header = isinstance(tables[name], dict | list)
                what = f"unknown {'table' if header else 'key'} {name!r}; known are {', '.join(known)}"
                self.fail(name if header else "", 0, None if header else name, what)
        office = self._office(Table(self, tables.get("office", {}), "office"))
        station = Table(self, tables.get("station", {}), "station")
        api_port = station.number("port", 0, 0, 65535)
        station.nothing_else("port")
        recording = self._recording(Table(self, tables.get("recording", {}), "recording"))
        outbound = self._outbound(Table(self, tables.get("outbound", {}), "outbound"))
        fax = self._fax(Table(self, tables.get("fax", {}), "fax"))
        mail = self._mail(Table(self, tables["mail"], "mail")) if "mail" in tables else None
        fax_boxes = [self._fax_box(table) for table in self._any(tables, "fax_box")]
        boards = [self._board(table) for table in self._each(tables, "board")]
        lines = [self._line(table) for table in self._each(tables, "line")]
        seats = [self._seat(table) for table in self._any(tables, "seat")]
        queues = [self._queue(table) for table in self._any(tables, "queue")]
        modems = [self._fax_modem(table) for table in self._any(tables, "fax_modem")]
        lines_agree(self, boards, lines)
        seats_agree(self, boards, lines, seats)
        queues_agree(self, seats, queues)
        fax_agrees(self, lines, fax)
        fax_modems_agree(self, lines, modems)
        fax_boxes_agree(self, fax_boxes, mail)
        first_agrees(self, lines, seats, queues)
        return StationConfig(
            office,
            tuple(boards),
            tuple(lines),
            api_port,
            recording,
            outbound,
            fax,
            tuple(seats),
            tuple(queues),
            tuple(modems),
            mail,
            tuple(fax_boxes),
            path=self.path,
        )

    def _each(self, tables: dict[str, Any], name: str) -> list[Table]:
        values = tables.get(name, [])
        if not isinstance(values, list) or not values:
            self.fail(name, 0, None, f"give at least one [[{name}]]")
        return [Table(self, value, name, index) for index, value in enumerate(values)]

    def _any(self, tables: dict[str, Any], name: str) -> list[Table]:
        """None, where it is not there."""
        return self._each(tables, name) if name in tables else []

    def _office(self, table: Table) -> Office:
        default = Office()
        office = Office(
            country=table.text("country", default.country, most=2).upper(),
            timezone=table.text("timezone", default.timezone),
            name=table.text("name", default.name),
            language=table.text("language", default.language, most=20),
            area=table.optional("area"),
        )
        if not re.fullmatch(r"[A-Z]{2}", office.country):
            table.fail(
                "country", f"country {office.country!r} must be a code of two letters, such as CN or US"
            )
        if office.area is not None and not re.fullmatch(r"[1-9][0-9]{0,5}", office.area):
            table.fail(
                "area", f"area {office.area!r} must be digits without the leading 0, such as 10 or 212"
            )
        try:
            ZoneInfo(office.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            table.fail("timezone", f"timezone {office.timezone!r} is not known; write it as Asia/Shanghai")
        table.nothing_else("country, timezone, name, language, area")
        return office

    def _recording(self, table: Table) -> RecordingConfig:
        format, keep = table.text("format", FORMATS[0]), table.optional("keep")
        if format not in FORMATS:
            table.fail("format", f"format {format!r} must be one of {', '.join(FORMATS)}")
        found = None if keep is None else re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", keep)
        if keep is not None and found is None:
            table.fail("keep", f"keep {keep!r} must be a number with m, h or d, such as 30d")
        table.nothing_else("format, keep")
        length = None if found is None else timedelta(minutes=int(found[1]) * _MINUTES[found[2]])
        return RecordingConfig(format, length)

    def _outbound(self, table: Table) -> OutboundConfig:
        lists = {}
        for key, usual in (("allow", USUAL_NUMBERS), ("deny", ())):
            lists[key] = entries = table.words(key, empty=True) or () if table.has(key) else usual
            for entry in entries:
                if entry not in NUMBER_CLASSES and not re.fullmatch(r"\+?[0-9*#]{1,20}", entry):
                    known = ", ".join(NUMBER_CLASSES)
                    table.fail(key, f"{key} {entry!r} is no class ({known}) and no beginning of a number")
        reserve = table.number("reserve", 0, 0, MOST_LINES)
        table.nothing_else("allow, deny, reserve")
        return OutboundConfig(lists["allow"], lists["deny"], reserve)

    def _fax(self, table: Table) -> FaxConfig:
        fax = FaxConfig(
            lines=tuple(PortId(port) for port in table.words("lines") or ()),
            hours=table.optional("hours"),
            ident=table.text("ident", "", most=20),
            junk=table.words("junk", empty=True) or (),
        )
        if fax.hours is not None and not re.fullmatch(_HOURS, fax.hours):
            table.fail("hours", f"hours {fax.hours!r} must be as 08:00-20:00")
        if not re.fullmatch(r"[0-9+*# ]*", fax.ident):
            table.fail("ident", f"ident {fax.ident!r} must be digits, with +, *, # and blanks")
        for entry in fax.junk:
            if not re.fullmatch(r"\+?[0-9]{1,20}", entry):
                table.fail("junk", f"junk {entry!r} is no beginning of a number")
        table.nothing_else("lines, ident, hours, junk")
        return fax

    def _mail(self, table: Table) -> MailConfig:
        where = table.where
        mail = MailConfig(
            host=table.text("host", most=253),
            sender=table.text("from", most=254),
            port=table.number("port", 587, 1, 65535),
            tls=table.text("tls", MAIL_TLS[0]),
            user=table.text("user", ""),
            password_file=table.optional("password_file"),
            ca_file=table.optional("ca_file"),
            where=where,
        )
        if not re.fullmatch(r"[A-Za-z0-9.:-]+", mail.host):
            table.fail("host", f"host {mail.host!r} must be a name such as mail.example.com, or an address")
        if not re.fullmatch(MAIL_ADDRESS, mail.sender):
            table.fail("from", f"from {mail.sender!r} must be an address such as fax@example.com")
        if mail.tls not in MAIL_TLS:
            table.fail("tls", f"tls {mail.tls!r} must be one of {', '.join(MAIL_TLS)}")
        if mail.user and mail.tls == "none":
            table.fail("user", 'user goes with tls = "starttls" or "tls": its password would be read by all')
        table.nothing_else("host, port, tls, from, user, password_file, ca_file")
        return mail

    def _fax_box(self, table: Table) -> FaxBoxConfig:
        box = FaxBoxConfig(
            name=table.text("name", most=40),
            mail=table.optional("mail"),
            form=table.text("form", FAX_FORMS[0]),
            language=table.text("language", ""),
        )
        if not re.fullmatch(BOX_NAME, box.name):
            table.fail("name", f"name {box.name!r} may hold letters, digits, '-' and '_' only")
        if box.mail is not None and (len(box.mail) > 254 or not re.fullmatch(MAIL_ADDRESS, box.mail)):
            table.fail("mail", f"mail {box.mail!r} must be an address such as desk@example.com")
        if box.form not in FAX_FORMS:
            table.fail("form", f"form {box.form!r} must be one of {', '.join(FAX_FORMS)}")
        if box.language not in ("", "en", "zh"):
            table.fail("language", f"language {box.language!r} must be en or zh")
        table.nothing_else("name, mail, form, language")
        return box

    def _board(self, table: Table) -> BoardConfig:
        where = table.where
        name, driver = table.text("name", most=40), table.text("driver", most=40)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
            table.fail("name", f"name {name!r} may hold letters, digits, '-', '_' and '.' only")
        return BoardConfig(name, driver, table.rest(), where)

    def _line(self, table: Table) -> LineConfig:
        where = table.where
        port = table.text("port")
        if not re.fullmatch(_PORT, port):
            table.fail("port", f"port {port!r} must be BOARD/INDEX, such as sim/1")
        country = table.optional("country")
        if country is not None and not re.fullmatch(r"[A-Za-z]{2}", country):
            table.fail("country", f"country {country!r} must be a code of two letters, such as CN or US")
        line = LineConfig(
            PortId(port),
            table.text("script"),
            country.upper() if country is not None else None,
            table.words("signals"),
            table.optional("label"),
            where,
            table.text("dial", HOW[0]),
            table.text("outside", "", most=20),
            **self._first(table),
        )
        if line.dial not in HOW:
            table.fail("dial", f"dial {line.dial!r} must be one of {', '.join(HOW)}")
        if not re.fullmatch(r"([0-9*#]{1,6}[W,]*)?", line.outside):
            table.fail("outside", f"outside {line.outside!r} must be digits, then W or commas, such as 0W")
        if line.dial == "pulse" and re.search(r"[*#]", line.outside):
            table.fail("outside", f"outside {line.outside!r} cannot be dialled by pulses")
        table.nothing_else("port, script, country, signals, label, dial, outside, first, to, ring, rings")
        return line

    def _first(self, table: Table) -> dict[str, Any]:
        """Of a line: who has a call first, and what goes with it."""
        first = table.text("first", FIRST[0])
        if first not in FIRST:
            table.fail("first", f"first {first!r} must be one of {', '.join(FIRST)}")
        for key, wanted in (("to", FIRST[1:]), ("ring", ("operator",)), ("rings", ("rings",))):
            if table.has(key) and first not in wanted:
                table.fail(key, f'{key} goes with first = "{wanted[0]}", and first is {first!r}')
        to = table.optional("to")
        if to is None and first in ("operator", "queue"):
            table.fail("first", f"first {first!r} needs to: who is rung, or the queue")
        return {
            "first": first,
            "to": to,
            "ring": table.number("ring", USUAL_LINE.ring, 5, 600),
            "rings": table.number("rings", USUAL_LINE.rings, 1, 20),
        }

    def _seat(self, table: Table) -> SeatConfig:
        where = table.where
        seat = SeatConfig(
            name=table.text("name", most=40),
            number=table.text("number", most=6),
            phone=None if (phone := table.optional("phone")) is None else PortId(phone),
            outside=table.optional("outside") or "",
            groups=table.words("groups") or (),
            greeting=table.optional("greeting"),
            greetings=table.texts("greetings"),
            wrap_up=table.number("wrap_up", USUAL_WRAP_UP, 0, 3600),
            where=where,
        )
        if not re.fullmatch(_NAMED, seat.name):
            table.fail("name", f"name {seat.name!r} must be words without '/'")
        if not re.fullmatch(r"[0-9]{1,6}", seat.number):
            table.fail("number", f'number {seat.number!r} must be digits in quotes, such as "08"')
        if bool(seat.phone) == bool(seat.outside):
            table.fail(
                "phone", "a seat has a phone (BOARD/INDEX, such as sim/3) or an outside number, one of them"
            )
        if seat.phone and not re.fullmatch(_PORT, seat.phone):
            table.fail("phone", f"phone {seat.phone!r} must be BOARD/INDEX, such as sim/3")
        table.nothing_else("name, number, phone, outside, groups, greeting, greetings, wrap_up")
        return seat

    def _fax_modem(self, table: Table) -> FaxModemConfig:
        where = table.where
        modem = FaxModemConfig(PortId(table.text("port")), table.text("link", most=90), where)
        table.nothing_else("port, link")
        return modem

    def _queue(self, table: Table) -> QueueConfig:
        where = table.where
        queue = QueueConfig(
            name=table.text("name", most=40),
            seats=table.words("seats") or (),
            ring=table.number("ring", USUAL_QUEUE.ring, 5, 600),
            music=table.optional("music"),
            announce=table.number("announce", USUAL_QUEUE.announce, 0, 3600),
            leave=table.text("leave", USUAL_QUEUE.leave, most=1),
            timeout=table.number("timeout", USUAL_QUEUE.timeout, 1, 36_000),
            most=table.number("most", USUAL_QUEUE.most, 1, MOST_LINES),
            where=where,
        )
        if not re.fullmatch(_NAMED, queue.name):
            table.fail("name", f"name {queue.name!r} must be words without '/'")
        if not queue.seats:
            table.fail(None, "seats is missing: names and numbers of seats, and groups")
        if not re.fullmatch("[0-9*#A-D]?", queue.leave):
            table.fail("leave", f'leave {queue.leave!r} must be a key of a telephone, or "" for none')
        table.nothing_else("name, seats, ring, music, announce, leave, timeout, most")
        return queue
