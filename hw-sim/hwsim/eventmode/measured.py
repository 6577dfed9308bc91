"""`Measured`: what an ear at the end of a line says of a sound.

No figure stands here. Each sound is played once down a line of the plant itself, with the line's loss, coding
and noise, the engine's echo canceller and every detector; what is reported and when, counted from the sound's
first sample, is kept and used wherever the same sound is heard again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ctidrv.native import check, ffi, lib, state
from ctidrv.native.engine import NativeEngine
from ctidrv.native.pcm import Pcm
from ctidrv.units import TICK, Samples, ms, seconds
from hwsim.eventmode.sound import Sound
from hwsim.plant import LineSettings, Plant
from hwsim.wire_settings import WireSettings

ALL: int = lib.CTI_EAR_ALL
LEAD = seconds(2)
"""Of the quiet line before each sound: longer than the pause that makes the next one new (cti/presence.h)."""
TAIL = seconds(3)
TONE_TAIL = seconds(8)
"""Behind a tone, whose end is known after its longest pause."""
LONGEST_TONE = seconds(20)
"""What a tone brings that goes on for longer it has brought by then."""
LONGEST_BEHIND = seconds(12)
"""The same of one that is measured behind another sound."""
BEFORE = seconds(3)
"""So much of what was heard just before a tone is played before it: the detectors remember as long."""
KEPT = 4096
BIT = {
    lib.CTI_EV_DIGIT_DOWN: lib.CTI_EAR_DTMF,
    lib.CTI_EV_DIGIT_UP: lib.CTI_EAR_DTMF,
    lib.CTI_EV_TONE_ON: lib.CTI_EAR_PROGRESS,
    lib.CTI_EV_TONE_OFF: lib.CTI_EAR_PROGRESS,
    lib.CTI_EV_TONE_CLEAR: lib.CTI_EAR_PROGRESS,
    lib.CTI_EV_VOICE_ON: lib.CTI_EAR_VOICE,
    lib.CTI_EV_VOICE_OFF: lib.CTI_EAR_VOICE,
    lib.CTI_EV_BEEP: lib.CTI_EAR_VOICE,
    lib.CTI_EV_CALLER_ID: lib.CTI_EAR_CALLER_ID,
    lib.CTI_EV_ALERT: lib.CTI_EAR_CALLER_ID,
    lib.CTI_EV_FAX_TONE: lib.CTI_EAR_FAX,
    lib.CTI_EV_SOUND_ON: lib.CTI_EAR_PRESENCE,
    lib.CTI_EV_SOUND_OFF: lib.CTI_EAR_PRESENCE,
}
"""The detector that each report is of."""
OVER = {
    lib.CTI_EV_TONE_ON: lib.CTI_EV_TONE_OFF,
    lib.CTI_EV_VOICE_ON: lib.CTI_EV_VOICE_OFF,
    lib.CTI_EV_SOUND_ON: lib.CTI_EV_SOUND_OFF,
}
BOARD, FIRST, SECOND = 0, 1, 2
"""Lines of the measuring plant: the board's, and two telephones'."""
_EVENTS = 64


@dataclass(frozen=True, slots=True)
class Report:
    """An event; `at` and `start` from the first sample of the sound."""

    at: int
    start: int
    kind: int
    value: int
    length: int
    ref: int
    level: float
    message: bytes = b""


@dataclass(frozen=True, slots=True)
class Before:
    """What was heard last before a sound: up to which of its samples, and how long before."""

    source: str
    sound: Sound
    gain_q12: int
    end: int
    gap: int

    @property
    def begin(self) -> int:
        return max(0, self.end - BEFORE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that begins and ends."""

    on: Report
    off: Report | None


@dataclass(frozen=True, slots=True)
class Heard:
    """All that a sound brings: what lasts, and the rest."""

    stretches: tuple[Stretch, ...]
    points: tuple[Report, ...]


def _heard(reports: Iterable[Report]) -> Heard:
    stretches: list[Stretch] = []
    points: list[Report] = []
    under_way: dict[tuple[int, int], int] = {}
    for report in reports:
        if report.kind in OVER:
            under_way[OVER[report.kind], report.value] = len(stretches)
            stretches.append(Stretch(report, None))
        elif report.kind in OVER.values():
            place = under_way.pop((report.kind, report.value), None)
            if place is not None:
                stretches[place] = Stretch(stretches[place].on, report)
        else:
            points.append(report)
    return Heard(tuple(stretches), tuple(points))


class Measured:
    """Of lines with these settings."""

    def __init__(self, line: LineSettings, wire: WireSettings | None, echo_taps: int) -> None:
        self._settings = line
        self._wire = wire
        self._taps = echo_taps
        self._progress: Any = None
        self._rig: tuple[Plant, NativeEngine] | None = None
        self._sounding: Pcm | None = None
        self._kept: OrderedDict[Any, Heard] = OrderedDict()

    def progress(self, config: Any) -> None:
        """The tones that all ears know which have none of their own; before the first sound."""
        self._progress = config

    def heard(
        self,
        source: str,
        ear: str,
        sound: Sound,
        gain_q12: int,
        end: int | None,
        progress: Any = None,
        before: Before | None = None,
    ) -> Heard:
        """`source`: board, phone or exchange; `ear`: board, phone, exchange, or on-hook (the board's, for
        caller ID). `end`: so much of the sound, None: all, or as much as tells all of one that goes on.
        `progress`: the board's definitions, if not the plant's. `before`: of a tone from the exchange."""
        tail = TONE_TAIL if sound.tone is not None else TAIL
        if end is None and sound.length is None:
            end, tail = LONGEST_TONE if before is None else LONGEST_BEHIND, Samples(0)
        own = b"" if progress is None else bytes(ffi.buffer(progress))
        key = (source, ear, sound, gain_q12, end, own, before)
        found = self._kept.get(key)
        if found is None:
            pcm = sound.pcm(0, end if end is not None else sound.length or 0)
            if ear == "on-hook":
                reports = _caller_id(pcm)
            else:
                reports = self._played(source, ear, pcm, gain_q12, tail, progress, before)
            found = self._kept[key] = _heard(reports)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found

    def _line(self) -> tuple[Plant, NativeEngine]:
        if self._rig is None:
            plant = Plant(1, 2, seed=1, line=self._settings, wire=self._wire, record_seconds=1)
            plant.progress(self._progress)
            engine = NativeEngine(1, 1, record_seconds=1)
            engine.add_board(plant.board)
            engine.echo_can(0, self._taps)
            engine.progress(0, self._progress)
            engine.line(0, lib.CTI_LINE_HOOK, 1)
            plant.hook(FIRST, True)
            plant.hook(SECOND, True)
            self._rig = plant, engine
            self._run(seconds(2), _nothing)
        return self._rig

    def _run(self, length: int, take: Any) -> None:
        plant, engine = self._line()
        for _ in range(-(-length // TICK)):
            engine.tick()
            for event in engine.events():
                is_message = event.kind == lib.CTI_EV_CALLER_ID
                take(event, engine.message(0, event.ref) if is_message else b"", BOARD)
            for event in plant.events():
                take(event, b"", event.port)

    def _played(
        self,
        source: str,
        ear: str,
        pcm: Pcm,
        gain_q12: int,
        tail: int,
        progress: Any,
        before: Before | None,
    ) -> list[Report]:
        plant, engine = self._line()
        listener = {"board": BOARD, "phone": FIRST}.get(ear)
        line = listener if listener is not None else BOARD if source == "board" else FIRST
        plant.connect(BOARD, None)
        plant.connect(FIRST, None)
        engine.progress(0, self._progress if progress is None else progress)
        engine.listen(0, 0)
        plant.phone_listen(FIRST, 0)
        if ear == "board":
            engine.listen(0, ALL)
        elif ear == "phone":
            plant.phone_listen(FIRST, ALL)
        self._run(LEAD, _nothing)
        if before is not None:
            said = before.sound.pcm(before.begin, before.end)
            self._say(before.source, ear, line, said, before.gain_q12)
            self._run(len(said) + before.gap, _nothing)
            plant.connect(line, None)
        begin = engine.now()
        self._say(source, ear, line, pcm, gain_q12)
        made: list[Report] = []
        of_ear = {"board": None, "phone": 1, "exchange": 0}[ear]

        def take(event: Any, message: bytes, at_line: int) -> None:
            if at_line == line and event.kind in BIT and (of_ear is None or event.ref == of_ear):
                made.append(_report(event, begin, message))

        self._run(len(pcm) + tail, take)
        plant.connect(line, None)
        engine.listen(0, 0)
        plant.phone_listen(FIRST, 0)
        return made

    def _say(self, source: str, ear: str, line: int, pcm: Pcm, gain_q12: int) -> None:
        """From the next tick on, to who listens at this line."""
        plant, engine = self._line()
        speaker = BOARD if source == "board" else SECOND if ear == "phone" else FIRST
        if source != "exchange" and ear != "exchange":
            plant.connect(line, speaker)
        if source == "exchange":
            plant.exchange_play(line, pcm)
        elif source == "board":
            engine.play(0, 1, pcm=pcm.ptr, samples=len(pcm), gain_q12=gain_q12)
            self._sounding = pcm  # the core reads it
        else:
            plant.phone_play(speaker, pcm)


def _nothing(event: Any, message: bytes, line: int) -> None:
    pass


def _report(event: Any, begin: int, message: bytes) -> Report:
    return Report(
        event.at - begin,
        event.start - begin,
        event.kind,
        event.value,
        event.length,
        event.ref,
        event.level,
        message,
    )


def _caller_id(pcm: Pcm) -> list[Report]:
    """What the receiver of caller ID says of it, alone on a quiet line."""
    size = lib.cti_ear_size(1)
    ear = state("cti_ear", size)
    check(lib.cti_ear_init(ear, size, 1), "ear")
    check(lib.cti_ear_listen(ear, 0, lib.CTI_EAR_CALLER_ID), "ear")
    lead = ms(200)
    whole = Pcm.silence(lead) + pcm + Pcm.silence(seconds(1))
    events = ffi.new("cti_event[]", _EVENTS)
    bytes_of = ffi.new("uint8_t[]", 512)
    made: list[Report] = []
    count = check(lib.cti_ear_run(ear, whole.ptr, len(whole), len(whole), events, _EVENTS), "ear")
    for event in events[0:count]:
        length = (
            lib.cti_ear_message(ear, 0, event.ref, bytes_of, 512) if event.kind == lib.CTI_EV_CALLER_ID else 0
        )
        made.append(_report(event, lead, bytes(ffi.buffer(bytes_of, max(0, length)))))
    return made
