"""What a station is configured to be, as station.toml says it (config_file.py reads it):

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

[fax]                        faxes that are sent; optional
lines = ["sim/1"]            on these alone; on any without it
ident = "+86 10 66554433"    the number that other fax machines are shown
hours = "08:00-20:00"        of the office's day: no fax is begun outside of them
junk = ["0190", "+8610999"]  faxes that come from numbers that begin so go into the box "junk"

[[fax_modem]]                a fax modem for a program such as HylaFAX, at a line; optional
port = "sim/1"               a line's: while a program has the modem open, its calls are the program's
link = "/run/ctidrv/ttyF0"   the name of its serial port

[mail]                       e-mail of faxes goes out by this server; optional
host = "mail.example.com"    port = 587
tls = "starttls"             or "tls" (from the first byte on; often port 465), "none"
from = "fax@example.com"     as who it comes
user = "fax"                 who logs in; none without it
password_file = "mail.password"  one line; else in the environment, CTIDRV_MAIL_PASSWORD
ca_file = "our-ca.pem"       certificates that are trusted beside the system's

[[fax_box]]                  what becomes of faxes in a box; optional
name = "office"              mail = "desk@example.com"  each is sent there
form = "pdf"                 or "tiff"
language = "zh"              or "en": of the e-mail; the office's by default

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
greetings = {VIP = "vip-{lang}.wav"}  in its place, by type of caller: a customer's tag, "customer",
                             "unknown" or "withheld"
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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from ctidrv.units import PortId

SHIPPED_SCRIPT = "hotline.ivr.yaml"
FORMATS = ("pcm", "alaw")
HOW = ("dtmf", "pulse")
FIRST = ("script", "operator", "queue", "rings")
NUMBER_CLASSES = ("national", "short", "international", "premium", "service", "unknown")
"""Of numbers to dial. short: of few digits, and local numbers without their area; service: those with * and
#, which divert lines and order services; unknown: none that the country's plan knows."""
USUAL_NUMBERS = ("national", "short")
MOST_LINES = 999
MAIL_TLS = ("starttls", "tls", "none")
FAX_FORMS = ("pdf", "tiff")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}"
MAIL_ADDRESS = rf"{_ATOM}(?:\.{_ATOM}){{0,8}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{0,8}}"
"""Of RFC 5321's addresses those that people have; nothing that could be more than one, or a header."""
USUAL_WRAP_UP = 10


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
    greetings: Mapping[str, str] = field(default_factory=dict)
    """By type of caller."""
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
class FaxConfig:
    lines: tuple[PortId, ...] = ()
    """On which faxes are sent; none: on any."""
    hours: str | None = None
    """`ctidrv.apps.fax.hours`"""
    ident: str = ""
    """As we call ourselves."""
    junk: tuple[str, ...] = ()
    """`ctidrv.apps.fax.boxes`"""


@dataclass(frozen=True, slots=True)
class FaxModemConfig:
    """A fax modem at a line (`ctidrv.service.fax_modems`)."""

    port: PortId
    link: str
    """Beside station.toml, where it is relative."""
    where: str = ""


@dataclass(frozen=True, slots=True)
class MailConfig:
    """The server that takes e-mail (`ctidrv.apps.mail`)."""

    host: str
    sender: str
    port: int = 587
    tls: str = MAIL_TLS[0]
    user: str = ""
    password_file: str | None = None
    """Beside station.toml, as `ca_file`."""
    ca_file: str | None = None
    where: str = ""


BOX_NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}"
"""Of a box for faxes or messages."""


@dataclass(frozen=True, slots=True)
class FaxBoxConfig:
    """What becomes of faxes in a box."""

    name: str
    mail: str | None = None
    """The address that they are sent to."""
    form: str = FAX_FORMS[0]
    language: str = ""
    """en | zh; empty: the office's."""


@dataclass(frozen=True, slots=True)
class StationConfig:
    office: Office = Office()
    boards: Sequence[BoardConfig] = ()
    lines: Sequence[LineConfig] = ()
    api_port: int = 0
    recording: RecordingConfig = RecordingConfig()
    outbound: OutboundConfig = OutboundConfig()
    fax: FaxConfig = FaxConfig()
    seats: Sequence[SeatConfig] = ()
    queues: Sequence[QueueConfig] = ()
    fax_modems: Sequence[FaxModemConfig] = ()
    mail: MailConfig | None = None
    fax_boxes: Sequence[FaxBoxConfig] = ()
    path: Path | None = None
    """The file it was read from."""

    def script_path(self, line: LineConfig) -> Path:
        """The line's script."""
        return self.find_script(line.script)

    def seat_words(self) -> frozenset[str]:
        """Whom a menu may bring a call to: the names and numbers of seats, and their groups."""
        return frozenset(word for seat in self.seats for word in (seat.name, seat.number, *seat.groups))

    def greeting_paths(self, seat: SeatConfig, language: str) -> dict[str, Path]:
        """The files of a seat's greetings in this language by type of caller; "": everybody else."""
        own = dict(seat.greetings) | ({} if seat.greeting is None else {"": seat.greeting})
        return {kind: self.beside(file.replace("{lang}", language)) for kind, file in own.items()}

    def fax_address(self, box: str) -> str | None:
        """To which the faxes in a box are mailed."""
        return {each.name: each.mail for each in self.fax_boxes}.get(box)

    def queue_names(self) -> frozenset[str]:
        """Where a menu may let a call wait."""
        return frozenset(queue.name for queue in self.queues)

    def music_path(self, queue: QueueConfig) -> Path | None:
        """The file of a queue's music; None: it has the station's."""
        return None if queue.music is None else self.beside(queue.music)

    def link_path(self, modem: FaxModemConfig) -> Path:
        """The name of a fax modem's port."""
        return self.beside(modem.link)

    def beside(self, file: str) -> Path:
        """A file that station.toml names."""
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

    def script_names(self) -> list[str]:
        """The scripts beside station.toml, and those that ship, as `find_script` takes them."""
        beside = [] if self.path is None else sorted(self.path.parent.glob("*.ivr.yaml"))
        found = [*(line.script for line in self.lines), *(path.name for path in beside)]
        return list(
            dict.fromkeys([*found, *(path.name for path in sorted(shipped_scripts().glob("*.ivr.yaml")))])
        )


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
