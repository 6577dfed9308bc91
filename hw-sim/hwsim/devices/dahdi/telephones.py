"""Orders for the telephones at a card's FXS ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ctidrv.errors import InputError
from hwsim.board_operator import Operator

MOST_DIGITS = 64
_KEYS, _DIAL = set("0123456789*#ABCD"), set("0123456789")


def numbered(order: str, text: str, first: int, last: int) -> int:
    """A channel's number. InputError."""
    if first > last:
        raise InputError(f"{order} {text}: the card has no such channel")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    if not first <= number <= last:
        raise InputError(f"{order} {text}: a number from {first} to {last}, which channel it is")
    return number


async def use(phone: Operator, what: str, digits: str) -> None:
    """One of `ORDERS`. InputError."""
    order = ORDERS.get(what)
    if order is None:
        raise InputError(f"telephone N {what}: no order; there are {', '.join(ORDERS)}")
    keys, does = order
    if keys and not (0 < len(digits) <= MOST_DIGITS and set(digits) <= keys):
        raise InputError(f"telephone N {what} {digits}: 1 to {MOST_DIGITS} of {''.join(sorted(keys))}")
    await does(phone, digits)


ORDERS: dict[str, tuple[set[str], Callable[[Operator, str], Awaitable[None]]]] = {
    "lift": (set(), lambda phone, _: phone.lift()),
    "hangup": (set(), lambda phone, _: phone.hang_up()),
    "flash": (set(), lambda phone, _: phone.flash()),
    "press": (_KEYS, lambda phone, digits: phone.press(digits)),
    "dial": (_KEYS, lambda phone, digits: phone.dial(digits, tone=None)),
    "pulse": (_DIAL, lambda phone, digits: phone.turn_dial(digits)),
}
"""Which digits each takes, and what it does; ``dial`` lifts first."""
