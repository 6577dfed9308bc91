"""The parts of a station that is open, each made as the configuration has it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ctidrv.apps import ivr
from ctidrv.apps.music import hold_music
from ctidrv.apps.returns import spoken_reasons
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.number_policy import NumberPolicy
from ctidrv.callcontrol.queueing import Queues
from ctidrv.callcontrol.seat import Seat
from ctidrv.callcontrol.switchboard import Switchboard
from ctidrv.clock import SampleClock
from ctidrv.config import LineConfig, SeatConfig, StationConfig
from ctidrv.errors import CtiError
from ctidrv.media.engine import MediaEngine
from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import Region, country_tone, load_region
from ctidrv.service.loading import TELEPHONES, TO_THE_EXCHANGE, LoadedLine, at, check_kind
from ctidrv.service.queues import queue_rules
from ctidrv.units import PortId, seconds

if TYPE_CHECKING:
    from ctidrv.service.taught import TaughtTones

Serve = Callable[[Call], Awaitable[None]]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A configured line at work."""

    config: LineConfig
    region: Region
    script: ivr.Script
    controller: LineController


@dataclasses.dataclass(frozen=True, slots=True)
class Makers:
    """What lines and seats stand on."""

    config: StationConfig
    engine: MediaEngine
    clock: SampleClock
    journal: Journal
    ids: Ids

    def line(self, config: LineConfig, loaded: LoadedLine, taught: TaughtTones, serve: Serve) -> Line:
        """PortError, or what the line has learnt does not hold."""
        try:
            channel = self.engine.channel(config.port)
            check_kind(channel.info, TO_THE_EXCHANGE)
            taught.apply(config.port, loaded.region)
        except CtiError as error:
            raise type(error)(f"{at(config)}{error}") from error
        controller = LineController(channel, self.clock, self.journal, self.ids, loaded.profile, serve)
        return Line(config, loaded.region, loaded.script, controller)

    def seat(self, config: SeatConfig, greetings: Mapping[str, Pcm]) -> Seat:
        """PortError."""
        office = self.config.office
        try:
            channel = self.engine.channel(config.phone)
            check_kind(channel.info, TELEPHONES)
        except CtiError as error:
            raise type(error)(f"{at(config)}{error}") from error
        return Seat(
            config.name,
            config.number,
            channel,
            self.clock,
            self.journal,
            load_region(office.country),
            groups=config.groups,
            wrap_up=seconds(config.wrap_up),
            greetings=greetings,
            zone=ZoneInfo(office.timezone),
        )

    def switchboard(self, seats: Iterable[Seat], lines: Mapping[PortId, Line]) -> Switchboard:
        return Switchboard(
            seats,
            self.clock,
            bridge=self.engine.bridge,
            ringback=lambda port: country_tone(lines[port].region, "ringback"),
            hold=[hold_music()],
            reasons=spoken_reasons(self.config.office.language),
        )

    def queues(self, switchboard: Switchboard, music: Mapping[str, Pcm]) -> Queues:
        return Queues(
            [queue_rules(queue) for queue in self.config.queues],
            switchboard,
            self.clock,
            self.journal,
            {name: [sound] for name, sound in music.items()},
        )


def number_policy(config: StationConfig, lines: Iterable[LoadedLine]) -> NumberPolicy:
    """Which numbers may be dialled; emergency numbers of every country that a line or the office is in."""
    office, rules = config.office, config.outbound
    emergency = {number for line in lines for number in line.region.emergency}
    leading_out = {re.sub("[^0-9]", "", line.outside) for line in config.lines if line.outside}
    return NumberPolicy(
        country=office.country,
        area=office.area,
        emergency=emergency | set(load_region(office.country).emergency),
        allow=rules.allow,
        deny=rules.deny,
        prefixes=sorted(leading_out),
    )
