"""station.toml: boards, lines and the office, read strictly: what is not known is an error with its line.

[office]                     all keys optional
name = "Lotus Tea"           country = "CN"       ISO 3166 code
timezone = "Asia/Shanghai"   language = "zh-CN"   area = "10"  (area code without 0)

[station]
port = 8470                  of the API on loopback; 0 = any free one

[recording]                  how calls and messages are kept
format = "pcm"               or "alaw": half the room (ITU-T G.711)
keep = "30d"                 a recording is deleted so long after its call's end (m, h, d); without it never

[outbound]                   which numbers are dialled; emergency numbers always are
allow = ["national", "short"]  classes (national short international premium service unknown), and how numbers
                             begin: "+44", "0800"
deny = ["0137"]              the same, and stronger
reserve = 1                  so many idle lines are kept for callers; an emergency call takes those too

[[board]]
name = "sim"                 driver = "sim"       and the driver's own keys (lines = 4)

[[line]]
port = "sim/1"               script = "hotline.ivr.yaml"
country = "CN"               of this line, the office's by default
signals = ["busy-tone"]      which hang-up signals count; the country's by default
label = "Sales"
dial = "dtmf"                or "pulse"
first = "script"             who has a call first; "operator", "queue": the script only when nobody takes it;
                             "rings": the line goes on ringing, and the script answers after so many
to = "sales"                 of operator and rings: the seat, or group, that rings; of queue: its name
ring = 20                    of operator: for so many seconds
rings = 4                    of rings
outside = "0W"               before every number: out of a PBX, and wait for its second dial tone (W), or a
                             while (each comma 2 s)

[[seat]]                     an operator's place; optional
name = "Li Mei"              number = "08"        inside the office
phone = "sim/3"              the port of a telephone (FXS) or headset (HANDSET)
outside = "13800138000"      in the place of phone: a number that is called; [outbound] must allow it
groups = ["sales"]           a call for a group rings all of its seats that are ready
greeting = "hello-08-{lang}.wav"  what a caller hears before the seat; {lang}: each language's own
wrap_up = 10                 seconds after a talk until the next call

[[queue]]                    callers who wait for a seat; optional
name = "sales"               seats = ["sales", "08"]  names and numbers of seats, and groups
ring = 20                    seconds a seat is rung before it is the next one's turn
music = "our-music.wav"      the station's own without it
announce = 30                seconds at least between two words of the caller's place; 0: none are said
leave = "*"                  the key that leaves the queue; "": none
timeout = 300                seconds that somebody waits at the longest
most = 20                    callers at a time
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ctidrv.errors import InputError
from ctidrv.folder import DataFolder
from ctidrv.units import PortId

MAX_BYTES = 262_144
NAME = "station.toml"
SHIPPED_SCRIPT = "hotline.ivr.yaml"
FORMATS = ("pcm", "alaw")
HOW = ("dtmf", "pulse")
FIRST = ("script", "operator", "queue", "rings")
NUMBER_CLASSES = ("national", "short", "international", "premium", "service", "unknown")
"""Of numbers to dial. short: of few digits, and local numbers without their area; service: those with * and
#, which divert lines and order services; unknown: none that the country's plan knows."""
USUAL_NUMBERS = ("national", "short")
MOST_LINES = 999
USUAL_WRAP_UP = 10
_PORT = r"[^/\s]+/[1-9][0-9]{0,2}"
_NAMED = r"[^\s/](?:[^/\x00-\x1f]*[^\s/])?"
_MINUTES = {"m": 1, "h": 60, "d": 1440}


@dataclass(frozen=True, slots=True)
class Office:
    country: str = "US"
    timezone: str = "UTC"
    name: str = ""
    language: str = "en-US"
    area: str | None = None
    """The area code without its leading 0, for local numbers."""


@dataclass(frozen=True, slots=True)
class BoardConfig:
    name: str
    driver: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The driver's own keys."""
    where: str = ""
    """FILE:LINE, for errors of the driver."""


@dataclass(frozen=True, slots=True)
class LineConfig:
    port: PortId
    script: str
    country: str | None = None
    signals: tuple[str, ...] | None = None
    label: str | None = None
    where: str = ""
    dial: str = HOW[0]
    """dtmf | pulse"""
    outside: str = ""
    """What is dialled before every number."""
    first: str = FIRST[0]
    """Who has a call first (`ctidrv.service.first`)."""
    to: str | None = None
    """A seat's name or number, or a group; of `queue` the queue."""
    ring: int = 20
    """Seconds."""
    rings: int = 4


USUAL_LINE = LineConfig(PortId(""), "")


@dataclass(frozen=True, slots=True)
class SeatConfig:
    """An operator's place (`ctidrv.callcontrol.seat`)."""

    name: str
    number: str
    phone: PortId | None = None
    """Of its telephone or headset."""
    outside: str = ""
    """In its place: a number that is called, as it would be dialled by hand (`[outbound]` must allow it)."""
    groups: tuple[str, ...] = ()
    greeting: str | None = None
    """A WAV file, of each language where its name holds ``{lang}``; beside station.toml."""
    wrap_up: int = USUAL_WRAP_UP
    """Seconds."""
    where: str = ""


@dataclass(frozen=True, slots=True)
class QueueConfig:
    """Callers who wait for a seat (`ctidrv.callcontrol.queueing`). Times in seconds."""

    name: str
    seats: tuple[str, ...]
    """Names and numbers of seats, and groups."""
    ring: int = 20
    music: str | None = None
    """A WAV file; beside station.toml."""
    announce: int = 30
    leave: str = "*"
    timeout: int = 300
    most: int = 20
    where: str = ""


USUAL_QUEUE = QueueConfig("", ())


@dataclass(frozen=True, slots=True)
class RecordingConfig:
    format: str = FORMATS[0]
    """pcm | alaw"""
    keep: timedelta | None = None
    """Recordings of calls are deleted when the call has ended so long ago; None: never."""


@dataclass(frozen=True, slots=True)
class OutboundConfig:
    """What may be dialled (`ctidrv.callcontrol.number_policy`), and on how many of the lines."""

    allow: tuple[str, ...] = USUAL_NUMBERS
    deny: tuple[str, ...] = ()
    reserve: int = 0
    """So many idle lines are kept for callers."""


@dataclass(frozen=True, slots=True)
class StationConfig:
    office: Office = Office()
    boards: Sequence[BoardConfig] = ()
    lines: Sequence[LineConfig] = ()
    api_port: int = 0
    recording: RecordingConfig = RecordingConfig()
    outbound: OutboundConfig = OutboundConfig()
    seats: Sequence[SeatConfig] = ()
    queues: Sequence[QueueConfig] = ()
    path: Path | None = None
    """The file it was read from."""

    def script_path(self, line: LineConfig) -> Path:
        """The line's script."""
        return self.find_script(line.script)

    def seat_words(self) -> frozenset[str]:
        """Whom a menu may bring a call to: the names and numbers of seats, and their groups."""
        return frozenset(word for seat in self.seats for word in (seat.name, seat.number, *seat.groups))

    def greeting_path(self, seat: SeatConfig, language: str) -> Path | None:
        """The file of a seat's greeting in this language; None: it has none."""
        return None if seat.greeting is None else self._beside(seat.greeting.replace("{lang}", language))

    def queue_names(self) -> frozenset[str]:
        """Where a menu may let a call wait."""
        return frozenset(queue.name for queue in self.queues)

    def music_path(self, queue: QueueConfig) -> Path | None:
        """The file of a queue's music; None: it has the station's."""
        return None if queue.music is None else self._beside(queue.music)

    def _beside(self, file: str) -> Path:
        own = Path(file)
        return own if own.is_absolute() or self.path is None else self.path.parent / own

    def find_script(self, script: str) -> Path:
        """A script: beside station.toml, else one of those that ship."""
        own = Path(script)
        if own.is_absolute():
            return own
        if self.path is not None and (beside := self.path.parent / own).exists():
            return beside
        shipped = shipped_scripts() / own
        return shipped if shipped.exists() or self.path is None else self.path.parent / own


def shipped_scripts() -> Path:
    """The folder of the scripts and prompts that ship (in the wheel, or in the source tree)."""
    package = Path(__file__).parent
    installed = package / "_shipped"
    return installed if installed.is_dir() else package.parent / "ivr_scripts"


def default_config() -> StationConfig:
    """One simulated board with one line and the shipped hot line."""
    return StationConfig(
        boards=(BoardConfig("sim", "sim", {"lines": 1}),),
        lines=(LineConfig(PortId("sim/1"), SHIPPED_SCRIPT),),
    )


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


def _place(text: str, table: str, index: int, key: str | None) -> int:
    """The line of a key, else of its table's header, else 1. `index` counts tables of one name."""
    seen, start = -1, 1
    within = table == ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([^\]]*?)\s*\]", line):
            if within and table:
                break
            within = header[1].strip("\"'") == table
            if within:
                seen += 1
                start = number
                within = seen == index
        elif within and key is not None and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return start


class _Table:
    """One table, read key by key."""

    def __init__(self, reader: _Reader, values: object, name: str, index: int = 0) -> None:
        self._reader = reader
        self._name = name
        self._index = index
        if not isinstance(values, dict):
            reader.fail(name, index, None, f"{name} must be a table")
        self._values: dict[str, Any] = dict(values)

    @property
    def where(self) -> str:
        return self._reader.where(self._name, self._index, None)

    def fail(self, key: str | None, what: str) -> NoReturn:
        self._reader.fail(self._name, self._index, key, what)

    def text(self, key: str, default: str | None = None, *, most: int = 200) -> str:
        value = self._values.pop(key, default)
        if value is None:
            self.fail(None, f"{key} is missing")
        if not isinstance(value, str) or len(value) > most or (not value and default is None):
            self.fail(key, f"{key} must be a text of at most {most} letters")
        return str(value)

    def optional(self, key: str) -> str | None:
        return self.text(key) if key in self._values else None

    def number(self, key: str, default: int, least: int, most: int) -> int:
        value = self._values.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fail(key, f"{key} must be a whole number from {least} to {most}")
        return int(value)

    def has(self, key: str) -> bool:
        return key in self._values

    def words(self, key: str, *, empty: bool = False) -> tuple[str, ...] | None:
        value = self._values.pop(key, None)
        if value is None:
            return None
        if (
            not isinstance(value, list)
            or not (value or empty)
            or not all(isinstance(word, str) for word in value)
        ):
            self.fail(key, f"{key} must be a list of words")
        return tuple(value)

    def rest(self) -> dict[str, Any]:
        """What has not been read: a driver's own keys."""
        left, self._values = self._values, {}
        return left

    def nothing_else(self, known: str) -> None:
        for key in self._values:
            self.fail(key, f"unknown key {key!r}; known are {known}")


class _Reader:
    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def where(self, table: str, index: int, key: str | None) -> str:
        return f"{self._path}:{_place(self._text, table, index, key)}"

    def fail(self, table: str, index: int, key: str | None, what: str) -> NoReturn:
        raise InputError(f"{self.where(table, index, key)}: {what}")

    def config(self, tables: dict[str, Any]) -> StationConfig:
        known = ("office", "station", "recording", "outbound", "board", "line", "seat", "queue")
        for name in tables:
            if name not in known:
                header = isinstance(tables[name], dict | list)
                what = f"unknown {'table' if header else 'key'} {name!r}; known are {', '.join(known)}"
                self.fail(name if header else "", 0, None if header else name, what)
        office = self._office(_Table(self, tables.get("office", {}), "office"))
        station = _Table(self, tables.get("station", {}), "station")
        api_port = station.number("port", 0, 0, 65535)
        station.nothing_else("port")
        recording = self._recording(_Table(self, tables.get("recording", {}), "recording"))
        outbound = self._outbound(_Table(self, tables.get("outbound", {}), "outbound"))
        boards = [self._board(table) for table in self._each(tables, "board")]
        lines = [self._line(table) for table in self._each(tables, "line")]
        seats = [self._seat(table) for table in self._each(tables, "seat")] if "seat" in tables else []
        queues = [self._queue(table) for table in self._each(tables, "queue")] if "queue" in tables else []
        self._agree(boards, lines)
        self._seats_agree(boards, lines, seats)
        self._queues_agree(seats, queues)
        self._first_agrees(lines, seats, queues)
        return StationConfig(
            office,
            tuple(boards),
            tuple(lines),
            api_port,
            recording,
            outbound,
            tuple(seats),
            tuple(queues),
            path=self._path,
        )

    def _each(self, tables: dict[str, Any], name: str) -> list[_Table]:
        values = tables.get(name, [])
        if not isinstance(values, list) or not values:
            self.fail(name, 0, None, f"give at least one [[{name}]]")
        return [_Table(self, value, name, index) for index, value in enumerate(values)]

    def _office(self, table: _Table) -> Office:
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

    def _recording(self, table: _Table) -> RecordingConfig:
        format, keep = table.text("format", FORMATS[0]), table.optional("keep")
        if format not in FORMATS:
            table.fail("format", f"format {format!r} must be one of {', '.join(FORMATS)}")
        found = None if keep is None else re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", keep)
        if keep is not None and found is None:
            table.fail("keep", f"keep {keep!r} must be a number with m, h or d, such as 30d")
        table.nothing_else("format, keep")
        length = None if found is None else timedelta(minutes=int(found[1]) * _MINUTES[found[2]])
        return RecordingConfig(format, length)

    def _outbound(self, table: _Table) -> OutboundConfig:
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

    def _board(self, table: _Table) -> BoardConfig:
        where = table.where
        name, driver = table.text("name", most=40), table.text("driver", most=40)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
            table.fail("name", f"name {name!r} may hold letters, digits, '-', '_' and '.' only")
        return BoardConfig(name, driver, table.rest(), where)

    def _line(self, table: _Table) -> LineConfig:
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

    def _first(self, table: _Table) -> dict[str, Any]:
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

    def _seat(self, table: _Table) -> SeatConfig:
        where = table.where
        seat = SeatConfig(
            name=table.text("name", most=40),
            number=table.text("number", most=6),
            phone=None if (phone := table.optional("phone")) is None else PortId(phone),
            outside=table.optional("outside") or "",
            groups=table.words("groups") or (),
            greeting=table.optional("greeting"),
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
        table.nothing_else("name, number, phone, outside, groups, greeting, wrap_up")
        return seat

    def _queue(self, table: _Table) -> QueueConfig:
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

    def _queues_agree(self, seats: list[SeatConfig], queues: list[QueueConfig]) -> None:
        words = {word for seat in seats for word in (seat.name, seat.number, *seat.groups)}
        for index, queue in enumerate(queues):
            if queue.name in {other.name for other in queues[:index]}:
                self.fail("queue", index, "name", f"two queues are called {queue.name!r}")
            for word in queue.seats:
                if word not in words:
                    self.fail("queue", index, "seats", f"there is no seat and no group {word!r}")

    def _first_agrees(
        self, lines: list[LineConfig], seats: list[SeatConfig], queues: list[QueueConfig]
    ) -> None:
        words = {word for seat in seats for word in (seat.name, seat.number, *seat.groups)}
        named = {queue.name for queue in queues}
        for index, line in enumerate(lines):
            if line.to is None:
                continue
            if line.first == "queue" and line.to not in named:
                self.fail("line", index, "to", f"there is no queue {line.to!r}")
            if line.first != "queue" and line.to not in words:
                self.fail("line", index, "to", f"there is no seat and no group {line.to!r}")

    def _seats_agree(
        self, boards: list[BoardConfig], lines: list[LineConfig], seats: list[SeatConfig]
    ) -> None:
        """Each name, number and port is one seat's, so that who is meant is never in doubt."""
        taken = {line.port: "a line is" for line in lines}
        named: dict[str, str] = {}
        groups = {group for seat in seats for group in seat.groups}
        for index, seat in enumerate(seats):
            for key, word in (("name", seat.name), ("number", seat.number)):
                if word in named:
                    self.fail("seat", index, key, f"two seats are called {word!r}")
                if word in groups:
                    self.fail("seat", index, key, f"{key} {word!r}: a group is called so")
                named[word] = key
            if not seat.phone:
                continue
            if seat.phone in taken:
                self.fail("seat", index, "phone", f"{taken[seat.phone]} at port {seat.phone} already")
            taken[seat.phone] = f"seat {seat.name} is"
            if (board := seat.phone.split("/")[0]) not in {each.name for each in boards}:
                self.fail("seat", index, "phone", f"phone {seat.phone}: there is no board {board!r}")

    def _agree(self, boards: list[BoardConfig], lines: list[LineConfig]) -> None:
        names: set[str] = set()
        for index, board in enumerate(boards):
            if board.name in names:
                self.fail("board", index, "name", f"two boards are called {board.name!r}")
            names.add(board.name)
        ports: set[str] = set()
        for index, line in enumerate(lines):
            if line.port in ports:
                self.fail("line", index, "port", f"two lines are at port {line.port}")
            ports.add(line.port)
            if (board_name := line.port.split("/")[0]) not in names:
                self.fail("line", index, "port", f"port {line.port}: there is no board {board_name!r}")
