"""How a call is served that waits in a queue, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ctidrv.units import Samples

if TYPE_CHECKING:
    from ctidrv.media.channel import Sound


class Left(Enum):
    """Why a caller is in the queue no longer."""

    ANSWERED = "answered"
    LEFT = "left"  # by the key
    TIMEOUT = "timeout"
    FULL = "full"  # he never was in it
    NOBODY = "nobody"  # nor here: every seat is paused or out of order
    FAILED = "failed"  # there is no such queue, or no telephone of it works
    CALLER_LEFT = "caller-left"  # hung up
    TAKEN = "taken"  # the call was given to somebody else


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words, as ``call.prompt`` names them."""

    prompt: str
    language: str
    sounds: Sequence[Sound]


Say = Callable[[int], Spoken | None]
"""A caller's place in words; None: there are none for it."""


@dataclass(frozen=True, slots=True)
class Served:
    """How a caller is served who waits. `every`, `ring`, `timeout`: other than the queue's."""

    say: Say
    first: Spoken | None = None
    """What he hears when he enters, before a seat is rung for him."""
    music: Sequence[Sound] = ()
    """Instead of the queue's."""
    card: Mapping[str, str] | None = None
    language: str | None = None
    ring: Samples | None = None
    every: Samples | None = None
    timeout: Samples | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """What came of it. `status`: a `Left`; of one who was answered what came of the talk (a `Reached`)."""

    status: str
    place: int | None
    """The last he had; None: he never was in the queue."""
    waited: Samples = Samples(0)
