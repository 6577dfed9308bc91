"""``ctidrv sim phone``: a person at the keyboard is a subscriber of the simulated exchange, in real time."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from ctidrv.cli.output import add_data
from ctidrv.errors import InputError
from ctidrv.units import RATE, TICK
from hwsim.board import FIRST_PHONE
from hwsim.commands.office import Office
from hwsim.lockstep import Stop

if TYPE_CHECKING:
    from hwsim.rig.desk import Handset, Shown
    from hwsim.rig.outside import Passed
    from hwsim.subscriber import Subscriber

HELP = "a person at the keyboard, or at a small window, is a subscriber at a simulated line"
KEYS = "keys: h hook, 0-9 * # A-D keypad, f flash, v speak, r be rung, . wait a second, q leave"
SHOW_EVERY = 5
"""Ticks."""
LATE_S = 0.5
"""A machine or terminal that stood still for longer goes on from now, and does not catch up."""
LOWEST_DBM0, BAR = -60.0, 20


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--number", metavar="N", help="of the telephone (default: 5550001)")
    parser.add_argument("--scenario", metavar="FILE", help="script, country, line, and who else is there")
    parser.add_argument("--seed", type=int, metavar="N", help="of noise and ids")
    parser.add_argument("--window", action="store_true", help="a telephone in a window, with its keypad")
    parser.add_argument("--lang", choices=("en", "zh"), help="of the window; by default the system's")
    parser.add_argument("--sound", action="store_true", help="hear and speak by this machine's sound card")
    add_data(parser)
    parser.set_defaults(json=False)


def run(args: argparse.Namespace) -> int:
    """0: left in order; 1: a scenario failed."""
    if args.number is not None and not re.fullmatch("[0-9]{1,20}", args.number):
        raise InputError(f"--number {args.number}: a telephone number has 1 to 20 digits")
    office = Office(args, number=args.number, spare=2)
    with Stop() as stop, contextlib.ExitStack() as undo:
        face = undo.enter_context(_window(args.lang) if args.window else _terminal())
        office.language = face.language
        handset = undo.enter_context(_handset()) if args.sound else None
        office.open(undo)
        undo.callback(face.clear)
        office.say = face.line
        face.begin(args.number or str(FIRST_PHONE))

        async def at_the_telephone(phone: Subscriber, passed: Passed) -> None:
            from hwsim.commands.story import voice
            from hwsim.rig.desk import Desk

            desk = Desk(phone, office.board.caller(), voice(), known=office.known(), handset=handset)
            passed.reason = "person"
            due, left = time.monotonic(), False
            try:
                while not stop.asked and not (left and not desk.busy):
                    due = max(due + TICK / RATE, time.monotonic() - LATE_S)
                    for key in face.until(due):
                        left = left or key == "end"
                        if key == "q":
                            return
                        desk.press(key)
                    shown = await desk.tick()
                    passed.frames += 1
                    if passed.frames % SHOW_EVERY == 0:
                        face.show(shown)
            finally:
                await desk.leave()
                face.clear()

        return office.serve(at_the_telephone)


class Face(Protocol):
    """What a person sees of the telephone, and presses."""

    language: str

    def begin(self, number: str) -> None: ...
    def until(self, due: float) -> Iterator[str]:
        """The keys that come up to a time (monotonic). "end": there are no more; ``q``: he leaves."""
        ...

    def line(self, words: str) -> None:
        """Something has happened."""
        ...

    def show(self, shown: Shown) -> None: ...
    def clear(self) -> None: ...


@contextlib.contextmanager
def _window(language: str | None) -> Iterator[Face]:
    from hwsim.window.qt import application

    application()
    from hwsim.window.phone import open_phone

    with open_phone(language) as face:
        yield face


@contextlib.contextmanager
def _terminal() -> Iterator[Face]:
    with _keyboard() as keyboard:
        yield _Screen(keyboard)


@contextlib.contextmanager
def _handset() -> Iterator[Handset]:
    from ctidrv.drivers.soundcard import open_handset

    with open_handset() as handset:
        yield handset


class _Keyboard:
    """Keys of standard input: of a terminal each as it is pressed, of a pipe as they come."""

    def __init__(self) -> None:
        self._ended = False

    def until(self, due: float) -> Iterator[str]:
        """Those that come up to a time (monotonic). "end": there are no more; ``q`` for Ctrl-D."""
        while (left := due - time.monotonic()) > 0:
            readers = [] if self._ended else [sys.stdin.fileno()]
            if not select.select(readers, [], [], left)[0]:
                return
            typed = os.read(sys.stdin.fileno(), 64).decode("ascii", "replace")
            self._ended = not typed
            for key in typed or ["end"]:
                yield {"\x04": "q", " ": "h"}.get(key, key if key == "end" else _key(key))


def _key(typed: str) -> str:
    return typed.upper() if typed in "abcd" else typed


@contextlib.contextmanager
def _keyboard() -> Iterator[_Keyboard]:
    try:
        import termios
        import tty
    except ImportError:
        raise InputError("sim phone needs a POSIX terminal; on Windows run it under WSL") from None
    if not sys.stdin.isatty():
        yield _Keyboard()
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield _Keyboard()
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


class _Screen:
    """A line for each thing that happens and, at a terminal, one below them that shows the telephone."""

    language = "en"

    def __init__(self, keyboard: _Keyboard) -> None:
        self.until = keyboard.until
        self._live = sys.stdout.isatty()
        self._shown = ""

    def begin(self, number: str) -> None:
        self.line(KEYS)

    def line(self, words: str) -> None:
        self._write(f"\r\x1b[K{words}\n{self._shown}" if self._live else f"{words}\n")

    def show(self, shown: Shown) -> None:
        if not self._live:
            return
        words = status(shown)
        if words != self._shown:
            self._shown = words
            self._write(f"\r\x1b[K{words}")

    def clear(self) -> None:
        if self._shown:
            self._shown = ""
            self._write("\r\x1b[K")

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def status(shown: Shown) -> str:
    """The telephone in one line: hook, bell, what is at the ear as a bar and in words, keys."""
    hook = "off hook" if shown.off_hook else "on hook "
    bell = "RING" if shown.ringing else "    "
    full = round((max(LOWEST_DBM0, min(0.0, shown.dbm0)) - LOWEST_DBM0) / -LOWEST_DBM0 * BAR)
    level = f"{shown.dbm0:4.0f} dBm0" if shown.off_hook else " " * 9
    return f"[{hook}] {bell} [{'#' * full:<{BAR}}] {level}  {shown.hears:<14.14} {shown.keys[-16:]}"
