"""A station in virtual time that makes calls over the simulated exchange, and those whom it calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctidrv.callcontrol.call import Call
from ctidrv.config import OutboundConfig
from ctidrv.folder import DataFolder
from ctidrv.media.wav import read_wav
from ctidrv.units import ms, seconds
from hwsim.rig.station import Rig, one_board, script_path

VOICE = read_wav(Path(__file__).parents[2] / "hw-sim/hwsim/voices/ann-lee.wav").channels[0]
HELLO = VOICE[:6000]
NUMBER = "5550001"
PLAN = {"1700": "busy", "1701": "congestion"}


class Office:
    """A station of some lines. `reminder` is what whoever answers hears."""

    def __init__(
        self,
        folder: Path,
        country: str = "US",
        *,
        lines: int = 1,
        exchange: Mapping[str, Any] | None = None,
        board: Mapping[str, Any] | None = None,
        line: Mapping[str, Any] | None = None,
        outbound: OutboundConfig | None = None,
        events: bool = False,
    ) -> None:
        config = one_board(
            script_path("hotline.ivr.yaml"),
            lines=lines,
            phones=6,
            country=country,
            board={"exchange": {"plan": PLAN, **(exchange or {})}, **(board or {})},
            events=events,
        )
        config = replace(config, lines=[replace(each, **(line or {})) for each in config.lines])
        self.folder = DataFolder(folder)
        self.rig = Rig(self.folder, replace(config, outbound=outbound or OutboundConfig()), events=events)
        self.clock, self.exchange = self.rig.clock, self.rig.board.exchange

    def play(self, scene: Any, *, limit: int = 400) -> None:
        async def whole() -> None:
            await self.clock.sleep(ms(500))
            await scene
            await self.rig.comes_to_rest()

        self.rig.run(whole(), seconds(limit))

    async def dial(self, number: str = NUMBER, **more: Any) -> Call:
        return await self.rig.station.outbound.dial(number, reminder, **more)

    async def through(self, number: str = NUMBER) -> Call:
        call = await self.dial(number)
        await call.through()
        return call

    async def person(self, number: str = NUMBER, *, after: float = 3, stays: float = 12) -> None:
        ann = self.rig.board.caller(number)
        await ann.is_rung()
        await self.clock.sleep(seconds(after))
        await ann.lift()
        await self.clock.sleep(ms(500))
        await ann.speak(HELLO)
        await self.clock.sleep(seconds(stays))
        await ann.hang_up()

    def row(self, number: str | None = None, *, direction: str = "out") -> dict[str, Any]:
        rows = [row for row in self.rig.calls() if row["direction"] == direction]
        (row,) = [row for row in rows if number in (None, row["number"])]
        return row

    def came_to(self, number: str | None = None) -> tuple[str, str]:
        row = self.row(number)
        return row["cause"], row["outcome"]


async def reminder(call: Call) -> None:
    await call.play([VOICE], label="reminder")


def facts(row: Mapping[str, Any], type: str) -> list[dict[str, Any]]:
    return [event for event in row["events"] if event["type"] == type]
