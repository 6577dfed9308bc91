"""Names for calls, recordings and messages: letters, digits and '-' only, so that they are file names too."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter

from ctidrv.clock import SampleClock
from ctidrv.errors import UsageError


class Ids:
    """With a seed (virtual time) the same names every run: ``call-0001-9f3ac2``. Live, names that sort by
    time and never repeat: ``call-20270308-100000-123-9f3ac2`` (UTC to the millisecond, then chance)."""

    def __init__(self, seed: int | None, clock: SampleClock | None = None) -> None:
        if seed is None and clock is None:
            raise UsageError("ids need a seed or the clock")
        self._seed = seed
        self._clock = clock
        self._count: Counter[str] = Counter()

    def next(self, kind: str) -> str:
        """A new name for a `kind` of thing (call, recording, message, leg)."""
        if self._seed is None:
            assert self._clock is not None
            wall = self._clock.wall(self._clock.now())
            return f"{kind}-{wall:%Y%m%d-%H%M%S}-{wall.microsecond // 1000:03d}-{secrets.token_hex(3)}"
        self._count[kind] += 1
        number = self._count[kind]
        digest = hashlib.sha256(f"{self._seed} {kind} {number}".encode()).hexdigest()
        return f"{kind}-{number:04d}-{digest[:6]}"
