"""What a modem's codes mean for its port: digits, hang-ups, reversals; each heard once.

While the modem sends audio the core's ear hears digits and tones in it, and better; the modem's own reports
of those count only when it sends none (half duplex, while it plays). A code that a lost byte made must end no
call: a loop break counts when it is silent around it.
"""

from __future__ import annotations

from ctidrv.drivers.v253.codes import CODES, Heard
from ctidrv.native.fed_board import FedPort
from ctidrv.units import RATE

BREAK_S = (0.02, 0.1)
"""A loop without current is silent: so long before the modem tells of it, and after it, or it was none."""
LONGEST_DIGIT_S = 0.5
"""A digit whose end was never told is over."""
_DEAF_S = 0.12
"""Behind a digit that the modem told, and that may still sound when it sends audio again."""


class Hearing:
    """Of one port; times in seconds."""

    def __init__(self, port: FedPort) -> None:
        self._port = port
        self._reversed = False
        self._forget()

    def _forget(self) -> None:
        self._digit: str | None = None  # told by us, still on
        self._digit_at = 0.0
        self._sounds_since: float | None = None  # a digit, whoever tells it
        self._deaf_until = 0.0
        self._break_at: float | None = None

    def begin(self, now: float) -> None:
        """The line is taken."""
        self._forget()

    def forget(self) -> None:
        self._forget()

    def deaf(self, now: float) -> bool:
        """What comes is the rest of a digit that was told already."""
        return now < self._deaf_until or self._digit is not None

    def digit_goes_on(self, now: float) -> bool:
        """The ear is at a digit: now is no time to stop sending audio."""
        return self._sounds_since is not None and now - self._sounds_since < LONGEST_DIGIT_S

    def code(self, letter: str, now: float, *, off_hook: bool, heard: bool) -> None:
        """A code; `heard`: the core's ear hears the line."""
        meaning = CODES.get(letter)
        if meaning is None:
            return
        match meaning.heard:
            case Heard.REVERSAL:
                self._reversed = not self._reversed
                self._port.polarity(self._reversed)
            case Heard.DIGIT_BEGINS:
                self._sounds_since = now
            case Heard.DIGIT:
                if off_hook and not heard:
                    self._digit_is(letter, now)
            case Heard.DIGIT_ENDS:
                self._sounds_since = None
                self._digit_ends(now)
            case Heard.LOOP_BREAK:
                if off_hook and heard:
                    self._break_at = now
                elif off_hook:
                    self._port.remote_gone(meaning.cause, meaning.confidence)
            case Heard.TONE | Heard.SILENCE:
                if off_hook and not heard:
                    self._port.remote_gone(meaning.cause, meaning.confidence)
            case _:
                pass

    def time(self, now: float, loud_at: float) -> None:
        """`loud_at`: when anything was last heard."""
        if self._digit is not None and now - self._digit_at > LONGEST_DIGIT_S:
            self._digit_ends(now)
        if self._break_at is not None and now - self._break_at >= BREAK_S[1]:
            real, self._break_at = loud_at <= self._break_at - BREAK_S[0], None
            if real:
                meaning = CODES["l"]
                self._port.remote_gone(meaning.cause, meaning.confidence)

    def _digit_is(self, digit: str, now: float) -> None:
        self._digit_ends(now)
        self._port.digit_down(digit)
        self._digit, self._digit_at = digit, now
        if self._sounds_since is None:  # a modem that tells no end
            self._digit_ends(now)

    def _digit_ends(self, now: float) -> None:
        if self._digit is not None:
            length = max(0.05, now - self._digit_at)
            self._port.digit_up(self._digit, round(length * RATE))
            self._digit, self._deaf_until = None, now + _DEAF_S
