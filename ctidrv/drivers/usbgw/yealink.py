"""Yealink's telephones and boxes: orders, answers, and what to do where one is lost, damaged or refused.

An order that is answered waits for its answer before the next (the device has room for one). Orders that are
not are told to be bad with the next answer, and are then given again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from ctidrv.drivers.usbgw import packets
from ctidrv.drivers.usbgw.door import Gone, Stalled
from ctidrv.drivers.usbgw.models import MODELS, Model, by_version
from ctidrv.drivers.usbgw.packets import BadPacket, Packet, decode, encode
from ctidrv.drivers.usbgw.seen import Door, HookIs, KeyDown, KeyUp, LineRings, Seen
from ctidrv.errors import PortError

_log = logging.getLogger(__name__)

ANSWER_MS = 200
_DRAIN_MS = 5
_TRIES = 3
_REST_S = 0.1
"""After what went wrong: an order sent too soon is refused again."""
_G2_REST_S = 0.025
"""After each order to a P1KH, as the kernel's driver has it."""
_MOST_STALE = 4
_MOST_REFUSALS = 20
"""Of polls of a P1KH, one after the other."""
_KEYS = 32
"""Codes of so many keys are kept by the device, each by its number; how much further it counts is not
known."""
_MOST_NEW = _KEYS // 2
"""More is less: an answer of before."""
NO_KEY = 0xFF


def generation_of(door: Door) -> int:
    """1 or 2, by the size of its reports; PortError for another."""
    for generation, length in packets.LENGTH.items():
        if door.packet_size == length:
            return generation
    raise PortError(f"its reports are of {door.packet_size} bytes: no telephone of Yealink's that is known")


class Yealink:
    """`pause`: waits so many seconds. Made, it has asked which model it is: PortError for one that is not
    known, Gone where it does not answer."""

    def __init__(self, door: Door, pause: Callable[[float], object]) -> None:
        self._door, self._pause = door, pause
        self._generation = generation_of(door)
        self._unconfirmed: dict[tuple[int, int], Packet] = {}
        self._keys: int | None = None
        self._backwards: int | None = None
        self._turn = self._refusals = 0
        self._rings = False
        self.version = int.from_bytes(self._ask(Packet(packets.VERSION, bytes(2))).data[:2], "big")
        model = MODELS["p1kh"] if self._generation == 2 else by_version(self.version)
        if model is None:
            raise PortError(f"version {self.version:04x}: no telephone of Yealink's that is known")
        self.model: Model = model

    def begin(self) -> None:
        self.serial = self._ask(Packet(packets.INIT, bytes(10 if self._generation == 1 else 6))).data
        self._keys = self._backwards = None
        self._rings = False
        for order in self.model.begin:
            self._order(order)

    def poll(self) -> Iterator[Seen]:
        if self._generation == 2:
            yield from self._keys_that_came()
            return
        asked = self.model.polls[self._turn]
        self._turn = (self._turn + 1) % len(self.model.polls)
        answer = self._ask(asked)
        if self.model.line_rings is not None:
            rings = self.model.line_rings.read(answer)
            if rings is not None and rings != self._rings:
                self._rings = rings
                yield LineRings(rings)
        if self.model.off_hook is not None:
            off = self.model.off_hook.read(answer)
            if off is not None:
                yield HookIs(off)  # before the first key
        if answer.command == packets.KEY_NUMBER:
            yield from self._new_keys(answer.data[0])

    def ring(self, on: bool) -> None:
        ring = self.model.ring
        if ring is not None:
            for order in (*ring.before, ring.on) if on else (ring.off,):
                self._order(order)

    def lamps(self, used: bool, line: bool) -> None:
        if self.model.has_line:
            self._order(Packet(packets.LAMP, bytes([0xFF * used, 0xFF * line])))
        elif self.model.lamps:
            self._order(self.model.lamps[used])

    def relay(self, to_line: bool) -> None:
        if self.model.has_line:
            self._order(Packet(packets.RELAY, bytes([to_line])))

    # Keys.

    def _new_keys(self, number: int) -> Iterator[Seen]:
        """Each that came since the last poll, in their order; those of before the first are nobody's."""
        if self._keys is None:
            self._keys = number
            return
        new = (number - self._keys) % _KEYS
        if new > _MOST_NEW:  # an answer of before, or the device has begun anew
            if number == self._backwards:
                self._keys = number
            self._backwards = number
            return
        self._keys, self._backwards = number, None
        for back in range(new, 0, -1):
            place = (number - back) % _KEYS
            yield from self._key(self._ask(Packet(packets.KEY_CODE, b"\0", place)).data[0])

    def _key(self, code: int) -> Iterator[Seen]:
        if code == NO_KEY:
            yield KeyUp()
        elif code in self.model.keys:
            yield KeyDown(self.model.keys[code])
        else:
            _log.debug("%s: key %02x is not used", self.model.name, code)

    def _keys_that_came(self) -> Iterator[Seen]:
        """Generation 2 tells them by itself, and what it has refused."""
        refused = False
        for _ in range(_KEYS):
            try:
                packet = decode(self._read(_DRAIN_MS), self._generation)
            except BadPacket:
                continue
            except TimeoutError:
                break
            if packet.command == packets.KEY_CODE:
                yield from self._key(packet.data[0])
            refused = refused or packet.command == packets.REFUSED
        self._refusals = self._refusals + 1 if refused else 0
        if self._refusals > _MOST_REFUSALS:
            raise Gone("it refuses orders")
        if refused:
            self._order_again()

    # Orders.

    def _order(self, order: Packet) -> None:
        """One that is not answered."""
        which = order.command, order.offset
        self._unconfirmed.pop(which, None)
        self._unconfirmed[which] = order
        self._write(order)

    def _order_again(self) -> None:
        """What may have been refused, as it was ordered last."""
        for order in list(self._unconfirmed.values()):
            self._write(order)

    def _write(self, order: Packet) -> None:
        try:
            self._door.write(encode(order, self._generation))
        except Stalled:
            self._door.unstall()
        except TimeoutError:
            raise Gone("it takes no orders") from None
        if self._generation == 2:
            self._pause(_G2_REST_S)

    def _read(self, within_ms: int) -> bytes:
        return self._door.read(packets.LENGTH[self._generation], within_ms)

    def _ask(self, order: Packet) -> Packet:
        """Its answer; Gone where there is none, after some tries."""
        why = "it does not answer"
        for attempt in range(_TRIES):
            if attempt:
                self._pause(_REST_S)
                self._drain()
            self._write(order)
            try:
                answer = self._answer_to(order)
            except Stalled:
                self._door.unstall()
                why = "it refuses to be read"
            except TimeoutError:
                why = "it does not answer"
            except BadPacket as error:
                why = f"it answers nonsense: {error}"
            else:
                if answer.command == order.command:
                    self._unconfirmed.clear()
                    if attempt:
                        self._drain()
                    return answer
                why = "it refuses orders"
                self._order_again()
        raise Gone(why)

    def _answer_to(self, order: Packet) -> Packet:
        """Or that it was refused; those to orders of before are passed over."""
        for _ in range(_MOST_STALE):
            answer = decode(self._read(ANSWER_MS), self._generation)
            if answer.command in (order.command, packets.REFUSED):
                return answer
        raise BadPacket("answers to what was not asked")

    def _drain(self) -> None:
        """What comes late is not taken for what is asked next."""
        for _ in range(_MOST_STALE):
            try:
                self._read(_DRAIN_MS)
            except Stalled:
                self._door.unstall()
            except TimeoutError:
                return
