"""The rows of a digit receiver's table: what it hears of seeded signals, after ITU-T Q.24.

Every trial takes a receiver (`Hear`) and how many digits to send, so that ours and others are measured on
the same audio. Unless a row says otherwise digits last 50 ms, 57 ms apart and at random block phase, at
-10 dBm0 each frequency over noise at -60 dBm0; a digit is heard when it is reported between its beginning
and 150 ms after its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ctidrv.events import DigitDown
from ctidrv.native import g711
from ctidrv.native.dtmf_signals import KEYS, Dice, Sent, Signal, both
from ctidrv.native.ear import DTMF, Ear
from ctidrv.native.pcm import Pcm
from ctidrv.units import RATE

LEAD_MS, TAIL_MS, PAUSE_MS = 300, 200, 57
_LATE = 150 * 8


@dataclass(frozen=True, slots=True)
class Heard:
    """A report: the digit, and after how many samples it was known (None: the receiver does not say)."""

    digit: str
    at: int | None


Hear = Callable[[Pcm], list[Heard]]
Figures = dict[str, float | None]


def ours(pcm: Pcm) -> list[Heard]:
    """This build's receiver."""
    events = Ear(detectors=DTMF).hear(pcm)
    return [Heard(event.digit, int(event.at)) for event in events if isinstance(event, DigitDown)]


@dataclass(slots=True)
class Score:
    """Of the digits sent: how many were heard, what was reported beside them, and how late."""

    sent: int = 0
    heard: int = 0
    extra: int = 0
    late: list[int] | None = None

    @property
    def percent(self) -> float:
        return 100.0 * self.heard / self.sent if self.sent else 0.0


def _common(a: str, b: str) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for each in a:
        before = 0
        for index, other in enumerate(b):
            here = row[index + 1]
            row[index + 1] = before + 1 if each == other else max(here, row[index])
            before = here
    return row[-1]


def score(sent: Sequence[Sent], heard: Sequence[Heard]) -> Score:
    """Matches reports with digits: by time where the receiver gives it, else by order alone."""
    result = Score(len(sent), late=[])
    if any(each.at is None for each in heard):
        result.heard = _common("".join(s.digit for s in sent), "".join(h.digit for h in heard))
        result.extra = len(heard) - result.heard
        return result
    assert result.late is not None
    place = 0
    for report in heard:
        at = report.at or 0
        while place < len(sent) and sent[place].start + sent[place].length + _LATE < at:
            place += 1
        ahead = place
        while ahead < len(sent) and sent[ahead].start < at and sent[ahead].digit != report.digit:
            ahead += 1
        if ahead < len(sent) and sent[ahead].start < at:
            result.heard += 1
            result.late.append(at - sent[ahead].start)
            place = ahead + 1
        else:
            result.extra += 1
    return result


def keyed(
    dice: Dice, count: int, *, ms: float = 50, pause: float = PAUSE_MS, level: float = -10.0,
    twist: float = 0.0, off: float = 0.0,
) -> Signal:  # fmt: skip
    """Random digits; off: ratio by which both frequencies are off, up or down by turns."""
    signal = Signal(dice)
    signal.pause(LEAD_MS)
    for index in range(count):
        shift = -off if index & 1 else off
        signal.digit(KEYS[dice.below(16)], ms, level=level, twist=twist, low_off=shift, high_off=shift)
        signal.pause(pause + dice.between(0, 2))
    signal.pause(TAIL_MS)
    return signal


def _of(hear: Hear, signal: Signal, noise: float = -60.0) -> Score:
    return score(signal.sent, hear(signal.pcm(noise)))


def reach(points: Iterable[float], percent: Callable[[float], float], least: float = 99.0) -> float | None:
    """The last of the points, from the easy to the hard, up to which all reach `least` percent."""
    last = None
    for point in points:
        if percent(point) < least:
            break
        last = point
    return last


def frequency(hear: Hear, count: int, seed: int) -> Figures:
    """Both tones off: percent heard at 1.5 %, where 99 % ends, percent taken at 3.5 % and beyond."""

    def at(off: float) -> float:
        return _of(hear, keyed(Dice(seed), count, off=off / 100)).percent

    return {
        "heard_at_1.5_percent": at(1.5),
        "all_heard_to_percent": reach((0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0), at),
        "taken_at_3.5_percent_and_more": sum(at(off) for off in (3.5, 4.0, 5.0)) / 3,
    }


def twist(hear: Hear, count: int, seed: int) -> Figures:
    """The range of the high frequency's level over the low one's in which 99 % are heard, dB."""

    def at(db: float) -> float:
        return _of(hear, keyed(Dice(seed), count, twist=db)).percent

    return {"least_db": reach(range(0, -17, -1), at), "most_db": reach(range(0, 13), at)}


def level(hear: Hear, count: int, seed: int) -> Figures:
    """Levels at which 99 % are heard (noise 30 dB below, at most -60 dBm0), and what is taken at -55 dBm0."""

    def at(dbm0: float) -> float:
        return _of(hear, keyed(Dice(seed), count, level=dbm0), min(-60.0, dbm0 - 30)).percent

    return {
        "most_dbm0": reach((-10, -8, -6, -4, -2, 0), at),
        "least_dbm0": reach(range(-10, -60, -1), at),
        "taken_at_-55_dbm0_and_less": max(at(-55), at(-60)),
    }


def duration(hear: Hear, count: int, seed: int) -> Figures:
    """The shortest tone of which 99 % are heard, ms, and percent reported of 20…23 ms."""

    def at(ms: float) -> float:
        return _of(hear, keyed(Dice(seed), count, ms=ms)).percent

    return {
        "shortest_heard_ms": reach(range(45, 22, -1), at),
        "taken_at_20_to_23_ms": sum(at(ms) for ms in (20, 21, 22, 23)) / 4,
        "taken_at_23_ms": at(23),
    }


def _holed(dice: Dice, count: int, ms: float, hole: float) -> Signal:
    signal = Signal(dice)
    signal.pause(LEAD_MS)
    for _ in range(count):
        signal.digit(KEYS[dice.below(16)], ms)
        first = (
            round(8 * dice.between(0, ms - hole)) if ms < 80 else round(8 * dice.between(32, ms - hole - 5))
        )
        signal.hole(signal.sent[-1].start + first, hole)
        signal.pause(PAUSE_MS + dice.between(0, 2))
    signal.pause(TAIL_MS)
    return signal


def holes(hear: Hear, count: int, seed: int) -> Figures:
    """Percent of 100 ms digits that a hole of 2…10 ms, 21 ms splits; of 50 ms ones heard with one of 8 ms
    anywhere."""

    def split(*lengths: float) -> float:
        scores = [_of(hear, _holed(Dice(seed), count, 100, hole)) for hole in lengths]
        return 100.0 * sum(each.extra for each in scores) / sum(each.sent for each in scores)

    short = _of(hear, _holed(Dice(seed + 1), count, 50, 8))
    return {
        "split_by_2_to_10_ms": split(2, 4, 6, 8, 10),
        "split_by_21_ms": split(21),
        "heard_50_ms_with_hole_of_8_ms": short.percent,
        "split_50_ms_with_hole_of_8_ms": 100.0 * short.extra / short.sent,
    }


def gap(hear: Hear, count: int, seed: int) -> Figures:
    """The shortest pause between two equal digits by which 99 % are told apart, ms."""

    def at(ms: float) -> float:
        signal = Signal(Dice(seed))
        signal.pause(LEAD_MS)
        for _ in range(count // 2):
            key = KEYS[signal.dice.below(16)]
            for pause in (ms, 90 + signal.dice.between(0, 2)):
                signal.digit(key, 50)
                signal.pause(pause)
        signal.pause(TAIL_MS)
        return _of(hear, signal).percent

    return {"shortest_ms": reach(range(45, 14, -1), at)}


def noise(hear: Hear, count: int, seed: int) -> Figures:
    """Percent heard by signal over noise, and the least ratio of the steps at which 99 % are."""
    figures: Figures = {}
    least: float | None = None
    for snr in (12, 10, 8, 6, 4, 2, 0, -2, -4):
        heard = _of(hear, keyed(Dice(seed), count), both(-10, 0) - snr)
        good = heard.percent >= 99 and heard.extra * 1000 <= heard.sent
        if good and (least is None or least == snr + 2):
            least = snr
        if snr in (0, -2):
            figures[f"heard_at_{snr}_db"] = heard.percent
            figures[f"extra_at_{snr}_db"] = heard.extra
    return {"least_db": least, **figures}


def dial_tone(hear: Hear, count: int, seed: int) -> Figures:
    """Percent heard over a dial tone whose power is so many dB over the digit's."""
    figures: Figures = {}
    for db in (-6, 0, 6, 12):
        total = Score()
        for kind in ((350.0, 440.0), (425.0,), (400.0, 450.0)):
            signal = keyed(Dice(seed), count // 3 + 1, level=-18)
            for hz in kind:
                signal.add_sine(hz, -15.0 + db - (3.0 if len(kind) == 2 else 0.0))
            part = _of(hear, signal)
            total.sent += part.sent
            total.heard += part.heard
        figures[f"heard_at_{db:+d}_db"] = total.percent
    return figures


def hum(hear: Hear, count: int, seed: int) -> Figures:
    """Percent heard over mains hum at the tone's level, 50 and 60 Hz with its second harmonic 10 dB down."""
    total = Score()
    for hz in (50.0, 60.0):
        signal = keyed(Dice(seed), count // 2)
        signal.add_sine(hz, -10)
        signal.add_sine(2 * hz, -20)
        part = _of(hear, signal)
        total.sent += part.sent
        total.heard += part.heard
    return {"heard": total.percent}


def echo(hear: Hear, count: int, seed: int) -> Figures:
    """Percent heard with an echo of 5…20 ms, 10 dB down, and what is reported too often."""
    total = Score()
    for ms in (5, 10, 15, 20):
        signal = keyed(Dice(seed + ms), count // 4)
        signal.echo(ms, 10)
        part = _of(hear, signal)
        total.sent += part.sent
        total.heard += part.heard
        total.extra += part.extra
    return {"heard": total.percent, "extra": total.extra}


def latency(hear: Hear, count: int, seed: int) -> Figures:
    """Milliseconds from a digit's first sample to its report, at 20 dB signal over noise."""
    late = sorted(_of(hear, keyed(Dice(seed), count), both(-10, 0) - 20).late or [])
    if not late:
        return {"median_ms": None, "percentile_95_ms": None}
    return {"median_ms": late[len(late) // 2] / 8, "percentile_95_ms": late[len(late) * 95 // 100] / 8}


@dataclass(frozen=True, slots=True)
class LineKind:
    """What a line does to digits, as ranges to draw from."""

    level: tuple[float, float]
    snr: tuple[float, float]
    ms: tuple[float, float]


REALISTIC = LineKind((-25, -4), (20, 35), (45, 120))
HARD = LineKind((-32, -4), (12, 20), (40, 60))


def _call(dice: Dice, kind: LineKind) -> tuple[Signal, Pcm]:
    """Fifteen digits through a line of this kind: echo, hum, clicks, noise, and A- or mu-law."""
    signal = Signal(dice)
    signal.pause(LEAD_MS)
    loud, tilt, snr = dice.between(*kind.level), dice.between(-8, 4), dice.between(*kind.snr)
    low_off, high_off = dice.between(-0.015, 0.015), dice.between(-0.015, 0.015)
    on, off = dice.between(*kind.ms), dice.between(*kind.ms)
    for _ in range(15):
        digit = KEYS[dice.below(16)]
        signal.digit(digit, on, level=loud, twist=tilt, low_off=low_off, high_off=high_off)
        signal.pause(off)
    signal.pause(TAIL_MS)
    signal.echo(dice.between(2, 20), dice.between(12, 25))
    mains = 50.0 if dice.below(2) else 60.0
    hum_level = dice.between(-55, -35)
    signal.add_sine(mains, hum_level)
    signal.add_sine(3 * mains, hum_level - 10)
    for _ in range(dice.below(4)):
        click = dice.between(-6000, 6000)
        signal.add([click, -0.6 * click, 0.3 * click], dice.below(len(signal.x)))
    pcm = signal.pcm(both(loud, tilt) - snr)
    law = "alaw" if dice.below(2) else "ulaw"
    return signal, g711.decode(g711.encode(pcm, law), law)


def line(hear: Hear, calls: int, seed: int, kind: LineKind) -> Figures:
    """Percent of whole 15-digit calls that are right, digit for digit."""
    dice, right = Dice(seed), 0
    total = Score()
    for _ in range(calls):
        signal, pcm = _call(dice, kind)
        heard = hear(pcm)
        right += "".join(each.digit for each in heard) == signal.text
        part = score(signal.sent, heard)
        total.sent += part.sent
        total.heard += part.heard
        total.extra += part.extra
    return {"calls_right": 100.0 * right / calls, "digits_heard": total.percent, "extra": total.extra}


def over_sound(hear: Hear, sounds: Sequence[Sequence[float]], active: float, seed: int) -> Figures:
    """80 ms digits over speech whose active level (P.56) is `active` dBm0, both tones' power so many dB over
    it; reports that are no digit of ours are counted too."""
    figures: Figures = {}
    for db in (6, 0, -6):
        total = Score()
        for index, sound in enumerate(sounds):
            signal = Signal(Dice(seed + index))
            signal.pause(LEAD_MS)
            while len(signal.x) + 400 * 8 < len(sound):
                signal.digit(KEYS[signal.dice.below(16)], 80, level=active + db - 3.01)
                signal.pause(signal.dice.between(80, 200))
            signal.add(sound)
            part = _of(hear, signal)
            total.sent += part.sent
            total.heard += part.heard
            total.extra += part.extra
        figures[f"heard_at_{db:+d}_db"] = total.percent
        figures[f"extra_percent_at_{db:+d}_db"] = 100.0 * total.extra / max(1, total.sent)
    return figures


def whole(sound: list[float]) -> Pcm:
    """Audio on the 16-bit scale as samples, with noise at -70 dBm0."""
    return Signal(Dice(0), sound).pcm()


def talk_off(hear: Hear, sounds: Iterable[Pcm]) -> Figures:
    """Digits reported where none was sent, an hour; each sound heard at once and on its own."""
    false, samples = 0, 0
    for sound in sounds:
        false += len(hear(sound))
        samples += len(sound)
    hours = samples / RATE / 3600
    return {"hours": hours, "false": float(false), "an_hour": false / hours if hours else 0.0}
