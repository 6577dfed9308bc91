"""What clients see of a station, and ask of it: `door.Door`."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ctidrv import __version__
from ctidrv.apps import ivr
from ctidrv.apps.ivr.clips import Services
from ctidrv.callcontrol.call import Call
from ctidrv.callcontrol.causes import Cause
from ctidrv.callcontrol.destination import Destination
from ctidrv.callcontrol.queueing import Queues
from ctidrv.callcontrol.seat import Seat
from ctidrv.callcontrol.switchboard import Switchboard, Talk
from ctidrv.clock import SampleClock
from ctidrv.config import StationConfig
from ctidrv.errors import InputError
from ctidrv.folder import DataFolder
from ctidrv.media.engine import MediaEngine
from ctidrv.media.wav import read_wav
from ctidrv.native.pcm import Pcm
from ctidrv.ports.api import Able, Board
from ctidrv.ports.learnt import LearntTone, LineTone
from ctidrv.service.destinations import destinations
from ctidrv.service.errands import Errands
from ctidrv.service.fax_desk import FaxDesk
from ctidrv.service.fax_receptions import Receptions
from ctidrv.service.holds import Holds
from ctidrv.service.loading import read_script
from ctidrv.service.outbound import Outbound
from ctidrv.service.parts import Line
from ctidrv.service.serving import by_script_or_operator
from ctidrv.service.taught import TaughtTones
from ctidrv.service.tracing import Traces
from ctidrv.store import Store
from ctidrv.units import PortId, seconds


class Orders:
    """Of a station that is open; all methods belong to the loop's thread."""

    folder: DataFolder
    config: StationConfig
    clock: SampleClock
    boards: dict[str, Board]
    lines: dict[PortId, Line]
    seats: dict[str, Seat]
    """By name."""
    errors: deque[str]
    """The latest of the store's errors."""
    store: Store
    engine: MediaEngine
    switchboard: Switchboard
    queues: Queues
    services: Services
    errands: Errands
    outbound: Outbound
    taught: TaughtTones
    traces: Traces
    fax_desk: FaxDesk
    receptions: Receptions
    holds: Holds

    def info(self) -> dict[str, Any]:
        writer = self.store.writer
        return {
            "version": __version__,
            "pid": os.getpid(),
            "data": str(self.folder.root),
            "office": dataclasses.asdict(self.config.office),
            "engine": dataclasses.asdict(self.engine.stats()),
            "lateness": self.engine.lateness(),
            "store": {"waiting": writer.waiting, "stalled": writer.stalled, "errors": list(self.errors)},
        }

    def ports(self) -> list[dict[str, Any]]:
        """Every port of every board with its line's state."""
        rows = []
        seats = {seat.port: seat for seat in self.seats.values()}
        for board in self.boards.values():
            for number, port in enumerate(board.ports):
                line, seat = self.lines.get(port.id), seats.get(port.id)
                call = None if line is None else line.controller.call
                state = "unused" if line is None else line.controller.state.word
                label = None if line is None else line.config.label
                if seat is not None:
                    call, state, label = seat.call, seat.telephone, seat.name
                rows.append(
                    {
                        "id": port.id,
                        "board": board.info.name,
                        "driver": board.info.driver,
                        "device": board.info.device,
                        "trouble": getattr(board, "trouble", None),
                        "slips": _slips(board, number),
                        "kind": port.kind.value,
                        "label": label or port.label,
                        "named": label is not None,
                        "holder": self.holds.who(port.id),
                        "state": state,
                        "call": None if call is None else call.id,
                        "messages_waiting": None if line is None else line.controller.messages_waiting,
                        "script": None if line is None else line.config.script,
                        "country": None if line is None else line.region.code.upper(),
                        "learnt": self.taught.rows(port.id),
                        "caps": _words(port.caps),
                    }
                )
        return rows

    def call(self, call: str) -> Call:
        """The call that is on a line now; LookupError when none of that id is."""
        for line in self.lines.values():
            found = line.controller.call
            if found is not None and found.id == call:
                return found
        raise LookupError(call)

    async def dial(self, number: str, *, line: str | None, script: str | None, play: str | None) -> str:
        """Calls a number; whoever answers is given to a script, or hears a WAV file. The id of the call,
        which has begun. InputError, NotAllowed, PortError."""
        if (script is None) == (play is None):
            raise InputError("say what an answered call is given to: either a script, or a WAV file to play")
        if script is not None:
            menu = await asyncio.to_thread(self.script, script)
            call = await self.outbound.dial(
                number, lambda call: by_script_or_operator(menu, call, self.services), port=_port(line)
            )
        else:
            assert play is not None
            sound = (await asyncio.to_thread(read_wav, play)).channels[0]
            call = await self.outbound.dial(
                number, lambda call: _hears(call, sound, Path(play).name), port=_port(line)
            )
        return call.id

    def script(self, script: str) -> ivr.Script:
        """By its name, with all that it needs; InputError. For a thread."""
        path = self.config.find_script(script)
        if not path.is_file():
            raise InputError(f"script {script}: there is no file {path}")
        return read_script(self.config, path)

    async def answer(self, call: str) -> None:
        """In the operator's name: with the one headset that rings for it and has no hook of its own, else the
        line itself. LookupError, or CallEnded when it ends before it is answered."""
        found = self.call(call)
        rung = [seat for seat in self.seats.values() if seat.rings_for(found) and seat.is_lifted_by_order]
        if len(rung) == 1:
            rung[0].lift(True)
        else:
            await found.answer(by="operator")

    async def hang_up(self, call: str) -> None:
        """LookupError. A call that rings goes on ringing: it cannot be refused without answering it."""
        await self.call(call).hang_up(Cause.LOCAL_OPERATOR)

    def seat_rows(self) -> list[dict[str, Any]]:
        """As configured, with the state of each."""
        return [seat.row() for seat in self.seats.values()]

    def queue_rows(self) -> list[dict[str, Any]]:
        """As configured, with who waits."""
        return self.queues.rows()

    async def pause_seat(self, seat: str, paused: bool) -> None:
        """By name or number; LookupError. `paused` false: ready for calls, at once."""
        for found in self.seats.values():
            if seat in (found.name, found.number):
                return found.pause() if paused else found.resume()
        raise LookupError(seat)

    async def lift_seat(self, seat: str, off_hook: bool) -> None:
        """As if its user lifted its headset, or put it down. LookupError; NotCapable: it has a hook."""
        for found in self.seats.values():
            if seat in (found.name, found.number):
                return found.lift(off_hook)
        raise LookupError(seat)

    async def show_messages(self, seat: str, count: int) -> None:
        """A seat's telephone shows how many messages wait. LookupError; NotCapable: it cannot."""
        for found in self.seats.values():
            if seat in (found.name, found.number):
                return found.show_messages(count)
        raise LookupError(seat)

    async def change_talk(self, call: str, talk: str) -> None:
        """held, muted or talking, of a call at a seat. LookupError, ServiceError."""
        self.switchboard.change(self.call(call), Talk(talk))

    async def transfer(self, call: str, to: str, ring_s: float, card: Mapping[str, str]) -> None:
        """Sends a call at a seat on to another seat or a group, or to a box, a menu or a fax machine.
        LookupError, InputError, NotCapable, ServiceError, StoreError."""
        found, word = self.call(call), Destination.of(to)
        errand = await self.errands.of(found, word)
        if errand is None:
            self.switchboard.send_on(found, to, seconds(ring_s), card)
        else:
            self.switchboard.give(found, word, errand, seconds(ring_s))

    async def destinations(self, call: str) -> list[dict[str, Any]]:
        """Where a call can be given that is no seat. LookupError."""
        own = self.lines[self.call(call).port].script
        scripts = [line.script for line in self.lines.values()]
        return await asyncio.to_thread(destinations, self.config, own, scripts, self.store)

    async def consult(self, call: str, to: str, ring_s: float, card: Mapping[str, str]) -> None:
        """The seat of a call asks another seat or a group. LookupError, InputError, ServiceError."""
        self.switchboard.consult(self.call(call), to, seconds(ring_s), card)

    async def swap(self, call: str) -> None:
        """It talks with the caller instead of who it asks, or back. LookupError, ServiceError."""
        self.switchboard.swap(self.call(call))

    async def conference(self, call: str) -> None:
        """Caller, seat and who it asks hear one another. LookupError, ServiceError."""
        self.switchboard.conference(self.call(call))

    async def complete(self, call: str) -> None:
        """The seat that was asked has the call. LookupError, ServiceError."""
        self.switchboard.complete(self.call(call))

    async def park(self, call: str, seconds_: float) -> int:
        """The place in which a call at a seat is parked. LookupError, ServiceError."""
        return self.switchboard.park(self.call(call), seconds(seconds_))

    async def pick_up(self, call: str, seat: str) -> None:
        """A parked call, to a seat. LookupError, InputError, ServiceError."""
        self.switchboard.pick_up(self.call(call), seat)

    async def listen(self, port: str) -> LearntTone:
        """The tone that a line hears in the next ten seconds; PortError, ServiceError."""
        return await self.taught.sample(PortId(port))

    async def teach(self, port: str, tone: str, heard: LearntTone) -> None:
        """Keeps a tone with a line; PortError, InputError, StoreError."""
        await self.taught.teach(LineTone(port, tone, heard, self.clock.wall(self.clock.now())))

    async def forget_tones(self, port: str) -> int:
        """How many there were; PortError, StoreError."""
        return await self.taught.forget(PortId(port))


async def _hears(call: Call, sound: Pcm, name: str) -> None:
    await call.play([sound], label=name)


def _port(line: str | None) -> PortId | None:
    return None if line is None else PortId(line)


def _words(caps: Mapping[str, Able]) -> dict[str, str]:
    return {name: able.value for name, able in caps.items()}


def _slips(board: Board, port: int) -> int | None:
    """How often sound of the port was lost or repeated, both ways; None where the board does not count it."""
    if not hasattr(board, "status"):
        return None
    status = board.status(port)
    return int(status.rx_slips + status.tx_slips)
