"""People at the telephones of the simulated exchange, who do what they are told, one order after the other.

call NUMBER [NAME]   somebody of this number rings the device's line (NUMBER "private": withheld)
press DIGITS         keys, once somebody has answered
speak FILE           a WAV file, likewise
wait SECONDS         nothing
answer               lifts the telephone that the device has rung
hangup               puts every handset down; of one of several lines, that of who talks on it
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from ctidrv.errors import InputError
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, seconds, to_seconds
from hwsim.board import SimBoard
from hwsim.exchange_table import LineState
from hwsim.listener import Note
from hwsim.subscriber import Subscriber

RINGS_WITHIN = seconds(10)
"""From the last digit on."""
ANSWER_WITHIN = seconds(120)
_DIGITS = set("0123456789*#ABCD")
_WITHHELD = "private"
LONGEST_WAIT_S = 3600.0


def no_file(name: str) -> Pcm:
    """For who reads no files. InputError."""
    raise InputError(f"speak {name}: give a sound")


class People:
    """`note` is told what each of them does and hears; `read` reads a file of sound. `taken`: who is at which
    telephone, where other lines of the device have people of their own at the same exchange; None: all are
    this line's."""

    def __init__(
        self,
        board: SimBoard,
        number: str,
        note: Callable[[str, str, str], None],
        read: Callable[[str], Pcm],
        *,
        taken: dict[Subscriber, People] | None = None,
    ) -> None:
        self._board, self._number, self._read = board, number, read
        self._taken = taken
        self.talks: Subscriber | None = None
        """Who rings the device, or has answered it."""
        self._note = note
        for phone in board.phones:
            self._listen_to(phone)

    def _listen_to(self, phone: Subscriber) -> None:
        def note(note: Note) -> None:
            self._note(phone.number, note.what, note.detail)

        phone.on_note = note

    async def do(self, order: str, also: Iterable[str] = ()) -> None:
        """InputError for what is no order (`also`: others that there are), or not now; NotHeard for what was
        waited for in vain."""
        word, _, rest = order.strip().partition(" ")
        does = self._orders.get(word)
        if does is None:
            raise InputError(f"{word or 'nothing'}: no order; there are {', '.join([*self._orders, *also])}")
        await does(self, rest.strip())

    async def call(self, number: str, name: str | None = None, *, withheld: bool = False) -> Subscriber:
        """Somebody rings; returns when it rings, or has been answered. NotHeard."""
        if self.talks is not None and self.talks.off_hook:
            raise InputError("call: somebody talks already; hangup comes first")
        phone = next((each for each in self._board.phones if self._is_free(each)), None)
        if phone is None:
            raise InputError("call: every telephone is in use")
        phone.identify(number, name, withheld=withheld)
        self._take(phone)
        await phone.dial(self._number)
        until = phone.clock.now() + RINGS_WITHIN
        while phone.line.state not in (LineState.RINGBACK, LineState.TALKING):
            if phone.clock.now() >= until or phone.line.state is LineState.REFUSED:
                raise phone.missed("the line to ring", RINGS_WITHIN)
            await self._board.clock.sleep(TICK)
        return phone

    async def answered(self, within: Samples = ANSWER_WITHIN) -> Subscriber:
        """Waits until the device has answered him. NotHeard, InputError when nobody calls."""
        phone = self._talking()
        until = phone.clock.now() + within
        while phone.line.state is not LineState.TALKING:
            if phone.clock.now() >= until or not self._calling(phone):
                raise phone.missed("an answer", within)
            await self._board.clock.sleep(TICK)
        return phone

    def _is_free(self, phone: Subscriber) -> bool:
        """Nobody has its handset up, or is about to."""
        return not phone.off_hook and (self._taken is None or self._taken.get(phone, self) is self)

    def _take(self, phone: Subscriber) -> None:
        """This line's people are at this telephone, and at no other."""
        if self._taken is not None:
            if self.talks is not None:
                self._taken.pop(self.talks, None)
            self._taken[phone] = self
        self.talks = phone

    @staticmethod
    def _calling(phone: Subscriber) -> bool:
        return phone.off_hook and phone.line.state not in (LineState.CLEARED, LineState.IDLE)

    def _talking(self) -> Subscriber:
        if self.talks is None or not self.talks.off_hook:
            raise InputError("nobody has the handset up: call, or answer, comes first")
        return self.talks

    # The orders.

    async def _call(self, words: str) -> None:
        number, _, name = words.partition(" ")
        withheld = number == _WITHHELD
        if not withheld and not (number.isascii() and number.isdecimal() and len(number) <= 20):
            raise InputError(f"call {number}: a number has 1 to 20 digits; `private` withholds it")
        await self.call("5550001" if withheld else number, name.strip() or None, withheld=withheld)

    async def _press(self, digits: str) -> None:
        if not 0 < len(digits) <= 64 or not set(digits) <= _DIGITS:
            raise InputError(f"press {digits}: 1 to 64 keys, 0-9 * # A-D")
        await (await self.answered()).press(digits)

    async def _speak(self, file: str) -> None:
        sound = self._read(file)
        await (await self.answered()).speak(sound)

    async def _wait(self, text: str) -> None:
        try:
            length = float(text)
        except ValueError:
            raise InputError(f"wait {text}: a number of seconds") from None
        if not 0 <= length <= LONGEST_WAIT_S:
            raise InputError(f"wait {text}: 0 to {LONGEST_WAIT_S:g} seconds")
        await self._board.clock.sleep(seconds(length))

    async def _answer(self, words: str) -> None:
        until = self._board.clock.now() + ANSWER_WITHIN
        while not (rung := [each for each in self._board.phones if self._is_rung(each)]):
            if self._board.clock.now() >= until:
                raise InputError(f"answer: no telephone has rung for {to_seconds(ANSWER_WITHIN):g} s")
            await self._board.clock.sleep(seconds(0.1))
        self._take(rung[0])
        await rung[0].lift()

    def _is_rung(self, phone: Subscriber) -> bool:
        return self._is_free(phone) and phone.line.state is LineState.RINGING

    async def _hangup(self, words: str) -> None:
        await self.hang_up()

    async def hang_up(self) -> None:
        """Every handset is put down; at one of several lines, that of who talks on it."""
        own = [] if self.talks is None else [self.talks]
        for phone in self._board.phones if self._taken is None else own:
            await phone.hang_up()

    _orders: ClassVar[dict[str, Callable[[People, str], Awaitable[None]]]] = {
        "call": _call,
        "press": _press,
        "speak": _speak,
        "wait": _wait,
        "answer": _answer,
        "hangup": _hangup,
    }
