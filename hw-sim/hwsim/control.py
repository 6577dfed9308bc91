"""The live board's control door: `ctidrv sim call` asks it to let a simulated caller ring.

A TCP port on loopback, named with its token in ``<data>/sim-<board>.json``. The client sends one JSON
line, the caller's plan; the board answers with a JSON line for each thing that happens, the last one
``{"type": "end", "ok": …}``, and closes. Everything from the client is bounded and checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctidrv.errors import CtiError, InputError
from ctidrv.native.pcm import Pcm
from ctidrv.units import Samples, seconds, to_seconds
from hwsim.subscriber import Note, Subscriber

if TYPE_CHECKING:
    from hwsim.board import SimBoard

MOST_BYTES = 8 * 1024 * 1024
_DIGITS = set("0123456789*#ABCD")


class Control:
    """Serves on the running event loop between `start` and `stop`."""

    def __init__(self, board: SimBoard, address: Path) -> None:
        self._board = board
        self._address = address
        self._token = secrets.token_hex(16)
        self._server: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def stop(self) -> None:
        """Safe twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        if self._server is not None:
            self._server.close()
            self._server = None
        with contextlib.suppress(OSError):
            self._address.unlink()

    async def _serve(self) -> None:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", 0, limit=MOST_BYTES)
        port = self._server.sockets[0].getsockname()[1]
        text = json.dumps({"port": port, "token": self._token, "pid": os.getpid()})
        descriptor = os.open(self._address, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(row: dict[str, Any]) -> None:
            if not writer.is_closing():
                writer.write((json.dumps(row, ensure_ascii=False) + "\n").encode())

        try:
            plan = read_plan(await reader.readline(), self._token)
            await self._call(plan, say)
        except (CtiError, ValueError, ConnectionError) as error:
            say({"type": "end", "ok": False, "error": str(error)})
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _call(self, plan: dict[str, Any], say: Any) -> None:
        board = self._board
        caller = board.caller(plan["number"], plan["name"], withheld=plan["withheld"])
        begun = board.clock.now()

        def note(note: Note) -> None:
            at = to_seconds(note.at - begun)
            say({"type": "caller", "t": round(at, 3), "what": note.what, "detail": note.detail})

        caller.on_note = note
        try:
            await follow(caller, plan)
            say({"type": "end", "ok": True, "t": round(to_seconds(board.clock.now() - begun), 3)})
        finally:
            await caller.hang_up()
            caller.on_note = None
            board.give_back(caller)


async def follow(caller: Subscriber, plan: dict[str, Any]) -> None:
    """Does what the plan says; NotHeard when the call does not go as asked."""
    clock = caller.clock
    await caller.dial(plan["to"])
    await caller.hears_tone("ringback", within=seconds(10))
    deadline = clock.now() + plan["ring"]
    while "ringback" in caller.tones and clock.now() < deadline:
        await clock.sleep(160)
    await clock.sleep(plan["wait"])
    for digits in plan["press"]:
        await caller.press(digits)
        await clock.sleep(plan["between"])
    if plan["speak"] is not None:
        await caller.speak(plan["speak"])
    until = clock.now() + plan["hold"]
    while clock.now() < until and "busy" not in caller.tones:
        await clock.sleep(160)
    await caller.hang_up()


def read_plan(line: bytes, token: str) -> dict[str, Any]:
    """A caller's plan from one JSON line. InputError says what is wrong with it."""
    try:
        given = json.loads(line)
    except ValueError as error:
        raise InputError(f"the plan is no JSON: {error}") from error
    if not isinstance(given, dict) or not secrets.compare_digest(str(given.get("token")), token):
        raise InputError("the token is not this board's")

    def text(key: str, default: str | None, most: int) -> str | None:
        value = given.get(key, default)
        if value is not None and (not isinstance(value, str) or not 0 < len(value) <= most):
            raise InputError(f"{key}: must be a text of 1 to {most} letters")
        return value

    def time(key: str, default: float, most: float) -> Samples:
        value = given.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise InputError(f"{key}: must be a number of seconds from 0 to {most:g}")
        return seconds(value)

    press = given.get("press", [])
    if not isinstance(press, list) or len(press) > 64:
        raise InputError("press: must be a list of at most 64 key strings")
    for digits in press:
        if not isinstance(digits, str) or not 0 < len(digits) <= 32 or not set(digits) <= _DIGITS:
            raise InputError(f"press: {digits!r} is no string of 1 to 32 keys 0-9 * # A-D")
    to = text("to", "8001", 32)
    number = text("number", None, 32)
    for key, value in (("to", to), ("number", number)):
        if value is not None and not set(value) <= _DIGITS:
            raise InputError(f"{key}: {value!r} is no number")
    speak = given.get("speak")
    if speak is not None:
        if not isinstance(speak, str):
            raise InputError("speak: must be 16-bit samples in hexadecimal")
        data = bytes.fromhex(speak)
        speak = Pcm.from_bytes(data[: len(data) // 2 * 2])
    return {
        "to": to,
        "number": number,
        "name": text("name", None, 50),
        "withheld": given.get("withheld") is True,
        "ring": time("ring", 30, 600),
        "wait": time("wait", 2, 3600),
        "between": time("between", 3, 600),
        "hold": time("hold", 10, 36_000),
        "press": press,
        "speak": speak,
    }
