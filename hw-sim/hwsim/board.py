"""The ``sim`` driver: a board whose lines end at the simulated exchange.

[[board]]
name = "sim"            driver = "sim"
lines = 1               FXO lines, 1 … 64            phones = 8     simulated telephones, 0 … 64
profile = "outside-line"                             or "pbx-extension" (hwsim/profiles.py), keys of which
                        those given here override
fxs = 0                 FXS ports, behind the lines, handsets = 0   and HANDSET ports behind these, 0 … 64
country = "US"          tones, cadences, caller ID   numbers = ["8001"]   of the lines, from the first on
loss_db, noise_dbm0, return_loss_db, echo_ms         of every line (hwsim/plant.py)
law = "ulaw"            the exchange's coding: alaw, ulaw, linear; the country's by default
caller_id = true        timezone = "UTC"             of the exchange's clock
caller_id_kind, caller_id_when, caller_id_alert, caller_id_form: not the country's way (presentation.py):
                        "bell202" "v23" "dtmf" "jclip"; "after-first-ring" "before-ring"; ["reversal",
                        "rp-as", "dt-as"]; of DTMF "A-C" "A-#" "D-C" "#"
caller_id_fault = "none"                             "damaged": a byte of each message is wrong; "missing"
clearing = ["busy-tone"]                             what the line gets when the other side has hung up:
loop_break_ms = 400     busy-tone, congestion-tone, dial-tone, loop-break, reversal; [] = silence
tone_db = 0.0           tone_hz = 1.0    tone_ms = 1.0   busy and congestion off the country's figures: level,
                        frequencies and times over the country's (hwsim/off_figures.py)
busy_hz = [520]         busy_ms = [170, 230]         a PBX's busy tone instead of the country's
call_waiting = false                                 a second caller is told to a line that talks (CAS)
any_number = false                                   a number that is nobody's rings the first idle line
flash = false           hook flash is a service of the lines: a hang-up is then known later
flash_ms = [80, 1000]   a break longer than the first is a flash, up to the second, whatever the country's
                        telephones send; orders `flash`
answer_reversal = false                              when a call that the line has dialled is answered
exchange = {…}          number plan, hunt groups, distinctive ringing, second dial tone, services on flash,
                        times: the keys of hwsim/exchange_settings.py, as in a scenario's `board`
wire = {…}              cable, hybrids, delay, clocks, hum, impulses, drop-outs …: hwsim/wire_settings.py
events = false          lines without audio, for a station in virtual time (hwsim/eventmode)
control = true          live: `ctidrv sim call` may place calls
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ctidrv.errors import InputError, PortError
from ctidrv.native import lib, pulses
from ctidrv.ports import presentation
from ctidrv.ports.api import Able, BoardInfo, DriverContext, Kind, PortInfo
from ctidrv.ports.dialling import Dialling
from ctidrv.ports.regions import CID_ALERTS, CID_TIMES, Region, Tone, load_region, progress_config
from ctidrv.units import TICK, PortId
from hwsim import caller_id
from hwsim.board_operator import Operator
from hwsim.caller_id import Presentation, presentation_of
from hwsim.control import Control
from hwsim.eventmode.plant import EventPlant
from hwsim.exchange import EXCHANGE_EVENTS, Exchange, Services
from hwsim.exchange_line import CLEARING_SIGNALS
from hwsim.exchange_settings import ExchangeSettings, read_settings
from hwsim.faulty_board import FaultyBoard, SoundBoard
from hwsim.off_figures import OffFigures
from hwsim.plant import LAWS, AnyPlant, LineSettings, Plant
from hwsim.profiles import PLAIN, PROFILES, with_profile
from hwsim.subscriber import Subscriber
from hwsim.telephone import Telephone
from hwsim.wire_settings import WireSettings

_log = logging.getLogger(__name__)

_CAPS = {
    "full_duplex": Able.YES,
    "onhook_audio": Able.YES,
    "polarity": Able.YES,
    "loop_break": Able.YES,
    "line_voltage": Able.NO,
    "line_in_use": Able.NO,
    "dtmf_hw": Able.NO,
    "ring_cadence": Able.NO,
    "cid_hw": Able.NO,
    "vmwi": Able.NO,
    "flash": Able.YES,
    "pulse_dial": Able.YES,
    "conference": Able.NO,
}
"""Of FXO and FXS ports: what the one sends (flash, pulses) or reads (polarity, loop break) the other reads or
sends."""
_HANDSET_CAPS = {**_CAPS, "onhook_audio": Able.NO, "polarity": Able.NO, "loop_break": Able.NO}
MU_LAW_COUNTRIES = ("us", "ca", "jp", "tw")
"""Whose exchanges code by mu-law (the 1,544 kbit/s hierarchy); the others by A-law."""
COLLECT_EVERY = 25 * TICK
"""Between two looks at the telephones' recorders, which hold 30 s."""
FIRST_NUMBER = 8001
FIRST_PHONE = 5550001
_SHORT_ECHO_MS = 15.5
_LONGEST_ONE_MS, _LEAST_FLASH_MS = 120, 200


class SimBoard:
    """FXO lines of a simulated exchange, with its telephones, and telephones of the board's own. Made by
    `open_board`."""

    def __init__(
        self,
        info: BoardInfo,
        context: DriverContext,
        plant: AnyPlant,
        exchange: Exchange,
        *,
        fxs: int,
        handsets: int,
        control: bool,
    ) -> None:
        self.info = info
        self.exchange = exchange
        self.clock = context.clock
        self._context = context
        self._plant = plant
        self.faults: FaultyBoard | SoundBoard = (
            SoundBoard(plant) if isinstance(plant, EventPlant) else FaultyBoard(plant.board)
        )
        """Between the plant and the engine; well unless it is told otherwise."""
        echo_ms = 16 if plant.echo_ms < _SHORT_ECHO_MS else 32
        lines = exchange.lines[: plant.board_lines]
        kinds = [
            *((Kind.FXO, f"line {line.number}", _CAPS, echo_ms) for line in lines),
            *((Kind.FXS, f"telephone {number + 1}", _CAPS, 16) for number in range(fxs)),
            *((Kind.HANDSET, f"headset {number + 1}", _HANDSET_CAPS, 0) for number in range(handsets)),
        ]
        self.ports: Sequence[PortInfo] = [
            PortInfo(PortId(f"{info.name}/{index + 1}"), kind, f"simulated {label}", caps, echo)
            for index, (kind, label, caps, echo) in enumerate(kinds)
        ]
        self.phones = [
            Subscriber(exchange, plant, context.clock, line) for line in exchange.lines[plant.board_lines :]
        ]
        self.operators = [
            Operator(
                plant,
                context.clock,
                plant.lines + index,
                port.id,
                exchange.dialling,
                display=port.kind is Kind.FXS,
                before_ring=exchange.tells_before_ring,
            )
            for index, port in enumerate(self.ports[plant.board_lines :])
        ]
        """At the FXS and HANDSET ports, in their order."""
        self._telephones: list[Telephone] = [*self.phones, *self.operators]
        self._in_use: set[int] = set()
        self._collected = -1
        self._control = Control(self, context.data / f"sim-{info.name}.json") if control else None

    def open(self) -> None:
        """Nothing has to be found or claimed; the control door opens with the first tick."""

    def close(self) -> None:
        control, self._control = self._control, None
        if control is not None:
            control.stop()

    def native(self) -> Any:
        return self.faults.native

    def pump(self) -> None:
        """After each tick: the exchange and the callers get what happened in the plant."""
        if self._control is not None:
            self._control.start()
        lines = self._plant.board_lines
        for event in self._plant.events():
            if event.kind in EXCHANGE_EVENTS and event.ref != 1:
                self.exchange.feed(event)
            elif event.kind == lib.CTI_EV_EVENTS_LOST:
                _log.error("board %s: %d events of the simulation were lost", self.info.name, event.value)
            elif event.port >= lines:
                self._telephones[event.port - lines].feed(event)
        turn = self.clock.now() // COLLECT_EVERY
        if turn != self._collected:
            self._collected = turn
            for phone in self._telephones:
                phone.collect()

    def caller(
        self, number: str | None = None, name: str | None = None, *, withheld: bool = False
    ) -> Subscriber:
        """A telephone that nobody uses, as this caller's. PortError when all are in use; UsageError for a
        number or name that caller ID cannot carry."""
        for index, phone in enumerate(self.phones):
            if index not in self._in_use:
                phone.identify(number or str(FIRST_PHONE + index), name, withheld=withheld)
                self._in_use.add(index)
                return phone
        raise PortError(
            f"board {self.info.name}: all {len(self.phones)} telephones are in use; set phones higher"
        )

    def give_back(self, phone: Subscriber) -> None:
        self._in_use.discard(self.phones.index(phone))


class _Settings:
    """The board's keys, read one by one; what is left over is an error."""

    def __init__(self, board: str, values: Mapping[str, Any]) -> None:
        self._board = board
        self._values = dict(values)
        profile = self.word("profile", PLAIN, tuple(PROFILES))
        try:
            self._values = with_profile({**self._values, "profile": profile})
        except InputError as error:
            self.fail("exchange", str(error))

    def fail(self, key: str, what: str) -> NoReturn:
        raise InputError(f"board {self._board}: {key}: {what}")

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        value = self._values.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fail(key, f"{value!r} is not a whole number from {least} to {most}")
        return value

    def number(self, key: str, default: float, least: float, most: float) -> float:
        value = self._values.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.fail(key, f"{value!r} is not a number from {least:g} to {most:g}")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self._values.pop(key, default)
        if not isinstance(value, bool):
            self.fail(key, f"{value!r} is neither true nor false")
        return value

    def word(self, key: str, default: str, among: Sequence[str] = ()) -> str:
        value = self._values.pop(key, default)
        if not isinstance(value, str) or (among and value not in (*among, default)):
            self.fail(key, f"{value!r} is none of {', '.join(among)}" if among else f"{value!r} is no text")
        return value

    def words(self, key: str, default: Sequence[str], among: Sequence[str] = ()) -> tuple[str, ...]:
        value = self._values.pop(key, list(default))
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.fail(key, f"{value!r} is no list of texts")
        for word in value:
            if among and word not in among:
                self.fail(key, f"{word!r} is none of {', '.join(among)}")
        return tuple(value)

    def numbers(self, key: str, most: int, least: float, highest: float) -> tuple[float, ...]:
        value = self._values.pop(key, [])
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in value)
            or not all(least <= each <= highest for each in value)
        ):
            self.fail(key, f"{value!r}: at most {most} numbers from {least:g} to {highest:g}")
        return tuple(float(each) for each in value)

    def exchange(self) -> ExchangeSettings:
        found: ExchangeSettings = self._values.pop("exchange")
        return found

    def wire(self) -> WireSettings | None:
        try:
            value = self._values.pop("wire", None)
            return None if value is None else read_settings(WireSettings, value)
        except InputError as error:
            self.fail("wire", str(error))

    def nothing_else(self) -> None:
        for key in self._values:
            self.fail(key, "unknown key")


def _line(settings: _Settings, country: str) -> LineSettings:
    usual = LineSettings()
    return LineSettings(
        loss_db=settings.number("loss_db", usual.loss_db, 0, 40),
        noise_dbm0=settings.number("noise_dbm0", usual.noise_dbm0, -120, 0),
        return_loss_db=settings.number("return_loss_db", usual.return_loss_db, 0, 60),
        echo_ms=settings.number("echo_ms", usual.echo_ms, 0, 32),
        law=settings.word("law", "ulaw" if country in MU_LAW_COUNTRIES else "alaw", tuple(LAWS)),
    )


def _off_figures(settings: _Settings) -> OffFigures:
    return OffFigures(
        db=settings.number("tone_db", 0.0, -40, 30),
        hz=settings.number("tone_hz", 1.0, 0.8, 1.25),
        ms=settings.number("tone_ms", 1.0, 0.5, 2),
    )


def _region(settings: _Settings, country: str) -> Region:
    try:
        return load_region(country)
    except InputError as error:
        settings.fail("country", str(error))


def _of_a_pbx(settings: _Settings, region: Region) -> Region:
    """The country with the busy tone that is set, if one is."""
    hz = settings.numbers("busy_hz", 2, 100, 3900)
    ms = settings.numbers("busy_ms", 8, 20, 10_000)
    if not hz and not ms:
        return region
    if not hz or not ms or len(ms) % 2:
        settings.fail(
            "busy_ms", "give busy_hz and busy_ms together: frequencies, and times on, off, on, off …"
        )
    busy = Tone(hz, tuple(round(each) for each in ms), region.tones["busy"].level_dbm0[:1])
    return replace(region, tones={**region.tones, "busy": busy})


def _hook(settings: _Settings, dialling: Dialling, services: bool) -> Any:
    """What reads the hooks of the lines (a ``cti_pulse_rx_config *``); `services`: a flash calls some up."""
    lengths = settings.numbers("flash_ms", 2, 40, 3000)
    flash = settings.flag("flash", services or bool(lengths))
    if not lengths:
        return dialling.receiver(flash=flash)
    if len(lengths) != 2 or lengths[0] > _LONGEST_ONE_MS or lengths[1] < _LEAST_FLASH_MS:
        settings.fail("flash_ms", "give two lengths: 40 to 120 for the shortest, 200 to 3000 for the longest")
    one, longest = (round(each) for each in lengths)
    return pulses.receiver(numbering=dialling.numbering, one_ms=one, flash_ms=longest if flash else 0)


def _caller_id(settings: _Settings, region: Region) -> Presentation | None:
    alert = settings.words("caller_id_alert", ("usual",), (*CID_ALERTS, "usual"))
    made = presentation_of(
        region,
        standard=settings.word("caller_id_kind", "", presentation.STANDARDS),
        when=settings.word("caller_id_when", "", CID_TIMES),
        alert=None if "usual" in alert else alert,
        form=settings.word("caller_id_form", "", presentation.FORMS),
        fault=settings.word("caller_id_fault", "none", caller_id.FAULTS),
    )
    return made if settings.flag("caller_id", True) else None


def _numbers(settings: _Settings, lines: int) -> list[str]:
    numbers = list(settings.words("numbers", ()))
    form = re.compile(r"[0-9]{1,20}")
    if len(numbers) > lines or len(set(numbers)) != len(numbers) or not all(map(form.fullmatch, numbers)):
        settings.fail("numbers", f"must be at most {lines} different numbers of 1 to 20 digits")
    spare = (str(number) for number in itertools.count(FIRST_NUMBER) if str(number) not in numbers)
    return numbers + list(itertools.islice(spare, lines - len(numbers)))


def open_board(name: str, settings: Mapping[str, Any], context: DriverContext) -> SimBoard:
    """The entry point of the driver ``sim``. InputError names the board and the key."""
    read = _Settings(name, settings)
    lines = read.integer("lines", 1, 1, 64)
    phones = read.integer("phones", 8, 0, 64)
    fxs = read.integer("fxs", 0, 0, 64)
    handsets = read.integer("handsets", 0, 0, 64)
    country = read.word("country", "US").lower()
    region = _of_a_pbx(read, _region(read, country))
    services = Services(
        caller_id=_caller_id(read, region),
        clearing=read.words("clearing", ("busy-tone",), CLEARING_SIGNALS),
        loop_break_ms=read.integer("loop_break_ms", 400, 20, 60_000),
        answer_reversal=read.flag("answer_reversal", False),
        call_waiting=read.flag("call_waiting", False),
        any_number=read.flag("any_number", False),
        timezone=read.word("timezone", "UTC"),
        settings=read.exchange(),
    )
    try:
        ZoneInfo(services.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        read.fail("timezone", f"{services.timezone!r} is no time zone")
    numbers = _numbers(read, lines) + [str(FIRST_PHONE + index) for index in range(phones)]
    line, wire = _line(read, country), read.wire()
    heard_as = _off_figures(read).region(region)
    hook = _hook(read, region.dialling, bool(services.settings.flash))
    control = read.flag("control", True)
    events = read.flag("events", False)
    read.nothing_else()
    if events and context.live:
        read.fail("events", "only a station in virtual time can do without audio")
    if events and fxs + handsets:
        key = "fxs" if fxs else "handsets"
        read.fail(key, "without audio (events) the board has no telephones of its own: leave it out")
    plant: AnyPlant
    if events:
        plant = EventPlant(lines, phones, line=line, wire=wire)
    else:
        seed = context.seed
        plant = made = Plant(lines, phones, seed=seed, line=line, wire=wire, fxs=fxs, handsets=handsets)
        # The board's own telephones have a flash, whatever the exchange's lines have ordered.
        made.board_pulses(region.dialling.receiver(flash=True))
    plant.progress(progress_config(region))
    plant.pulses(hook)
    try:
        exchange = Exchange(plant, context.clock, heard_as, services, numbers)
    except InputError as error:
        read.fail("exchange", str(error))
    info = BoardInfo(name, "sim", f"simulated exchange ({country.upper()})")
    control = control and context.live
    return SimBoard(info, context, plant, exchange, fxs=fxs, handsets=handsets, control=control)
