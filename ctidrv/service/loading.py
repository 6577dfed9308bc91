"""What a station is made of, read from its configuration before anything is opened or changed."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from ctidrv.apps import ivr
from ctidrv.callcontrol.number_policy import NumberPolicy
from ctidrv.callcontrol.profile import LineProfile
from ctidrv.callcontrol.seat import Greetings
from ctidrv.config import LineConfig, SeatConfig, StationConfig
from ctidrv.errors import InputError, PortError
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Board, DriverContext, Kind, PortInfo
from ctidrv.ports.regions import Region, load_region
from ctidrv.ports.registry import Reservations, open_board
from ctidrv.service.greetings import read_greetings
from ctidrv.service.queues import queue_music
from ctidrv.units import PortId

TO_THE_EXCHANGE: tuple[Kind, ...] = (Kind.FXO, Kind.TRUNK)
TELEPHONES: tuple[Kind, ...] = (Kind.FXS, Kind.HANDSET)
_WHERE = {TO_THE_EXCHANGE: "a line is at a port to the exchange", TELEPHONES: "a seat is at a telephone"}


@dataclasses.dataclass(frozen=True, slots=True)
class LoadedLine:
    region: Region
    profile: LineProfile
    script: ivr.Script


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    lines: dict[PortId, LoadedLine]
    greetings: dict[str, Greetings]
    """Of seats."""
    music: dict[str, Pcm]
    """Of queues."""
    boards: dict[str, Board]
    """Not yet open."""


def load(config: StationConfig, context: DriverContext) -> Loaded:
    """InputError or PortError for what will not do."""
    if config.fax_modems and sys.platform == "win32":
        where = config.fax_modems[0].where
        raise InputError(f"{where}: fax modems need pseudo-terminals, which Windows has not: leave them out")
    scripts = _Scripts(config)
    countries = {line.port: _country(config, line) for line in config.lines}
    lines = {line.port: LoadedLine(*countries[line.port], scripts.of(line)) for line in config.lines}
    spoken = [config.office.language]
    spoken += [each for line in lines.values() for each in line.script.header.languages]
    greetings = {}
    for seat in config.seats:
        try:
            greetings[seat.name] = read_greetings(config, seat, dict.fromkeys(spoken))
        except InputError as error:
            raise InputError(f"{at(seat)}greeting: {error}") from error
    music = {queue.name: queue_music(config, queue) for queue in config.queues}
    return Loaded(lines, greetings, music, _make_boards(config, context))


def read_script(config: StationConfig, path: Path) -> ivr.Script:
    """With the seats, queues and numbers that it names; InputError."""
    script = ivr.load(path)
    ivr.check_seats(script, config.seat_words())
    ivr.check_queues(script, config.queue_names())
    ivr.check_numbers(script, number_policy(config).judge)
    return script


def number_policy(config: StationConfig) -> NumberPolicy:
    """Which numbers may be dialled; emergency numbers of every country that a line or the office is in."""
    office, rules = config.office, config.outbound
    countries = {office.country, *(line.country or office.country for line in config.lines)}
    leading_out = {re.sub("[^0-9]", "", line.outside) for line in config.lines if line.outside}
    return NumberPolicy(
        country=office.country,
        area=office.area,
        emergency={number for code in countries for number in load_region(code).emergency},
        allow=rules.allow,
        deny=rules.deny,
        prefixes=sorted(leading_out),
    )


def check_kind(port: PortInfo, kinds: tuple[Kind, ...], where: str = "") -> None:
    """PortError where a line, or a seat, cannot be."""
    if port.kind not in kinds:
        raise PortError(f"{where}{port.id}: {_WHERE[kinds]}; this one is of kind {port.kind.value}")


def at(config: LineConfig | SeatConfig) -> str:
    """Where it is configured, to begin a line of an error with."""
    return f"{config.where}: " if config.where else ""


class _Scripts:
    """One that many lines have is read, and its prompts are held, once."""

    def __init__(self, config: StationConfig) -> None:
        self._config = config
        self._read: dict[Path, ivr.Script] = {}

    def of(self, line: LineConfig) -> ivr.Script:
        path = self._config.script_path(line)
        if not path.is_file():
            raise InputError(f"{at(line)}script {line.script}: there is no file {path}")
        if path not in self._read:
            self._read[path] = read_script(self._config, path)
        return self._read[path]


def _country(config: StationConfig, line: LineConfig) -> tuple[Region, LineProfile]:
    try:
        region = load_region(line.country or config.office.country)
        return region, LineProfile.for_region(region, line.signals)
    except InputError as error:
        raise InputError(f"{at(line)}{error}") from error


def _make_boards(config: StationConfig, context: DriverContext) -> dict[str, Board]:
    """With the ports of every line and seat as far as they are known by now."""
    made: dict[str, Board] = {}
    devices = Reservations()
    for board in config.boards:
        device = board.settings.get("device")
        if isinstance(device, str) and device != "auto":
            real = os.path.realpath(device) if os.path.isabs(device) else device
            try:
                devices.reserve(real, f"board {board.name}")
            except PortError as error:
                raise PortError(f"{board.where}: {error}" if board.where else str(error)) from error
        try:
            made[board.name] = open_board(board.driver, board.name, board.settings, context)
        except InputError as error:
            raise InputError(f"{board.where}: {error}" if board.where else str(error)) from error
    for line in config.lines:
        _check_port(made, line.port, TO_THE_EXCHANGE, at(line))
    for seat in config.seats:
        if not seat.phone:
            continue
        _check_port(made, seat.phone, TELEPHONES, at(seat))
    return made


def _check_port(boards: Mapping[str, Board], port: PortId, kinds: tuple[Kind, ...], where: str) -> None:
    """Of boards whose ports are known before they are open. PortError."""
    board = boards.get(port.split("/")[0])
    known = {} if board is None else {each.id: each for each in board.ports}
    if known and port not in known:
        raise PortError(f"{where}{port}: no such port; there are {', '.join(known)}")
    if known:
        check_kind(known[port], kinds, where)
