"""`Conformance`: the class that a driver's author subclasses. pytest is not needed to import it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ctidrv.errors import UsageError
from ctidrv.ports.api import Kind
from ctidrv.ports.conformance import (
    board_checks,
    call_checks,
    gone_checks,
    order_checks,
    release_checks,
    sound_checks,
    telephone_checks,
)
from ctidrv.ports.conformance.bench import Bench
from ctidrv.ports.conformance.case import CHECKS, Check
from ctidrv.ports.conformance.judge import Nonconformity
from ctidrv.ports.conformance.rig import ABILITIES, Rig

_PREFIX = "test_"
_TRIES = 2
"""Before the last."""
_MODULES = (
    board_checks,
    call_checks,
    sound_checks,
    release_checks,
    order_checks,
    telephone_checks,
    gone_checks,
)
"""In the order in which their checks are made: live, one call goes through many."""
_PLACES = {module.__name__: place for place, module in enumerate(_MODULES)}


class _HeldUp(Exception):
    """A check has failed, and it may have been the machine."""


class Conformance:
    """Subclass it, and give `rig`. Where time is stepped each check has a rig of its own; live, one goes
    through many checks, in their order."""

    kinds: ClassVar[tuple[Kind, ...]] = ()
    """Of the ports that the board has."""
    live: ClassVar[bool] = False
    """Real time, by the core's loop; else the kit steps it."""
    country: ClassVar[str] = "US"
    """Whose tones are heard on the lines."""
    turn_s: ClassVar[float] = 0.0
    """A half-duplex device needs so long after a sound of ours to listen again."""
    without: ClassVar[Mapping[str, str]] = {}
    """What the rig cannot do (rig.ABILITIES), with the reason."""
    rules_out: ClassVar[Mapping[str, str]] = {}
    """Checks, by their names, that are not made, with the reason."""
    _bench: ClassVar[Bench | None] = None
    _folder: ClassVar[tempfile.TemporaryDirectory[str] | None] = None

    def rig(self, folder: Path) -> Rig:
        """A new one, with a folder of its own."""
        raise NotImplementedError(f"{type(self).__name__}.rig gives the kit its rig")

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        unknown = set(cls.without) - set(ABILITIES)
        unknown |= set(cls.rules_out) - {name for name, _, _ in _all(cls.kinds)}
        if unknown:
            raise UsageError(f"{cls.__name__}: {min(unknown)}: neither an ability of a rig nor a check")
        left_out = cls.not_made()
        for name, check, kind in _all(cls.kinds):
            setattr(cls, _PREFIX + name, None if name in left_out else _method(check, kind))

    @classmethod
    def not_made(cls) -> dict[str, str]:
        """The checks of the board's kinds that are not made, with the reason."""
        found = dict(cls.rules_out)
        for name, check, _ in _all(cls.kinds):
            lacking = [need for need in check.needs if need in cls.without]
            if lacking:
                found[name] = cls.without[lacking[0]]
            elif check.stepped and cls.live:
                found[name] = "only where time is stepped"
        return found

    @classmethod
    def made(cls) -> list[str]:
        """The checks that are made, in their order."""
        left_out = cls.not_made()
        return [name for name, _, _ in _all(cls.kinds) if name not in left_out]

    @classmethod
    def teardown_class(cls) -> None:
        """pytest's: the rig that went through the checks is closed."""
        bench, cls._bench = cls._bench, None
        with contextlib.ExitStack() as done:
            if cls._folder is not None:
                done.callback(cls._folder.cleanup)
                cls._folder = None
            if bench is not None:
                done.callback(bench.close)

    def bench(self) -> Bench:
        """An open one, for tests of the author's own: live, the one that went through the checks."""
        return self._ready(opened=True)

    def make(self, check: Check, kind: Kind | None) -> None:
        """One check. Nonconformity says what is wrong, and by which clause. Live, one that fails on a machine
        that was too busy meanwhile is made again, with a new rig."""
        for _ in range(_TRIES):
            try:
                return self._make(check, kind)
            except _HeldUp:
                continue
        return self._make(check, kind, last=True)

    def _make(self, check: Check, kind: Kind | None, *, last: bool = False) -> None:
        cls = type(self)
        with contextlib.ExitStack() as closed:
            if not self.live or check.alone:
                cls.teardown_class()
                closed.callback(cls.teardown_class)
            before = 0
            try:
                bench = self._ready(opened=not check.alone or kind is not None)
                before = bench.held_up()
                check.run(*((bench,) if kind is None else (bench, bench.port(kind))))
            except BaseException as error:
                held_up = cls._bench is not None and cls._bench.held_up() > before
                with contextlib.suppress(Exception):
                    cls.teardown_class()
                if not isinstance(error, Nonconformity):
                    raise
                if self.live and held_up and not last:
                    raise _HeldUp from None
                raise Nonconformity(error.expected, error.came, error.contract or check.contract) from None

    def _ready(self, *, opened: bool) -> Bench:
        cls = type(self)
        if cls._bench is None:
            cls._folder = tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True)
            rig = self.rig(Path(cls._folder.name))
            try:
                cls._bench = Bench(rig, live=self.live, country=self.country, turn_s=self.turn_s)
            except BaseException:
                rig.close()
                raise
            if opened:
                cls._bench.open()
        return cls._bench


def checks() -> list[Check]:
    """All there are, in the order in which they are made."""
    return sorted(CHECKS, key=lambda each: _PLACES[each.run.__module__])


def _all(kinds: tuple[Kind, ...]) -> list[tuple[str, Check, Kind | None]]:
    found: list[tuple[str, Check, Kind | None]] = []
    for check in checks():
        if not check.kinds:
            found.append((check.at(None), check, None))
        found += [(check.at(kind), check, kind) for kind in check.kinds if kind in kinds]
    return found


def _method(check: Check, kind: Kind | None) -> Callable[[Conformance], None]:
    def method(self: Conformance) -> None:
        self.make(check, kind)

    method.__name__ = _PREFIX + check.at(kind)
    method.__doc__ = check.contract
    return method


def outcomes(suite: type[Conformance]) -> dict[str, str | None]:
    """Makes all checks of a suite without pytest: None for one that passes, else what is wrong."""
    found: dict[str, str | None] = {}
    made = suite()
    try:
        for name in suite.made():
            try:
                getattr(made, _PREFIX + name)()
                found[name] = None
            except Exception as error:
                found[name] = f"{type(error).__name__}: {error}"
    finally:
        suite.teardown_class()
    return found
