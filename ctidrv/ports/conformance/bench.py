"""The bench of the checks: a board, and its ports brought into the state that a check begins in."""

from __future__ import annotations

from ctidrv.events import Alarm, HookChanged, Released, RingOn, Seized, ToneOn
from ctidrv.ports.api import Able, Kind, PortInfo
from ctidrv.ports.conformance.rig import Rig
from ctidrv.ports.conformance.stand import HOOK, WITHIN, Stand

CALLER, NAME = "5551234", "ANN LEE"
RINGS_WITHIN = 15.0


class Bench(Stand):
    """Each state is reached from whatever a port is in: live, one call goes through many checks."""

    def __init__(self, rig: Rig, *, live: bool, country: str, turn_s: float = 0.0) -> None:
        super().__init__(rig, live=live, country=country)
        self.turn_s = turn_s
        """A half-duplex device needs so long to listen again."""
        self._call_began: dict[str, int] = {}

    def open(self) -> None:
        self._call_began = {}
        super().open()

    def is_off_hook(self, port: PortInfo) -> bool:
        """As it was told last."""
        for event in reversed(self.of(port, Seized, Released, HookChanged, Alarm)):
            if isinstance(event, HookChanged):
                return event.off_hook
            return isinstance(event, Seized)
        return False

    def hook_s(self, port: PortInfo) -> float:
        return WITHIN + 2 * port.hook_ms / 1000

    def by_order(self, port: PortInfo) -> bool:
        """Its hook is the order's: an FXO port, or a headset without a hook."""
        return port.kind is Kind.FXO or port.able("lift") is Able.YES

    def idle(self, port: PortInfo) -> None:
        """On hook, and nobody at the other end."""
        self.far(port).hang_up()
        if self.by_order(port) and self.is_off_hook(port):
            self.order(port, HOOK, 0)
        self.until(lambda: not self.is_off_hook(port), f"{port.id} on hook", self.hook_s(port))
        if port.kind is Kind.FXO:
            exchange = self.exchange(port)
            self.until(lambda: not exchange.taken, f"{port.id} on hook, as the exchange sees it")
        self.wait(0.3)

    def rung(self, port: PortInfo) -> int:
        """FXO: somebody calls, and it rings; how many events there were before."""
        began = self._call_began.get(port.id)
        if began is not None and not self.is_off_hook(port) and self.of(port, RingOn, since=began):
            return began
        if any(event.port == port.id for event in self.events):
            self.idle(port)
        self._call_began[port.id] = since = len(self.events)
        self.exchange(port).call(CALLER, NAME)
        self.event(port, RingOn, since, RINGS_WITHIN)
        return since

    def seize(self, port: PortInfo) -> int:
        """FXO: off hook; how many events there were before."""
        since = self.order(port, HOOK, 1)
        self.event(port, Seized, since, self.hook_s(port))
        self._call_began.pop(port.id, None)
        return since

    def lifted(self, port: PortInfo) -> None:
        """Off hook, whether anybody is at the other end or not."""
        if port.kind is not Kind.FXO:
            self.talking(port)
        elif not self.is_off_hook(port):
            self.idle(port)
            self.seize(port)

    def dial_tone(self, port: PortInfo) -> None:
        """FXO: seized afresh, and the exchange asks for digits."""
        self.idle(port)
        since = self.seize(port)
        self.event(port, ToneOn, since, 8.0, lambda event: event.tone == "dial")

    def talking(self, port: PortInfo) -> None:
        """Off hook, and connected with whoever is at the other end."""
        far = self.far(port)
        if self.is_off_hook(port) and far.talks:
            return
        if port.kind is Kind.FXO:
            self.rung(port)
            self.seize(port)
        elif self.by_order(port):
            self.event(
                port, HookChanged, self.order(port, HOOK, 1), self.hook_s(port), lambda event: event.off_hook
            )
        else:
            since = len(self.events)
            self.telephone(port).lift()
            self.event(port, HookChanged, since, self.hook_s(port), lambda event: event.off_hook)
        self.until(lambda: far.talks, f"{port.id} connected with its far end")
        self.wait(0.3)

    def level_at(self, port: PortInfo, sent: float) -> float:
        return sent - self.far(port).loss_db
