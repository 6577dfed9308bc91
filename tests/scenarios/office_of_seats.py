"""A station in virtual time with operators at the board's own telephones, whose calls go to their seats.

    office_of_seats.py FOLDER

makes two who talk, a third who is parked and a fourth call that rings, on FOLDER, and kills
itself (SIGKILL) in the middle of it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.switchboard import Reached
from ctidrv.config import BoardConfig, OutboundConfig, QueueConfig, SeatConfig
from ctidrv.errors import CallEnded
from ctidrv.folder import DataFolder
from ctidrv.media.wav import WavWriter, read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.units import PortId, ms, seconds
from hwsim.rig.station import Rig, one_board, script_path

VOICES = Path(__file__).parents[2] / "hw-sim/hwsim/voices"
VOICE = read_wav(VOICES / "ann-lee.wav").channels[0]
OTHER = read_wav(VOICES / "not-in-service.wav").channels[0]
HELLO, ANSWER = VOICE[:16000], OTHER[:16000]


def written(path: Path, sound: Pcm) -> str:
    writer = WavWriter(path, 1)
    writer.write(sound.bytes)
    writer.close()
    return str(path)


class Office:
    """A station of some lines and telephones; each call is answered and brought to a seat, or given to a
    script that does it. `apart`: the telephones are at boards of their own, at so many (`desks`). `outside`:
    the number of one more seat, called "mobile"."""

    def __init__(
        self,
        folder: Path,
        country: str = "US",
        *,
        lines: int = 1,
        seats: int = 1,
        headset: bool = False,
        greeting: Pcm | None = None,
        greetings: Mapping[str, Pcm] = {},
        groups: Sequence[str] = ("sales",),
        to: Sequence[str] = ("sales",),
        ring: int = 20,
        apart: bool = False,
        desks: int = 1,
        script: str | None = None,
        queues: Sequence[QueueConfig] = (),
        phones: int = 4,
        first_served: Mapping[str, Any] = {},
        outside: str | None = None,
        outbound: OutboundConfig | None = None,
        **board: Any,
    ) -> None:
        folder.mkdir(exist_ok=True)
        telephones = {"handsets" if headset else "fxs": seats // desks}
        config = one_board(
            script_path(script or "hotline.ivr.yaml"),
            lines=lines,
            phones=phones,
            country=country,
            board=board if apart else telephones | board,
        )
        if apart:
            desk = {"control": False, "lines": 1, "phones": 0, "country": country} | telephones
            names = ["desk", *(f"desk{index + 1}" for index in range(1, desks))]
            more = [BoardConfig(name, "sim", desk) for name in names]
            config = replace(config, boards=[*config.boards, *more])
        first = 2 if apart else lines + 1
        ports = [
            PortId(f"{each.name}/{first + index}")
            for index in range(seats // desks)
            for each in (config.boards[1:] if apart else config.boards)
        ]
        path = None if greeting is None else written(folder / "greeting.wav", greeting)
        self.config = replace(
            config,
            seats=[
                SeatConfig(
                    f"seat {index + 1}",
                    f"0{index + 1}",
                    ports[index],
                    groups=tuple(groups) if index < 3 else (),
                    greeting=path,
                    greetings={kind: written(folder / f"{kind}.wav", pcm) for kind, pcm in greetings.items()},
                    wrap_up=2,
                )
                for index in range(seats)
            ],
            queues=queues,
            lines=[replace(line, **first_served) for line in config.lines],
            outbound=outbound or OutboundConfig(),
        )
        if outside is not None:
            mobile = SeatConfig("mobile", "09", outside=outside, wrap_up=2)
            self.config = replace(self.config, seats=[*self.config.seats, mobile])
        self.rig = Rig(DataFolder(folder / "data"), self.config)
        self.station, self.clock, self.board = self.rig.station, self.rig.clock, self.rig.board
        boards: Any = self.station.boards
        self.operators = [self._operator(boards, port) for port in ports]
        self.to, self.ring = tuple(to), seconds(ring)
        self.music: Sequence[Pcm] = ()
        self.card: dict[str, str] = {}
        self.then: Callable[[Call, Reached], Awaitable[None]] | None = None
        self.reached: list[Reached] = []
        self.connected: list[Call] = []
        for line in self.station.lines.values() if script is None else ():
            line.controller._on_call = self._serve

    @staticmethod
    def _operator(boards: Any, port: PortId) -> Any:
        return next(each for each in boards[port.split("/")[0]].operators if each.port == port)

    async def _serve(self, call: Call) -> None:
        recording = self.station.recorder.start(call)
        self.connected.append(call)
        try:
            await call.answer(after_rings=1)
            try:
                reached = await self.station.switchboard.connect(
                    call, self.to, ring=self.ring, music=self.music, card=self.card
                )
            except CallEnded:
                self.reached.append(Reached.CALLER_LEFT)
                raise
            self.reached.append(reached)
            if self.then is not None:
                await self.then(call, reached)
            await call.hang_up()
            await call.ended()
        finally:
            await recording.finish()

    def play(self, scene: Any, *, limit: int = 300) -> None:
        async def whole() -> None:
            await self.clock.sleep(ms(500))
            await scene
            await self.rig.comes_to_rest()

        self.rig.run(whole(), seconds(limit))

    async def caller(self, number: str = "2125550100", name: str | None = "ANN LEE", line: int = 0) -> Any:
        """One whose call is on its way to the seats."""
        phone = self.board.caller(number, name)
        await phone.dial(self.board.exchange.lines[line].number)
        return phone

    async def until(self, what: Callable[[], Any], within: int = 30) -> None:
        deadline = self.clock.now() + seconds(within)
        while not what():
            assert self.clock.now() < deadline, f"not within {within} s"
            await self.clock.sleep(ms(20))

    async def talking(self, line: int = 0, seat: int = 0) -> tuple[Any, Any]:
        """A caller and an operator who talk."""
        ann = await self.caller(line=line)
        await self.operators[seat].answer()
        await self.until(lambda: self.seat(seat) == "talking")
        await self.clock.sleep(ms(500))
        return ann, self.operators[seat]

    def seat(self, index: int = 0) -> str:
        rows = self.station.seat_rows()
        return str(rows[index]["state"])

    def events(self, type: str, call: int = -1) -> list[dict[str, Any]]:
        return [event for event in self.rig.calls()[call]["events"] if event["type"] == type]

    def legs(self, call: int = -1) -> list[tuple[str, str, str | None]]:
        return [(leg["kind"], leg["party"], leg["cause"]) for leg in self.rig.calls()[call]["legs"]]

    def seat_events(self, call: int = -1) -> list[tuple[str, str, str | None]]:
        return [
            (event["seat"], event["state"], event.get("cause")) for event in self.events("call.seat", call)
        ]

    def recording(self, call: int = -1) -> tuple[Pcm, Pcm]:
        """What was sent to the line, and what came."""
        (row,) = self.rig.calls()[call]["recordings"]
        assert row["state"] == "closed"
        assert row["lost_seconds"] == 0
        sent, came = read_wav(row["path"]).channels
        return sent, came


def main() -> None:
    office = Office(Path(sys.argv[1]), lines=4, seats=4, groups=())
    office.to = ("01", "02", "03", "04")

    async def scene() -> None:
        first, _ = await office.talking(line=0, seat=0)
        await office.talking(line=1, seat=1)
        await office.talking(line=2, seat=2)
        await office.station.park(office.connected[2].id, 600)
        await office.caller("2125550199", line=3)
        await office.operators[3].is_rung()
        await office.clock.sleep(seconds(3))
        await first.speak(HELLO)
        await office.station.store.committed()
        os.kill(os.getpid(), signal.SIGKILL)

    office.play(scene())


if __name__ == "__main__":
    main()
