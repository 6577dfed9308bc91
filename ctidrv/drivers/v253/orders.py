"""What a modem is told and has to answer with a result code: one at a time, with a pause between."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ctidrv.drivers.v253.table import Input


@dataclass(slots=True)
class Order:
    """`again`: what to send if no result has come after so many seconds."""

    data: bytes
    tries: int = 1
    again: tuple[float, bytes] | None = None
    refused: Input = Input.REFUSED
    connected: Input = Input.CONNECT
    sent: float = 0.0


class Orders:
    """Of one modem; times in seconds."""

    def __init__(self) -> None:
        self.waiting: Order | None = None
        """For its result."""
        self._next: deque[Order] = deque()
        self._free_at = 0.0

    def put(self, order: Order) -> None:
        self._next.append(order)

    def hurry(self) -> None:
        """The next one needs no pause before it."""
        self._free_at = 0.0

    def clear(self, free_at: float = 0.0) -> None:
        """None is wanted any more; the next waits until then."""
        self._next.clear()
        self.waiting, self._free_at = None, free_at

    def due(self, now: float) -> Order | None:
        """The one that is to be sent now; it then waits for its result."""
        if self.waiting is not None or not self._next or now < self._free_at:
            return None
        self.waiting = order = self._next.popleft()
        order.sent = now
        return order

    def again(self, now: float) -> bytes:
        """What is to be sent once more for the one that waits."""
        order = self.waiting
        if order is None or order.again is None or now - order.sent <= order.again[0]:
            return b""
        data, order.again = order.again[1], None
        return data

    def answered(self, result: str, free_at: float) -> Order | None:
        """The one that a result code answers; None: it is refused, and will be tried again."""
        order, self.waiting, self._free_at = self.waiting, None, free_at
        assert order is not None
        if result not in ("OK", "CONNECT") and order.tries > 1:
            order.tries -= 1
            self._next.appendleft(order)
            return None
        return order

    @property
    def more(self) -> bool:
        """Others come behind it."""
        return bool(self._next)
