"""What a device's stand-in tells of itself and of whoever uses it, kept and waited for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ctidrv.errors import PortError
from ctidrv.units import Samples, to_seconds

MOST_TOLD = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened: `who` is the device, "host", or a telephone's number; `t` in seconds."""

    t: float
    who: str
    what: str
    detail: str = ""


class Journal:
    """`tell`: is called with each thing, on the thread that notes it."""

    def __init__(self, tell: Callable[[Told], None] | None = None) -> None:
        self.told: list[Told] = []
        """What happened, the last of it behind."""
        self._tell = tell
        self._news = threading.Condition()

    def note(self, at: Samples, who: str, what: str, detail: str = "") -> None:
        told = Told(round(to_seconds(at), 2), who, what, detail)
        with self._news:
            self.told.append(told)
            if len(self.told) > MOST_TOLD:
                del self.told[: MOST_TOLD // 2]
            self._news.notify_all()
        if self._tell is not None:
            self._tell(told)

    def until(self, who: str, what: str, *, within: float = 30.0, since: int = 0) -> Told:
        """From any thread: waits for the first thing told, from the `since`-th on, that is so. PortError."""

        def found() -> Told | None:
            return next((each for each in self.told[since:] if (each.who, each.what) == (who, what)), None)

        with self._news:
            if not self._news.wait_for(lambda: found() is not None, within):
                raise PortError(f"the stand-in has not told within {within:g} s that {who} {what}")
            seen = found()
            assert seen is not None
            return seen
