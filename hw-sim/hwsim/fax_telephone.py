"""A fax machine at a simulated telephone: the station's own engine, with the vices of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ctidrv.errors import UsageError
from ctidrv.native.fax_machine import FaxMachine
from ctidrv.native.pcm import Pcm
from ctidrv.native.t30 import Sheet, T30Config, T30Event
from ctidrv.units import TICK, seconds
from hwsim.devices.vices import Vice, Vices
from hwsim.telephone import Telephone

VICES = {
    "late": Vice((5.0,), "it answers {0} s late"),
    "deaf": Vice((10.0,), "it hears nothing for {0} s from its first frame on"),
    "silent-first": Vice((), "behind its first frame it falls silent for good"),
    "silent-training": Vice((), "when the modems are to be trained it falls silent for good"),
    "silent-page": Vice((), "within a page it falls silent for good"),
    "silent-reply": Vice((), "behind a page it falls silent for good"),
    "cuts": Vice((0.02, 10.0), "its carrier fails for {0} s, every {1} s on average"),
    "refuses": Vice((), "it finds each page bad, and has no error correction"),
    "old": Vice((), "it is of the first days: V.27ter, MH, standard, 20 ms a row, no error correction"),
    "small-frames": Vice((), "it wants frames of 64 octets"),
}
_ENDS_OF_PAGES = frozenset({"MPS", "EOM", "EOP", "PPS"})
_OLD = T30Config(
    calling=False,
    modems=frozenset({"v27ter"}),
    ecm=False,
    mr=False,
    mmr=False,
    widths=(1728,),
    resolutions=("standard",),
    row_ms=20,
)


@dataclass(frozen=True, slots=True)
class FaxPage:
    """Packed rows of `width` pixels; the resolution is T.30's word for it."""

    rows: bytes = field(repr=False)
    width: int = 1728
    resolution: str = "standard"


@dataclass(slots=True)
class FaxTold:
    """What the machine knows of its call. `result`: of ``ctidrv.native.t30.RESULTS``."""

    result: str | None = None
    sent: list[str] = field(default_factory=list)
    """What became of each of its pages, in the order it was known."""
    taken: list[T30Event] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    """``>DIS`` was sent, ``<DCS`` was heard."""


class FaxTelephone:
    """At `phone`, whose handset somebody lifts and puts down. It sends `pages`, and else receives.

    A page goes out as it is: the far end has to take its width and resolution. UsageError, InputError (of a
    vice).
    """

    def __init__(
        self,
        phone: Telephone,
        *,
        calling: bool,
        pages: Sequence[FaxPage] = (),
        ident: str = "555 0199",
        vices: Iterable[str] = (),
        seed: int = 1,
        level: float = -13.0,
    ) -> None:
        self.told = FaxTold()
        self._phone = phone
        self._pages = pages
        self._vices = Vices(VICES, seed)
        for vice in vices:
            self._vices.turn(vice)
        self._machine = FaxMachine(self._config(calling, ident), level=level)
        self._deaf = self._cut = 0
        self._silent = False

    def _config(self, calling: bool, ident: str) -> T30Config:
        config = replace(_OLD, calling=calling) if "old" in self._vices else T30Config(calling=calling)
        if "refuses" in self._vices:
            config = replace(config, ecm=False, refuse_percent=0)
        if "small-frames" in self._vices:
            config = replace(config, frame_octets=64)
        sheets = [Sheet(page.width, page.resolution) for page in self._pages]
        return replace(config, ident=ident, sheets=sheets, receives=not sheets)

    async def talks(self) -> FaxTold:
        """From when the line is through to the end of the call, or of the line."""
        await self._phone.silence(seconds(self._vices.value("late")))
        said = Pcm.silence(TICK)
        while not self._machine.is_over and self._phone.off_hook:
            heard = Pcm.from_bytes(await self._phone.exchanges(said))
            said = self._speaks(heard)
        if self._phone.off_hook:
            await self._phone.exchanges(said)  # the end of its last frame
        self._attend()
        if self.told.result is None:
            self._machine.gone()
            self._machine.run(Pcm.silence(TICK))
            self._attend()
        return self.told

    def _speaks(self, heard: Pcm) -> Pcm:
        deaf = self._silent or self._deaf > 0
        self._deaf -= self._deaf > 0
        said = self._machine.run(Pcm.silence(TICK) if deaf or len(heard) < TICK else heard)
        self._attend()
        if self._cut == 0 and self._vices.begins("cuts"):
            self._cut = max(1, seconds(self._vices.value("cuts")) // TICK)
        cut, self._cut = self._cut > 0, max(0, self._cut - 1)
        return Pcm.silence(TICK) if self._silent or cut else said

    def _attend(self) -> None:
        for event in self._machine.events():
            self._misbehave(event)
            match event.kind:
                case "page-wanted":
                    self._give(event)
                case "page-sent":
                    self.told.sent.append(event.what or "")
                case "page-taken":
                    self.told.taken.append(event)
                case "sent-frame":
                    self.told.frames.append(f">{event.what}")
                case "heard-frame":
                    self.told.frames.append(f"<{event.what}")
                case "done":
                    self.told.result = event.what

    def _give(self, event: T30Event) -> None:
        page = self._pages[event.page]
        if (event.width, event.resolution) != (page.width, page.resolution):
            raise UsageError(
                f"page {event.page + 1} has {page.width} pixels and is {page.resolution}: the far end takes "
                f"{event.width}, {event.resolution}"
            )
        self._machine.page(event.page, page.rows, page.width)

    def _misbehave(self, event: T30Event) -> None:
        if event.kind == "sent-frame" and not any(each[0] == ">" for each in self.told.frames):
            self._deaf = seconds(self._vices.value("deaf")) // TICK
            self._silent |= "silent-first" in self._vices
        trains = event.kind in ("sent-frame", "heard-frame") and event.what == "DCS"
        replies = event.kind in ("sent-frame", "heard-frame") and event.what in _ENDS_OF_PAGES
        self._silent |= trains and "silent-training" in self._vices
        self._silent |= event.kind == "page-begun" and "silent-page" in self._vices
        self._silent |= replies and "silent-reply" in self._vices
