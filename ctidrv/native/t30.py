"""The procedure of a fax call without sound (cti/t30.h; ITU-T T.30).

A `T30` orders turns of a fax modem, takes what the modem hears, and tells what becomes of pages. Its owner
calls `turn` after each call of `sent`, `heard`, `run` and `page`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ctidrv.errors import UsageError
from ctidrv.native import check, ffi, lib, state, uncleared
from ctidrv.native.events import FAX_TONES
from ctidrv.native.fax_line import FaxTurn, TurnKind
from ctidrv.native.fax_modem import KIND_NUMBERS, MODEM_NUMBERS, FaxHeard, FaxQuality, Modem
from ctidrv.native.t4 import CODINGS, ENDS, row_bytes
from ctidrv.native.t30_frames import RESOLUTIONS, WIDTHS, Ability, ability_of, frame_name

_TURNS: dict[int, TurnKind] = {
    lib.CTI_FAX_TURN_LISTEN: "listen",
    lib.CTI_FAX_TURN_CNG: "cng",
    lib.CTI_FAX_TURN_CED: "ced",
    lib.CTI_FAX_TURN_FRAMES: "frames",
    lib.CTI_FAX_TURN_DATA: "data",
    lib.CTI_FAX_TURN_HANG_UP: "hang_up",
}
_EVENTS: dict[int, str] = {
    lib.CTI_T30_REMOTE: "remote",
    lib.CTI_T30_NEGOTIATED: "negotiated",
    lib.CTI_T30_RATE: "rate",
    lib.CTI_T30_SENT_FRAME: "sent-frame",
    lib.CTI_T30_HEARD_FRAME: "heard-frame",
    lib.CTI_T30_PAGE_WANTED: "page-wanted",
    lib.CTI_T30_PAGE_BEGUN: "page-begun",
    lib.CTI_T30_PAGE_PART: "page-part",
    lib.CTI_T30_PAGE_SENT: "page-sent",
    lib.CTI_T30_PAGE_TAKEN: "page-taken",
    lib.CTI_T30_VOICE: "voice",
    lib.CTI_T30_DONE: "done",
}
RESULTS: dict[int, str] = {
    lib.CTI_T30_OK: "ok",
    lib.CTI_T30_NO_FAX: "no-fax",
    lib.CTI_T30_SILENT: "silent",
    lib.CTI_T30_CANNOT_RECEIVE: "cannot-receive",
    lib.CTI_T30_NO_DOCUMENT: "no-document",
    lib.CTI_T30_INCOMPATIBLE: "incompatible",
    lib.CTI_T30_WRONG_PASSWORD: "wrong-password",
    lib.CTI_T30_HUNG_UP_B: "hung-up-before",
    lib.CTI_T30_HUNG_UP_TRAINING: "hung-up-training",
    lib.CTI_T30_HUNG_UP_PAGE: "hung-up-page",
    lib.CTI_T30_NO_REPLY: "no-reply",
    lib.CTI_T30_TRAINING_FAILED: "training-failed",
    lib.CTI_T30_PAGE_REFUSED: "page-refused",
    lib.CTI_T30_NOT_CONFIRMED: "not-confirmed",
    lib.CTI_T30_TOO_BAD: "too-bad",
    lib.CTI_T30_NOT_READY: "not-ready",
    lib.CTI_T30_NO_ROWS: "no-rows",
    lib.CTI_T30_STOPPED: "stopped",
    lib.CTI_T30_LINE_LOST: "line-lost",
    lib.CTI_T30_CANCELLED: "cancelled",
}
"""How a call ended, by ``enum cti_t30_result``."""
RESULT_WORDS: dict[str, tuple[str, str]] = {
    "ok": ("the call ended in order", "通话正常结束"),
    "no-fax": ("no fax answered", "没有传真机应答"),
    "silent": ("a fax tone was heard, then nothing", "听到传真音,此后没有信号"),
    "cannot-receive": ("the far end does not receive", "对方不能接收"),
    "no-document": ("there is no document to be polled", "没有可供索取的文件"),
    "incompatible": ("the far end wants what we do not have", "对方要求我方不支持的方式"),
    "wrong-password": ("the far end gave a wrong password", "对方口令错误"),
    "hung-up-before": ("the far end hung up before anything was agreed", "协商之前对方挂断"),
    "hung-up-training": ("the far end hung up in training", "训练时对方挂断"),
    "hung-up-page": ("the far end hung up within a page or behind it", "传送页面时对方挂断"),
    "no-reply": ("the far end gave no reply", "对方没有答复"),
    "training-failed": ("training failed at every rate", "所有速率训练均失败"),
    "page-refused": ("a page was refused", "页面被拒收"),
    "not-confirmed": ("a page was sent and not confirmed", "页面已发出但未获确认"),
    "too-bad": ("the line is too bad, even for error correction", "线路太差,纠错无效"),
    "not-ready": ("the far end was not ready for a minute", "对方一分钟内未准备好"),
    "no-rows": ("our page was not there in time", "我方页面未能及时备好"),
    "stopped": ("no more came from the far end", "对方不再发送"),
    "line-lost": ("the line was lost", "线路中断"),
    "cancelled": ("we ended the call", "我方取消"),
}
"""The same in words: English, Chinese."""
_SENT = {
    lib.CTI_T30_CONFIRMED: "confirmed",
    lib.CTI_T30_REFUSED: "refused",
    lib.CTI_T30_UNCONFIRMED: "unconfirmed",
    lib.CTI_T30_BROKEN: "broken",
    lib.CTI_T30_UNREPAIRED: "unrepaired",
}
_TAKEN = {
    lib.CTI_T30_TAKEN: "taken",
    lib.CTI_T30_TAKEN_BADLY: "taken-badly",
    lib.CTI_T30_TURNED_DOWN: "turned-down",
    lib.CTI_T30_CUT: "cut",
}
_FRAMES = ("remote", "sent-frame", "heard-frame", "voice")
_NUMBER_OF_WIDTH = {pixels: number for number, pixels in WIDTHS.items()}
_NUMBER_OF_RESOLUTION = {name: number for number, name in RESOLUTIONS.items()}
_CODING_NAMES = {int(number): name for name, number in CODINGS.items()}
_MODEM_NAMES = {number: name for name, number in MODEM_NUMBERS.items()}
_TONE_NUMBERS = {name: number for number, name in FAX_TONES.items()}
_MEMORY_ROWS, _MEMORY_WIDTH, _MEMORIES = 20_000, 2432, 2
_FRAME_OCTETS = int(lib.CTI_HDLC_FRAME_MAX)
_ID_CHARACTERS = "0123456789 +*#"
"""Of identities, sub-addresses and passwords (T.30, 5.3.6.2)."""
_LEAST_BIT_RATE = 2400
_PERCENT = range(101)
_REPEATS = range(101)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that we have, as it would best be sent: pixels; ``standard``, ``fine`` or ``superfine``."""

    width: int = 1728
    resolution: str = "standard"


@dataclass(frozen=True, slots=True)
class T30Config:
    """Who we are and what we want (cti_t30_config).

    `subaddress`: sent as SUB, or as SEP where we poll; answering: by which our document is polled, empty: by
    any and by none. `password`: sent as SID or PWD; answering: what we demand (T.30, 5.3.6). SUB and SID, SEP
    and PWD are left out where the far end does not take them (`T30Link.far_end`), and the call goes on.
    """

    calling: bool
    receives: bool = True
    polls: bool = False
    sheets: Sequence[Sheet] = ()
    ident: str = ""
    subaddress: str = ""
    password: str = ""
    modems: frozenset[str] = frozenset({"v27ter", "v29", "v17"})
    bit_rate: int = 14_400
    ecm: bool = True
    frame_octets: int = 256
    mr: bool = True
    mmr: bool = True
    widths: tuple[int, ...] = (1728, 2048, 2432)
    resolutions: tuple[str, ...] = ("standard", "fine", "superfine")
    row_ms: int = 0
    refuse_percent: int = 15
    repeats: int = 2


@dataclass(frozen=True, slots=True)
class T30Event:
    """What happened. `what`: the frame, the page's state or the result by name; see cti_t30_event.

    `data`, `damage`: a taken page's rows, and of each what became of it (cti/t4_decoder.h).
    """

    kind: str
    at: int
    page: int
    value: int
    what: str | None
    octets: bytes
    length: int
    width: int | None
    resolution: str | None
    rows: int
    damaged: int
    first_damaged: int | None
    end: str
    missing: bool
    clean: bool
    data: bytes = field(default=b"", repr=False)
    damage: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class T30Link:
    """What was agreed, and who the far end is (cti_t30_link)."""

    modem: Modem | None
    bit_rate: int
    ecm: bool
    frame_octets: int
    coding: str | None
    width: int | None
    resolution: str | None
    row_ms: int
    ident: str
    subaddress: str
    password: str
    far_end: Ability
    pages_sent: int
    pages_taken: int
    result: str | None


def _known(names: dict[Any, int], name: Any, what: str) -> int:
    if name not in names:
        raise UsageError(f"{name!r} is no {what} of a fax: {', '.join(map(str, names))}")
    return names[name]


def _text(name: str, what: str) -> bytes:
    if len(name) > lib.CTI_T30_ID_CHARS or not set(name) <= set(_ID_CHARACTERS):
        raise UsageError(f"{name!r} is no {what} of a fax: up to 20 digits, blanks, +, * and #")
    return name.encode()


def read_link(out: Any) -> T30Link:
    """Of a cti_t30_link."""
    return T30Link(
        modem=_MODEM_NAMES.get(out.modem),
        bit_rate=out.bit_rate,
        ecm=bool(out.ecm),
        frame_octets=out.frame_octets,
        coding=_CODING_NAMES.get(out.coding),
        width=WIDTHS.get(out.width),
        resolution=RESOLUTIONS.get(out.resolution),
        row_ms=out.row_ms,
        ident=ffi.string(out.ident).decode(),
        subaddress=ffi.string(out.subaddress).decode(),
        password=ffi.string(out.password).decode(),
        far_end=ability_of(out.far_end),
        pages_sent=out.pages_sent,
        pages_taken=out.pages_taken,
        result=RESULTS.get(out.result),
    )


def _odd(config: T30Config) -> Iterator[str]:
    """What no fax does, beside names that are none."""
    if "v27ter" not in config.modems:
        yield "without V.27ter, which every fax has (T.30)"
    if "standard" not in config.resolutions:
        yield "without the standard resolution, which every fax has (T.30)"
    if config.bit_rate < _LEAST_BIT_RATE:
        yield f"at {config.bit_rate} bit/s; {_LEAST_BIT_RATE} is the least"
    if config.frame_octets not in (64, 256):
        yield f"with frames of {config.frame_octets} octets; they have 64 or 256"
    if config.refuse_percent not in _PERCENT:
        yield f"that refuses pages of {config.refuse_percent} % damaged rows; 0 to 100"
    if config.repeats not in _REPEATS:
        yield f"with {config.repeats} repeats of a page; 0 to 100"


def native_config(config: T30Config) -> tuple[Any, Any]:
    """``cti_t30_config *``, and what lives as long as the call. UsageError: what no fax has."""
    sheets = ffi.new("cti_t30_sheet[]", max(1, len(config.sheets)))
    for at, sheet in enumerate(config.sheets):
        sheets[at].width = _known(_NUMBER_OF_WIDTH, sheet.width, "width")
        sheets[at].resolution = _known(_NUMBER_OF_RESOLUTION, sheet.resolution, "resolution")
    c = ffi.new("cti_t30_config *")
    lib.cti_t30_defaults(c, int(config.calling))
    c.sheets, c.sheet = len(config.sheets), sheets
    c.ident, c.password = _text(config.ident, "identity"), _text(config.password, "password")
    c.subaddress = _text(config.subaddress, "sub-address")
    c.modems = sum(1 << _known(MODEM_NUMBERS, name, "modem") for name in config.modems)
    c.widths = sum(_known(_NUMBER_OF_WIDTH, width, "width") for width in config.widths)
    c.resolutions = sum(_known(_NUMBER_OF_RESOLUTION, r, "resolution") for r in config.resolutions)
    for words in _odd(config):
        raise UsageError(f"no fax call can be made {words}")
    for name in ("receives", "polls", "ecm", "mr", "mmr"):
        setattr(c, name, int(getattr(config, name)))
    for name in ("bit_rate", "frame_octets", "row_ms", "refuse_percent", "repeats"):
        setattr(c, name, getattr(config, name))
    return c, sheets


def refused(config: T30Config) -> str:
    """What is left that the core may have refused: parts that do not go together."""
    modems, widths = ", ".join(sorted(config.modems)), ", ".join(map(str, config.widths))
    return f"no fax call can be made with modems {modems}, widths {widths} and rows of {config.row_ms} ms"


class FaxPages:
    """The memory of a call's pages, and its events: what `T30` and a fax machine on audio share."""

    def __init__(self, config: T30Config) -> None:
        self._pages: dict[int, list[Any]] = {}
        self._memory: dict[int, tuple[Any, Any]] = {}
        if config.receives or config.polls:
            for _ in range(_MEMORIES):
                self._give_memory()

    def _offer(self, rows: Any, size: int, damage: Any, most: int) -> int:
        """Gives memory to the call; its number there."""
        raise NotImplementedError

    def _give_memory(self) -> None:
        rows = uncleared("uint8_t", _MEMORY_ROWS * row_bytes(_MEMORY_WIDTH))
        damage = uncleared("uint8_t", _MEMORY_ROWS)
        number = self._offer(rows, _MEMORY_ROWS * row_bytes(_MEMORY_WIDTH), damage, _MEMORY_ROWS)
        self._memory[check(number, "memory of a fax page")] = (rows, damage)

    def _keep_page(self, page: int, rows: bytes, width: int) -> tuple[Any, int]:
        """A page of ours in memory, until it was sent, and its rows."""
        size = row_bytes(width)
        if not rows or len(rows) % size:
            raise UsageError(f"page {page + 1}: {len(rows)} bytes are no whole rows of {size} bytes")
        memory = ffi.from_buffer("uint8_t[]", rows)
        self._pages.setdefault(page, []).append(memory)
        return memory, len(rows) // size

    def _read_event(self, ev: Any) -> T30Event:
        kind = _EVENTS[ev.kind]
        what: str | None = None
        if kind in _FRAMES:
            what = frame_name(ev.value)
        elif kind in ("page-sent", "page-taken", "done"):
            what = {"page-sent": _SENT, "page-taken": _TAKEN, "done": RESULTS}[kind][ev.value]
        data = damage = b""
        if kind == "page-taken" and ev.memory >= 0:
            rows, damages = self._memory.pop(ev.memory)
            data = bytes(ffi.buffer(rows, ev.rows * row_bytes(WIDTHS[ev.width])))
            damage = bytes(ffi.buffer(damages, ev.rows))
            self._give_memory()
        if kind == "page-sent" and what != "refused":
            self._pages.pop(ev.page, None)
        return T30Event(
            kind=kind,
            at=ev.at,
            page=ev.page,
            value=ev.value,
            what=what,
            octets=bytes(ffi.buffer(ev.octets, min(ev.length, len(ev.octets)))),
            length=ev.length,
            width=WIDTHS.get(ev.width),
            resolution=RESOLUTIONS.get(ev.resolution),
            rows=ev.rows,
            damaged=ev.damaged,
            first_damaged=None if ev.first_damaged < 0 else ev.first_damaged,
            end=ENDS[ev.end],
            missing=bool(ev.missing),
            clean=bool(ev.clean),
            data=data,
            damage=damage,
        )


class T30(FaxPages):
    """One call. UsageError: a config that cannot be."""

    def __init__(self, config: T30Config) -> None:
        c, self._sheets = native_config(config)
        size = lib.cti_t30_size()
        self._state = state("cti_t30", size)
        if lib.cti_t30_init(self._state, size, c) < 0:
            raise UsageError(refused(config))
        self._turn = ffi.new("cti_fax_turn *")
        self._frame = ffi.new("uint8_t[]", _FRAME_OCTETS)
        self._event = ffi.new("cti_t30_event *")
        super().__init__(config)

    def _offer(self, rows: Any, size: int, damage: Any, most: int) -> int:
        return int(lib.cti_t30_memory(self._state, rows, size, damage, most))

    def turn(self) -> FaxTurn | None:
        """A new turn, to be done at once; None: as before."""
        turn = self._turn
        if not check(lib.cti_t30_turn(self._state, turn), "fax turn"):
            return None
        return FaxTurn(
            kind=_TURNS[turn.kind],
            modem=_MODEM_NAMES[turn.modem],
            bit_rate=turn.bit_rate,
            hdlc=bool(turn.hdlc),
            short_training=bool(turn.short_training),
            hold_ms=turn.hold_ms,
            silence=turn.silence,
            ms=turn.ms,
        )

    def frame(self) -> bytes:
        """The next frame of the turn, without check sequence; empty: no more."""
        n = check(lib.cti_t30_frame(self._state, self._frame, _FRAME_OCTETS), "fax frame")
        return bytes(ffi.buffer(self._frame, n))

    def data(self, most: int = 1024) -> bytes:
        """The next octets of a turn of data, at most so many; empty: that was all."""
        out = ffi.new("uint8_t[]", max(1, most))
        return bytes(ffi.buffer(out, check(lib.cti_t30_data(self._state, out, most), "fax data")))

    def sent(self) -> None:
        """The turn's carrier or tone has ended."""
        lib.cti_t30_sent(self._state)

    def heard(self, modem: Modem, heard: FaxHeard, quality: FaxQuality | None = None) -> None:
        """What a receiver says; `quality` of a fast carrier."""
        ev = ffi.new("cti_fax_modem_event *")
        octets = ffi.from_buffer("uint8_t[]", heard.octets or b"\0")
        ev.kind, ev.length, ev.octets = KIND_NUMBERS[heard.kind], len(heard.octets), octets
        ev.at, ev.level_dbm0 = heard.at, heard.level
        q = ffi.NULL
        if quality is not None:
            q = ffi.new("cti_fax_modem_quality *")
            q.level_dbm0, q.snr_db, q.evm = quality.level, quality.snr, quality.evm
            q.carrier_hz, q.clock_ppm, q.is_lost = quality.carrier_hz, quality.clock_ppm, int(quality.is_lost)
        lib.cti_t30_heard(self._state, MODEM_NUMBERS[modem], ev, q)

    def tone(self, tone: str) -> None:
        """A fax tone was heard: ``cng``, ``ced``, ``ansam`` or ``v21``."""
        lib.cti_t30_tone(self._state, _known(_TONE_NUMBERS, tone, "tone"))

    def run(self, samples: int) -> None:
        """Time passes."""
        lib.cti_t30_run(self._state, samples)

    def gone(self) -> None:
        """The line is gone."""
        lib.cti_t30_gone(self._state)

    def cancel(self) -> None:
        """We end the call, in order."""
        lib.cti_t30_cancel(self._state)

    def page(self, page: int, rows: bytes, width: int) -> None:
        """The rows of the wanted page, `width` pixels each. NativeError (CTI_ERR_STATE): it is not wanted."""
        memory, count = self._keep_page(page, rows, width)
        check(lib.cti_t30_page(self._state, page, memory, count), f"fax page {page + 1}")

    def events(self) -> list[T30Event]:
        """What happened since the last call."""
        found = []
        while lib.cti_t30_events(self._state, self._event, 1) == 1:
            found.append(self._read_event(self._event))
        return found

    @property
    def link(self) -> T30Link:
        """What was agreed so far."""
        out = ffi.new("cti_t30_link *")
        check(lib.cti_t30_about(self._state, out), "fax call")
        return read_link(out)
