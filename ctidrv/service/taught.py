"""What lines are taught: their own tones, kept in the store and heard at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ctidrv.callcontrol.journal import Journal
from ctidrv.errors import InputError, PortError, ServiceError
from ctidrv.media.engine import MediaEngine
from ctidrv.media.learn_tone import check_audible, learn
from ctidrv.media.recorder import Kept
from ctidrv.native.pcm import Pcm
from ctidrv.ports.learnt import LearntTone, LineTone, add_learnt, check_tone, row_of
from ctidrv.ports.regions import Region, progress_config
from ctidrv.store import Store
from ctidrv.units import PortId, Samples, seconds, to_seconds

if TYPE_CHECKING:
    from ctidrv.service.parts import Line

SAMPLE = seconds(10)


class TaughtTones:
    """The learnt tones of a station's lines; `lines` is the station's own table."""

    def __init__(
        self, store: Store, engine: MediaEngine, journal: Journal, lines: Mapping[PortId, Line]
    ) -> None:
        self._store = store
        self._engine = engine
        self._journal = journal
        self._lines = lines
        self._sampled: set[PortId] = set()
        self._tones: dict[str, list[LineTone]] = {}
        for row in store.learnt_tones():
            self._tones.setdefault(row.port, []).append(row)

    def of(self, port: PortId) -> Sequence[LineTone]:
        return self._tones.get(port, [])

    def rows(self, port: PortId) -> list[dict[str, Any]]:
        """As `ctidrv ports` and the API show them."""
        return [row_of(each) for each in self.of(port)]

    def apply(self, port: PortId, region: Region) -> None:
        """Makes the line listen for its country's tones and its own, from the next tick on."""
        config = progress_config(region)
        add_learnt(config, self.of(port))
        self._engine.progress(port, config)

    async def sample(self, port: PortId, length: Samples = SAMPLE) -> LearntTone:
        """The tone that the line hears in the seconds to come.

        PortError: no such line; ServiceError: no tone was heard.
        """
        self._line(port)
        if port in self._sampled:
            raise ServiceError(f"{port}: is being listened to already; ask again in {to_seconds(length):g} s")
        self._sampled.add(port)
        kept = Kept()
        try:
            recording = self._engine.channel(port).record_sample(kept)
            try:
                await self._engine.clock.sleep(length)
            finally:
                await recording.stop()
        finally:
            self._sampled.discard(port)
        try:
            return await asyncio.to_thread(learn, Pcm.from_bytes(bytes(kept.data)))
        except InputError as error:
            raise ServiceError(
                f"{port}: no tone in the last {to_seconds(length):g} seconds of the line: {error}"
            ) from error

    async def teach(self, taught: LineTone) -> None:
        """Keeps a tone in the place of an earlier one of its name, and listens for it; on the disk first.

        InputError: it is none that a line can be taught.
        """
        port = PortId(taught.port)
        line = self._line(port)
        check_tone(taught.tone, taught.heard)
        await asyncio.to_thread(check_audible, taught)
        await asyncio.wrap_future(self._store.put_tone(taught))
        others = [each for each in self.of(port) if each.tone != taught.tone]
        self._tones[port] = sorted([*others, taught], key=lambda each: each.tone)
        hz, ms = list(taught.heard.hz), list(taught.heard.ms)
        self._journal.emit("line.tone", port, state="learnt", tone=taught.tone, hz=hz, ms=ms)
        self._listen(line)

    async def forget(self, port: PortId) -> int:
        """Forgets all tones of the line; how many there were."""
        line = self._line(port)
        count = await asyncio.wrap_future(self._store.forget_tones(port))
        for each in self._tones.pop(port, []):
            self._journal.emit("line.tone", port, state="forgotten", tone=each.tone)
        if count:
            self._listen(line)
        return count

    def _line(self, port: PortId) -> Line:
        line = self._lines.get(port)
        if line is None:
            raise PortError(f"{port}: no line is configured there; there are {', '.join(self._lines)}")
        return line

    def _listen(self, line: Line) -> None:
        self.apply(line.config.port, line.region)
        line.controller.tones_changed()
