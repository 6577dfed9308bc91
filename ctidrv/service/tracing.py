"""Traces of ports for clients: each lasts for as long as somebody takes it, an hour at the most."""

from __future__ import annotations

import base64
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from ctidrv import __version__
from ctidrv.callcontrol.journal import CallEvent, Journal
from ctidrv.config import StationConfig
from ctidrv.media.engine import MediaEngine
from ctidrv.media.trace.form import MOST_TICKS, Row, seconds_of
from ctidrv.media.trace.tracer import Tracer
from ctidrv.ports.api import Board
from ctidrv.service.parts import Line
from ctidrv.service.taught import TaughtTones
from ctidrv.units import TICK, PortId, ms, seconds

_EVERY = ms(100)
_SIGN_OF_LIFE = seconds(1)
_LAST = ms(500)
"""What is left when a station stops is there by then, or its ticks have ended."""
_CALLS = {
    "call.offered": ("direction",),
    "call.answered": ("by",),
    "call.clearing": ("cause", "confidence"),
    "call.ended": ("cause", "outcome"),
}
"""What a trace tells of a call, and which of its data."""
_WHY = {True: "it is as long as a trace may be", False: "it was ended"}
_SECRET = ("password", "passphrase", "secret", "token", "pin", "key")

log = logging.getLogger("ctidrv.service")


class Traces:
    """Of a station that is open; all belongs to the loop's thread."""

    def __init__(
        self,
        config: StationConfig,
        engine: MediaEngine,
        boards: Mapping[str, Board],
        lines: Mapping[PortId, Line],
        taught: TaughtTones,
        journal: Journal,
    ) -> None:
        self._config = config
        self._engine = engine
        self._boards = boards
        self._lines = lines
        self._taught = taught
        self._stopping = False
        self._open: dict[Tracer, PortId] = {}
        journal.subscribe(self._on_event)

    def begin(self, port: PortId) -> Tracer:
        """PortError, UsageError, ServiceError: it cannot be traced now."""
        self._engine.channel(port)
        tracer = Tracer(self._engine, port, self._about(port))
        self._open[tracer] = port
        log.warning("%s: a trace has begun: audio and numbers of its calls are recorded", port)
        return tracer

    def end(self, tracer: Tracer) -> None:
        """Nobody takes it any more. Safe twice."""
        if self._open.pop(tracer, None) is not None:
            tracer.leave()

    def _on_event(self, event: CallEvent) -> None:
        """What the station makes of a line that is traced stands in its trace."""
        kind, told = event.type.removeprefix("call."), _CALLS.get(event.type)
        if told is None or not self._open:
            return
        row = {"type": "call", "t": 0.0, "event": kind, "call": event.call}
        row |= {key: event.data.get(key) for key in told}
        for tracer, port in self._open.items():
            if port == event.port:
                tracer.note(event.at, row)

    def stop(self) -> None:
        """The station stops: every trace ends with what there is."""
        self._stopping = True
        for tracer in self._open:
            tracer.stop()

    async def rows(self, tracer: Tracer, *, audio: bool) -> AsyncIterator[Row]:
        """The header, then rows as they come; ``audio`` where it is wanted: base64 of 16-bit samples, what we
        sent and what came interleaved; ``now`` at least each second. The last is ``end``."""
        clock, quiet, begun = self._engine.clock, 0, False
        try:
            last = None
            while not tracer.ended and (last is None or clock.now() < last):
                if tracer.stopping and last is None:
                    last = clock.now() + _LAST
                first = tracer.ticks
                rows, frames = tracer.take()
                if tracer.ticks and not begun:
                    begun = True
                    yield tracer.header()
                if not begun:
                    await clock.sleep(_EVERY)
                    continue
                if frames and audio:
                    sound = base64.b64encode(frames).decode("ascii")
                    yield {"type": "audio", "t": seconds_of(first * TICK), "frames": sound}
                for row in rows:
                    yield row
                quiet = 0 if rows or audio else quiet + _EVERY
                if quiet >= _SIGN_OF_LIFE:
                    quiet = 0
                    yield {"type": "now", "t": seconds_of(tracer.ticks * TICK)}
                if not tracer.ended:
                    await clock.sleep(_EVERY)
            why = "the station stopped" if self._stopping else _WHY[tracer.ticks >= MOST_TICKS]
            yield {"type": "end", "t": seconds_of(tracer.ticks * TICK), "why": why}
        finally:
            self.end(tracer)

    def _about(self, port: PortId) -> dict[str, Any]:
        name = port.split("/")[0]
        board, line = self._boards[name], self._lines.get(port)
        settings = next((each.settings for each in self._config.boards if each.name == name), {})
        call = None if line is None else line.controller.call
        return {
            "ctidrv": __version__,
            "board": board.info.label,
            "driver": board.info.driver,
            "device": board.info.device,
            "settings": without_secrets(settings),
            "country": self._config.office.country if line is None else line.region.code.upper(),
            "learnt": self._taught.rows(port),
            "state": None if line is None else line.controller.state.word,
            "call": None if call is None else call.id,
        }


def without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A board's settings, with stars for what by its name may be a secret."""
    return {
        name: "***"
        if any(word in name.lower() for word in _SECRET)
        else without_secrets(value)
        if isinstance(value, Mapping)
        else value
        for name, value in settings.items()
    }
