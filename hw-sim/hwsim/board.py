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

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ctidrv.errors import InputError, PortError
from ctidrv.native import lib
from ctidrv.ports.api import Able, BoardInfo, DriverContext, Kind, PortInfo
from ctidrv.ports.regions import progress_config
from ctidrv.units import TICK, PortId
from hwsim.board_operator import Operator
from hwsim.board_settings import (
    Settings,
    caller_id_of,
    hook_of,
    line_of,
    numbers_of,
    off_figures_of,
    region_of,
)
from hwsim.control import Control
from hwsim.eventmode.plant import EventPlant
from hwsim.exchange import EXCHANGE_EVENTS, Exchange, Services
from hwsim.exchange_line import CLEARING_SIGNALS
from hwsim.faulty_board import FaultyBoard, SoundBoard
from hwsim.plant import AnyPlant, Plant
from hwsim.subscriber import Subscriber
from hwsim.telephone import Telephone

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
    "lift": Able.NO,
    "lamps": Able.NO,
}
"""Of FXO and FXS ports: what the one sends (flash, pulses) or reads (polarity, loop break) the other reads or
sends."""
_HANDSET_CAPS = {**_CAPS, "onhook_audio": Able.NO, "polarity": Able.NO, "loop_break": Able.NO}
COLLECT_EVERY = 25 * TICK
"""Between two looks at the telephones' recorders, which hold 30 s."""
FIRST_PHONE = 5550001
_SHORT_ECHO_MS = 15.5


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
        self.faults.put_down()
        control, self._control = self._control, None
        if control is not None:
            control.stop()

    def native(self) -> Any:
        return self.faults.native

    def read_hooks(self, config: Any) -> None:
        """How its FXS ports read telephones' hooks (``cti_pulse_rx_config *``), where that is not by the
        country; before the first tick."""
        assert isinstance(self._plant, Plant)
        self._plant.board_pulses(config)

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


def open_board(name: str, settings: Mapping[str, Any], context: DriverContext) -> SimBoard:
    """The entry point of the driver ``sim``. InputError names the board and the key."""
    read = Settings(name, settings)
    lines = read.integer("lines", 1, 1, 64)
    phones = read.integer("phones", 8, 0, 64)
    fxs = read.integer("fxs", 0, 0, 64)
    handsets = read.integer("handsets", 0, 0, 64)
    country = read.word("country", "US").lower()
    region = region_of(read, country)
    services = Services(
        caller_id=caller_id_of(read, region),
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
    numbers = numbers_of(read, lines) + [str(FIRST_PHONE + index) for index in range(phones)]
    line, wire = line_of(read, country), read.wire()
    heard_as = off_figures_of(read).region(region)
    hook = hook_of(read, region.dialling, bool(services.settings.flash))
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
