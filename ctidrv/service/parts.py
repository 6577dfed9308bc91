"""The parts of a station that is open, each made as the configuration has it."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ctidrv.apps import ivr
from ctidrv.apps.music import hold_music
from ctidrv.apps.returns import message_taker, spoken_reasons
from ctidrv.apps.voicemail import Mailboxes
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.ids import Ids
from ctidrv.callcontrol.journal import Journal
from ctidrv.callcontrol.line import LineController
from ctidrv.callcontrol.outside import OutsidePhone
from ctidrv.callcontrol.pbx import Way
from ctidrv.callcontrol.phone import Phone, Tell
from ctidrv.callcontrol.queueing import Queues
from ctidrv.callcontrol.seat import Greetings, Seat, Telephone
from ctidrv.callcontrol.switchboard import Switchboard
from ctidrv.clock import SampleClock
from ctidrv.config import LineConfig, SeatConfig, StationConfig
from ctidrv.errors import CtiError
from ctidrv.media.engine import MediaEngine
from ctidrv.native.pcm import Pcm
from ctidrv.ports.regions import Region, country_tone, load_region
from ctidrv.service.loading import TELEPHONES, TO_THE_EXCHANGE, LoadedLine, at, check_kind
from ctidrv.service.queues import queue_rules
from ctidrv.units import PortId, Samples, seconds

if TYPE_CHECKING:
    from ctidrv.service.outbound import Outbound
    from ctidrv.service.serving import Customers
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

    def seat(self, config: SeatConfig, greetings: Greetings, outbound: Outbound) -> Seat:
        """PortError; InputError for an outside number that may not be called."""
        try:
            phone = self._outside(config.outside, outbound) if config.outside else self._phone(config.phone)
        except CtiError as error:
            raise type(error)(f"{at(config)}{error}") from error
        return Seat(
            config.name,
            config.number,
            phone,
            self.clock,
            self.journal,
            groups=config.groups,
            wrap_up=seconds(config.wrap_up),
            greetings=greetings,
        )

    def _outside(self, number: str, outbound: Outbound) -> Callable[[Tell], Telephone]:
        outbound.check(number)
        return lambda tell: OutsidePhone(number, outbound.ask, tell)

    def _phone(self, port: PortId | None) -> Callable[[Tell], Telephone]:
        assert port is not None
        office = self.config.office
        channel = self.engine.channel(port)
        check_kind(channel.info, TELEPHONES)
        region, zone = load_region(office.country), ZoneInfo(office.timezone)
        return lambda tell: Phone(channel, self.clock, self.journal, region, tell, zone=zone)

    def switchboard(
        self,
        seats: Iterable[Seat],
        lines: Mapping[PortId, Line],
        outbound: Outbound,
        customers: Customers,
        boxes: Mailboxes,
    ) -> Switchboard:
        def outside(number: str) -> Seat:
            phone = self._outside(number, outbound)
            return Seat(number, number, phone, self.clock, self.journal, wrap_up=Samples(0))

        return Switchboard(
            seats,
            self.clock,
            bridge=self.engine.bridge,
            ringback=lambda port: country_tone(lines[port].region, "ringback"),
            hold=[hold_music()],
            reasons=spoken_reasons(self.config.office.language),
            outside=outside,
            way=lambda port: _way(lines[port], outbound),
            box=message_taker(boxes, self.config.office.language),
            kinds=customers.kinds,
        )

    def queues(self, switchboard: Switchboard, music: Mapping[str, Pcm]) -> Queues:
        return Queues(
            [queue_rules(queue) for queue in self.config.queues],
            switchboard,
            self.clock,
            self.journal,
            {name: [sound] for name, sound in music.items()},
        )


def _way(line: Line, outbound: Outbound) -> Way:
    def judge(digits: str) -> None:
        outbound.check_behind_pbx(digits, line.config.outside)

    return Way(line.config.dial, line.region.dialling, judge)
