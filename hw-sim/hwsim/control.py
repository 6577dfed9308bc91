"""The live board's control door: `ctidrv sim call` asks it to let a simulated caller ring.

A TCP port on loopback, named with its token in ``<data>/sim-<board>.json``. The client sends one JSON
line, the caller's plan; the board answers with a JSON line for each thing that happens, the last one
``{"type": "end", "ok": …}``, and closes. Everything from the client is bounded and checked.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.errors import CtiError, InputError, PortError
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, seconds, to_seconds
from hwsim.listener import Note
from hwsim.subscriber import Subscriber

if TYPE_CHECKING:
    from hwsim.board import SimBoard

_log = logging.getLogger(__name__)

MOST_BYTES = 8 * 1024 * 1024
"""Of a plan: six minutes of speech."""
MOST_CLIENTS = 64
PLAN_SECONDS = 10
_DIGITS = set("0123456789*#ABCD")


class Control:
    """Serves on the event loop between `start`, which that loop calls, and `stop`."""

    def __init__(self, board: SimBoard, address: Path) -> None:
        self._board = board
        self._address = address
        self._token = secrets.token_hex(16)
        self._serving: asyncio.Task[None] | None = None
        self._clients: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Once is enough; more does no harm."""
        if self._serving is None:
            self._serving = asyncio.get_running_loop().create_task(self._serve())

    def stop(self) -> None:
        """Ends what callers are doing. Safe twice."""
        serving, self._serving = self._serving, None
        if serving is None:
            return
        serving.cancel()
        for client in self._clients:
            client.cancel()
        with contextlib.suppress(OSError):
            self._address.unlink()

    async def _serve(self) -> None:
        try:
            server = await asyncio.start_server(self._client, "127.0.0.1", 0, limit=MOST_BYTES)
            self._write_address(server.sockets[0].getsockname()[1])
        except OSError as error:
            _log.error("board %s: no door for `ctidrv sim call`: %s", self._board.info.name, error)
            return
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()

    def _write_address(self, port: int) -> None:
        """A file of its own, so that nobody else had it open or could read it."""
        with contextlib.suppress(FileNotFoundError):
            self._address.unlink()
        descriptor = os.open(self._address, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"port": port, "token": self._token, "pid": os.getpid()}, file)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(row: dict[str, Any]) -> None:
            if not writer.is_closing():
                writer.write((json.dumps(row, ensure_ascii=False) + "\n").encode())

        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            if len(self._clients) > MOST_CLIENTS:
                raise PortError(f"more than {MOST_CLIENTS} callers at once")
            async with asyncio.timeout(PLAN_SECONDS):
                line = await reader.readline()
            await self._call(read_plan(line, self._token), say, reader)
        except TimeoutError:
            say({"type": "end", "ok": False, "error": f"no plan came within {PLAN_SECONDS} s"})
        except (CtiError, ValueError, OSError) as error:
            say({"type": "end", "ok": False, "error": str(error)})
        except asyncio.CancelledError:
            say({"type": "end", "ok": False, "error": "the station stops"})
        finally:
            self._clients.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _call(
        self, plan: Plan, say: Callable[[dict[str, Any]], None], link: asyncio.StreamReader
    ) -> None:
        """The call; it ends as well when the client goes (Ctrl-C hangs up)."""
        board = self._board
        caller = board.caller(plan.number, plan.name, withheld=plan.withheld)
        begun = board.clock.now()

        def note(note: Note) -> None:
            at = to_seconds(note.at - begun)
            say({"type": "caller", "t": round(at, 3), "what": note.what, "detail": note.detail})

        caller.on_note = note
        call = asyncio.ensure_future(follow(caller, plan))
        gone = asyncio.ensure_future(_closed(link))
        try:
            await asyncio.wait((call, gone), return_when=asyncio.FIRST_COMPLETED)
            if call.done():
                call.result()
                say({"type": "end", "ok": True, "t": round(to_seconds(board.clock.now() - begun), 3)})
        finally:
            for task in (call, gone):
                task.cancel()
            caller.on_note = None
            try:
                await caller.hang_up()
            finally:
                board.give_back(caller)


async def _closed(link: asyncio.StreamReader) -> None:
    while await link.read(4096):
        pass


@dataclass(frozen=True, slots=True)
class Plan:
    """What a caller is to do. Times in samples."""

    to: str
    number: str | None
    name: str | None
    withheld: bool
    ring: Samples  # let it ring for so long
    wait: Samples  # before the first key
    between: Samples  # after each key
    hold: Samples  # before hanging up
    press: tuple[str, ...]
    speak: Pcm | None


async def follow(caller: Subscriber, plan: Plan) -> None:
    """Does what the plan says; NotHeard when the call does not go as asked."""
    clock = caller.clock
    await caller.dial(plan.to)
    await caller.answered(within=plan.ring)
    await clock.sleep(plan.wait)
    for digits in plan.press:
        await caller.press(digits)
        await clock.sleep(plan.between)
    if plan.speak is not None:
        await caller.speak(plan.speak)
    until = clock.now() + plan.hold
    while clock.now() < until and "busy" not in caller.tones:
        await clock.sleep(TICK)
    await caller.hang_up()


def read_plan(line: bytes, token: str) -> Plan:
    """A caller's plan from one JSON line. InputError says what is wrong with it."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the plan is no JSON: {error}") from error
    if not isinstance(given, dict) or not secrets.compare_digest(
        str(given.get("token")).encode("utf-8", "replace"), token.encode()
    ):
        raise InputError("the token is not this board's: is this the data folder of the running station?")
    read = _Reader(given)
    return Plan(
        to=read.keys("to") or "8001",
        number=read.keys("number"),
        name=read.text("name", 50),
        withheld=given.get("withheld") is True,
        ring=read.time("ring", 30, 600),
        wait=read.time("wait", 2, 3600),
        between=read.time("between", 3, 600),
        hold=read.time("hold", 10, 36_000),
        press=read.presses(),
        speak=read.audio("speak"),
    )


class _Reader:
    """The plan's members, each checked."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given

    def text(self, key: str, most: int) -> str | None:
        value = self._given.get(key)
        if value is not None and (not isinstance(value, str) or not 0 < len(value) <= most):
            raise InputError(f"{key}: must be a text of 1 to {most} letters")
        return value

    def keys(self, key: str) -> str | None:
        value = self.text(key, 32)
        if value is not None and not set(value) <= _DIGITS:
            raise InputError(f"{key}: {value!r} is no number")
        return value

    def time(self, key: str, default: float, most: float) -> Samples:
        value = self._given.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise InputError(f"{key}: must be a number of seconds from 0 to {most:g}")
        return seconds(value)

    def presses(self) -> tuple[str, ...]:
        value = self._given.get("press", [])
        if not isinstance(value, list) or len(value) > 64:
            raise InputError("press: must be a list of at most 64 key strings")
        for digits in value:
            if not isinstance(digits, str) or not 0 < len(digits) <= 32 or not set(digits) <= _DIGITS:
                raise InputError("press: a key string has 1 to 32 keys 0-9 * # A-D")
        return tuple(value)

    def audio(self, key: str) -> Pcm | None:
        value = self._given.get(key)
        if value is None:
            return None
        try:
            data = base64.b64decode(value, validate=True)
        except (ValueError, TypeError) as error:
            raise InputError(f"{key}: must be 16-bit samples in base64") from error
        return Pcm.from_bytes(data[: len(data) // 2 * 2])
