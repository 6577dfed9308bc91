"""One modem at work: a thread that reads and writes its port, steps through the table, and feeds its board.

Neither the tick nor anything else of the program waits for it. Whatever the modem does, it is back within ten
seconds of its being well: what does not answer in its time is closed, looked for, opened and set up again.

`Incoming` makes inputs of what comes, the table says what follows, `Actions` do it, `Outgoing` writes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ctidrv.drivers.v253 import wire
from ctidrv.drivers.v253.actions import Actions
from ctidrv.drivers.v253.asking import Asking
from ctidrv.drivers.v253.fax_side import FaxSide
from ctidrv.drivers.v253.finder import Finder
from ctidrv.drivers.v253.incoming import Incoming
from ctidrv.drivers.v253.link import Link, LinkGone, Search, SerialLink
from ctidrv.drivers.v253.outgoing import Outgoing
from ctidrv.drivers.v253.table import OFF_HOOK, TABLE, Input, State
from ctidrv.drivers.v253.voice_modem import VoiceModem, Wanted
from ctidrv.errors import PortError
from ctidrv.native.fed_board import FLASH, HOOK, PULSES, FedBoard

_log = logging.getLogger(__name__)

READ_S = 0.01
_IDLE_S = 0.02
_LEAVE_S = 0.15
_END_QUIET_S = 0.3
"""Behind the end of the audio that something would have followed by then."""


class Session(threading.Thread):
    """`open_link` opens a port by its name (PortError); `changed`: of `VoiceModem`, and from this thread.

    `modem` is read by other threads, and written by this one alone.
    """

    def __init__(
        self,
        name: str,
        wanted: Wanted,
        fed: FedBoard,
        *,
        open_link: Callable[[str], Link] = SerialLink,
        search: Search | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name=f"ctidrv-modem-{name}", daemon=True)
        self.settled = threading.Event()
        """It is ready, or why it is not is known."""
        self.modem = modem = VoiceModem(name, wanted, fed.ports[0], changed)
        self._board_name, self._fed = name, fed
        self._stopping = threading.Event()
        self._finder = Finder(wanted.device, open_link, search)
        asking = Asking(modem, self._feed)
        self._fax = FaxSide(modem, self._feed)
        self._incoming = Incoming(modem, asking, self._feed)
        self._outgoing = Outgoing(modem, self._feed)
        self._actions = Actions(modem, fed, self._finder, asking, self._fax, self.settled)

    def close(self, within: float = 5.0) -> None:
        """On hook, and the port closed. From another thread; safe twice."""
        self._stopping.set()
        if self.ident is not None:
            self.join(within)

    # The thread.

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn(time.monotonic())
            except LinkGone as error:
                self.modem.is_in_trouble(f"{self.modem.at}: {error}")
                self._feed(Input.GONE)
            except PortError as error:
                self.modem.is_in_trouble(str(error))
                self._feed(Input.UNFIT)
                self._finder.leave_alone()
            except Exception:
                _log.exception("board %s", self._board_name)
                self._feed(Input.GONE)
                self._finder.leave_alone()
        self._leave()

    def _turn(self, now: float) -> None:
        modem = self.modem
        self._take_commands()
        if modem.state is State.AWAY:
            self._look(now)
            return
        link = modem.connection.link
        assert link is not None
        data = link.read(READ_S)
        now = time.monotonic()
        if modem.state is State.FAX:
            self._fax.turn(data, now)
            return
        if modem.fax.wanted:
            self._feed(Input.FAX)
        self._take(data, now)
        self._incoming.time(now)
        self._judge(now)
        self._outgoing.send(now)

    def _take_commands(self) -> None:
        port = self.modem.port
        for what, value in port.commands():
            if self.modem.state is State.AWAY:
                continue
            if what == HOOK:
                self._feed(Input.SEIZE if value else Input.RELEASE)
            elif what == FLASH:
                self._feed(Input.FLASH)
            elif what == PULSES:
                port.dialled(False)

    def _look(self, now: float) -> None:
        """For a modem that is away."""
        modem = self.modem
        if not self._finder.due(now):
            self._stopping.wait(_IDLE_S)
            return
        found = self._finder.look(now)
        if found is None:
            modem.is_in_trouble(self._finder.why)
            self.settled.set()
            return
        modem.at, modem.connection.link = found
        modem.watch.heard_at = now
        self._feed(Input.FOUND)

    def _take(self, data: bytes, now: float) -> None:
        """What came, or that nothing did."""
        connection, watch = self.modem.connection, self.modem.watch
        if data:
            watch.heard_at = now
            for item in connection.items(data):
                self._incoming.take(item, now)
        elif now - watch.heard_at > _END_QUIET_S:
            for item in connection.quiet():
                self._incoming.take(item, now)

    def _judge(self, now: float) -> None:
        """Whether it is still well."""
        modem = self.modem
        modem.watch.nonsense(modem.connection.take_junk())
        amiss = modem.watch.amiss(now, modem.state)
        if amiss is not None:
            seen, why = amiss
            if why:
                modem.is_in_trouble(f"{modem.at}: {why}")
            self._feed(seen)

    def _feed(self, seen: Input) -> None:
        """A step through the table."""
        modem = self.modem
        before = modem.state
        row = TABLE.get((before, seen))
        if row is None:
            return
        modem.state, actions = row
        if modem.state is not before or seen in (Input.NO_DUPLEX, Input.CHECK, Input.CONNECT):
            modem.watch.since = time.monotonic()
            _log.debug("%s: %s: %s -> %s", modem.at, seen.name, before.value, modem.state.value)
        for action in actions:
            self._actions.do(action)

    def _leave(self) -> None:
        """On hook, as well as it goes, and away."""
        modem, link = self.modem, self.modem.connection.link
        self._fed.gone(True)
        modem.fax.stop()
        if link is None:
            return
        try:
            off_hook = modem.state in OFF_HOOK or modem.state is State.HANGING_UP
            for data in (wire.HUSH, b"AT+VLS=0\r", b"ATH\r") if off_hook else (b"AT+FCLASS=0\r",):
                link.write(data)
                time.sleep(_LEAVE_S)
        except LinkGone:
            _log.debug("board %s: the modem was gone already", self._board_name)
        modem.connection.close()
